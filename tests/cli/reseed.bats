#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive reseed: a fresh seed for an existing drive; what it renews, keeps and refuses.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

teardown() {
	# This process still exists only if the test failed.
	[ ! "${QEMU:-}" ] || kill "$QEMU"
	make_removable
}

# refused LINE [OPTION...]: check that reseed fails with that line, and does not change the image.
refused() {
	local line=$1
	shift
	cp drive.iso before
	fails 1 "seedrive: reseed: drive.iso: $line" "$TOOL" reseed --source kernel "$@" drive.iso
	cmp before drive.iso
}

@test "reseed: seed, id and every random_seed are new, and share no 8 bytes with the old ones" {
	"$TOOL" build -q --source kernel -o drive.iso "$NOVA"
	cp drive.iso old.iso
	succeeds "$TOOL" reseed -q --source kernel drive.iso
	run -1 "$ROOT/tests/lib/scan-memory" image:old.iso -- drive.iso
	run -1 "$ROOT/tests/lib/scan-memory" image:drive.iso -- old.iso
	"$TOOL" inspect --json old.iso >old
	"$TOOL" inspect --json drive.iso >new
	[ "$(member old seed_id)" != "$(member new seed_id)" ]
	[ "$(member new note_agrees) $(member new random_seed_values) $(member new random_seed_repeated)" = \
		"True 9 0" ]
	[ "$(member new credit_bits)" = 256 ]
}

@test "reseed: no other byte of the image changes" {
	"$TOOL" build -q --source kernel -o drive.iso "$NOVA"
	cp drive.iso old.iso
	"$TOOL" reseed -q --source kernel drive.iso
	# Each byte that differs is in the record, in seedrive.json or in a random_seed.
	/usr/bin/python3 -c 'import re, sys
old, new = (bytearray(open(p, "rb").read()) for p in ("old.iso", "drive.iso"))
assert len(old) == len(new)
record = int(sys.argv[1]) * 2048
spans = [(record, record + 4096)]
spans += [m.span(1) for m in re.finditer(rb"\"random_seed\": \"([^\"]*)\"", bytes(old))]
assert len(spans) == 10, spans
for low, high in spans:
	assert old[low:high] != new[low:high]
	old[low:high] = new[low:high] = bytes(high - low)
assert old == new' "$(extent drive.iso seedrive.bin)"
}

@test "reseed: binding, time to live, strength and size are kept, unless options change them" {
	local before other=01234567-89ab-cdef-0123-456789abcdef
	key fifo
	SOURCE_DATE_EPOCH=1000000000 drive drive.iso --ttl 1w --bits 100
	before=$(stat -c '%s %i %a' drive.iso)
	"$TOOL" reseed -q --source kernel drive.iso
	"$TOOL" inspect --json drive.iso >kept
	[ "$(member kept bound_to) $(member kept ttl) $(member kept credit_bits)" = "$UUID 604800 100" ]
	[ "$(member kept issued_at)" -gt 1700000000 ]
	[ "$(member kept expired)" = False ]
	[ "$(stat -c '%s %i %a' drive.iso)" = "$before" ]
	"$TOOL" reseed -q --source file:fifo,bits=4 --bits 512 --ttl 0 --bind "$other" drive.iso
	"$TOOL" inspect --json drive.iso >changed
	[ "$(member changed bound_to) $(member changed ttl)" = "$other 0" ]
	[ "$(member changed credit_bits) $(member changed hardware_bits)" = "512 512" ]
	"$TOOL" reseed -q --source kernel --bits 256 --bind none drive.iso
	"$TOOL" inspect --json drive.iso >unbound
	[ "$(member unbound bound_to) $(member unbound credit_bits)" = "None 256" ]
	[ "$(stat -c '%s %i %a' drive.iso)" = "$before" ]
}

