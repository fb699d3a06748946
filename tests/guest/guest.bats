#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's program on this host, where its system calls can be counted and stopped. An image file takes the place of
# the drive, and tests/lib/stop.c makes the kernel seem not ready. Tests that need a kernel of their own are in
# tests/vm/vm.bats and tests/vm/vm-scenarios.bats.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/guest

GUEST=$ROOT/build/guest/seedrive-guest

setup_file() {
	cc -O2 -Wall -Wextra -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/stop" "$ROOT/tests/lib/stop.c"
	"$TOOL" build -q --source kernel --bind none -o "$BATS_FILE_TMPDIR/drive.iso" "$NOVA"
}

# lasts PATH: check that PATH is on a file system of a disk. findmnt(8) would not find that out in a chroot.
lasts() {
	stat -f -c %T "$1" | grep -qxE 'ext2/ext3|xfs|btrfs|f2fs'
}

setup() {
	# The program must not write into this host's /run.
	need_mounts
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	mkdir run
	export RUN_FOLDER=$PWD/run
	# A ledger must be on a disk: TMPDIR's file system, or else that of the sources.
	ledgers=$BATS_TEST_TMPDIR
	if ! lasts "$ledgers"; then
		lasts "$ROOT/build" || skip "needs a disk for ledgers, below TMPDIR or the sources: ext4, XFS, Btrfs or F2FS"
		ledgers=$(mktemp -d "$ROOT/build/ledgers.XXXXXX")
	fi
	ledger=$ledgers/ledger
	drive=$BATS_FILE_TMPDIR/drive.iso
	id=$(seed_of "$drive")
}

teardown() {
	[ "$ledgers" = "$BATS_TEST_TMPDIR" ] || rm -rf "$ledgers"
	[ ! "${loop:-}" ] || losetup -d "$loop"
	make_removable
}

seed_of() {
	"$TOOL" inspect "$1" | sed -n 's/^seed  *//p' | cut -d, -f1
}

new_drive() {
	"$TOOL" build -q --source kernel --bind none -o "$1" "${@:2}" "$NOVA"
}

# stopped N COMMAND...: run COMMAND under tests/lib/stop.c, which stops it at its N-th system call and writes credits to
# the file `credits`.
stopped() {
	local n=$1
	shift
	as_root "$BATS_FILE_TMPDIR/stop" "$n" credits "$@" 2>said
}

# own_run COMMAND...: run it with a /run that belongs to the test.
own_run() {
	as_root unshare --mount sh -c 'mount --bind "$RUN_FOLDER" /run && exec "$@"' sh "$@"
}

# guest [OPTION...]: run the program with the ledger, as in a virtual machine whose kernel is not ready.
guest() {
	stopped 0 "$GUEST" --device "$drive" --trust-device --ledger "$ledger" "$@"
}

said() {
	grep -qxE "seedrive-guest: $1" said || { cat said; return 1; }
}

credits() {
	[ "$(grep -c '^credited' credits || true)" = "$1" ]
}

# --- only once, whatever happens ---

# stopped_at_each GUEST DEVICE OPTION...: for each system call, kill the program at that call, and then run it two more
# times. Prints how many seeds were credited by the first run, how many by a later one, how many twice, and the number
# of calls.
stopped_at_each() {
	local guest=$1 device=$2 calls first=0 later=0 twice=0 n before
	shift 2
	fresh "$device"
	calls=$(stopped 0 "$guest" --device "$device" --trust-device "$@")
	for ((n = 1; n <= calls; n++)); do
		fresh "$device"
		run -137 stopped "$n" "$guest" --device "$device" --trust-device "$@"
		before=$(grep -c '^credited' credits || true)
		stopped 0 "$guest" --device "$device" --trust-device "$@" >/dev/null
		stopped 0 "$guest" --device "$device" --trust-device "$@" >/dev/null
		case $before:$(grep -c '^credited' credits || true) in
		0:0) ;;
		0:1) later=$((later + 1)) ;;
		1:1) first=$((first + 1)) ;;
		*) twice=$((twice + 1)) ;;
		esac
	done
	echo "first=$first later=$later twice=$twice calls=$calls"
}

