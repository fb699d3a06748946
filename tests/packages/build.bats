#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How Debian's packages and the tarball are made: everybody gets the same bytes, lintian finds nothing, and other
# architectures can be built. The RPM packages are tested as far as that is possible on Debian.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/packages

setup_file() {
	packages_built
}

@test "packages: the version is the same in the Makefile, in debian/ and in the spec" {
	version=$(sed -n 's/^VERSION *:= *//p' "$ROOT/Makefile")
	[ "$(dpkg-parsechangelog -l "$ROOT/debian/changelog" -S Version)" = "$version-1" ]
	grep -qxE "Version: +$version" "$ROOT/dist/rpm/seedrive.spec"
	[ -e "$DEBS/seedrive_$version-1.dsc" ]
}

@test "packages: lintian finds nothing that debian/ does not explain" {
	# Debian 12's lintian does not know the field Static-Built-Using, which dpkg has since 1.21.
	run -0 lintian --allow-root --fail-on error,warning --suppress-tags unknown-field "$DEBS"/*.changes
	[ "$output" = "" ]
}

@test "packages: the libraries linked into seedrive-mkisofs are named with versions, and the others have none" {
	run -0 dpkg-deb -f "$DEBS"/seedrive-mkisofs_*.deb Static-Built-Using
	for source in acl attr bzip2 jigit json-c libinih libisofs libsodium zlib; do
		[[ "$output" =~ (^|, )"$source (= "[^\)]+")" ]]
	done
	run -0 dpkg-deb -f "$DEBS"/seedrive-mkisofs_*.deb Depends
	[[ "$output" =~ ^libc6\ \([^\)]*\)$ ]]
	[ "$(dpkg-deb -f "$DEBS"/seedrive-guest_*.deb Depends)" = "" ]
	for package in seedrive seedrive-server seedrive-guest; do
		[ "$(dpkg-deb -f "$DEBS/$package"_*_*.deb Static-Built-Using)" = "" ]
	done
}

@test "packages: they are identical if made in another folder, by another user and more jobs, in another time zone, with another umask" {
	local user=()
	[ "$(id -u)" != 0 ] || user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	mkdir -p far/away
	tar -xzf "$DEBS"/seedrive-*.tar.gz -C far/away
	if [ "$(id -u)" = 0 ]; then
		chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"/.. "$BATS_TEST_TMPDIR" 2>/dev/null || true
		chown -R nobody: far
	fi
	"${user[@]}" env -u MAKEFLAGS -u MAKELEVEL HOME="$PWD/far" TZ=Pacific/Kiritimati LC_ALL=C DEB_BUILD_OPTIONS=parallel=5 bash -c '
		umask 077
		cd far/away/seedrive-*
		dist/deb ../made -us -uc -b >../log 2>&1' || { tail -n 30 far/away/log; false; }
	[ "$(find far/away/made -name '*.deb' | wc -l)" -ge 7 ]
	for package in far/away/made/*.deb; do
		cmp "$package" "$DEBS/${package##*/}"
	done
}

@test "dist: the tarball has the same bytes from another clone, in another time zone, with another umask" {
	git -c safe.directory='*' -C "$ROOT" rev-parse HEAD || skip "the sources are no clone"
	printf '[safe]\n\tdirectory = *\n' >config
	export GIT_CONFIG_GLOBAL=$PWD/config
	git clone -q "$ROOT" clone
	(umask 077 && TZ=America/St_Johns clone/dist/tarball other)
	"$ROOT/dist/tarball" one
	cmp one/*.tar.gz other/*.tar.gz
	# The tarball has what a build needs, and no file that git does not track.
	tar -tzf one/*.tar.gz >list
	version=$(sed -n 's/^VERSION *:= *//p' "$ROOT/Makefile")
	grep -qx "seedrive-$version/Makefile" list
	run -1 grep -E '/build/|\.o$' list
}

