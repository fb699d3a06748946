#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-streams`: whatever happens to the daemon, the machines continue. It is ended two hundred times; sixteen
# machines start while no source delivers; and a guest passes the tests for randomness of other authors.
# tests/vm/vm-rng.bats has more tests.

# Each test runs in a subshell.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/vm
load ../lib/daemon
load ../lib/rng

setup_file() {
	vm_setup
	rng_setup
}

# both_ways: write a configuration with EGD and with the FIFO, which is kept open; $fifo and $egd are QEMU's options for
# them.
both_ways() {
	hold_fifo ''
	fifo=("${devices[@]}")
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" 'framing = qemu' >>conf
	by_egd
}

# reads NAME ROUNDS DEVICE-WORD...: start a machine in the background that reads /dev/hwrng ROUNDS times.
reads() {
	"$VM/boot.sh" -t 3600 -a "sd.exec=hwrng sd.rounds=$2" "$BATS_FILE_TMPDIR/vm" "${@:3}" >"$1.log" 3>&- &
	echo "$!" >>servers
}

# cpu_ticks: print the CPU time that all machines of this test have used.
cpu_ticks() {
	pgrep -f "qemu-system.*$PWD/run/" | while read -r pid; do
		sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f12,13
	done | awk '{ sum += $1 + $2 } END { print sum + 0 }'
}

@test "streams: guests with the FIFO and EGD continue while the daemon ends two hundred times, and no QEMU ends or spins" {
	local rounds=700 ticks i
	both_ways
	cp -r "$BUILD" old
	start --config conf --source kernel
	reads fifo "$rounds" "${fifo[@]}"
	reads egd "$rounds" "${egd[@]}"
	for name in fifo egd; do
		until_true grep -q "exec: round 3 " "$name.log"
	done
	for ((i = 1; i <= 200; i++)); do
		sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
		if [ $((i % 10)) -eq 0 ]; then
			# As at an upgrade, the daemon ends regularly, and another file is started.
			stop
			TOOL=$PWD/old/seedrive start --config conf --source kernel
			continue
		fi
		kill -KILL "$DAEMON"
		ended 137
		[ $((i % 25)) -ne 5 ] || sleep 1
		start --config conf --source kernel
	done
	# Without a daemon the machines wait, and together use less than a third of a CPU.
	kill -KILL "$DAEMON"
	ended 137
	sleep 2
	ticks=$(cpu_ticks)
	sleep 6
	ticks=$(($(cpu_ticks) - ticks))
	echo "while nobody serves: $ticks hundredths of a second of CPU in 6 s"
	[ "$ticks" -lt 200 ]
	[ "$(pgrep -fc "^qemu-system.*$PWD/run/")" -eq 2 ]
	start --config conf --source kernel
	while read -r pid; do
		wait "$pid"
	done <servers
	went_on fifo.log "$rounds"
	went_on egd.log "$rounds"
	stop
}

@test "streams: sixteen guests that start together while every source is down become ready" {
	local i
	mkfifo never
	both_ways
	start --config conf --source file:never,bits=4,deadline=600s
	for ((i = 0; i < 8; i++)); do
		reads "fifo.$i" 2 "${fifo[@]}"
		reads "egd.$i" 2 "${egd[@]}"
	done
	while read -r pid; do
		wait "$pid"
	done <servers
	for ((i = 0; i < 8; i++)); do
		for log in fifo.$i.log egd.$i.log; do
			grep -q 'vm: the boot goes on' "$log"
			grep -q 'random: crng init done' "$log"
			[ "$(rounds "$log" | wc -l)" -eq 2 ]
		done
	done
	# No two machines, and no two reads of one machine, get the same bytes.
	[ "$(for log in ./*.?.log; do rounds "$log"; done | cut -d' ' -f2 | sort -u | wc -l)" -eq 32 ]
	stop
}

# The first 4 KiB are not limited, for the boot; the kernel reads ahead and takes some of them. QEMU does not set a
# limit here.
@test "streams: a guest's /dev/hwrng gives bytes at the rate of its listener, by the FIFO and by EGD" {
	hold_fifo ''
	printf '%s\n' '[listen fifo]' 'protocol = fifo' "address = fifo:$PWD/run/rng" 'rate = 256' 'burst = 64' \
		'[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" 'rate = 256' 'burst = 64' >conf
	by_egd
	start --config conf --source kernel
	reads fifo 40 "${devices[@]}"
	reads egd 40 "${egd[@]}"
	while read -r pid; do
		wait "$pid"
	done <servers
	for name in fifo egd; do
		# Once the first bytes are used up, a read takes a second.
		rounds "$name.log" | awk -v name="$name" '$1 == 25 { first = $3 } $1 == 40 { took = $3 - first }
			END { print name ": " took " s for 3840 bytes"; exit took < 14 || took > 60 }'
	done
	stop
}

# failures FILE: print the number of failures of each test that ran in the machine on FILE, the lowest first.
failures() {
	sed -nE "s/.*vm: exec: $1: .*successes: [0-9]+ .*failures: ([0-9]+).*/\1/p" "$log" | sort -n
}

# Of a thousand good blocks, 0.8 fail on average, and in one of a hundred tests more than 3 fail, so the test is run
# twice. It has never happened that more than 12 of virtio-rng's blocks fail.
@test "streams: a guest passes the test of SCS-0101, strictly: 256 bits, and at most 3 of 1000 blocks fail" {
	both_ways
	start --config conf --source kernel
	for words in fifo egd; do
		declare -n of=$words
		devices=("${of[@]}")
		boot "$words" -a "sd.exec=scs" -t 1800
		grep -q 'vm: exec: entropy_avail 256$' "$log"
		[ "$(failures random | head -n 1)" -le 3 ]
		[ "$(failures hwrng)" -le 12 ]
	done
	stop
}
