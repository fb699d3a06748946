#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Exactly once: under any clock, on any disk, and whatever becomes of the disk. In each machine the kernel says
# what it was given; a seed that two boots credit is found in both of their logs.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/guest
load ../lib/cuts

DIR="--ledger,/ledger/ids"
CARRY="--carry-over,/ledger/carry"

setup_file() {
	vm_setup
	export KERNEL
	KERNEL=$("$VM/kernel.sh")
	install_into "$BATS_FILE_TMPDIR/extra" dmsetup
	MODULES="loop overlay efivarfs" "$VM/initramfs.sh" "$KERNEL" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	# Of every kind of disk. To load so many takes as long as all the rest of a boot.
	EXTRA=$BATS_FILE_TMPDIR/extra \
		MODULES="loop overlay btrfs crc32c_generic brd null_blk sd_mod scsi_debug nfit nd_e820 nd_pmem dm_mod" \
		"$VM/initramfs.sh" "$KERNEL" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/disks"
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
	: >all
}

# boot OPTION...: with the disk and the drive of this test. What all boots said is in the file `all`.
boot() {
	boots=$((boots + 1))
	log=$BATS_TEST_TMPDIR/boot$boots.log
	"$VM/boot.sh" -l disk "$@" -u "$UUID" "$vm" "${devices[@]}" >"$log"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
	cat "$log" >>all
}

# A new drive for this test: reseeded with these options.
new_seed() {
	"$BUILD/seedrive" reseed -q --source kernel "$@" drive.iso
	seed=$(seed_of drive.iso)
}

# credits ID: how many boots credited it.
credits() {
	grep -cE "\] seedrive-guest: credited [0-9]+ bits seed=$1 " all || true
}

# No seed at all was credited by two boots, the drive's or one carried over.
none_twice() {
	[ "$(sed -nE 's/.*\] seedrive-guest: credited [0-9]+ bits (seed=[0-9a-f]*) .*/\1/p' all | sort | uniq -d)" = "" ]
}

clock() {
	devices=(-rtc "base=$1")
}

now() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:%S
}

# three_boots CLOCK OPTION...: the second boot under that clock.
three_boots() {
	local at=$1
	shift
	clock "$(now now)"
	boot "$@"
	clock "$at"
	boot "$@"
	clock "$(now now)"
	boot "$@"
}

# --- the clock ---

# With the carry-over of each boot for the next.
clocks_with_folder() {
	new_ledger disk
	new_seed "$@"
	three_boots "$at" -d virtio-scsi-cd -i drive.iso -a "sd.ledger=disk sd.args=$DIR,$CARRY sd.args=--save-carry-over,/ledger/carry"
	[ "$(credits "$seed")" -eq 1 ]
	[ "$(grep -cE 'seedrive-guest: credited .* carry-over=' "$log")" -gt 0 ]
	none_twice
}

@test "once: three boots, the second with its clock three days ahead: one credit, with and without a time to live" {
	at=$(now '3 days') clocks_with_folder --ttl 1d
	at=$(now '3 days') clocks_with_folder --ttl 0
}

@test "once: likewise with its clock three days behind" {
	at=$(now '-3 days') clocks_with_folder --ttl 1d
}

@test "once: likewise at 1970" {
	at=1970-01-01T00:00:10 clocks_with_folder --ttl 1d
}

@test "once: likewise at 2106" {
	at=2106-02-07T06:28:30 clocks_with_folder --ttl 1d
}

@test "once: likewise with the drive alone for a ledger" {
	for at in "$(now '3 days')" "$(now '-3 days')" 1970-01-01T00:00:10 2106-02-07T06:28:30; do
		new_seed --ttl 1d
		three_boots "$at" -d virtio-blk-rw -i drive.iso -a "sd.args=--wait=3"
		[ "$(credits "$seed")" -eq 1 ]
	done
}

@test "once: a seed that does not expire is credited at its first boot whatever the clock shows" {
	for at in "$(now '3 days')" "$(now '-1 hour')" 1999-12-31T23:00:00 2106-02-07T06:28:30; do
		new_ledger disk
		new_seed --ttl 0
		clock "$at"
		boot -d virtio-blk -i drive.iso -a "sd.ledger=disk sd.args=$DIR"
		[ "$(credits "$seed")" -eq 1 ]
	done
}

# --- a disk that is rolled back ---

# rolled_back WORD OPTION...: a drive is credited and leaves a carry-over; the second boot credits that, by what
# WORD has of options; and the third has the disk of before the second.
rolled_back() {
	local args="$DIR,$CARRY$1"
	shift
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args sd.args=--save-carry-over,/ledger/carry"
	left=$(sed -n 's/.* seedrive-guest: left seed=\([0-9a-f]*\) .*/\1/p' "$log" | head -n 1)
	cp disk disk.old
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args"
	cp disk.old disk
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args"
	[ "$(credits "$seed")" -eq 1 ]
}

@test "once: a carry-over that a rolled-back disk brings back is known to the firmware" {
	cp /usr/share/OVMF/OVMF_VARS_4M.fd vars
	rolled_back "" -e vars
	[ "$(credits "$left")" -eq 1 ]
	said "mixed seed=$left carry-over=/ledger/carry ledger=efi reason=already-spent ready-before=no"
	not_ready
	# As is the drive's seed, were the disk one of before the first boot.
	new_ledger disk
	boot -e vars -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$DIR"
	[ "$(credits "$seed")" -eq 1 ]
	none_twice
}

