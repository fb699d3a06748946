#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: root.sh OUT [COMMAND...]
#
# Makes OUT, a small ext4 file system that an initramfs can mount as root. It has busybox, tests/vm/system as its init,
# and the files of `make install-guest`. COMMAND runs before the file system is made, in the folder of the root, so it
# can use relative paths.

set -euo pipefail

applets="cat cp echo grep mkdir mkfifo mkswap mount poweroff readlink rm sh sleep stat swapon sync touch umount"

out=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d "$(realpath "$out").XXXXXX")
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
mkdir -p "$tree"/{bin,dev,etc,media,proc,run,sbin,sys,tmp,usr/{lib,sbin}}
rmdir "$tree/sbin"
ln -s usr/sbin "$tree/sbin"
ln -s usr/lib "$tree/lib"
cp "$(command -v busybox)" "$tree/bin/busybox"
for applet in $applets; do
	ln -s busybox "$tree/bin/$applet"
done
musl-gcc -static -O2 -o "$tree/bin/probe" "$here/probe.c"
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$here/../.." install-guest DESTDIR="$tree" PREFIX=/usr
install -m 755 "$here/system" "$tree/sbin/init"
echo '/dev/vda / ext4 defaults 0 1' >"$tree/etc/fstab"
# The deadline is longer, because the host may be busy.
mkdir -p "$tree/etc/default"
echo DEADLINE=30s >"$tree/etc/default/seedrive-guest"
[ $# -eq 0 ] || (cd "$tree" && "$@")
rm -f "$out"
truncate -s 16M "$out"
mkfs.ext4 -q -b 4096 -d "$tree" "$out"
