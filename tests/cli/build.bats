#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive build: what it claims, prints and leaves, on success and if OUT cannot be written.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# old_out OUT makes an old file at that path; unchanged OUT checks that it is still the same.
old_out() {
	echo "somebody's image" >"$1"
	cp -p "$1" old
}

unchanged() {
	cmp "$1" old
	[ "$(stat -c '%a %Y' "$1")" = "$(stat -c '%a %Y' old)" ]
}

@test "build: three lines say what was made" {
	small_tree tree
	run -0 --separate-stderr "$TOOL" build --source kernel -o drive.iso tree
	[ "$stderr" = "" ]
	[[ ${lines[0]} =~ ^"drive.iso: "[0-9]+" KiB, label config-2, bound to $UUID"$ ]]
	[[ ${lines[1]} =~ ^"  seed "[0-9a-f]{32}": 256 bits, 0 of them from hardware"$ ]]
	[ "${lines[2]}" = "  random_seed: 1 mixed with fresh entropy, 0 left as they were" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "build: --verbose adds a line for each source, --quiet prints none" {
	small_tree tree
	key fifo
	run -0 --separate-stderr "$TOOL" build -v --source file:fifo,bits=4 -o drive.iso tree
	[ "$stderr" = "" ]
	[ "${#lines[@]}" -eq 5 ]
	[[ ${lines[3]} =~ ^"  file:fifo  1024 bytes, 4096 bits assessed, longest run "[0-9]" (cutoff 9), " ]]
	[ "${lines[4]}" = "  kernel    1088 bytes, strength of 256 bits, not hardware" ]
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
}

@test "build: --json has the drive and all figures of the claim, so that it can be recomputed" {
	small_tree tree
	key fifo
	run -0 --separate-stderr "$TOOL" build --json --source file:fifo,bits=4 --bits 1024 --ttl 1d \
		-o drive.iso tree
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 - drive.iso "$UUID" <<-'END'
		import json, os, sys
		d = json.load(open("said"))
		assert (d["output"], d["label"], d["bound_to"]) == (sys.argv[1], "config-2", sys.argv[2])
		assert d["size"] == os.stat(sys.argv[1]).st_size
		assert (d["ttl"], d["random_seed_mixed"], d["random_seed_left"]) == (86400, 1, 0)
		assert d["blocks"] == 4 and d["asked_bits"] == d["credit_bits"] == 1024
		file, kernel = d["sources"]
		assert file["kind"] == "hardware" and kernel["kind"] == "kernel"
		assert (file["rate_bits"], file["rate_bytes"]) == (4, 1)
		assert [a // 4 for a in file["assessed_bits"]] == [1024, 80, 80, 80]
		assert file["bytes"] == 1024 + 3 * 80
		claims = [min(256, max(0, a - 64)) for a in file["assessed_bits"]]
		assert d["hardware_bits"] == sum(claims) == 1024
	END
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found seed_id)" = "$(member said seed_id)" ]
	[ "$(member found credit_bits) $(member found hardware_bits) $(member found ttl)" = "1024 1024 86400" ]
}

@test "build: the instance's files are unchanged" {
	cp -rp "$NOVA" tree
	find tree -printf '%P %s %T@ %C@ %i\n' | sort >before
	"$TOOL" build -q --source kernel -o drive.iso tree
	diff before <(find tree -printf '%P %s %T@ %C@ %i\n' | sort)
	diff -r "$NOVA" tree
}

# --- labels, binding, expiry ---

@test "build: the label is config-2 for openstack/, cidata for meta-data, or that of --label" {
	small_tree tree
	"$TOOL" build -q --source kernel -o a.iso tree
	mkdir nocloud other
	echo 'instance-id: x' >nocloud/meta-data
	echo hello >other/file
	"$TOOL" build -q --source kernel -o b.iso nocloud
	succeeds "$TOOL" build -q --source kernel --label CIDATA -o c.iso other
	[ "$(blkid -p -s LABEL -o value a.iso)" = config-2 ]
	[ "$(blkid -p -s LABEL -o value b.iso)" = cidata ]
	[ "$(blkid -p -s LABEL -o value c.iso)" = CIDATA ]
	fails 2 "seedrive: build: other: neither openstack/ nor meta-data in it: --label is needed" \
		"$TOOL" build -o d.iso other
	[ ! -e d.iso ]
}

@test "build: there is a warning for a label on which no guest looks for a seed" {
	small_tree tree
	fails 0 "seedrive: build: warning: --label: backup: guests look for a seed on config-2 and cidata only" \
		"$TOOL" build -q --source kernel --label backup -o drive.iso tree
	[ "$(blkid -p -s LABEL -o value drive.iso)" = backup ]
}

@test "build: the seed is bound to the instance of the metadata, to another, or to none, as requested" {
	local other=01234567-89ab-cdef-0123-456789abcdef
	drive auto.iso
	drive none.iso --bind none
	drive other.iso --bind "${other^^}"
	"$TOOL" inspect --json auto.iso >auto
	"$TOOL" inspect --json none.iso >none
	"$TOOL" inspect --json other.iso >other
	[ "$(member auto bound_to) $(member none bound_to) $(member other bound_to)" = "$UUID None $other" ]
}

@test "build: a malformed uuid causes a warning, and the drive is bound to no instance" {
	small_tree tree
	sed -i "s/$UUID/not-a-uuid/" tree/openstack/latest/meta_data.json
	fails 0 "seedrive: build: warning: tree/openstack/latest/meta_data.json: uuid is malformed or\
 occurs twice; the drive is left unbound" "$TOOL" build -q --source kernel -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found bound_to)" = None ]
}

@test "build: NoCloud drives can be made from single files, and are not bound by default" {
	echo '#cloud-config' >user
	echo 'instance-id: given' >meta
	echo 'version: 2' >net
	"$TOOL" build -q --source kernel -o all.iso --user-data user --meta-data meta --network-config net
	[ "$(bsdtar -tf all.iso | sort | paste -sd ' ')" = \
		". meta-data network-config seedrive.bin seedrive.json user-data" ]
	cmp user <(content all.iso user-data)
	cmp meta <(content all.iso meta-data)
	cmp net <(content all.iso network-config)
	"$TOOL" build -q --source kernel -o one.iso --user-data user
	[ "$(content one.iso meta-data)" = "instance-id: iid-local01" ]
	[ "$(blkid -p -s LABEL -o value one.iso)" = cidata ]
	"$TOOL" inspect --json one.iso >found
	[ "$(member found bound_to)" = None ]
}

@test "build: an older drive's record in the tree is never put on a new drive" {
	drive first.iso
	mkdir again
	bsdtar -xf first.iso -C again
	chmod -R u+w again
	cp again/seedrive.bin old
	run -0 --separate-stderr "$TOOL" build -q --source kernel -o second.iso again
	[ "$stderr" = "seedrive: build: warning: again/seedrive.bin: left out: it belongs to an older drive
seedrive: build: warning: again/seedrive.json: left out: it belongs to an older drive" ]
	[ "$(bsdtar -tf second.iso | grep -c seedrive)" -eq 2 ]
	run -1 "$ROOT/tests/lib/scan-memory" image:first.iso -- second.iso
	"$TOOL" inspect second.iso | grep -qx 'seedrive.json names the same seed'
}

# --- OUT ---

@test "build: only the owner can read a new OUT, with any umask; an old one keeps mode and owner" {
	small_tree tree
	(umask 000 && "$TOOL" build -q --source kernel -o drive.iso tree)
	[ "$(stat -c %a drive.iso)" = 600 ]
	chmod 640 drive.iso
	[ "$(id -u)" != 0 ] || chown 65534:65534 drive.iso
	stat -c '%a %u %g' drive.iso >before
	(umask 077 && "$TOOL" build -q --source kernel -o drive.iso tree)
	diff before <(stat -c '%a %u %g' drive.iso)
	holds before drive.iso tree
}

@test "build: OUT is replaced in one step: a process that has the old one open can still read it" {
	drive drive.iso
	cp drive.iso old
	exec {open}<drive.iso
	drive drive.iso
	cmp old - <&"$open"
	run -1 cmp -s old drive.iso
}

@test "build: the content and then the name are each flushed before the next step" {
	small_tree tree
	order() {
		traced -y -e trace=fallocate,write,fsync,linkat,renameat "$TOOL" build -q --source kernel -o drive.iso tree
		sed -n -e 's/.*\(fallocate\|write\|fsync\)([0-9]*<.*\/#[0-9].*/\1 content/p' \
			-e 's/.*\(linkat\)(.*, "\(drive.iso\|.*tmp\)".*/\1/p' \
			-e 's/.*\(renameat\)(.*tmp".*"drive.iso").*/\1/p' \
			-e "s|.*\(fsync\)([0-9]*<$PWD>).*|\1 folder|p" "$BATS_TEST_TMPDIR/trace" | uniq | paste -sd ,
	}
	run order
	[[ "$output" = *"write content,fsync content,linkat,fsync folder" ]]
	run order
	[[ "$output" = *"write content,fsync content,linkat,renameat,fsync folder" ]]
}

@test "build: a symbolic link as OUT stays one, and its target is replaced" {
	mkdir place
	: >place/target.iso
	ln -s place/target.iso link.iso
	drive link.iso
	[ "$(readlink link.iso)" = place/target.iso ]
	"$TOOL" inspect place/target.iso >/dev/null
	holds link.iso place tree
}

@test "build: a symbolic link to nothing is refused as OUT" {
	small_tree tree
	ln -s nowhere link.iso
	fails 1 "seedrive: build: link.iso: a symbolic link to a file that does not exist" "$TOOL" build -o link.iso tree
	holds link.iso tree
}

@test "build: OUT inside DIR is left out of the image, the first time and the next" {
	small_tree tree
	"$TOOL" build -q --source kernel -o tree/drive.iso tree
	bsdtar -tf tree/drive.iso | sort >first
	"$TOOL" build -q --source kernel -o tree/drive.iso tree
	bsdtar -tf tree/drive.iso | sort >second
	diff first second
	[ "$(paste -sd ' ' first)" = ". openstack openstack/latest openstack/latest/meta_data.json\
 openstack/latest/user_data seedrive.bin seedrive.json" ]
	"$TOOL" inspect tree/drive.iso >/dev/null
	(cd tree && holds drive.iso openstack)
}

@test "build: an OUT that is one of the input files is refused, and the file is kept" {
	small_tree tree
	cp -rp tree before
	fails 1 "seedrive: build: tree/openstack/latest/user_data: OUT is the same file as one that\
 goes on the drive" "$TOOL" build -o tree/openstack/latest/user_data tree
	# OUT is also refused if it is a hard link or a symbolic link to that file.
	ln tree/openstack/latest/user_data hard
	ln -s tree/openstack/latest/user_data soft
	fails 1 "seedrive: build: hard: OUT is the same file as one that goes on the drive" \
		"$TOOL" build -o hard tree
	fails 1 "seedrive: build: soft: OUT is the same file as one that goes on the drive" \
		"$TOOL" build -o soft tree
	fails 1 "seedrive: build: hard: OUT is the same file as one that goes on the drive" \
		"$TOOL" build -o hard --user-data tree/openstack/latest/user_data
	diff -r before tree
	holds before hard soft tree
}

@test "build: a folder, a device or a FIFO is refused as OUT" {
	small_tree tree
	mkdir folder
	mkfifo fifo
	fails 1 "seedrive: build: folder: Is a directory" "$TOOL" build -o folder tree
	fails 1 "seedrive: build: fifo: not a regular file" "$TOOL" build -o fifo tree
	fails 1 "seedrive: build: /dev/null: not a regular file" "$TOOL" build -o /dev/null tree
	[ -c /dev/null ]
	[ "$(ls -A folder)" = "" ]
	holds fifo folder tree
}

@test "build: a folder that is missing or not writable is named, and no file is left" {
	small_tree tree
	fails 1 "seedrive: build: missing/drive.iso: No such file or directory" \
		"$TOOL" build -o missing/drive.iso tree
	mkdir folder
	echo old >folder/drive.iso
	chmod 555 folder
	fails 1 "seedrive: build: folder/drive.iso: Permission denied" \
		unprivileged "$TOOL" build -o folder/drive.iso tree
	fails 1 "seedrive: build: folder/new.iso: Permission denied" \
		unprivileged "$TOOL" build -o folder/new.iso tree
	[ "$(ls -A folder)" = drive.iso ]
	[ "$(cat folder/drive.iso)" = old ]
	holds folder tree
}

@test "build: a full disk is reported, the old OUT is kept, and no other file is left" {
	need_mounts
	drive drive.iso
	fails 1 "seedrive: build: disk/drive.iso: No space left on device" mounted 100k sh -c '
		cp drive.iso disk
		"$TOOL" build -q --source kernel -o disk/drive.iso tree
		status=$?
		cmp drive.iso disk/drive.iso || exit 10
		[ "$(ls -A disk)" = drive.iso ] || exit 11
		exit "$status"'
	fails 1 "seedrive: build: disk/drive.iso: No space left on device" mounted 48k sh -c '
		"$TOOL" build -q --source kernel -o disk/drive.iso tree
		status=$?
		[ "$(ls -A disk)" = "" ] || exit 11
		exit "$status"'
	# With enough space, the same build succeeds.
	succeeds mounted 200k "$TOOL" build -q --source kernel -o disk/drive.iso tree
}

@test "build: a disk that fails at any step of the writing is reported, and the old OUT is kept" {
	local call
	small_tree tree
	old_out drive.iso
	for call in fchmod write fsync linkat renameat; do
		fails 1 "seedrive: build: drive.iso: Input/output error" traced \
			-e inject="$call":error=EIO:when=1 "$TOOL" build -q --source kernel -o drive.iso tree
		unchanged drive.iso
		holds drive.iso old tree
	done
}

@test "build: after a short write the rest is written, and the image is the same" {
	small_tree tree
	export SOURCE_DATE_EPOCH=1795435200
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o whole.iso tree
	world GETRANDOM=7 WRITE_MAX=1000 "$TOOL" build -q --source kernel -o pieces.iso tree
	cmp whole.iso pieces.iso
}

@test "build: of two at a time for one OUT, the second fails with an error, and the first is not disturbed" {
	small_tree tree
	: >drive.iso
	run -0 --separate-stderr world AT="fsync:#" \
		DO='"$TOOL" build -q --source kernel -o drive.iso tree; echo $? >second' \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$stderr" = "seedrive: build: drive.iso: locked: in use by a running virtual machine or another run of seedrive" ]
	[ "$(cat second)" = 1 ]
	"$TOOL" inspect drive.iso >/dev/null
	holds drive.iso second tree
	# The same holds on a file system on which a new file must have a name.
	rm drive.iso
	run -0 --separate-stderr world NAMED=yes AT="fsync:$(temp_of drive.iso)" \
		DO='NAMED=yes "$TOOL" build -q --source kernel -o drive.iso tree; echo $? >second' \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$stderr" = "seedrive: build: drive.iso: another process is writing it" ]
	[ "$(cat second)" = 1 ]
	"$TOOL" inspect drive.iso >/dev/null
	holds drive.iso second tree
}

@test "build: of two at a time for one new OUT, one makes it, and the other does not replace it" {
	small_tree tree
	run -1 --separate-stderr world AT="fsync:#" \
		DO='"$TOOL" build -q --source kernel -o drive.iso tree && cp drive.iso second' \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$stderr" = "seedrive: build: drive.iso: was made by another process meanwhile" ]
	cmp drive.iso second
	holds drive.iso second tree
}

# planted COMMAND...: COMMAND puts something at the temporary file's path; check that build does not write to it, and
# removes it.
planted() {
	echo "somebody's own" >victim
	cp -p victim before
	"$@"
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
	"$TOOL" inspect drive.iso >/dev/null
	cmp victim before
	[ "$(stat -c %a drive.iso)" = 600 ]
	rm drive.iso
	holds before tree victim
}

@test "build: a file, link or FIFO that another user put under the temporary name does not get the seed" {
	local temp
	temp=$(temp_of drive.iso)
	small_tree tree
	planted ln victim "$temp"
	planted ln -s victim "$temp"
	planted mkfifo "$temp"
	# This file can be read by others, and somebody may have it open already.
	planted install -m 644 /dev/null "$temp"
	install -m 644 /dev/null "$temp"
	exec {open}<"$temp"
	"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$(wc -c <&"$open")" -eq 0 ]
}

@test "build: an OUT that is empty or ends with a slash is refused" {
	small_tree tree
	fails 1 "seedrive: build: the name of the output is empty" "$TOOL" build -o "" tree
	fails 1 "seedrive: build: drive/: Is a directory" "$TOOL" build -o drive/ tree
	holds tree
}

@test "build: a limit on the size of files is reported, and no file is left" {
	small_tree tree
	fails 1 "seedrive: build: drive.iso: File too large" prlimit --fsize=20000 \
		"$TOOL" build -q --source kernel -o drive.iso tree
	holds tree
}

# --- standard output ---

@test "build: -o - writes the same image to a pipe, and its report to standard error" {
	small_tree tree
	export SOURCE_DATE_EPOCH=1795435200
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o drive.iso tree
	world GETRANDOM=7 "$TOOL" build --source kernel -o - tree 2>said | cat >piped.iso
	cmp drive.iso piped.iso
	grep -qE '^standard output: [0-9]+ KiB, label config-2, bound to ' said
	[ "$(wc -l <said)" -eq 3 ]
	holds drive.iso piped.iso said tree
}

@test "build: other names of standard output have the effect of -o - if it is a pipe" {
	local name
	small_tree tree
	export SOURCE_DATE_EPOCH=1795435200
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o drive.iso tree
	for name in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
		world GETRANDOM=7 "$TOOL" build --source kernel -o "$name" tree 2>said | cat >piped.iso
		cmp drive.iso piped.iso
		grep -q '^standard output: ' said
		"$TOOL" draw -q --source kernel -o "$name" -n 64 | wc -c >size
		[ "$(cat size)" = 64 ]
	done
	# If standard output is a file, /dev/stdout as OUT means that file.
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o /dev/stdout tree >file.iso
	cmp drive.iso file.iso
	run -2 --separate-stderr sh -c '"$TOOL" build --json -o /dev/stdout tree | cat; exit ${PIPESTATUS:-2}'
	[ "$stderr" = "seedrive: build: --json: the image goes to standard output; use -o FILE" ]
	holds drive.iso file.iso piped.iso said size tree
}

@test "build: an image is not written to a terminal" {
	small_tree tree
	run -2 script -qec '"$TOOL" build -o - tree' /dev/null
	[ "${output%$'\r'}" = "seedrive: build: -o -: an image does not go to a terminal" ]
}

@test "build: a standard output that is full or closed is reported" {
	small_tree tree
	run -1 --separate-stderr sh -c '"$TOOL" build -q --source kernel -o - tree >/dev/full'
	[ "$stderr" = "seedrive: build: standard output: No space left on device" ]
	run -1 --separate-stderr sh -c '"$TOOL" build -q --source kernel -o - tree >&-'
	[ "$stderr" = "seedrive: build: standard output: Bad file descriptor" ]
	# The drive is complete, but the report about it is lost.
	run -1 --separate-stderr sh -c '"$TOOL" build --source kernel -o drive.iso tree >/dev/full'
	[ "$stderr" = "seedrive: build: standard output: No space left on device" ]
	"$TOOL" inspect drive.iso >/dev/null
}

@test "build: a reader that has closed the pipe is reported" {
	small_tree tree
	fails 1 "seedrive: build: standard output: Broken pipe" /usr/bin/python3 -c 'import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode)' \
		"$TOOL" build -q --source kernel -o - tree
}

@test "build: with standard output and error closed, no warning ends up on the drive" {
	small_tree tree
	sed -i 's/"random_seed": "/&*/' tree/openstack/latest/meta_data.json
	run -0 sh -c '"$TOOL" build -q --source kernel -o two.iso tree >&- 2>&-'
	run -0 sh -c '"$TOOL" build -q --source kernel -o three.iso tree <&- >&- 2>&-'
	"$TOOL" inspect two.iso >/dev/null
	"$TOOL" inspect three.iso >/dev/null
	# With standard error open, this build does print a warning.
	fails 0 "seedrive: build: warning: tree/openstack/latest/meta_data.json: random_seed is not base64:\
 left as it was" "$TOOL" build -q --source kernel -o drive.iso tree
}

@test "build: --json together with -o - is refused, because both need standard output" {
	small_tree tree
	fails 2 "seedrive: build: --json: the image goes to standard output; use -o FILE" \
		"$TOOL" build --json -o - tree
}
