#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The broker: who gets which blocks, with all kinds of clients, sources and service managers.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

# --- handing out ---

@test "serve: a client that may open no device gets a seed with the bits of its sources" {
	start --source kernel
	until_true stocked 2
	run -0 "$CLIENT" ask "$SOCKET" 2
	[ "${lines[0]}" = given ]
	[[ ${lines[1]} =~ ^0\ [0-9a-f]{128}\ kernel$ ]]
	[ "${lines[1]}" != "${lines[2]}" ]
	"$TOOL" draw --source "broker:$SOCKET,deadline=300s" --json -o seed >json
	[ "$(member json credit_bits)" = 256 ]
	stop
}

@test "serve: blocks from hardware are handed out with their bits, and build prints their sources" {
	key fifo head -c 65536 /dev/urandom
	start --source file:fifo,bits=4,deadline=60s
	until_true stocked 2
	small_tree tree
	"$TOOL" build --json --source "broker:$SOCKET,deadline=300s" --require hardware -o drive.iso tree >json
	[ "$(member json hardware_bits)" = 256 ]
	grep -q '"file:[0-9]* kernel"' json
	stop
	id=$(member json seed_id)
	grep -qx "seedrive: gave 1 block to uid $(id -u), 256 bits from hardware; the client claims: seed $id of 256 bits, instance $UUID" log
}

@test "serve: the bits that a client states for its seed are logged, but no more than its blocks support" {
	start --source kernel
	until_true stocked 2
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import broker
		assert broker.ask(sys.argv[2], 1, broker.note(16384, b"\x11" * 16, bytes(16)))[0] == "given"
		assert broker.ask(sys.argv[2], 3, broker.note(512, bytes(16), bytes(16)))[0] == "given"
	END
	stop
	zeros=$(printf '%032d' 0)
	grep -qx "seedrive: gave 1 block to uid $(id -u), 0 bits from hardware; the client claims: seed $zeros of 256 bits (cut from the 16384 that it stated), instance 11111111-1111-1111-1111-111111111111" log
	grep -qx "seedrive: gave 3 blocks to uid $(id -u), 0 bits from hardware; the client claims: seed $zeros of 256 bits (cut from the 512 that it stated), no instance" log
}

@test "serve: beyond a thousand entries of one user, handouts are only counted, and the count is logged" {
	start --source kernel --rate 1000000
	until_true stocked 2
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import broker
		given = 0
		while given < 2500:
		    given += broker.ask(sys.argv[2], 1)[0] == "given"
	END
	stop
	listed=$(grep -c '^seedrive: gave .* to uid' log)
	counted=$(sed -n 's/^seedrive: handouts not logged one by one: \([0-9]*\), blocks in them: .*/\1/p' log | awk '{ sum += $1 } END { print sum + 0 }')
	# The handout to `stocked` is one more.
	[ $((listed + counted)) -eq 2501 ]
	[ "$listed" -ge 1000 ] && [ "$listed" -lt 2000 ]
}

@test "serve: fifty clients at once are all served, and no two get the same bytes" {
	start --source kernel --rate 1000000
	until_true stocked 64
	"$CLIENT" crowd "$SOCKET" 50 2 >answers
	[ "$(grep -cx given answers)" -eq 50 ]
	[ "$(grep -c kernel answers)" -eq 100 ]
	[ "$(grep kernel answers | cut -d' ' -f2 | sort -u | wc -l)" -eq 100 ]
	# Any two blocks differ in each 8 bytes.
	[ "$(grep kernel answers | cut -d' ' -f2 | fold -w 16 | sort -u | wc -l)" -eq 800 ]
	stop
	[ "$(grep -c 'gave .* to uid' log)" -ge 51 ]
}