@test "reseed: it reports what it did in a line, or in JSON" {
	drive drive.iso
	run -0 --separate-stderr "$TOOL" reseed --source kernel drive.iso
	[ "$stderr" = "" ]
	[[ $output =~ ^"drive.iso: fresh seed "[0-9a-f]{32}": 256 bits; random_seed: 1 mixed with fresh entropy, 0 left as they were"$ ]]
	run -0 --separate-stderr "$TOOL" reseed --json --source kernel drive.iso
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	[ "$(member said image) $(member said random_seed_mixed)" = "drive.iso 1" ]
	"$TOOL" inspect --json drive.iso >found
	[ "$(member said seed_id)" = "$(member found seed_id)" ]
}

@test "reseed: other readers still read the drive, and its metadata is still JSON" {
	drive drive.iso
	"$TOOL" reseed -q --source kernel drive.iso
	content drive.iso openstack/latest/meta_data.json >new
	[ "$(member new uuid) $(member new name)" = "$UUID small" ]
	[ "$(member new random_seed | base64 -d | wc -c)" -eq 48 ]
	isoinfo -J -f -i drive.iso | grep -qx /openstack/latest/meta_data.json
}

@test "reseed: a random_seed that cannot be mixed is left unchanged, with a warning" {
	small_tree tree
	echo '{"random_seed": "***"}' >tree/openstack/latest/meta_data.json
	"$TOOL" build -q --source kernel -o drive.iso tree 2>/dev/null
	fails 0 "seedrive: reseed: warning: drive.iso: openstack/latest/meta_data.json: random_seed is not\
 base64: left as it was" "$TOOL" reseed -q --source kernel drive.iso
	content drive.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
}

@test "reseed: on a drive with Joliet alone, every random_seed is found below its 8.3 name" {
	"$MKISOFS" -quiet -J -V config-2 -o joliet.iso "$NOVA"
	random_seed() {
		isoinfo -J -i joliet.iso -x /openstack/latest/meta_data.json | grep -o '"random_seed": "[^"]*"'
	}
	random_seed >old
	run -0 "$TOOL" reseed --source kernel joliet.iso
	[[ $output == *"random_seed: 9 mixed with fresh entropy, 0 left as they were" ]]
	random_seed >new
	run -1 cmp -s old new
	run -0 "$TOOL" inspect joliet.iso
	[[ ${lines[-1]} == *"all different" ]]
}

@test "reseed: two versions whose names differ only in case are each mixed once" {
	small_tree tree
	cp -r tree/openstack/latest tree/openstack/LATEST
	"$TOOL" build -q --source kernel -o drive.iso tree
	cp drive.iso old.iso
	run -0 "$TOOL" reseed --source kernel drive.iso
	[[ $output == *"; random_seed: 2 mixed with fresh entropy, 0 left as they were" ]]
	run -1 "$ROOT/tests/lib/scan-memory" image:old.iso -- drive.iso
}

