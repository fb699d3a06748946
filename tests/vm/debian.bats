#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian with systemd, without any other source of entropy: how initramfs-tools, dracut and systemd run seedrive-guest.
# The tests depend only on the order of events, and not on how long they take. tests/vm/outcomes.bats tests other kinds
# of disks.

# `log` is set by of().
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

# The second boot has the drive as a CD.
boot_same() {
	disk same
	machine first same tools -d virtio-blk -i "$DRIVE" -a ro
	machine second same tools -d ide-cd -i "$DRIVE" -a rw
}

boot_unseeded() {
	disk unseeded
	machine unseeded unseeded tools -a "ro sd.ask=1"
}

boot_dracut() {
	disk dracut
	machine dracut dracut dracut -d ide-cd -i "$DRIVE" -a ro
}

boot_bare() {
	disk bare
	machine bare bare bare -d ide-cd -i "$DRIVE" -a ro
}

# booted NAME: select the log of that boot, after booting, if no test has before.
booted() {
	local machine=$1
	case $1 in first | second) machine=same ;; esac
	[ -e "$BATS_FILE_TMPDIR/$1.log" ] || "boot_$machine"
	of "$1"
}

setup_file() {
	vm_setup
	"$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
}

@test "debian: without other entropy the seed is credited in the initramfs, before systemd makes the machine-id" {
	booted first
	in_order "$MIXED" "$READY" "$CREDITED" "$MACHINE_ID"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vdb ledger=none reason=mix-only ready-before=no"
	told "seedrive-guest: credited 256 bits seed=$SEED drive=/dev/vdb ledger=dir ready-before=no"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	[ "$(ledger_on same)" = "$SEED" ]
	waited
}

@test "debian: the second boot only mixes the same drive, and credits the carry-over of the first" {
	booted second
	in_order "$MIXED" "$MIXED" "$READY" "$CREDITED"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	id=$(sed -n 's/.*seedrive-guest: saved seed=\([0-9a-f]*\).*/\1/p' "$BATS_FILE_TMPDIR/first.log" | tail -n 1)
	told "seedrive-guest: credited 256 bits seed=$id carry-over=.*/var/lib/seedrive/carry-over ready-before=no"
	waited
}

@test "debian: without a seed the machine-id is made by a kernel that is not ready, and the next program waits" {
	booted unseeded
	in_order "$MACHINE_ID" "$READY"
	run ! grep -a 'seedrive-guest: ' <(grep -av 'seedrive-guest: saved' "$log")
	waited head
}

@test "debian: root stays as the command line says, systemd mounts it as usual, and no unit fails" {
	booted second
	ended_well "ext4 rw" "ext4 rw"
	for boot in first unseeded; do
		booted "$boot"
		ended_well "ext4 ro" "ext4 rw"
	done
}

@test "debian: the unit does not decide again after the initramfs" {
	booted first
	told "vm: decided by root"
}

# bats test_tags=long
@test "debian: the unit decides if the initramfs lacks the stages" {
	booted bare
	ended_well "ext4 ro" "ext4 rw"
	told "vm: decided by system"
	# The seed was mixed by the stage `search`, by udev's event, or by both.
	in_order "$MACHINE_ID" "$MIXED" "$READY" "$CREDITED" || in_order "$MACHINE_ID" "$MIXED" "$MIXED" "$READY" "$CREDITED"
	told "seedrive-guest: credited 256 bits seed=$SEED drive=/dev/sr0 ledger=dir ready-before=no"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	waited
	told "vm: status outcome=credited"
	told "vm: status stage=system"
}

# In dracut's initramfs, systemd makes another machine-id, which is not kept.
# bats test_tags=long
@test "debian: with dracut the seed is credited in the initramfs, before systemd makes the machine-id" {
	booted dracut
	ended_well "ext4 ro" "ext4 rw"
	in_order "$MACHINE_ID" "$MIXED" "$READY" "$CREDITED" "$MACHINE_ID"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	told "seedrive-guest: credited 256 bits seed=$SEED drive=/dev/sr0 ledger=dir ready-before=no"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	told "vm: decided by root"
	waited
}

@test "debian: only root can read a CD with a seed, by both of its nodes" {
	booted second
	run ! grep 'udev does not settle' "$log"
	told "vm: file 600:0:0 /dev/sr0"
	run ! grep -aE 'vm: file .* /dev/s[rg]' <(grep -av 'vm: file 600:0:0 ' "$log")
}

@test "debian: udisks is told to ignore a seed drive, whether CD or disk, and no other drive" {
	booted first
	told "vm: udisks ignores /dev/vdb"
	run ! grep 'udisks ignores /dev/vda' "$log"
	booted second
	told "vm: udisks ignores /dev/sr0"
	booted unseeded
	run ! grep 'udisks ignores' "$log"
}

@test "debian: the status of a boot has the result, whichever stage decided" {
	booted first
	told "vm: status outcome=credited"
	told "vm: status seed=$SEED"
	told "vm: status stage=root"
	booted second
	told "vm: status outcome=credited"
	told "vm: status drive=.*/var/lib/seedrive/carry-over"
	booted unseeded
	told "vm: status outcome=none"
}