@test "serve: fifty builds at once are all served, and no two drives have the same seed" {
	start --source kernel --rate 1000000
	until_true stocked 64
	small_tree tree
	mkdir out
	seq 50 | xargs -P 50 -I {} "$TOOL" build -q --source "broker:$SOCKET,deadline=300s" -o out/{}.iso tree
	for image in out/*.iso; do
		content "$image" seedrive.bin | tail -c +129 | head -c 64 | sha256sum
	done >seeds
	[ "$(sort -u seeds | wc -l)" -eq 50 ]
	stop
	[ "$(grep -cE 'gave .* to uid .*; the client claims: seed [0-9a-f]{32} of 256 bits' log)" -eq 50 ]
}

@test "serve: it never hands out more than a slow source has delivered" {
	mkfifo fifo
	# The device delivers 6000 bytes in small pieces and then no more, but the FIFO stays open.
	/usr/bin/python3 -c 'import os, signal, time
fifo = os.open("fifo", os.O_RDWR)
for _ in range(100):
    os.write(fifo, os.urandom(60))
    time.sleep(0.002)
signal.pause()' 3>&- &
	FEEDER=$!
	echo "$!" >>servers
	start --source file:fifo,bits=4,deadline=5s --rate 1000000 --reservoir 4096
	# dry: has the device failed, and is there no block in stock any more that used it?
	dry() {
		"$CLIENT" ask "$SOCKET" 16 | tee -a answers | tail -n 1 | grep -q '^0 [0-9a-f]* kernel$'
	}
	until_true dry
	kill "$FEEDER"
	stop
	sum=$(awk '$1 ~ /^[0-9]+$/ { sum += $1 } END { print sum + 0 }' answers)
	echo "handed out: $sum bits"
	[ "$sum" -gt 0 ]
	[ "$sum" -le $((6000 * 4)) ]
	# A block states the bits of its sources, and claims these bits minus the safety margin of 64.
	awk '$1 ~ /^[0-9]+$/ { split($3, p, ":"); n = p[1] == "file" ? p[2] - 64 : 0
		if ($1 != (n > 256 ? 256 : n < 0 ? 0 : n)) exit 1 }' answers
	[ "$(grep -c 'fifo: .*; counts for nothing until it passes again' log)" -eq 1 ]
}

@test "serve: the failure and the recovery of a source are each logged once, and the others go on" {
	mkfifo fifo
	start --source file:fifo,bits=4,deadline=2s --reservoir 8
	until_true stocked 4
	until_true grep -q 'fifo: .*; counts for nothing until it passes again' log
	exec {held}<>fifo
	cat /dev/urandom >&"$held" 3>&- &
	FEEDER=$!
	echo "$!" >>servers
	# shellcheck disable=SC2317 # until_true calls it
	strong() {
		"$CLIENT" ask "$SOCKET" 1 | grep -q '^256 .* file:'
	}
	until_true strong
	kill "$FEEDER"
	stop
	[ "$(grep -c 'counts for nothing until it passes again' log)" -eq 1 ]
	[ "$(grep -cx 'seedrive: file:fifo: delivers again and passes its tests' log)" -eq 1 ]
}

@test "serve: a stuck source counts for nothing, and the log names it with the failed test" {
	start --source file:/dev/zero,bits=8 --reservoir 4 --rate 1000000
	until_true stocked 2
	run -0 "$CLIENT" ask "$SOCKET" 2
	[[ ${lines[1]} =~ ^0\ .*\ kernel$ ]]
	stop
	grep -qx 'seedrive: file:/dev/zero: 5 equal samples in a row, cutoff 5; counts for nothing until it passes again' log
}

@test "serve: after a sure failure a source is kept out until SIGUSR1, and its blocks are dropped" {
	mkfifo fifo
	exec {held}<>fifo
	cat /dev/urandom >&"$held" 3>&- &
	echo "$!" >>servers
	ln -s fifo key
	start --source file:key,bits=4,deadline=20s --reservoir 8 --rate 1000000
	asked() {
		"$CLIENT" ask "$SOCKET" 1 | sed -n 2p
	}
	strong() {
		[[ $(asked) == 256\ *\ file:* ]]
	}
	until_true strong
	ln -sfn /dev/zero key
	out() {
		asked >/dev/null
		grep -qx 'seedrive: file:key: kept out until the daemon restarts or receives SIGUSR1: 9 equal samples in a row, cutoff 9' log
	}
	until_true out
	dropped=$(sed -n 's/^seedrive: file:key: failed a health test; blocks in stock that used it, now dropped: //p' log)
	[ "$dropped" -ge 1 ] && [ "$dropped" -le 8 ]
	# The source works again, but is not tried. A source that was only paused would have been tried by now.
	ln -sfn fifo key
	end=$((SECONDS + 8))
	while [ "$SECONDS" -lt "$end" ]; do
		answer=$(asked)
		[[ ! $answer || $answer == 0\ *\ kernel ]]
	done
	kill -USR1 "$DAEMON"
	until_true strong
	stop
	[ "$(grep -c 'kept out until' log)" -eq 1 ]
}

# restored BLOCKS COMMAND...: fill the stock with BLOCKS blocks. After COMMAND, which makes the machine seem to be
# restored, check that all of them are dropped and replaced.
restored() {
	local blocks=$1
	shift
	start_with "$blocks" --rate 1000000
	"$@"
	forgotten() {
		run "$CLIENT" ask "$SOCKET" 1
		grep -qx "seedrive: this machine was restored or slept, or its clock was set (.*); blocks in stock, now dropped: $blocks" log
	}
	until_true forgotten
	run -0 "$CLIENT" ask "$SOCKET" 1
	[ "$output" = empty ]
	exec {FEED}<>fifo
	cat /dev/urandom >&"$FEED" 3>&- &
	echo "$!" >>servers
	until_true stocked $((blocks / 2))
	stop
	[ "$(grep -c 'was restored or slept' log)" -eq 1 ]
}

@test "serve: if the time of day jumps, the stock is dropped, and a line says so" {
	make_world
	: >ahead
	printf '#!/bin/sh\nCLOCK_AHEAD=%q LD_PRELOAD=%q ASAN_OPTIONS=verify_asan_link_order=0 exec %q "$@"\n' "$PWD/ahead" "$BATS_FILE_TMPDIR/preload.so" "$TOOL" >tool
	chmod 755 tool
	TOOL=./tool restored 20 sh -c 'echo . >ahead'
	grep -q '(the time of day jumped)' log
}

@test "serve: if the hypervisor reports a restore, the stock is dropped" {
	make_world
	# The page has the fields of linux/vmclock-abi.h: magic, size, version, sequence, marker.
	page() {
		/usr/bin/python3 -c 'import os, struct, sys
fd = os.open("vmclock", os.O_RDWR | os.O_CREAT)
os.pwrite(fd, struct.pack("<IIHBBIQQ", 0x4b4c4356, 4096, 1, 255, 0, 2 * int(sys.argv[1]), int(sys.argv[1]), 0).ljust(4096, b"\0"), 0)' "$1"
	}
	page 1
	printf '#!/bin/sh\nREDIRECT=%q LD_PRELOAD=%q ASAN_OPTIONS=verify_asan_link_order=0 exec %q "$@"\n' "/dev/vmclock0=$PWD/vmclock" "$BATS_FILE_TMPDIR/preload.so" "$TOOL" >tool
	chmod 755 tool
	TOOL=./tool restored 20 page 2
	grep -q "(its hypervisor reports it)" log
}

@test "serve: two daemons with the same kernel's bytes, as after a restore, give different blocks" {
	make_world
	printf '#!/bin/sh\nGETRANDOM=7 LD_PRELOAD=%q ASAN_OPTIONS=verify_asan_link_order=0 exec %q "$@"\n' "$BATS_FILE_TMPDIR/preload.so" "$TOOL" >tool
	chmod 755 tool
	for copy in 1 2; do
		TOOL=./tool start --source kernel --reservoir 2
		answers() {
			"$CLIENT" ask "$SOCKET" 1 >"answer.$1"
			grep -qx given "answer.$1"
		}
		until_true answers "$copy"
		stop
	done
	[ "$(cat answer.1 answer.2 | awk '/kernel/ { print $2 }' | sort -u | wc -l)" -eq 2 ]
}

# --- an empty stock, and too many requests ---

@test "serve: while a device hangs, a request is answered within half a second that there is nothing" {
	mkfifo never
	start --source file:never,bits=4,deadline=60s
	run -0 "$CLIENT" ask "$SOCKET" 2
	[ "$output" = empty ]
	small_tree tree
	# A build continues with its other sources.
	run -0 "$TOOL" build -q --source "broker:$SOCKET,deadline=300s" -o drive.iso tree
	[[ $output == *"warning: broker:$SOCKET: has no more to give just now" ]]
	# A device that hangs does not keep the daemon from ending, either.
	stop
	# There is at most one entry a minute, and one at the end for the other requests, which here is the one of the
	# build.
	[ "$(grep 'ask for blocks faster' log)" = "$(for _ in 1 2; do
		echo 'seedrive: clients ask for blocks faster than the sources deliver: requests that got none: 1'; done)" ]
}

# bats test_tags=root
@test "serve: a user beyond the share is answered so, and another is served meanwhile" {
	need_users
	start_with 80 --rate 1 --burst 20
	# The user gets the user's share, one more block each second, and blocks beyond the share as long as half of the
	# stock is left.
	run -0 as_uid 1001 "$CLIENT" greedy "$SOCKET" 32
	read -r blocks last <<<"$output"
	[ "$last" = limited ]
	[ "$blocks" -ge 40 ] && [ "$blocks" -le 60 ]
	run -0 as_uid 1002 "$CLIENT" ask "$SOCKET" 10
	[ "${lines[0]}" = given ]
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 20
	[ "$output" = limited ]
	stop
	grep -q "requests refused because their user already had its share: 1; the last from uid 1001" log
	grep -q 'gave 10 blocks to uid 1002,' log
}

@test "serve: three hundred clients of one user at once are all served while the stock is plentiful" {
	start --source kernel
	until_true stocked 2
	"$CLIENT" rush "$SOCKET" 300 2 >answers
	[ "$(grep -cx given answers)" -eq 300 ]
	stop
}

# bats test_tags=root
@test "serve: while one user asks without pause, another gets every seed" {
	need_users
	start --source kernel
	until_true as_uid 1000 "$CLIENT" ask "$SOCKET" 1
	# as_uid is not used, because then the process id would be that of a subshell, and killing that would not kill the
	# client.
	setpriv --reuid=1001 --regid=1001 --clear-groups "$CLIENT" greedy "$SOCKET" 1000000 >/dev/null 2>&1 3>&- &
	GREEDY=$!
	echo "$!" >>servers
	for _ in $(seq 50); do
		as_uid 1002 "$CLIENT" ask "$SOCKET" 2 | sed -n 1p
	done >answers
	kill -0 "$GREEDY"
	kill "$GREEDY"
	[ "$(grep -cx given answers)" -eq 50 ]
	stop
}

# bats test_tags=root
@test "serve: a user who asks for more than the share leaves half of the stock" {
	need_users
	start --source kernel --rate 1 --reservoir 40
	until_true as_uid 1000 "$CLIENT" ask "$SOCKET" 20
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 21
	[ "$output" = limited ]
	stop
	# With a larger --burst, this is still so.
	start --source kernel --rate 1 --reservoir 40 --burst 1000
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 21
	[ "$output" = limited ]
	stop
}

# --- bad clients ---

@test "serve: garbage, incomplete packets, silence and passed descriptors are refused and leak nothing" {
	start --source kernel --rate 1000000
	until_true stocked 2
	before=$(descriptors)
	for _ in 1 2 3; do
		"$CLIENT" hostile "$SOCKET"
	done
	stocked 2
	gone() {
		[ "$(descriptors)" -le "$before" ]
	}
	until_true gone
	stop
	run -1 grep -vE '^seedrive: gave .* to uid|already had its share' log
}

# bats test_tags=root
@test "serve: if one user has too many connections, the oldest is closed, and another user can connect" {
	need_users
	start --source kernel
	until_true as_uid 1000 "$CLIENT" ask "$SOCKET" 1
	setpriv --reuid=1001 --regid=1001 --clear-groups /usr/bin/python3 - "$SOCKET" <<-'END' 3>&- &
		import signal, socket, sys
		held = []
		for i in range(300):
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		    s.connect(sys.argv[1])
		    held.append(s)
		assert held[0].recv(1) == b""
		signal.pause()
	END
	HOLDER=$!
	echo "$!" >>servers
	crowded() {
		[ "$(descriptors)" -ge 128 ]
	}
	until_true crowded
	[ "$(descriptors)" -le 160 ]
	as_uid 1002 "$CLIENT" ask "$SOCKET" 2 | grep -qx given
	as_uid 1001 "$CLIENT" ask "$SOCKET" 2 | grep -qx given
	kill "$HOLDER"
	stop
}

@test "serve: a client that waits for its answer is not closed for silent ones of the same user" {
	mkfifo never
	start --source file:never,deadline=60s
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import broker
		waits = broker.connect(sys.argv[2])
		waits.send(broker.request(2))
		silent = [broker.connect(sys.argv[2]) for _ in range(200)]
		assert broker.parse(waits.recv(65536))[0] == "empty"
		assert silent[0].recv(1) == b""
	END
	stop
}

@test "serve: a client that never reads gets no more than it asked for, and delays nobody" {
	start --source kernel
	until_true stocked 2
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import broker
		held = [broker.connect(sys.argv[2]) for _ in range(100)]
		for s in held:
		    s.send(broker.request(1))
		# The clients are still connected, and have read nothing.
		assert broker.ask(sys.argv[2], 1)[0] == "given"
		for s in held:
		    assert broker.parse(s.recv(65536))[0] == "given"
	END
	stop
}

# --- attacks ---

# honest: check that a new user gets each of twenty seeds, and within a second. One success in three tries is enough for
# the latter, because other programs may delay a client, too: one that starves would fail each time.
honest() {
	local uid given slowest
	for uid in 1999 1998 1997; do
		run -0 --separate-stderr as_uid "$uid" "$CLIENT" honest "$SOCKET" 20 2
		read -r given slowest <<<"$output"
		echo "given: $given of 20, the slowest after $slowest ms" "$stderr" >&2
		[ "$given" -eq 20 ]
		[ "$slowest" -ge 1000 ] || return 0
	done
	return 1
}

# bats test_tags=root
@test "serve: a client is served within a second beside sixteen that connect and close without pause" {
	need_users
	cc -O2 -Wall -Wextra -o run/flood "$ROOT/tests/lib/flood.c"
	start --source kernel
	until_true stocked 2
	for _ in $(seq 16); do
		attacked 1001 run/flood "$SOCKET"
	done
	honest
	stop
}

# bats test_tags=root
@test "serve: a client is served within a second beside greedy users, silent and deaf ones, and garbage" {
	need_users
	# The stock is large enough for the whole test, even on a slow machine.
	start_with 4096 --rate 1
	for uid in $(seq 1001 1008); do
		attacked "$uid" "$CLIENT" endless "$SOCKET" $((1 + uid % 2))
	done
	attacked 1009 "$CLIENT" silent "$SOCKET" 512
	attacked 1010 "$CLIENT" deaf "$SOCKET" 512
	attacked 1011 sh -c 'while "$0" hostile "$1"; do :; done' "$CLIENT" "$SOCKET"
	honest
	stop
}

# bats test_tags=root
@test "serve: all subordinate uids of a user have one share together" {
	need_mounts
	need_users
	echo 1001:100000:65536 >subuid
	printf '#!/bin/sh\nexec unshare --mount sh -c "mount --bind subuid /etc/subuid && exec %s \\"\\$@\\"" sh "$@"\n' \
		"$TOOL" >tool
	chmod 755 tool
	SECONDS=0
	TOOL=./tool start_with 160 --burst 20 --rate 1
	"$CLIENT" uids "$SOCKET" 100000 65536
	run -0 as_uid 1002 "$CLIENT" ask "$SOCKET" 10
	[ "${lines[0]}" = given ]
	stop
	# All these uids together get at most the user's share, one more block each second, and blocks beyond the share as
	# long as half of the stock is left.
	blocks=$(sed -n 's/^seedrive: gave \([0-9]*\) blocks* to uid 1[0-9]\{5\},.*/\1/p' log | awk '{ sum += $1 } END { print sum + 0 }')
	echo "given: $blocks blocks in $SECONDS s"
	[ "$blocks" -ge 20 ] && [ "$blocks" -le $((20 + 80 + SECONDS)) ]
}