@test "reseed: a meta_data.json that is empty or too large is left unchanged, as by build" {
	local why="not a JSON object" version
	small_tree tree
	mkdir tree/openstack/{empty,large}
	: >tree/openstack/empty/meta_data.json
	/usr/bin/python3 -c 'import json
value = json.load(open("tree/openstack/latest/meta_data.json"))
value["more"] = (16 << 20) * "x"
json.dump(value, open("tree/openstack/large/meta_data.json", "w"))'
	run -0 --separate-stderr "$TOOL" build --source kernel -o drive.iso tree
	[ "$stderr" = "seedrive: build: warning: tree/openstack/empty/meta_data.json: $why: left as it was
seedrive: build: warning: tree/openstack/large/meta_data.json: larger than 16 MiB: left as it was" ]
	[ "${lines[-1]}" = "  random_seed: 1 mixed with fresh entropy, 2 left as they were" ]
	run -0 --separate-stderr "$TOOL" reseed --json --source kernel drive.iso
	[ "$stderr" = "seedrive: reseed: warning: drive.iso: openstack/empty/meta_data.json: $why: left as it was
seedrive: reseed: warning: drive.iso: openstack/large/meta_data.json: larger than 16 MiB: left as it was" ]
	printf '%s' "$output" >said
	[ "$(member said random_seed_mixed) $(member said random_seed_left)" = "1 2" ]
	for version in empty large; do
		content drive.iso "openstack/$version/meta_data.json" | cmp - "tree/openstack/$version/meta_data.json"
	done
	run -0 --separate-stderr "$TOOL" inspect drive.iso
	[ "$stderr" = "" ]
	[ "${lines[-1]}" = "random_seed   1 values, 2 files not readable" ]
	# 16 MiB are not too large.
	truncate -s $((16 << 20)) tree/openstack/large/meta_data.json
	run -0 --separate-stderr "$TOOL" build --source kernel -o drive.iso tree
	[[ "$stderr" == *"tree/openstack/large/meta_data.json: not a JSON object: left as it was" ]]
}

@test "reseed: the new seed is flushed to the disk before the tool ends" {
	drive drive.iso
	traced -e trace=pwrite64,fsync "$TOOL" reseed -q --source kernel drive.iso
	[ "$(awk '$2 ~ /^[a-z]/ { sub(/\(.*/, "", $2); print $2 }' "$BATS_TEST_TMPDIR/trace" | uniq |
		paste -sd ' ')" = "pwrite64 fsync" ]
	# The record and seedrive.json are written by one call.
	grep -q 'pwrite64([0-9]*, "SEEDRIVE.*, 4096, ' "$BATS_TEST_TMPDIR/trace"
}

@test "reseed: a tombstone becomes a record again, with the same binding and strength" {
	drive drive.iso --ttl 1d
	"$TOOL" inspect --json drive.iso >old
	bury drive.iso
	succeeds "$TOOL" reseed -q --source kernel drive.iso
	"$TOOL" inspect --json --min-bits 256 drive.iso >new
	[ "$(member new spent) $(member new ttl) $(member new bound_to)" = "False 86400 $UUID" ]
	[ "$(member old seed_id)" != "$(member new seed_id)" ]
}

# --- refused ---

@test "reseed: an image that a running QEMU uses is refused, and accepted after QEMU has ended" {
	drive drive.iso
	mkfifo ask tell
	qemu-system-x86_64 -S -nodefaults -display none -qmp stdio -cdrom drive.iso <ask >tell 3>&- &
	QEMU=$!
	exec {ask}>ask {tell}<tell
	read -r -u "$tell"
	echo '{"execute": "qmp_capabilities"}' >&"$ask"
	read -r -u "$tell"
	[ "${REPLY%$'\r'}" = '{"return": {}}' ]
	refused "locked: in use by a running virtual machine or another run of seedrive"
	echo '{"execute": "quit"}' >&"$ask"
	wait "$QEMU"
	QEMU=
	succeeds "$TOOL" reseed -q --source kernel drive.iso
}

@test "reseed: of two at a time for one image, the second fails with an error, and the first is not disturbed" {
	drive drive.iso
	run -0 --separate-stderr world AT=pwrite:drive.iso \
		DO='"$TOOL" reseed -q --source kernel drive.iso; echo $? >second' \
		"$TOOL" reseed -q --source kernel drive.iso
	[ "$stderr" = "seedrive: reseed: drive.iso: locked: in use by a running virtual machine or another run of seedrive" ]
	[ "$(cat second)" = 1 ]
	"$TOOL" inspect drive.iso | grep -qx 'seedrive.json names the same seed'
}

@test "reseed: a virtual machine cannot start from a drive while it is renewed" {
	drive drive.iso
	world AT=fsync:drive.iso DO='! timeout 300 qemu-system-x86_64 -S -nodefaults -display none \
		-cdrom drive.iso 2>said' "$TOOL" reseed -q --source kernel drive.iso
	grep -qE '^qemu.*: Failed to (get|lock) ' said
}

@test "reseed: more bits than fit into the record's sectors are refused, and as many as fit are accepted" {
	drive drive.iso
	key fifo
	refused "--bits 7681: the record has room for 7680" --bits 7681
	succeeds "$TOOL" reseed -q --bits 7680 --source file:fifo,bits=4 drive.iso
	"$TOOL" inspect --min-bits 7680 drive.iso >/dev/null
}

@test "reseed: a drive without a record, or without seedrive.json directly after it, is refused" {
	genisoimage -quiet -J -r -V config-2 -o drive.iso "$NOVA"
	refused "no seed record to renew"
	drive other.iso
	mkdir out
	bsdtar -xf other.iso -C out
	mkdir between
	mv out/seedrive.json between
	# In this image another file is between the record and seedrive.json.
	genisoimage -quiet -J -r -V config-2 -o drive.iso -graft-points out \
		seedrive.json=between/seedrive.json seedrive.c=/etc/hostname 2>/dev/null
	refused "seedrive.json is missing or damaged, or does not directly follow the record"
}

@test "reseed: a damaged record, a truncated image and a file that is no image are refused" {
	drive good.iso
	cp good.iso drive.iso
	printf xxxxxxxx | overwrite drive.iso $(($(extent drive.iso seedrive.bin) * 2048 + 128))
	refused "seedrive.bin: record refused: digest does not match"
	head -c 60000 good.iso >drive.iso
	refused "cut short: 60000 of $(stat -c %s good.iso) bytes"
	head -c 60000 /dev/zero >drive.iso
	refused "not an ISO 9660 image"
}

@test "reseed: an image that is missing, a folder or not writable is an error" {
	drive drive.iso
	chmod 400 drive.iso
	fails 1 "seedrive: reseed: drive.iso: Permission denied" unprivileged "$TOOL" reseed drive.iso
	fails 1 "seedrive: reseed: missing: No such file or directory" "$TOOL" reseed missing
	fails 1 "seedrive: reseed: tree: Is a directory" "$TOOL" reseed tree
	fails 2 "seedrive: reseed: IMAGE is missing" "$TOOL" reseed
	fails 2 "seedrive: reseed: tree: one IMAGE is enough" "$TOOL" reseed drive.iso tree
	fails 2 "seedrive: reseed: --bind: auto: must be none or a UUID" "$TOOL" reseed --bind auto drive.iso
}

@test "reseed: a disk that fails is reported" {
	local call
	for call in pwrite64 fsync; do
		drive drive.iso
		fails 1 "seedrive: reseed: drive.iso: Input/output error" traced \
			-e inject="$call":error=EIO:when=1 "$TOOL" reseed -q --source kernel drive.iso
		"$TOOL" inspect drive.iso | grep -qx 'seedrive.json names the same seed'
	done
}

@test "reseed: a drive of 16384 bits is renewed completely" {
	drive small.iso
	key fifo
	"$TOOL" build -q --bits 16384 --source file:fifo,bits=4 -o drive.iso tree
	cp drive.iso old.iso
	exec {more}<>fifo
	head -c 16384 /dev/urandom >&"$more"
	succeeds "$TOOL" reseed -q --source file:fifo,bits=4 drive.iso
	run -1 "$ROOT/tests/lib/scan-memory" image:old.iso -- drive.iso
	"$TOOL" inspect --min-bits 16384 drive.iso | grep -qx 'seedrive.json names the same seed'
}

@test "reseed: an image that would take hours to read is refused, and unchanged" {
	local at image
	drive drive.iso
	at=$(($(extent drive.iso seedrive.bin) * 2048))
	dd if=drive.iso of=record bs=1 skip="$at" count=4096 status=none
	"$ROOT/tests/lib/endless.py" . record
	for image in too-*.iso; do
		cp --sparse=always "$image" before
		run -1 --separate-stderr timeout 20 "$TOOL" reseed --source kernel "$image"
		[[ $stderr == "seedrive: reseed: $image: reading was stopped: "* ]]
		cmp -n $((100000 * 2048)) before "$image"
	done
}

@test "reseed: --no-links refuses an image with a symbolic link in its path, and does not touch it" {
	mkdir folder
	drive folder/drive.iso
	ln -s folder link
	ln -s drive.iso folder/link
	cp folder/drive.iso before
	for path in link/drive.iso folder/link; do
		fails 1 "seedrive: reseed: $path: has a symbolic link in its path, which --no-links refuses" \
			"$TOOL" reseed --no-links --source kernel "$path"
	done
	cmp before folder/drive.iso
	succeeds "$TOOL" reseed -q --no-links --source kernel folder/drive.iso
	run -1 cmp -s before folder/drive.iso
}
