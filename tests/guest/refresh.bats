#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive-refresh on this host, with good and hostile metadata services on loopback (tests/lib/metadata.py), and with a file
# in place of a vmclock. tests/lib/stop.c stands in for the kernel: it records credits, and does not reseed.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/servers

REFRESH=$ROOT/build/guest/seedrive-refresh
UUID=11223344-5566-4778-899a-abbccddeeff0
# The program gets the address space of a guest with little memory, and more time than any of these tests needs.
MEMORY=$((4 << 20))
BOUND=20

setup_file() {
	cc -O2 -Wall -Wextra -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/stop" "$ROOT/tests/lib/stop.c"
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	touch credits
}

# serve MODE [UUID] [ADDRESS]: start a service, and set $url to its record.
serve() {
	local pid port address=${3:-127.0.0.1}
	read -r pid port < <("$ROOT/tests/lib/metadata.py" "$address:0" "$1" "${2:-$UUID}" 3>&-)
	echo "$pid" >>"$BATS_TEST_TMPDIR/pids"
	url=http://$address:$port/openstack/latest/vendor_data2.json
}

# refresh [OPTION...]: run seedrive-refresh in bounded time and memory.
refresh() {
	timeout -k 1 "$BOUND" prlimit --as="$MEMORY" "$BATS_FILE_TMPDIR/stop" 0 credits \
		"$REFRESH" --uuid "$UUID" --timeout 3s "$@" 2>said >calls
}

# one_line PATTERN: check that this line and no other was printed, and that nothing was credited.
one_line() {
	cat said
	[ "$(wc -l <said)" -eq 1 ]
	grep -qxE "seedrive-refresh: $1" said
	run -1 grep -q '^credited' credits
}

taken_up() {
	[ "$(grep -c '^taken up' credits)" -eq "$1" ]
}

# --- good services ---

@test "refresh: a record is mixed, the kernel reseeds, one line reports it, and nothing is credited" {
	for mode in record chunked cloud-init expiring from-the-future; do
		: >credits
		serve "$mode"
		refresh --url "$url"
		one_line 'mixed seed=[0-9a-f]{32} from=127\.0\.0\.1:[0-9]+ reseeded=yes'
		# The kernel reseeds twice: after the machine's own values, and after the record.
		taken_up 2
	done
}

@test "refresh: the seed goes to the kernel byte for byte, and so does what differs between clones" {
	mkdir issued
	serve record
	strace -f -qq -xx -s 4096 -e trace=write,openat -o trace "$REFRESH" --uuid "$UUID" --url "$url" 2>said || true
	id=$(ls issued)
	seed=$(sed 's/../\\x&/g' "issued/$id")
	grep -qF "$seed" trace
	# Before the seed, the UUID that was given by --uuid was mixed.
	own=$(tr -d - <<<"$UUID" | sed 's/../\\x&/g')
	[ "$(grep -nF "$own" trace | head -n 1 | cut -d: -f1)" -lt "$(grep -nF "$seed" trace | cut -d: -f1)" ]
}

@test "refresh: two fetches give two seeds" {
	serve record
	refresh --url "$url"
	mv said first
	refresh --url "$url"
	run -1 cmp -s first said
}

@test "refresh: of several records the first one for this machine is used" {
	serve bad-then-good
	refresh --url "$url"
	one_line 'mixed seed=.*'
}

@test "refresh: it works over IPv6, and with an interface for a link-local address" {
	serve record "$UUID" '[::1]' || skip "no IPv6 on loopback"
	refresh --url "$url"
	one_line 'mixed seed=[0-9a-f]{32} from=\[::1\]:[0-9]+ reseeded=yes'
	refresh --url "http://[fe80::1%none0]/"
	one_line 'nothing to fetch: \[fe80::1\]%none0 has no such interface'
}

