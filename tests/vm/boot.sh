#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: boot.sh [OPTION]... VM [QEMU-OPTION]...
#
# Boots the vmlinuz and initramfs in the folder VM, which initramfs.sh made, and copies the console
# to standard output until the machine is off. The machine has no network, no virtio-rng and, but
# for -c max, no RDRAND: it has nothing to be seeded from but the drive.
#
#   -d PLACE   where the seed drive is: ide-cd, virtio-blk, virtio-scsi-cd, empty-ide-cd, none
#   -i IMAGE   what is in it; attached read-only
#   -l IMAGE   a disk with the serial "ledger"; written to
#   -u UUID    the machine's UUID, by SMBIOS
#   -a ARGS    more for the kernel's command line; what comes last wins
#   -c CPU     qemu64 unless said
#   -t SECONDS after which the machine is killed and the exit status is 124; 60 unless said

set -euo pipefail

usage() {
	sed -n '4,/^$/s/^# \?//p' "$0" >&2
	exit 2
}

# In QEMU's options a comma is doubled.
drive() {
	printf 'if=none,format=raw,id=%s,file=%s' "$1" "${2//,/,,}"
}

place=none image='' cpu=qemu64 limit=60
arguments="console=ttyS0 panic=-1 printk.devkmsg=on random.trust_cpu=off random.trust_bootloader=off"
devices=()
while getopts d:i:l:u:a:c:t: option; do
	case $option in
	d) place=$OPTARG ;;
	i) image=$OPTARG ;;
	l) devices+=(-drive "$(drive ledger "$OPTARG")" -device 'virtio-blk-pci,drive=ledger,serial=ledger') ;;
	u) devices+=(-uuid "$OPTARG") ;;
	a) arguments+=" $OPTARG" ;;
	c) cpu=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
vm=$1
shift

model=''
case $place in
ide-cd) model=ide-cd ;;
virtio-blk) model=virtio-blk-pci ;;
virtio-scsi-cd) model=scsi-cd devices+=(-device virtio-scsi-pci) ;;
empty-ide-cd) devices+=(-device ide-cd) ;;
none) ;;
*) usage ;;
esac
[ -z "$model" ] || devices+=(-drive "$(drive seed "$image"),readonly=on" -device "$model,drive=seed")

timeout --foreground -k 5 "$limit" \
	qemu-system-x86_64 -accel tcg -machine pc -cpu "$cpu" -m 256 -nodefaults -no-user-config \
	-display none -serial stdio -no-reboot \
	-kernel "$vm/vmlinuz" -initrd "$vm/initramfs" -append "$arguments" "${devices[@]}" "$@" \
	</dev/null | sed -u 's/\r$//'