fresh() {
	rm -rf "$ledger" credits
	touch credits
	[ "$1" = "$drive" ] || dd if="$drive" of="$1" bs=1M conv=notrunc,fsync status=none
}

@test "guest: killed at each system call, and run again, it credits no seed twice" {
	run -0 stopped_at_each "$GUEST" "$drive" --ledger "$ledger"
	[[ $output =~ first=([0-9]+)\ later=([0-9]+)\ twice=0\ calls=([0-9]+) ]]
	# A run that was killed before the commit loses no seed: a later run credits it. Some runs reached the end.
	[ "${BASH_REMATCH[1]}" -ge 3 ]
	[ "${BASH_REMATCH[2]}" -ge 20 ]
	[ "${BASH_REMATCH[3]}" -ge 50 ]
}

@test "guest: a program that credits before it commits fails the test above" {
	cd "$ROOT"
	planted_guest "$BATS_TEST_TMPDIR/wrong" guest/main.c \
		'v.reason = commit_seed(run, &entry, &v.ledgers);
	if (!v.reason)
		v.reason = credit(run, &v);' \
		'v.reason = credit(run, &v);
	if (!v.reason)
		v.reason = commit_seed(run, &entry, &v.ledgers);'
	cd "$BATS_TEST_TMPDIR/here"
	run -0 stopped_at_each "$BATS_TEST_TMPDIR/wrong" "$drive" --ledger "$ledger"
	[[ $output =~ twice=([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -ge 1 ]
}

# loop_drive: make the drive a loop device, which needs root.
loop_drive() {
	need_root
	cp "$drive" copy.iso
	loop=$(losetup --find --show copy.iso)
}

# bats test_tags=root
@test "guest: stopped at each system call, with the drive as its ledger, it credits no seed twice" {
	loop_drive
	run -0 stopped_at_each "$GUEST" "$loop" --ledger-persistent
	[[ $output =~ first=([0-9]+)\ later=([0-9]+)\ twice=0\ calls=([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -ge 3 ]
	[ "${BASH_REMATCH[2]}" -ge 20 ]
}

# bats test_tags=root
@test "guest: stopped at each system call, with folder and drive as ledgers, it credits no seed twice" {
	loop_drive
	run -0 stopped_at_each "$GUEST" "$loop" --ledger-persistent --ledger "$ledger"
	[[ $output =~ first=([0-9]+)\ later=([0-9]+)\ twice=0\ calls=([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -ge 3 ]
}

# race GUEST OPTION...: start two copies at the same time, ten times, each time with a fresh seed. Prints the largest number
# of credits of a seed.
race() {
	local most=0 n
	for ((n = 0; n < 10; n++)); do
		rm -rf "$ledger" credits
		touch credits
		dd if="$drive" of="$loop" bs=1M conv=notrunc,fsync status=none
		stopped 0 "$GUEST" --device "$loop" --trust-device --ledger-persistent "$@" >/dev/null &
		stopped 0 "$GUEST" --device "$loop" --trust-device --ledger-persistent "$@" >/dev/null
		wait $!
		[ "$(grep -c '^credited' credits)" -le "$most" ] || most=$(grep -c '^credited' credits)
	done
	echo "most=$most"
}

@test "guest: of two copies started at the same time only one credits, by the folder, by the drive, or by both" {
	loop_drive
	run -0 race --ledger "$ledger" --no-drive-ledger
	[ "$output" = most=1 ]
	run -0 race
	[ "$output" = most=1 ]
	run -0 race --ledger "$ledger"
	[ "$output" = most=1 ]
}

# --- the status ---

status() {
	cat run/seedrive/status
}

status_is() {
	[ "$(status | grep -vE '^(version|boottime_ms|ready_)')" = "$(printf '%s\n' "$@")" ] || { status; return 1; }
}

@test "guest: the status says what was credited, and a later stage that credits nothing does not replace it" {
	[ "$(id -u)" = 0 ]
	guest --mix-only --stage early
	status_is outcome=mixed bits=0 "seed=$id" "drive=$drive" ledger=none reason=mix-only stage=early
	[ "$(stat -c %a run/seedrive/status)" = 644 ]
	[ "$(stat -c %a run/seedrive)" = 755 ]
	(umask 077 && rm -r run/seedrive && guest --stage root)
	[ "$(stat -c %a:%a run/seedrive/status)" = 644:644 ]
	[ "$(stat -c %a run/seedrive)" = 755 ]
	status_is outcome=credited bits=256 "seed=$id" "drive=$drive" ledger=dir reason= stage=root
	[ "$(status | cut -d= -f1 | paste -sd ' ')" = \
		"version outcome bits seed drive ledger reason ready_before ready_after stage boottime_ms" ]
	status | grep -qxF "version=$("$GUEST" --version | cut -d' ' -f2)"
	status | grep -qxE 'boottime_ms=[0-9]+'
	status | grep -qx ready_before=no
	guest --stage system
	said "mixed .* reason=already-spent .*"
	status_is outcome=credited bits=256 "seed=$id" "drive=$drive" ledger=dir reason= stage=root
	guest --dry-run
	[ "$(find run/seedrive -type f)" = run/seedrive/status ]
}

@test "guest: the status of a boot without a seed, of a boot that failed, and of one whose seed was spent before" {
	[ "$(id -u)" = 0 ]
	truncate -s 1M blank.iso
	drive=blank.iso guest
	status_is outcome=none bits=0 seed= drive= ledger=none reason= stage=
	cp "$drive" damaged.iso
	printf 'not its own' | overwrite damaged.iso $(($(extent damaged.iso seedrive.bin) * 2048 + 130))
	drive=damaged.iso run -1 guest
	status_is outcome=failed bits=0 seed= drive= ledger=none reason= stage=
	# The status says that the seed is spent.
	guest
	rm -r run/seedrive
	guest --stage system
	status_is outcome=mixed bits=0 "seed=$id" "drive=$drive" ledger=dir reason=already-spent stage=system
}

# with_disks N [COMMAND]: run the program with a folder in place of sysfs' list of devices. The folder has N disks that
# do not answer, and what COMMAND adds.
with_disks() {
	local n
	rm -rf blocks
	for ((n = 0; n < $1; n++)); do
		mkdir -p "blocks/vdx$n"
	done
	[ $# -eq 1 ] || "$2"
	as_root unshare --mount sh -c 'mount --bind run /run && mount --bind blocks /sys/class/block && exec "$@"' \
		sh strace -f -qq -e trace=openat -o calls "$GUEST" --wait 1 --trust-device 2>said
}

# Adds a CD, a small disk and a read-only disk, and makes the others large.
small_ones() {
	local n
	for n in blocks/*; do
		echo 41943040 >"$n/size"
		echo 0 >"$n/ro"
	done
	mkdir blocks/{sr0,vdy,vdz}
	echo 2048 >blocks/vdy/size
	echo 41943040 >blocks/vdz/size
	echo 1 >blocks/vdz/ro
}

@test "guest: of more than 64 devices only 64 are looked at, and the log and the status say so" {
	[ "$(id -u)" = 0 ]
	with_disks 64
	[ "$(cat said)" = "seedrive-guest: no seed drive" ]
	run -1 grep left_out run/seedrive/status
	rm -r run/seedrive
	with_disks 65
	[ "$(cat said)" = "seedrive-guest: /sys/class/block: only 64 devices are looked at
seedrive-guest: no seed drive" ]
	grep -qx left_out=yes run/seedrive/status
	# The devices that look like a config drive are among the 64.
	with_disks 80 small_ones
	[ "$(grep -c '"/dev/vdx' calls)" -eq 61 ]
	for name in sr0 vdy vdz; do
		grep -q "\"/dev/$name\"" calls
	done
}

@test "guest: several devices are looked at in one run, and two different drives on them are mixed" {
	"$TOOL" build -q --source kernel --bind none -o second.iso "$NOVA"
	stopped 0 "$GUEST" --device "$drive" --trust-device --ledger "$ledger" --device second.iso
	[ "$(grep -c 'reason=two-drives' said)" -eq 2 ]
	grep -qF "drive=$drive " said
	grep -q 'drive=second.iso ' said
	for ((n = 0; n < 65; n++)); do
		devices+=(--device "$drive")
	done
	fails 2 "seedrive-guest: --device: given too often" "$GUEST" "${devices[@]}"
	# A device that is named twice counts once. A device that does not exist is reported, and the other one is used.
	run -1 stopped 0 "$GUEST" --device "$drive" --trust-device --ledger "$ledger" --device "$drive" --device none
	grep -q '^seedrive-guest: credited ' said
	grep -qx 'seedrive-guest: none: no such device' said
}

@test "guest: --status prints the status, and reports that there is none" {
	[ "$(id -u)" = 0 ]
	guest
	as_root unshare --mount sh -c 'mount --bind run /run && exec "$1" --status' sh "$GUEST" >printed
	cmp printed run/seedrive/status
	rm -r run/seedrive
	run -1 as_root unshare --mount sh -c 'mount --bind run /run && exec "$1" --status' sh "$GUEST"
	[ "$output" = "seedrive-guest: /run/seedrive/status: seedrive-guest has not run in this boot" ]
}

@test "guest: in a crash kernel it does nothing" {
	mkdir proc
	touch proc/vmcore
	rm -rf credits
	as_root unshare --mount sh -c 'mount --bind run /run && mount --bind proc /proc && exec "$@"' sh \
		"$GUEST" --device "$drive" --trust-device --ledger "$ledger" 2>said
	said "/proc/vmcore: in a crash kernel nothing is done"
	[ ! -e "$ledger" ]
	as_root unshare --mount sh -c 'mount --bind run /run && mount --bind proc /proc && exec "$@"' sh \
		"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	[ ! -e "$ledgers/carry" ]
}

# --- how the kernel is given the seed ---

# with_pool BITS: run the program for a seed that was never credited, with a kernel whose pool has this many bits: 4096
# in kernels before 5.18 and 5.10.119, and 256 in later ones.
with_pool() {
	rm -rf "$ledger" credits
	echo "$1" >poolsize
	as_root unshare --mount sh -c 'mount --bind run /run && mount --bind poolsize /proc/sys/kernel/random/poolsize && exec "$@"' sh \
		"$BATS_FILE_TMPDIR/stop" 0 credits "$GUEST" --device "$drive" --trust-device --ledger "$ledger" 2>said
	said "credited .*"
}

# told CALLS BYTES: check that the program credits the whole seed, in order and with all of its bits, in CALLS calls of
# BYTES bytes each, none with more than 4 bits a byte; and that then it asks the kernel once to reseed.
told() {
	/usr/bin/python3 "$ROOT/tests/lib/read_seed.py" "$drive" >record
	[ "$(sed -n 's/^credited .*: //p' credits | xxd -r -p | sha256sum | cut -d ' ' -f 1)" = "$(member record seed_sha256)" ]
	awk -v calls="$1" -v bytes="$2" -v bits="$(member record credit_bits)" '
		/^credited/ { n++; sum += $2; if ($4 != bytes || $2 > 4 * $4) exit wrong = 1 }
		/^taken up/ { up++; if (n != calls) exit wrong = 1 }
		END { exit wrong || n != calls || sum != bits || up != 1 }' credits
}

# counted: print how many bits a pool of 4096 bits counts for these calls: three quarters of the bits of each call, and
# less as the pool fills. The sum is in eighths of a bit, as in kernels from 4.8 to 5.17, which are ready at 128 bits.
counted() {
	awk '/^credited/ { count += int((32768 - count) * 8 * $2 * 3 / 131072) } END { print int(count / 8) }' credits
}

@test "guest: a kernel with a pool of 256 bits gets each block in one call of 64 bytes" {
	need_mounts
	with_pool 256
	told 1 64
	key fifo
	new_drive large.iso --source file:fifo,bits=4 --bits 700
	drive=large.iso
	with_pool 256
	told 3 64
}

@test "guest: a kernel with a pool of 4096 bits gets calls of 16 bytes and 64 bits, and becomes ready by them" {
	need_mounts
	with_pool 4096
	told 4 16
	grep -c '^credited 64 bits, 16 bytes: ' credits | grep -x 4
	[ "$(counted)" -ge 128 ]
	# A single call with all bits would count 192.
	[ "$(counted)" -le 192 ]
}

@test "guest: a pool of 4096 bits also takes the largest seed, and half a seed does not make that kernel ready" {
	need_mounts
	key fifo
	new_drive large.iso --source file:fifo,bits=4 --bits 16384
	drive=large.iso
	with_pool 4096
	told 256 16
	new_drive half.iso --bits 128
	drive=half.iso
	with_pool 4096
	told 4 16
	[ "$(counted)" -lt 128 ]
}

# --- the ledger in a folder ---

@test "guest: the ledger is a set: it still has the first seed after a second one" {
	guest
	said "credited 256 bits seed=$id drive=$drive ledger=dir ready-before=no"
	new_drive other.iso
	drive=other.iso guest
	said "credited 256 bits seed=$(seed_of other.iso) drive=other.iso ledger=dir ready-before=no"
	guest
	said "mixed seed=$id drive=$drive ledger=dir reason=already-spent ready-before=no"
	credits 2
	[ "$(LC_ALL=C ls "$ledger")" = "$(printf '%s\n' "$id" "$(seed_of other.iso)" | LC_ALL=C sort)" ]
	[ "$(stat -c %a "$ledger")" = 700 ]
	[ "$(stat -c %a:%s "$ledger/$id")" = 600:0 ]
}

@test "guest: no entry is ever removed from the ledger, whatever its age and the number of entries" {
	local long=00112233445566778899aabbccddeeff i
	mkdir "$ledger"
	touch -d '2 days ago' "$ledger/$long" "$ledger/notes"
	touch -d '1971-01-01' "$ledger/11${long#00}"
	touch -d @0 "$ledger/22${long#00}"
	for ((i = 0; i < 300; i++)); do
		touch -d '3 years ago' "$ledger/$(printf 'ff%030d' "$i")"
	done
	new_drive short.iso --ttl 1d
	drive=short.iso guest
	said "credited .*"
	guest
	said "credited .*"
	[ "$(find "$ledger" -type f | wc -l)" -eq 306 ]
	drive=short.iso guest
	said "mixed seed=$(seed_of short.iso) drive=short.iso ledger=dir reason=already-spent ready-before=no"
	credits 2
}

@test "guest: a dry run changes nothing" {
	guest --dry-run
	said "dry-run: credited 256 bits seed=$id drive=$drive ledger=dir ready-before=no"
	[ ! -e "$ledger" ]
	guest
	guest --dry-run
	said "dry-run: mixed seed=$id drive=$drive ledger=dir reason=already-spent ready-before=no"
	credits 1
}

@test "guest: --mix-only spends nothing" {
	guest --mix-only
	said "mixed seed=$id drive=$drive ledger=none reason=mix-only ready-before=no"
	[ ! -e "$ledger" ]
	guest
	credits 1
}

@test "guest: a full disk, a read-only disk, and a path that is no folder authorise nothing, each with its own reason" {
	need_mounts
	# The call that makes the entry fails with ENOSPC.
	mkdir "$ledger"
	own_run strace -f -qq -e trace=openat -o calls "$GUEST" --device "$drive" --trust-device \
		--ledger "$ledger" 2>/dev/null
	n=$(grep openat calls | grep -n -m 1 O_EXCL | cut -d: -f1)
	rm -r "$ledger"
	mkdir "$ledger"
	for error in ENOSPC EDQUOT; do
		own_run strace -f -qq -e trace=openat -e inject="openat:error=$error:when=$n" -o calls "$GUEST" \
			--device "$drive" --trust-device --ledger "$ledger" 2>said
		grep -q INJECTED calls
		said "mixed seed=$id drive=$drive ledger=dir reason=ledger-full ready-before=yes"
		[ "$(find "$ledger" -type f)" = "" ]
	done
	as_root unshare --mount sh -c 'mount --bind run /run && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && "$@"' \
		sh "$ledger" "$GUEST" --device "$drive" --trust-device --ledger "$ledger" 2>said
	said "mixed seed=$id drive=$drive ledger=none reason=ledger-read-only ready-before=yes"
	rmdir "$ledger"
	touch "$ledger"
	guest
	said "mixed seed=$id drive=$drive ledger=dir reason=ledger-failed ready-before=no"
	ledger=/dev/shm guest
	said "mixed seed=$id drive=$drive ledger=none reason=ledger-forgets ready-before=no"
	ledger=$ledgers/none/ledger guest
	said "mixed seed=$id drive=$drive ledger=dir reason=ledger-failed ready-before=no"
	credits 0
}

@test "guest: if any step of the commit fails, the seed is not credited" {
	local call n
	for call in fsync:1 fsync:2 fsync:3; do
		rm -rf "$ledger"
		n=${call#*:}
		own_run strace -f -qq -e inject="${call%:*}:error=EIO:when=$n" -o calls "$GUEST" --device "$drive" \
			--trust-device --ledger "$ledger" 2>said
		grep -q INJECTED calls
		said "mixed seed=$id drive=$drive ledger=dir reason=ledger-failed ready-before=yes"
	done
}

# --- carry-over ---

# If this machine has no UUID, the carry-over claims nothing, and the line about it says so.
# bats test_tags=root
@test "guest: only root can read a carry-over, it is complete, always new, and bound if there is a UUID" {
	need_root
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	said "saved seed=[0-9a-f]{32} carry-over=$ledgers/carry"
	[ "$(stat -c %a:%u:%s "$ledgers/carry")" = 600:0:2048 ]
	/usr/bin/python3 "$ROOT/tests/lib/read_seed.py" --record "$ledgers/carry" >first
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	/usr/bin/python3 "$ROOT/tests/lib/read_seed.py" --record "$ledgers/carry" >second
	[ "$(member first seed_id)" != "$(member second seed_id)" ]
	[ "$(member first seed_sha256)" != "$(member second seed_sha256)" ]
	if [ -e /sys/class/dmi/id/product_uuid ]; then
		[ "$(member first credit_bits):$(member first bound)" = 256:True ]
	else
		[ "$(member first credit_bits):$(member first bound)" = 0:False ]
	fi
	[ ! -e "$ledgers/carry.new" ]
}

# bats test_tags=root
@test "guest: no carry-over is saved by a kernel that is not ready, nor on a file system that does not last" {
	need_root
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	cp "$ledgers/carry" before
	run -1 stopped 0 "$GUEST" --save-carry-over "$ledgers/carry"
	said "$ledgers/carry: carry-over not saved: the kernel's RNG is not ready"
	cmp before "$ledgers/carry"
	fails 1 "seedrive-guest: /dev/shm/carry: carry-over not saved: the file system may forget it" \
		"$GUEST" --save-carry-over /dev/shm/carry
	fails 1 "seedrive-guest: $ledgers/none/carry: carry-over not saved: cannot be written" \
		"$GUEST" --save-carry-over "$ledgers/none/carry"
}

# bats test_tags=root
@test "guest: stopped at each system call, saving leaves the old carry-over or the new one, complete" {
	local calls n old=0 new=0
	need_root
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	# Here the program asks the real kernel of this host, which is ready.
	calls=$(strace -f -qq -o trace "$GUEST" --save-carry-over "$ledgers/carry" 2>said; wc -l <trace)
	cp "$ledgers/carry" before
	for ((n = 1; n < calls - 1; n++)); do
		call=$(sed -n "${n}s/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p" trace)
		count=$(sed -n "1,${n}p" trace | grep -cE "^[0-9]+ +$call\(")
		[ "$call" != execve ] || continue
		run strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$count" \
			"$GUEST" --save-carry-over "$ledgers/carry"
		[ "$status" -eq 137 ]
		/usr/bin/python3 "$ROOT/tests/lib/read_seed.py" --record "$ledgers/carry" >record
		if cmp -s before "$ledgers/carry"; then
			old=$((old + 1))
		else
			new=$((new + 1))
			cp "$ledgers/carry" before
		fi
	done
	echo "$old old, $new new"
	[ "$old" -ge 15 ] && [ "$new" -ge 1 ]
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	[ ! -e "$ledgers/carry.new" ]
}

# bats test_tags=root
@test "guest: a carry-over that others may read, or that is damaged, is refused and stays" {
	need_root
	"$GUEST" --save-carry-over "$ledgers/carry" 2>said
	chmod 640 "$ledgers/carry"
	run -1 stopped 0 "$GUEST" --device "$drive" --carry-over "$ledgers/carry"
	said "$ledgers/carry: not a regular file that only root can access"
	chmod 600 "$ledgers/carry"
	printf x | overwrite "$ledgers/carry" 140
	run -1 stopped 0 "$GUEST" --device "$drive" --carry-over "$ledgers/carry"
	said "$ledgers/carry: digest does not match"
	[ -e "$ledgers/carry" ]
	ln -s carry "$ledgers/link"
	run -1 stopped 0 "$GUEST" --device "$drive" --carry-over "$ledgers/link"
	said "$ledgers/link: cannot be read"
	# A missing carry-over is not an error, and not reported.
	run -0 stopped 0 "$GUEST" --device "$drive" --carry-over "$ledgers/none"
	[ "$(wc -l <said)" -eq 1 ]
	credits 0
}

# --- drives without a record, as Nova makes them ---

stock_drive() {
	genisoimage -quiet -J -r -V config-2 -o "$1" "$2" 2>/dev/null
}

# Only seedrive-refresh uses a record in the vendordata.
@test "guest: a record in the vendordata of a drive is neither credited nor reported" {
	cp -r "$NOVA" tree
	"$TOOL" draw -q --source kernel --format record -o record
	printf '{"static": {}, "seedrive": {"seedrive_record": "%s", "seed_id": "%s"}}' "$(base64 -w 0 record)" \
		"$(xxd -s 36 -l 16 -p record)" >tree/openstack/latest/vendor_data2.json
	stock_drive with.iso tree
	drive=with.iso
	guest
	said "mixed seed=[0-9a-f]{32} drive=with.iso ledger=none reason=stock-seed ready-before=no"
	credits 0
	cp said without
	stock_drive with.iso "$NOVA"
	guest
	cmp said without
}

@test "guest: Nova's random_seed is mixed; with --stock-credit it is credited once, with its hash as id" {
	stock_drive stock.iso "$NOVA"
	print=$(/usr/bin/python3 -c 'import base64, hashlib, json, sys
seed = base64.b64decode(json.load(open(sys.argv[1]))["random_seed"])
print(hashlib.sha256(seed).hexdigest()[:32])' "$NOVA/openstack/latest/meta_data.json")
	drive=stock.iso
	guest
	said "mixed seed=$print drive=stock.iso ledger=none reason=stock-seed ready-before=no"
	guest --stock-credit
	# The seed is bound to the instance's UUID, which is not that of this machine.
	said "mixed seed=$print drive=stock.iso ledger=none reason=other-uuid ready-before=no"
	small_tree tree
	sed -i 's/"uuid": "[^"]*", //' tree/openstack/latest/meta_data.json
	stock_drive stock.iso tree
	guest --stock-credit
	said "credited 256 bits seed=[0-9a-f]{32} drive=stock.iso ledger=dir ready-before=no"
	guest --stock-credit
	said "mixed seed=[0-9a-f]{32} drive=stock.iso ledger=dir reason=already-spent ready-before=no"
	credits 1
}

@test "guest: a random_seed of less than 32 bytes is mixed and never credited" {
	mkdir -p tree/openstack/latest
	drive=stock.iso
	for n in 31 32 65; do
		printf '{"random_seed": "%s"}' "$(head -c "$n" /dev/urandom | base64 -w 0)" \
			>tree/openstack/latest/meta_data.json
		stock_drive stock.iso tree
		guest --stock-credit
		if [ "$n" -lt 32 ]; then
			said "mixed .* reason=nothing-claimed ready-before=no"
		else
			said "credited 256 bits .*"
		fi
	done
	# The first seed took one call of 64 bytes, and the second one two calls.
	credits 3
}

# --- hostile drives ---

@test "guest: the images in tests/data/hostile are what the script there makes" {
	mkdir images
	/usr/bin/python3 "$ROOT/tests/data/hostile/make.py" images
	[ "$(find images -type f | wc -l)" -ge 40 ]
	diff -r --exclude=make.py images "$ROOT/tests/data/hostile"
}

# judged IMAGE VERDICT: check that the guest's exit status and line are the ones that the name of the image announces.
judged() {
	case ${1##*/} in
	refused-*) [[ $2 == "1 "*": record refused: "* ]] ;;
	bare-json-*) [[ $2 == "0 "*"no seed record, random_seed malformed or too long" ]] ;;
	bare-*) [[ $2 == "0 "*"no seed record" ]] ;;
	none-*) [ "$2" = "0 seedrive-guest: no seed drive" ] ;;
	taken-*) [[ $2 =~ ^"0 ".*"dry-run: mixed seed="[0-9a-f]{32}.*" reason="(untrusted-device|bare-metal)" " ]] ;;
	*) false ;;
	esac || { echo "${1##*/}: $2"; return 1; }
}

@test "guest: each hostile drive gets the result in its name, at once, from the guest's program and on the host" {
	local image
	for image in "$ROOT"/tests/data/hostile/*.img; do
		cp "$image" drive.img
		run timeout 300 "$GUEST" --dry-run --device drive.img
		judged "$image" "$status $output"
		run timeout 300 "$TOOL" inspect drive.img
		[ "$status" -le 1 ] || { echo "${image##*/}: inspect ended with $status"; return 1; }
		[[ ${image##*/} != refused-* ]] || [ "$status" -eq 1 ]
	done
}

@test "guest: the program for 64-bit Arm, made by a cross compiler without a libc, gives the same results" {
	local image
	for image in "$ROOT"/tests/data/hostile/*.img; do
		cp "$image" drive.img
		run timeout 300 qemu-aarch64 "$ROOT/build/guest-aarch64/seedrive-guest" --dry-run --device drive.img
		judged "$image" "$status $output"
	done
}

# --- its surroundings ---

@test "guest: if /proc or /sys is not mounted, a line says so, and the program fails" {
	need_mounts
	as_root unshare --mount sh -c 'mount --bind run /run && mount -t tmpfs none /proc && shift && ! "$@"' sh \
		"$GUEST" "$GUEST" --device "$drive" 2>said
	said "/proc: not mounted"
	as_root unshare --mount sh -c 'mount --bind run /run && mount -t tmpfs none /sys && ! "$@"' sh "$GUEST" 2>said
	said "/sys: not mounted"
	# An image file can be read without /proc and /sys.
	as_root unshare --mount sh -c 'mount --bind run /run && mount -t tmpfs none /sys && mount -t tmpfs none /proc && "$@"' sh \
		"$GUEST" --dry-run --device "$drive" 2>said
	said "dry-run: mixed .*"
}

# bats test_tags=root
@test "guest: a device for which no child can be started is reported as one that does not answer" {
	loop_drive
	run -1 strace -f -qq -o calls -e inject=clone:error=EAGAIN "$GUEST" --dry-run --device "$loop"
	grep -q INJECTED calls
	[ "$output" = "seedrive-guest: $loop: does not answer" ]
	# QEMU's user mode emulation does not support children that share memory.
	run -1 timeout 300 qemu-aarch64 "$ROOT/build/guest-aarch64/seedrive-guest" --dry-run --device "$loop"
	[ "$output" = "seedrive-guest: $loop: does not answer" ]
}

@test "guest: an unknown option, or an invalid value, is a usage error" {
	fails 2 "seedrive-guest: --frob: unknown option, see --help" "$GUEST" --frob
	fails 2 "seedrive-guest: drive.iso: unknown option, see --help" "$GUEST" drive.iso
	fails 2 "seedrive-guest: --wait=: needs an argument" "$GUEST" "--wait="
	for value in 0 601 11m 999ms 1x x -1; do
		fails 2 "seedrive-guest: --wait: must be a time from 1s to 10m, as in 3s" "$GUEST" "--wait=$value"
	done
	for option in --device --ledger --carry-over --save-carry-over; do
		fails 2 "seedrive-guest: $option: needs an argument" "$GUEST" "$option"
		fails 2 "seedrive-guest: $option=: needs an argument" "$GUEST" "$option="
	done
	fails 2 "seedrive-guest: --save-carry-over: allows no other option but --ledger-persistent" \
		"$GUEST" --save-carry-over carry --mix-only
	fails 2 "seedrive-guest: --save-carry-over: allows no other option but --ledger-persistent" \
		"$GUEST" --dry-run --save-carry-over=carry
}
