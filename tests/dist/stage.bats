#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests guest-stage, which each initramfs and systemd run, in a root that belongs to the test. seedrive-guest and the
# system calls of the stages are stand-ins that record how they were called (tests/dist/stage_world.c). The tests at the
# end, and those in tests/vm/vm-boot.bats, use the real ones.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

ID=38f130c229b192e41c74506299f4d7d8
CREDITED="credited 256 bits seed=$ID drive=/dev/sr0 ledger=dir ready-before=no"
CARRIED="credited 256 bits seed=01234567012345670123456701234567 carry-over=x ready-before=no"

setup_file() {
	ordinary_make build/guest/stage-world build/guest/guest-stage
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	HERE=$PWD
	NEW=$PWD/root/new # where an initramfs has mounted root
	STATE=$PWD/root/run/seedrive/guest
	export HERE
	# On a busy machine a script takes seconds, so the deadlines are longer.
	export PATIENCE=12
	mkdir -p world root/{lib/seedrive,sbin,dev,proc/self,sys/class/block,run,etc/default,var/lib} "$NEW"/{etc,var/lib/seedrive}
	mkdir answers
	touch root/dev/kmsg calls answers/{early,expected,real,leave}
	device vda 1
	device sr0 2
	# These files are present while udev is running.
	mkdir root/proc/net root/run/udev
	touch root/run/udev/control
	udev_runs
	echo 'root=/dev/vda1 ro quiet' >root/proc/cmdline
	printf '/dev/vda1 / ext4 defaults 0 1\n' >"$NEW/etc/fstab"
	mkdir root/run/initramfs
	touch root/run/initramfs/fsck-root
	mountinfo "22 1 254:1 / $NEW ro,nosuid,relatime - ext4 /dev/vda1 ro,errors=remount-ro"
	stub seedrive-guest "$(declare -f guest); guest \"\$@\""
	world remount "$(declare -f remember); remember remount \"\$@\""
	world efivars "$(declare -f remember); remember efivars \"\$@\""
	world hide-efivars "$(declare -f remember); remember hide-efivars \"\$@\""
	cp "$ROOT/build/guest/stage-world" root/lib/seedrive/guest-stage
}

# Kill the processes that a failed test has left.
teardown() {
	[ ! -e left ] || while read -r pid; do
		kill -9 "$pid" 2>/dev/null || true
	done <left
}

# script FILE COMMANDS: make a script.
script() {
	printf '#!/bin/bash\nPATH=%s\n%s\n' "$PATH" "$2" >"$1"
	chmod 755 "$1"
}

# device NAME NUMBER: make a device whose medium has NUMBER as the kernel's disk sequence number.
device() {
	mkdir -p "root/sys/class/block/$1"
	echo "$2" >"root/sys/class/block/$1/diskseq"
}

# stub NAME COMMANDS: make a program with that name, which the stage finds first.
stub() {
	script "root/sbin/$1" "$2"
}

# world NAME COMMANDS: set the commands that stand in for this system call.
world() {
	script "world/$1" "$2"
}

# This stands in for seedrive-guest. A file in `answers` for each kind of call has its output, or is a script, which it
# executes.
guest() {
	local kind=real mode=rw
	case " $* " in
	*" --mix-only "*) kind=early ;;
	*" --dry-run "*) kind=expected ;;
	*" --save-carry-over "*) kind=leave ;;
	esac
	! grep -q " $HERE/root/new ro" "$HERE/root/proc/self/mountinfo" || mode=ro
	# Another test checks --stage.
	case $1 in
	--stage)
		echo "$kind $2" >>"$HERE/stages"
		shift 2
		;;
	esac
	echo "$kind $mode: ${*//$HERE\/root/}" >>"$HERE/calls"
	[ ! -x "$HERE/answers/$kind" ] || exec "$HERE/answers/$kind" "$@"
	sed 's/^/seedrive-guest: /' "$HERE/answers/$kind" >&2
}

# This stands in for the kernel: a remount or a mount changes the table of mounts.
remember() {
	local table=$HERE/root/proc/self/mountinfo
	echo "${*//$HERE\/root/}" >>"$HERE/calls"
	case $* in
	'remount rw '*) sed -i -E "s,( $HERE/root/new )ro(.*) ro,\1rw\2 rw," "$table" ;;
	'remount ro '*) sed -i -E "s,( $HERE/root/new )rw(.*) rw,\1ro\2 ro," "$table" ;;
	'efivars '*) echo "90 1 0:9 / $2 rw - efivarfs efivarfs rw" >>"$table" ;;
	esac
}

# mountinfo LINE...: make a table of mounts of these lines and of those that each boot has.
mountinfo() {
	printf '%s\n' "1 0 0:2 / / rw - rootfs rootfs rw" "2 1 0:20 / /run rw,nosuid - tmpfs tmpfs rw" "$@" \
		>root/proc/self/mountinfo
}

# answer KIND LINE...: set the lines that the program prints in a call of this kind.
answer() {
	printf '%s\n' "${@:2}" >"answers/$1"
}

# impatient: set a short deadline, and do not multiply it for busy machines.
impatient() {
	PATIENCE=1
	echo DEADLINE=2s >>root/etc/default/seedrive-guest
}

# hangs KIND [COMMANDS]: calls of this kind run the commands and then never end.
hangs() {
	impatient
	script "answers/$1" "${2:-}"$'\n''exec sleep 1000'
}

# stage WORD...: run guest-stage; check that it exits with 0 and prints only to the kernel's log.
stage() {
	succeeds root/lib/seedrive/guest-stage "$@"
}

