#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sources that fail: for which failures the seed is refused (exit status 3, no output, one line that names each source
# and the reason), and for which there is only a warning.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# refused LINE COMMAND...: check that the command exits with 3, prints that line, and leaves no new file in the folder.
refused() {
	local line=$1
	shift
	LC_ALL=C ls -A >"$BATS_TEST_TMPDIR/before"
	fails 3 "$line" "$@"
	diff "$BATS_TEST_TMPDIR/before" <(LC_ALL=C ls -A)
}

stuck_bytes() {
	head -c 32768 /dev/zero
}

# good_bytes: print bytes that pass all tests, and are enough for the seeds in this suite: no window occurs twice, and
# no value too often.
good_bytes() {
	openssl enc -aes-128-ctr -nosalt -K 00 -iv "${1:-00}" -in /dev/zero 2>/dev/null | head -c 16384
}

@test "refuse: if every source fails, even the kernel, each is named with its reason, and nothing is made" {
	local why="rdseed gave nothing: No such device; rdrand gave nothing: No such device; file:fifo failed a test:\
 9 equal samples in a row, cutoff 9; file:missing gave nothing: No such file or directory; kernel gave nothing:\
 Input/output error"
	local sources=rdseed,rdrand,file:fifo,bits=4,file:missing,kernel
	small_tree tree
	key fifo stuck_bytes
	refused "seedrive: build: too little entropy: the sources gave 0 of 256 bits: $why" \
		world ABSENT=/sys/devices/system/cpu/modalias GETRANDOM=fail \
		"$TOOL" build -q --source "$sources" -o drive.iso tree
	refused "seedrive: draw: too little entropy: the sources gave 0 of 256 bits: $why" \
		world ABSENT=/sys/devices/system/cpu/modalias GETRANDOM=fail \
		"$TOOL" draw --source "$sources" -o seed
	refused "seedrive: draw: too little entropy: the sources gave 0 of 256 bits: $why" \
		world ABSENT=/sys/devices/system/cpu/modalias GETRANDOM=fail \
		"$TOOL" draw --source "$sources"
	refused "seedrive: build: too little entropy: the sources gave 0 of 256 bits: $why" \
		world ABSENT=/sys/devices/system/cpu/modalias GETRANDOM=fail \
		"$TOOL" build --source "$sources" -o - tree
}

@test "refuse: the same with the default sources, and the old OUT is kept" {
	drive drive.iso
	cp drive.iso old
	# If the jitter library is built in, the host has a source that this test cannot make absent.
	! "$TOOL" sources | grep -q '^jitter  *-  *present' || skip "jitter is built in"
	refused "seedrive: build: too little entropy: the sources gave 0 of 256 bits: broker gave nothing: does not run;\
 rdseed gave nothing: No such device; rdrand gave nothing: No such device; tpm gave nothing: No such file or directory;\
 hwrng gave nothing: No such file or directory; kernel gave nothing: Input/output error" \
		world ABSENT="/sys/devices/system/cpu/modalias /dev/tpmrm0 /dev/hwrng" GETRANDOM=fail \
		"$TOOL" build -o drive.iso tree
	cmp old drive.iso
}

@test "refuse: reseed leaves the image unchanged" {
	drive drive.iso
	cp drive.iso old
	refused "seedrive: reseed: too little entropy: the sources gave 0 of 256 bits: kernel gave nothing: Input/output error" \
		world GETRANDOM=fail "$TOOL" reseed --source kernel drive.iso
	cmp old drive.iso
}

@test "refuse: a required source that is stuck fails the build, and no image is left" {
	small_tree tree
	stuck_bytes >stuck
	refused "seedrive: build: file:stuck: required, but failed a test: 9 equal samples in a row, cutoff 9" \
		"$TOOL" build --require file --source file:stuck -o drive.iso tree
	key fifo stuck_bytes
	refused "seedrive: build: file:fifo: required, but failed a test: 9 equal samples in a row, cutoff 9" \
		"$TOOL" build --require file --source file:fifo,bits=4 -o drive.iso tree
}

@test "refuse: if it is not required, there is a warning, and it counts for nothing" {
	stuck_bytes >stuck
	small_tree tree
	fails 0 "seedrive: build: warning: file:stuck: 9 equal samples in a row, cutoff 9" \
		"$TOOL" build -q --source file:stuck -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found credit_bits) $(member found hardware_bits)" = "256 0" ]
}

