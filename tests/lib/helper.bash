# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of the host's commands. Each test begins in its own empty folder.

# shellcheck source=tests/lib/base.bash
. "$(dirname "${BASH_SOURCE[0]}")/base.bash"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-build}
[[ $B = /* ]] || B=$ROOT/$B
TOOL=$B/seedrive
MKISOFS=$B/seedrive-mkisofs
NOVA=$ROOT/tests/data/nova-tree
UUID=b65cee2f-8c69-4aeb-be2f-f79742548fc2 # the instance of that tree, and of small_tree
export ROOT B TOOL MKISOFS NOVA UUID

setup() {
	# bats keeps its own files one level above.
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
}

# Folders extracted from a drive are read-only, and bats must be able to remove them. A skipped test has none.
make_removable() {
	[ ! -d "$BATS_TEST_TMPDIR/here" ] || chmod -R u+rwX "$BATS_TEST_TMPDIR/here"
}

# attach FILE [OPTION...]: make $DEV a loop device of the file until the test ends. Only root can do that.
attach() {
	local file=$1
	shift
	DEV=$(losetup --show -f "$@" "$file")
	echo "$DEV" >>"$BATS_TEST_TMPDIR/loops"
}

detach() {
	local dev
	[ -e "$BATS_TEST_TMPDIR/loops" ] || return 0
	# A device may have been made from another one, so the last one is detached first.
	tac "$BATS_TEST_TMPDIR/loops" | while read -r dev; do
		losetup -d "$dev"
	done
}

teardown() {
	detach
	make_removable
}

# small_tree DIR: make the smallest tree that looks like Nova's, with two files.
small_tree() {
	mkdir -p "$1/openstack/latest"
	printf '{"uuid": "%s", "random_seed": "%s", "name": "small"}' "$UUID" \
		YPsgAF09J+PmchvbO1ixjdyj9Ze6Kpgs+tYGr82kjyTfQsMPXhNmvVa9rSwwlYnf \
		>"$1/openstack/latest/meta_data.json"
	echo '#!/bin/true' >"$1/openstack/latest/user_data"
}

# drive OUT [OPTION...]: make a seeded drive of a small tree, from the kernel's generator alone.
drive() {
	local out=$1
	shift
	[ -d tree ] || small_tree tree
	"$TOOL" build -q --source kernel -o "$out" "$@" tree
}

# key NAME [COMMAND...]: make a FIFO that has the output of COMMAND, at most 64 KiB; without COMMAND it has random
# bytes.
key() {
	local name=$1 held
	shift
	[ $# -gt 0 ] || set -- head -c 32768 /dev/urandom
	mkfifo "$name"
	# The FIFO stays open for writing until the test ends, so a reader that wants more bytes waits.
	exec {held}<>"$name"
	"$@" >&"$held"
}

# Removes the lines with the size of the image, which seedrive-mkisofs prints without -quiet, as genisoimage or xorriso.
without_size() {
	sed -E "/^[0-9]+ extents written \\([0-9]+ MB\\)\$/d; /^ISO image produced: [0-9]+ sectors\$/d; /^Writing to 'stdio:.*' completed successfully\\.\$/d"
}

# fails STATUS LINE COMMAND...: check that COMMAND exits with that status and prints exactly that line, on standard
# error, apart from the size of an image.
fails() {
	local status=$1 line=$2
	shift 2
	run "-$status" --separate-stderr "$@"
	stderr=$(without_size <<<"$stderr")
	# shellcheck disable=SC2154 # run sets them
	if [ "$stderr" != "$line" ] || [ "$output" != "" ]; then
		printf 'expected: %s\nstderr:   %s\nstdout:   %s\n' "$line" "$stderr" "$output"
		return 1
	fi
}

# succeeds COMMAND...: check that COMMAND succeeds and prints nothing.
succeeds() {
	fails 0 "" "$@"
}

# outcome WORDS: print how the error line describes a required source with this fault.
outcome() {
	case $1 in
	*cutoff* | *delivered* | *"-bit word "* | *"or all ones"*) echo "failed a test: $1" ;;
	*) echo "gave nothing: $1" ;;
	esac
}

# holds NAME...: check that the current folder has these entries, in this order, and no others.
holds() {
	diff <([ $# -eq 0 ] || printf '%s\n' "$@") <(LC_ALL=C ls -A)
}

# temp_of OUT: print the name of OUT's temporary file. The tool must not change this name, because the next run has to
# find the file.
temp_of() {
	printf '.seedrive-%s.tmp' "$(printf '%s' "$1" | sha256sum | cut -c 1-16)"
}

# content IMAGE PATH: print the exact content of a file on a drive.
content() {
	bsdtar -xOf "$1" "$2"
}

# extent IMAGE NAME: print the first sector of a file in the image's root.
extent() {
	isoinfo -R -l -i "$1" | awk -v name="$2" '$NF == name { sub(/.*\[ */, ""); print $1; exit }'
}