@test "refresh: with --uuid, a record for another UUID than DMI's is accepted" {
	serve record 99999999-5566-4778-899a-abbccddeeff0
	run -1 refresh --url "$url"
	refresh --url "$url" --uuid any
	one_line 'mixed seed=.*'
	refresh --url "$url" --uuid 99999999-5566-4778-899A-ABBCCDDEEFF0
	one_line 'mixed seed=.*'
	# The first three fields are in the byte order of some firmware.
	refresh --url "$url" --uuid 99999999-6655-7847-899A-ABBCCDDEEFF0
	one_line 'mixed seed=.*'
}

# --- nothing to fetch is no failure ---

@test "refresh: a service without a new record, or no service, gives one line and status 0" {
	for mode in nothing empty; do
		serve "$mode"
		refresh --url "$url"
		one_line 'nothing new: no record from 127\.0\.0\.1:[0-9]+'
	done
	serve not-found
	refresh --url "$url"
	one_line 'nothing to fetch: 127\.0\.0\.1:[0-9]+ answers 404'
	serve no-token
	refresh --url "$url"
	one_line 'nothing to fetch: 127\.0\.0\.1:[0-9]+ answers 401'
	refresh --url http://127.0.0.1:1/
	one_line 'nothing to fetch: 127\.0\.0\.1:1 refuses connections'
	# The values that differ between clones are mixed even if there is nothing to fetch.
	taken_up 5
}

# bats test_tags=root
@test "refresh: without a network it reports that for the metadata service, with status 0" {
	need_root
	unshare --net "$REFRESH" 2>said
	cat said
	grep -qxE 'seedrive-refresh: nothing to fetch: 169\.254\.169\.254 has no route' said
}

# The test runs in its own network, in which an interface has the address 169.254.169.254 or fe80::a9fe:a9fe.
# bats test_tags=root
@test "refresh: the metadata service is found by both of its addresses, IPv4 first" {
	need_root
	need_mounts
	export REFRESH ROOT UUID
	cat >inside <<-'END'
		set -e
		serve() {
			"$ROOT/tests/lib/metadata.py" "$1:80" "$2" "$UUID" | { read -r pid port; echo "$pid" >>pids; }
		}
		mount -t sysfs sys /sys
		ip link set lo up
		ip link add here type veth peer name there
		ip link set there up
		ip link set here up
		ip addr add fe80::a9fe:a9fe/64 dev here nodad
		serve "[::]" record
		"$REFRESH" --uuid "$UUID"
		ip addr add 169.254.169.254/32 dev here
		"$REFRESH" --uuid "$UUID"
		serve 169.254.169.254 record
		"$REFRESH" --uuid "$UUID"
	END
	unshare --net --mount sh inside 2>said 3>&- || { status=$?; cat said; xargs kill <pids; return "$status"; }
	xargs kill <pids
	cat said
	[ "$(grep -cxE 'seedrive-refresh: mixed .* from=\[fe80::a9fe:a9fe\]%here reseeded=yes' said)" -eq 2 ]
	[ "$(grep -cxE 'seedrive-refresh: mixed .* from=169\.254\.169\.254 reseeded=yes' said)" -eq 1 ]
}

