#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The effect of the guest's program on a real kernel: Debian's cloud kernel in QEMU, without RDRAND and virtio-rng.
# Tests of the same boot share it. KERNEL=FOLDER, as printed by tests/vm/kernel.sh, selects another kernel;
# tests/kernels tries several.

# `log` is set by boot().
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm

setup_file() {
	vm_setup
	KERNEL=${KERNEL:-$("$VM/kernel.sh")}
	export KERNEL
	"$VM/initramfs.sh" "$KERNEL" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	RECORD=$(extent_of "$DRIVE")
	SEED=$(seed_of "$DRIVE")
}

setup() {
	devices=()
}

# boot_seeded PLACE DEVICE: boot a machine for the first time, with a drive and a ledger on ext4.
boot_seeded() {
	local ledger=$BATS_FILE_TMPDIR/$1.ledger
	[ -e "$ledger" ] || new_ledger "$ledger"
	boot "$1" -d "$1" -i "$DRIVE" -l "$ledger" -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger sd.hold=$2 sd.sectors=$RECORD,1"
}

credited() {
	local events
	grep -q "Linux version $(basename "$KERNEL"/lib/modules/*) " "$log"
	said "credited 256 bits seed=$SEED drive=/dev/$1 ledger=dir ready-before=no"
	ended 0 yes
	in_bounded_time
	events='vm: before ready=no|random: crng init done|seedrive-guest: credited|vm: after'
	run -0 sed -nE "s/^\[ *[0-9.]+\] ($events).*/\1/p" "$log"
	[ "$output" = "vm: before ready=no
random: crng init done
seedrive-guest: credited
vm: after" ]
}

mixed() {
	said "mixed seed=$SEED drive=/dev/[a-z]+[0-9]* $1 ready-before=no"
	ended 0 no
	in_bounded_time
	not_ready
}

# flip FILE OFFSET: invert each bit of one byte.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %02x $((byte ^ 255)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "vm: the seed on an IDE CD makes the kernel ready, and nothing before it does" {
	boot_seeded ide-cd sr0
	credited sr0
}

@test "vm: the seed on a virtio disk makes the kernel ready, and nothing before it does" {
	boot_seeded virtio-blk vdb
	credited vdb
}

@test "vm: the seed on a virtio-scsi CD makes the kernel ready, and nothing before it does" {
	boot_seeded virtio-scsi-cd sr0
	credited sr0
}

@test "vm: a guest mounts the drive, and finds each file as it was made, and the record only for root" {
	mkdir "$BATS_TEST_TMPDIR/files"
	bsdtar -xf "$DRIVE" -C "$BATS_TEST_TMPDIR/files"
	sum=$(cd "$BATS_TEST_TMPDIR/files" && find . -type f -exec sha256sum {} + | LC_ALL=C sort |
		sha256sum | tr -d ' -')
	chmod -R u+w "$BATS_TEST_TMPDIR/files"
	boot mounted -d virtio-scsi-cd -i "$DRIVE" -u "$UUID" -a "sd.mount=sr0"
	grep -q "vm: drive sum=$sum record=400:0:0$" "$log"
}

@test "vm: among thirty other drives, some ISO images too, the right one is found and credited" {
	truncate -s 1M "$BATS_TEST_TMPDIR/blank.iso"
	genisoimage -quiet -J -r -V other -o "$BATS_TEST_TMPDIR/other.iso" "$TREE"
	for ((i = 0; i < 30; i++)); do
		image=$BATS_TEST_TMPDIR/$([ $((i % 2)) = 0 ] && echo blank || echo other).iso
		devices+=(-drive "if=none,format=raw,readonly=on,id=other$i,file=$image"
			-device "scsi-cd,drive=other$i")
	done
	new_ledger "$BATS_TEST_TMPDIR/ledger"
	boot many -d virtio-scsi-cd -i "$DRIVE" -l "$BATS_TEST_TMPDIR/ledger" -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger"
	credited 'sr[0-9]+'
}

@test "vm: two drives with different seeds are both mixed, and neither is credited" {
	"$BUILD/seedrive" build -q --source kernel -o "$BATS_TEST_TMPDIR/second.iso" "$TREE"
	new_ledger "$BATS_TEST_TMPDIR/ledger"
	devices=(-device "scsi-cd,drive=second"
		-drive "if=none,format=raw,readonly=on,id=second,file=$BATS_TEST_TMPDIR/second.iso")
	boot two -d virtio-scsi-cd -i "$DRIVE" -l "$BATS_TEST_TMPDIR/ledger" -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger"
	[ "$(grep -cE '\] seedrive-guest: mixed .* reason=two-drives ' "$log")" -eq 2 ]
	ended 0 no
	not_ready
}

