# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Cuts the power at the flushes of a disk, and runs two copies of the program at once. Call `vm_setup` of vm.bash first;
# the machine is in the folder $vm.

# disk_of IMAGE N HOW: start an NBD server for IMAGE that cuts the power at the N-th flush (tests/vm/nbd.py), and set
# $socket. The number of flushes is written to the file `flushes`.
disk_of() {
	socket=nbd:unix:$PWD/${1##*/}.socket
	rm -f "${socket#nbd:unix:}"
	/usr/bin/python3 "$VM/nbd.py" --cut "$2" "$3" "${socket#nbd:unix:}" "$1" >flushes 3>&- &
	server=$!
	while [ ! -S "${socket#nbd:unix:}" ]; do
		kill -0 "$server" || return
	done
}

# cut_boot LOG N HOW KIND: boot once, and cut the power at the N-th flush of a disk: that of the ledger if KIND is dir
# or carry, otherwise the drive. If N is 0, the boot ends by itself.
# shellcheck disable=SC2154 # the suite has vm
cut_boot() {
	local log=$1 kind=$4 wait=''
	shift
	case $kind in
	dir)
		disk_of disk "$1" "$2"
		set -- -l "$socket" -d virtio-blk -i drive.iso -a "sd.ledger=disk sd.args=--ledger,/ledger/ids"
		;;
	carry)
		disk_of disk "$1" "$2"
		set -- -l "$socket" -a "sd.ledger=disk sd.args=--carry-over,/ledger/carry"
		;;
	drive)
		disk_of drive.iso "$1" "$2"
		set -- -d virtio-blk-rw -i "$socket"
		wait=sd.args=--wait=300
		;;
	esac
	"$VM/boot.sh" "$@" -a "sd.end=crash $wait" -u "$UUID" "$vm" >"$log" || true
	wait "$server"
}

# credited_in LOG...: print how many of these boots credited a seed. It counts the kernel's message, because only a
# credit makes this kernel ready, and the power may be cut before the program's own message.
credited_in() {
	cat "$@" | grep -cE '\] random: crng init done' || true
}

# cut_at_each KIND BOOTS HOW...: for each flush of a boot and for each HOW, copy fresh.disk and fresh.iso, boot once
# with the power cut at that flush, and then boot without a cut, until there are BOOTS boots. Prints how often the seed
# was credited by the boot with the cut, by a later one, by none, and more than once.
cut_at_each() {
	local kind=$1 boots=$2 first=0 later=0 never=0 twice=0 flushes n i how logs
	shift 2
	fresh
	cut_boot whole.log 0 none "$kind"
	flushes=$(cat flushes)
	[ "$(credited_in whole.log)" = 1 ] || { cat whole.log; return 1; }
	for ((n = 1; n <= flushes; n++)); do
		for how; do
			fresh
			logs=(cut1.log)
			cut_boot cut1.log "$n" "$how" "$kind"
			for ((i = 2; i <= boots; i++)); do
				logs+=("cut$i.log")
				cut_boot "cut$i.log" 0 none "$kind"
				grep -q 'vm: the boot goes on' "cut$i.log" || { cat "cut$i.log"; return 1; }
			done
			case $(credited_in cut1.log):$(credited_in "${logs[@]}") in
			0:0) never=$((never + 1)) ;;
			0:1) later=$((later + 1)) ;;
			1:1) first=$((first + 1)) ;;
			*) twice=$((twice + 1)) ;;
			esac
		done
	done
	echo "flushes=$flushes first=$first later=$later never=$never twice=$twice"
}

fresh() {
	cp --sparse=always fresh.disk disk
	cp fresh.iso drive.iso
}

# twin_boots COUNT LEDGER...: boot a machine with two CPUs COUNT times, each time with a fresh seed and two copies of
# the program at once. The boots use the ledgers in turn: dir, drive, both. Prints how many boots credited the seed
# once, never, and more than once. "forfeited" counts the boots with both ledgers and no credit, because each copy was
# first in one of the ledgers.
twin_boots() {
	local count=$1 n once=0 forfeited=0 never=0 twice=0 drive arguments
	shift
	cp fresh.disk disk
	cp fresh.iso drive.iso
	for ((n = 0; n < count; n++)); do
		"$BUILD/seedrive" reseed -q --source kernel drive.iso
		drive=virtio-blk-rw
		case ${*:n % $# + 1:1} in
		dir) drive=virtio-blk arguments="sd.ledger=disk sd.args=--ledger,/ledger/ids" ;;
		drive) arguments=sd.args=--wait=300 ;;
		both) arguments="sd.ledger=disk sd.args=--ledger,/ledger/ids" ;;
		esac
		"$VM/boot.sh" -l disk -d "$drive" -i drive.iso -u "$UUID" -a "sd.twin=1 $arguments" "$vm" -smp 2 >twin.log
		[ "$(grep -c 'vm: \(stderr\|twin\): seedrive-guest: ' twin.log)" = 2 ] || { cat twin.log; return 1; }
		case $drive$arguments$(grep -cE '\] seedrive-guest: credited ' twin.log || true) in
		virtio-blk-rwsd.ledger=*0) forfeited=$((forfeited + 1)) ;;
		*0) never=$((never + 1)) ;;
		*1) once=$((once + 1)) ;;
		*) twice=$((twice + 1)) ;;
		esac
	done
	echo "boots=$count once=$once forfeited=$forfeited never=$never twice=$twice"
}