@test "refresh: the line for cron runs it and logs what it says, with GNU's programs and with busybox" {
	serve record
	mkdir bin busybox
	printf '#!/bin/sh\nexec "%s" --uuid any --url "%s"\n' "$REFRESH" "$url" >bin/seedrive-refresh
	printf '#!/bin/sh\n{ echo "logger $*"; cat; } >>logged\n' >bin/logger
	chmod 755 bin/*
	ln -s "$(command -v busybox)" busybox/od
	ln -s "$(command -v busybox)" busybox/sleep
	ln -s "$(command -v busybox)" busybox/sed
	# This zero byte takes the place of a random one, so the command waits for zero seconds.
	printf '\0' >zero
	command=$(sed -n 's/^17 \* \* \* \* root //p' "$ROOT/dist/guest/cron/seedrive-refresh.in")
	command=${command//@sbindir@/$PWD/bin}
	command=${command//\/dev\/urandom/zero}
	PATH=$PWD/bin:$PATH sh -c "$command"
	PATH=$PWD/busybox:$PWD/bin:$PATH sh -c "$command"
	cat logged
	[ "$(grep -cx 'logger -t seedrive-refresh' logged)" -eq 2 ]
	[ "$(grep -cE '^mixed seed=[0-9a-f]{32} from=' logged)" -eq 2 ]
}

# --- hostile services ---

# refused MODE WORDS: check that the answer is refused in one line, with status 1, in bounded time and memory.
refused() {
	serve "$1"
	run -1 refresh --url "$url"
	one_line "127\\.0\\.0\\.1:[0-9]+: $2"
}

@test "refresh: a record that is for another machine, expired, damaged, or has another id is refused" {
	refused other-uuid 'record refused: for another machine'
	refused expired 'record refused: expired'
	refused bad-digest 'record refused: digest does not match'
	refused other-id 'record refused: not the one that seed_id names'
	refused bad-base64 'record refused: seedrive_record is not base64, or seed_id not hexadecimal'
	refused no-id 'record refused: seedrive_record and seed_id are not one string each'
	# Nothing of these answers was mixed.
	taken_up 6
}

@test "refresh: an answer that is not JSON, or nested too deeply, is refused" {
	refused html 'record refused: the answer is not a JSON object'
	refused nested 'record refused: the answer is nested deeper than 64 levels'
	refused nested-lists 'record refused: the answer is nested deeper than 64 levels'
}

@test "refresh: a redirect is not followed, and an error of the server is an error" {
	refused redirect 'answers 302'
	refused error 'answers 500'
}

@test "refresh: lengths that are wrong, twice or missing are refused" {
	for mode in two-lengths negative both-lengths bare-lf surplus ssh; do
		refused "$mode" 'the answer is not well-formed HTTP/1\.1'
	done
	refused unframed 'the answer has no length'
	refused gzip 'the answer has a coding that was not asked for'
	refused short 'the answer ends too soon'
	refused short-chunk 'the answer ends too soon'
	refused hangs-up 'the answer ends too soon'
	refused http2 'the answer is not (well-formed HTTP/1\.1|HTTP/1\.0 or 1\.1)'
}

@test "refresh: an answer that is huge or endless is refused, in bounded memory" {
	refused huge 'the answer is larger than 256 KiB'
	refused endless-chunks 'the answer is larger than 256 KiB'
	refused endless-line 'the head of the answer is too long'
	refused endless-head 'the head of the answer is too long'
	refused endless-trailer 'the (head of the answer is too long|answer is not well-formed HTTP/1\.1)'
}

@test "refresh: an answer that comes byte by byte, or not at all, is given up at one deadline for all" {
	for mode in slow silent; do
		before=$(date +%s%N)
		refused "$mode" 'the answer does not come in time'
		took=$((($(date +%s%N) - before) / 1000000))
		echo "$mode: $took ms"
		[ "$took" -ge 2900 ]
		[ "$took" -lt 15000 ]
	done
}

# --- the command line ---

@test "refresh: an error in the command line gives one line and status 2" {
	wrong() {
		run -2 --separate-stderr "$REFRESH" "${@:2}"
		echo "$stderr"
		[ "$stderr" = "seedrive-refresh: $1" ]
	}
	wrong '--no: unknown option, see --help' --no
	wrong 'x: unknown option, see --help' x
	wrong '--watches: unknown option, see --help' --watches
	wrong '--watch=yes: unknown option, see --help' --watch=yes
	wrong '--url: needs an argument' --url
	wrong '--url: needs an argument' --url ''
	wrong '--url=: needs an argument' --url=
	wrong '--url: must begin with http://' --url https://127.0.0.1/
	wrong '--url: must have an address in numbers, IPv6 in brackets' --url http://metadata/
	wrong '--url: a link-local address needs its interface, as in [fe80::1%eth0]' --url 'http://[fe80::1]/'
	wrong '--uuid: must be a UUID or any' --uuid 1
	wrong '--timeout: must be a time from 100ms to 10m, as in 10s' --timeout 11m
	wrong '--device, --hooks, --hook-timeout, --hooks-on-disruption: only with --watch' --hooks x
}

@test "refresh: a user who may not have the kernel reseed gets a message, and status 1" {
	serve record
	# The program runs without the capability CAP_SYS_ADMIN, even if we are root.
	run -1 --separate-stderr setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$REFRESH" --uuid any --url "$url"
	[ "$stderr" = "seedrive-refresh: /dev/urandom: only root may ask it to reseed" ]
}

@test "refresh: each system call that it makes is one that its unit lets through" {
	sed -n '/^SystemCallFilter=/,/[^\\]$/{s/^SystemCallFilter=//; s/\\$//; p}' \
		"$ROOT/dist/guest/systemd/seedrive-refresh.service.in" | tr -s ' \t' '\n' | sed '/^$/d' | LC_ALL=C sort >allowed
	serve record
	with=("--url $url" "--url http://127.0.0.1:1/" "--url http://[fe80::1%none0]/")
	serve slow
	with+=("--url $url --timeout 1s")
	for words in "${with[@]}"; do
		# shellcheck disable=SC2086 # words
		as_root timeout -k 1 "$BOUND" strace -f -qq -o trace "$REFRESH" --uuid any $words || true
		# Keep the names of the calls, without execve, which systemd makes, and without strace's lines about signals and
		# exits.
		sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' trace | grep -vx execve >>made
	done
	LC_ALL=C sort -u -o made made
	grep -qx connect made
	grep -qx sendto made
	cat made
	[ "$(comm -23 made allowed)" = "" ]
}

# --- the watch ---

# page FLAGS MARKER COUNTER: write a page with the layout of linux/vmclock-abi.h to `vmclock`; all arguments are
# decimal.
page() {
	/usr/bin/python3 -c 'import struct, sys
flags, marker, counter = map(int, sys.argv[1:])
data = struct.pack("<IIHBBIQQ", 0x4b4c4356, 4096, 1, 255, 0, 2, marker, flags).ljust(104, b"\0") + struct.pack("<Q", counter)
with open("vmclock", "r+b" if __import__("os").path.exists("vmclock") else "wb") as file:
    file.write(data.ljust(4096, b"\0"))' "$@"
}

# watch [OPTION...]: run `seedrive-refresh --watch` in the background until the test ends. It makes the kernel of this
# host reseed, which only root may do.
watch() {
	need_root
	"$REFRESH" --watch --device vmclock --hooks "$PWD/hooks" --uuid "$UUID" "$@" 2>said 3>&- &
	echo "$!" >>"$BATS_TEST_TMPDIR/pids"
	until_said 'watches vmclock.*'
}

until_said() {
	timeout 60 sh -c 'until grep -qxE "seedrive-refresh: $0" said; do sleep 0.02; done' "$1" || { cat said; return 1; }
}

# hook NAME COMMAND...: make a hook that records that it ran.
hook() {
	mkdir -p hooks
	printf '#!/bin/sh\nPATH=%s\ncd "%s"\n%s\n' "$PATH" "$PWD" "$2" >"hooks/$1"
	chmod 755 "hooks/$1"
}

# gone PID: wait until the process has ended; its parent need not have waited for it.
gone() {
	timeout 60 sh -c 'while grep -q "^State:.*[RSD] (" "/proc/$0/status" 2>/dev/null; do sleep 0.02; done' "$1"
}

COUNTED=256

@test "watch: without a device it says so, and ends with status 0" {
	"$REFRESH" --watch --device none 2>said
	grep -qxF 'seedrive-refresh: none: no such device: nothing to watch' said
	echo none >none
	run -1 --separate-stderr "$REFRESH" --watch --device none
	[ "$stderr" = 'seedrive-refresh: none: not a vmclock page' ]
}

# bats test_tags=root
@test "watch: a new generation reseeds at once, then fetches, then runs the hooks in their order" {
	hook 20-second 'echo "second $1" >>ran'
	hook 10-first 'echo "first $1" >>ran'
	hook 30.bak 'echo bak >>ran'
	hook 40-writable 'echo writable >>ran'
	chmod 777 hooks/40-writable
	hook 50-plain 'echo plain >>ran'
	chmod 644 hooks/50-plain
	hook 60-fails 'echo "$(grep -c mixed said) lines were said before" >>ran; exit 3'
	serve record
	page "$COUNTED" 1 1
	watch --url "$url"
	page "$COUNTED" 1 2
	until_said '.*60-fails: ends with status 3'
	cat said
	grep -qxF 'seedrive-refresh: restored or cloned: mixed and reseeded' said
	grep -qxE 'seedrive-refresh: mixed seed=.* reseeded=yes' said
	grep -qxE 'seedrive-refresh: .*40-writable: not run: others than root can write to it' said
	grep -qxE 'seedrive-refresh: .*50-plain: not run: not executable' said
	[ "$(cat ran)" = "$(printf '%s\n' 'first clone' 'second clone' '2 lines were said before')" ]
}

# bats test_tags=root
@test "watch: no hook is run from a folder that others than root can write to, or that is not root's" {
	hook 10-first 'echo "$1" >>ran'
	serve record
	page "$COUNTED" 1 1
	watch --url "$url"
	chmod 1777 hooks
	page "$COUNTED" 1 2
	until_said '.*hooks: no hook is run: others than root can write to it'
	chmod 755 hooks
	chown nobody hooks
	page "$COUNTED" 1 3
	until_said ".*hooks: no hook is run: not root's"
	[ ! -e ran ]
	chown root hooks
	page "$COUNTED" 1 4
	timeout 60 sh -c 'until [ -s ran ]; do sleep 0.02; done'
}

# bats test_tags=root
@test "watch: the values that differ between clones are mixed, and the kernel is reseeded, before anything is sent" {
	serve record
	page "$COUNTED" 1 1
	watch --url "$url"
	pid=$(tail -n 1 "$BATS_TEST_TMPDIR/pids")
	strace -f -qq -o trace -e trace=write,ioctl,connect -p "$pid" 3>&- &
	timeout 60 sh -c 'until grep -q "^TracerPid:.*[1-9]" "/proc/$0/status"; do sleep 0.02; done' "$pid"
	page "$COUNTED" 1 2
	until_said 'mixed seed=.*'
	# The trace is complete when the program has ended.
	kill "$pid"
	wait $!
	# The calls must be in this order: first those for the machine's own values, then those for the record.
	diff <(printf '%s\n' write ioctl connect write ioctl) <(sed -nE \
		-e '/ write\([0-9]+, "(<6>)?seedrive-refresh: /d' \
		-e 's/^[0-9]+ +(write|connect)\(.*/\1/p' -e 's/^[0-9]+ +(ioctl)\(.*RNDRESEEDCRNG.*/\1/p' trace | uniq)
}

# bats test_tags=root
@test "watch: if the device counts generations, a live migration is not taken for a restore" {
	serve record
	page "$COUNTED" 1 1
	watch --url "$url"
	page "$COUNTED" 2 1
	page "$COUNTED" 3 1
	sleep 0.3
	page "$COUNTED" 4 2
	until_said 'mixed seed=.*'
	[ "$(grep -c 'restored or cloned' said)" -eq 1 ]
}

# bats test_tags=root
@test "watch: if the device has only a marker, it reseeds and fetches, and runs hooks only with the option for that" {
	hook 10-first 'echo "$1" >>ran'
	serve record
	page 0 1 0
	watch --url "$url"
	grep -qF 'which does not tell a restore from a live migration' said
	page 0 2 0
	until_said 'mixed seed=.*'
	grep -qxF 'seedrive-refresh: restored, cloned or migrated: mixed and reseeded' said
	sleep 0.3
	[ ! -e ran ]
	: >said
	watch --url "$url" --hooks-on-disruption
	page 0 3 0
	timeout 60 sh -c 'until [ -s ran ]; do sleep 0.02; done'
	[ "$(cat ran)" = disruption ]
}

# bats test_tags=root
@test "watch: a hook that does not end is killed, with the processes that it started, and the next one runs" {
	hook 10-hangs 'sleep 1000 & echo "$!" >child; sleep 1000'
	hook 20-next 'echo next >>ran'
	serve record
	page "$COUNTED" 1 1
	watch --url "$url" --hook-timeout 1s
	page "$COUNTED" 1 2
	until_said '.*10-hangs: does not end, and is killed'
	timeout 60 sh -c 'until [ -s ran ]; do sleep 0.02; done'
	gone "$(cat child)"
}

# bats test_tags=root
@test "watch: a second restore during the hooks of the first one is noticed at once, and the hooks start again" {
	hook 10-hangs 'echo "$$" >>ran; [ "$(wc -l <ran)" -gt 1 ] || exec sleep 1000'
	serve record
	page "$COUNTED" 1 1
	# This time limit is longer than gone() waits, so the hook does not end because of it.
	watch --url "$url" --hook-timeout 10m
	page "$COUNTED" 1 2
	timeout 60 sh -c 'until [ -s ran ]; do sleep 0.02; done'
	page "$COUNTED" 1 3
	timeout 60 sh -c 'until [ "$(wc -l <ran)" -eq 2 ]; do sleep 0.02; done'
	[ "$(grep -c 'restored or cloned: mixed and reseeded' said)" -eq 2 ]
	gone "$(head -n 1 ran)"
}

# bats test_tags=root
@test "watch: a record is fetched as soon as the network answers" {
	read -r pid port < <("$ROOT/tests/lib/metadata.py" 127.0.0.1:0 record "$UUID" 3>&-)
	kill "$pid"
	gone "$pid"
	page "$COUNTED" 1 1
	watch --url "http://127.0.0.1:$port/"
	page "$COUNTED" 1 2
	until_said 'restored or cloned: mixed and reseeded'
	# Give the program time to be refused once.
	sleep 0.5
	run -1 grep -q 'mixed seed' said
	read -r pid _ < <("$ROOT/tests/lib/metadata.py" "127.0.0.1:$port" record "$UUID" 3>&-)
	echo "$pid" >>"$BATS_TEST_TMPDIR/pids"
	until_said 'mixed seed=.*'
	# A service that does not answer yet is not reported.
	[ "$(wc -l <said)" -eq 3 ]
}

# bats test_tags=root
@test "watch: the child that waits for the network ends with the program" {
	page "$COUNTED" 1 1
	watch --url http://127.0.0.1:1/
	pid=$(tail -n 1 "$BATS_TEST_TMPDIR/pids")
	page "$COUNTED" 1 2
	until_said 'restored or cloned: .*'
	timeout 60 sh -c 'until child=$(cat "/proc/$0/task/$0/children") && [ "$child" ]; do sleep 0.02; done; echo "$child" >child' "$pid"
	kill -KILL "$pid"
	timeout 60 sh -c 'while [ -d "/proc/$0" ]; do sleep 0.02; done' "$(tr -d " " <child)"
}

# hooks_wait LEAST BELOW: check that the hook that writes `ran` runs after LEAST seconds or more, and fewer than BELOW.
hooks_wait() {
	local before
	until_said 'restored or cloned: mixed and reseeded'
	before=$SECONDS
	timeout 60 sh -c 'until [ -s ran ]; do sleep 0.1; done'
	echo "waited $((SECONDS - before)) s"
	[ $((SECONDS - before)) -ge "$1" ]
	[ $((SECONDS - before)) -lt "$2" ]
}

# bats test_tags=root
@test "watch: hooks wait at most 15 seconds for a network that does not come" {
	hook 10-first 'echo first >>ran'
	page "$COUNTED" 1 1
	watch --url http://127.0.0.1:1/
	page "$COUNTED" 1 2
	hooks_wait 14 40
}

# bats test_tags=root
@test "watch: hooks wait no longer for an address that does not answer at all" {
	need_root
	export REFRESH UUID
	hook 10-first 'echo first >>ran'
	page "$COUNTED" 1 1
	# In this network, what is sent to 169.254.169.254 goes nowhere.
	unshare --net sh -ec 'ip link add here type veth peer name there
		ip link set there up
		ip link set here up
		ip route add 169.254.169.254 dev here
		ip neigh add 169.254.169.254 lladdr 02:00:00:00:00:01 dev here nud permanent
		exec "$REFRESH" --watch --device vmclock --hooks "$PWD/hooks" --uuid "$UUID"' 2>said 3>&- &
	echo "$!" >>"$BATS_TEST_TMPDIR/pids"
	until_said 'watches vmclock.*'
	page "$COUNTED" 1 2
	# A fetch takes 10 seconds, and the next one begins a second later.
	hooks_wait 14 28
}

# --- the guide ---

# bats test_tags=root
@test "guide: the hook of doc/snapshots.md makes new keys in a clone, and restarts what has them" {
	need_mounts
	mkdir -p etc/ssh hooks bin
	sed -n '/^    #!\/bin\/sh$/,/^$/s/^    //p' "$ROOT/doc/snapshots.md" >hooks/10-ssh-keys
	chmod 755 hooks/10-ssh-keys
	printf '#!/bin/sh\necho "$0 $*" >>%s/called\n' "$PWD" | tee bin/systemctl bin/ssh-keygen >/dev/null
	echo 'echo new >"$3/etc/ssh/ssh_host_ed25519_key"' >>bin/ssh-keygen
	chmod 755 bin/*
	touch etc/ssh/ssh_host_rsa_key etc/ssh/ssh_host_rsa_key.pub etc/ssh/sshd_config
	page "$COUNTED" 1 1
	# The shell that is replaced by the program notes the process: $! is the one that runs with_etc.
	PATH=$PWD/bin:$PATH with_etc sh -c 'echo "$$" >>"$0" && exec "$@"' "$BATS_TEST_TMPDIR/pids" \
		"$REFRESH" --watch --device vmclock --hooks "$PWD/hooks" --url http://127.0.0.1:1/ --timeout 1s 2>said 3>&- &
	until_said 'watches vmclock'
	page "$COUNTED" 1 2
	timeout 60 sh -c 'until grep -q systemctl called; do sleep 0.1; done' 2>/dev/null
	[ "$(sed 's/new\.[A-Za-z0-9]*/new/' called)" = \
		"$PWD/bin/ssh-keygen -A -f /etc/ssh/new"$'\n'"$PWD/bin/systemctl try-restart ssh.service" ]
	[ "$(ls etc/ssh)" = ssh_host_ed25519_key$'\n'sshd_config ]
	# If no keys can be made, the old ones stay.
	echo 'exit 1' >>bin/ssh-keygen
	run -1 env PATH="$PWD/bin:$PATH" unshare --mount sh -c 'mount --bind etc /etc && exec hooks/10-ssh-keys clone'
	[ "$(cat etc/ssh/ssh_host_ed25519_key)" = new ]
}

# --- the program itself ---

# bats test_tags=root
@test "refresh: the program for 64-bit Arm fetches and mixes, too" {
	need_root
	serve record
	run -0 --separate-stderr qemu-aarch64 "$ROOT/build/guest-aarch64/seedrive-refresh" --uuid any --url "$url"
	[[ "$stderr" =~ ^seedrive-refresh:\ mixed\ seed=[0-9a-f]{32}\ from=127\.0\.0\.1:[0-9]+\ reseeded=(yes|no)$ ]]
	run -0 --separate-stderr qemu-aarch64 "$ROOT/build/guest-aarch64/seedrive-refresh" --watch --device none
	[ "$stderr" = 'seedrive-refresh: none: no such device: nothing to watch' ]
}

@test "refresh: it is static, needs no interpreter, and has some tens of KiB" {
	run -0 readelf -lW "$REFRESH"
	[[ "$output" != *INTERP* ]]
	[[ "$output" != *DYNAMIC* ]]
	[ "$(stat -c %s "$REFRESH")" -lt 40000 ]
}