# overwrite FILE OFFSET: write standard input into FILE at that offset.
overwrite() {
	dd of="$1" bs=1M seek="$2" oflag=seek_bytes conv=notrunc status=none
}

# bury IMAGE: replace the record by a tombstone, as doc/seed-format.md describes it.
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

# member FILE KEY: print a member of a JSON object, in Python's form.
member() {
	/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"
}

# unprivileged COMMAND...: run it without root's right to open every file and to write to every folder.
unprivileged() {
	local caps=-dac_override,-dac_read_search
	if [ "$(id -u)" = 0 ]; then
		setpriv --bounding-set="$caps" --inh-caps="$caps" "$@"
	else
		"$@"
	fi
}

# as_root COMMAND...: run it with the rights to mount and to read the memory of a protected process: as root, or as the
# root of a new user namespace.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		unshare --map-root-user "$@"
	fi
}

# mounted SIZE COMMAND...: run COMMAND with a file system of that size mounted on `disk`, which only COMMAND sees.
mounted() {
	local size=$1
	shift
	mkdir -p disk
	# shellcheck disable=SC2016 # the inner shell's
	as_root unshare --mount sh -c 'mount -t tmpfs -o "size=$0" disk disk && "$@"' "$size" "$@"
}

# with_etc COMMAND...: run COMMAND with the folder `etc` as /etc, which only COMMAND sees.
with_etc() {
	as_root unshare --mount sh -c 'mount --bind etc /etc && exec "$@"' sh "$@"
}

# own_run COMMAND...: run COMMAND with a new /run, which has the folders of the journal and of seedrive.
own_run() {
	mkdir -p run
	as_root unshare --mount sh -c 'mount -t tmpfs run /run &&
		mkdir -p /run/systemd/journal /run/seedrive && exec "$@"' sh "$@"
}

# make_world: compile tests/lib/preload.c, which changes the results of system calls. After that, `world AT=... DO=...
# COMMAND...` runs COMMAND with it; preload.c describes the variables.
make_world() {
	cc -O2 -Wall -Wextra -D_GNU_SOURCE -U_FORTIFY_SOURCE -fPIC -shared \
		-o "$BATS_FILE_TMPDIR/preload.so" "$ROOT/tests/lib/preload.c"
}

# world: the address sanitizer insists on being the first library, and cannot look for leaks in a traced process, so
# both are switched off. If the tests were started by nohup(1), all their processes ignore SIGHUP; the tool must not.
world() {
	env --default-signal=HUP LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" ASAN_OPTIONS=verify_asan_link_order=0 "$@"
}

traced() {
	as_root env --default-signal=HUP ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 strace -f -qq -o "$BATS_TEST_TMPDIR/trace" "$@"
}

# Calls with no effect outside of the process. A run that is killed at one of them leaves the same as a run that is
# killed at the next call that is not in this list. exit(2), the end of the seed's thread, comes at any moment of the
# other thread.
PRIVATE=mmap,munmap,mprotect,madvise,brk,mlock,munlock,futex,rseq,set_robust_list,set_tid_address,arch_prctl,exit

# list_calls COMMAND...: store all calls of COMMAND, except those, in the array `calls`; each has its name and its
# number among the calls with this name.
list_calls() {
	traced -e trace="!$PRIVATE" "$@" || [ $? -eq "${BY_ITSELF:-0}" ]
	mapfile -t calls < <(awk '$2 ~ /^[a-z]/ {
			sub(/\(.*/, "", $2)
			if (++n[$1, $2] > max[$2])
				print $2, ++max[$2]
		}' "$BATS_TEST_TMPDIR/trace")
	[ "${#calls[@]}" -gt 50 ]
}
