#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-cuts`: the power is cut at each flush of a boot; of the writes that were not flushed, the disk has kept
# none, all or some. On each of 200 other boots (BOOTS), two copies of the program are started together.
# tests/vm/vm-once.bats has a few tests of both kinds.

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/cuts

# job NAME COMMAND...: run COMMAND in a new folder, with a new ledger and drive; its output goes to the file NAME.
job() {
	local name=$1
	shift
	mkdir "$BATS_FILE_TMPDIR/$name.d"
	cd "$BATS_FILE_TMPDIR/$name.d" || return
	new_ledger fresh.disk
	cp "$DRIVE" fresh.iso
	"$@" >"$BATS_FILE_TMPDIR/$name" 2>&1 || echo "exit status $?" >>"$BATS_FILE_TMPDIR/$name"
}

carry_over() {
	"$VM/boot.sh" -l fresh.disk -d virtio-blk -i fresh.iso -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger/ids sd.args=--save-carry-over,/ledger/carry" "$vm" >left.log
	grep -q 'seedrive-guest: saved seed=' left.log || return
	cut_at_each carry 2 none half all
}

both() {
	job dir cut_at_each dir 2 none half all
	job carry carry_over
	job drive cut_at_each drive 2 none half all
}

# Runs two series of boots in parallel, on two CPUs.
setup_file() {
	vm_setup
	export vm=$BATS_FILE_TMPDIR/vm
	"$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" "$vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	both 3>&- &
	job twins twin_boots "${BOOTS:-200}" dir drive both 3>&- &
	wait
}

# never_twice NAME: check that no seed in this job was credited twice.
never_twice() {
	cat "$BATS_FILE_TMPDIR/$1"
	echo "# $1: $(tail -n 1 "$BATS_FILE_TMPDIR/$1")" >&3
	# Some boots were cut after the credit. Others were cut before it, and then the next boot credited the seed.
	[[ $(tail -n 1 "$BATS_FILE_TMPDIR/$1") =~ ^flushes=[1-9][0-9]*\ first=[1-9][0-9]*\ later=[1-9][0-9]*\ never=.*\ twice=0$ ]]
}

@test "cuts: power cut at each flush of the ledger's disk: no seed is credited twice" {
	never_twice dir
}

@test "cuts: power cut at each flush of a drive that gets its tombstone: no seed is credited twice" {
	never_twice drive
}

@test "cuts: power cut at each flush of the disk with the carry-over: no seed is credited twice" {
	never_twice carry
}

@test "cuts: two copies started together on many boots: no seed is credited twice, and with one ledger each is credited" {
	cat "$BATS_FILE_TMPDIR/twins"
	echo "# twins: $(tail -n 1 "$BATS_FILE_TMPDIR/twins")" >&3
	[[ $(tail -n 1 "$BATS_FILE_TMPDIR/twins") =~ ^boots=${BOOTS:-200}\ once=[1-9][0-9]*\ forfeited=[0-9]+\ never=0\ twice=0$ ]]
}
