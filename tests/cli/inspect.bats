#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive inspect: what it prints about valid, unusual and damaged drives, and that it never prints the seed.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	export DRIVE=$BATS_FILE_TMPDIR/drive.iso BIN NOTE
	SOURCE_DATE_EPOCH=1795435200 "$TOOL" build -q --source kernel -o "$DRIVE" "$NOVA"
	BIN=$(($(extent "$DRIVE" seedrive.bin) * 2048))
	NOTE=$((BIN + 2048))
}

# signed IMAGE OFFSET HEX: overwrite bytes of the record at OFFSET, and set its digest to the right value again.
signed() {
	/usr/bin/python3 - "$1" $(($(extent "$1" seedrive.bin) * 2048)) "$2" "$3" <<-'END'
		import hashlib, sys

		with open(sys.argv[1], "r+b") as image:
		    image.seek(int(sys.argv[2]))
		    raw, at, new = bytearray(image.read(2048)), int(sys.argv[3]), bytes.fromhex(sys.argv[4])
		    raw[at:at + len(new)] = new
		    raw[96:128] = hashlib.sha256(raw[:96] + raw[128:128 + int.from_bytes(raw[12:16], "little")]).digest()
		    image.seek(int(sys.argv[2]))
		    image.write(raw)
	END
}

# damaged LINE: check that drive.iso is refused with that line.
damaged() {
	fails 1 "seedrive: inspect: drive.iso: $1" "$TOOL" inspect drive.iso
	fails 1 "seedrive: inspect: drive.iso: $1" "$TOOL" inspect --json --min-bits 0 drive.iso
}

@test "inspect: it prints the claim, the binding, and whether all parts of the drive agree" {
	local id
	id=$(od -An -v -tx1 -j $((BIN + 36)) -N 16 "$DRIVE" | tr -d ' \n')
	run -0 --separate-stderr "$TOOL" inspect "$DRIVE"
	[ "$stderr" = "" ]
	[ "$output" = "image         $DRIVE, $(($(stat -c %s "$DRIVE") / 1024)) KiB, label config-2
seed          $id
bits          256, 0 of them from hardware; digest right
issued        2026-11-23 12:00:00 UTC
expires       never
bound to      $UUID, the instance of the metadata
seedrive.json names the same seed
random_seed   9 values, all different" ]
}

@test "inspect: --json has the same in JSON" {
	run -0 --separate-stderr "$TOOL" inspect --json "$DRIVE"
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json, os, sys
said, path, uuid, at = json.load(open("said")), *sys.argv[1:3], int(sys.argv[3])
image = open(path, "rb").read()
assert said == {
	"image": path, "size": os.stat(path).st_size, "label": "config-2", "record": True, "tombstone": False,
	"seed_id": image[at + 36:at + 52].hex(), "credit_bits": 256, "hardware_bits": 0,
	"issued_at": 1795435200, "ttl": 0, "expired": False, "bound_to": uuid, "note_agrees": True, "spent": False,
	"random_seed_values": 9, "random_seed_repeated": 0, "random_seed_unreadable": 0,
}, said' "$DRIVE" "$UUID" "$BIN"
}

@test "inspect: neither form reveals anything of the seed or of a random_seed" {
	"$TOOL" inspect "$DRIVE" >text 2>&1
	"$TOOL" inspect --json "$DRIVE" >json 2>&1
	run -1 "$ROOT/tests/lib/scan-memory" "image:$DRIVE" -- text json
}

@test "inspect: the image is not changed, and need not be writable" {
	cp "$DRIVE" drive.iso
	chmod 400 drive.iso
	unprivileged "$TOOL" inspect drive.iso
	cmp "$DRIVE" drive.iso
}

@test "inspect: the exit status says whether --min-bits is met" {
	local line
	run -0 --separate-stderr "$TOOL" inspect --min-bits 256 "$DRIVE"
	[ "$stderr" = "" ]
	run -3 --separate-stderr "$TOOL" inspect --min-bits 257 "$DRIVE"
	[ "$stderr" = "seedrive: inspect: $DRIVE: 256 bits, at least 257 were asked for" ]
	[ "${lines[0]%%,*}" = "image         $DRIVE" ]
	for line in 16385 -1 x ""; do
		fails 2 "seedrive: inspect: --min-bits: $line: must be a whole number from 0 to 16384" \
			"$TOOL" inspect --min-bits "$line" "$DRIVE"
	done
}

@test "inspect: a tombstone is described as the seed that it replaced, with 0 bits" {
	drive drive.iso
	id=$("$TOOL" inspect drive.iso | sed -n 's/^seed  *//p')
	bury drive.iso
	run -0 --separate-stderr "$TOOL" inspect drive.iso
	[ "$stderr" = "" ]
	[ "${lines[1]}" = "seed          $id" ]
	[ "${lines[2]}" = "bits          0: spent, a tombstone stands in the record's place" ]
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said spent) $(member said credit_bits) $(member said hardware_bits)" = "True 0 0" ]
	[ "$(member said seed_id) $(member said bound_to)" = "$id $UUID" ]
	run -3 "$TOOL" inspect --min-bits 1 drive.iso
}