@test "once: without such a firmware it is credited again, as the manual says, and not if that is switched off" {
	rolled_back ""
	[ "$(credits "$left")" -eq 2 ]
	: >all
	new_ledger disk
	new_seed
	rolled_back ,--mix-carry-over
	[ "$(credits "$left")" -eq 0 ]
	said "mixed seed=$left carry-over=/ledger/carry reason=mix-only ready-before=no"
	not_ready
}

# --- what the ledger lies on ---

# forgets LEDGER [ARGUMENTS [OPTION...]]
forgets() {
	vm=$BATS_FILE_TMPDIR/disks
	boot "${@:3}" -d virtio-scsi-cd -i drive.iso -a "sd.ledger=$1 sd.args=$DIR ${2:-}"
	said "mixed seed=$seed drive=/dev/sr0 ledger=none reason=ledger-forgets ready-before=no"
	not_ready
}

remembers() {
	vm=$BATS_FILE_TMPDIR/disks
	boot -d virtio-scsi-cd -i drive.iso -a "sd.ledger=$1 sd.args=$DIR"
	said "credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir ready-before=no"
}

@test "once: a ledger on ext4 on persistent memory that is made of RAM authorises nothing" {
	forgets on:pmem0 'memmap=32M!160M'
	grep -q 'pmem0' "$log"
}

@test "once: nor does one on a RAM disk, alone or mapped as LVM does, on null_blk, or on scsi_debug" {
	forgets on:ram0
	forgets mapped:ram0
	forgets on:nullb0 sd.module.null_blk=memory_backed=1,gb=1
	forgets on:sda
}

@test "once: nor does Btrfs on a loop device on a tmpfs; Btrfs on a disk does" {
	truncate -s 64M image
	mkfs.btrfs -q --mixed image
	cp image disk
	forgets btrfs-memory
	cp image disk
	remembers btrfs
}

@test "once: nor does a file system without barriers; a mapped device over a disk does" {
	forgets disk-nobarrier
	new_ledger disk
	remembers mapped
}

@test "once: --ledger-persistent vouches for what cannot be looked through" {
	vm=$BATS_FILE_TMPDIR/disks
	boot -d virtio-scsi-cd -i drive.iso -a "sd.ledger=on:ram0 sd.args=$DIR,--ledger-persistent"
	said "credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir ready-before=no"
	new_seed
	boot -d virtio-scsi-cd -i drive.iso -a "sd.ledger=overlay sd.args=$DIR,--ledger-persistent"
	said "mixed seed=$seed drive=/dev/sr0 ledger=none reason=ledger-forgets ready-before=no"
}

# --- the power cut at a flush, and two at once: tests/vm/cuts.bats has more of both ---

@test "once: power cut at each flush of a drive that takes its tombstone: no credit twice" {
	cp disk fresh.disk
	cp drive.iso fresh.iso
	run -0 cut_at_each drive 2 none
	[[ ${lines[-1]} =~ ^flushes=[1-9][0-9]*\ first=[1-9][0-9]*\ later=[1-9][0-9]*\ never=0\ twice=0$ ]]
}

@test "once: that test finds a program that credits before it has committed" {
	(cd "$ROOT" && planted_guest "$BATS_TEST_TMPDIR/wrong" guest/main.c \
		'v.reason = commit_seed(run, &entry, &v.ledgers);
	if (!v.reason)
		v.reason = credit(run, &v);' \
		'v.reason = credit(run, &v);
	if (!v.reason)
		v.reason = commit_seed(run, &entry, &v.ledgers);')
	vm=$BATS_TEST_TMPDIR/vm
	"$VM/initramfs.sh" "$KERNEL" "$BATS_TEST_TMPDIR/wrong" "$vm"
	cut_boot cut.log 1 none drive
	cut_boot again.log 0 none drive
	[ "$(credited_in cut.log again.log)" = 2 ]
}

@test "once: of two copies that are started at once by a boot one credits, by folder or drive; and by both no more" {
	cp disk fresh.disk
	cp drive.iso fresh.iso
	run -0 twin_boots 3 dir drive both
	[[ ${lines[-1]} =~ ^boots=3\ once=[23]\ forfeited=[01]\ never=0\ twice=0$ ]]
}

# --- the tombstone ---

# wide_drive: as a disk that only takes blocks of 4096 bytes.
wide_drive() {
	devices=(-drive "if=none,format=raw,id=seed,file=drive.iso"
		-device "virtio-blk-pci,drive=seed,logical_block_size=4096,physical_block_size=4096")
}

@test "once: a drive with blocks of 4096 bytes gets its tombstone, in either half of a block" {
	local halves='' from
	cp -r "$TREE" tree
	for ((i = 0; i < 2; i++)); do
		# In an image without Joliet one folder more moves the record by one sector.
		mkdir "tree/folder$i"
		"$BUILD/seedrive-mkisofs" -quiet -r -V config-2 -o drive.iso tree
		halves+=$(($(extent_of drive.iso) % 2))
		seed=$(seed_of drive.iso)
		cp drive.iso before.iso
		wide_drive
		boot -a "sd.args=--wait=3"
		said "credited 256 bits seed=$seed drive=/dev/vd[a-z] ledger=drive ready-before=no"
		boot -a "sd.args=--wait=3"
		said "spent seed=$seed drive=/dev/vd[a-z] ledger=drive reason=already-spent ready-before=no"
		# Nothing else on it has changed.
		from=$(($(extent_of before.iso) * 2048))
		[ "$(cmp -l drive.iso before.iso | awk -v from="$from" '$1 <= from || $1 > from + 2048' | wc -l)" -eq 0 ]
	done
	[[ "$halves" =~ ^(01|10)$ ]]
}
