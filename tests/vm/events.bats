#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A drive exists at once, appears later, or is plugged in while the system runs; and the cost of a boot without a drive.
# The tests run in a whole Debian: with initramfs-tools, with dracut and systemd, and without systemd. Part of `make
# check-boot`.

# `log` is set by of(), and machine() takes `devices`.
# shellcheck disable=SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

# The kernel prints this when it starts the initramfs.
INIT="Run /init as init process"

setup_file() {
	local kind
	vm_setup
	PLAIN=1 "$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
	for kind in tools dracut; do
		disk "$kind"
		machine "$kind" "$kind" "$kind" -d virtio-blk -i "$DRIVE" -a ro
		plugged "$kind-soon" "$kind" "$INIT" 0.3
		plugged "$kind-late" "$kind" "$INIT" 5
		disk "$kind-none"
		machine "$kind-none" "$kind-none" "$kind" -d empty-ide-cd \
			-a "ro trace_event=sched:sched_process_exec,sched:sched_process_exit,sched:sched_process_fork" \
			-a trace_clock=mono
	done
	plugged running tools "vm: a drive may come" 1
	# tests/vm/plain runs in place of systemd, and does what sysvinit would.
	disk plain
	machine plain plain bare -d ide-cd -i "$DRIVE" -a "ro init=/usr/local/sbin/plain"
	disk plain-dracut
	printf 'LABEL=root / ext4 defaults 0 0\n' | write_on plain-dracut /etc/fstab
	machine plain-dracut plain-dracut plain -d ide-cd -i "$DRIVE" -a "ro init=/usr/local/sbin/plain"
	plugged plain-soon tools "$INIT" 0.3 -a init=/usr/local/sbin/plain
	plugged plain-running tools "vm: a drive may come" 1 -a init=/usr/local/sbin/plain
}

# dealt_with: check that the seed was mixed first, and then decided on once, in the initramfs or in the system.
dealt_with() {
	told "seedrive-guest: mixed seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=none reason=mix-only"
	told "seedrive-guest: (credited 256 bits|mixed) seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=dir (reason=already-ready )?ready-before"
	[ "$(grep -c 'seedrive-guest: .* ledger=dir' "$log")" -eq 1 ]
	told "vm: drive (sr0|vd[a-z]): done"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	run -1 grep -E "vm: failed|vm: system is degraded" "$log"
}

@test "events: a drive that exists at once is credited in either initramfs, and coldplug changes nothing" {
	for kind in tools dracut; do
		of "$kind"
		dealt_with
		told "$CREDITED 256 bits seed=$SEED"
		told "vm: decided by root"
		waited
	done
}

@test "events: a drive that appears 0.3 or 5 s later is mixed, spent, and credited unless the kernel is ready by then" {
	for kind in tools dracut; do
		for when in soon late; do
			of "$kind-$when"
			dealt_with
		done
	done
}

@test "events: a drive that is plugged in while the system runs is mixed and spent within a second" {
	of running
	dealt_with
	told "vm: decided by system"
	awk '/ vm: a drive may come/ { come = 1 }
		come && / virtio_blk .* \[vd[a-z]\]/ { gsub(/[][]/, " "); there = $1 }
		there && / ledger=dir / { gsub(/[][]/, " "); took = $1 - there; exit }
		END { print took; exit !(took > 0) }' "$log"
}

@test "events: the scripts for sysvinit do the same without systemd: at once, late, and plugged in" {
	of plain
	dealt_with
	in_order "$MIXED" "$READY" "$CREDITED"
	# When udev announced the drive, root was still read-only.
	[ "$(grep -n 'reason=mix-only' "$log" | cut -d: -f1)" -lt "$(grep -n 'vm: udev has settled' "$log" | cut -d: -f1)" ]
	# With these initramfs, also with dracut's without systemd, the seed is credited before the system's udev has
	# settled.
	of plain-dracut
	dealt_with
	in_order "$MIXED" "$READY" "$CREDITED"
	[ "$(grep -n "$CREDITED" "$log" | cut -d: -f1)" -lt "$(grep -n 'vm: udev has settled' "$log" | cut -d: -f1)" ]
	of plain-soon
	dealt_with
	told "$CREDITED 256 bits seed=$SEED"
	of plain-running
	dealt_with
	told "$CREDITED 256 bits seed=$SEED"
	[ "$(grep -n "$CREDITED" "$log" | cut -d: -f1)" -gt "$(grep -n 'vm: a drive may come' "$log" | cut -d: -f1)" ]
}

# took: print in ms how long each of our programs ran for which the boot waited.
took() {
	sed -nE 's/.*vm: trace: (.*)/\1/p' "$log" | awk '
		{ time = $0; sub(/:? sched_process.*/, "", time); sub(/.* /, "", time) }
		/sched_process_exec:/ && /guest-stage/ { match($0, /pid=[0-9]+/); begun[substr($0, RSTART, RLENGTH)] = time }
		/sched_process_exit:/ { match($0, /pid=[0-9]+/); pid = substr($0, RSTART, RLENGTH)
			if (pid in begun) { print 1000 * (time - begun[pid]); delete begun[pid] } }'
}

@test "events: without a drive, and with an empty CD drive, our processes take milliseconds, and name no drive" {
	for kind in tools dracut; do
		of "$kind-none"
		run ! grep -a 'seedrive-guest: ' <(grep -av 'carry-over\|seedrive-guest: no seed drive' "$log")
		told "vm: status outcome=none"
		took >spent
		cat spent
		[ "$(wc -l <spent)" -ge 2 ]
	done
}
