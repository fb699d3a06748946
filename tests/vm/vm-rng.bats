#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon as the source of a machine's virtio-rng, through QEMU's rng-egd and rng-random; a real guest reads
# /dev/hwrng.

# Each test runs in a subshell, and boot() sets `log`.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/vm
# daemon.bash comes after vm.bash, because both define ended(), and the one of daemon.bash is needed here.
load ../lib/daemon
load ../lib/rng

setup_file() {
	vm_setup
	rng_setup
}

@test "egd: a guest with QEMU's rng-egd reads its /dev/hwrng, and that alone makes its kernel ready" {
	serve_guests
	boot egd -a "sd.exec=hwrng sd.rounds=20"
	grep -q 'vm: exec: is virtio_rng.0$' "$log"
	[ "$(rounds "$log" | cut -d' ' -f2 | sort -u | wc -l)" -eq 20 ]
	grep -q 'random: crng init done' "$log"
	# Each request of QEMU has been answered: an honest client is never disconnected.
	stop
}

@test "egd: guests that start while no source delivers become ready by it" {
	mkfifo never
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" 'rate = 64' 'burst = 64' >conf
	start --config conf --source file:never,bits=4,deadline=600s
	by_egd
	devices=("${egd[@]}")
	boot dry -a "sd.exec=hwrng sd.rounds=4"
	[ "$(rounds "$log" | wc -l)" -eq 4 ]
	grep -q 'random: crng init done' "$log"
	stop
}

@test "egd: with framing = qemu a guest continues after the daemon was killed in the middle of its reads" {
	serve_guests 'framing = qemu'
	"$VM/boot.sh" -a "sd.exec=hwrng sd.rounds=100" "$BATS_FILE_TMPDIR/vm" "${devices[@]}" >console 3>&- &
	MACHINE=$!
	echo "$MACHINE" >>servers
	for round in 5 15 25 35; do
		until_true grep -q "exec: round $round " console
		kill -KILL "$DAEMON"
		ended 137
		# Some of QEMU's requests are lost in the meantime.
		sleep 1
		start --config conf --source kernel
	done
	# QEMU tries to connect again once a second. Without the bytes that the daemon sends ahead, a guest was seen to hang
	# for 42 s and more.
	wait "$MACHINE"
	went_on console 100
	stop
}

@test "fifo: a guest with QEMU's rng-random reads its /dev/hwrng, and that alone makes its kernel ready" {
	hold_fifo ''
	start --config conf --source kernel
	boot fifo -a "sd.exec=hwrng sd.rounds=20"
	grep -q 'vm: exec: is virtio_rng.0$' "$log"
	[ "$(rounds "$log" | cut -d' ' -f2 | sort -u | wc -l)" -eq 20 ]
	grep -q 'random: crng init done' "$log"
	stop
}

@test "fifo: a guest continues after the daemon was killed again and again, and its QEMU neither ends nor spins" {
	hold_fifo ''
	start --config conf --source kernel
	"$VM/boot.sh" -a "sd.exec=hwrng sd.rounds=100" "$BATS_FILE_TMPDIR/vm" "${devices[@]}" >console 3>&- &
	MACHINE=$!
	echo "$MACHINE" >>servers
	for round in $(seq 3 3 90); do
		until_true grep -q "exec: round $round " console
		kill -KILL "$DAEMON"
		ended 137
		[ $((round % 10)) -ne 0 ] || sleep 1
		start --config conf --source kernel
	done
	wait "$MACHINE"
	went_on console 100
	stop
}

@test "fifo: a guest gets the rate that QEMU sets, even if the FIFO is faster" {
	hold_fifo ',max-bytes=512,period=2000'
	start --config conf --source kernel
	boot rate -a "sd.exec=hwrng sd.rounds=12"
	[ "$(rounds "$log" | wc -l)" -eq 12 ]
	# The rate is 256 bytes a second, once the bytes are used up that the kernel has read ahead.
	rounds "$log" | awk 'NR == 4 { first = $3 } NR == 12 { took = $3 - first }
		END { print took " s for 2048 bytes"; exit took < 4 || took > 60 }'
	stop
}

@test "fifo: a guest has a drive, a virtio-rng and a vTPM of swtpm, and each of them works" {
	type swtpm
	"$TOOL" build -q --source kernel -o drive.iso "$TREE"
	mkdir tpm
	swtpm socket --tpm2 --tpmstate dir=tpm --ctrl "type=unixio,path=$PWD/tpm/sock" >swtpm.log 2>&1 3>&- &
	echo "$!" >>servers
	until_true test -S tpm/sock
	hold_fifo ''
	start --config conf --source kernel
	devices+=(-chardev "socket,id=t,path=$PWD/tpm/sock" -tpmdev "emulator,id=t,chardev=t"
		-device "tpm-tis,tpmdev=t")
	boot all -d ide-cd -i drive.iso -u "$UUID" -a "sd.args=--ledger,/ledger sd.exec=tpm-and-hwrng sd.rounds=5"
	grep -q "seedrive-guest: .*seed=$(seed_of drive.iso)" "$log"
	grep -q 'vm: exec: has 2 /dev/tpm0$' "$log"
	grep -q 'vm: exec: is \(virtio_rng.0\|tpm-rng-0\)$' "$log"
	[ "$(rounds "$log" | cut -d' ' -f2 | sort -u | wc -l)" -eq 5 ]
	stop
}
