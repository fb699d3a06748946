#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: initramfs.sh KERNEL GUEST OUT
#
# Makes OUT/vmlinuz, perhaps OUT/vmlinux, and OUT/initramfs, which boot.sh boots. KERNEL is the folder that kernel.sh
# printed. The initramfs has busybox; the program GUEST as seedrive-guest; from KERNEL, the modules for the drives and
# the modules in the variable MODULES; and all files in the folder EXTRA. For a 64-bit Arm machine, set MACHINE=aarch64,
# give a KERNEL and a GUEST for it, and set BUSYBOX to the path that busybox.sh printed.

set -euo pipefail

wanted="sr_mod virtio_pci virtio_blk virtio_scsi ext4 isofs ${MODULES:-}"
applets="cat dd echo find grep insmod losetup mkdir mount poweroff sh sha256sum sleep sort stat sync tr umount"

die() {
	printf 'initramfs.sh: %s\n' "$*" >&2
	exit 1
}

# Prints the files of the requested modules, each after the modules that it depends on.
resolve() {
	awk -v wanted="$wanted" '
		function stem(path) {
			gsub(/.*\/|\.ko.*/, "", path)
			gsub(/-/, "_", path)
			return path
		}
		function load(path,    i, n, parts) {
			if (done[path]++)
				return
			n = split(needs[path], parts, " ")
			for (i = 1; i <= n; i++)
				load(parts[i])
			print path
		}
		FILENAME ~ /builtin$/ { builtin[stem($0)] = 1; next }
		{ path = $1; sub(/:$/, "", path); $1 = ""; needs[path] = $0; file[stem(path)] = path }
		END {
			n = split(wanted, names, " ")
			for (i = 1; i <= n; i++)
				if (names[i] in file)
					load(file[names[i]])
				else if (!(names[i] in builtin)) {
					print "initramfs.sh: the kernel has no " names[i] >"/dev/stderr"
					exit 1
				}
		}' "$modules/modules.builtin" "$modules/modules.dep"
}

install_modules() {
	mkdir "$root/modules"
	resolve >"$root/modules/paths"
	while read -r path; do
		cp "$modules/$path" "$root/modules/"
		printf '%s\n' "${path##*/}"
	done <"$root/modules/paths" >"$root/modules/order"
}

install_programs() {
	! readelf -lW "$busybox" | grep -q INTERP || die "busybox is not the static one"
	cp "$busybox" "$root/bin/busybox"
	for applet in $applets; do
		ln -s busybox "$root/bin/$applet"
	done
	"$cc" -static -O2 -o "$root/bin/probe" "$here/probe.c"
	cp "$guest" "$root/bin/seedrive-guest"
	cp "$here/init" "$root/init"
	chmod 755 "$root/init" "$root/bin/seedrive-guest"
}

[ $# -eq 3 ] || die "usage: initramfs.sh KERNEL GUEST OUT"
kernel=$1 guest=$2 out=$3
case ${MACHINE:-x86_64} in
x86_64) cc=musl-gcc busybox=$(command -v busybox) wanted="ata_piix $wanted" ;;
aarch64) cc=aarch64-linux-gnu-gcc busybox=${BUSYBOX:?} ;;
*) die "$MACHINE: no such machine" ;;
esac
here=$(dirname "$0")
modules=$(echo "$kernel"/lib/modules/*)
[ -e "$guest" ] || die "$guest: not built"

mkdir -p "$out"
new=$(mktemp -d "$out/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
root=$new/root
mkdir -p "$root"/{bin,dev,disk,drive,ledger,memory,proc,sys}
install_modules
install_programs
[ -z "${EXTRA:-}" ] || cp -R "$EXTRA/." "$root"
cp "$kernel"/boot/vmlinuz* "$new/vmlinuz"
[ ! -e "$kernel/boot/vmlinux" ] || cp --reflink=auto "$kernel/boot/vmlinux" "$new/vmlinux"
(cd "$root" && find . | cpio --quiet -o -H newc -R +0:+0) >"$new/initramfs"
rm -f "$out/vmlinux"
mv "$new"/{vmlinu*,initramfs} "$out"
