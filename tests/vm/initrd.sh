#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: initrd.sh KERNEL OUT [NAME=VALUE]... [-- COMMAND...]
#
# Makes OUT/vmlinuz, perhaps OUT/vmlinux, and OUT/initramfs, which boot.sh boots, with Debian's initramfs-tools, after a
# `make install-guest` as in a guest. KERNEL is the folder that kernel.sh printed. The initramfs has the scripts in
# tests/vm/scripts, a check of an ext4 root, and only the drivers that a hook asks for. The arguments NAME=VALUE are
# settings of initramfs.conf; COMMAND runs before the initramfs is made.
# This machine is not changed: all changes are on overlays, which vanish at the end. Needs root.

set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin

if [ "${SEEDRIVE_INITRD:-}" != inside ]; then
	SEEDRIVE_INITRD=inside exec unshare --mount "$0" "$@"
fi

# overlay DIR LOWER: mount an overlay on DIR, so that writes to it are lost at the end.
overlay() {
	mkdir -p "$layers$1"/{upper,work}
	mount -t overlay overlay -o "lowerdir=$2,upperdir=$layers$1/upper,workdir=$layers$1/work" "$1"
}

kernel=$1 out=$2
shift 2
settings=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	settings+=("$1")
	shift
done
root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(ls "$kernel/lib/modules")
mkdir -p "$out/layers"
layers=$(cd "$out" && pwd)/layers
mount -t tmpfs layers "$layers"
for dir in /usr /etc /var/lib; do
	overlay "$dir" "$dir"
done
mount --bind "$kernel/boot" /boot
mkdir -p "/usr/lib/modules/$version"
overlay "/usr/lib/modules/$version" "$kernel/lib/modules/$version"
depmod "$version"

env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$root" install-guest PREFIX=/usr
cp -r "$root/tests/vm/scripts" /etc/initramfs-tools/
# The deadline is longer, because the host may be busy.
mkdir -p /etc/default
echo DEADLINE=30s >/etc/default/seedrive-guest
echo '/dev/vda / ext4 defaults 0 1' >/etc/fstab
printf '%s\n' MODULES=list COMPRESS=gzip FSTYPE=ext4 "${settings[@]}" >/etc/initramfs-tools/conf.d/test
printf '%s\n' ext4 overlay dm_mod dm_crypt dm_verity xts ecb >/etc/initramfs-tools/modules
[ $# -le 1 ] || "${@:2}"
mkinitramfs -o "$out/initramfs" "$version"
cp "$kernel/boot/vmlinuz-$version" "$out/vmlinuz"
[ ! -e "$kernel/boot/vmlinux" ] || cp --reflink=auto "$kernel/boot/vmlinux" "$out/vmlinux"
