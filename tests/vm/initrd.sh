#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: initrd.sh KERNEL OUT [NAME=VALUE]...
#
# Makes OUT/vmlinuz and OUT/initramfs, which boot.sh boots, with Debian's initramfs-tools, after a
# `make install-guest` as on a guest: from KERNEL, a folder that kernel.sh printed, with MODULES=list, which
# takes no driver that nobody asks for, and a check of an ext4 root. Other settings of initramfs.conf are arguments.
# This machine is not changed: it all happens on overlays, which end with the command.

set -euo pipefail

mkinitramfs=/usr/sbin/mkinitramfs

if [ "${SEEDRIVE_INITRD:-}" != inside ]; then
	namespace=(unshare --mount)
	[ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
	SEEDRIVE_INITRD=inside exec "${namespace[@]}" "$0" "$@"
fi

# overlay DIR: what is written there is forgotten.
overlay() {
	mkdir -p "$layers$1"/{upper,work}
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$layers$1/upper,workdir=$layers$1/work" "$1"
}

kernel=$1 out=$2
shift 2
root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(ls "$kernel/lib/modules")
mkdir -p "$out/layers"
layers=$(cd "$out" && pwd)/layers
mount -t tmpfs layers "$layers"
overlay /usr
overlay /etc
overlay /var/lib
mount --bind "$kernel/boot" /boot
mkdir -p /usr/lib/modules
cp -r "$kernel/lib/modules/$version" /usr/lib/modules/
depmod "$version"

env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$root" install-guest PREFIX=/usr
echo '/dev/vda / ext4 defaults 0 1' >/etc/fstab
printf '%s\n' MODULES=list COMPRESS=gzip FSTYPE=ext4 "$@" >/etc/initramfs-tools/conf.d/test
echo ext4 >/etc/initramfs-tools/modules
"$mkinitramfs" -o "$out/initramfs" "$version"
cp "$kernel/boot/vmlinuz-$version" "$out/vmlinuz"
