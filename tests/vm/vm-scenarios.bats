#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What may happen to a virtual machine and its disks, after the table in seedrive-guest(8): reboots, power cuts, copies,
# rollbacks. If nothing may be credited, our line and the kernel's own log must both show that the kernel was not made
# ready.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/guest

OTHER_UUID=00000000-1111-4222-8333-444444444444
DIR="--ledger,/ledger/ids"
CARRY="--carry-over,/ledger/carry"

setup_file() {
	vm_setup
	export KERNEL
	KERNEL=$("$VM/kernel.sh")
	MODULES="loop overlay efivarfs" "$VM/initramfs.sh" "$KERNEL" "$BUILD/guest/seedrive-guest" \
		"$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	devices=()
	vm=$BATS_FILE_TMPDIR/vm
	new_ledger disk
	cp "$DRIVE" drive.iso
	seed=$(seed_of drive.iso)
	boots=0
}

# boot OPTION...: boot with this test's disk and drive.
boot() {
	boots=$((boots + 1))
	log=$BATS_TEST_TMPDIR/boot$boots.log
	"$VM/boot.sh" -l disk "$@" "$vm" "${devices[@]}" >"$log"
	shown
}

shown() {
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

# cut_off OPTION...: boot, and kill QEMU as soon as the program has ended; what has not been written is lost.
cut_off() {
	boots=$((boots + 1))
	log=$BATS_TEST_TMPDIR/boot$boots.log
	run -137 "$VM/boot.sh" -k 'vm: the boot goes on' -l disk "$@" "$vm" "${devices[@]}"
	printf '%s\n' "$output" >"$log"
	shown
}

credited() {
	said "credited 256 bits seed=$seed drive=/dev/[a-z]+[0-9]* ledger=$1 ready-before=no"
	grep -q 'random: crng init done' "$log"
}

mixed() {
	said "mixed seed=$seed drive=/dev/[a-z]+[0-9]* ledger=$1 reason=$2 ready-before=no"
}

# Builds the program without its flushes, and otherwise unchanged.
without_flushes() {
	(cd "$ROOT" && planted_guest "$BATS_TEST_TMPDIR/unflushed" guest/sys.c \
		'return (int)sys_call(SYS_fsync, fd, 0, 0);' '(void)fd;
	return 0;')
	vm=$BATS_TEST_TMPDIR/vm
	"$VM/initramfs.sh" "$KERNEL" "$BATS_TEST_TMPDIR/unflushed" "$vm"
}

# --- first boot, reboot, a new drive ---

@test "vm: a reboot with the same drive mixes it, and credits the carry-over, once" {
	local args="sd.ledger=disk sd.args=$DIR,$CARRY sd.args=--save-carry-over,/ledger/carry"
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "$args"
	credited dir
	said "saved seed=[0-9a-f]{32} carry-over=/ledger/carry"
	left=$(sed -n 's/.* seedrive-guest: saved seed=\([0-9a-f]*\) .*/\1/p' "$log" | head -n 1)

	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR,$CARRY"
	mixed dir already-spent
	said "credited 256 bits seed=$left carry-over=/ledger/carry ready-before=no"

	# The carry-over has been consumed, and the last boot saved none.
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR,$CARRY"
	mixed dir already-spent
	run -1 grep -q 'carry-over=' "$log"
	not_ready

	# Now the host renews the drive.
	"$BUILD/seedrive" reseed -q --source kernel drive.iso
	seed=$(seed_of drive.iso)
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR,$CARRY"
	credited dir
}

@test "vm: a seed that an early stage only mixed is credited by a later one, and by no other" {
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" \
		-a "sd.ledger=disk sd.args=--mix-only sd.args=$DIR sd.args=$DIR"
	mixed none mix-only
	credited dir
	said "mixed seed=$seed drive=/dev/sr0 ledger=dir reason=already-spent ready-before=yes"
}

@test "vm: a carry-over that came with a copy of the disk is not credited" {
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" \
		-a "sd.ledger=disk sd.args=$DIR sd.args=--save-carry-over,/ledger/carry"
	credited dir
	boot -u "$OTHER_UUID" -a "sd.ledger=disk sd.args=$DIR,$CARRY"
	said "no seed drive"
	said "mixed seed=[0-9a-f]{32} carry-over=/ledger/carry reason=other-uuid ready-before=no"
	not_ready
}

# --- power cuts ---

@test "vm: a machine killed right after the credit does not credit the seed again" {
	cut_off -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR sd.end=wait"
	credited dir
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	mixed dir already-spent
	not_ready
}

# bats test_tags=long
@test "vm: without the flushes it does, so that test can fail" {
	without_flushes
	cut_off -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR sd.end=wait"
	credited dir
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
}

# volatile IMAGE: make a disk that keeps writes only in memory until they are flushed; sets $socket.
volatile() {
	socket=nbd:unix:$BATS_TEST_TMPDIR/socket$boots
	/usr/bin/python3 "$VM/nbd.py" "${socket#nbd:unix:}" "$1" 3>&- &
	while [ ! -S "${socket#nbd:unix:}" ]; do :; done
}

@test "vm: a drive with a volatile cache, killed right after the credit, has its tombstone" {
	volatile drive.iso
	cut_off -d virtio-blk-rw -i "$socket" -u "$UUID" -a "sd.args=--wait=300 sd.end=wait"
	credited drive
	wait
	volatile drive.iso
	boot -d virtio-blk-rw -i "$socket" -u "$UUID" -a "sd.args=--wait=300"
	said "spent seed=$seed drive=/dev/[a-z]+[0-9]* ledger=drive reason=already-spent ready-before=no"
	not_ready
	wait
}

# bats test_tags=long
@test "vm: without the flush the drive has no tombstone, so that test can fail" {
	without_flushes
	volatile drive.iso
	cut_off -d virtio-blk-rw -i "$socket" -u "$UUID" -a "sd.args=--wait=300 sd.end=wait"
	credited drive
	wait
	volatile drive.iso
	boot -d virtio-blk-rw -i "$socket" -u "$UUID" -a "sd.args=--wait=300"
	credited drive
	wait
}

# --- the tombstone ---

@test "vm: a writable drive loses its seed when that is credited, and gets a new one by reseed" {
	boot -d virtio-blk-rw -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir,drive
	/usr/bin/python3 "$ROOT/tests/lib/read_seed.py" drive.iso 2>said || true
	[ "$(cat said)" = "read_seed.py: spent: seed $seed" ]
	# The 64 bytes of the seed are after the header.
	at=$(($(extent_of drive.iso) * 2048 + 128))
	[ "$(od -An -v -tx1 -j "$at" -N 64 "$DRIVE" | tr -d ' 0\n')" != "" ]
	[ "$(od -An -v -tx1 -j "$at" -N 64 drive.iso | tr -d ' 0\n')" = "" ]
	"$BUILD/seedrive" reseed -q --source kernel drive.iso
	seed=$(seed_of drive.iso)
	boot -d virtio-blk-rw -i drive.iso -u "$UUID" -a "sd.args=--wait=300"
	credited drive
}

@test "vm: --no-drive-ledger leaves the drive as it is" {
	cp drive.iso before.iso
	boot -d virtio-blk-rw -i drive.iso -u "$UUID" \
		-a "sd.ledger=disk sd.args=--no-drive-ledger sd.args=$DIR,--no-drive-ledger"
	mixed none no-ledger
	credited dir
	cmp drive.iso before.iso
}

@test "vm: if one copy of a drive is spent, the other copy is not credited" {
	boot -d virtio-blk-rw -i drive.iso -u "$UUID" -a "sd.args=--wait=300"
	credited drive
	devices=(-drive "if=none,format=raw,id=second,file=drive.iso" -device "virtio-blk-pci,drive=second")
	cp "$DRIVE" copy.iso
	boot -d virtio-blk-rw -i copy.iso -u "$UUID" -a "sd.args=--wait=300"
	said "mixed seed=$seed drive=/dev/[a-z]+[0-9]* ledger=none reason=already-spent ready-before=no"
	not_ready
}

# --- no ledger that authorises ---

# mixed_with LEDGER WORD: check that with LEDGER on /ledger the seed is only mixed, with the reason WORD.
mixed_with() {
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=$1 sd.args=$DIR"
	mixed none "$2"
	not_ready
}

@test "vm: a read-only root and a CD leave the seed mixed, and a later boot credits it" {
	mkdir ids
	mkfs.ext4 -q -F -d . disk 8M 2>/dev/null || mkfs.ext4 -q -F disk
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=disk-ro sd.args=$DIR"
	grep -qE "seedrive-guest: mixed .* reason=ledger-read-only ready-before=no" "$log"
	not_ready
	boot -d virtio-scsi-cd -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
}

@test "vm: an overlay cannot have a ledger, whether its changes are in memory or on a disk" {
	mixed_with overlay ledger-forgets
	mixed_with overlay-disk ledger-forgets
}

@test "vm: a file system in a file cannot have a ledger, like the root of a live system" {
	mkdir tree
	truncate -s 2M tree/image
	mkfs.ext4 -q tree/image
	rm disk
	truncate -s 16M disk
	mkfs.ext4 -q -d tree disk
	mixed_with loop ledger-forgets
}

# --- copies ---

@test "vm: disk and drive copied to a machine with another UUID: a bound seed is mixed there" {
	cp disk disk.copy
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
	mv disk.copy disk
	boot -d virtio-blk -i drive.iso -u "$OTHER_UUID" -a "sd.ledger=disk sd.args=$DIR"
	mixed none other-uuid
	not_ready
}

@test "vm: disk and drive copied: an unbound seed is credited in each copy, as the manual says" {
	"$BUILD/seedrive" build -q --source kernel --bind none -o drive.iso "$TREE"
	seed=$(seed_of drive.iso)
	cp disk disk.copy
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
	mv disk.copy disk
	boot -d virtio-blk -i drive.iso -u "$OTHER_UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
}

# --- an older snapshot of the disk ---

# bats test_tags=long
@test "vm: after a rollback of the disk the seed is credited again, as the manual says" {
	cp disk disk.old
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
	cp disk.old disk
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
}

@test "vm: after a rollback of the disk an expired seed is not credited again" {
	"$BUILD/seedrive" reseed -q --source kernel --ttl 1h drive.iso
	seed=$(seed_of drive.iso)
	cp disk disk.old
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
	cp disk.old disk
	devices=(-rtc "base=$(date -u -d '2 hours' +%Y-%m-%dT%H:%M:%S)")
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	mixed none expired
	not_ready
}

@test "vm: the firmware's variables survive a rollback of the disk, and veto the credit" {
	cp disk disk.old
	cp /usr/share/OVMF/OVMF_VARS_4M.fd vars
	boot -e vars -d virtio-blk -i drive.iso -u "$UUID" -a "sd.efi=1 sd.ledger=disk sd.args=$DIR"
	credited dir,efi
	cp disk.old disk
	boot -e vars -d virtio-blk -i drive.iso -u "$UUID" \
		-a "sd.efi=1 sd.ledger=disk sd.args=--no-efi-ledger,--dry-run,$DIR sd.args=$DIR"
	# The dry run does not use the firmware's ledger, so it would credit the seed. The real run uses it, and
	# writes the seed into the disk's ledger, where its entry was missing.
	grep -q "stderr: seedrive-guest: dry-run: credited 256 bits seed=$seed .* ledger=dir " "$log"
	mixed dir,efi already-spent
	not_ready

	# A second seed is added to the firmware's variable, which the kernel now protects against removal.
	"$BUILD/seedrive" reseed -q --source kernel drive.iso
	first=$seed seed=$(seed_of drive.iso)
	boot -e vars -d virtio-blk -i drive.iso -u "$UUID" -a "sd.efi=1 sd.ledger=disk sd.args=$DIR"
	credited dir,efi
	hex_of vars | grep -q "$(printf SDLEDG01 | hex_of)${first}0\{16\}${seed}0\{16\}"
}

# hex_of [FILE]: print FILE in hexadecimal on one line. An id may contain the byte of a newline, so grep cannot find it
# in the raw bytes.
hex_of() {
	od -An -v -tx1 "$@" | tr -d ' \n'
}

# --- the clock ---

@test "vm: without a clock a seed that can expire is not credited, and one that cannot is" {
	devices=(-rtc base=2001-01-01T00:00:00)
	"$BUILD/seedrive" reseed -q --source kernel --ttl 1d drive.iso
	seed=$(seed_of drive.iso)
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	mixed none no-clock
	not_ready
	"$BUILD/seedrive" reseed -q --source kernel --ttl 0 drive.iso
	seed=$(seed_of drive.iso)
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	credited dir
}

@test "vm: a seed from the future that can expire is not credited" {
	# The clock must be later than the build of the program; otherwise it would count as unset.
	"$BUILD/seedrive" reseed -q --source kernel --ttl 1d drive.iso
	seed=$(seed_of drive.iso)
	devices=(-rtc "base=$(date -u -d '-10 minutes' +%Y-%m-%dT%H:%M:%S)")
	(cd "$ROOT" && planted_guest "$BATS_TEST_TMPDIR/older" guest/machine.c 's->built = BUILD_TIME;' \
		's->built = BUILD_TIME - 86400;')
	vm=$BATS_TEST_TMPDIR/vm
	"$VM/initramfs.sh" "$KERNEL" "$BATS_TEST_TMPDIR/older" "$vm"
	boot -d virtio-blk -i drive.iso -u "$UUID" -a "sd.ledger=disk sd.args=$DIR"
	mixed none from-the-future
	not_ready
}