# --- start and end ---

@test "serve: SIGTERM ends it with status 0, removes its socket, and answers those who wait" {
	mkfifo never
	start --source file:never,deadline=60s
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" "$DAEMON" <<-'END'
		import os, signal, sys
		sys.path.insert(0, sys.argv[1])
		import broker
		waits, silent = broker.connect(sys.argv[2]), broker.connect(sys.argv[2])
		waits.send(broker.request(2))
		os.kill(int(sys.argv[3]), signal.SIGTERM)
		assert broker.parse(waits.recv(65536))[0] == "empty"
		assert silent.recv(1) == b""
	END
	ended 0
	[ ! -e "$SOCKET" ]
}

@test "serve: at SIGTERM a client that has its blocks can still send its note, and nobody else can connect" {
	start --source kernel
	until_true stocked 2
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" "$DAEMON" <<-'END'
		import os, signal, sys
		sys.path.insert(0, sys.argv[1])
		import broker
		s = broker.connect(sys.argv[2])
		s.send(broker.request(2))
		assert broker.parse(s.recv(65536))[0] == "given"
		os.kill(int(sys.argv[3]), signal.SIGTERM)
		while os.path.exists(sys.argv[2]):
		    pass
		s.send(broker.note(200, bytes(16), bytes(range(16))))
		assert s.recv(1) == b""
	END
	ended 0
	grep -q ': seed 000102030405060708090a0b0c0d0e0f of 200 bits, ' log
}

