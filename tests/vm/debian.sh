#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: debian.sh OUT [DRACUT-OPTION]...
#
# Makes a machine with this host's version of Debian, as debootstrap installs it, with systemd. It has the files of
# `make install-guest`, or the package in the variable DEB. Its file system is OUT/root.img, labelled "root"; these
# folders are for boot.sh:
#
#   OUT/tools    the initramfs of initramfs-tools
#   OUT/dracut   the initramfs of dracut
#   OUT/bare     the initramfs of initramfs-tools from before seedrive-guest was installed
#   OUT/plain    the initramfs of dracut without systemd, if the variable PLAIN is set
#
# With INIT=sysvinit or INIT=openrc, the machine has that init in place of systemd, and there is no dracut.
#
# At the end of its boot, the machine runs tests/vm/report or, without systemd, tests/vm/plain. It also has the packages
# in the variable WITH. The program in SETUP is run with the folder of the root as its argument. Of our units, those
# that a boot needs and those in PRESET are enabled, as systemd.preset(5) says. The installed system is kept in the
# cache ($SEEDRIVE_CACHE) under the versions of all its packages. Needs root, or sudo, for chroot and mknod; mounts
# nothing.

set -euo pipefail
export LC_ALL=C

suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
init=${INIT:-systemd}
case $init in
systemd) wanted='systemd-sysv udev kmod dbus zstd busybox initramfs-tools dracut-core overlayroot cryptsetup-initramfs' ;;
sysvinit | openrc) wanted='sysvinit-core udev kmod zstd busybox initramfs-tools' ;;
esac
wanted+=${WITH:+ $WITH}
here=$(cd "$(dirname "$0")" && pwd)

die() {
	printf 'debian.sh: %s\n' "$*" >&2
	exit 1
}

# Prints the packages, with their versions, that apt would now install into an empty system.
versions() {
	# shellcheck disable=SC2086 # a list of words
	apt-get -s -o Dir::State::status=/dev/null --no-install-recommends install \
		'~E' '?priority(required)' $wanted 2>/dev/null | sed -n 's/^Inst \([^ ]* ([^ ]*\).*/\1/p' | sort
}

# install_system FOLDER: install the system from the mirror, and by the proxy, that apt uses.
install_system() {
	local mirror
	# shellcheck disable=SC2016 # apt's variable
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" \
		'Component: main' 'Origin: Debian')
	[ -n "$mirror" ] || die "apt knows no $suite: is 'apt-get update' due?"
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	${http_proxy:+env http_proxy="$http_proxy"} debootstrap --variant=minbase --include="${wanted// /,}" \
		"$suite" "$1" "${mirror%%$'\n'*}" >"$1.log" 2>&1 || { tail "$1.log" >&2; die "debootstrap failed"; }
	rm -rf "$1.log" "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,info,locale,man}
}

# Prints the folder of the installed system, which the caller must not change.
installed() {
	local list name
	list=$(versions)
	[ -n "$list" ] || die "apt cannot tell what it would install: is 'apt-get update' due?"
	name=$cache/debian_${suite}_$(sha256sum <<<"$list" | cut -c 1-16)
	if [ ! -d "$name" ]; then
		mkdir -p "$cache"
		new=$(mktemp -d "$cache/new.XXXXXX")
		trap 'rm -rf "$new" "$new.log"' EXIT
		chmod 755 "$new"
		install_system "$new"
		# mv fails if the target is a folder that is not empty: then another run has made the same system first.
		mv -T "$new" "$name" 2>/dev/null || [ -d "$name" ] || die "$name: cannot be written"
	fi
	printf '%s\n' "$name"
}

# inside COMMAND...: run COMMAND in the root. Without /proc it prints many messages, so they are printed only if it
# fails.
inside() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@" >"$new/log" 2>&1 ||
		{ cat "$new/log" >&2; die "$1 failed"; }
}

# boots FOLDER COMMAND...: run COMMAND, which writes an initramfs to /initramfs, and make FOLDER with the kernel and
# that initramfs.
boots() {
	mkdir "$new/$1"
	cp "$kernel"/boot/vmlinuz-* "$new/$1/vmlinuz"
	inside "${@:2}"
	mv "$root/initramfs" "$new/$1/"
}

add_kernel() {
	mkdir -p "$root/lib/modules"
	cp -r "$kernel/lib/modules/$version" "$root/lib/modules/"
	cp "$kernel"/boot/config-* "$root/boot/"
	inside depmod "$version"
}

