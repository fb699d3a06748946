#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: boot.sh [OPTION]... VM [QEMU-OPTION]...
#
# Boots the kernel and initramfs in the folder VM, which initramfs.sh made, and copies the console
# to standard output until the machine is off. The machine has no network, no virtio-rng and, but
# for -c max, no RDRAND: it has nothing to be seeded from but the drive.
#
#   -m MACHINE what it is, x86_64 or aarch64; x86_64 unless said
#   -d PLACE   where the seed drive is: ide-cd, virtio-blk, virtio-scsi-cd, usb, empty-ide-cd, none;
#              virtio-blk-rw: a disk that can be written
#   -i IMAGE   what is in it; else attached read-only
#   -l IMAGE   a disk with the serial "ledger"; written to
#   -r IMAGE   a disk that is the root, by its label "root"; written to
#   -u UUID    the machine's UUID, by SMBIOS
#   -a ARGS    more for the kernel's command line; what comes last wins
#   -c CPU     qemu64 or cortex-a57 unless said
#   -e VARS    boot by UEFI firmware, with this variable store; written to
#   -k WORDS   kill the machine as soon as its console shows them; the exit status is 137
#   -t SECONDS after which the machine is killed and the exit status is 124; 600 unless said, as it is for one that hangs

set -euo pipefail

usage() {
	sed -n '4,/^$/s/^# \?//p' "$0" >&2
	exit 2
}

# In QEMU's options a comma is doubled.
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
	# On a busy host the kernel takes the timer that comes late for a broken one.
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
# One that is not packed boots sooner. UEFI takes none; and with a TPM, QEMU loads the initramfs over the tables of ACPI then.
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

# Nobody tells it to end: what it had not written is lost, as at a power cut.
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
