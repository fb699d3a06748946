#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A drive made from the tree of a real Nova, as read by other programs.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

# The options that Nova uses (nova/virt/configdrive.py).
NOVA_ARGUMENTS=(-ldots -allow-lowercase -allow-multidot -l -publisher "OpenStack Nova 26.2.2"
	-quiet -J -r -V config-2)

setup_file() {
	export DRIVE=$BATS_FILE_TMPDIR/drive.iso
	make_world
	"$TOOL" build -q --source kernel --publisher "OpenStack Nova 26.2.2" -o "$DRIVE" "$NOVA"
	genisoimage -o "$BATS_FILE_TMPDIR/genisoimage.iso" "${NOVA_ARGUMENTS[@]}" "$NOVA"
}

# Compares the folder `tree`, which a program has read from the drive, with Nova's tree. Each random_seed must differ,
# but have the same length; our two files must be there, too; all else must be equal.
as_nova_made_it() {
	local file
	[ -d want ] || cp -r "$NOVA" want
	chmod -R u+w tree
	[ "$(stat -c %s tree/seedrive.bin tree/seedrive.json | paste -sd ' ')" = "2048 2048" ]
	rm tree/seedrive.bin tree/seedrive.json

	[ "$(find want -type f | wc -l)" -eq 45 ]
	diff <(cd want && find . -type f -printf '%P %s\n' | sort) \
		<(cd tree && find . -type f -printf '%P %s\n' | sort)
	for file in {want,tree}/openstack/*/meta_data.json; do
		sed -i 's/"random_seed": "[^"]*"/"random_seed": ""/' "$file"
	done
	diff -r want tree
}

# isoinfo_tree OPTION...: extracts all files of one of the image's three directory trees, under the names in that tree.
isoinfo_tree() {
	local path name
	isoinfo "$@" -l -i "$DRIVE" | awk -v OFS= '
		/^Directory listing of / { folder = $4 }
		/^-/ { print folder, $NF }' >paths
	while read -r path; do
		mkdir -p "tree/$(dirname "$path")"
		name=${path%;1}
		isoinfo "$@" -x "$path" -i "$DRIVE" >"tree/${name%.}"
	done <paths
}

@test "image: isoinfo reads every file of the plain tree unchanged, except random_seed" {
	isoinfo_tree
	# ECMA-119 does not allow hyphens, and requires a dot in every name.
	mkdir want
	bsdtar -cf - -C "$NOVA" . | bsdtar -xf - -s '/-/_/g' -C want
	as_nova_made_it
}

@test "image: isoinfo reads every file of the Rock Ridge tree unchanged, except random_seed" {
	isoinfo_tree -R
	as_nova_made_it
}

@test "image: isoinfo reads every file of the Joliet tree unchanged, except random_seed" {
	isoinfo_tree -J
	as_nova_made_it
}

@test "image: xorriso reads every file unchanged, except random_seed" {
	xorriso -abort_on WARNING -osirrox on -indev "$DRIVE" -extract / tree 2>log
	as_nova_made_it
}

@test "image: bsdtar reads every file unchanged, except random_seed" {
	mkdir tree
	bsdtar -xf "$DRIVE" -C tree
	as_nova_made_it
}

@test "image: the tool's own reader, which is the guest's, finds the record and all values" {
	run -0 --separate-stderr "$TOOL" inspect --min-bits 256 --json "$DRIVE"
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	[ "$(member said label) $(member said record) $(member said note_agrees)" = "config-2 True True" ]
	[ "$(member said random_seed_values) $(member said random_seed_repeated)" = "9 0" ]
	[ "$(member said bound_to)" = "$UUID" ]
}

@test "image: cloud-init's ConfigDrive reader accepts it, and returns the metadata of the tree" {
	mkdir tree
	bsdtar -xf "$DRIVE" -C tree
	/usr/bin/python3 - "$NOVA" tree <<-'END'
		import sys
		from cloudinit.sources import DataSourceConfigDrive as source
		want, have = map(source.read_config_drive, sys.argv[1:])
		old, new = (d["metadata"].pop("random_seed") for d in (want, have))
		assert len(old) == len(new) == 512 and old != new, (len(old), len(new))
		assert want["metadata"]["uuid"], want
		assert want == have, (want, have)
	END
}

@test "image: blkid finds the label where udev looks for it, in lower case and whole" {
	[ "$(blkid -p -s LABEL -o value "$DRIVE")" = config-2 ]
	[ "$(blkid -p -s TYPE -o value "$DRIVE")" = iso9660 ]
}

@test "image: each random_seed is new, and no two are equal" {
	bsdtar -xf "$DRIVE" openstack
	grep -hoP '"random_seed": "\K[^"]*' "$NOVA"/openstack/*/meta_data.json >old
	grep -hoP '"random_seed": "\K[^"]*' openstack/*/meta_data.json >new
	[ "$(wc -l <old) $(wc -l <new)" = "9 9" ]
	[ "$(sort -u old new | wc -l)" -eq 18 ]
	[ "$(awk '{ print length }' old new | sort -u)" = 684 ]
	run -1 --separate-stderr "$ROOT/tests/lib/scan-memory" "tree:$NOVA" -- "$DRIVE"
}

@test "image: values that were equal in the tree differ on the drive" {
	small_tree tree
	cp -r tree/openstack/latest tree/openstack/2018-08-27
	"$TOOL" build -q --source kernel -o drive.iso tree
	run -0 cmp tree/openstack/{latest,2018-08-27}/meta_data.json
	content drive.iso openstack/latest/meta_data.json >a
	content drive.iso openstack/2018-08-27/meta_data.json >b
	run -1 cmp -s a b
}

@test "image: two drives of one tree share no 8 bytes of seed or random_seed" {
	"$TOOL" build -q --source kernel -o other.iso "$NOVA"
	run -1 --separate-stderr "$ROOT/tests/lib/scan-memory" "image:$DRIVE" -- other.iso
	# The same search does find them in the drive itself.
	run -0 --separate-stderr "$ROOT/tests/lib/scan-memory" "image:$DRIVE" -- "$DRIVE"
	[ "$output" = "found in $DRIVE" ]
}

@test "image: no 8 bytes of a random_seed occur in the seed" {
	content "$DRIVE" seedrive.bin | dd bs=64 skip=2 count=1 of=seed status=none
	bsdtar -xf "$DRIVE" openstack
	run -1 --separate-stderr "$ROOT/tests/lib/scan-memory" raw:seed -- openstack/*/meta_data.json
	run -0 --separate-stderr "$ROOT/tests/lib/scan-memory" raw:seed -- "$DRIVE"
}

