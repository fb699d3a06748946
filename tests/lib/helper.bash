# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the suites of the host's commands share. Each test begins in an empty folder of its own.

# shellcheck source=tests/lib/base.bash
. "$(dirname "${BASH_SOURCE[0]}")/base.bash"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-build}
[[ $B = /* ]] || B=$ROOT/$B
TOOL=$B/seedrive
MKISOFS=$B/seedrive-mkisofs
NOVA=$ROOT/tests/data/nova-tree
UUID=b65cee2f-8c69-4aeb-be2f-f79742548fc2 # of that tree, and of small_tree
export ROOT B TOOL MKISOFS NOVA UUID

setup() {
	# bats keeps its own files one level above.
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
}

# Folders as they come from a drive are read-only, and bats has to remove them. A test that was skipped has none.
make_removable() {
	[ ! -d "$BATS_TEST_TMPDIR/here" ] || chmod -R u+rwX "$BATS_TEST_TMPDIR/here"
}

# attach FILE [OPTION...]: $DEV is a loop device of it, until the test ends. Root alone can do that.
attach() {
	local file=$1
	shift
	DEV=$(losetup --show -f "$@" "$file")
	echo "$DEV" >>"$BATS_TEST_TMPDIR/loops"
}

detach() {
	local dev
	[ -e "$BATS_TEST_TMPDIR/loops" ] || return 0
	# One may have been made from another.
	tac "$BATS_TEST_TMPDIR/loops" | while read -r dev; do
		losetup -d "$dev"
	done
}

teardown() {
	detach
	make_removable
}

# small_tree DIR: what makes a tree Nova's, in two files.
small_tree() {
	mkdir -p "$1/openstack/latest"
	printf '{"uuid": "%s", "random_seed": "%s", "name": "small"}' "$UUID" \
		YPsgAF09J+PmchvbO1ixjdyj9Ze6Kpgs+tYGr82kjyTfQsMPXhNmvVa9rSwwlYnf \
		>"$1/openstack/latest/meta_data.json"
	echo '#!/bin/true' >"$1/openstack/latest/user_data"
}

# drive OUT [OPTION...]: a seeded drive of a small tree, from the kernel's generator alone.
drive() {
	local out=$1
	shift
	[ -d tree ] || small_tree tree
	"$TOOL" build -q --source kernel -o "$out" "$@" tree
}

# key NAME [COMMAND...]: a FIFO with what the command says in it, at most 64 KiB; else with good entropy.
key() {
	local name=$1 held
	shift
	[ $# -gt 0 ] || set -- head -c 32768 /dev/urandom
	mkfifo "$name"
	# Open for writing until the test ends: a reader that wants more has to wait.
	exec {held}<>"$name"
	"$@" >&"$held"
}

# fails STATUS LINE COMMAND...: that status, that one line of complaint, and not a word besides.
fails() {
	local status=$1 line=$2
	shift 2
	run "-$status" --separate-stderr "$@"
	# shellcheck disable=SC2154 # run sets them
	if [ "$stderr" != "$line" ] || [ "$output" != "" ]; then
		printf 'expected: %s\nstderr:   %s\nstdout:   %s\n' "$line" "$stderr" "$output"
		return 1
	fi
}

# succeeds COMMAND...: with nothing to say.
succeeds() {
	fails 0 "" "$@"
}

# outcome WORDS: what a line says of a source that counts for nothing, from what is wrong with it.
outcome() {
	case $1 in
	*cutoff* | *delivered* | *"-bit word "* | *"or all ones"*) echo "failed a test: $1" ;;
	*) echo "gave nothing: $1" ;;
	esac
}

# holds NAME...: the folder we are in has these, in this order, and nothing else.
holds() {
	diff <([ $# -eq 0 ] || printf '%s\n' "$@") <(LC_ALL=C ls -A)
}

# temp_of OUT: the name under which it is written; a promise, as the next run has to find it.
temp_of() {
	printf '.seedrive-%s.tmp' "$(printf '%s' "$1" | sha256sum | cut -c 1-16)"
}

# content IMAGE PATH: of a file on a drive, byte for byte.
content() {
	bsdtar -xOf "$1" "$2"
}

# extent IMAGE NAME: the first sector of a file in the root.
extent() {
	isoinfo -R -l -i "$1" | awk -v name="$2" '$NF == name { sub(/.*\[ */, ""); print $1; exit }'
}

# overwrite FILE OFFSET: with what comes from standard input.
overwrite() {
	dd of="$1" bs=1M seek="$2" oflag=seek_bytes conv=notrunc status=none
}

# bury IMAGE: what doc/seed-format.md says of a tombstone, done to the record.
bury() {
	/usr/bin/python3 - "$1" $(($(extent "$1" seedrive.bin) * 2048)) <<-'END'
		import hashlib, sys

		with open(sys.argv[1], "r+b") as image:
		    image.seek(int(sys.argv[2]))
		    head = image.read(128)
		    length = int.from_bytes(head[12:16], "little")
		    head = b"SEEDGONE" + head[8:96]
		    seed = bytes(length)
		    image.seek(int(sys.argv[2]))
		    image.write(head + hashlib.sha256(head + seed).digest() + seed)
	END
}

# member FILE KEY: of a JSON object, as Python writes it.
member() {
	/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"
}

# unprivileged COMMAND...: without root's right to open every file and to write into every folder.
unprivileged() {
	local caps=-dac_override,-dac_read_search
	if [ "$(id -u)" = 0 ]; then
		setpriv --bounding-set="$caps" --inh-caps="$caps" "$@"
	else
		"$@"
	fi
}

# as_root COMMAND...: who may mount, and look into a process that lets nobody else: the namespace's root, if
# we are not the machine's.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		unshare --map-root-user "$@"
	fi
}

# mounted SIZE COMMAND...: in a folder `disk` so large; nobody else sees it, and it ends with the command.
mounted() {
	local size=$1
	shift
	mkdir -p disk
	# shellcheck disable=SC2016 # the inner shell's
	as_root unshare --mount sh -c 'mount -t tmpfs -o "size=$0" disk disk && "$@"' "$size" "$@"
}

# with_etc COMMAND...: our folder `etc` in the place of /etc; nobody else sees it.
with_etc() {
	as_root unshare --mount sh -c 'mount --bind etc /etc && exec "$@"' sh "$@"
}

# own_run COMMAND...: with a /run of its own, in which there is a journal's folder and ours.
own_run() {
	mkdir -p run
	as_root unshare --mount sh -c 'mount -t tmpfs run /run &&
		mkdir -p /run/systemd/journal /run/seedrive && exec "$@"' sh "$@"
}

# tests/lib/preload.c for what the world does to the tool: `world AT=... DO=... COMMAND...`.
make_world() {
	cc -O2 -Wall -Wextra -D_GNU_SOURCE -U_FORTIFY_SOURCE -fPIC -shared \
		-o "$BATS_FILE_TMPDIR/preload.so" "$ROOT/tests/lib/preload.c"
}

# The address sanitizer wants to be the first library, and cannot look for leaks where it is traced. Whom nohup(1)
# has started ignores SIGHUP, and so does all that he starts; the tool would, too.
world() {
	env --default-signal=HUP LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" ASAN_OPTIONS=verify_asan_link_order=0 "$@"
}

traced() {
	as_root env --default-signal=HUP ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 strace -f -qq -o "$BATS_TEST_TMPDIR/trace" "$@"
}
