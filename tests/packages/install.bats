#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's packages in a bare system: install, upgrade, remove, purge and install again.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/packages

setup_file() {
	need_mounts
	packages_built
	make_bare_root
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	need_mounts
	bare_root
}

# files: print the paths in the system, except the records of dpkg, apt and similar programs, and the records of users,
# which stay.
files() {
	(cd root && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./mnt -o -path ./var/lib/dpkg -o \
		-path ./var/lib/apt -o -path ./var/log -o -path ./var/cache -o -path ./tmp \) -prune -o -printf '%p %y %m\n' |
		grep -vE '^\./etc/(\.pwd\.lock|(passwd|group|shadow|gshadow)-) ' | LC_ALL=C sort)
}

# depended_on: print the packages that ours depend on and that are not ours.
depended_on() {
	dpkg-deb -f "$DEBS"/seedrive_*_*.deb Depends
	dpkg-deb -f "$DEBS"/seedrive-mkisofs_*_*.deb Depends
	dpkg-deb -f "$DEBS"/seedrive-server_*_*.deb Depends | sed 's/seedrive ([^)]*), //'
}

# older: put packages with the same files and an earlier version into the folder `older`.
older() {
	local package
	mkdir older
	for package in "${ALL[@]}"; do
		dpkg-deb -R "$DEBS/${package}"_*_*.deb unpacked
		sed -i -E '/^(Version|Depends)/s/0\.1\.0-1/0.1.0-0/' unpacked/DEBIAN/control
		dpkg-deb -b unpacked "older/${package}_0.1.0-0.deb" >/dev/null
		rm -rf unpacked
	done
}

@test "packages: all four install, and their programs work" {
	apt_install "${ALL[@]}"
	cp -r "$NOVA" root/tree
	run -0 in_root 'seedrive-mkisofs -quiet -J -r -V config-2 -o /drive.iso /tree && seedrive inspect /drive.iso'
	[[ "$output" == *"digest right"*"random_seed   9 values, all different"* ]]
	run -0 in_root 'seedrive check --help && seedrive serve --help && seedrive sources && seedrive-guest --version'
	cp "$ROOT/debian/tests/drive" root/
	in_root 'AUTOPKGTEST_TMP=$(mktemp -d) sh /drive'
	run -0 in_root 'dpkg --verify seedrive seedrive-mkisofs seedrive-server seedrive-guest'
	[ "$output" = "" ]
	run -0 in_root 'id -un seedrive && systemd-analyze verify --man=no seedrived.service seedrived.socket \
		seedrived-egd.socket seedrived-fifo.socket seedrived-http.socket seedrived-metrics.socket \
		seedrive-guest.service seedrive-carry-over.service seedrive-search.service seedrive-refresh.service seedrive-watch.service 2>&1 | grep seedrive || :'
	[ "$output" = seedrive ]
}

@test "packages: units are enabled, except those that need a line of the configuration" {
	apt_install "${ALL[@]}"
	for unit in seedrived.service seedrived.socket seedrive-{guest,carry-over,watch}.service seedrive-refresh.timer; do
		run -0 in_root "systemctl is-enabled $unit"
		[ "${lines[-1]}" = enabled ]
	done
	for unit in seedrived-{egd,fifo,http,metrics}.socket; do
		run -1 in_root "systemctl is-enabled $unit"
		[ "${lines[-1]}" = disabled ]
	done
}

@test "packages: seedrive-mkisofs depends only on the C library, and makes drives without other packages" {
	in_root 'dpkg-query -W -f "\${Package}\n"' | sort >before
	apt_install seedrive-mkisofs
	in_root 'dpkg-query -W -f "\${Package}\n"' | sort >after
	[ "$(comm -13 before after)" = seedrive-mkisofs ]
	cp -r "$NOVA" root/tree
	in_root 'seedrive-mkisofs -quiet -J -r -V config-2 -o /drive.iso /tree'
	run -0 "$TOOL" inspect root/drive.iso
}

@test "packages: after removal and purge nothing is left, and they can be installed again" {
	in_root "apt-get -qq -o Dpkg::Use-Pty=0 satisfy --no-install-recommends '$(depended_on | paste -sd,)'"
	files >before
	in_root "dpkg -i $(deb "${ALL[@]}")"
	files >installed
	[ "$(comm -13 before installed | wc -l)" -gt 80 ]
	in_root "dpkg -r ${ALL[*]}"
	files >removed
	# The links of enabled units stay, too, because the next installation uses them again.
	diff <(comm -13 before removed | cut -d' ' -f1 | grep -vE '/deb-systemd-helper|/systemd/system/.*\.wants') - <<-END
		./etc/default/seedrive-guest
	END
	in_root "dpkg -P ${ALL[*]}"
	files >purged
	diff before purged
	in_root "dpkg -i $(deb "${ALL[@]}")"
	files >again
	diff installed again
}

