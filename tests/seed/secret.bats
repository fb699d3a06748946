#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Secrets may be on the drive and, while the tool works, in memory that is locked and left out of core dumps; nowhere
# else.
#
# gdb stops the tool, and scan-memory searches all memory that it can read. The tested tool is always the production
# build, because the address sanitizer deliberately keeps the content of freed memory.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

SCAN=$ROOT/tests/lib/scan-memory
TOOL=$ROOT/build/seedrive
MKISOFS=$ROOT/build/seedrive-mkisofs

setup_file() {
	make_world
	# `make SAN=1 check` does not make the production build, so this suite makes it.
	ordinary_make build/seedrive build/seedrive-mkisofs \
		build/libexec/seedrive-device
}

# watch CALL BUSY END COMMAND...: stop COMMAND twice. At the system call CALL, all secrets in the list BUSY must be
# found, which proves that the search works, and only in locked memory. Just before COMMAND ends, no 8 consecutive bytes
# of a secret in the list END may be found. In the lists, blanks separate the secrets; `nova` is the tests' tree.
watch() {
	local call=$1 busy=$2 end=$3 at
	shift 3
	ln -s "$NOVA" nova
	WATCH_CALL=$call WATCH_BUSY=$busy WATCH_END=$end as_root gdb -q -nx -batch \
		-x "$ROOT/tests/lib/watch.py" --args "$@" >log 2>&1
	cat busy end
	[ "$(tail -n 1 busy)" = "status 0" ]
	[ "$(cat end)" = "status 1" ]
	sed -n 's/^found in process [0-9]*: \([0-9a-f-]*\) .*/\1/p' busy >found
	[ -s found ]
	while read -r at; do
		awk -v at="$at" '$1 == at { on = 1 } on && $1 == "VmFlags:" { print; exit }' smaps >flags
		# lo: locked; dd: left out of core dumps.
		grep -qw lo flags && grep -qw dd flags
	done <found
}

# --- the scanner itself ---

# held COMMAND: start a process, `pid:$HOLDER`, that holds COMMAND's output in its memory and does nothing else.
held() {
	[ ! "${HOLDER:-}" ] || released
	mkfifo ready
	/usr/bin/python3 -c 'import signal, subprocess, sys
held = subprocess.run(sys.argv[1], shell=True, capture_output=True).stdout
print("ready", flush=True)
signal.pause()' "$1" >ready 3>&- &
	HOLDER=$!
	read -r <ready
	rm ready
	[ "$REPLY" = ready ]
}

released() {
	kill "$HOLDER"
	wait "$HOLDER" || true
	HOLDER=
}

teardown() {
	[ ! "${HOLDER:-}" ] || released
	detach
	make_removable
}

@test "secret: the scanner finds 8 planted bytes at any place, in each form, and does not report 7" {
	local at
	small_tree tree
	# The seed is the same in each run. With a random seed, 8 bytes could match by chance.
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o drive.iso tree
	content drive.iso seedrive.bin >record
	for at in 128 131 150 184; do
		held "printf xxx; tail -c +$((at + 1)) record | head -c 8; printf xxxxx"
		run -0 "$SCAN" image:drive.iso -- "pid:$HOLDER"
	done
	held "printf xxx; tail -c +151 record | head -c 7; printf xxxxx"
	run -1 "$SCAN" image:drive.iso -- "pid:$HOLDER"
}

@test "secret: the scanner finds a random_seed, decoded or encoded, in memory and in text files" {
	small_tree tree
	"$TOOL" build -q --source kernel -o drive.iso tree
	content drive.iso openstack/latest/meta_data.json | grep -oP '"random_seed": "\K[^"]*' >text
	base64 -d text >raw
	held "head -c 20 text | tail -c 9"
	run -0 "$SCAN" image:drive.iso -- "pid:$HOLDER"
	held "head -c 20 raw | tail -c 8"
	run -0 "$SCAN" image:drive.iso -- "pid:$HOLDER"
	content drive.iso seedrive.bin | tail -c +150 | head -c 11 >part
	od -An -v -tx1 part | tr -d ' \n' >hex
	tr a-f A-F <hex >HEX
	base64 part >b64
	for name in text raw part hex HEX b64; do
		run -0 "$SCAN" image:drive.iso -- "$name"
	done
	head -c 100000 /dev/urandom >other
	run -1 "$SCAN" image:drive.iso -- other
	# If there is no secret to search for, or no place to search in, the status differs from that for "not found".
	: >empty
	run -2 "$SCAN" raw:empty -- other
	run -2 "$SCAN" image:other -- other
	run -2 "$SCAN" image:drive.iso -- missing
	run -2 "$SCAN" image:drive.iso -- pid:999999999
}

