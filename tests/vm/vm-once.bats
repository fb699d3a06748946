#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each seed is credited only once: with any clock, on any disk, and whatever happens to the disk. In each machine, the
# kernel's log has what the kernel was given, so if two boots credit a seed, it is in both logs.

# Each test runs in a subshell, and `run` sets variables.
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
	# This initramfs has modules for each kind of disk. Loading so many takes as long as the rest of a boot.
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

# boot OPTION...: boot with this test's disk and drive. The lines of all its boots are in the file `all`.
boot() {
	boots=$((boots + 1))
	log=$BATS_TEST_TMPDIR/boot$boots.log
	"$VM/boot.sh" -l disk "$@" -u "$UUID" "$vm" "${devices[@]}" >"$log"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
	cat "$log" >>all
}

# new_seed OPTION...: reseed the drive of this test with these options.
new_seed() {
	"$BUILD/seedrive" reseed -q --source kernel "$@" drive.iso
	seed=$(seed_of drive.iso)
}

# credits ID: print how many boots credited this seed.
credits() {
	grep -cE "\] seedrive-guest: credited [0-9]+ bits seed=$1 " all || true
}

# none_twice: check that no seed was credited by two boots, neither that of the drive nor a carry-over.
none_twice() {
	[ "$(sed -nE 's/.*\] seedrive-guest: credited [0-9]+ bits (seed=[0-9a-f]*) .*/\1/p' all | sort | uniq -d)" = "" ]
}

clock() {
	devices=(-rtc "base=$1")
}

now() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:%S
}

# three_boots CLOCK OPTION...: boot three times; the second boot has its clock at CLOCK.
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

# Each boot saves a carry-over for the next boot.
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

# bats test_tags=long
@test "once: three boots, the second with its clock three days behind: one credit" {
	at=$(now '-3 days') clocks_with_folder --ttl 1d
}

@test "once: three boots, the second with its clock at 1970: one credit" {
	at=1970-01-01T00:00:10 clocks_with_folder --ttl 1d
}

# bats test_tags=long
@test "once: three boots, the second with its clock at 2106: one credit" {
	at=2106-02-07T06:28:30 clocks_with_folder --ttl 1d
}

# bats test_tags=long
@test "once: three boots with only the drive as ledger: one credit under each clock" {
	for at in "$(now '3 days')" "$(now '-3 days')" 1970-01-01T00:00:10 2106-02-07T06:28:30; do
		new_seed --ttl 1d
		three_boots "$at" -d virtio-blk-rw -i drive.iso -a "sd.args=--wait=3"
		[ "$(credits "$seed")" -eq 1 ]
	done
}

# bats test_tags=long
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

# rolled_back WORD OPTION...: boot three times. The first boot credits a drive and saves a carry-over. The second boot
# credits that carry-over. Before the third boot, the disk is set back to its state before the second one. WORD has more
# options for the program.
rolled_back() {
	local args="$DIR,$CARRY$1"
	shift
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args sd.args=--save-carry-over,/ledger/carry"
	left=$(sed -n 's/.* seedrive-guest: saved seed=\([0-9a-f]*\) .*/\1/p' "$log" | head -n 1)
	cp disk disk.old
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args"
	cp disk.old disk
	boot "$@" -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$args"
	[ "$(credits "$seed")" -eq 1 ]
}

@test "once: if a rolled-back disk brings a carry-over back, the firmware has its id" {
	cp /usr/share/OVMF/OVMF_VARS_4M.fd vars
	rolled_back "" -e vars
	[ "$(credits "$left")" -eq 1 ]
	said "mixed seed=$left carry-over=/ledger/carry ledger=efi reason=already-spent ready-before=no"
	not_ready
	# The same is true for the drive's seed, if the disk is set back to its state before the first boot.
	new_ledger disk
	boot -e vars -d virtio-scsi-cd -i drive.iso -a "sd.efi=1 sd.ledger=disk sd.args=$DIR"
	[ "$(credits "$seed")" -eq 1 ]
	none_twice
}

# bats test_tags=long
@test "once: without such firmware the carry-over is credited again, as the manual says, and not with --mix-carry-over" {
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

# --- the disk of the ledger ---

# forgets LEDGER [ARGUMENTS [OPTION...]]: check that with this ledger the reason is ledger-forgets.
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

@test "once: a ledger on ext4 on emulated persistent memory authorises nothing" {
	forgets on:pmem0 'memmap=32M!160M'
	grep -q 'pmem0' "$log"
}

@test "once: a ledger on a RAM disk, alone or mapped as by LVM, on null_blk, or on scsi_debug authorises nothing" {
	forgets on:ram0
	forgets mapped:ram0
	forgets on:nullb0 sd.module.null_blk=memory_backed=1,gb=1
	forgets on:sda
}

@test "once: a ledger on Btrfs on a loop device in memory authorises nothing; on Btrfs on a disk it does" {
	truncate -s 64M image
	mkfs.btrfs -q --mixed image
	cp image disk
	forgets btrfs-memory
	cp image disk
	remembers btrfs
}

@test "once: a ledger without barriers authorises nothing; on a mapped device over a disk it does" {
	forgets disk-nobarrier
	new_ledger disk
	remembers mapped
}

@test "once: --ledger-persistent vouches for a ledger that cannot be examined" {
	vm=$BATS_FILE_TMPDIR/disks
	boot -d virtio-scsi-cd -i drive.iso -a "sd.ledger=on:ram0 sd.args=$DIR,--ledger-persistent"
	said "credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir ready-before=no"
	new_seed
	boot -d virtio-scsi-cd -i drive.iso -a "sd.ledger=overlay sd.args=$DIR,--ledger-persistent"
	said "mixed seed=$seed drive=/dev/sr0 ledger=none reason=ledger-forgets ready-before=no"
}

# --- power cuts at a flush, and two copies together: tests/vm/cuts.bats has more tests of both ---

@test "once: power cut at each flush of a drive that gets its tombstone: no second credit" {
	cp disk fresh.disk
	cp drive.iso fresh.iso
	run -0 cut_at_each drive 2 none
	[[ ${lines[-1]} =~ ^flushes=[1-9][0-9]*\ first=[1-9][0-9]*\ later=[1-9][0-9]*\ never=0\ twice=0$ ]]
}

# bats test_tags=long
@test "once: a program that credits before it commits fails that test" {
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

@test "once: of two copies started together by a boot one credits, by folder or drive, and at most one by both" {
	cp disk fresh.disk
	cp drive.iso fresh.iso
	run -0 twin_boots 3 dir drive both
	[[ ${lines[-1]} =~ ^boots=3\ once=[23]\ forfeited=[01]\ never=0\ twice=0$ ]]
}

# --- the tombstone ---

# wide_drive: make the drive a disk that accepts only blocks of 4096 bytes.
wide_drive() {
	devices=(-drive "if=none,format=raw,id=seed,file=drive.iso"
		-device "virtio-blk-pci,drive=seed,logical_block_size=4096,physical_block_size=4096")
}

@test "once: a drive with blocks of 4096 bytes gets its tombstone, in either half of a block" {
	local halves='' from
	cp -r "$TREE" tree
	for ((i = 0; i < 2; i++)); do
		# In an image without Joliet, each additional folder moves the record by one sector.
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
		# Nothing else on the drive has changed.
		from=$(($(extent_of before.iso) * 2048))
		[ "$(cmp -l drive.iso before.iso | awk -v from="$from" '$1 <= from || $1 > from + 2048' | wc -l)" -eq 0 ]
	done
	[[ "$halves" =~ ^(01|10)$ ]]
}
