#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every file that any command writes: what is at its path already, who else writes to it, and what an error leaves.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells. Writers are split into words.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2086

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# writers OUT: print each command that makes a file, as NAME:COMMAND.
writers() {
	local out=$1
	[ -e sample ] || head -c 2048 /dev/urandom >sample
	[ -d tree ] || small_tree tree
	printf '%s\n' "build:$TOOL build -q --source kernel -o $out tree" "draw:$TOOL draw -q --source kernel -o $out" \
		"check:$TOOL check -n 2048 --report $out file:sample" "check:$TOOL check -n 2048 --raw $out file:sample" \
		":$MKISOFS -quiet -r -V config-2 -o $out tree"
}

# line COMMAND-NAME WORDS: print the error line of that command.
line() {
	printf 'seedrive%s: %s' "$([ "$1" ] && echo ": $1" || echo -mkisofs)" "$2"
}

# --- places ---

# bats test_tags=root
@test "targets: no regular file is made in place of a missing device" {
	need_root
	[ "$(stat -c %d /dev)" != "$(stat -c %d /)" ] || skip "/dev is a folder of the root file system"
	local gone=/dev/seedrive-gone-$$ writer
	ln -s "$gone" link
	while read -r writer; do
		run -1 --separate-stderr ${writer#*:}
		[ "$stderr" = "$(line "${writer%%:*}" "$gone: no such device; a regular file is not created in its place")" ]
		[ ! -e "$gone" ]
	done < <(writers "$gone")
	while read -r writer; do
		run -1 --separate-stderr ${writer#*:}
		[ ! -e "$gone" ]
	done < <(writers link)
	# /dev/shm holds files and no devices.
	if [ "$(stat -c %d /dev/shm)" != "$(stat -c %d /dev)" ]; then
		"$TOOL" draw -q --source kernel -o /dev/shm/seedrive-test-$$
		rm /dev/shm/seedrive-test-$$
	fi
}

@test "targets: the folder's default ACL gives nobody access, with any command" {
	local writer
	mkdir folder
	/usr/bin/python3 -c 'import os, struct
acl = struct.pack("<I", 2)
for tag, perm, who in ((1, 6, -1), (2, 6, 1234), (4, 4, -1), (16, 6, -1), (32, 4, -1)):
    acl += struct.pack("<HHi", tag, perm, who)
os.setxattr("folder", "system.posix_acl_default", acl)'
	while read -r writer; do
		run -0 ${writer#*:}
		[ "$(stat -c %a folder/out)" = 600 ]
		/usr/bin/python3 -c 'import os, sys
sys.exit("system.posix_acl_access" in os.listxattr("folder/out"))'
		rm folder/out
	done < <(writers folder/out)
}

# --- order and failure ---

# bats test_tags=root
@test "targets: a link that another user made in a folder like /tmp makes no command write elsewhere" {
	need_root
	[ "$(cat /proc/sys/fs/protected_symlinks)" = 1 ] || skip "this kernel does not protect links"
	small_tree tree
	drive victim
	cp victim before
	mkdir -m 1777 shared
	chmod 1777 shared
	ln -s ../victim shared/out
	chown -h 12345 shared/out
	run -1 "$TOOL" build -q --source kernel -o shared/out tree
	run -1 "$MKISOFS" -J -r -V config-2 -o shared/out tree
	run -1 "$TOOL" reseed -q --source kernel shared/out
	run -1 "$TOOL" draw --source kernel -o shared/out
	run -1 "$TOOL" check -n 1024 --report shared/out kernel
	cmp victim before
	# A link that belongs to the caller is followed.
	chown -h 0 shared/out
	succeeds "$TOOL" build -q --source kernel -o shared/out tree
	run -1 cmp -s victim before
}

# bats test_tags=root
@test "targets: nothing is written to a file or FIFO that another user has made in a folder like /tmp" {
	need_root
	small_tree tree
	mkdir -m 1777 shared
	chmod 1777 shared
	said="shared/out: another user made it in a folder to which all users may write"
	for kind in file fifo; do
		while read -r writer; do
			rm -f shared/out
			[ "$kind" = fifo ] || : >shared/out
			[ "$kind" = file ] || mkfifo shared/out
			chmod 666 shared/out
			chown 12345 shared/out
			timeout 60 cat shared/out >got 3>&- &
			[ "$kind" = fifo ] || wait $!
			run -1 --separate-stderr ${writer#*:}
			if [ "$kind" = fifo ]; then
				: <>shared/out
				wait $!
			else
				[[ $stderr == *"$said" ]]
			fi
			[ ! -s got ]
			[ "$(stat -c %u:%s shared/out)" = 12345:0 ]
		done < <(writers shared/out)
	done
	# A file of the caller, of the folder's owner, or in a folder without that bit is written to.
	rm shared/out
	: >shared/out
	succeeds "$MKISOFS" -J -r -V config-2 -o shared/out tree
	chown 12345 shared shared/out
	succeeds "$MKISOFS" -J -r -V config-2 -o shared/out tree
	chown 0 shared
	chmod -t shared
	succeeds "$MKISOFS" -J -r -V config-2 -o shared/out tree
}

@test "targets: a folder that cannot be synced causes a warning, because the new file exists" {
	small_tree tree
	for old in "" old; do
		for what in "build -q --source kernel -o out tree" "draw -q --source kernel -o out"; do
			rm -f out
			[ ! "$old" ] || echo old >out
			# shellcheck disable=SC2086 # words
			run -0 --separate-stderr traced -e trace=fsync -e inject=fsync:error=EIO:when=2 "$TOOL" $what
			[ "$stderr" = "seedrive: ${what%% *}: warning: out: written, but a crash may undo it: its folder\
 cannot be synced: Input/output error" ]
			[ "$(stat -c %s out)" -gt 60 ]
			run -1 --separate-stderr traced -e trace=fsync -e inject=fsync:error=EIO:when=1 "$TOOL" $what
			[ "$stderr" = "seedrive: ${what%% *}: out: Input/output error" ]
			[ "$(stat -c %s out)" -gt 60 ]
			rm -f out
			[ ! "$old" ] || echo old >out
			run -1 --separate-stderr traced -e trace=fsync -e inject=fsync:error=EIO "$TOOL" $what
			[ "$(cat out 2>/dev/null || true)" = "$old" ]
			[ "$(find . -name '.seedrive*')" = "" ]
		done
	done
}

@test "targets: in place, an old image's descriptor is erased before truncation, and contents are flushed before descriptors" {
	local old
	small_tree tree
	for old in "" old; do
		rm -f out.iso
		[ ! "$old" ] || "$MKISOFS" -quiet -r -o out.iso tree
		traced -y -e trace=fallocate,ftruncate,write,pwrite64,fdatasync "$MKISOFS" -quiet -r -o out.iso tree
		sed -n 's/.* \(fallocate\|ftruncate\|write\|pwrite64\|fdatasync\)([0-9]*<.*out.iso>, *\("\\1CD001\)\{0,1\}.*/\1\2/p
			s/.* \(fdatasync\)(.*out.iso>).*/\1/p' "$BATS_TEST_TMPDIR/trace" | uniq | paste -sd , >order
		[ "$(cat order)" = "fallocate,${old:+pwrite64,fdatasync,}ftruncate,write,fdatasync,pwrite64\"\\1CD001,fdatasync" ]
	done
}

# full SIZE COMMAND: run COMMAND in a file system of that size, and check that it leaves only the old file, with the
# content of `old`.
full() {
	mounted "$1" sh -c 'cp old disk/out; '"$2"' 2>said; status=$?
		cmp old disk/out || status=10
		[ "$(ls -A disk)" = out ] || status=11
		exit "$status"'
}

@test "targets: space is allocated before the first byte, also for a sparse file of 2 TiB" {
	need_mounts
	local writer n=0
	small_tree tree
	small_tree sparse
	truncate -s 2T sparse/hole
	small_tree large
	truncate -s 3G large/hole
	head -c 100k /dev/urandom >old
	for writer in '"$TOOL" build -q --source kernel -o disk/out sparse' '"$MKISOFS" -quiet -r -o disk/out large' \
		'"$MKISOFS" -quiet -r large 1<>disk/out' '"$TOOL" build -q --source kernel -o - sparse 1<>disk/out'; do
		run -1 full 64M "$writer"
		[[ $(cat said) == "seedrive"*": No space left on device" ]]
	done
	# The lack of space is found before anything is written.
	as_root strace -f -qq -e trace=write,pwrite64,sendfile,fallocate -y -o calls "$TOOL" build -q --source kernel \
		-o big.iso sparse || n=$?
	[ "$n" -eq 1 ]
	run -1 grep -E '(write|write64|sendfile)\([0-9]+<[^>]*(#|big)' calls
	[ ! -e big.iso ]
}

@test "targets: draw and check report a full disk as build does" {
	need_mounts
	head -c 2048 /dev/urandom >sample
	head -c 4096 /dev/urandom >old
	run -1 full 4k '"$TOOL" draw -q --source kernel -o disk/out'
	[ "$(cat said)" = "seedrive: draw: disk/out: No space left on device" ]
	run -1 full 8k '"$TOOL" check -n 2048 --report disk/out file:sample'
	[ "$(cat said)" = "seedrive: check: disk/out: No space left on device" ]
}

# --- two at once ---

# unlocked FILE: check that nobody holds a lock of QEMU's bytes of the file.
unlocked() {
	/usr/bin/python3 -c 'import fcntl, struct, sys
with open(sys.argv[1], "r+b") as file:
    lock = fcntl.fcntl(file, 36, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 100, 200, 0))    # F_OFD_GETLK
sys.exit(struct.unpack("hhqqi4x", lock)[0] != fcntl.F_UNLCK)' "$1"
}

@test "targets: an image that came by standard output is not locked any more, though the caller still has it open" {
	local held
	small_tree tree
	exec {held}<>drive.iso
	"$MKISOFS" -quiet -r -J -V config-2 tree >&"$held"
	unlocked drive.iso
	"$TOOL" reseed -q --source kernel drive.iso
	"$TOOL" inspect drive.iso >/dev/null
	exec {held}>&-
	exec {held}<>other.iso
	"$TOOL" build -q --source kernel -o - tree >&"$held"
	unlocked other.iso
	exec {held}>&-
}

@test "targets: after mkisofs was killed with OUT inside of its tree, the same line makes the image" {
	small_tree tree
	for old in none whole; do
		rm -f tree/drive.iso
		[ "$old" = none ] || "$MKISOFS" -quiet -r -J -V config-2 -o tree/drive.iso tree
		run -137 world AT=fdatasync:drive.iso DO='kill -KILL $PPID' \
			"$MKISOFS" -quiet -r -J -V config-2 -o tree/drive.iso tree
		[ "$(stat -c %s tree/drive.iso)" -gt 32768 ]
		succeeds "$MKISOFS" -quiet -r -J -V config-2 -o tree/drive.iso tree
		"$TOOL" inspect tree/drive.iso >/dev/null
		[ "$(bsdtar -tf tree/drive.iso | grep -c drive.iso)" = 0 ]
	done
}

@test "targets: reseed does not write to an image that was replaced while it waited for a source" {
	local pid status=0
	small_tree tree
	"$MKISOFS" -quiet -r -J -V config-2 -o drive.iso tree
	# mkisofs is refused as long as reseed has the image locked.
	mkfifo slow
	chmod 600 slow
	"$TOOL" reseed -q --source file:slow,bits=4 drive.iso 2>said 3>&- &
	pid=$!
	exec {held}>slow
	fails 1 "seedrive-mkisofs: drive.iso: locked: in use by a running virtual machine or another run of seedrive" \
		"$MKISOFS" -quiet -r -J -V config-2 -o drive.iso tree
	fails 1 "seedrive: build: drive.iso: locked: in use by a running virtual machine or another run of seedrive" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	# reseed detects that a program that takes no lock has changed the image.
	sed 's/config-2/CONFIG-2/' <drive.iso >other
	cat other >drive.iso
	head -c 65536 /dev/urandom >&"$held" || true
	exec {held}>&-
	wait "$pid" || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat said)" = "seedrive: reseed: drive.iso: was changed meanwhile" ]
	cmp other drive.iso
}

@test "targets: reseed does not write to a file that has lost its name in the meantime" {
	local pid status=0
	drive drive.iso
	cp drive.iso other
	mkfifo slow
	chmod 600 slow
	"$TOOL" reseed -q --source file:slow,bits=4 drive.iso 2>said 3>&- &
	pid=$!
	exec {held}>slow
	cp drive.iso new
	ln drive.iso first
	mv new drive.iso
	head -c 65536 /dev/urandom >&"$held" || true
	exec {held}>&-
	wait "$pid" || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat said)" = "seedrive: reseed: drive.iso: was replaced meanwhile" ]
	cmp other drive.iso
	cmp other first
}

@test "targets: of two mkisofs for one OUT, the second fails, and the image is that of the first" {
	small_tree tree
	run -0 --separate-stderr world AT=fdatasync:out.iso DO='"$MKISOFS" -quiet -r -o out.iso tree; echo $? >second' \
		"$MKISOFS" -quiet -r -V config-2 -o out.iso tree
	[ "$stderr" = "seedrive-mkisofs: out.iso: locked: in use by a running virtual machine or another run of seedrive" ]
	[ "$(cat second)" = 1 ]
	"$TOOL" inspect --min-bits 1 out.iso >/dev/null
}

# --- crafted images ---

# crafted KIND: make x.iso, in which the files of the seed share sectors with something else.
crafted() {
	/usr/bin/python3 "$ROOT/tests/lib/crafted.py" "$1" drive.iso x.iso
}

@test "targets: reseed refuses an image in which a file that it writes shares sectors with anything else" {
	local kind words
	drive drive.iso
	while IFS=: read -r kind words; do
		crafted "$kind"
		cp x.iso before
		if [ ! "$words" ]; then
			succeeds "$TOOL" reseed -q --source kernel x.iso
			continue
		fi
		fails 1 "seedrive: reseed: x.iso: $words" "$TOOL" reseed -q --source kernel x.iso
		cmp before x.iso
	done <<-'END'
		good:
		record-on-descriptor:seedrive.bin shares sectors with the volume descriptors
		note-on-descriptor:seedrive.bin shares sectors with the volume descriptors
		note-on-file:seedrive.json shares sectors with another file
		record-on-file:seedrive.bin shares sectors with another file
		note-on-folder:seedrive.json shares sectors with a folder
		note-on-table:seedrive.json shares sectors with a path table
		note-on-joliet:seedrive.json shares sectors with another file
		note-on-continuation:seedrive.json shares sectors with a folder
		metadata-on-record:seedrive.bin shares sectors with meta_data.json
		metadata-on-file:meta_data.json shares sectors with another file
		metadata-on-descriptor:meta_data.json shares sectors with the volume descriptors
		hard-link:seedrive.json shares sectors with another file
		other-note:seedrive.json does not contain the record's seed_id
		endless:its volume descriptors have no terminator
	END
}

@test "targets: reseed interrupted at any byte leaves the old seed, the new one, or a drive that is refused" {
	drive drive.iso
	cp drive.iso new.iso
	"$TOOL" reseed -q --source kernel new.iso
	/usr/bin/python3 - "$TOOL" <<-'END'
		import json, subprocess, sys

		def look(image):
		    open("cut.iso", "wb").write(image)
		    done = subprocess.run([sys.argv[1], "inspect", "--json", "cut.iso"], capture_output=True)
		    return json.loads(done.stdout)["seed_id"] if done.returncode == 0 else None

		old, new = open("drive.iso", "rb").read(), open("new.iso", "rb").read()
		first = look(old), look(new)
		at = old.find(b"SEEDRIVE\1\0")
		different = [i for i in range(at, at + 4096) if old[i] != new[i]]
		cuts = sorted(set(different[::9] + different[:4] + different[-4:]))
		seen = {"old": 0, "new": 0, "refused": 0}
		for cut in cuts:
		    found = look(old[:at] + new[at:cut] + old[cut:])
		    assert found in (None, *first), (cut, found)
		    seen["refused" if found is None else "old" if found == first[0] else "new"] += 1
		print(seen)
		assert seen["refused"] > 5 and seen["old"] and seen["new"]
	END
}