@test "packages: a cross build with the profile pkg.seedrive.guest makes the guest's package alone for 64-bit Arm" {
	"$ROOT/dist/deb" arm -b -us -uc -aarm64 -Pcross,nocheck,pkg.seedrive.guest >log 2>&1 || { tail -n 30 log; false; }
	[ "$(find arm -name '*.deb' -printf '%f\n')" = "$(basename "$DEBS"/seedrive-guest_*_amd64.deb _amd64.deb)_arm64.deb" ]
	dpkg-deb -x arm/*.deb files
	[ "$(qemu-aarch64 files/usr/sbin/seedrive-guest --version)" = "$("$ROOT/build/guest/seedrive-guest" --version)" ]
	[ "$(dpkg-deb -f arm/*.deb Installed-Size)" -le 200 ]
	diff <(dpkg-deb -c arm/*.deb | awk '{ print $6 }') <(dpkg-deb -c "$DEBS"/seedrive-guest_*_amd64.deb | awk '{ print $6 }')
}

# rpm_made: have rpmbuild make the packages in the folder `rpms`. It needs definitions, because Debian has neither
# systemd's macros nor packages with the names that the spec requires for a build.
rpm_made() {
	mkdir -p rpms
	"$ROOT/dist/tarball" rpms/SOURCES >/dev/null
	rpmbuild --define "_topdir $PWD/rpms" --define "_tmppath $PWD/rpms/tmp" --define '_unitdir /usr/lib/systemd/system' \
		--define '_udevrulesdir /usr/lib/udev/rules.d' --define '_sysusersdir /usr/lib/sysusers.d' \
		--define '_tmpfilesdir /usr/lib/tmpfiles.d' --define '_presetdir /usr/lib/systemd/system-preset' \
		--define '_systemdgeneratordir /usr/lib/systemd/system-generators' --define 'systemd_post() :' \
		--define 'systemd_preun() :' --define 'systemd_postun_with_restart() :' --define 'systemd_postun() :' \
		--define 'sysusers_create_compat() :' --define '_libexecdir /usr/libexec' --define '_sharedstatedir /var/lib' --define 'dist %{nil}' --define 'build_cflags -O2 -g' \
		--define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_docdir_fmt %%{NAME}' --define '_build_id_links none' \
		--nodeps -bb "$ROOT/dist/rpm/seedrive.spec" >rpms/log 2>&1 || { tail -n 40 rpms/log; return 1; }
}

@test "rpm: rpmlint finds no fault in the spec" {
	run -0 rpmlint -r "$ROOT/dist/rpm/seedrive.rpmlintrc" "$ROOT/dist/rpm/seedrive.spec"
	[[ "$output" == *" 0 errors, 0 warnings"* ]]
}

@test "rpm: Debian's rpmbuild makes all packages, and the replacement provides mkisofs and genisoimage" {
	rpm_made
	for package in seedrive seedrive-mkisofs seedrive-server seedrive-guest seedrive-selinux; do
		ls rpms/RPMS/*/"$package"-[0-9]*.rpm >>made
	done
	[ "$(wc -l <made)" -eq 5 ]
	run -0 rpm -qp --provides rpms/RPMS/*/seedrive-mkisofs-[0-9]*.rpm
	grep -qE '^mkisofs( |$)' <<<"$output"
	grep -qE '^genisoimage( |$)' <<<"$output"
	run -0 rpm -qp --scripts rpms/RPMS/*/seedrive-mkisofs-[0-9]*.rpm
	[[ "$output" == *"alternatives --install /usr/bin/mkisofs mkisofs /usr/bin/seedrive-mkisofs"* ]]
	[[ "$output" == *"alternatives --remove mkisofs /usr/bin/seedrive-mkisofs"* ]]
	run -0 rpm -qpl rpms/RPMS/*/seedrive-selinux-[0-9]*.rpm
	grep -qx '/usr/share/selinux/packages/targeted/seedrive.pp.bz2' <<<"$output"
}