@test "packages: a changed setting survives upgrade and removal, and a disabled unit stays disabled" {
	older
	cp -r older root/older
	in_root "apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends /older/*.deb"
	echo SEED=mix >>root/etc/default/seedrive-guest
	in_root 'systemctl disable seedrived.service seedrive-carry-over.service'
	in_root 'systemctl enable seedrived-egd.socket'
	apt_install "${ALL[@]}"
	[ "$(in_root 'dpkg-query -W -f "\${Version}" seedrive-guest')" = "$(dpkg-deb -f "$DEBS"/seedrive-guest_*.deb Version)" ]
	grep -qx SEED=mix root/etc/default/seedrive-guest
	run -1 in_root 'systemctl is-enabled seedrived.service'
	run -1 in_root 'systemctl is-enabled seedrive-carry-over.service'
	run -0 in_root 'systemctl is-enabled seedrived-egd.socket'
	in_root 'dpkg -r seedrive-guest'
	grep -qx SEED=mix root/etc/default/seedrive-guest
	apt_install seedrive-guest
	grep -qx SEED=mix root/etc/default/seedrive-guest
	in_root 'dpkg -P seedrive-guest'
	[ ! -e root/etc/default/seedrive-guest ]
}

@test "packages: purge keeps a ledger and says why, and removes the carry-over" {
	apt_install seedrive-guest
	[ "$(stat -c %a root/var/lib/seedrive)" = 700 ]
	install -d -m 700 root/var/lib/seedrive/ledger
	echo entry >root/var/lib/seedrive/ledger/0123456789abcdef0123456789abcdef
	echo seed >root/var/lib/seedrive/carry-over
	run -0 in_root 'dpkg -r seedrive-guest'
	[ -s root/var/lib/seedrive/carry-over ]
	run -0 in_root 'dpkg -P seedrive-guest'
	[[ "$output" == *"seedrive-guest: /var/lib/seedrive/ledger is kept: it lists the seeds that this machine has credited. Without it a drive that is still attached would be credited again after a new installation."* ]]
	[ ! -e root/var/lib/seedrive/carry-over ]
	[ "$(cat root/var/lib/seedrive/ledger/*)" = entry ]
	apt_install seedrive-guest
	[ "$(cat root/var/lib/seedrive/ledger/*)" = entry ]
	[ "$(stat -c %a root/var/lib/seedrive)" = 700 ]
}

@test "packages: there is a warning about an installation by make in /usr/local, and its advice works" {
	ordinary_make install install-guest DESTDIR="$PWD/root"
	run -0 apt_install "${ALL[@]}"
	for line in "seedrive: files installed by make are used instead of those of this package: /usr/local/bin/seedrive" \
		"seedrive-mkisofs: files installed by make are used instead of those of this package: /usr/local/bin/seedrive-mkisofs" \
		"seedrive-server: files installed by make are used instead of those of this package: /usr/local/libexec/seedrive/seedrive-serve /usr/local/lib/systemd/system/seedrived.service" \
		"seedrive-guest: files installed by make are used instead of those of this package: /usr/local/sbin/seedrive-guest /usr/local/lib/systemd/system/seedrive-guest.service /etc/initramfs-tools/hooks/seedrive" \
		"seedrive-guest: run 'make uninstall-guest' in its sources, then 'apt-get install --reinstall seedrive-guest'"; do
		grep -qxF -- "$line" <<<"$output"
	done
	ordinary_make uninstall-host uninstall-daemon uninstall-guest DESTDIR="$PWD/root"
	run -0 in_root "dpkg -i $(deb "${ALL[@]}")"
	[[ "$output" != *"installation by make"* ]]
	run -0 in_root "dpkg --verify ${ALL[*]}"
	[ "$output" = "" ]
	[ "$(in_root 'command -v seedrive')" = /usr/bin/seedrive ]
	[ "$(find root/usr/local root/etc -name '*seedrive*' ! -path '*/wants/*' ! -path '*.wants/*' ! -path '*/default/*')" = "" ]
}