@test "serve: SIGINT ends it" {
	start --source kernel
	until_true stocked 1
	kill -INT "$DAEMON"
	ended 0
}

@test "serve: the socket of a killed daemon is replaced, that of a running one is not" {
	start --source kernel
	kill -KILL "$DAEMON"
	ended 137
	[ -S "$SOCKET" ]
	start --source kernel
	until_true stocked 1
	fails 1 "seedrive: serve: $SOCKET: another process is listening on it" \
		"$TOOL" serve --socket "$SOCKET" --source kernel
	stocked 1
	[ "$(stat -c %a "$SOCKET")" = 666 ]
	stop
}

@test "serve: when it is killed among many clients, none is harmed, and the next one serves" {
	start --source kernel
	until_true stocked 2
	"$CLIENT" crowd "$SOCKET" 100 2 >/dev/null 2>&1 3>&- &
	CROWD=$!
	echo "$!" >>servers
	kill -KILL "$DAEMON"
	ended 137
	wait "$CROWD" || true
	small_tree tree
	run -0 "$TOOL" build -q --source "broker:$SOCKET" -o drive.iso tree
	[[ $output == *"warning: broker:$SOCKET: does not run" ]]
	start --source kernel
	until_true stocked 2
	stop
}

@test "serve: a socket that has replaced its own is not removed when it ends" {
	start --source kernel
	rm "$SOCKET"
	echo other >"$SOCKET"
	stop
	[ "$(cat "$SOCKET")" = other ]
}