@test "inspect: a tombstone is named as such, and does not count as a record" {
	drive drive.iso
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said record) $(member said tombstone)" = "True False" ]
	bury drive.iso
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said record) $(member said tombstone)" = "False True" ]
	# The guest does not change seedrive.json.
	[ "$(member said note_agrees)" = True ]
	genisoimage -quiet -J -r -V config-2 -o drive.iso tree
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said record) $(member said tombstone)" = "False False" ]
}

@test "inspect: a damaged tombstone is refused, with its fault" {
	local at refused="seedrive.bin: tombstone of a spent seed refused"
	drive buried.iso
	bury buried.iso
	at=$(($(extent buried.iso seedrive.bin) * 2048))
	cp buried.iso drive.iso
	printf x | overwrite drive.iso $((at + 128))
	damaged "$refused: digest does not match"
	cp buried.iso drive.iso
	printf '\002' | overwrite drive.iso $((at + 8))
	damaged "$refused: unknown version"
	cp buried.iso drive.iso
	printf x | overwrite drive.iso $((at + 192))
	damaged "$refused: bytes that must be zero are not"
	# This tombstone has a byte of a seed, and a digest that matches.
	cp buried.iso drive.iso
	signed drive.iso 128 01
	damaged "$refused: bytes that must be zero are not"
}

@test "inspect: times are unsigned, so late ones are correct" {
	local at
	drive drive.iso
	at=$(($(extent drive.iso seedrive.bin) * 2048))
	[ "$(od -An -tu1 -j "$at" -N 1 drive.iso)" -eq 83 ]
	signed drive.iso 24 ffffffffffffffffffffffff
	run -0 --separate-stderr "$TOOL" inspect drive.iso
	[ "$stderr" = "" ]
	[ "${lines[3]}" = "issued        18446744073709551615 seconds after 1970-01-01 00:00:00 UTC" ]
	[ "${lines[4]}" = "expires       4294967295 seconds after it was issued" ]
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said issued_at) $(member said ttl) $(member said expired)" = "18446744073709551615 4294967295 False" ]
	# This record was issued in the first second that a signed 64-bit number cannot hold.
	signed drive.iso 24 000000000000008001000000
	run -0 "$TOOL" inspect drive.iso
	[ "${lines[3]}" = "issued        9223372036854775808 seconds after 1970-01-01 00:00:00 UTC" ]
	[ "${lines[4]}" = "expires       9223372036854775809 seconds after 1970-01-01 00:00:00 UTC" ]
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said issued_at)" = 9223372036854775808 ]
	signed drive.iso 24 0000000000000000ffffffff
	run -0 "$TOOL" inspect drive.iso
	[ "${lines[3]}" = "issued        1970-01-01 00:00:00 UTC" ]
	[ "${lines[4]}" = "expires       2106-02-07 06:28:15 UTC" ]
}

@test "inspect: it says whether a seed has expired" {
	SOURCE_DATE_EPOCH=1000000000 drive old.iso --ttl 1d
	drive new.iso --ttl 1d
	run -0 "$TOOL" inspect old.iso
	[ "${lines[4]}" = "expires       2001-09-10 01:46:40 UTC (has expired)" ]
	run -0 "$TOOL" inspect new.iso
	[[ ${lines[4]} =~ ^"expires       "[0-9:\ -]*" UTC"$ ]]
	"$TOOL" inspect --json old.iso >old
	"$TOOL" inspect --json new.iso >new
	[ "$(member old expired) $(member new expired)" = "True False" ]
}

@test "inspect: it says if the seed is bound to another instance, or to none" {
	drive other.iso --bind 01234567-89ab-cdef-0123-456789abcdef
	drive none.iso --bind none
	"$TOOL" inspect other.iso >text
	grep -qx 'bound to      01234567-89ab-cdef-0123-456789abcdef, not the instance of the metadata' text
	"$TOOL" inspect none.iso >text
	grep -qx 'bound to      no instance' text
}

