#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The seed decides which bytes the kernel's RNG gives. In this machine everything else is the same in each boot, so that
# these bytes can be compared between boots:
#
# - Time is the number of executed instructions: for the TSC, for each timer, and therefore for each interrupt. The
# clock starts in 2024.
# - QEMU's random numbers, and therefore RDRAND, come from a fixed seed.
# - There is one processor, there is nothing on the network, and the kernel is at the address for which it was linked.
# - A disk's answers would depend on the host. Therefore the drive and the ledger are NVDIMMs: memory, which answers at
# once.
#
# The program is the ordinary one, with all that it mixes: clocks, TSC, RDRAND, UUID and the address of a network card
# exist, and are the same in each boot.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/guest

# A ledger in memory does not count, and an NVDIMM is not trusted; these options make the program accept both.
KNOWN="sd.ledger=pmem sd.args=--ledger,/ledger/ids,--ledger-persistent,--trust-device"

# Makes two drives that differ only in the bytes of their seeds, and in the digest.
setup_file() {
	vm_setup
	make_machine "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	cp "$DRIVE" "$BATS_FILE_TMPDIR/other.iso"
	other_seed "$BATS_FILE_TMPDIR/other.iso"
	new_ledger "$BATS_FILE_TMPDIR/ledger"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	vm=$BATS_FILE_TMPDIR/vm
}

make_machine() {
	MODULES="nfit nd_pmem virtio_net" "$VM/initramfs.sh" "$("$VM/kernel.sh")" "$1" "$2"
}

# other_seed IMAGE: change the seed in the record, with the right digest, as doc/seed-format.md describes.
other_seed() {
	/usr/bin/python3 - "$1" $(($(extent_of "$1") * 2048)) <<-'EOF'
		import hashlib, os, sys

		with open(sys.argv[1], "r+b") as image:
		    image.seek(int(sys.argv[2]))
		    head = image.read(96)
		    seed = os.urandom(int.from_bytes(head[12:16], "little"))
		    image.seek(int(sys.argv[2]))
		    image.write(head + hashlib.sha256(head + seed).digest() + seed)
	EOF
}

# nvdimm NAME IMAGE: make a copy of IMAGE that is as large as the kernel requires, and add it to the machine.
nvdimm() {
	cp "$2" "$1.img"
	truncate -s 16M "$1.img"
	devices+=(-object "memory-backend-file,id=memory-$1,share=on,mem-path=$1.img,size=16M"
		-device "nvdimm,id=$1,memdev=memory-$1")
}

# boot NAME DRIVE ARGUMENTS: boot; the console goes to the file NAME. DRIVE may be none.
boot() {
	devices=(-icount 'shift=3,sleep=off' -rtc 'base=2024-01-01T00:00:00,clock=vm' -seed 1
		-machine 'pc,nvdimm=on' -m '256,slots=2,maxmem=1G'
		-device 'virtio-net-pci,mac=52:54:00:12:34:56')
	if [ "$2" != none ]; then
		nvdimm ledger "$BATS_FILE_TMPDIR/ledger"
		nvdimm drive "$2"
	fi
	"$VM/boot.sh" -c qemu64,+rdrand -u "$UUID" -a "nokaslr sd.random=64 $3" "$vm" "${devices[@]}" >"$1"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$1"
	grep -q 'vm: the boot goes on' "$1"
}

credited() {
	grep -qE '\] seedrive-guest: credited 256 bits .* drive=/dev/pmem[01] ledger=dir,drive ready-before=no$' "$1"
	grep -q 'random: crng init done' "$1"
}

# given_out LOG: print the bytes that the kernel's RNG has given.
given_out() {
	sed -nE 's/.*\] vm: random ([0-9a-f]{128})$/\1/p' "$1" | grep .
}

same_output() {
	[ "$(given_out "$1")" = "$(given_out "$2")" ]
}

other_output() {
	given_out "$1" >first && given_out "$2" >second
	! cmp -s first second
}

# same_start LOG LOG: check that both boots are the same, to the microsecond, until the program runs. After that, the
# seed makes a difference.
same_start() {
	grep -q 'vm: before ready=no' "$1"
	diff <(sed '/vm: before/q' "$1") <(sed '/vm: before/q' "$2")
}

@test "vm: without a seed the kernel calls itself ready, and gives the same bytes at every boot" {
	boot one none ""
	boot two none ""
	grep -q 'random: crng init done' one
	cmp one two
	same_output one two
}

@test "vm: two boots with one seed give the same bytes, and one with another seed gives others" {
	boot one "$DRIVE" "$KNOWN"
	boot two "$DRIVE" "$KNOWN"
	boot other "$BATS_FILE_TMPDIR/other.iso" "$KNOWN"
	credited one
	credited other
	cmp one two
	same_output one two
	same_start one other
	other_output one other
}

@test "vm: a program that credits all and mixes nothing does not change the bytes, so that test can fail" {
	local copy="$BATS_TEST_TMPDIR/keeps"
	(cd "$ROOT" && planted_guest "$copy" guest/found.c 'r = record_parse(drive->raw, drive->len, &ret->rec);' '{
		static const uint8_t zeros[RECORD_SIZE_MAX];

		r = record_parse(drive->raw, drive->len, &ret->rec);
		ret->rec.seed = zeros;
	}')
	vm=$BATS_TEST_TMPDIR/vm
	make_machine "$copy" "$vm"
	boot one "$DRIVE" "$KNOWN"
	boot other "$BATS_FILE_TMPDIR/other.iso" "$KNOWN"
	credited one
	credited other
	cmp one other
	same_output one other
}

@test "vm: a seed that is only mixed decides the bytes, too, once the kernel is ready" {
	boot one "$DRIVE" "sd.args=--mix-only"
	boot other "$BATS_FILE_TMPDIR/other.iso" "sd.args=--mix-only"
	for log in one other; do
		grep -q 'vm: after status=0 ready=no ' "$log"
		grep -q 'random: crng init done' "$log"
	done
	same_start one other
	other_output one other
}