@test "image: names are those of genisoimage with Nova's options, in all three trees" {
	local tree
	for tree in "" -R -J; do
		# shellcheck disable=SC2086 # empty, or an option
		isoinfo $tree -f -i "$BATS_FILE_TMPDIR/genisoimage.iso" | sort >want
		# shellcheck disable=SC2086
		isoinfo $tree -f -i "$DRIVE" | grep -v '^/seedrive\.\(bin\|json\)\(;1\)\?$' | sort >have
		[ "$(wc -l <want)" -gt 45 ]
		diff want have
	done
}

@test "image: all files are owned by root and readable by everyone, the record only by root" {
	isoinfo -R -l -i "$DRIVE" | awk '/^[-dl]/ { print $1, $3, $4, $NF }' | sort -u >have
	grep -v ' \.\.\?$' have | awk '{ print $1, $2, $3 }' | sort | uniq -c | awk '{ $1 = $1; print }' >kinds
	grep -qx -- '-r-------- 0 0 seedrive.bin' have
	grep -qx -- '-r--r--r-- 0 0 seedrive.json' have
	[ "$(awk '{ print $2 }' kinds | sort -u | paste -sd ' ')" = "-r-------- -r--r--r-- dr-xr-xr-x" ]
	[ "$(grep -c -- '-r--------' have)" -eq 1 ]
	[ "$(awk '{ print $3, $4 }' kinds | sort -u)" = "0 0" ]
}