@test "refuse: each failure of a source has a message of its own" {
	local name
	local -A words=(
		[short]="too few bytes"
		[empty]="too few bytes"
		[missing]="No such file or directory"
		[folder]="Is a directory"
		[socket]="No such device or address"
		[silent]="Connection timed out"
		[often]="one value 76 times in 512 samples, cutoff 76"
		[again]="20 bytes that were delivered before"
	)
	good_bytes | head -c 1000 >short
	: >empty
	mkdir folder
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	key silent true
	# In `often` every third sample is equal, but no window occurs twice.
	/usr/bin/python3 >often -c 'import sys
sys.stdout.buffer.write(bytes(b for i in range(2000) for b in (0, 1 + i % 255, 1 + i // 255)))'
	good_bytes | head -c 512 | tee again >>again.half
	cat again.half >>again
	good_bytes 77 | head -c 4096 >>again

	for name in "${!words[@]}"; do
		refused "seedrive: draw: file:$name: required, but $(outcome "${words[$name]}")" \
			"$TOOL" draw --require file --source "file:$name" -o seed
	done
}

@test "refuse: a build that fails because of its tree or its output does not wait for a slow source" {
	key silent true
	# If the command waited for the source, it would wait for an hour, and timeout would end it with another status.
	fails 1 "seedrive: build: none: No such file or directory" \
		timeout 60 "$TOOL" build -q --source file:silent,deadline=1h -o drive.iso none
	small_tree tree
	mkfifo tree/fifo
	fails 1 "seedrive: build: tree/fifo: is a FIFO: only files, folders and symbolic links go on a drive" \
		timeout 60 "$TOOL" build -q --source file:silent,deadline=1h -o drive.iso tree
	fails 1 "seedrive-mkisofs: none: No such file or directory" \
		timeout 60 "$MKISOFS" -V config-2 -o drive.iso none
	holds silent tree
}

@test "refuse: it does not wait for a daemon that accepts and never answers either" {
	mkdir -m 755 run
	/usr/bin/python3 3>&- -c 'import signal, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("run/sock")
s.listen()
kept = []
while True:
    kept.append(s.accept())' &
	echo $! >feeders
	while [ ! -S run/sock ]; do kill -0 $!; done
	fails 1 "seedrive: build: none: No such file or directory" \
		timeout 60 "$TOOL" build -q --source broker:run/sock,deadline=1h -o drive.iso none
}

@test "refuse: if a required source has failed, no other one is waited for" {
	key silent true
	key stuck stuck_bytes
	small_tree tree
	refused "seedrive: build: tpm:missing: required, but gave nothing: No such file or directory" \
		timeout 60 "$TOOL" build -q --require tpm --source file:silent,deadline=1h,tpm:missing -o drive.iso tree
	refused "seedrive: draw: hwrng:stuck: required, but failed a test: 9 equal samples in a row, cutoff 9" \
		timeout 60 "$TOOL" draw --require hardware,hwrng,kernel --source file:silent,deadline=1h,hwrng:stuck -o seed
	refused "seedrive: draw: rdrand: required, but not among the sources" \
		timeout 60 "$TOOL" draw --require rdrand --source file:silent,deadline=1h -o seed
	# The command does not wait for another required source either, once one has failed.
	refused "seedrive: build: rdseed: required, but gave nothing: No such device" \
		world ABSENT=/sys/devices/system/cpu/modalias timeout 60 \
		"$TOOL" build -q --require file,rdseed --source file:silent,deadline=1h,rdseed,rdrand -o drive.iso tree
	# If all required sources pass, the command waits for the others, because their bytes are still mixed in.
	fails 0 "seedrive: draw: warning: file:silent: Connection timed out" \
		"$TOOL" draw --require kernel --source file:silent,deadline=300ms -o seed
}

# pattern NAME: make a FIFO; a process writes bytes of that kind to it until the test ends.
pattern() {
	mkfifo "$1"
	/usr/bin/python3 - "$@" 3>&- <<-'END' &
		import os, random, sys

		name = sys.argv[1]
		fixed, pace = os.urandom(64), os.urandom(64)
		past = os.urandom(1 << 16)

		def frames(random_bytes, size, rest):
		    n = 0
		    while True:
		        fresh = os.urandom(random_bytes)
		        yield fresh + bytes(rest(n, i, fresh) & 255 for i in range(random_bytes, size))
		        n += 1

		def replay(period):
		    while True:
		        yield past[:period]

		def moving():
		    n = 0
		    while True:
		        yield past[:50] + os.urandom(90 + n % 77)
		        n += 13

		def values(count):
		    chosen = random.sample(range(256), count)
		    while True:
		        yield bytes(random.choice(chosen) for _ in range(64))

		kinds = {
		    "lane": lambda: frames(1, 8, lambda n, i, f: fixed[i]),
		    "lanes": lambda: frames(3, 24, lambda n, i, f: fixed[i]),
		    "odd": lambda: frames(2, 13, lambda n, i, f: fixed[i]),
		    "wide": lambda: frames(8, 64, lambda n, i, f: fixed[i]),
		    "wider": lambda: frames(16, 128, lambda n, i, f: fixed[i % 64] ^ i),
		    "counter": lambda: frames(1, 8, lambda n, i, f: fixed[i] + n),
		    "counters": lambda: frames(2, 16, lambda n, i, f: fixed[i] + n * pace[i]),
		    "offset": lambda: frames(1, 8, lambda n, i, f: fixed[i] + f[0]),
		    "flips": lambda: frames(1, 8, lambda n, i, f: fixed[i] ^ f[0]),
		    "p513": lambda: replay(513), "p1000": lambda: replay(1000), "p1777": lambda: replay(1777),
		    "p20000": lambda: replay(20000),
		    "moving": moving,
		    "nibbles": lambda: values(16), "pairs": lambda: values(2), "all": lambda: values(256),
		}
		try:
		    with open(name, "wb", buffering=0) as out:
		        for piece in kinds[name.split("-")[0]]():
		            out.write(piece)
		except BrokenPipeError:
		    pass
	END
	echo $! >>feeders
}

teardown() {
	[ ! -e feeders ] || xargs -r kill <feeders 2>/dev/null || true
	detach
	make_removable
}

@test "refuse: frames, counters, replays and few values do not count, with any stated assessment" {
	local kind
	for kind in lane lanes odd wide wider counter counters offset flips p513 p1000 p1777 moving; do
		pattern "$kind"
		run -3 "$TOOL" draw --bits 8192 --source "file:$kind,bits=4" --require hardware -o seed
		[ ! -e seed ]
	done
	pattern nibbles
	run -3 "$TOOL" draw --bits 1024 --source file:nibbles,bits=8 --require hardware -o seed
}

@test "refuse: few values count if no more than their entropy is stated" {
	pattern nibbles
	succeeds "$TOOL" draw --bits 512 --source file:nibbles,bits=4 --require hardware -o seed
	pattern pairs
	succeeds "$TOOL" draw --bits 512 --source file:pairs,bits=1 --require hardware -o seed
	pattern all
	succeeds "$TOOL" draw --bits 512 --source file:all,bits=7.5 --require hardware -o seed
}

@test "refuse: a replay is also found in the second draw of a process" {
	pattern p20000
	run -3 "$TOOL" draw -n 16384 --source file:p20000,bits=4 --require hardware -o seed
	[[ $output == *"20 bytes that were delivered before"* || $output == *"hardware: "* ]]
}

@test "refuse: a source that may not be opened is distinguished from a missing one" {
	good_bytes >closed
	chmod 000 closed
	refused "seedrive: draw: file:closed: required, but gave nothing: Permission denied" \
		unprivileged "$TOOL" draw --require file --source file:closed -o seed
}

@test "refuse: two sources that deliver the same bytes count for nothing, whichever comes first" {
	good_bytes >key
	cp key copy
	both() {
		printf 'seedrive: draw: warning: file:%s: 20 bytes that file:%s delivered as well\n' "$1" "$2"
		printf 'seedrive: draw: warning: file:%s: 20 bytes that were delivered before' "$2"
	}
	fails 0 "$(both key copy)" "$TOOL" draw --source file:key,file:copy -o seed
	fails 0 "$(both copy key)" "$TOOL" draw --source file:copy,file:key -o seed
	# This is true even with a stated assessment: neither of the two counts.
	key a good_bytes
	key b good_bytes
	fails 0 "$(both a b)" "$TOOL" draw --source file:a,bits=4,file:b,bits=4 -o seed
}

@test "refuse: --require means that every source of that name passed, in any order" {
	good_bytes >good
	stuck_bytes >stuck
	refused "seedrive: draw: file:stuck: required, but failed a test: 9 equal samples in a row, cutoff 9" \
		"$TOOL" draw --require file --source file:stuck,file:good -o seed
	refused "seedrive: draw: file:stuck: required, but failed a test: 9 equal samples in a row, cutoff 9" \
		"$TOOL" draw --require file --source file:good,file:stuck -o seed
	succeeds "$TOOL" draw --require file,kernel --source file:good -o seed
}

@test "refuse: --require with a source that is not drawn from is an error" {
	refused "seedrive: draw: rdrand: required, but not among the sources" \
		"$TOOL" draw --require kernel,rdrand --source kernel -o seed
}

@test "refuse: --require hardware applies to the whole claim" {
	good_bytes >good
	refused "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		"$TOOL" draw --require hardware --source kernel -o seed
	refused "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		"$TOOL" draw --require hardware --source file:good,bits=8 -o seed
	key fifo
	succeeds "$TOOL" draw --require hardware --source file:fifo,bits=4 --bits 512 -o seed
}

@test "refuse: the kernel's generator counts as 256 bits once, for a seed of any size" {
	refused "seedrive: draw: too little entropy: the sources gave 256 of 257 bits: kernel passed" \
		"$TOOL" draw --bits 257 --source kernel -o seed
	succeeds "$TOOL" draw --bits 256 --source kernel -o seed
}

@test "refuse: a regular file is mixed but never assessed, even if an assessment is stated" {
	good_bytes >good
	refused "seedrive: draw: too little entropy: the sources gave 256 of 512 bits: file:good passed, but is assessed\
 at 0 bits; kernel passed" "$TOOL" draw --bits 512 --source file:good,bits=8 -o seed
	# A FIFO with the same bytes counts, if the user states its assessment.
	key fifo good_bytes
	succeeds "$TOOL" draw --bits 512 --source file:fifo,bits=8 -o seed
}

@test "refuse: the kernel's own devices never count as hardware, even if an assessment is stated" {
	local device
	for device in /dev/urandom /dev/random; do
		fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
			"$TOOL" draw --require hardware --source "file:$device,bits=8" -o seed
	done
}

@test "refuse: a FIFO or device without a stated assessment is worth nothing" {
	key fifo good_bytes
	refused "seedrive: draw: too little entropy: the sources gave 256 of 512 bits: file:fifo passed, but is assessed at\
 0 bits; kernel passed" "$TOOL" draw --bits 512 --source file:fifo -o seed
}

@test "refuse: if hardware suffices for the claim, a failure of the kernel's generator is only a warning" {
	small_tree tree
	key fifo
	fails 0 "seedrive: build: warning: kernel: Input/output error" world GETRANDOM=fail \
		"$TOOL" build -q --require hardware --source file:fifo,bits=4 -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found credit_bits) $(member found hardware_bits)" = "256 256" ]
}

@test "refuse: a CPU without the instructions is reported only if they were named" {
	small_tree tree
	succeeds world ABSENT=/sys/devices/system/cpu/modalias "$TOOL" build -q -o drive.iso tree
	fails 0 "seedrive: build: warning: rdrand: No such device" world \
		ABSENT=/sys/devices/system/cpu/modalias "$TOOL" build -q --source rdrand -o drive.iso tree
}

@test "refuse: the kernel is drawn even if --source omits it, and once if it is repeated" {
	local name
	good_bytes >good
	"$TOOL" draw --json --source file:good -o seed >said
	"$TOOL" draw --json --source kernel,file:good,kernel -o seed >twice
	for name in said twice; do
		[ "$(grep '"source"' "$name" | tr -d ' \n')" = '"source":"file:good","source":"kernel",' ]
	done
}

@test "refuse: more than 15 sources are a usage error" {
	fails 2 "seedrive: draw: --source: more than 15 sources" "$TOOL" draw --source \
		"$(printf 'file:%d,' {1..15})file:16" -o seed
	[ ! -e seed ]
}