# calls LINE...: check that these are the calls since the last check, without options that are always the same.
calls() {
	sed -i '/^real /s| --ledger \(/new\)\?/var/lib/seedrive/ledger --carry-over \(/new\)\?/var/lib/seedrive/carry-over$||' calls
	sed -i 's/^\(early .*\) --wait \(2\|45\)s /\1 /' calls
	diff <([ $# -eq 0 ] || printf '%s\n' "$@") calls
	: >calls
}

# log LINE...: check that these are the lines in the kernel's log since the last check.
log() {
	diff <([ $# -eq 0 ] || printf '<6>seedrive-guest: %s\n' "$@") root/dev/kmsg
	: >root/dev/kmsg
}

RW="remount rw /new"
RO="remount ro /new"

# The options of a call for a drive that udev announced.
D="--device /dev/sr0"

# drive_seen: udev announces a drive with a seed, twice; check that the seed is mixed once.
drive_seen() {
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	calls "early ro: $D --mix-only"
	# The second event for the same drive causes no call.
	stage event sr0 wait
	calls
}

# udev_runs: udev listens on its socket; the kernel's table has another socket, too.
udev_runs() {
	printf '%s\n' "Num RefCount Protocol Flags Type St Inode Path" "0: 2 0 10000 1 1 1 /run/udev/control2" \
		"0: 2 0 10000 5 1 2 /run/udev/control" >root/proc/net/unix
}

# no_udev: udev is not running; the file of its socket may still exist, left from an initramfs.
no_udev() {
	sed -i '$d' root/proc/net/unix
}

# expected REASON [READY]: set the line that the dry run prints for a read-only root.
expected() {
	answer expected "dry-run: mixed seed=$ID drive=/dev/sr0 ledger=none reason=$1 ready-before=${2:-no}"
}

# The device that the stages pass to the program if there is no drive.
NOTHING="--device /run/seedrive/guest/nothing"

# The call of the dry run while the ledger does not exist yet.
EXPECT="expected ro: $D --dry-run --ledger /new/var/lib/seedrive --carry-over /new/var/lib/seedrive/carry-over"

credited_in_initramfs() {
	rm -rf root/run/seedrive
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D" "$RO"
	log
}

# --- an ordinary boot ---

@test "stage: a seed is mixed before root is mounted, then committed on root, which is read-only again afterwards" {
	credited_in_initramfs
	[ "$(cat "$STATE/decided")" = root ]
	grep -qF "$CREDITED" "$STATE/root"
}

@test "stage: a drive that goes away before the decision is left out, and the other's seed is credited" {
	drive_seen
	device vdb 5
	answer early "mixed seed=${ID//3/4} drive=/dev/vdb ledger=none reason=mix-only ready-before=no"
	stage event vdb wait
	calls "early ro: --device /dev/vdb --mix-only"
	script answers/expected 'rm -r "$HERE/root/sys/class/block/vdb"
		echo "seedrive-guest: dry-run: mixed seed=$ID drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=no" >&2'
	export ID
	answer real "$CREDITED"
	stage root "$NEW"
	calls "${EXPECT/$D/$D --device /dev/vdb}" "$RW" "real rw: $D" "$RO"
	log "/dev/vdb has gone or was exchanged: its seed is not credited"
	[ "$(cat "$STATE/drive.sr0" "$STATE/decided" "$STATE/deciding")" = $'done 2\nroot' ]
}

@test "stage: if all drives go away before the decision, a later stage decides" {
	drive_seen
	script answers/expected 'mv "$HERE/root/sys/class/block/sr0" "$HERE/away"
		echo "seedrive-guest: dry-run: mixed seed=$ID drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=no" >&2'
	export ID
	stage root "$NEW"
	calls "$EXPECT" "$RW" "$RO"
	log "/dev/sr0 has gone or was exchanged: its seed is not credited"
	mv away root/sys/class/block/sr0
	mountinfo
	answer real "$CREDITED"
	stage system
	calls "real rw: $D"
	log
}

@test "stage: no later stage decides again on what the initramfs has decided" {
	credited_in_initramfs
	mountinfo
	stage system
	stage system
	stage root "$NEW"
	calls
	log
}

@test "stage: the stage 'root' decides once, even if there is a carry-over again" {
	credited_in_initramfs
	touch "$NEW/var/lib/seedrive/carry-over"
	stage root "$NEW"
	calls
}

@test "stage: only root can read the notes, and the folder above them has the mode that the daemon needs" {
	credited_in_initramfs
	[ "$(stat -c %a root/run/seedrive "$STATE")" = $'755\n700' ]
	[ "$(stat -c %a "$STATE"/* | sort -u)" = 600 ]
}

@test "stage: a spent seed and a carry-over: root is made writable for the carry-over, and read-only again" {
	drive_seen
	mkdir "$NEW/var/lib/seedrive/ledger"
	touch "$NEW/var/lib/seedrive/carry-over"
	answer expected "dry-run: mixed seed=$ID drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no" "dry-run: $CARRIED"
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no" "$CARRIED"
	stage root "$NEW"
	calls "${EXPECT/seedrive /seedrive/ledger }" "$RW" "real rw: $D" "$RO"
	[ "$(cat "$STATE/decided")" = root ]
}

@test "stage: only a spent seed: root stays read-only, and the decision is made" {
	drive_seen
	expected already-spent
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	stage root "$NEW"
	calls "$EXPECT" "real ro: $D"
	[ "$(cat "$STATE/decided")" = root ]
}

@test "stage: if the kernel is ready, a new seed is spent anyway, but root is not made writable for a carry-over" {
	drive_seen
	expected already-ready yes
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=dir reason=already-ready ready-before=yes"
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D" "$RO"
	rm "$STATE/decided"
	touch "$NEW/var/lib/seedrive/carry-over"
	answer expected "dry-run: mixed seed=$ID carry-over=x reason=already-ready ready-before=yes"
	stage root "$NEW"
	calls "${EXPECT/$D/$NOTHING}"
}

@test "stage: a writable root needs no dry run, and stays as it is" {
	mountinfo "22 1 254:1 / $NEW rw,relatime shared:1 - ext4 /dev/vda1 rw"
	drive_seen || answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	: >calls
	answer real "$CREDITED"
	stage root "$NEW"
	calls "real rw: $D"
}

@test "stage: for a reason that no ledger changes, root stays read-only, and the stage 'system' reports the reason" {
	for reason in two-drives stock-seed nothing-claimed bare-metal confidential usb other-uuid no-clock from-the-future \
		expired ledger-failed ledger-full ledger-forgets; do
		rm -rf "$STATE"
		drive_seen
		expected "$reason"
		stage root "$NEW"
		calls "$EXPECT"
		log
		[ ! -s "$STATE/decided" ]
		answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=$reason ready-before=no"
		stage system
		calls "real ro: $D"
	done
}

# --- what a remount may lose ---

@test "stage: root keeps the mount flags of its file system, even if the kernel would lose them" {
	mountinfo "22 1 254:1 / $NEW ro,nosuid,nodev,noexec,noatime - btrfs /dev/mapper/a\\040b ro,sync,lazytime,subvol=/@"
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	stage root "$NEW"
	calls "$EXPECT" "$RW sync,lazytime" "real rw: $D" "$RO sync,lazytime"
}

@test "stage: a root whose file system is writable by another mount stays so, and only our mount of it is opened" {
	mountinfo "22 1 0:30 /@ $NEW ro - btrfs /dev/vda1 rw,subvol=/@" "23 1 0:30 /@home $NEW/home rw - btrfs /dev/vda1 rw,subvol=/@home"
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	world remount "$(declare -f remember)
		remember remount \"\$@\"; sed -i 's, ro - btrfs, rw - btrfs,' \"\$HERE/root/proc/self/mountinfo\""
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D"
	log
}

@test "stage: a root that cannot be made writable is left to the running system" {
	drive_seen
	expected ledger-read-only
	# The kernel refuses to make root writable, as for dm-verity, or it reports success and changes nothing, as for
	# squashfs.
	for status in 32 0; do
		world remount "echo \"remount \$*\" | sed \"s|\$HERE/root||g\" >>\"\$HERE/calls\"; exit $status"
		stage root "$NEW"
		calls "$EXPECT" "$RW" "$RO"
		log "the initramfs does not use the ledger on the root file system: it cannot be made writable"
		[ ! -s "$STATE/decided" ]
	done
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=no"
	stage system
	calls "real ro: $D"
}

@test "stage: if root cannot be made read-only again, a message says so" {
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	world remount "$(declare -f remember)
		case \$* in ro*) exit 32 ;; esac; remember remount \"\$@\""
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D"
	log "the root file system was not made read-only again"
}

@test "stage: a root that must still be checked is not written to" {
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	rm root/run/initramfs/fsck-root
	stage root "$NEW"
	calls "$EXPECT"
	log "the initramfs does not use the ledger on the root file system: it has not been checked"
	# By this fstab, root will not be checked at all.
	for line in '/dev/vda1 / ext4 defaults 0 0' '/dev/vda1 / ext4 defaults' '/dev/vda1 /home ext4 defaults 0 2'; do
		printf '# / ext4 ro 0 1\n%s\n' "$line" >"$NEW/etc/fstab"
		rm -f "$STATE/decided"
		echo "seed 2" >"$STATE/drive.sr0"
		stage root "$NEW"
		calls "$EXPECT" "$RW" "real rw: $D" "$RO"
	done
	# systemd has checked root and mounted it.
	echo '/dev/vda1 / ext4 defaults 0 1' >"$NEW/etc/fstab"
	rm "$STATE/decided"
	echo "seed 2" >"$STATE/drive.sr0"
	mkdir -p root/run/systemd/generator
	printf '[Unit]\nRequires=systemd-fsck-root.service\n' >root/run/systemd/generator/sysroot.mount
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D" "$RO"
}

@test "stage: a root that is read-only in its fstab, or was mounted without journal recovery, is not written to" {
	drive_seen
	expected ledger-read-only
	printf '# / ext4 rw 0 0\n/dev/vda1 / ext4 noatime,ro,errors=remount-ro 0 1\n' >"$NEW/etc/fstab"
	stage root "$NEW"
	calls "$EXPECT"
	log "the initramfs does not use the ledger on the root file system: it is read-only in its fstab"
	rm "$NEW/etc/fstab"
	for option in norecovery noload nologreplay rescue=all; do
		mountinfo "22 1 254:1 / $NEW ro - ext4 /dev/vda1 ro,$option,errors=remount-ro"
		stage root "$NEW"
		calls "$EXPECT"
		log "the initramfs does not use the ledger on the root file system: it is mounted without journal recovery"
	done
	mountinfo "22 1 254:1 / $NEW ro - ext4 /dev/vda1 ro"
	answer real "$CREDITED"
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D" "$RO"
}

# --- is root's ledger the system's? ---

# foreign WHY: check that root's ledger is not used, for this reason, and that there is no message if there is no drive.
foreign() {
	rm -rf root/run/seedrive
	drive_seen
	stage root "$NEW"
	calls
	log "the initramfs does not use the ledger on the root file system: $1"
	[ ! -e "$STATE/place" ]
	rm -rf root/run/seedrive
	: >answers/early
	stage event sr0 wait
	stage root "$NEW"
	calls "early ro: $D --mix-only"
	log
}

@test "stage: a ledger that will be on another file system than root is left to the running system" {
	for path in /var /var/ /var/lib /var/lib/seedrive /var/lib/seedrive/ledger; do
		printf '/dev/vda1 / ext4 defaults 0 1\n/dev/vdb\t%s  ext4 defaults 0 2\n' "$path" >"$NEW/etc/fstab"
		foreign "${path%/} is a separate file system"
	done
	printf '/dev/vda1 / ext4 defaults 0 1\n#/dev/vdb /var ext4\n/dev/vdb /var/log ext4\n' >"$NEW/etc/fstab"
	credited_in_initramfs
}

@test "stage: the ledger is left to the running system if a unit mounts its file system, or it is mounted already" {
	local unit
	for unit in etc/systemd/system/var.mount lib/systemd/system/var-lib.automount \
		usr/lib/systemd/system/var-lib-seedrive.mount usr/local/lib/systemd/system/var-lib-seedrive-ledger.mount; do
		mkdir -p "$NEW/${unit%/*}"
		ln -s /none "$NEW/$unit"
		path=${unit##*/}
		path=/${path%.*}
		foreign "${path//-//} is a separate file system"
		rm "$NEW/$unit"
	done
	touch "$NEW/etc/systemd/system/var-lib-machines.mount"
	mountinfo "22 1 254:1 / $NEW ro - ext4 /dev/vda1 ro" "23 22 254:2 / $NEW/var/lib ro - ext4 /dev/vda2 ro"
	foreign "/var/lib is a separate file system"
}

@test "stage: the ledger is left to the running system if it is behind a link, missing, or the command line changes /var" {
	rmdir "$NEW/var/lib/seedrive"
	foreign "it has no /var/lib/seedrive"
	ln -s /elsewhere "$NEW/var/lib/seedrive"
	foreign "/var/lib/seedrive is a symbolic link"
	rm "$NEW/var/lib/seedrive"
	mkdir "$NEW/var/lib/seedrive"
	for word in systemd.volatile=state systemd.volatile ostree=/ostree/boot.1/x/0; do
		echo "quiet $word" >root/proc/cmdline
		foreign "the command line has $word"
	done
	echo "quiet systemd.volatile=no" >root/proc/cmdline
	credited_in_initramfs
}

@test "stage: with a separate /var, the stage 'system' commits and credits" {
	printf '/dev/vdb /var ext4 defaults 0 2\n' >"$NEW/etc/fstab"
	drive_seen
	stage root "$NEW"
	: >root/dev/kmsg
	mountinfo "30 1 254:2 / /var rw - ext4 /dev/vdb rw"
	answer real "$CREDITED"
	stage system
	calls "real rw: $D"
	[ "$(cat "$STATE/decided")" = system ]
	log
	stage system
	calls
}

# leaves LINE...: check that the last stage of the boot makes these calls, and saves a carry-over.
leaves() {
	stage leave
	calls "$@" "leave rw: --save-carry-over /var/lib/seedrive/carry-over"
}

@test "stage: if the ledger's file system is not mounted yet, the seed is mixed, and the last stage commits it" {
	printf 'server:/var /var nfs defaults 0 0\n' >root/etc/fstab
	mountinfo
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	stage system
	calls
	log "the ledger is not available yet: /var is not mounted"
	# If a drive is announced in the meantime, its seed is mixed.
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	[ ! -s "$STATE/decided" ]
	# Nothing was made in this folder, because a mount will hide it.
	[ ! -e root/var/lib/seedrive ]
	mountinfo "30 1 0:40 / /var rw - nfs server:/var rw"
	leaves "real rw: $D"
	[ "$(cat "$STATE/decided")" = system ]
	log
	# No stage decides again when the system ends.
	rm "$STATE/decided"
	leaves
}

@test "stage: a mounted file system is not waited for, and one that is never mounted is no ledger" {
	printf '/dev/vdb /var ext4 noauto 0 0\n' >root/etc/fstab
	mountinfo "30 1 254:2 / /var rw - ext4 /dev/vdb rw"
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	stage event sr0 wait
	stage system
	calls "early rw: $D --mix-only" "real rw: $D"
	leaves
	log
	rm -r "$STATE"
	mountinfo
	stage system
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	: >root/dev/kmsg
	# The folder below the mount point may lack seeds that the file system has.
	leaves "real rw: $D --carry-over /var/lib/seedrive/carry-over"
	log "no ledger is used: /var is not mounted"
}

@test "stage: without udev, while the ledger is not available, it searches once" {
	no_udev
	printf 'server:/var /var nfs defaults 0 0\n' >root/etc/fstab
	mountinfo
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	stage system
	stage system
	calls "early rw: --mix-only"
	mountinfo "30 1 0:40 / /var rw - nfs server:/var rw"
	leaves "real rw:"
}

@test "stage: the stage 'system' makes the ledger's folder in an empty /var, and flushes it" {
	world sync 'echo "sync $(stat -c %a "$HERE/root/var/lib" "$HERE/root/var/lib/seedrive" | paste -sd " ")" >>"$HERE/calls"'
	for words in system leave; do
		rm -rf root/var/lib root/run/seedrive
		: >calls
		stage "$words"
		[ "$(head -n 1 calls)" = "sync 755 700" ]
		rm -rf root/run/seedrive
		: >calls
		stage "$words"
		run -1 grep sync calls
	done
}

@test "stage: a ledger that hides the one of the initramfs gets its entry" {
	credited_in_initramfs
	mountinfo "30 1 254:2 / /var rw - ext4 /dev/vdb rw"
	mkdir root/var/lib/seedrive
	stage system
	calls
	log "seed=$ID noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used"
	# The entry is like one that the program makes for a seed that never expires.
	[ "$(stat -c '%a %s' "root/var/lib/seedrive/ledger/$ID")" = "600 0" ]
	[ "$(stat -c %a root/var/lib/seedrive/ledger)" = 700 ]
	stage system
	log
	rm -r root/var/lib/seedrive/ledger
	# Without a mount on /var, this is the ledger that the initramfs used. An entry that is missing in it was removed by
	# somebody, or was only in the firmware.
	mountinfo
	stage system
	log
	mountinfo "30 1 254:2 / /var rw - ext4 /dev/vdb rw"
	touch root/var/lib/seedrive/ledger
	stage system
	log "seed=$ID cannot be noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used"
}

@test "stage: if the initramfs saw a ledger that is hidden now, and could not decide, no ledger is used" {
	rm root/run/initramfs/fsck-root
	drive_seen
	expected ledger-read-only
	stage root "$NEW"
	: >calls
	: >root/dev/kmsg
	mountinfo "30 1 254:2 / /var/lib rw - ext4 /dev/vdb rw"
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=no-ledger ready-before=no" "$CARRIED"
	stage system
	calls "real rw: $D --carry-over /var/lib/seedrive/carry-over"
	log "no ledger is used: the mount on /var/lib hides the ledger that the initramfs saw"
	# If there is nothing to decide on, the stages print no message.
	rm -rf root/run/seedrive
	answer early "no seed drive"
	stage event sr0 wait
	mountinfo "22 1 254:1 / $NEW ro - ext4 /dev/vda1 ro" "30 1 254:2 / /var/lib rw - ext4 /dev/vdb rw"
	stage root "$NEW"
	stage system
	calls "early rw: $D --mix-only"
	log
}

@test "stage: if the initramfs did not decide because root was not checked, the system decides by the same ledger" {
	rm root/run/initramfs/fsck-root
	drive_seen
	expected ledger-read-only
	stage root "$NEW"
	: >calls
	mountinfo
	answer real "$CREDITED"
	stage system
	calls "real rw: $D"
	[ "$(cat "$STATE/decided")" = system ]
}

# --- no drive, or a late one ---

@test "stage: without a drive, the program is not started" {
	stage root "$NEW"
	stage system
	calls
	log
}

@test "stage: the status of a boot without any seed says so" {
	world status 'echo "status $*" >>"$HERE/calls"'
	stage root "$NEW"
	calls
	stage system
	calls "status none system"
	touch root/run/seedrive/status
	stage system
	calls
}

@test "stage: without a drive, a carry-over is credited" {
	touch "$NEW/var/lib/seedrive/carry-over"
	answer expected "dry-run: no seed drive" "dry-run: $CARRIED"
	answer real "no seed drive" "$CARRIED"
	stage root "$NEW"
	calls "${EXPECT/$D/$NOTHING}" "$RW" "real rw: $NOTHING" "$RO"
	[ ! -s "$STATE/nothing" ]
	# The carry-over was credited, not a drive, so a drive that comes later is still decided on.
	[ ! -s "$STATE/decided" ]
}

@test "stage: a device without a seed is looked at once, and decides nothing" {
	answer early "no seed drive"
	stage event sr0 wait
	stage event sr0 wait
	stage root "$NEW"
	stage system
	stage event sr0 wait
	calls "early ro: $D --mix-only"
	log
}

@test "stage: a device that is not there, or no name of one, is not looked at" {
	for name in sr1 . .. ../block/sr0 "" "$(printf 'x%.0s' {1..64})"; do
		stage event "$name" wait
	done
	calls
}

@test "stage: another medium in the same drive counts as another drive" {
	credited_in_initramfs
	device sr0 3
	stage event sr0 wait
	calls "early ro: $D --mix-only"
}

@test "stage: a partition has the medium number of its disk" {
	mkdir -p root/sys/devices/sda/sda1
	echo 7 >root/sys/devices/sda/diskseq
	ln -s ../../devices/sda/sda1 root/sys/class/block/sda1
	answer early "mixed seed=$ID drive=/dev/sda1 ledger=none reason=mix-only ready-before=no"
	stage event sda1 wait
	[ "$(cat "$STATE/drive.sda1")" = "seed 7" ]
	stage event sda1 wait
	calls "early ro: --device /dev/sda1 --mix-only"
}

@test "stage: if the kernel does not number media, each is mixed again, and decided on once" {
	rm root/sys/class/block/sr0/diskseq
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	mountinfo
	answer real "$CREDITED"
	stage system
	stage event sr0 wait
	calls "early ro: $D --mix-only" "real rw: $D" "early rw: $D --mix-only"
}

@test "stage: two drives that were announced are decided on in one run" {
	device vdb 5
	drive_seen
	stage event vdb wait
	calls "early ro: --device /dev/vdb --mix-only"
	mountinfo "22 1 254:1 / $NEW rw,relatime shared:1 - ext4 /dev/vda1 rw"
	stage root "$NEW"
	[ "$(grep -c '^real' calls)" -eq 1 ]
	grep -q -- '--device /dev/sr0 ' calls
	grep -q -- '--device /dev/vdb ' calls
}

@test "stage: the decision on a seed includes devices that an event is still looking at" {
	drive_seen
	device vdb 5
	echo "heard 5" >"$STATE/drive.vdb"
	mountinfo "22 1 254:1 / $NEW rw,relatime shared:1 - ext4 /dev/vda1 rw"
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=two-drives ready-before=no" \
		"mixed seed=${ID//3/4} drive=/dev/vdb ledger=none reason=two-drives ready-before=no"
	stage root "$NEW"
	calls "real rw: $D --device /dev/vdb"
	[ "$(cat "$STATE/drive.sr0" "$STATE/drive.vdb")" = $'done 2\ndone 5' ]
}

@test "stage: a device that was decided on while an event was looking at it stays decided" {
	mountinfo
	stage system
	answer real "$CREDITED"
	script answers/early 'echo "done 2" >"$HERE/root/run/seedrive/guest/drive.sr0"
		echo "seedrive-guest: mixed seed='"$ID"' drive=/dev/sr0 ledger=none reason=mix-only ready-before=no" >&2'
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	[ "$(cat "$STATE/drive.sr0")" = "done 2" ]
}

# looks_at NAME COMMANDS: when the program is called to mix the seed of this device, it runs the commands first.
looks_at() {
	script answers/early '
		call=${*//$HERE\/root/}
		[[ $call != *" /dev/'"$1"' "* ]] || { '"$2"'; }
		drive=$(sed "s/.*--device \([^ ]*\) .*/\1/" <<<"$call")
		echo "seedrive-guest: mixed seed='"$ID"' drive=$drive ledger=none reason=mix-only ready-before=no" >&2'
}

TWO="mixed seed=$ID drive=/dev/sr0 ledger=none reason=two-drives ready-before=no"

@test "stage: two devices that are announced at the same time are decided on once, whichever event ends last" {
	device vdb 5
	mountinfo
	stage system
	mkfifo gate
	answer real "$TWO" "${TWO/sr0/vdb}"
	looks_at vdb 'read -r line <"$HERE/gate"'
	root/lib/seedrive/guest-stage event vdb wait &
	until [ "$(cat "$STATE/drive.vdb" 2>/dev/null)" = "heard 5" ]; do :; done
	stage event sr0 wait
	[ "$(cat "$STATE/drive.sr0" "$STATE/drive.vdb")" = $'done 2\ndone 5' ]
	echo >gate
	wait
	[ "$(cat "$STATE/drive.vdb")" = "done 5" ]
	[ "$(grep -c '^real' calls)" -eq 1 ]
	# If the device is announced again, the program is not started for it.
	stage event vdb wait
	[ "$(grep -c '^real' calls)" -eq 1 ]
}

@test "stage: two devices are decided on once, even if the initramfs ends between their events" {
	device vdb 5
	drive_seen
	mkfifo gate
	looks_at vdb 'read -r line <"$HERE/gate"'
	root/lib/seedrive/guest-stage event vdb wait &
	until [ "$(cat "$STATE/drive.vdb" 2>/dev/null)" = "heard 5" ]; do :; done
	mountinfo "22 1 254:1 / $NEW rw,relatime shared:1 - ext4 /dev/vda1 rw"
	answer real "$TWO" "${TWO/sr0/vdb}"
	stage root "$NEW"
	echo >gate
	wait
	mountinfo
	stage system
	[ "$(cat "$STATE/drive.sr0" "$STATE/drive.vdb")" = $'done 2\ndone 5' ]
	[ "$(grep -c '^real' calls)" -eq 1 ]
}

@test "stage: if a device is announced twice at the same time, only one event looks at it" {
	mkfifo gate
	looks_at sr0 'read -r line <"$HERE/gate"'
	root/lib/seedrive/guest-stage event sr0 wait &
	until [ "$(cat "$STATE/drive.sr0" 2>/dev/null)" = "heard 2" ]; do :; done
	root/lib/seedrive/guest-stage event sr0 wait &
	echo >gate
	wait
	calls "early ro: $D --mix-only"
	[ "$(cat "$STATE/drive.sr0")" = "seed 2" ]
}

@test "stage: a device that is noted while another stage decides is decided on by that stage" {
	device vdb 5
	drive_seen
	mountinfo
	script answers/real 'echo "seed 5" >"$HERE/root/run/seedrive/guest/drive.vdb"
		[ "$(grep -c ^real "$HERE/calls")" -eq 1 ] || echo "done 5" >"$HERE/root/run/seedrive/guest/drive.vdb"
		echo "seedrive-guest: '"$CREDITED"'" >&2'
	stage system
	calls "real rw: $D" "real rw: --device /dev/vdb --ledger /var/lib/seedrive/ledger"
}

@test "stage: seeds that a killed decision may have concerned are not decided on again" {
	drive_seen
	echo root >"$STATE/deciding"
	mountinfo
	stage system
	calls
	log "an earlier run was interrupted: the seeds that it may have used are not credited"
	[ "$(cat "$STATE/drive.sr0")" = "done 2" ]
}

@test "stage: a decision and its devices are noted before the program runs, and its end afterwards" {
	PATIENCE=2
	drive_seen
	mountinfo
	script answers/real 'cd "$HERE/root/run/seedrive/guest" && cat deciding decided drive.sr0 >"$HERE/noted"
		echo "seedrive-guest: '"$CREDITED"'" >&2'
	stage system
	[ "$(cat noted)" = $'system\nsystem\ndone 2' ]
	[ ! -s "$STATE/deciding" ]
}

@test "stage: a device that is still being looked at delays no stage; the system names it, and looks again when it is announced" {
	device vdb 5
	mkdir -p "$STATE"
	echo "heard 5" >"$STATE/drive.vdb"
	stage root "$NEW"
	mountinfo
	stage system
	calls
	log "/dev/vdb did not answer in the initramfs"
	stage event vdb wait
	calls "early rw: --device /dev/vdb --mix-only"
}

@test "stage: a device that does not answer is looked at again when it is announced again, and not before" {
	for line in "/dev/sr0: does not answer" "/dev/sr0: cannot be read" "/proc: not mounted" ""; do
		rm -rf "$STATE"
		answer early "$line"
		stage event sr0 wait
		stage root "$NEW"
		calls "early ro: $D --mix-only"
		drive_seen
	done
}

@test "stage: a device whose run failed is looked at again, whatever the program printed" {
	for end in "exit 2" "exit 1" "kill -9 \$\$"; do
		rm -rf "$STATE"
		script answers/early "echo 'seedrive-guest: no seed drive' >&2; $end"
		stage event sr0 wait
		[ "$(cat "$STATE/drive.sr0")" = "silent 2" ]
		: >calls
		: >root/dev/kmsg
		rm answers/early
		drive_seen
	done
}

@test "stage: in the running system an announced seed is mixed and decided on at once; the carry-over is not touched" {
	mountinfo
	stage system
	calls
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	touch root/var/lib/seedrive/carry-over
	stage event sr0 wait
	calls "early rw: $D --mix-only" "real rw: $D --ledger /var/lib/seedrive/ledger"
	[ "$(cat "$STATE/drive.sr0")" = "done 2" ]
	stage event sr0 wait
	stage system
	calls
	log
}

@test "stage: a seed that is announced after SEED was set to mix is only mixed" {
	mountinfo
	stage system
	echo SEED=mix >root/etc/default/seedrive-guest
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	[ "$(cat "$STATE/drive.sr0")" = "seed 2" ]
}

@test "stage: if the kernel is ready, an event does not write to the drive, which may be for another machine" {
	mountinfo
	stage system
	world not-ready 'exit 1'
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=yes"
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=dir reason=already-ready ready-before=yes"
	stage event sr0 wait
	calls "early rw: $D --mix-only" "real rw: $D --ledger /var/lib/seedrive/ledger --no-drive-ledger"
}

@test "stage: a disk that a writer has closed starts nothing; a new medium in a CD drive does" {
	rules=$ROOT/dist/guest/udev/72-seedrive-guest.rules.in
	# Join continued lines.
	sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$rules" | grep -v '^#' >lines
	# Each rule that starts guest-stage requires .SEEDRIVE_START, or is only for CD drives.
	[ "$(grep 'guest-stage event\|SYSTEMD_WANTS' lines | grep -cv 'ENV{.SEEDRIVE_START}=="1"\|KERNEL=="sr\[0-9\]\*"')" -eq 0 ]
	[ "$(grep -c 'ENV{.SEEDRIVE_START}="1"' lines)" -eq 2 ]
	grep 'KERNEL=="vd.*ENV{.SEEDRIVE_START}="1"' lines | grep 'ACTION!="change"'
	grep 'KERNEL=="sr\*", ENV{.SEEDRIVE_START}="1"' lines
	# If the drivers are built into the kernel, the drive is announced only by udev's coldplug.
	grep 'ENV{SYNTH_UUID}=="?\*"' lines | grep 'KERNEL=="sr.*guest-stage event %k guess"'
}

@test "stage: a drive that may have no medium is looked at in the background, and not on bare metal" {
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	world hypervisor 'exit 1'
	stage event sr0 guess
	sleep 0.5
	calls
	rm world/hypervisor
	stage event sr0 guess
	until [ "$(cat "$STATE/drive.sr0" 2>/dev/null)" = "seed 2" ]; do :; done
	calls "early ro: $D --mix-only"
}

@test "stage: an event does not use a ledger before it is mounted, or after it is unmounted" {
	mountinfo
	stage system
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	# A soft reboot keeps /run, and mounts the file system of the ledger again.
	printf '/dev/vdc /var ext4 defaults 0 2\n' >root/etc/fstab
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	rm root/etc/fstab
	device sr0 3
	stage close
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	touch root/var/lib/seedrive/carry-over
	stage system
	# The call has no carry-over, because it was used in this boot already.
	calls "real rw: $D --ledger /var/lib/seedrive/ledger"
}

@test "stage: a seed that is announced before the system's ledger is available is decided on later" {
	mountinfo
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	stage event sr0 wait
	calls "early rw: $D --mix-only"
	stage system
	calls "real rw: $D"
}

@test "stage: udev does not wait for a device: without the word 'wait' the stage continues in the background" {
	mkfifo gate
	script answers/early 'read -r line <"$HERE/gate"
		echo "seedrive-guest: mixed seed='"$ID"' drive=/dev/sr0 ledger=none reason=mix-only ready-before=no" >&2'
	stage event sr0
	[ "$(cat "$STATE/drive.sr0" 2>/dev/null)" != "seed 2" ]
	# The program waits until this opens the other end of the FIFO; it cannot have ended before.
	echo >gate
	until [ "$(cat "$STATE/drive.sr0")" = "seed 2" ]; do :; done
	calls "early ro: $D --mix-only"
}

@test "stage: an event does not decide while another stage does" {
	mountinfo
	stage system
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	exec {lock}>"$STATE/lock"
	flock "$lock"
	root/lib/seedrive/guest-stage event sr0 wait {lock}>&- &
	until [ "$(cat "$STATE/drive.sr0" 2>/dev/null)" = "seed 2" ]; do sleep 0.05; done
	sleep 0.5
	calls "early rw: $D --mix-only"
	exec {lock}>&-
	wait
	calls "real rw: $D --ledger /var/lib/seedrive/ledger"
}

@test "stage: only one process decides at a time" {
	mountinfo
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	answer real "$CREDITED"
	stage event sr0 wait
	: >calls
	impatient
	exec {lock}>"$STATE/lock"
	flock "$lock"
	stage system
	calls
	log "waiting for another run of seedrive-guest does not end: gave up, and the boot continues"
	exec {lock}>&-
	stage system
	calls "real rw: $D"
}

# found DRIVE...: set the lines that a search prints if it finds these drives.
found() {
	local drive
	for drive; do
		echo "mixed seed=$ID drive=/dev/$drive ledger=none reason=mix-only ready-before=no"
	done >answers/early
}

@test "stage: the stage 'search' finds existing drives, and the stage 'system' decides on all of them in one run" {
	mountinfo
	device vdb 3
	found sr0 vdb
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=two-drives ready-before=no"
	stage search
	calls "early rw: --mix-only"
	[ "$(cat "$STATE"/drive.{sr0,vdb})" = $'seed 2\nseed 3' ]
	[ ! -e "$STATE/drive.vda" ]
	# udev announces the drives now.
	stage event sr0 wait
	calls
	stage system
	[ "$(wc -l <calls)" -eq 1 ]
	grep -qE '^real rw: (--device /dev/(sr0|vdb) ?){2}$' <(sed 's/ --ledger.*//' calls)
	: >calls
	[ "$(cat "$STATE"/drive.{sr0,vdb})" = $'done 2\ndone 3' ]
	stage event vdb wait
	calls
}

@test "stage: if the ledger is available, what the stage 'search' finds is decided on at once, and once" {
	mountinfo
	script answers/early "stage='$PWD/root/lib/seedrive/guest-stage'"'
		if [ ! -e "$HERE/begun" ]; then
			touch "$HERE/begun"
			"$stage" system
			"$stage" event sr0 wait
		fi
		echo "seedrive-guest: mixed seed='"$ID"' drive=/dev/sr0 ledger=none reason=mix-only ready-before=no" >&2'
	answer real "$CREDITED"
	stage search
	# The event of this device came while the search ran, and its stage decided before the search ended.
	calls "early rw: --mix-only" "early rw: $D --mix-only" "real rw: $D --ledger /var/lib/seedrive/ledger"
	[ "$(cat "$STATE/drive.sr0")" = "done 2" ]
	rm -r root/run/seedrive begun
	sed -i '/event sr0 wait/d' answers/early
	stage search
	calls "early rw: --mix-only" "real rw: $D --ledger /var/lib/seedrive/ledger"
	[ "$(cat "$STATE/drive.sr0")" = "done 2" ]
	log
}

@test "stage: the results of a search are noted together, so that two drives are decided on in one run" {
	mountinfo
	device vdb 3
	found sr0 vdb
	mkdir -p "$STATE"
	# The file of the lock shows that a stage has run, so the stand-in for the program makes it.
	script answers/early 'exec 8>"$HERE/root/run/seedrive/guest/lock"
		flock 8
		(exec >/dev/null 2>&1 3>&-; until [ -e "$HERE/go" ]; do sleep 0.05; done) &
		for drive in sr0 vdb; do
			echo "seedrive-guest: mixed seed='"$ID"' drive=/dev/$drive ledger=none reason=mix-only ready-before=no" >&2
		done'
	root/lib/seedrive/guest-stage search &
	search=$!
	until grep -qs vdb "$STATE/search"; do sleep 0.05; done
	sleep 0.5
	[ ! -e "$STATE/drive.sr0" ]
	[ ! -e "$STATE/drive.vdb" ]
	touch go
	wait "$search"
	[ "$(cat "$STATE"/drive.{sr0,vdb})" = $'seed 2\nseed 3' ]
}

@test "stage: no search after an initramfs, with a ready kernel, on bare metal, or if nothing may be credited" {
	found sr0
	stage root "$NEW"
	stage search
	calls
	rm -r root/run/seedrive
	world not-ready 'exit 1'
	stage search
	rm world/not-ready
	world hypervisor 'exit 1'
	stage search
	rm world/hypervisor
	echo SEED=mix >root/etc/default/seedrive-guest
	stage search
	calls
	[ ! -e "$STATE/drive.sr0" ]
	# If the settings name devices, only these devices are searched.
	echo "OPTIONS='--device /dev/sr0'" >root/etc/default/seedrive-guest
	stage search
	calls "early ro: $D --mix-only"
	[ "$(cat "$STATE/drive.sr0")" = "seed 2" ]
}

@test "stage: without udev the stage 'system' searches once, by the program's own rules, and decides" {
	no_udev
	stage system
	calls "real ro:"
	stage system
	calls
	rm -r "$STATE"
	answer real "$CREDITED"
	stage system
	calls "real ro:"
	[ "$(cat "$STATE/decided")" = system ]
}

@test "stage: an initramfs without udev searches, too, and the stage 'root' searches again" {
	no_udev
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	expected ledger-read-only
	answer real "$CREDITED"
	stage early
	stage root "$NEW"
	calls "early ro: --mix-only" "${EXPECT/$D /}" "$RW" "real rw:" "$RO"
	stage system
	calls
	rm -r "$STATE"
	answer early "no seed drive"
	stage early
	stage root "$NEW"
	calls "early ro: --mix-only"
}

@test "stage: if root is not mounted, or is an overlay, there is nothing to do" {
	drive_seen
	mountinfo
	stage root "$NEW"
	calls
	mountinfo "22 1 0:30 / $NEW rw - overlay overlay rw,lowerdir=/a,upperdir=/b"
	answer real "mixed seed=$ID drive=/dev/sr0 ledger=none reason=ledger-forgets ready-before=no"
	stage root "$NEW"
	calls "real rw: $D"
	[ ! -s "$STATE/decided" ]
}

# --- the settings ---

@test "stage: seedrive.guest=off, or SEED=off, and nothing is done by any stage" {
	local where
	for where in root/proc/cmdline root/etc/default/seedrive-guest; do
		echo "quiet seedrive.guest=off" >root/proc/cmdline
		[ "$where" = root/proc/cmdline ] || { echo quiet >root/proc/cmdline; echo 'SEED="off"' >"$where"; }
		for words in early "event sr0 wait" "root $NEW" system leave; do
			# shellcheck disable=SC2086 # words
			stage $words
		done
		calls
		log
		[ ! -e root/run/seedrive ]
	done
}

@test "stage: seedrive.guest=mix mixes once, and does nothing else; an unknown word means the same" {
	for word in mix of; do
		rm -rf root/run/seedrive
		echo "seedrive.guest=$word" >root/proc/cmdline
		answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
		for words in "event sr0 wait" "root $NEW" system leave "event sr0 wait"; do
			# shellcheck disable=SC2086 # words
			stage $words
		done
		calls "early ro: $D --mix-only"
		rm -rf root/run/seedrive
		no_udev
		stage system
		stage system
		calls "early ro: --mix-only"
		udev_runs
		[ "$word" = mix ] || grep -qx '<6>seedrive-guest: SEED or seedrive.guest=of: must be on, mix or off; taken as mix' root/dev/kmsg
		: >root/dev/kmsg
	done
}

@test "stage: the command line wins over the file, and its last word over earlier ones" {
	echo SEED=off >root/etc/default/seedrive-guest
	echo 'seedrive.guest=off seedrive.guest=on' >root/proc/cmdline
	stage event sr0 wait
	calls "early ro: $D --mix-only"
}

@test "stage: the program gets the options in the file, in each stage that decides; nothing in the file is run" {
	printf "touch ran\n\$(touch ran)\n# OPTIONS=--no\nOPTIONS='--stock-credit --wait 9'" >root/etc/default/seedrive-guest
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	expected ledger-read-only
	answer real "$CREDITED"
	stage root "$NEW"
	o="--stock-credit --wait 9"
	calls "early ro: $D $o --mix-only" "${EXPECT/: /: $o }" "$RW" "real rw: $o $D" "$RO"
	[ ! -e ran ]
}

@test "stage: if the options name devices, no other device is looked at when announced, and none twice" {
	device vdb 5
	no_udev
	echo 'OPTIONS="--device /dev/vdb --stock-credit"' >root/etc/default/seedrive-guest
	mountinfo
	stage event sr0 wait
	calls
	answer early "mixed seed=$ID drive=/dev/vdb ledger=none reason=mix-only ready-before=no"
	stage event vdb wait
	calls "early rw: --device /dev/vdb --stock-credit --mix-only"
	rm -r "$STATE"
	stage early
	stage system
	calls "early rw: --device /dev/vdb --stock-credit --mix-only" "real rw: --stock-credit --device /dev/vdb"
}

@test "stage: the program waits long for a device in the running system, and not in an initramfs" {
	stage event sr0
	until grep -q . calls; do :; done
	grep -q -- "$D --wait 45s --mix-only" calls
	: >calls
	rm -r "$STATE"
	mkdir root/conf
	touch root/conf/initramfs.conf
	stage event sr0 wait
	grep -q -- "$D --wait 2s --mix-only" calls
	hangs early
	echo DEADLINE=10s >root/etc/default/seedrive-guest
	begun=${EPOCHREALTIME/./}
	device sr0 9
	stage event sr0 wait
	# An event may take 3/5 of the deadline; the rest is for a busy machine.
	[ $((${EPOCHREALTIME/./} - begun)) -lt 9500000 ]
}

@test "stage: invalid options are reported, and the stage 'system' may still decide" {
	mountinfo "22 1 254:1 / $NEW rw - ext4 /dev/vda1 rw"
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	printf '#!/bin/sh\necho "seedrive-guest: --no: unknown option, see --help" >&2\nexit 2\n' >answers/real
	chmod 755 answers/real
	stage root "$NEW"
	log "--no: unknown option, see --help"
	[ ! -s "$STATE/decided" ]
}

# --- efivarfs ---

@test "stage: the firmware's variables are mounted for the ledger in them, and unmounted again" {
	mkdir -p root/sys/firmware/efi/efivars
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	stage root "$NEW"
	vars=/sys/firmware/efi/efivars
	calls "efivars $vars" "$EXPECT" "$RW" "real rw: $D" "$RO" "hide-efivars $vars"
}

@test "stage: firmware variables that are mounted already stay so, and if they cannot be mounted, the boot continues" {
	mkdir -p root/sys/firmware/efi/efivars
	drive_seen
	mountinfo "22 1 254:1 / $NEW rw - ext4 /dev/vda1 rw" "23 1 0:9 / $PWD/root/sys/firmware/efi/efivars rw - efivarfs e rw"
	answer real "$CREDITED"
	stage root "$NEW"
	calls "real rw: $D"
	echo "seed 2" >"$STATE/drive.sr0"
	mountinfo "22 1 254:1 / $NEW rw - ext4 /dev/vda1 rw"
	world efivars 'exit 32'
	stage root "$NEW"
	calls "real rw: $D"
}

# --- the boot continues ---

@test "stage: a program that hangs is killed, and may have credited the seed" {
	drive_seen
	expected ledger-read-only
	hangs real 'echo $$ >"$HERE/pid"'
	stage root "$NEW"
	[ ! -e "/proc/$(cat pid)" ]
	calls "$EXPECT" "$RW" "real rw: $D" "$RO"
	log "does not end, and is killed"
	[ "$(cat "$STATE/decided")" = root ]
	mountinfo
	stage system
	calls
}

@test "stage: a program that hangs in the first stage, or in a dry run, does not stop later stages" {
	hangs early
	stage event sr0 wait
	log "does not end, and is killed" "/dev/sr0 does not answer"
	calls "early ro: $D --mix-only"
	stage root "$NEW"
	stage system
	calls
	rm -r answers/early "$STATE"
	touch answers/early
	drive_seen
	hangs expected
	stage root "$NEW"
	calls "$EXPECT"
	[ ! -s "$STATE/decided" ]
}

@test "stage: if a dry run has taken all of the time, no decision begins" {
	drive_seen
	hangs expected "echo 'seedrive-guest: dry-run: $CREDITED' >&2"
	stage root "$NEW"
	calls "$EXPECT" "$RW" "$RO"
	[ ! -s "$STATE/decided" ]
	mountinfo
	answer real "$CREDITED"
	PATIENCE=12 stage system
	calls "real rw: $D"
}

@test "stage: a program that cannot be killed is left behind, and root is not touched again" {
	drive_seen
	expected ledger-read-only
	hangs real 'echo $$ >>"$HERE/left"'
	world kill 'exit 1'
	stage root "$NEW"
	calls "$EXPECT" "$RW" "real rw: $D"
	log "does not end; the boot continues without it" "the root file system was not made read-only again"
	[ "$(cat "$STATE/decided")" = root ]
}

# left_behind WHAT WORD...: check that this stage, which hangs at this step, ends at its deadline, reports that, and
# leaves no process.
left_behind() {
	local what=$1 begun=${EPOCHREALTIME/./}
	shift
	stage "$@"
	# The deadline is 2 s, or 5 s if the settings could not be read; the rest is for a busy machine.
	[ $((${EPOCHREALTIME/./} - begun)) -lt 15000000 ]
	grep -qxF "<6>seedrive-guest: $what does not end: gave up, and the boot continues" root/dev/kmsg
	[ ! -e left ] || [ ! -e "/proc/$(cat left)" ] || grep -q '^State:.*zombie' "/proc/$(cat left)/status"
	rm -f left
}

HANG='echo $$ >"$HERE/left"; exec sleep 1000'

@test "stage: after the deadline the boot continues without a mount, sync or remount that hangs, and names it" {
	drive_seen
	expected ledger-read-only
	answer real "$CREDITED"
	impatient
	mkdir -p root/sys/firmware/efi/efivars
	world efivars "$HANG"
	left_behind "mounting the firmware's variables" root "$NEW"
	rm world/efivars
	remount=$(cat world/remount)
	world remount "$HANG"
	left_behind "making the root file system writable" root "$NEW"
	# Root may have become writable, and no later stage makes it read-only.
	grep -qxF "<6>seedrive-guest: the root file system was not made read-only again" root/dev/kmsg
	[ ! -s "$STATE/decided" ]
	world remount "case \$* in ro*) $HANG ;; esac
		$remount"
	left_behind "making the root file system read-only again" root "$NEW"
	[ "$(cat "$STATE/decided")" = root ]
	rm "$STATE/decided"
	world sync "$HANG"
	left_behind "writing to /var/lib/seedrive" system
	rm -r root/var/lib/seedrive
	left_behind "writing to /var/lib/seedrive" leave
}

@test "stage: after the deadline the boot continues without a read that hangs: of settings, mounts, or root" {
	mkfifo root/etc/default/seedrive-guest
	PATIENCE=1
	left_behind "reading the settings" event sr0 wait
	rm root/etc/default/seedrive-guest
	drive_seen
	impatient
	rm "$NEW/etc/fstab"
	mkfifo "$NEW/etc/fstab"
	left_behind "looking at the root file system" root "$NEW"
	rm root/proc/self/mountinfo
	mkfifo root/proc/self/mountinfo
	left_behind "looking at the root file system" root "$NEW"
	left_behind "looking at /var/lib/seedrive" system
}

@test "stage: there is one deadline for all that a stage does, not one for each run" {
	mountinfo
	stage system
	impatient
	# While the boot waits for an event, the event may take 3/5 of the deadline.
	echo DEADLINE=10s >root/etc/default/seedrive-guest
	mkdir root/conf
	touch root/conf/initramfs.conf
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	for kind in early real; do
		script "answers/$kind" 'echo $$ >>"$HERE/left"; sleep 2.5
			echo "seedrive-guest: mixed seed='"$ID"' drive=/dev/sr0 ledger=none reason=mix-only ready-before=no" >&2'
	done
	begun=${EPOCHREALTIME/./}
	stage event sr0 wait
	[ $((${EPOCHREALTIME/./} - begun)) -lt 9500000 ]
	grep -qxF "<6>seedrive-guest: does not end, and is killed" root/dev/kmsg
}

@test "stage: when a stage has ended, none of its processes is left" {
	drive_seen
	# A stage finds its processes by the process group of the worker or of the program; other processes are not in these
	# groups.
	ps -eo args= >all
	run -1 grep -F "$PWD" all
}

# timed COMMAND...: run COMMAND; $slowest is the time of the slowest such run, in microseconds.
timed() {
	local begun=${EPOCHREALTIME/./} took

	"$@"
	took=$((${EPOCHREALTIME/./} - begun))
	[ "$took" -le "${slowest:=0}" ] || slowest=$took
}

# none_stalled: check that each timed run took less than 5 s. A stall takes 5 s or more, and an ordinary run a few ms.
none_stalled() {
	echo "the slowest run: $slowest us"
	[ "$slowest" -lt 5000000 ]
}

@test "stage: in a thousand runs of each stage, none stalls" {
	cp /usr/bin/true root/sbin/seedrive-guest
	PATIENCE=1
	touch "$NEW/var/lib/seedrive/carry-over"
	for ((i = 0; i < 1000; i++)); do
		device sr0 "$i"
		for words in "event sr0 wait" "event sr0" "root $NEW" system leave; do
			# shellcheck disable=SC2086 # words
			timed root/lib/seedrive/guest-stage $words
		done
	done
	# An event that runs in the background may end after the stages that follow it.
	run -1 grep -vxF "<6>seedrive-guest: /dev/sr0 did not answer in the initramfs" root/dev/kmsg
	none_stalled
}

@test "stage: the scripts of each initramfs and init run in dash, busybox and klibc, RUNS times, and none stalls" {
	cp /usr/bin/true root/sbin/seedrive-guest
	PATIENCE=1
	mkdir scripts
	for script in initramfs-tools/init-bottom sysvinit/seedrive-guest sysvinit/seedrive-carry-over dracut/90seedrive/root.sh; do
		sed "s|@libdir@|$PWD/root/lib/seedrive|g" "$ROOT/dist/guest/$script.in" >"scripts/${script##*/}"
	done
	# The initramfs sets these variables for its scripts.
	export rootmnt=$NEW NEWROOT=$NEW
	for ((i = 0; i < ${RUNS:-50}; i++)); do
		for shell in dash "busybox sh" /usr/lib/klibc/bin/sh; do
			for words in init-bottom root.sh "seedrive-guest start" "seedrive-carry-over start" "seedrive-carry-over stop"; do
				# shellcheck disable=SC2086 # words
				timed $shell scripts/$words </dev/null
			done
		done
	done
	log
	[ -e "$STATE/closed" ]
	none_stalled
}

@test "stage: a program that dies, or is missing, does not fail the boot; only one that ran may have credited" {
	mountinfo "22 1 254:1 / $NEW rw - ext4 /dev/vda1 rw"
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	stage event sr0 wait
	printf '#!/bin/bash\nkill -SEGV $$\n' >answers/real
	chmod 755 answers/real
	stage root "$NEW"
	[ "$(cat "$STATE/decided")" = root ]
	rm "$STATE/decided" root/sbin/seedrive-guest
	echo "seed 2" >"$STATE/drive.sr0"
	stage root "$NEW"
	[ ! -s "$STATE/decided" ]
	[ "$(cat "$STATE/drive.sr0")" = "seed 2" ]
	device vdb 3
	stage event vdb wait
	[ "$(cat "$STATE/drive.vdb")" = "silent 3" ]
	stage early
	stage leave
}

@test "stage: if no note can be written, nothing is decided" {
	drive_seen
	mountinfo "22 1 254:1 / $NEW rw - ext4 /dev/vda1 rw"
	answer real "$CREDITED"
	mkdir "$STATE/decided"
	stage root "$NEW"
	calls
	rm -r root/run
	touch root/run
	stage event sr0 wait
	stage root "$NEW"
	stage system
	calls
}

@test "stage: a carry-over is saved in the folder of the system's ledger, which is made if it is missing" {
	stage leave
	calls "leave ro: --save-carry-over /var/lib/seedrive/carry-over"
	[ "$(stat -c %a root/var/lib/seedrive)" = 700 ]
}

# carry_over_is WORD: run the stage `root` with CARRY_OVER=WORD, a drive and a carry-over.
carry_over_is() {
	echo "CARRY_OVER=$1" >root/etc/default/seedrive-guest
	rm -rf root/run/seedrive
	touch "$NEW/var/lib/seedrive/carry-over"
	mountinfo "22 1 254:1 / $NEW ro,relatime - ext4 /dev/vda1 ro"
	drive_seen
	mountinfo "22 1 254:1 / $NEW rw,relatime - ext4 /dev/vda1 rw"
	stage root "$NEW"
}

@test "stage: CARRY_OVER says whether the carry-over is credited, only mixed, or not used" {
	carry_over_is credit
	calls "real rw: $D"
	carry_over_is '"mix"'
	calls "real rw: $D --ledger /new/var/lib/seedrive/ledger --carry-over /new/var/lib/seedrive/carry-over --mix-carry-over"
	log
	carry_over_is never
	calls "real rw: $D --ledger /new/var/lib/seedrive/ledger --carry-over /new/var/lib/seedrive/carry-over --mix-carry-over"
	grep -qxF "<6>seedrive-guest: CARRY_OVER=never: must be credit, mix or off; taken as mix" root/dev/kmsg
	carry_over_is off
	calls "real rw: $D --ledger /new/var/lib/seedrive/ledger"
	# With CARRY_OVER=off no carry-over is saved, either; and without a drive there is nothing to decide.
	stage leave
	calls
	rm -rf root/run/seedrive
	stage root "$NEW"
	calls
}

@test "stage: CARRY_OVER has the same meaning with a read-only root, where a dry run comes first" {
	echo CARRY_OVER=mix >root/etc/default/seedrive-guest
	drive_seen
	stage root "$NEW"
	calls "$EXPECT --mix-carry-over"
}

@test "stage: when a carry-over is saved, only the option about ledgers is used" {
	echo 'OPTIONS="--stock-credit --ledger-persistent --wait 9"' >root/etc/default/seedrive-guest
	stage leave
	calls "leave ro: --ledger-persistent --save-carry-over /var/lib/seedrive/carry-over"
}

@test "stage: the program is told which stage runs it, except in a dry run" {
	drive_seen
	answer real "$CREDITED"
	answer expected "dry-run: $CREDITED"
	stage root "$NEW"
	[ "$(cat stages)" = "$(printf 'early event\nreal root')" ]
	rm -rf root/run/seedrive stages
	no_udev
	stage early
	stage system
	[ "$(cat stages)" = "$(printf 'early early\nreal system')" ]
}

@test "stage: in a crash kernel nothing is done" {
	touch root/proc/vmcore
	for words in "event sr0 wait" "event sr0" early "root $NEW" search system leave; do
		# shellcheck disable=SC2086 # words
		stage $words
	done
	calls
	log
	[ ! -e root/run/seedrive ]
}

@test "stage: an unknown stage is a usage error" {
	for words in "" late root event "root a checked" "event a x" "event a wait x" "event a guess wait" "early x" "search x" \
		"leave x" "close x" "system wait"; do
		# shellcheck disable=SC2086 # words
		fails 2 "usage: guest-stage event NAME [wait | guess] | early | root DIR | search | system | close | leave; it is run at boot, see seedrive-guest(8)" root/lib/seedrive/guest-stage $words
	done
}

# --- a whole boot ---

# whole_boot COMMAND...: in a fresh root, run each stage of a first boot by COMMAND, and print the calls.
whole_boot() {
	rm -rf root/run/seedrive
	answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	expected ledger-read-only
	answer real "$CREDITED"
	"$@" root/lib/seedrive/guest-stage event sr0 wait
	"$@" root/lib/seedrive/guest-stage root "$NEW"
	mountinfo "22 1 254:1 / $NEW ro,nosuid - ext4 /dev/vda1 ro" "30 1 254:2 / /var rw - ext4 /dev/vdb rw"
	"$@" root/lib/seedrive/guest-stage system
	"$@" root/lib/seedrive/guest-stage leave
	calls "early ro: $D --mix-only" "$EXPECT" "$RW" "real rw: $D" "$RO" \
		"leave ro: --save-carry-over /var/lib/seedrive/carry-over"
	log "seed=$ID noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used"
	rm -r root/var/lib/seedrive
}

@test "stage: a whole boot works with any state of signals and descriptors that a parent leaves" {
	whole_boot succeeds
	# Some programs start their children with a signal ignored or blocked, or without descriptors.
	whole_boot env --ignore-signal=CHLD
	whole_boot env --block-signal=CHLD
	whole_boot sh -c 'exec "$0" "$@" <&- >&- 2>&-'
}

@test "stage: it runs only seedrive-guest, and no other program" {
	rm world/*
	cp /usr/bin/true root/sbin/seedrive-guest
	touch "$NEW/var/lib/seedrive/carry-over"
	for words in "event sr0 wait" "root $NEW" system leave; do
		# shellcheck disable=SC2086 # words
		traced -e trace=execve,execveat -e signal=none root/lib/seedrive/guest-stage $words
		sed -n 's/^[0-9]*  *exec[a-z]*("\([^"]*\)".*/\1/p' "$BATS_TEST_TMPDIR/trace" | sort -u >programs
		run -1 grep -vxF -e root/lib/seedrive/guest-stage -e root/lib/seedrive/../../sbin/seedrive-guest programs
		[ "$(wc -l <programs)" -eq 2 ] || [ "$words" = system ]
	done
}

# --- with the real system calls ---

# real_root OPTIONS [COMMAND...]: in a mount namespace, mount a tmpfs with these options on NEW, and have COMMAND run
# the stage `root` of the guest-stage that is installed. Four files get the flags of that mount: `inside`, as its
# seedrive-guest sees them; `meanwhile`, as all other processes see them at that time; `before` and `after`, as these
# see them before and after the stage.
real_root() {
	local options=$1
	shift
	# shellcheck disable=SC2016 # the script's
	script root/sbin/seedrive-guest 'see() { sed -n "s|^[0-9]* [0-9]* [0-9:]* / $NEW ||p" "$1"; }
		case " $* " in
		*" --dry-run "*) echo "seedrive-guest: dry-run: credited 256 bits seed=1 drive=/dev/sr0 ledger=dir" >&2; exit ;;
		esac
		see /proc/self/mountinfo >inside
		see "/proc/$OUTSIDE/mountinfo" >meanwhile
		echo "seedrive-guest: credited 256 bits seed=1 drive=/dev/sr0 ledger=dir ready-before=no" >&2
		mv "$NEW/var/lib/seedrive/carry-over" "$NEW/var/lib/seedrive/inside"
		! touch "/proc/$OUTSIDE/root/$NEW/outside" || exit 9'
	cp "$ROOT/build/guest/guest-stage" root/lib/seedrive/guest-stage
	export NEW
	as_root unshare --mount sh -euc '
		see() { sed -n "s|^[0-9]* [0-9]* [0-9:]* / $NEW ||p" "$1"; }
		export OUTSIDE=$$
		options=$1
		shift
		mount -t tmpfs run /run
		mkdir /run/initramfs
		touch /run/initramfs/fsck-root kmsg
		mount --bind kmsg /dev/kmsg
		mount -t tmpfs -o mode=755 new "$NEW"
		mkdir -p "$NEW/var/lib/seedrive"
		touch "$NEW/var/lib/seedrive/carry-over"
		mount -o "remount,$options" "$NEW"
		see /proc/self/mountinfo >before
		"$@" root/lib/seedrive/guest-stage root "$NEW"
		see /proc/self/mountinfo >after
		cat kmsg
		ls "$NEW/var/lib/seedrive" >made
		[ ! -s /run/seedrive/guest/decided ] || cat /run/seedrive/guest/decided' sh "$options" "$@"
}

# opened: check that root was writable only for the program, and now is as before.
opened() {
	[ "$output" = root ]
	diff before after
	[ "$(cat made)" = inside ]
	[[ $(cat inside) == rw,*" - tmpfs new rw"* ]]
	[[ $(cat meanwhile) == ro,*" - tmpfs new rw"* ]]
	[ ! -e "$NEW/outside" ]
}

# The flags of a mount, followed by the flags of its file system.
ALL_FLAGS=ro,nosuid,nodev,noexec,noatime,nosymfollow,sync,lazytime

@test "stage: root is writable only for the program, and keeps each of its flags" {
	need_mounts
	run -0 real_root "$ALL_FLAGS"
	opened
	[[ $(cat before) == "ro,nosuid,nodev,noexec,noatime,nosymfollow"*" ro,sync"*lazytime* ]]
	run -0 real_root ro,relatime,nodiratime
	opened
}

@test "stage: the same with the system calls of kernels before 5.12 and before 5.2" {
	need_mounts
	run -0 real_root "$ALL_FLAGS" strace -f -qq -o trace -e inject=mount_setattr:error=ENOSYS
	grep -q 'mount_setattr.*ENOSYS' trace
	opened
	run -0 real_root "$ALL_FLAGS" strace -f -qq -o trace -e inject=mount_setattr,fspick:error=ENOSYS
	grep -q 'fspick.*ENOSYS' trace
	opened
}

@test "stage: without a mount namespace of its own, it does not remount root" {
	need_mounts
	run -0 real_root "$ALL_FLAGS" strace -f -qq -o trace -e inject=unshare:error=EPERM
	[ "$output" = "<6>seedrive-guest: the initramfs does not use the ledger on the root file system: it cannot be made writable" ]
	diff before after
	[ "$(cat made)" = carry-over ]
	run -1 grep -E 'fspick|mount\(' trace
}

# by SHELL WORD...: have the shell run the words as a command; or a script, if the first word is its name below `scripts`.
by() {
	local shell=$1
	shift
	if [ -e "scripts/$1" ]; then
		set -- "scripts/$1" "${@:2}"
	else
		set -- -c '"$@"' sh "$@"
	fi
	# shellcheck disable=SC2086 # a shell and its argument
	rootmnt=$NEW timeout 120 $shell "$@"
}

# A stage that lost a signal would end at its deadline, and report that in the kernel's log. RUNS boots by each shell.
@test "stage: no stage waits for its deadline, whichever shell starts it" {
	local from n shell stage=root/lib/seedrive/guest-stage
	local leave="leave ro: --save-carry-over /var/lib/seedrive/carry-over"
	mkdir scripts
	for from in initramfs-tools/init-bottom sysvinit/seedrive-guest sysvinit/seedrive-carry-over; do
		sed "s,@libdir@,$HERE/root/lib/seedrive,g" "$ROOT/dist/guest/$from.in" >"scripts/${from#*/}"
	done
	expected ledger-read-only
	for shell in dash 'busybox sh' /usr/lib/klibc/bin/sh; do
		for ((n = 0; n < ${RUNS:-2}; n++)); do
			rm -rf root/run/seedrive
			answer early "mixed seed=$ID drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
			answer real "$CREDITED"
			by "$shell" "$stage" event sr0 wait
			by "$shell" init-bottom
			by "$shell" seedrive-guest start
			by "$shell" seedrive-carry-over start
			by "$shell" seedrive-carry-over stop
			calls "early ro: $D --mix-only" "$EXPECT" "$RW" "real rw: $D" "$RO" "$leave" "$leave"
			rm -r root/run/seedrive
			answer early
			by "$shell" "$stage" search
			by "$shell" "$stage" early
			calls "early ro: --mix-only" "early ro: --mix-only"
			log
		done
	done
}

@test "stage: the scripts that run at boot have at most 100 lines, without comments" {
	cat "$ROOT"/dist/guest/initramfs-tools/init-* "$ROOT"/dist/guest/dracut/90seedrive/root.sh.in \
		"$ROOT"/dist/guest/{sysvinit,openrc}/* |
		grep -cvE '^[[:space:]]*(#|$)' >lines
	[ "$(cat lines)" -le 100 ]
}