@test "serve: a path that is unfit for a socket is refused with one line, and status 1" {
	echo text >"$SOCKET"
	fails 1 "seedrive: serve: $SOCKET: exists and is not a socket" \
		"$TOOL" serve --socket "$SOCKET"
	[ "$(cat "$SOCKET")" = text ]
	rm "$SOCKET"
	chmod 777 run
	fails 1 "seedrive: serve: $PWD/run: users other than root and the daemon's user may write to it" \
		"$TOOL" serve --socket "$SOCKET"
	chmod 755 run
	fails 1 "seedrive: serve: none: No such file or directory" "$TOOL" serve --socket none/sock
	fails 1 "seedrive: serve: run: Not a directory" \
		sh -c 'rmdir run; touch run; exec "$TOOL" serve --socket run/sock'
	long=$(printf '%0108d' 0)
	fails 1 "seedrive: serve: --socket: must be a path of 1 to 107 bytes" "$TOOL" serve --socket "$long"
	fails 1 "seedrive: serve: --socket: must be a path of 1 to 107 bytes" "$TOOL" serve --socket ""
}

# bats test_tags=root
@test "serve: it uses its section of the configuration, options win, and a fault is an error" {
	need_users
	printf '%s\n' '[serve]' 'source = file:fifo,bits=4,deadline=60s' 'reservoir = 40' 'burst = 10' 'rate = 1' >c
	# Half of the stock is reserved for users who are within their share.
	start_with 40 --config c
	run -0 as_uid 1000 "$CLIENT" ask "$SOCKET" 20
	[ "${lines[0]}" = given ]
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 11
	[ "$output" = limited ]
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 10
	[ "${lines[0]}" = given ]
	[[ ${lines[1]} == *" kernel" ]]
	stop
	start_with 40 --config c --burst 12
	run -0 as_uid 1000 "$CLIENT" ask "$SOCKET" 20
	[ "${lines[0]}" = given ]
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 13
	[ "$output" = limited ]
	run -0 as_uid 1001 "$CLIENT" ask "$SOCKET" 12
	[ "${lines[0]}" = given ]
	stop
	echo 'sauce = kernel' >>c
	fails 2 "seedrive: serve: c:6: sauce: unknown key" "$TOOL" serve --config c --socket "$SOCKET"
	printf '%s\n' '[serve]' 'source = broker' >c
	fails 2 "seedrive: serve: c:2: source: broker: the daemon cannot be its own source" \
		"$TOOL" serve --config c --socket "$SOCKET"
}

@test "serve: a wrong command line is refused with one line, and status 2" {
	fails 2 "seedrive: serve: --source: broker: the daemon cannot be its own source" \
		"$TOOL" serve --source rdrand,broker
	fails 2 "seedrive: serve: --reservoir: 1: must be a whole number from 2 to 4096" \
		"$TOOL" serve --reservoir 1
	fails 2 "seedrive: serve: --rate: 0: must be a whole number from 1 to 1000000" "$TOOL" serve --rate 0
	fails 2 "seedrive: serve: --burst: x: must be a whole number from 1 to 1000000" "$TOOL" serve --burst x
	fails 2 "seedrive: serve: here: unexpected argument" "$TOOL" serve here
}

# --- secrets ---

# bats test_tags=root
@test "serve: bytes that were handed out are neither in the daemon's memory nor in its output" {
	need_root
	[ "$B" = "$ROOT/build" ] || TOOL=$ROOT/build/seedrive
	start --source kernel
	until_true stocked 64
	"$TOOL" draw --source "broker:$SOCKET,deadline=300s" -o drawn
	"$CLIENT" ask "$SOCKET" 20 >answer
	awk '/kernel/ { print $2 }' answer | /usr/bin/python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >given
	[ "$(stat -c %s given)" -eq $((20 * 64)) ]
	# First prove that the search can find something: this string is hashed into each block.
	printf 'seedrive 1 hand out' >public
	run -0 as_root "$ROOT/tests/lib/scan-memory" raw:public -- "pid:$DAEMON"
	run -1 as_root "$ROOT/tests/lib/scan-memory" raw:given raw:drawn -- "pid:$DAEMON"
	stop
	run -1 "$ROOT/tests/lib/scan-memory" raw:given raw:drawn -- log
}

@test "serve: a crash leaves no core" {
	/usr/bin/python3 - "$TOOL" "$SOCKET" <<-'END'
		import os, resource, signal, subprocess, sys, time
		resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
		p = subprocess.Popen([sys.argv[1], "serve", "--socket", sys.argv[2], "--source", "kernel"],
		                     stderr=subprocess.DEVNULL)
		while not os.path.exists(sys.argv[2]):
		    time.sleep(0.01)
		os.kill(p.pid, signal.SIGSEGV)
		status = os.waitpid(p.pid, 0)[1]
		assert not os.WCOREDUMP(status), status
	END
	[ "$(find . -name 'core*')" = "" ]
}

# --- versions of its packets ---

@test "serve: a client is answered in its own version; version 2 has the bytes and bits of each source" {
	start_with 16
	/usr/bin/python3 - "$ROOT/tests/lib" "$SOCKET" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import broker
		status, (one, two) = broker.ask(sys.argv[2], 2, version=1)
		assert status == "given" and len(one) == len(two) == 3, (one, two)
		status, blocks = broker.ask(sys.argv[2], 2, version=2)
		assert status == "given", status
		for bits, raw, text, rows in blocks:
		    assert [r[0] for r in rows] == ["file", "kernel"], rows
		    assert text == "file:%d kernel" % rows[0][2], (text, rows)
		    assert rows[0][2] == 4 * rows[0][1] and rows[1][2] == 0, rows
		    assert bits == min(256, max(0, rows[0][2] - 64)), (bits, rows)
		# A request with a later version is refused in version 1, so that the client can ask again.
		s = broker.connect(sys.argv[2])
		s.send(broker.HEAD.pack(b"SDRQ", 3, 0, 1, 0))
		assert broker.parse(s.recv(65536)) == ("refused", [])
		assert s.recv(1) == b""
	END
}

