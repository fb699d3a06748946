#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unusual drives and surroundings: a drive on USB, a drive on bare metal, one that is attached twice, one on a disk that
# hangs, one without a record; and a system without /dev, /proc or /sys.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm

DIR="--ledger,/ledger/ids"

setup_file() {
	vm_setup
	"$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	devices=()
	vm=$BATS_FILE_TMPDIR/vm
	new_ledger disk
}

boot() {
	log=$BATS_TEST_TMPDIR/boot.log
	"$VM/boot.sh" -l disk -u "$UUID" "$@" "$vm" "${devices[@]}" >"$log"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

credited() {
	said "credited 256 bits seed=$SEED drive=/dev/$1 ledger=dir ready-before=no"
	grep -q 'random: crng init done' "$log"
}

# --- places ---

# The cloud kernel has no USB, so this test uses Debian's ordinary kernel.
@test "vm: a USB stick with a labelled drive is mixed, and with --trust-device credited" {
	vm=$BATS_TEST_TMPDIR/vm
	MODULES="crc32c_generic xhci_pci usb_storage sd_mod" "$VM/initramfs.sh" "$("$VM/kernel.sh" linux-image-amd64)" \
		"$BUILD/guest/seedrive-guest" "$vm"
	boot -d usb -i "$DRIVE" -a "sd.ledger=disk sd.await=sda sd.args=$DIR sd.args=$DIR,--trust-device"
	said "mixed seed=$SEED drive=/dev/sda ledger=none reason=untrusted-device ready-before=no"
	credited sda
	[ "$(grep -n 'crng init done' "$log" | cut -d: -f1)" -gt \
		"$(grep -n 'reason=untrusted-device' "$log" | head -n 1 | cut -d: -f1)" ]
}

@test "vm: a drive that is also attached by USB is not trusted" {
	vm=$BATS_TEST_TMPDIR/vm
	MODULES="crc32c_generic xhci_pci usb_storage sd_mod" "$VM/initramfs.sh" "$("$VM/kernel.sh" linux-image-amd64)" \
		"$BUILD/guest/seedrive-guest" "$vm"
	devices=(-drive "if=none,format=raw,readonly=on,id=second,file=$DRIVE"
		-device "virtio-blk-pci,drive=second")
	boot -d usb -i "$DRIVE" -a "sd.ledger=disk sd.await=sda sd.args=$DIR"
	said "mixed seed=$SEED drive=/dev/[a-z]+ ledger=none reason=untrusted-device ready-before=no"
	[ "$(grep -c 'seedrive-guest: mixed' "$log")" -eq 2 ]
	not_ready
}

@test "vm: the same drive attached twice counts as one, and is credited once" {
	devices=(-drive "if=none,format=raw,readonly=on,id=second,file=$DRIVE"
		-device "virtio-blk-pci,drive=second")
	boot -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.args=$DIR"
	credited 'vd[a-z]'
	[ "$(grep -c '\] seedrive-guest: ' "$log")" -eq 1 ]
}

@test "vm: on bare metal no device is opened that is not named; a seed is mixed, and with --trust-device credited" {
	boot -c qemu64,-hypervisor -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.args=$DIR" \
		-a "sd.args=$DIR,--device=/dev/vda,--device=/dev/vdb sd.args=$DIR,--trust-device"
	said "/sys/class/block: on bare metal only devices named with --device are opened"
	said "mixed seed=$SEED drive=/dev/vd[a-z] ledger=none reason=bare-metal ready-before=no"
	credited 'vd[a-z]'
}

@test "vm: a CPU model without SEV's CPUID leaf is not taken for a confidential machine" {
	boot -c EPYC,-rdrand -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.args=$DIR"
	credited 'vd[a-z]'
}

# --- drives without a record ---

@test "vm: a drive without a record is mixed, and with --stock-credit credited, once" {
	genisoimage -quiet -ldots -allow-lowercase -allow-multidot -l -J -r -V config-2 -o stock.iso "$TREE"
	SEED=$(/usr/bin/python3 -c 'import base64, hashlib, json, sys
seed = base64.b64decode(json.load(open(sys.argv[1]))["random_seed"])
print(hashlib.sha256(seed).hexdigest()[:32])' "$TREE/openstack/latest/meta_data.json")
	boot -d ide-cd -i stock.iso -a "sd.ledger=disk sd.args=$DIR sd.args=$DIR,--stock-credit"
	said "mixed seed=$SEED drive=/dev/sr0 ledger=none reason=stock-seed ready-before=no"
	credited sr0
	boot -d ide-cd -i stock.iso -a "sd.ledger=disk sd.args=$DIR,--stock-credit"
	said "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	not_ready
}

# --- a disk that hangs ---

# boot_beside OPTION...: boot with a disk that hangs. QEMU is killed, because it would not end before that disk answers.
boot_beside() {
	log=$BATS_TEST_TMPDIR/boot.log
	run -137 "$VM/boot.sh" -k 'vm: the boot goes on' -l disk -u "$UUID" "$@" "$vm" "${devices[@]}"
	printf '%s\n' "$output" >"$log"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
}

# hanging NAME: make a drive that never answers a read of its volume descriptor.
hanging() {
	cp "$DRIVE" "$1.img"
	/usr/bin/python3 "$VM/nbd.py" --hang $((16 * 2048)) "$BATS_TEST_TMPDIR/$1.socket" "$1.img" 3>&- &
	while [ ! -S "$1.socket" ]; do :; done
	devices+=(-drive "if=none,format=raw,id=$1,file=nbd:unix:$BATS_TEST_TMPDIR/$1.socket"
		-device "virtio-blk-pci,drive=$1")
}

# took LEAST MOST: check that the first run took at least LEAST and less than MOST ms by the guest's clock.
took() {
	awk -v least="$1" -v most="$2" '/ vm: (before|after) / && n < 2 {
			sub(/.* us=/, "")
			time[n++] = $0 / 1000
		}
		END { exit !(time[1] - time[0] >= least && time[1] - time[0] < most) }' "$log"
}

@test "vm: a drive that never answers takes --wait, and no more" {
	hanging dead
	boot_beside -a "sd.ledger=disk sd.args=$DIR,--wait=2,--device=/dev/vdb sd.end=wait"
	said "/dev/vdb: does not answer"
	ended 1 no
	# Without a deadline the program would wait for ever, which is more than this even on a slow host.
	took 1900 30000
}

@test "vm: a drive that never answers does not keep another one from being credited" {
	hanging dead
	boot_beside -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.args=$DIR,--wait=600 sd.end=wait"
	credited 'vd[a-z]'
	took 0 30000
}

# --- missing file systems ---

@test "vm: in an empty /dev it makes the nodes that it needs, and removes them" {
	boot -d virtio-scsi-cd -i "$DRIVE" -a "sd.ledger=disk sd.hide=/dev sd.args=$DIR"
	credited sr0
	ended 0 yes
	grep -q 'vm: in /dev: $' "$log"
}

@test "vm: if /proc or /sys is not mounted, it reports that and fails, and the boot continues" {
	boot -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.hide=/proc sd.args=$DIR"
	said "/proc: not mounted"
	ended 1 no
	boot -d virtio-blk -i "$DRIVE" -a "sd.ledger=disk sd.hide=/sys sd.args=$DIR"
	said "/sys: not mounted"
	ended 1 no
}