@test "inspect: a drive without a record is described, and claims nothing" {
	genisoimage -quiet -J -r -V config-2 -o drive.iso "$NOVA"
	run -0 --separate-stderr "$TOOL" inspect drive.iso
	[ "$stderr" = "" ]
	[ "${lines[1]}" = "seed          none" ]
	[ "${lines[2]}" = "random_seed   9 values, all different" ]
	run -3 --separate-stderr "$TOOL" inspect --min-bits 1 drive.iso
	[ "$stderr" = "seedrive: inspect: drive.iso: 0 bits, at least 1 were asked for" ]
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said record)" = False ]
}

@test "inspect: random_seed values that are equal or unreadable are reported" {
	small_tree tree
	cp -r tree/openstack/latest tree/openstack/2018-08-27
	mkdir tree/openstack/2015-10-15
	echo '{"random_seed": 1}' >tree/openstack/2015-10-15/meta_data.json
	genisoimage -quiet -J -r -V config-2 -o drive.iso tree
	run -0 "$TOOL" inspect drive.iso
	[ "${lines[2]}" = "random_seed   2 values, some of them alike, 1 files not readable" ]
}

# versions DIR NUMBER: make a tree with NUMBER folders below openstack/, each with a different random_seed.
versions() {
	/usr/bin/python3 -c 'import base64, hashlib, json, os, sys
for i in range(int(sys.argv[2])):
	folder = "%s/openstack/v%04d" % (sys.argv[1], i)
	os.makedirs(folder)
	value = base64.b64encode(hashlib.sha512(b"%d" % i).digest()).decode()
	json.dump({"random_seed": value}, open(folder + "/meta_data.json", "w"))' "$1" "$2"
}

@test "inspect: any number of random_seed values are all compared with each other" {
	local last
	versions tree 1000
	genisoimage -quiet -J -r -V config-2 -o drive.iso tree
	run -0 --separate-stderr "$TOOL" inspect drive.iso
	[ "$stderr" = "" ]
	[ "${lines[2]}" = "random_seed   1000 values, all different" ]
	for last in v0257 v0999; do
		rm -r tree
		versions tree $((10#${last#v} + 1))
		cp "tree/openstack/v0256/meta_data.json" "tree/openstack/$last/"
		genisoimage -quiet -J -r -V config-2 -o drive.iso tree
		run -0 "$TOOL" inspect drive.iso
		[ "${lines[2]}" = "random_seed   $((10#${last#v} + 1)) values, some of them alike" ]
		"$TOOL" inspect --json drive.iso >said
		[ "$(member said random_seed_repeated)" = 1 ]
	done
}

@test "inspect: two versions whose names differ only in case are two" {
	versions tree 2
	mv tree/openstack/v0000 tree/openstack/latest
	mv tree/openstack/v0001 tree/openstack/LATEST
	"$TOOL" build -q --source kernel -o drive.iso tree
	run -0 "$TOOL" inspect drive.iso
	[ "${lines[-1]}" = "random_seed   2 values, all different" ]
}

@test "inspect: a meta_data.json that cannot be found is an error, and not silently skipped" {
	local at
	small_tree tree
	genisoimage -quiet -J -r -V config-2 -o drive.iso tree
	# Change the length of the plain name in the file's directory record.
	at=$(LC_ALL=C grep -obUa 'META_DAT' drive.iso | head -1 | cut -d: -f1)
	printf '\000' | overwrite drive.iso $((at - 1))
	damaged "openstack: malformed"
}

# --- damage ---

@test "inspect: a record with any byte changed is refused" {
	local at
	# The offsets are in: magic, version, lengths, bits, time, ttl, id, UUID, reserved, digest, seed, padding.
	for at in 0 8 10 12 16 20 24 32 36 52 68 95 96 127 128 191 192 2047; do
		cp "$DRIVE" drive.iso
		od -An -v -tu1 -j $((BIN + at)) -N 1 drive.iso >byte
		# shellcheck disable=SC2059 # an octal number is the format
		printf "\\$(printf %03o $(($(cat byte) ^ 1)))" | overwrite drive.iso $((BIN + at))
		run -1 --separate-stderr "$TOOL" inspect drive.iso
		[[ $stderr =~ ^"seedrive: inspect: drive.iso: seedrive.bin: record refused: ".+$ ]]
		[ "$output" = "" ]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
}

@test "inspect: the fault of a record is described in words" {
	local refused="seedrive.bin: record refused"
	cp "$DRIVE" drive.iso
	printf e | overwrite drive.iso $((BIN + 7))
	damaged "$refused: no record magic"
	cp "$DRIVE" drive.iso
	printf '\002' | overwrite drive.iso $((BIN + 8))
	damaged "$refused: unknown version"
	cp "$DRIVE" drive.iso
	printf '\002' | overwrite drive.iso $((BIN + 17))
	damaged "$refused: claims more bits than its seed can hold"
	cp "$DRIVE" drive.iso
	printf x | overwrite drive.iso $((BIN + 70))
	damaged "$refused: reserved bytes are not zero"
	cp "$DRIVE" drive.iso
	printf xxxxxxxx | overwrite drive.iso $((BIN + 128))
	damaged "$refused: digest does not match"
}

@test "inspect: an image that is truncated at any place is refused" {
	local size at
	size=$(stat -c %s "$DRIVE")
	for at in $((size - 1)) $((BIN + 2048)) $((BIN + 100)) 40000; do
		head -c "$at" "$DRIVE" >drive.iso
		damaged "cut short: $at of $size bytes"
	done
	head -c 32769 "$DRIVE" >drive.iso
	damaged "not an ISO 9660 image"
}

@test "inspect: files that are no image are refused: zeros, text, an empty file" {
	head -c 1000000 /dev/zero >drive.iso
	damaged "not an ISO 9660 image"
	echo hello >drive.iso
	damaged "not an ISO 9660 image"
	: >drive.iso
	damaged "not an ISO 9660 image"
}

@test "inspect: a volume descriptor that contradicts itself is refused" {
	cp "$DRIVE" drive.iso
	# Change only the little-endian half of the volume space size.
	printf '\377\377\377\377' | overwrite drive.iso $((32768 + 80))
	run -1 --separate-stderr "$TOOL" inspect drive.iso
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr =~ ^"seedrive: inspect: drive.iso: " ]]
	[ "$output" = "" ]
}

