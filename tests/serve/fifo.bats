#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The FIFO from which QEMU's rng-random reads: the daemon keeps it full, and no reader ever sees an end of file.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

# serve_fifo: start a daemon that fills run/rng.
serve_fifo() {
	printf '%s\n' '[listen fifo]' 'protocol = fifo' "address = fifo:$PWD/run/rng" >conf
	start --config conf --source kernel
}

# hold: keep the FIFO open, as the systemd unit does.
hold() {
	mkfifo -m 640 run/rng
	# shellcheck disable=SC2034 # open until the test ends
	exec {HOLDER}<>run/rng
}

# took BYTES FILE: read BYTES bytes into FILE, in the way in which QEMU reads.
took() {
	timeout 60 /usr/bin/python3 - "$1" >"$2" <<-'END'
		import os, select, sys
		fd = os.open("run/rng", os.O_RDONLY | os.O_NONBLOCK)
		left = int(sys.argv[1])
		while left:
		    select.select([fd], [], [])
		    try:
		        got = os.read(fd, min(left, 256))
		    except BlockingIOError:
		        continue
		    assert got, "the end of the FIFO"
		    os.write(1, got)
		    left -= len(got)
	END
}

@test "fifo: readers get all that they read, and no two get the same bytes" {
	hold
	serve_fifo
	for i in 1 2 3 4; do
		took 50000 "got.$i" 3>&- &
		echo "$!" >"pid.$i"
	done
	for i in 1 2 3 4; do
		wait "$(cat "pid.$i")"
	done
	[ "$(cat got.* | xxd -p -c 50 | sort -u | wc -l)" -eq 4000 ]
	stop
	# The FIFO still exists, with the same mode.
	[ "$(stat -c %a run/rng)" = 640 ]
}

@test "fifo: a reader sees no end of file and no error while the daemon is stopped, killed and restarted" {
	hold
	serve_fifo
	took 2000000 got 3>&- &
	reader=$!
	for _ in $(seq 20); do
		sleep 0.02
		kill -KILL "$DAEMON"
		ended 137
		start --config conf --source kernel
	done
	stop
	start --config conf --source kernel
	wait "$reader"
	[ "$(stat -c %s got)" -eq 2000000 ]
	[ "$(xxd -p -c 50 got | sort -u | wc -l)" -eq 40000 ]
	stop
}

@test "fifo: bytes come while all sources are down, at the rate of the section" {
	hold
	mkfifo never
	printf '%s\n' '[listen fifo]' 'protocol = fifo' "address = fifo:$PWD/run/rng" 'rate = 1000' 'burst = 64' >conf
	start --config conf --source "file:never,bits=4,deadline=60s"
	took 4096 first
	begin=$(date +%s%N)
	took 3000 next
	took_ms=$((($(date +%s%N) - begin) / 1000000))
	echo "3000 bytes in $took_ms ms"
	[ "$took_ms" -gt 2000 ]
	stop
}

@test "fifo: a missing FIFO is reported once, and opened when it appears" {
	serve_fifo
	until_true grep -q "fifo" log
	hold
	took 1000 got
	stop
	[ "$(grep -c "^seedrive: \[listen fifo\]: $PWD/run/rng: No such file or directory; retrying every second" log)" -eq 1 ]
}

@test "fifo: a FIFO to which other users may write is not used" {
	mkfifo -m 660 run/rng
	serve_fifo
	until_true grep -q "^seedrive: \[listen fifo\]: $PWD/run/rng: users other than root and the daemon's user may write to it" log
	stop
	rm run/rng
	ln -s /dev/zero run/rng
	serve_fifo
	until_true grep -q "^seedrive: \[listen fifo\]: $PWD/run/rng: not a FIFO" log
	stop
}

@test "fifo: a FIFO that is gone while it was throttled is not served when its rate changes" {
	serve_fifo
	stop
	egd() {
		printf '%s\n' '[listen fifo]' 'protocol = fifo' "address = fifo:$PWD/run/rng" "rate = $1" 'burst = 64' \
			'[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	}
	egd 1
	hold
	start --config conf --source kernel
	took 64 bytes
	rm run/rng
	gone() {
		grep -q 'run/rng' log
	}
	until_true gone
	# This client gets the descriptor that the FIFO had, and asks for nothing.
	/usr/bin/python3 - "$PWD/run/egd.sock" "$DAEMON" 3>&- <<-'END'
		import os, select, signal, sys
		sys.path.insert(0, os.environ["ROOT"] + "/tests/lib")
		import egd
		client = egd.connect(sys.argv[1])
		text = open("conf").read()
		open("conf", "w").write(text.replace("rate = 1\n", "rate = 1000\n"))
		os.kill(int(sys.argv[2]), signal.SIGHUP)
		assert select.select([client], [], [], 3)[0] == [], client.recv(10)
	END
	stop
}
