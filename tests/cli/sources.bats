#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tpm, hwrng and egd, working and with every known fault: a source with a fault is named, counts for nothing, and takes no
# longer than its deadline.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/servers

# faulty() replaces this option: by a short deadline if the source must time out, otherwise by a long one.
DEADLINE=deadline=1s

setup_file() {
	# ekeyd and ip are in folders that only root's PATH has.
	export PATH=$PATH:/usr/sbin:/sbin
	make_world
}

# egd_starts WHERE [FAULT [AFTER]]: start an EGD server; its port is then in $port.
egd_starts() {
	local pid
	read -r pid port < <("$ROOT/tests/lib/egd_server.py" "$@" 3>&-)
	echo "$pid" >>"$BATS_TEST_TMPDIR/pids"
}

# passes SOURCE BITS: check that the source delivers, and that each of the first 1024 bytes counts as BITS.
passes() {
	run -0 --separate-stderr "$TOOL" draw --json --require "${1%%:*}" --source "$1,deadline=60s" -o seed
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json, sys
source, kernel = json.load(open("said"))["sources"]
bits = int(sys.argv[1])
assert source["status"] == "passed", source
assert source["rate_bits"] == bits * source["rate_bytes"], source
assert source["assessed_bits"] == [1024 * bits], source
assert source["kind"] == ("hardware" if bits else "unassessed"), source' "$2"
}

# faulty SOURCE WORDS: check that this faulty source, with the highest assessment that can be stated, makes a draw fail
# if it is required; otherwise there is a warning, and the kernel's generator suffices, with no bits from hardware.
faulty() {
	local label=${1%%,"$DEADLINE"*} words=$2 deadline=deadline=60s source
	[ "$words" != "Connection timed out" ] || deadline=deadline=300ms
	source=${1/"$DEADLINE"/"$deadline"}
	shift 2
	rm -f seed
	fails 3 "seedrive: draw: $label: required, but $(outcome "$words")" "$@" "$TOOL" draw --require "${source%%[:,]*}" \
		--source "$source" -o seed
	[ ! -e seed ]
	run -0 --separate-stderr "$@" "$TOOL" draw --json --source "$source" -o seed
	[ "$stderr" = "seedrive: draw: warning: $label: $words" ]
	printf '%s' "$output" >said
	[ "$(member said credit_bits) $(member said hardware_bits)" = "256 0" ]
	/usr/bin/python3 -c 'import json, sys
source, kernel = json.load(open("said"))["sources"]
assert source["source"] == sys.argv[1] and source["status"] != "passed", source
assert source["assessed_bits"] == [] and source["reason"] == sys.argv[2], source
assert kernel["status"] == "passed"' "$label" "$words"
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" "$@" "$TOOL" draw --require hardware \
		--source "$source" -o other
	rm seed
}

# --- a TPM ---

@test "tpm: a software TPM is drawn through its socket, and is worth what is stated, otherwise nothing" {
	tpm2 real
	passes tpm:unix:real 0
	passes tpm:unix:real,bits=4 4
	passes tpm:unix:./real,bits=1 1
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		"$TOOL" draw --require hardware --source tpm:unix:real -o seed
}

@test "tpm: it is drawn over TCP too, at the stated port" {
	local tcp
	mkdir state
	tcp=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	swtpm socket --daemon --tpm2 --tpmstate "dir=$PWD/state" --pid "file=$PWD/pid" --log file=/dev/null \
		--server "type=tcp,port=$tcp" --ctrl "type=unixio,path=$PWD/control" \
		--flags not-need-init,startup-clear 3>&-
	until_there pid
	awk 1 pid >>"$BATS_TEST_TMPDIR/pids"
	passes "tpm:swtpm:host=127.0.0.1,port=$tcp,bits=4" 4
	passes "tpm:swtpm:port=$tcp" 0
	passes "tpm:swtpm,bits=2,host=localhost,port=$tcp" 2
	# The same chip under two names is one source.
	run -0 --separate-stderr "$TOOL" draw --json -o seed \
		--source "tpm:swtpm:port=$tcp,bits=4,tpm:swtpm:host=localhost,port=$tcp,bits=4"
	[[ $stderr = *": the same device as "*": counted once" ]]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json
a, b, kernel = json.load(open("said"))["sources"]
assert a["assessed_bits"] == [4096] and sum(b["assessed_bits"]) == 0, (a, b)'
}