@test "inspect: a seedrive.json of another seed is reported, a missing one is an error" {
	cp "$DRIVE" drive.iso
	drive other.iso
	content other.iso seedrive.json | overwrite drive.iso "$NOTE"
	"$TOOL" inspect drive.iso >text
	grep -qx 'seedrive.json names another seed' text
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said note_agrees)" = False ]

	mkdir out
	bsdtar -xf "$DRIVE" -C out
	rm -f out/seedrive.json
	genisoimage -quiet -J -r -V config-2 -o drive.iso out
	damaged "seedrive.json: missing beside the record"
}

# note TEXT: write TEXT over seedrive.json, padded with spaces to the file's size, as the tool does.
note() {
	printf '%s\n' "$1" | head -c 2047 >note
	head -c 2047 /dev/zero | tr '\0' ' ' >>note
	{ head -c 2047 note; echo; } | overwrite drive.iso "$NOTE"
}

@test "inspect: seedrive.json is parsed as JSON: only its member names the seed" {
	local id text
	cp "$DRIVE" drive.iso
	id=$(od -An -v -tx1 -j $((BIN + 36)) -N 16 "$DRIVE" | tr -d ' \n')
	for text in '{"seed_id":"ID"}' '{ "a": [1e9, {"seed_id": "x"}], "seed_id" : "ID" }' '{"seed\u005fid":"ID"}'; do
		note "${text/ID/"$id"}"
		"$TOOL" inspect drive.iso >text
		grep -qx 'seedrive.json names the same seed' text
	done
	for text in '"seed_id":"ID"' '{"a":{"seed_id":"ID"}}' '{"seed_id":"ID","seed_id":"ID"}' '{"seed_id":"ID"' '{"seed_id":"ID"}}' \
		'{"seed_id":["seed_id","ID"]}' '{"seed_id":"IDa"}' "{\"seed_id\":\"${id^^}\"}a"; do
		note "${text//ID/"$id"}"
		"$TOOL" inspect drive.iso >text
		grep -qx 'seedrive.json names another seed' text
	done
}

@test "inspect: a seedrive.json of random bytes is read within its bounds" {
	local noise
	yes x | tr -d '\n' | head -c 2048 >letters
	yes '"seed_id":' | tr -d '\n' | head -c 2048 >keys
	head -c 2048 /dev/zero >zeros
	cp "$DRIVE" drive.iso
	for noise in letters keys zeros; do
		overwrite drive.iso "$NOTE" <"$noise"
		"$TOOL" inspect drive.iso >text
		grep -qx 'seedrive.json names another seed' text
	done
	# The file ends in the first bytes of the right content.
	content "$DRIVE" seedrive.json | grep -ao '"seed_id":"[0-9a-f]*' | head -c 20 >start
	overwrite drive.iso $((NOTE + 2048 - 20)) <start
	"$TOOL" inspect drive.iso >text
	grep -qx 'seedrive.json names another seed' text
}