@test "serve: a daemon of version 1 is understood: its blocks, their sources, and requirements for these" {
	small_tree tree
	mkdir -m 755 old
	/usr/bin/python3 "$ROOT/tests/lib/broker.py" daemon old/sock 1 256 >notes 3>&- &
	DAEMON=$!
	until_true test -S old/sock
	"$TOOL" build --json --source broker:old/sock,deadline=300s --require broker,rdseed,hardware -o drive.iso tree >said
	/usr/bin/python3 -c 'import json
run = json.load(open("said"))
broker = [s for s in run["sources"] if s["kind"] == "broker"][0]
assert (run["credit_bits"], run["hardware_bits"]) == (256, 256), run
assert broker["granted_bits"] == [256] and broker["provenance"] == ["rdseed:320 kernel"], broker
assert broker["given"] == [[{"source": "rdseed", "assessed_bits": 320}, {"source": "kernel", "assessed_bits": 0}]], broker'
	fails 3 "seedrive: build: rdrand: required, but not among the sources" \
		"$TOOL" build -q --source broker:old/sock,deadline=300s --require rdrand -o new.iso tree
	until_true grep -q . notes
	[ "$(cat notes)" = "version 1 note 1 256" ]
	kill "$DAEMON"
	wait "$DAEMON" || true
	DAEMON=
}

# --- the service manager, the journal ---

@test "serve: a socket from systemd is taken over, and not removed" {
	systemd-socket-activate --seqpacket -l "$SOCKET" "$TOOL" serve --source kernel >log 2>&1 3>&- &
	DAEMON=$!
	until_true test -S "$SOCKET"
	# systemd starts the daemon when the first client connects; that client may get the answer "empty".
	until_true stocked 2
	stop
	[ -S "$SOCKET" ]
	grep -q 'gave .* to uid' log
}

@test "serve: a socket of a wrong kind from the service manager is refused" {
	/usr/bin/python3 - "$TOOL" <<-'END'
		import os, socket, subprocess, sys

		def start(s, fds, pid=None):
		    def prepare():
		        os.dup2(s.fileno(), 3)
		        os.environ["LISTEN_PID"] = str(pid or os.getpid())
		        os.environ["LISTEN_FDS"] = fds
		        os.execv(sys.argv[1], [sys.argv[1], "serve", "--socket", "none/sock"])
		    return subprocess.run(["true"], preexec_fn=prepare, stderr=subprocess.PIPE,
		                          text=True, pass_fds=[3])

		kind = ("seedrive: serve: LISTEN_FDS: the broker's socket, which has no [listen NAME], "
		        "must be a listening unix socket of type SOCK_SEQPACKET\n")
		two = "seedrive: serve: LISTEN_FDS: more than one socket has no name, but only the broker's may have none\n"
		count = "seedrive: serve: LISTEN_FDS: must be a number from 1 to 17\n"
		stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
		stream.bind("stream")
		stream.listen()
		quiet = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		quiet.bind("quiet")
		good = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		good.bind("good")
		good.listen()
		for s, fds, words in ((stream, "1", kind), (quiet, "1", kind), (good, "2", two), (good, "0", count),
		                      (open("log", "w"), "1", kind)):
		    run = start(s, fds)
		    assert (run.returncode, run.stderr) == (1, words), (fds, run)
		# LISTEN_PID names another process, so the daemon ignores the sockets and tries to create its own.
		run = start(good, "1", pid=1)
		assert run.stderr == "seedrive: serve: none: No such file or directory\n", run
	END
}

@test "serve: READY is sent after the first batch, STOPPING at the end, and the watchdog is notified" {
	mkfifo slow
	/usr/bin/python3 - "$TOOL" "$SOCKET" <<-'END'
		import atexit, os, socket, subprocess, sys, threading
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind("notify")
		manager.settimeout(600)
		os.environ.update(NOTIFY_SOCKET=os.path.abspath("notify"), WATCHDOG_USEC="100000")
		daemon = subprocess.Popen([sys.argv[1], "serve", "--socket", sys.argv[2], "--source",
		                           "file:slow,bits=4,deadline=60s"], stderr=subprocess.DEVNULL)
		atexit.register(daemon.kill)
		feed = os.open("slow", os.O_RDWR)

		def until(word):
		    seen = []
		    while not any(word in line for line in seen):
		        seen += manager.recv(4096).decode().split("\n")
		    return seen

		# The device has delivered nothing yet: the daemon runs, but is not ready.
		seen = until("WATCHDOG=1") + until("WATCHDOG=1") + until("WATCHDOG=1")
		assert "READY=1" not in seen, seen
		threading.Thread(target=os.write, args=(feed, os.urandom(60000)), daemon=True).start()
		until("READY=1")
		assert any(line.startswith("STATUS=") and "of 256 blocks" in line for line in until("STATUS="))
		daemon.terminate()
		until("STOPPING=1")
		assert daemon.wait(600) == 0
	END
}

@test "serve: READY does not wait for a device that delivers nothing" {
	mkfifo slow
	/usr/bin/python3 - "$TOOL" "$SOCKET" <<-'END'
		import atexit, os, socket, subprocess, sys, time
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind("notify")
		manager.settimeout(600)
		os.environ.update(NOTIFY_SOCKET=os.path.abspath("notify"))
		begin = time.monotonic()
		daemon = subprocess.Popen([sys.argv[1], "serve", "--socket", sys.argv[2], "--source",
		                           "rdrand,file:slow,bits=4,deadline=10m"], stderr=subprocess.DEVNULL)
		atexit.register(daemon.kill)
		feed = os.open("slow", os.O_RDWR)
		while "READY=1" not in manager.recv(4096).decode().split("\n"):
		    pass
		assert time.monotonic() - begin < 300
	END
}

