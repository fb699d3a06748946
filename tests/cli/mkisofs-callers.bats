#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What callers of mkisofs in the field rely on beyond genisoimage's listing: sizes, words that they pass, trees that
# were trouble for them.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/mkisofs

setup_file() {
	make_world
}

# --- sizes ---

# multiple OF IMAGE: so is its size, and the one in its descriptor is the same.
multiple() {
	[ $(($(stat -c %s "$2") % $1)) = 0 ] && [ "$(isosize "$2")" = "$(stat -c %s "$2")" ]
}

@test "callers: every image is a multiple of 4096 bytes, to whatever it is written" {
	local n
	mkdir tree
	# An odd and an even number of sectors.
	for n in 1 2 3 4; do
		echo x >"tree/f$n"
		for options in "" "-J -r" "-r -V cidata" "-iso-level 4"; do
			# shellcheck disable=SC2086 # several words
			"$MKISOFS" $options -o out.iso tree
			multiple 4096 out.iso
			# shellcheck disable=SC2086 # several words
			"$MKISOFS" $options tree | cat >pipe.iso
			multiple 4096 pipe.iso
		done
		"$TOOL" build -q --source kernel --label cidata -o out.iso tree
		multiple 4096 out.iso
		"$TOOL" build -q --source kernel --label cidata -o - tree >pipe.iso
		multiple 4096 pipe.iso
	done
}

@test "callers: -partition_cyl_align rounds as xorrisofs does" {
	local mode
	no_cloud tree
	for mode in on all auto off; do
		"$MKISOFS" -output out.iso -volid cidata -joliet -rock -partition_cyl_align "$mode" tree
		seeded out.iso
		xorrisofs -quiet -output its.iso -volid cidata -joliet -rock -partition_cyl_align "$mode" tree 2>words
		case $mode in
		on | all)
			multiple 1048576 out.iso
			[ "$(stat -c %s out.iso)" = "$(stat -c %s its.iso)" ]
			;;
		*)
			multiple 4096 out.iso
			[ "$(stat -c %s out.iso)" -lt 102400 ]
			;;
		esac
	done
	fails 1 "seedrive-mkisofs: -partition_cyl_align: maybe: must be on, all, auto or off" \
		"$MKISOFS" -partition_cyl_align maybe -o out.iso tree
}

# opens_direct FILE: QEMU takes it as a disk that it may write to, past the page cache.
opens_direct() {
	printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"quit"}' |
		timeout 60 qemu-system-x86_64 -machine pc -display none -S -serial none -nodefaults -qmp stdio \
			-blockdev "driver=file,filename=$1,node-name=f,cache.direct=on" \
			-blockdev driver=raw,file=f,node-name=r -device virtio-blk-pci,drive=r,write-cache=on
}

# bats test_tags=root
@test "callers: on a disk with sectors of 4 KiB, QEMU takes the image past the page cache, and a device gets it" {
	mkdir tree
	echo x >tree/file
	truncate -s 32M disk
	attach disk --sector-size 4096
	mkfs.ext4 -q -b 4096 "$DEV"
	mkdir at
	cat >inner <<-'END'
		mount "$DEV" at && "$MKISOFS" -V cfgdata -J -r -partition_cyl_align off -o at/one.iso tree &&
			echo y >tree/other && "$MKISOFS" -V cfgdata -J -r -o at/two.iso tree &&
			head -c 71680 at/two.iso >at/odd.iso &&
			for name in one two odd; do opens_direct "$PWD/at/$name.iso" >$name.said 2>&1; echo $?; done
	END
	export -f opens_direct
	export DEV
	run -0 unshare --mount bash inner
	[ "$output" = "0
0
1" ]
	grep -q 'Cannot get .write. permission\|not a multiple\|alignment\|sector' odd.said
	# The device itself, by either program.
	succeeds "$MKISOFS" -r -V cidata -o "$DEV" tree
	seeded "$DEV"
	succeeds "$TOOL" build -q --force --label cidata --source kernel -o "$DEV" tree
	seeded "$DEV"
}
