#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: boot.sh [OPTION]... VM [QEMU-OPTION]...
#
# Boots the kernel and initramfs in the folder VM, which initramfs.sh made, and copies the console to standard output
# until the machine is off. The machine has no network, no virtio-rng and, except with -c max, no RDRAND, so the drive
# is its only source of entropy.
#
#   -m MACHINE x86_64 (default) or aarch64
#   -d PLACE   where the seed drive is: ide-cd, virtio-blk, virtio-scsi-cd or usb, which are read-only; virtio-blk-rw,
#              a disk that the machine can write to; or empty-ide-cd or none, without a drive
#   -i IMAGE   the image of the drive
#   -l IMAGE   a disk with the serial number "ledger"; the machine writes to it
#   -r IMAGE   the root disk, found by its label "root"; the machine writes to it
#   -u UUID    the machine's UUID, by SMBIOS
#   -a ARGS    words to add to the kernel's command line; if a word occurs twice, the last one counts
#   -c CPU     the CPU model (default qemu64 or cortex-a57)
#   -e VARS    boot by UEFI firmware, with this variable store; the machine writes to it
#   -k WORDS   kill the machine as soon as its console shows these words; the exit status is 137
#   -t SECONDS kill the machine after this time (default 600), because it may hang; the exit status is 124

set -euo pipefail

usage() {
	sed -n '4,/^$/s/^# \?//p' "$0" >&2
	exit 2
}

# In the value of an option of QEMU, each comma must be doubled.
drive() {
	printf 'if=none,format=raw,id=%s,file=%s' "$1" "${2//,/,,}"
}

machine=x86_64 place=none image='' cpu='' limit=600 kill_at='' vars=''
arguments="panic=-1 cryptomgr.notests printk.devkmsg=on random.trust_cpu=off random.trust_bootloader=off"
devices=()
while getopts m:d:i:l:r:u:a:c:e:k:t: option; do
	case $option in
	m) machine=$OPTARG ;;
	d) place=$OPTARG ;;
	i) image=$OPTARG ;;
	l) devices+=(-drive "$(drive ledger "$OPTARG")" -device 'virtio-blk-pci,drive=ledger,serial=ledger') ;;
	r) devices+=(-drive "$(drive root "$OPTARG")" -device 'virtio-blk-pci,drive=root,serial=root')
		arguments+=" root=LABEL=root" ;;
	u) devices+=(-uuid "$OPTARG") ;;
	a) arguments+=" $OPTARG" ;;
	c) cpu=$OPTARG ;;
	e) vars=$OPTARG ;;
	k) kill_at=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
vm=$1
shift

model='' readonly=on
case $place in
ide-cd) model=ide-cd arguments+=" sd.await=sr0" ;;
virtio-blk) model=virtio-blk-pci ;;
virtio-blk-rw) model=virtio-blk-pci readonly=off ;;
usb) model=usb-storage devices+=(-device qemu-xhci) ;;
virtio-scsi-cd) model=scsi-cd devices+=(-device virtio-scsi-pci) arguments+=" sd.await=sr0" ;;
empty-ide-cd) devices+=(-device ide-cd) arguments+=" sd.await=sr0" ;;
none) ;;
*) usage ;;
esac
case $machine in
x86_64)
	# On a busy host the timer is late, and the kernel would conclude that it is broken.
	arguments="console=ttyS0 no_timer_check $arguments"
	qemu=(qemu-system-x86_64 -machine pc -cpu "${cpu:-qemu64}")
	firmware=/usr/share/OVMF/OVMF_CODE_4M.fd
	;;
aarch64)
	arguments="console=ttyAMA0 $arguments"
	qemu=(qemu-system-aarch64 -machine 'virt,dtb-randomness=off' -cpu "${cpu:-cortex-a57}")
	firmware=/usr/share/AAVMF/AAVMF_CODE.fd
	;;
*) usage ;;
esac
# An unpacked kernel boots faster. It is not used with UEFI, which does not accept one, nor with a TPM, because then
# QEMU would load the initramfs over the ACPI tables.
kernel=$vm/vmlinuz
[ -n "$vars" ] || [[ " $* " == *' -tpmdev '* ]] || [ ! -e "$vm/vmlinux" ] || kernel=$vm/vmlinux
[ -z "$vars" ] || devices+=(-drive "if=pflash,format=raw,readonly=on,file=$firmware"
	-drive "if=pflash,format=raw,file=${vars//,/,,}")
[ -z "$model" ] || devices+=(-drive "$(drive seed "$image"),readonly=$readonly" -device "$model,drive=seed")

qemu+=(-accel tcg -m 256 -nodefaults -no-user-config
	-display none -serial stdio -no-reboot
	-kernel "$kernel" -initrd "$vm/initramfs" -append "$arguments" "${devices[@]}" "$@")

if [ -z "$kill_at" ]; then
	timeout --foreground -k 5 "$limit" "${qemu[@]}" </dev/null | sed -u 's/\r$//'
	exit
fi

# The machine is killed without notice, so it loses what it has not written, as in a power cut.
exec {console}< <(exec "${qemu[@]}" </dev/null)
machine=$!
while IFS= read -r -t "$limit" -u "$console" line; do
	printf '%s\n' "${line%$'\r'}"
	if [[ $line == *"$kill_at"* ]]; then
		kill -KILL "$machine"
		exit 137
	fi
done
kill -KILL "$machine" 2>/dev/null
exit 124