# --- memory ---

@test "secret: after build nothing of the seed and of old and new random_seed is left in the process's memory" {
	# If an old file is replaced, the new one has a temporary name before the renameat(), so its seed can be read.
	: >drive.iso
	watch renameat "image:$(temp_of drive.iso) tree:nova" "image:drive.iso tree:nova" \
		"$TOOL" build -q -o drive.iso "$NOVA"
}

@test "secret: the same holds after a build of 16384 bits, reported in JSON" {
	key fifo
	: >drive.iso
	watch renameat "image:$(temp_of drive.iso)" "image:drive.iso tree:nova" \
		"$TOOL" build --json --bits 16384 --source file:fifo,bits=4 -o drive.iso "$NOVA"
}

@test "secret: after build nothing is left of the bytes that the seed was made from" {
	head -c 8192 /dev/urandom >sample
	head -c 1024 sample >used
	key fifo cat sample
	: >drive.iso
	GETRANDOM=7 GETRANDOM_LOG=$PWD/given watch renameat "image:$(temp_of drive.iso)" \
		"image:drive.iso raw:used raw:given" env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		"$TOOL" build -q --source file:fifo,bits=4 -o drive.iso "$NOVA"
	[ "$(stat -c %s given)" -eq 1088 ]
}

# bats test_tags=root
@test "secret: a build onto a device keeps secrets only in locked memory, and leaves none in it" {
	need_root
	truncate -s 4M disk
	attach disk
	# The program stops after it has read back the image, when it tells the kernel to drop the cached copies; the first
	# such call is libblkid's.
	watch "fadvise64 2" "image:$DEV tree:nova" "image:$DEV tree:nova" \
		"$ROOT/build/libexec/seedrive-device" build -q --source kernel -o "$DEV" "$NOVA"
}

@test "secret: after seedrive-mkisofs nothing of the seed and of old and new random_seed is left" {
	local n as=(-quiet -J -r -V config-2)
	# The image is complete after the last write; the close(2) after that closes OUT.
	traced -e trace=close,pwrite64 "$MKISOFS" "${as[@]}" -o drive.iso "$NOVA"
	n=$(awk '/ close\(/ { n++ } / pwrite64\(/ { last = n } END { print last + 1 }' "$BATS_TEST_TMPDIR/trace")
	rm drive.iso # with an old file, close(2) would be called more often
	watch "close $n" image:drive.iso "image:drive.iso tree:nova" "$MKISOFS" "${as[@]}" -o drive.iso "$NOVA"
	"$TOOL" inspect --min-bits 256 drive.iso >said
}

@test "secret: after a build that failed at the end nothing is left" {
	small_tree tree
	export GETRANDOM=7
	world "$TOOL" build -q --source kernel -o same.iso tree
	AT=linkat:drive.iso DO="mkdir drive.iso" watch fsync image:same.iso "image:same.iso tree:tree" \
		env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	grep -q 'seedrive: build: drive.iso: was made by another process meanwhile' log
}

@test "secret: after draw nothing of the seed is left in the process's memory" {
	: >seed
	watch renameat "raw:$(temp_of seed)" raw:seed "$TOOL" draw --bits 256 -o seed
}

@test "secret: after draw to standard output nothing is left" {
	export GETRANDOM=7
	world "$TOOL" draw --source kernel >seed
	watch write raw:seed raw:seed env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		"$TOOL" draw --source kernel -o -
}

@test "secret: after reseed nothing of the old or the new seed and random_seed is left" {
	drive drive.iso
	cp drive.iso old.iso
	watch fsync "image:drive.iso" "image:drive.iso image:old.iso" "$TOOL" reseed drive.iso
}

@test "secret: after inspect nothing of the drive's secrets is left" {
	"$TOOL" build -q -o drive.iso "$NOVA"
	content drive.iso seedrive.bin | tail -c +129 | head -c 64 >seed
	# mlock(2) is called twice for the record, and the third time for the metadata.
	watch "mlock 3" raw:seed image:drive.iso "$TOOL" inspect drive.iso
}