@test "serve: each seed is one entry in the journal, with its fields; by default all paths are in /run" {
	need_mounts
	small_tree tree
	key fifo head -c 65536 /dev/urandom
	own_run /usr/bin/python3 - "$TOOL" "$ROOT/tests/lib" <<-'END'
		import atexit, json, os, re, socket, subprocess, sys, time
		sys.path.insert(0, sys.argv[2])
		import broker
		path = "/run/seedrive/seed.sock"
		journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		journal.bind("/run/systemd/journal/socket")
		journal.settimeout(600)
		daemon = subprocess.Popen([sys.argv[1], "serve", "--source", "file:fifo,bits=4,deadline=60s"],
		                          stderr=subprocess.PIPE, text=True)
		atexit.register(daemon.kill)

		def entry():
		    return dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())

		def stocked():
		    try:
		        return broker.ask(path, 1)[0] == "given"
		    except (FileNotFoundError, ConnectionRefusedError):
		        return False

		while not stocked():
		    time.sleep(0.05)
		e = entry()
		while e["MESSAGE"].startswith("blocks are asked for"):
		    e = entry()
		assert e["PRIORITY"] == "6" and e["SYSLOG_IDENTIFIER"] == "seedrive", e
		assert e["SEEDRIVE_UID"] == str(os.getuid()) and e["SEEDRIVE_PID"] == str(os.getpid()), e
		assert e["SEEDRIVE_BLOCKS"] == "1" and e["SEEDRIVE_HARDWARE_BITS"] == "256", e
		assert re.fullmatch("file:[0-9]+ kernel", e["SEEDRIVE_SOURCES"]), e
		assert "SEEDRIVE_SEED_ID" not in e and "SEEDRIVE_INSTANCE" not in e and "SEEDRIVE_SHORT" not in e

		built = json.loads(subprocess.check_output(
		    [sys.argv[1], "build", "--json", "--source", "broker", "-o", "drive.iso", "tree"]))
		e = entry()
		assert e["SEEDRIVE_SEED_ID"] == built["seed_id"] and built["seed_id"] in e["MESSAGE"], e
		assert e["SEEDRIVE_INSTANCE"] == os.environ["UUID"], e
		assert e["SEEDRIVE_BITS"] == "256" and e["SEEDRIVE_BLOCKS"] == "1", e

		daemon.terminate()
		assert daemon.wait() == 0
		# Messages that went to the journal are not repeated on standard error.
		assert daemon.stderr.read() == ""
		journal.setblocking(False)
	END
}

@test "serve: a journal that does not accept its entries stops nothing" {
	need_mounts
	own_run /usr/bin/python3 - "$TOOL" "$ROOT/tests/lib" <<-'END'
		import atexit, socket, subprocess, sys, time
		sys.path.insert(0, sys.argv[2])
		import broker
		path = "/run/seedrive/seed.sock"
		journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		journal.bind("/run/systemd/journal/socket")
		daemon = subprocess.Popen([sys.argv[1], "serve", "--source", "kernel", "--rate", "100000"])
		atexit.register(daemon.kill)
		while True:
		    try:
		        broker.connect(path)
		        break
		    except (FileNotFoundError, ConnectionRefusedError):
		        time.sleep(0.05)
		served = 0
		while served < 1000:
		    served += broker.ask(path, 1)[0] == "given"
		daemon.terminate()
		assert daemon.wait() == 0
	END
}

# --- installed files ---

setup_units() {
	make -s -C "$ROOT" install PREFIX="$PWD/usr" B=build >/dev/null
	cd usr/lib/systemd/system || return
}

@test "serve: systemd accepts the units, and rates their exposure at 1 or less" {
	setup_units
	run -0 systemd-analyze verify --man=no ./seedrived.service ./seedrived.socket ./seedrived-egd.socket \
		./seedrived-http.socket ./seedrived-metrics.socket ./seedrived-fifo.socket ./seedrived-fifo.service
	[ "$output" = "" ]
	# systemd-analyze does report faults, such as an unknown key.
	sed 's/^Type=notify$/Typo=notify/' seedrived.service >"$BATS_TEST_TMPDIR/here/seedrived.service"
	run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/here/seedrived.service"
	[[ $output == *Typo* ]]
	# The exposure must be at most 1 of 10; without the sandbox it would be 9.
	run -0 systemd-analyze security --offline=true --threshold=10 ./seedrived.service
	run -1 systemd-analyze security --offline=true --threshold=1 ./seedrived.service
	grep -qx 'ListenSequentialPacket=/run/seedrive/seed.sock' seedrived.socket
	[ "$(grep -lx 'TriggerLimitIntervalSec=0' ./*.socket | wc -l)" -eq 5 ]
	[ "$(sed -n '/^\[Unit\]/,/^\[Service\]/p' seedrived.service | grep -cx 'StartLimitIntervalSec=0')" -eq 1 ]
	for name in egd http metrics; do
		grep -qx "FileDescriptorName=$name" "seedrived-$name.socket"
	done
	grep -q 'BROKER_SOCKET *"/run/seedrive/seed.sock"' "$ROOT/util/wire/broker.h"
}