# endless: make the images of tests/lib/endless.py, with the record of a drive.
endless() {
	dd if="$DRIVE" of=record bs=1 skip="$BIN" count=4096 status=none
	"$ROOT/tests/lib/endless.py" . record
}

@test "inspect: an image that would take hours to read is given up, with the reason" {
	local image
	endless
	# On a busy machine, the time limit may be reached first.
	given_up() {
		local option
		for option in --min-bits=0 --json; do
			run -1 --separate-stderr timeout 20 "$TOOL" inspect "$option" "$1.iso"
			[ "$output" = "" ]
			[[ $stderr == "seedrive: inspect: $1.iso: reading was stopped: $2" ||
				$stderr == "seedrive: inspect: $1.iso: reading was stopped: it takes too long" ]]
		done
	}
	for image in too-large-folder too-large-root too-large-version; do
		given_up "$image" "more than 64 MiB of folders and files to read"
	done
	for image in too-many-names-of-one-version too-many-versions-of-one-name; do
		given_up "$image" "more than 4096 folders below openstack/"
	done
	for image in too-much-metadata too-much-metadata-with-text; do
		given_up "$image" "more than 32 MiB of meta_data.json files"
	done
}

@test "inspect: an unusual image of normal size is described" {
	local image
	endless
	rm too-*.iso
	for image in *.iso; do
		run -0 --separate-stderr timeout 20 "$TOOL" inspect "$image"
		[ "$stderr" = "" ]
		[ "${lines[2]}" = "bits          256, 0 of them from hardware; digest right" ]
		echo "${image%.iso}: ${lines[-1]}" >>said
	done
	diff - said <<-'END'
		folders-10000-deep: random_seed   0 values
		folders-that-hold-each-other: random_seed   0 values
		metadata-in-the-folder-that-names-it: random_seed   0 values, 1000 files not readable
		metadata-of-4-gib: random_seed   0 values, 1000 files not readable
		metadata-that-overlaps: random_seed   0 values, 100 files not readable
		names-that-go-on-without-end: random_seed   0 values
		path-table-of-4-gib: random_seed   0 values
	END
}

@test "inspect: it reads no more than the budget of an image of any size" {
	endless
	# Count only reads of the image: the loader of libraries reads as well.
	traced -P too-large-folder.iso -e trace=pread64 "$TOOL" inspect too-large-folder.iso || true
	[ "$(grep -c pread64 "$BATS_TEST_TMPDIR/trace")" -gt 1000 ]
	[ "$(grep -c pread64 "$BATS_TEST_TMPDIR/trace")" -le 32768 ]
}

@test "inspect: --no-links refuses an image with a symbolic link in its path" {
	mkdir folder
	cp "$DRIVE" folder/drive.iso
	ln -s folder link
	ln -s drive.iso folder/link
	run -0 "$TOOL" inspect --no-links folder/drive.iso
	run -0 "$TOOL" inspect --no-links "$PWD/folder/../folder/drive.iso"
	for path in link/drive.iso folder/link "$PWD/link/drive.iso"; do
		run -0 "$TOOL" inspect "$path"
		fails 1 "seedrive: inspect: $path: has a symbolic link in its path, which --no-links refuses" \
			"$TOOL" inspect --no-links "$path"
	done
	fails 1 "seedrive: inspect: /dev/zero: not a regular file" "$TOOL" inspect --no-links /dev/zero
	fails 1 "seedrive: inspect: missing: No such file or directory" "$TOOL" inspect --no-links missing
}

@test "inspect: a label cannot send control characters to the terminal" {
	cp "$DRIVE" drive.iso
	printf '\033[31mlabel' | overwrite drive.iso $((32768 + 40))
	run -0 "$TOOL" inspect drive.iso
	[[ ${lines[0]} == *', label \x1b[31mlabel' ]]
}

@test "inspect: an IMAGE that is missing, a folder, a FIFO or unreadable is an error" {
	mkdir folder
	mkfifo fifo
	cp "$DRIVE" drive.iso
	chmod 000 drive.iso
	fails 1 "seedrive: inspect: missing: No such file or directory" "$TOOL" inspect missing
	fails 1 "seedrive: inspect: folder: Is a directory" "$TOOL" inspect folder
	fails 1 "seedrive: inspect: fifo: neither a file nor a block device" "$TOOL" inspect fifo
	fails 1 "seedrive: inspect: drive.iso: Permission denied" unprivileged "$TOOL" inspect drive.iso
	fails 2 "seedrive: inspect: IMAGE is missing" "$TOOL" inspect
	fails 2 "seedrive: inspect: fifo: one IMAGE is enough" "$TOOL" inspect drive.iso fifo
}
