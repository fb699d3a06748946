#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is written on a machine of its own: links that the kernel forbids to follow, and a disk that loses its power.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/writers

setup_file() {
	export EXTRA=$BATS_FILE_TMPDIR/extra
	vm_setup
	writers_setup
	program "$BUILD/libexec/seedrive-check" /bin/libexec/seedrive-check
	program "$(command -v setpriv)" /bin/setpriv
	program "$(command -v dmsetup)" /bin/dmsetup
	program "$(command -v mkfs.ext4)" /bin/mkfs.ext4
	head -c 2048 /dev/urandom >"$EXTRA/sample"
	cp "$VM/try-links" "$VM/try-power" "$VM/try-writer" "$EXTRA/"
	MODULES="dm_mod dm_flakey loop" "$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" \
		"$BATS_FILE_TMPDIR/vm"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# tries PROGRAM OPTION...: boots once, with what boot.sh takes; `said` has what the program has said.
tries() {
	local program=$1
	shift
	log=$BATS_TEST_TMPDIR/boot.log
	"$VM/boot.sh" -c max -a "random.trust_cpu=on sd.exec=$program" "$@" >"$log"
	grep -q 'vm: the boot goes on' "$log"
	sed -n 's/^.* vm: exec: //p' "$log" >said
	cat said
}

@test "vm: another user's link in /tmp is followed by none that writes, and a link of one's own is" {
	tries /try-links "$BATS_FILE_TMPDIR/vm"
	grep -qx 'forbidden: build draw check check mkisofs' said
	grep -qx 'kept: build draw report raw mkisofs' said
	grep -qx 'nothing made: build draw report raw mkisofs' said
	grep -qx 'followed: build draw report raw mkisofs' said
}

@test "vm: a disk that loses its power at any moment has no half drive" {
	truncate -s 64M disk
	tries /try-power -t 2400 "$BATS_FILE_TMPDIR/vm" -drive if=none,format=raw,id=power,file=disk \
		-device virtio-blk-pci,drive=power
	grep -qE '^power: [0-9]+ cuts: .*new [1-9]' said
	run -1 grep -F 'HALF' said
}

# cuts WRITER FOUND...: what there is where the power is cut at whatever flush, before the writer has ended and after that.
cuts() {
	vm=$BATS_FILE_TMPDIR/vm cut_writer "$1" >found
	cat found
	diff <(printf '%s\n' "${@:2}") <(cut -d ' ' -f 1,2 found)
}

@test "vm: power cut at each flush of a disk on which build replaces a drive: the old one or the new one, and that stays" {
	cuts build "after new" "before new" "before old"
}

@test "vm: likewise where seedrive-mkisofs writes over a drive in place: the old one, none, or the new one" {
	cuts mkisofs "after new" "before new" "before none" "before old"
}

@test "vm: likewise of a disk on which build puts a drive in place of another" {
	cuts disk "after new" "before new" "before none" "before old"
}

@test "vm: likewise where reseed renews a drive: it has the old seed or the new one" {
	cuts reseed "after new" "before new" "before old"
}
