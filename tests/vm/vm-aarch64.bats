#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program for 64-bit Arm on Debian's cloud kernel, in QEMU: in a machine that a device tree describes, and in one
# with UEFI firmware and its tables. KERNEL=FOLDER, as printed by tests/vm/kernel.sh, selects another kernel;
# tests/kernels tries several.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm

OTHER_UUID=00000000-1111-4222-8333-444444444444
DIR="sd.ledger=disk sd.args=--ledger,/ledger/ids"

# Makes a drive that is bound to the instance, and one that is not.
setup_file() {
	vm_setup
	APT_CONFIG=$("$VM/suite.sh" --cached "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" arm64)
	export APT_CONFIG KERNEL
	KERNEL=${KERNEL:-$("$VM/kernel.sh" linux-image-cloud-arm64)}
	BUSYBOX=$("$VM/busybox.sh")
	BUSYBOX=$BUSYBOX MACHINE=aarch64 MODULES=efivarfs "$VM/initramfs.sh" "$KERNEL" \
		"$BUILD/guest-aarch64/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	"$BUILD/seedrive" build -q --source kernel --bind none -o "$BATS_FILE_TMPDIR/unbound.iso" "$TREE"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	new_ledger disk
	cp /usr/share/AAVMF/AAVMF_VARS.fd vars
	unbound=$BATS_FILE_TMPDIR/unbound.iso
}

# boot DRIVE OPTION...: boot a machine; if DRIVE is none, it has no drive.
boot() {
	seed=
	[ "$1" = none ] || { seed=$(seed_of "$1"); set -- "$1" -i "$1" "${@:2}"; }
	log=boot.log
	"$VM/boot.sh" -m aarch64 -l disk "${@:2}" >"$log"
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

credited() {
	said "credited 256 bits seed=$seed drive=/dev/$1 ledger=$2 ready-before=no"
	ended 0 yes
	grep -q "Linux version $(basename "$KERNEL"/lib/modules/*) " "$log"
	events='vm: before ready=no|random: crng init done|seedrive-guest: credited|vm: after'
	run -0 sed -nE "s/^\[ *[0-9.]+\] ($events).*/\1/p" "$log"
	[ "$output" = "vm: before ready=no
random: crng init done
seedrive-guest: credited
vm: after" ]
}

mixed() {
	said "mixed seed=$seed drive=/dev/[a-z]+[0-9]* $1 ready-before=no"
	ended 0 no
	not_ready
}

# --- with a device tree ---

@test "vm: on Arm only the seed on a virtio disk makes the kernel ready, and the next boot mixes it" {
	boot "$unbound" -d virtio-blk -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	grep -q 'Machine model: linux,dummy-virt' "$log"
	credited vdb dir
	boot "$unbound" -d virtio-blk -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	mixed "ledger=dir reason=already-spent"
}

@test "vm: on Arm the seed on a virtio-scsi CD makes the kernel ready" {
	boot "$unbound" -d virtio-scsi-cd -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	credited sr0 dir
}

@test "vm: on Arm a drive that can be written gets its tombstone" {
	cp "$unbound" drive.iso
	boot drive.iso -d virtio-blk-rw -a "sd.args=--wait=300" "$BATS_FILE_TMPDIR/vm"
	credited vdb drive
	boot drive.iso -d virtio-blk-rw -a "sd.args=--wait=300" "$BATS_FILE_TMPDIR/vm"
	said "spent seed=$seed drive=/dev/vdb ledger=drive reason=already-spent ready-before=no"
	not_ready
}

@test "vm: on Arm, without a drive, the kernel stays as it was" {
	boot none -d none -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	said "no seed drive"
	ended 0 no
	not_ready
}

@test "vm: on Arm a machine without firmware has no UUID, and a bound seed is mixed" {
	boot "$DRIVE" -d virtio-blk -u "$UUID" -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	mixed "ledger=none reason=other-uuid"
}

@test "vm: on Arm a kernel with a seed in its device tree is ready before, and the line says so" {
	boot "$unbound" -d virtio-blk -a "$DIR" "$BATS_FILE_TMPDIR/vm" -machine virt,dtb-randomness=on
	said "mixed seed=$seed drive=/dev/vdb ledger=dir reason=already-ready ready-before=yes"
}

# --- with UEFI firmware ---

@test "vm: on Arm with firmware a bound seed is credited once, even if the disk is rolled back" {
	cp disk disk.old
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "sd.efi=1 $DIR" "$BATS_FILE_TMPDIR/vm"
	grep -q 'DMI: QEMU' "$log"
	credited vdb dir,efi
	cp disk.old disk
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "sd.efi=1 $DIR" "$BATS_FILE_TMPDIR/vm"
	mixed "ledger=dir,efi reason=already-spent"
}

@test "vm: on Arm with firmware a seed of another machine is mixed" {
	boot "$DRIVE" -e vars -d virtio-blk -u "$OTHER_UUID" -a "$DIR" "$BATS_FILE_TMPDIR/vm"
	mixed "ledger=none reason=other-uuid"
}

# bios_table BYTE: print the BIOS information of SMBIOS, type 0, with this byte 0x13 and the strings "Acme", "1",
# "01/01/2026".
bios_table() {
	printf '%b' "\\0000\\0030\\0000\\0000\\0001\\0002\\0000\\0000\\0003\\0000\\0010\\0000\\0000\\0000\\0000\\0000\\0000\\0000\\0000$1" \
		"\\0377\\0377\\0377\\0377Acme\\00001\\000001/01/2026\\0000\\0000" >bios
}

@test "vm: on Arm firmware without a hypervisor's name or the bit means bare metal: only a drive that is named is opened" {
	bios_table '\0014'
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "$DIR" "$BATS_FILE_TMPDIR/vm" \
		-smbios file=bios -smbios type=1,manufacturer=Acme,product=Board
	said "/sys/class/block: on bare metal only devices named with --device are opened"
	ended 0 no
	not_ready
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "$DIR,--device,/dev/vdb" "$BATS_FILE_TMPDIR/vm" \
		-smbios file=bios -smbios type=1,manufacturer=Acme,product=Board
	mixed "ledger=none reason=bare-metal"
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "$DIR,--device,/dev/vdb" "$BATS_FILE_TMPDIR/vm" \
		-smbios file=bios -smbios "type=1,manufacturer=Amazon EC2,product=m6g.large"
	mixed "ledger=none reason=bare-metal"
}

@test "vm: on Arm the bit for a virtual machine is enough, whatever names the firmware has" {
	bios_table '\0034'
	boot "$DRIVE" -e vars -d virtio-blk -u "$UUID" -a "$DIR" "$BATS_FILE_TMPDIR/vm" \
		-smbios file=bios -smbios type=1,manufacturer=Acme,product=Board
	credited vdb dir
}