@test "packages: removing seedrive-mkisofs warns while Nova's configuration names it, and only then" {
	apt_install seedrive-mkisofs
	mkdir -p root/etc/nova/nova.conf.d
	printf '[DEFAULT]\n#mkisofs_cmd = /usr/bin/seedrive-mkisofs\nmkisofs_cmd = genisoimage\n' >root/etc/nova/nova.conf
	run -0 in_root 'dpkg -r seedrive-mkisofs'
	[[ "$output" != *warning* ]]
	apt_install seedrive-mkisofs
	printf '[DEFAULT]\n  mkisofs_cmd=/usr/bin/seedrive-mkisofs\n' >root/etc/nova/nova.conf.d/10-drive.conf
	run -0 in_root "dpkg -i $(deb seedrive-mkisofs)"
	[[ "$output" != *warning* ]]
	run -0 in_root 'dpkg -r seedrive-mkisofs'
	[[ "$output" == *"seedrive-mkisofs: warning: /etc/nova/nova.conf.d/10-drive.conf names it as mkisofs_cmd: spawns with a config drive fail until that line is changed"* ]]
}

@test "packages: the commands of README.Debian replace genisoimage, and restore it" {
	apt_install seedrive-mkisofs
	in_root 'apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends genisoimage'
	sed -n 's/^    //p' root/usr/share/doc/seedrive-mkisofs/README.Debian >commands
	[ "$(wc -l <commands)" -eq 2 ]
	in_root "$(sed -n 1p commands)"
	run -0 in_root 'genisoimage --version'
	[ "$output" = "seedrive-mkisofs 0.1.0" ]
	in_root 'apt-get -qq -o Dpkg::Use-Pty=0 install --reinstall genisoimage'
	run -0 in_root 'genisoimage --version'
	[ "$output" = "seedrive-mkisofs 0.1.0" ]
	run -0 in_root 'dpkg -r seedrive-mkisofs'
	[[ "$output" == *"seedrive-mkisofs: warning: /usr/bin/genisoimage leads to it:"* ]]
	in_root "$(sed -n 2p commands)"
	run -0 in_root 'genisoimage --version'
	[[ "$output" == "genisoimage "* ]]
	run -0 in_root 'dpkg --verify genisoimage'
	[ "$output" = "" ]
}

@test "packages: installing and removing seedrive-guest updates the initramfs, and adds at most 60 KiB to it" {
	local kernel version
	kernel=$("$ROOT/tests/vm/kernel.sh")
	version=$(basename "$kernel"/lib/modules/*)
	in_root 'apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends initramfs-tools zstd'
	mkdir -p root/lib/modules
	cp -r "$kernel/lib/modules/$version" root/lib/modules/
	cp "$kernel"/boot/{config,vmlinuz}-* root/boot/
	in_root "depmod $version && update-initramfs -c -k $version"
	without=$(stat -c %s "root/boot/initrd.img-$version")
	run -0 apt_install seedrive-guest
	[[ "$output" == *"Processing triggers for initramfs-tools"*"Generating /boot/initrd.img-$version"* ]]
	run -0 in_root "lsinitramfs /boot/initrd.img-$version"
	grep -qx 'usr/sbin/seedrive-guest' <<<"$output"
	grep -qx 'usr/lib/seedrive/guest-stage' <<<"$output"
	cp "$ROOT/debian/tests/initramfs" root/
	in_root 'AUTOPKGTEST_TMP=$(mktemp -d) sh /initramfs'
	with=$(stat -c %s "root/boot/initrd.img-$version")
	echo "an initramfs of $without bytes, and of $with with it" >&3
	[ $((with - without)) -le $((60 * 1024)) ]
	run -0 in_root 'dpkg -r seedrive-guest'
	run -0 in_root "lsinitramfs /boot/initrd.img-$version"
	run -1 grep seedrive <<<"$output"
}

@test "packages: they add at most 6 MiB to a host, and 200 KiB to a guest" {
	size() {
		dpkg-deb -f "$DEBS/$1"_*_*.deb Installed-Size
	}
	total=$(($(size seedrive) + $(size seedrive-mkisofs) + $(size seedrive-server) + $(size seedrive-guest)))
	echo "all four: $total KiB, the guest's $(size seedrive-guest) KiB" >&3
	[ "$total" -le 6144 ]
	[ "$(size seedrive-guest)" -le 200 ]
}