@test "vm: without a drive a line says so, and the kernel stays as it was" {
	new_ledger "$BATS_TEST_TMPDIR/ledger"
	boot none -d none -l "$BATS_TEST_TMPDIR/ledger" -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger"
	said "no seed drive"
	ended 0 no
	in_bounded_time
	not_ready
}

@test "vm: a power cut after the credit forfeits the seed: the next boot only mixes it" {
	local ledger=$BATS_TEST_TMPDIR/ledger
	new_ledger "$ledger"
	set -- -d virtio-blk -i "$DRIVE" -l "$ledger" -u "$UUID"
	boot cut "$@" -a "sd.ledger=disk sd.args=--ledger,/ledger sd.end=crash"
	credited vdb
	run -1 grep -q 'Power down' "$log"

	boot second "$@" -a "sd.ledger=disk sd.args=--ledger,/ledger"
	mixed "ledger=dir reason=already-spent"
}

@test "vm: the record does not stay in the page cache, even of a device that others hold open" {
	for place in ide-cd:sr0 virtio-blk:vdb virtio-scsi-cd:sr0; do
		boot_seeded "${place%:*}" "${place#*:}"
		# The second read finds the sector in the page cache. The first read would have done so, too, if the record had
		# been there.
		grep -qE 'vm: medium first=[1-9][0-9]* again=0$' "$log"
	done
}

@test "vm: without a ledger that survives a reboot, the seed is mixed and not credited" {
	boot forgets -d virtio-scsi-cd -i "$DRIVE" -u "$UUID" \
		-a "sd.ledger=tmpfs sd.args=--wait=300 sd.args=--ledger,/ledger"
	mixed "ledger=none reason=no-ledger"
	mixed "ledger=none reason=ledger-forgets"
}

@test "vm: a drive bound to another machine is mixed and not credited" {
	new_ledger "$BATS_TEST_TMPDIR/ledger"
	boot other -d virtio-blk -i "$DRIVE" -l "$BATS_TEST_TMPDIR/ledger" \
		-u 00000000-1111-4222-8333-444444444444 \
		-a "sd.ledger=disk sd.args=--ledger,/ledger"
	mixed "ledger=none reason=other-uuid"
}

# refused NAME IMAGE: check that the image is refused. It is on an IDE CD, which is the slowest to fail.
refused() {
	new_ledger "$BATS_TEST_TMPDIR/ledger"
	boot "$1" -d ide-cd -i "$2" -l "$BATS_TEST_TMPDIR/ledger" -u "$UUID" \
		-a "sd.ledger=disk sd.args=--ledger,/ledger"
	said "drive=/dev/sr0: record refused: .+"
	ended 1 no
	in_bounded_time
	not_ready
}

@test "vm: a record with one damaged byte is refused, and the boot continues" {
	cp "$DRIVE" "$BATS_TEST_TMPDIR/damaged.iso"
	flip "$BATS_TEST_TMPDIR/damaged.iso" $((RECORD * 2048 + 128 + 10))
	refused damaged "$BATS_TEST_TMPDIR/damaged.iso"
}

@test "vm: a drive that is cut off before the record is refused, and the boot continues" {
	cp "$DRIVE" "$BATS_TEST_TMPDIR/short.iso"
	truncate -s $((RECORD * 2048)) "$BATS_TEST_TMPDIR/short.iso"
	refused short "$BATS_TEST_TMPDIR/short.iso"
}

@test "vm: a labelled drive without a record is named, and is no failure" {
	mkdir "$BATS_TEST_TMPDIR/tree"
	echo 'instance-id: i-1' >"$BATS_TEST_TMPDIR/tree/meta-data"
	genisoimage -quiet -J -r -V config-2 -o "$BATS_TEST_TMPDIR/plain.iso" "$BATS_TEST_TMPDIR/tree"
	boot plain -d ide-cd -i "$BATS_TEST_TMPDIR/plain.iso" -a "sd.args=--ledger,/ledger"
	said "drive=/dev/sr0 label=config-2: no seed record"
	ended 0 no
	in_bounded_time
	not_ready
}

@test "vm: a blank medium, or an empty tray, is no config drive and no failure" {
	truncate -s 1M "$BATS_TEST_TMPDIR/blank.iso"
	boot blank -d ide-cd -i "$BATS_TEST_TMPDIR/blank.iso" -a "sd.args=--ledger,/ledger"
	said "no seed drive"
	ended 0 no
	in_bounded_time
	not_ready

	boot empty -d empty-ide-cd -a "sd.args=--ledger,/ledger"
	said "no seed drive"
	ended 0 no
	in_bounded_time
	not_ready
}
