#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices that this host may not have: QEMU's optical drive, which cannot write; an empty optical drive; and a disk
# below another device.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm

# program FILE WHERE: copy a program, and the libraries that it is linked to.
program() {
	local library
	install -D "$1" "$EXTRA$2"
	ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
		install -D "$(readlink -f "$library")" "$EXTRA$library"
	done
}

setup_file() {
	export EXTRA=$BATS_FILE_TMPDIR/extra
	vm_setup
	program "$BUILD/seedrive" /bin/seedrive
	program "$BUILD/seedrive-mkisofs" /bin/seedrive-mkisofs
	program "$BUILD/libexec/seedrive-device" /bin/libexec/seedrive-device
	program "$(command -v dmsetup)" /bin/dmsetup
	mkdir -p "$EXTRA/tree/openstack/latest"
	cp "$TREE/openstack/latest/meta_data.json" "$EXTRA/tree/openstack/latest/"
	cat >"$EXTRA/try" <<-'END'
		#!/bin/sh
		export LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu
		build() {
			seedrive build -q --source kernel "$@" /tree
			echo "status $?"
		}
		echo "sr0"
		build -o /dev/sr0
		build --force -o /dev/sr0
		seedrive-mkisofs -r -o /dev/sr0 /tree
		echo "status $?"
		seedrive reseed --source kernel /dev/sr0
		echo "status $?"
		[ ! -e /dev/vda ] || try_disk
	END
	sed -i '3i\
try_disk() {\
	echo "vda"\
	dmsetup create --noudevsync held --table "0 4096 linear /dev/vda 2048"\
	build --force -o /dev/vda\
	seedrive reseed --source kernel /dev/vda\
	echo "status $?"\
	dmsetup remove --noudevsync held\
	build -o /dev/vda\
	seedrive inspect /dev/vda\
	echo "status $?"\
}' "$EXTRA/try"
	chmod +x "$EXTRA/try"
	MODULES="dm_mod" "$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	devices=()
}

# tries OPTION...: boot once with these options of boot.sh; the program's output is in the file `said`.
tries() {
	log=$BATS_TEST_TMPDIR/boot.log
	"$VM/boot.sh" -c max -a "random.trust_cpu=on sd.exec=/try" "$@" "$BATS_FILE_TMPDIR/vm" "${devices[@]}" >"$log"
	grep -q 'vm: the boot goes on' "$log"
	sed -n 's/^.* vm: exec: //p' "$log" >said
	cat said
}

refused_as_it_only_reads() {
	diff - said <<-'END'
		sr0
		seedrive: build: /dev/sr0: the drive reads, but cannot write
		status 1
		seedrive: build: /dev/sr0: the drive reads, but cannot write
		status 1
		seedrive-mkisofs: /dev/sr0: seedrive-mkisofs does not write to an optical drive; use seedrive build -o
		status 1
		seedrive: reseed: /dev/sr0: write-protected
		status 1
	END
}

@test "vm: an optical drive that cannot write, with a config drive in it, is refused in one line" {
	tries -d ide-cd -i "$DRIVE"
	refused_as_it_only_reads
}

@test "vm: an optical drive without a medium is refused" {
	tries -d empty-ide-cd
	refused_as_it_only_reads
}

@test "vm: a disk below a mapped device is refused, and the message names that; without it, the disk is accepted" {
	truncate -s 8M disk
	devices=(-drive "if=none,format=raw,id=disk,file=disk" -device "virtio-blk-pci,drive=disk")
	tries -d ide-cd -i "$DRIVE"
	sed -n '/^vda/,$p' said >disk.said
	head -n 6 disk.said | diff - <(cat <<-'END'
		vda
		seedrive: build: /dev/vda: part of dm-0
		status 1
		seedrive: reseed: /dev/vda: part of dm-0
		status 1
		status 0
	END
	)
	grep -qx 'bits *256, .*' disk.said
	"$BUILD/seedrive" inspect --min-bits 256 disk
}
