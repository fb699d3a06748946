#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests of writing that need another machine: of links that the kernel does not follow, and of a disk that loses its
# power.

# Each test runs in a subshell, and `run` sets variables.
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

# tries PROGRAM OPTION...: boot once with these options of boot.sh; the program's output is in the file `said`.
tries() {
	local program=$1
	shift
	log=$BATS_TEST_TMPDIR/boot.log
	"$VM/boot.sh" -c max -a "random.trust_cpu=on sd.exec=$program" "$@" >"$log"
	grep -q 'vm: the boot goes on' "$log"
	sed -n 's/^.* vm: exec: //p' "$log" >said
	cat said
}

@test "vm: no program that writes follows another user's link in /tmp, but each follows one's own" {
	tries /try-links "$BATS_FILE_TMPDIR/vm"
	grep -qx 'forbidden: build draw check check mkisofs' said
	grep -qx 'kept: build draw report raw mkisofs' said
	grep -qx 'nothing made: build draw report raw mkisofs' said
	grep -qx 'followed: build draw report raw mkisofs' said
}

@test "vm: a disk that loses its power at any moment never has half a drive" {
	truncate -s 64M disk
	tries /try-power -t 2400 "$BATS_FILE_TMPDIR/vm" -drive if=none,format=raw,id=power,file=disk \
		-device virtio-blk-pci,drive=power
	grep -qE '^power: [0-9]+ cuts: .*new [1-9]' said
	run -1 grep -F 'HALF' said
}

# cuts WRITER FOUND...: check that these are the results of a power cut at each flush, before the writer has ended and
# after that.
cuts() {
	vm=$BATS_FILE_TMPDIR/vm cut_writer "$1" >found
	cat found
	diff <(printf '%s\n' "${@:2}") <(cut -d ' ' -f 1,2 found)
}

@test "vm: power cut at each flush while build replaces a drive: the disk has the old one or the new one, durably" {
	cuts build "after new" "before new" "before old"
}

@test "vm: power cut while seedrive-mkisofs overwrites a drive in place: the old one, none, or the new one" {
	cuts mkisofs "after new" "before new" "before none" "before old"
}

@test "vm: power cut while build writes a drive onto a disk that has another: the old one, none, or the new one" {
	cuts disk "after new" "before new" "before none" "before old"
}

@test "vm: power cut while reseed renews a drive: it has the old seed or the new one" {
	cuts reseed "after new" "before new" "before old"
}