@test "secret: after check nothing of its samples is left, neither in memory nor in the report" {
	# The sample has all 256 byte values, so the copy in which the estimators have renumbered them has the same bytes.
	head -c 61440 /dev/urandom >sample
	key fifo cat sample
	# The program stops when half of the sample has been delivered, and it waits for the next piece.
	watch "poll 120" raw:sample raw:sample "$TOOL" check --json -n 61440 --report page.html file:fifo
	grep -q '"status":"passed"' log
	run -1 "$SCAN" raw:sample -- page.html log
}

# --- dumps and onlookers ---

# dumped COMMAND...: runs a command that is killed by a signal; prints the signal, and whether a core was dumped.
dumped() {
	/usr/bin/python3 -c 'import os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
status = os.waitpid(pid, 0)[1]
print(os.WTERMSIG(status), os.WCOREDUMP(status))' "$@"
}

@test "secret: a crash leaves no core, with any limit on its size" {
	local name
	small_tree tree
	for name in SEGV ABRT BUS; do
		run -0 world AT="fsync:#" DO="kill -$name \$PPID" \
			bash -c "$(declare -f dumped); dumped \"\$@\"" \
			dumped "$TOOL" build -q --source kernel -o drive.iso tree
		[ "$output" = "$(kill -l "$name") False" ]
		holds tree
	done
	# A program without this protection does leave a core.
	run -0 dumped sh -c 'kill -SEGV $$'
	[ "$output" = "$(kill -l SEGV) True" ]
}

@test "secret: no other process of the same user can read its memory" {
	local look='wc -c 2>denied >seen <"/proc/$PPID/maps" || true'
	small_tree tree
	# The tool is copied, too, because the other user may have no access to the folder of the build.
	cp "$BATS_FILE_TMPDIR/preload.so" "$TOOL" .
	chmod 755 preload.so seedrive
	chmod 777 .
	AS_USER=
	[ "$(id -u)" != 0 ] || AS_USER="setpriv --reuid=65534 --regid=65534 --clear-groups"
	$AS_USER env LD_PRELOAD=./preload.so AT="fsync:#" DO="$look" \
		./seedrive build -q --source kernel -o drive.iso tree
	grep -q 'Permission denied' denied
	[ ! -s seen ]
	# The memory map of a program without this protection can be read.
	rm -f seen denied
	$AS_USER sh -c "sh -c '$look'; true"
	[ "$(cat seen)" -gt 100 ]
}

@test "secret: if memory may not be locked, that is a warning, and not an error" {
	small_tree tree
	fails 0 "seedrive: build: warning: memory for secrets: could not be locked (RLIMIT_MEMLOCK)" \
		setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock prlimit --memlock=0:0 \
		"$TOOL" build -q --source kernel -o drive.iso tree
	"$TOOL" inspect drive.iso >/dev/null
}

# --- words and files ---

@test "secret: nothing of a secret is printed, or written into any file but OUT" {
	cp -r "$NOVA" tree
	as_root strace -f -o trace -e trace=openat,open,creat,memfd_create "$TOOL" build -v -o tree/drive.iso tree \
		>text 2>errors
	"$TOOL" build --json -o other.iso tree >json 2>>errors
	"$TOOL" draw -v -o seed >>text 2>>errors
	"$TOOL" draw --json -o seed2 >>json 2>>errors
	"$TOOL" inspect tree/drive.iso >>text 2>>errors
	"$TOOL" inspect --json tree/drive.iso >>json 2>>errors
	mapfile -t files < <(find . -type f ! -name '*.iso' ! -name 'seed*')
	[ "${#files[@]}" -gt 45 ]
	run -1 "$SCAN" image:tree/drive.iso image:other.iso raw:seed raw:seed2 -- "${files[@]}"
	# Only OUT was opened for writing, and it has no name until it is complete.
	sed -i '/"\/dev\/null"/d' trace
	run -0 grep -E 'O_WRONLY|O_RDWR|O_CREAT|memfd' trace
	[[ $output == *O_TMPFILE* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "secret: only the owner can read the file that a killed draw leaves" {
	run -137 world AT="fsync:#" DO='kill -KILL $PPID' \
		sh -c 'umask 000; exec "$TOOL" draw --source kernel -o seed'
	holds
	# On a file system where each file has a name, a temporary file is left.
	run -137 world NAMED=yes AT="fsync:$(temp_of seed)" DO='kill -KILL $PPID' \
		sh -c 'umask 000; exec "$TOOL" draw --source kernel -o seed'
	[ "$(stat -c '%a %s' "$(temp_of seed)")" = "600 64" ]
}