@test "serve: no unit of the daemon starts or stops the unit that holds the FIFO" {
	setup_units
	for line in ListenFIFO=/run/seedrive/rng PipeSize=4096 SocketUser=seedrive SocketGroup=kvm SocketMode=0640 \
		TriggerLimitIntervalSec=0 RefuseManualStop=yes IgnoreOnIsolate=yes DefaultDependencies=no \
		Service=seedrived-fifo.service; do
		grep -qx "$line" seedrived-fifo.socket
	done
	for line in Type=oneshot RemainAfterExit=yes RefuseManualStop=yes DefaultDependencies=no; do
		grep -qx "$line" seedrived-fifo.service
	done
	run -1 grep -h fifo seedrived.service seedrived.socket
	run -1 grep -E '^(Sockets|RemoveOnStop|FlushPending|BindsTo|PartOf|Requires)=' seedrived-fifo.socket seedrived-fifo.service
}

@test "serve: the unit gives access to hwrng, TPMs and vmclock0 alone, and to the first two even if they appear late" {
	setup_units
	grep '^Device' seedrived.service | LC_ALL=C sort >have
	# systemd looks up a path when the service starts, but not one that has the number; and a group that the kernel has then.
	printf '%s\n' 'DeviceAllow=/dev/char/10:183 r' 'DeviceAllow=/dev/vmclock0 r' 'DeviceAllow=char-tpm rw' \
		DevicePolicy=closed >want
	diff want have
	grep -qx 'After=modprobe@tpm.service' seedrived.service
	grep -qx 'Wants=modprobe@tpm.service' seedrived.service
	run -1 grep -E '^(PrivateDevices|ProtectClock|PrivateUsers)=' seedrived.service
}

# calls_of WORD...: print the system calls that these words of a filter mean; a set is expanded.
calls_of() {
	local word
	for word; do
		case $word in
		@*) systemd-analyze syscall-filter "$word" | sed -n 's/^ *\([@a-z0-9_-]*\).*/\1/p' | grep -vxF -- "$word" |
			while read -r word; do calls_of "$word"; done ;;
		*) echo "$word" ;;
		esac
	done
}

@test "serve: the unit's filter allows every system call that the daemon makes" {
	setup_units
	# shellcheck disable=SC2046 # words
	calls_of $(sed -n 's/^SystemCallFilter=\([^~].*\)/\1/p' seedrived.service) | sort -u >allowed
	# shellcheck disable=SC2046 # words
	calls_of $(sed -n 's/^SystemCallFilter=~\(.*\)/\1/p' seedrived.service) | sort -u >denied
	[ "$(wc -l <allowed)" -gt 200 ] && [ "$(wc -l <denied)" -gt 20 ]
	mkfifo fifo
	exec {held}<>fifo
	head -c 60000 /dev/urandom >&"$held"
	# execve and exit_group do not count below; execve is called by systemd.
	as_root strace -f -qq -o trace "$ROOT/build/seedrive" serve --socket "$SOCKET" --reservoir 16 \
		--source rdseed,rdrand,tpm,hwrng,jitter,file:fifo,bits=4,deadline=1s >log 2>&1 3>&- &
	TRACER=$!
	echo "$!" >>servers
	until_true stocked 2
	kill -TERM "$(cut -d' ' -f1 trace | head -n 1)"
	wait "$TRACER"
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' trace | sort -u | grep -vxE 'execve|exit_group' >made
	[ "$(wc -l <made)" -gt 30 ]
	grep -qx accept4 made
	grep -qx prctl made
	[ "$(comm -23 made allowed)" = "" ]
	run -0 comm -12 made denied
	[ "$output" = "" ] || { echo "denied: $output"; return 1; }
}

@test "serve: the generator adds the TPM's group if it exists, and nothing if it does not" {
	need_mounts
	generator=$ROOT/dist/host/systemd/seedrive-tss-generator
	# generate GROUP...: run the generator on a host whose /etc/group has these groups.
	generate() {
		rm -rf out
		printf '%s:x:100:\n' "$@" >group
		as_root unshare --mount sh -c 'mount --bind group /etc/group && exec "$@"' sh "$generator" out out out
	}
	generate root tss seedrive
	[ "$(cat out/seedrived.service.d/50-tss.conf)" = "[Service]
SupplementaryGroups=tss" ]
	generate root tssx xtss
	[ ! -e out ]
}

@test "serve: systemd-sysusers and udev accept their files" {
	need_mounts
	mkdir -p root/usr/lib/sysusers.d root/etc
	cp "$ROOT/dist/host/sysusers.d/seedrive.conf" root/usr/lib/sysusers.d
	as_root systemd-sysusers --root="$PWD/root"
	grep -q '^seedrive:.*:/usr/sbin/nologin$' root/etc/passwd
	grep -q '^seedrive:' root/etc/group
	grep -v '^#' "$ROOT/dist/host/udev/60-seedrive.rules" >rule
	[ "$(cat rule)" = 'SUBSYSTEM=="misc", KERNEL=="hw_random|vmclock0", GROUP="seedrive", MODE="0640"' ]
	# If the kernel has the device and we are root, the rule itself is tested, too. That needs a separate /dev, because
	# udevadm test of systemd 252 does set the mode, while that of systemd 257 only prints it.
	[ -e /sys/class/misc/hw_random ] && [ "$(id -u)" = 0 ] || return 0
	unshare --mount sh -e -c 'mkdir dev && mount -t tmpfs dev dev
		mknod dev/hwrng c 10 183 && mknod -m 666 dev/null c 1 3 && mount --bind dev /dev
		mount -t tmpfs run /run && mkdir -p /run/udev/rules.d && cp "$0" /run/udev/rules.d
		mount --bind root/etc/group /etc/group
		udevadm test --action=add /sys/class/misc/hw_random >said 2>&1
		stat -c "%a %G" /dev/hwrng' "$ROOT/dist/host/udev/60-seedrive.rules" >mode
	if grep -qx 'Device node group:' said; then
		sed -n '/^Device node permission:$/ { n; s/^ *0//p }
			/^Device node group:$/ { n; s/^ *\([^ ]*\) (gid=.*/\1/p }' said | sort | paste -sd ' ' >mode
	fi
	[ "$(cat mode)" = "640 seedrive" ]
}
