#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian with sysvinit and with OpenRC, and the scripts of `make install-guest-sysvinit` and `make
# install-guest-openrc`. A drive is credited in the initramfs; by the system, if the initramfs lacks the stages; or when
# it is plugged in. At the end, a carry-over is saved. Part of `make check-boot`.

# `log` is set by of(), and machine() takes `devices`.
# shellcheck disable=SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

# boots_of INIT: boot machines with this init, in different ways.
boots_of() {
	local init=$1
	INIT=$init "$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
	disk "$init"
	machine "$init" "$init" tools -d virtio-blk -i "$DRIVE" -a ro
	machine "$init-again" "$init" tools -d virtio-blk -i "$DRIVE" -a ro
	disk "$init-bare"
	machine "$init-bare" "$init-bare" bare -d ide-cd -i "$DRIVE" -a ro
	disk "$init-none"
	machine "$init-none" "$init-none" tools -d empty-ide-cd -a ro
	plugged "$init-running" tools "vm: a drive may come" 1
	rm -r "$BATS_FILE_TMPDIR/vm"
}

setup_file() {
	vm_setup
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
	boots_of sysvinit
	boots_of openrc
}

# once OUTCOME: check that the seed was decided on once, with this outcome.
once() {
	[ "$(grep -c 'seedrive-guest: .* ledger=dir' "$log")" -eq 1 ]
	told "seedrive-guest: $1 seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=dir "
	told "vm: drive (sr0|vd[a-z]): done"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
}

# by_either CHECK [ARGUMENT...]: run CHECK for each of the two inits.
by_either() {
	for init in sysvinit openrc; do
		"$@"
	done
}

at_once() {
	of "$init"
	once "credited 256 bits"
	told "vm: decided by root"
	# The carry-over is saved when the boot is done, and again at shutdown.
	[ "$(grep -c 'seedrive-guest: saved seed=' "$log")" -eq 2 ]
}

@test "inits: with sysvinit and OpenRC a drive is credited in the initramfs; a carry-over is saved, and again at the end" {
	by_either at_once
}

again() {
	of "$init-again"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=dir reason=already-spent"
	id=$(sed -n 's/.*seedrive-guest: saved seed=\([0-9a-f]*\).*/\1/p' "$BATS_FILE_TMPDIR/$init.log" | tail -n 1)
	told "seedrive-guest: credited 256 bits seed=$id carry-over="
	[ "$(grep -c 'seedrive-guest: credited' "$log")" -eq 1 ]
}

@test "inits: the second boot only mixes the same drive, and credits the carry-over of the first" {
	by_either again
}

# When the seed is decided on, the kernel may be ready already, because udev's script waits for all devices first.
bare() {
	of "$init-bare"
	once "(credited 256 bits|mixed)"
	run -1 grep 'mixed .* ledger=dir .*ready-before=no' "$log"
	told "vm: decided by system"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/sr0 ledger=none reason=mix-only"
}

@test "inits: without stages in the initramfs, udev's event mixes the seed, and the script spends and perhaps credits it" {
	by_either bare
}

running() {
	of "$init-running"
	once "(credited 256 bits|mixed)"
	told "vm: decided by system"
	[ "$(grep -n 'ledger=dir' "$log" | cut -d: -f1)" -gt "$(grep -n 'vm: a drive may come' "$log" | cut -d: -f1)" ]
}

@test "inits: a drive that is plugged in while the system runs is mixed and spent, and the machine shuts down" {
	by_either running
}

none() {
	of "$init-none"
	run ! grep -a 'seedrive-guest: ' <(grep -av 'carry-over\|seedrive-guest: no seed drive' "$log")
}

@test "inits: without a drive, and with an empty CD drive, no message names a drive" {
	by_either none
}