@test "tpm: a device gets a request in one write, answers in one read, and is worth 0 unless the kernel knows it as a TPM" {
	tpm2 real
	proxy pty:device
	passes tpm:device 0
	passes tpm:device,bits=4 4
}

@test "tpm: a device that the kernel knows is that chip under each of its names" {
	local node numbers
	tpm2 real
	proxy pty:device
	node=$(readlink device)
	numbers=$(/usr/bin/python3 -c 'import os, sys
n = os.stat(sys.argv[1]).st_rdev; print(f"{os.major(n)}:{os.minor(n)}")' "$node")
	echo DEVNAME=tpmrm0 >uevent
	mkfifo hwrng
	echo tpm-rng-0 >current
	echo 1024 >quality
	export REDIRECT="/dev/tpmrm0=$node /sys/dev/char/$numbers/uevent=$PWD/uevent /dev/hwrng=$PWD/hwrng
 /sys/class/misc/hw_random/rng_current=$PWD/current
 /sys/class/misc/hw_random/rng_quality=$PWD/quality"
	REDIRECT=$(tr -d '\n' <<<"$REDIRECT")
	# Without an argument, the source tpm is the device /dev/tpmrm0.
	run -0 --separate-stderr world NODE="$PWD/hwrng=10:183" sh -c '
		exec 9<>hwrng
		head -c 32768 /dev/urandom >hwrng
		"$TOOL" draw --json --source tpm,bits=4,hwrng -o seed'
	[ "$stderr" = "seedrive: draw: warning: hwrng: the same device as tpm: counted once" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json
tpm, hwrng, kernel = json.load(open("said"))["sources"]
assert tpm["assessed_bits"] == [4096] and sum(hwrng["assessed_bits"]) == 0, (tpm, hwrng)'
}

@test "tpm: all requested bytes arrive, in the pieces that the chip grants, even if it is busy" {
	local fault
	tpm2 real
	for fault in none grants-8 grants-1 testing-twice retry-twice yielded-once; do
		proxy "unix:$fault" "$fault"
		passes "tpm:unix:$fault,bits=4" 4
	done
}

@test "tpm: a fault of any kind is named, makes it count for nothing, and takes no longer than the deadline" {
	local after fault words
	tpm2 real
	# The fault occurs from the first command on, or after some good answers.
	for after in 0 9; do
		while IFS=: read -r fault words; do
			proxy "unix:$fault.$after" "$fault" "$after"
			faulty "tpm:unix:$fault.$after,$DEADLINE,bits=4" "$words"
		done <<-END
			testing:Connection timed out
			retry:Connection timed out
			lockout:the TPM is locked out
			not-started:the TPM is not started
			failure:the TPM is in failure mode
			other:Input/output error
			slow:Connection timed out
			hung:Connection timed out
			zero:too few bytes
			short:Connection timed out
			gone:too few bytes
			lying-size:not a valid response to TPM2_GetRandom
			lying-header:not a valid response to TPM2_GetRandom
			lying-tag:not a valid response to TPM2_GetRandom
			huge:not a valid response to TPM2_GetRandom
			surplus:not a valid response to TPM2_GetRandom
			constant:20 bytes that were delivered before
			replay:20 bytes that were delivered before
			zeros:9 equal samples in a row, cutoff 9
			ones:9 equal samples in a row, cutoff 9
		END
	done
}

@test "tpm: the same holds for faults of a device" {
	local fault words
	tpm2 real
	while IFS=: read -r fault words; do
		# faulty() draws three times from this TPM, whose state does not change meanwhile.
		proxy "pty:$fault" "$fault"
		faulty "tpm:$fault,$DEADLINE,bits=4" "$words"
	done <<-END
		testing:Connection timed out
		lockout:the TPM is locked out
		hung:Connection timed out
		zero:too few bytes
		short:not a valid response to TPM2_GetRandom
		lying-size:not a valid response to TPM2_GetRandom
		lying-header:not a valid response to TPM2_GetRandom
		surplus:not a valid response to TPM2_GetRandom
		constant:20 bytes that were delivered before
	END
}

@test "tpm: a real TPM that was not started is reported as such" {
	swtpm_starts real --tpm2 --flags not-need-init
	faulty "tpm:unix:real,$DEADLINE,bits=4" "the TPM is not started"
}

@test "tpm: a real TPM that has failed is reported as such" {
	# As a daemon, swtpm changes to another folder, and does not find its state.
	STATE=. swtpm_starts real --tpm2 --flags not-need-init,startup-clear
	faulty "tpm:unix:real,$DEADLINE,bits=4" "the TPM is in failure mode"
}

@test "tpm: a real TPM 1.2 is recognized and refused" {
	swtpm_starts real --flags not-need-init,startup-clear
	faulty "tpm:unix:real,$DEADLINE,bits=4" "a TPM 1.2; use the source hwrng to read its random numbers"
}

@test "tpm: what is no TPM is reported as such: a file, a folder, a FIFO, no path, no server" {
	echo file >file
	mkdir folder closed
	mkfifo fifo
	touch closed/device
	chmod 000 closed/device
	faulty "tpm:file,$DEADLINE" "not a character device"
	faulty "tpm:folder,$DEADLINE" "Is a directory"
	faulty "tpm:fifo,$DEADLINE" "not a character device"
	faulty "tpm:none,$DEADLINE" "No such file or directory"
	faulty "tpm:closed/device,$DEADLINE" "Permission denied" unprivileged
	faulty "tpm:unix:file,$DEADLINE" "not a socket"
	faulty "tpm:unix:none,$DEADLINE" "No such file or directory"
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("left")'
	faulty "tpm:unix:left,$DEADLINE" "Connection refused"
	faulty "tpm:/dev/null,$DEADLINE" "too few bytes"
}

# --- /dev/hwrng ---

# hwrng_is CURRENT QUALITY: put a FIFO in place of the kernel's device, and set what the kernel states about it.
hwrng_is() {
	[ -p hwrng ] || key hwrng
	echo "$1" >current
	echo "$2" >quality
	local sys=/sys/class/misc/hw_random
	export NODE="$PWD/hwrng=10:183"
	export REDIRECT="/dev/hwrng=$PWD/hwrng $sys/rng_current=$PWD/current $sys/rng_quality=$PWD/quality"
}

@test "hwrng: it is worth what the kernel states, at most 4 bits a byte, and nothing if from a hypervisor" {
	local rate
	while read -r current quality rate; do
		hwrng_is "$current" "$quality"
		run -0 --separate-stderr world "$TOOL" draw --json --require hwrng --source hwrng -o seed
		[ "$stderr" = "" ]
		printf '%s' "$output" >said
		[ "$(/usr/bin/python3 -c 'import json
r = json.load(open("said"))["sources"][0]
print(r["rate_bits"], r["rate_bytes"], sep="/")')" = "$rate" ]
	done <<-END
		ccp-1-rng 1024 4/1
		ccp-1-rng 512 4/1
		ccp-1-rng 100 100/128
		ccp-1-rng 0 0/1
		ccp-1-rng none 0/1
		virtio_rng.0 1024 0/1
	END
}

@test "hwrng: if its quality or its name is unknown, it is worth nothing" {
	hwrng_is ccp-1-rng 1024
	rm quality
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		world "$TOOL" draw --require hardware --source hwrng -o seed
	hwrng_is ccp-1-rng 1024
	succeeds world "$TOOL" draw --require hardware --source hwrng -o seed
	rm current
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		world "$TOOL" draw --require hardware --source hwrng -o other
	# Another device with the name hwrng:PATH is worth nothing either, and the assessment of hwrng cannot be stated.
	key other
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
		world "$TOOL" draw --require hardware --source hwrng:other -o other
	fails 2 "seedrive: draw: --source: hwrng: bits= is not accepted: the assessment of this source is fixed" \
		"$TOOL" draw --source hwrng,bits=4
}

@test "hwrng: named as another source it is still hwrng, with the same rules and identity" {
	local name
	for name in file:/dev/hwrng,bits=8 file:link,bits=8; do
		ln -sf hwrng link
		hwrng_is virtio_rng.0 1024
		fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" \
			world "$TOOL" draw --require hardware --source "$name" -o seed
		hwrng_is ccp-1-rng 64
		run -0 world "$TOOL" draw --json --source "$name" -o seed
		printf '%s' "$output" >said
		/usr/bin/python3 -c 'import json
source = json.load(open("said"))["sources"][0]
assert (source["status"], source["rate_bits"], source["rate_bytes"]) == ("passed", 64, 128), source'
	done
	# The same device named twice counts once.
	hwrng_is ccp-1-rng 1024
	fails 0 "seedrive: draw: warning: file:/dev/hwrng: the same device as hwrng: counted once" \
		world "$TOOL" draw --source hwrng,file:/dev/hwrng,bits=8 -o seed
}

@test "hwrng: a fault of any kind is named, makes it count for nothing, and takes no longer than the deadline" {
	local after
	hwrng_is ccp-1-rng 1024
	for after in 0 1 1000; do
		export READ_AFTER=$after
		faulty "hwrng,$DEADLINE" "Connection timed out" world READ=EAGAIN:hwrng
		faulty "hwrng,$DEADLINE" "No such device" world READ=ENODEV:hwrng
		faulty "hwrng,$DEADLINE" "Input/output error" world READ=EIO:hwrng
	done
}

@test "hwrng: a device that hangs, ends, is stuck or replays counts for nothing" {
	key silent true
	faulty "hwrng:silent,$DEADLINE" "Connection timed out"
	key some head -c 500 /dev/urandom
	faulty "hwrng:some,$DEADLINE" "Connection timed out"
	key stuck head -c 32768 /dev/zero
	faulty "hwrng:stuck,$DEADLINE" "9 equal samples in a row, cutoff 9"
	head -c 512 /dev/urandom >once
	key twice cat once once once once once once once once once
	faulty "hwrng:twice,$DEADLINE" "20 bytes that were delivered before"
	faulty "hwrng:/dev/null,$DEADLINE" "too few bytes"
	echo file >file
	mkdir folder
	faulty "hwrng:file,$DEADLINE" "not a character device"
	faulty "hwrng:folder,$DEADLINE" "Is a directory"
	faulty "hwrng:none,$DEADLINE" "No such file or directory"
}

# --- an EGD server ---

@test "egd: it is drawn through a unix socket or TCP, and is worth what is stated" {
	egd_starts unix:pool
	passes egd:unix:pool 0
	passes egd:unix:pool,bits=4 4
	egd_starts tcp:127.0.0.1
	passes "egd:tcp:127.0.0.1:$port" 0
	passes "egd:tcp:localhost:$port,bits=8" 8
}

@test "egd: an IPv6 address is written in brackets" {
	# The test runs in a new network namespace, because the machine may have no IPv6.
	as_root unshare --net sh -c '
		ip link set lo up
		set -- $("$ROOT/tests/lib/egd_server.py" tcp:::1)
		"$TOOL" draw --require hardware --source "egd:tcp:[::1]:$2,bits=4" -o seed
		status=$?
		kill "$1"
		exit "$status"'
	[ -s seed ]
}

@test "egd, tpm: bytes from a network never count, even if an assessment is stated" {
	# The address is not a loopback address; it exists only in a new network namespace.
	as_root unshare --net sh -c '
		ip link set lo up
		ip address add 192.0.2.1/32 dev lo
		set -- $("$ROOT/tests/lib/egd_server.py" tcp:192.0.2.1)
		"$TOOL" draw --json --source "egd:tcp:192.0.2.1:$2,bits=8" -o seed >said
		"$TOOL" draw --require hardware --source "egd:tcp:192.0.2.1:$2,bits=8" -o none
		status=$?
		"$TOOL" sources --source "egd:tcp:192.0.2.1:$2,bits=8,tpm:swtpm:host=192.0.2.1,port=$2,bits=8" >table
		kill "$1"
		exit $((status != 3))' 2>errors
	[ "$(cat errors)" = "seedrive: draw: hardware: required, but gave 0 of 256 bits" ]
	/usr/bin/python3 -c 'import json
egd = json.load(open("said"))["sources"][0]
assert (egd["status"], egd["kind"], egd["assessed_bits"]) == ("passed", "unassessed", [0]), egd'
	grep -qE '^egd .* present .* 0 +comes over a network' table
}

@test "egd: a fault of any kind is named, makes it count for nothing, and takes no longer than the deadline" {
	local after fault words
	for after in 0 500; do
		while IFS=/ read -r fault words; do
			egd_starts "unix:$fault.$after" "$fault" "$after"
			faulty "egd:unix:$fault.$after,$DEADLINE,bits=4" "$words"
		done <<-END
			silent/Connection timed out
			hangs-up/the server closed the connection before it had sent all bytes
			half/the server closed the connection before it had sent all bytes
			half-silent/Connection timed out
			surplus/the server sent more bytes than requested; is it an EGD server?
			zeros/9 equal samples in a row, cutoff 9
			constant/20 bytes that were delivered before
		END
	done
	egd_starts unix:http http
	faulty "egd:unix:http,$DEADLINE,bits=8" "the server sent more bytes than requested; is it an EGD server?"
	egd_starts unix:first first
	faulty "egd:unix:first,$DEADLINE,bits=8" "the server sent more bytes than requested; is it an EGD server?"
}

@test "egd: a real HTTP server at the port is refused with a clear message" {
	/usr/bin/python3 >here 3>&- -c 'import http.server, os
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
pid = os.fork()
if pid:
    print(pid, server.server_port)
else:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    server.serve_forever()'
	read -r pid port <here
	echo "$pid" >>"$BATS_TEST_TMPDIR/pids"
	faulty "egd:tcp:127.0.0.1:$port,$DEADLINE,bits=8" \
		"the server sent more bytes than requested; is it an EGD server?"
}

@test "egd: a real ekeyd without a key is given up at the deadline" {
	cat >ekeyd.conf <<-END
		UnixControlSocket "$PWD/control"
		EGDUnixSocket "$PWD/egd"
		Keyring "$PWD/keyring"
	END
	touch keyring
	ekeyd -f "$PWD/ekeyd.conf" -p "$PWD/pid" 3>&-
	until_there pid
	awk 1 pid >>"$BATS_TEST_TMPDIR/pids"
	until_there egd
	# ekeyd answers as an EGD server does: it has no entropy.
	[ "$(/usr/bin/python3 -c 'import socket
s = socket.socket(socket.AF_UNIX)
s.connect("egd")
s.sendall(b"\x00\x01\x20")
print(s.recv(5, socket.MSG_WAITALL).hex())')" = 0000000000 ]
	faulty "egd:unix:egd,$DEADLINE,bits=8" "Connection timed out"
}

@test "egd: no server, an unknown host and a missing socket are named" {
	local free
	free=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	echo file >file
	mkdir folder
	faulty "egd:tcp:127.0.0.1:$free,$DEADLINE" "Connection refused"
	faulty "egd:tcp:no-such-host.invalid:1,$DEADLINE" "no such host"
	faulty "egd:unix:none,$DEADLINE" "No such file or directory"
	faulty "egd:unix:file,$DEADLINE" "not a socket"
	faulty "egd:unix:folder,$DEADLINE" "Is a directory"
}

# --- arguments ---

@test "sources: a malformed argument is a usage error, found before anything is opened" {
	while IFS=/ read -r source words; do
		fails 2 "seedrive: draw: --source: $source: $words" "$TOOL" draw --source "$source"
	done <<-END
		egd:nowhere/must be unix:PATH or tcp:HOST:PORT
		egd:tcp:localhost/must be tcp:HOST:PORT, an IPv6 address in brackets
		egd:tcp:localhost:0/the port must be 1 to 65535
		tpm:swtpm:port=0/the port must be 1 to 65535
		tpm:swtpm:host=/must be swtpm:host=HOST,port=PORT
		tpm:unix:/a path is missing
		tpm:dev,port=1/host= and port= are settings of swtpm only
	END
	fails 2 "seedrive: draw: --source: jitter: takes no argument" "$TOOL" draw --source jitter:x
	fails 2 "seedrive: draw: --source: jitter: bits= is not accepted: the assessment of this source is fixed" \
		"$TOOL" draw --source jitter,bits=8
}