# OpenRC replaces the program that runs sysvinit's scripts; debootstrap would install both.
replace_by_openrc() {
	local package
	for package in libeinfo1 librc1 openrc; do
		(cd "$new" && apt-get -q download "$package" >/dev/null 2>&1) || die "$package: cannot be fetched"
	done
	mkdir "$root/packages"
	mv "$new"/*.deb "$root/packages/"
	inside dpkg --force-depends --purge sysv-rc startpar
	inside sh -c 'dpkg -i /packages/*.deb'
	rm -r "$root/packages"
}

add_report() {
	install -D -t "$root/usr/local/sbin" "$here/report" "$here/plain"
	if [ "$init" = systemd ]; then
		install -D "$here/asker" "$root/etc/systemd/system-generators/asker"
		install -m 644 -t "$root/etc/systemd/system" "$here"/report*.service
		inside systemctl enable report.service report-early.service
	else
		install "$here/report-script" "$root/etc/init.d/report"
	fi
	printf 'LABEL=root / ext4 defaults 0 1\n' >"$root/etc/fstab"
	# This makes initramfs-tools include the check of root, as it would if root were mounted.
	echo FSTYPE=ext4 >"$root/etc/initramfs-tools/conf.d/root"
	echo guest >"$root/etc/hostname"
	: >"$root/etc/machine-id"
	rm -f "$root/var/lib/dbus/machine-id"
}

# Installs the package as the maker of an image would, by apt alone.
add_package() {
	cp "$DEB" "$root/root/"
	cp "$kernel"/boot/vmlinuz-* "$root/boot/"
	inside apt-get install -y "/root/${DEB##*/}"
	rm "$root/root/${DEB##*/}" "$root"/boot/vmlinuz-*
	echo DEADLINE=30s >>"$root/etc/default/seedrive-guest"
}

# Enables the guest's units or scripts, as described in seedrive-guest(8).
# shellcheck disable=SC2086 # a list of words
enable_guest() {
	case $init in
	systemd) inside systemctl preset seedrive-guest.service seedrive-carry-over.service ${PRESET:+$PRESET} ;;
	sysvinit)
		for name in seedrive-guest seedrive-carry-over report; do
			inside update-rc.d "$name" defaults
		done
		;;
	openrc)
		inside rc-update add seedrive-guest sysinit
		inside rc-update add seedrive-carry-over default
		inside rc-update add report default
		;;
	esac
}

# The build runs as the owner of the sources, not as root.
add_guest() {
	[ -z "${DEB:-}" ] || { add_package; return; }
	mkdir "$new/guest"
	chown "$owner:" "$new/guest"
	env -u MAKEFLAGS -u MAKELEVEL ${FOR_USER:+sudo -u "$FOR_USER"} \
		make -s -C "$here/../.." "install-guest-${init/systemd/sysvinit}" DESTDIR="$new/guest" PREFIX=/usr
	cp -r "$new/guest/." "$root/"
	# The deadline is longer, because the host may be busy.
	echo DEADLINE=30s >"$root/etc/default/seedrive-guest"
	enable_guest
}

[ $# -ge 1 ] || die "usage: debian.sh OUT [DRACUT-OPTION]..."
out=$1
owner=${FOR_USER:-root}
cache=${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seedrive}
[ "$(id -u)" = 0 ] || exec sudo SEEDRIVE_CACHE="$cache" FOR_USER="$(id -un)" WITH="${WITH:-}" DEB="${DEB:-}" SETUP="${SETUP:-}" PRESET="${PRESET:-}" PLAIN="${PLAIN:-}" INIT="$init" "$0" "$@"

kernel=$("$here/kernel.sh")
version=$(basename "$kernel"/lib/modules/*)
system=$(installed)
mkdir -p "$out"
chown "$owner:" "$out"
new=$(mktemp -d "$out/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"
root=$new/root
cp -a --reflink=auto "$system" "$root"
add_kernel
[ "$init" != openrc ] || replace_by_openrc
add_report
[ -z "${SETUP:-}" ] || "$SETUP" "$root"
boots bare mkinitramfs -o /initramfs "$version"
add_guest
boots tools mkinitramfs -o /initramfs "$version"
[ "$init" != systemd ] || boots dracut dracut --no-hostonly --zstd --kver "$version" "${@:2}" /initramfs
[ -z "${PLAIN:-}" ] || boots plain dracut --no-hostonly --zstd --kver "$version" --omit "systemd systemd-initrd \
	systemd-udevd systemd-sysusers systemd-hostnamed dracut-systemd crypt overlayroot" /initramfs
truncate -s 1G "$new/root.img"
mkfs.ext4 -q -L root -d "$root" "$new/root.img"
rm -rf "$root" "$new/guest" "$new/log"
chown -R "$owner:" "$new"
mv "$new"/* "$out"