@test "image: the extent of seedrive.json directly follows that of seedrive.bin" {
	[ "$(extent "$DRIVE" seedrive.json)" -eq "$(($(extent "$DRIVE" seedrive.bin) + 1))" ]
	# The same is true with a longer record.
	key fifo
	"$TOOL" build -q --source file:fifo,bits=4 --bits 16384 -o long.iso "$NOVA"
	[ "$(extent long.iso seedrive.json)" -eq "$(($(extent long.iso seedrive.bin) + 3))" ]
}

@test "image: it has no tail padding, and is smaller than 512 KiB" {
	local size sectors
	size=$(stat -c %s "$DRIVE")
	sectors=$(isoinfo -d -i "$DRIVE" | sed -n 's/^Volume size is: //p')
	[ "$size" -eq $((sectors * 2048)) ]
	[ "$size" -lt $((512 * 1024)) ]
}

@test "image: the publisher and the label are in the descriptors" {
	isoinfo -d -i "$DRIVE" >descriptor
	grep -qx 'Volume id: config-2' descriptor
	grep -qix 'Publisher id: OpenStack Nova 26.2.2' descriptor
	grep -q 'Joliet with UCS level 3 found' descriptor
	grep -q 'Rock Ridge signatures version 1 found' descriptor
}

@test "image: same tree, same seed, same SOURCE_DATE_EPOCH: same bytes" {
	cp -r "$NOVA" copy
	find copy -exec touch -d @1000000000 {} +
	export SOURCE_DATE_EPOCH=1795435200
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o a.iso "$NOVA"
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o b.iso "$NOVA"
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o c.iso copy
	cmp a.iso b.iso
	cmp a.iso c.iso
	# Another seed or another time gives another image.
	world GETRANDOM=8 "$TOOL" build -q --source kernel -o d.iso "$NOVA"
	run -1 cmp -s a.iso d.iso
	world SOURCE_DATE_EPOCH= GETRANDOM=7 "$TOOL" build -q --source kernel -o e.iso copy
	run -1 cmp -s a.iso e.iso
}

@test "image: SOURCE_DATE_EPOCH is when the seed was issued, and every time on the drive" {
	export SOURCE_DATE_EPOCH=1000000000
	drive drive.iso
	"$TOOL" inspect --json drive.iso >said
	[ "$(member said issued_at)" = 1000000000 ]
	mkdir out
	bsdtar -xpf drive.iso -C out
	[ "$(find out -mindepth 1 -printf '%T@\n' | cut -d. -f1 | sort -u)" = 1000000000 ]
}

@test "image: symbolic links stay links, programs stay executable, and empty files and folders are kept" {
	small_tree tree
	ln -s openstack/latest/user_data tree/link
	ln -s /no/such/place tree/dangling
	install -m 755 /dev/stdin tree/run <<<'#!/bin/true'
	: >tree/empty
	mkdir -p tree/hollow/within
	head -c 4096 /dev/zero >tree/two-sectors
	"$TOOL" build -q --source kernel -o drive.iso tree
	mkdir out
	bsdtar -xpf drive.iso -C out
	[ "$(stat -c %a out/run out/empty | paste -sd ' ')" = "555 444" ]
	chmod -R u+w out
	rm out/seedrive.{bin,json} out/openstack/latest/meta_data.json tree/openstack/latest/meta_data.json
	diff -r --no-dereference tree out
	[ "$(readlink out/link out/dangling | paste -sd ' ')" = "openstack/latest/user_data /no/such/place" ]
	[ -d out/hollow/within ]
}

@test "image: a thousand files in a hundred folders are all there" {
	local i j
	small_tree tree
	for i in {00..99}; do
		mkdir "tree/folder-with-a-long-name-$i"
		for j in {0..9}; do
			echo "$i $j" >"tree/folder-with-a-long-name-$i/file $j.text"
		done
	done
	"$TOOL" build -q --source kernel -o drive.iso tree
	mkdir out
	bsdtar -xf drive.iso -C out
	chmod -R u+w out
	rm out/seedrive.{bin,json} out/openstack/latest/meta_data.json tree/openstack/latest/meta_data.json
	diff -r tree out
	isoinfo -J -f -i drive.iso >joliet
	[ "$(grep -c '/file [0-9]\.text$' joliet)" -eq 1000 ]
}
