#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-matrix`: a whole Debian with drives that arrive in different ways. The drive exists at once; appears 0.3,
# 5 or 30 s later, after the switch to root, or while the system runs; has its driver only on root; or takes 5 s for its
# first read. Each is tested with initramfs-tools, with dracut with and without systemd, and with an initramfs that
# lacks the stages, BOOTS times (default 1). ARRIVALS="soon slow" selects cases.

# `log` is set by of(), and machine() takes `devices`.
# shellcheck disable=SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

setup_file() {
	vm_setup
	PLAIN=1 "$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
}

# The kernel prints this when it starts the initramfs.
INIT="Run /init as init process"

# late NAME INITRAMFS ARGUMENT...: boot with a CD whose first read takes 5 s.
late() {
	local socket=$BATS_FILE_TMPDIR/$1.socket
	cp "$DRIVE" "$BATS_FILE_TMPDIR/$1.iso"
	/usr/bin/python3 "$VM/nbd.py" --late $((16 * 2048)) 5 "$socket" "$BATS_FILE_TMPDIR/$1.iso" 3>&- >/dev/null &
	until [ -S "$socket" ]; do sleep 0.1; done
	machine "$1" "$1" "$2" -d ide-cd -i "nbd:unix:$socket" "${@:3}"
	wait $!
}

# arrive NAME INITRAMFS HOW ARGUMENT...: boot once, with a drive that arrives in this way.
arrive() {
	local name=$1 kind=$2 how=$3
	shift 3
	case $how in
	there) machine "$name" "$name" "$kind" -d virtio-blk -i "$DRIVE" "$@" ;;
	soon) plugged "$name" "$kind" "$INIT" 0.3 "$@" ;;
	5s) plugged "$name" "$kind" "$INIT" 5 "$@" ;;
	30s) plugged "$name" "$kind" "$INIT" 30 "$@" ;;
	switched) plugged "$name" "$kind" "vm: (/ is|udev has settled)" 0 "$@" ;;
	running) plugged "$name" "$kind" "vm: a drive may come" 1 "$@" ;;
	driver)
		machine "$name" "$name" "$kind" -d virtio-scsi-cd -i "$DRIVE" "$@" \
			-a "modprobe.blacklist=virtio_scsi sd.load=virtio_scsi sd.plugged=1"
		;;
	slow) late "$name" "$kind" "$@" -a sd.plugged=1 ;;
	esac
}

# dealt_with HOW: check that the seed was mixed first, and then decided on once; it must be credited, unless the kernel
# was ready before. No unit may fail. Only a slow drive may at first be reported as one that does not answer, and be
# looked at again.
dealt_with() {
	local bad="vm: failed|vm: system is degraded"
	[ "$1" = slow ] || bad+="|boot continues without it|does not answer"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=none reason=mix-only"
	told "seedrive-guest: (credited 256 bits seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=dir ready-before=no|mixed seed=$SEED drive=/dev/(sr0|vd[a-z]) ledger=dir reason=already-ready ready-before=yes)"
	[ "$(grep -c 'seedrive-guest: .* ledger=dir' "$log")" -eq 1 ]
	told "vm: drive (sr0|vd[a-z]): done"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	run -1 grep -aE "$bad" "$log"
}

# tell NAME: print the result, and the time on the kernel's clock at which it was reached.
tell() {
	sed -nE 's/^\[ *([0-9.]+)\] seedrive-guest: (credited|mixed) .* ledger=dir .*(ready-before=[a-z]*).*/\1 s: \2 \3/p' "$log" |
		sed "s/^/# $1: /" >&3
}

# every INITRAMFS [ARGUMENT...]: boot once for each way in which a drive can arrive.
every() {
	local how n name kind=$1
	shift
	for how in ${ARRIVALS:-there soon 5s 30s switched running driver slow}; do
		for ((n = 1; n <= ${BOOTS:-1}; n++)); do
			name=$kind-$how-$n
			disk "$name"
			[ "$kind" != plain ] || printf 'LABEL=root / ext4 defaults 0 0\n' | write_on "$name" /etc/fstab
			arrive "$name" "$kind" "$how" "$@"
			of "$name"
			tell "$name"
			dealt_with "$how"
			rm "$BATS_FILE_TMPDIR/$name.img"
		done
	done
}

@test "matrix: initramfs-tools: each drive is mixed, spent once, and credited if the kernel was not ready" {
	every tools -a ro
}

@test "matrix: dracut with systemd: each drive is mixed, spent once, and credited if the kernel was not ready" {
	every dracut -a ro
}

@test "matrix: dracut and system without systemd: each drive is mixed, spent once, and credited if the kernel was not ready" {
	every plain -a "ro init=/usr/local/sbin/plain"
}

@test "matrix: no stages in the initramfs: each drive is mixed, spent once, and credited if the kernel was not ready" {
	every bare -a ro
}
