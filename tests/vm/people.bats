#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-boot`: a Debian with cloud-init, udisks2 and two users. One user is at the console, with a session on its
# seat and the groups that the installer gives; the other one has no seat. The tests say how much of the record they can
# read: before the drive is mounted, afterwards, and without our udev rule (tests/vm/people, tests/vm/snoop).

# `log` is set by of().
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

RULE=/usr/lib/udev/rules.d/72-seedrive-guest.rules

setup_file() {
	vm_setup
	WITH="cloud-init udisks2 polkitd libpam-systemd login passwd python3-cffi-backend" SETUP=$VM/people.sh \
		"$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
	# The machine has the network cards that the drive's metadata names; without them cloud-init gives up. They are not
	# connected.
	devices=()
	while read -r mac; do
		devices+=(-device "virtio-net-pci,mac=$mac")
	done < <(grep -oE '"ethernet_mac_address": *"[^"]*"' "$TREE/openstack/latest/network_data.json" | cut -d'"' -f4)
	disk people
	machine people people tools -d ide-cd -i "$DRIVE" -a ro 3>&- &
	disk open
	debugfs -w -R "rm $RULE" "$BATS_FILE_TMPDIR/open.img" >/dev/null 2>&1
	machine open open tools -d ide-cd -i "$DRIVE" -a ro 3>&- &
	wait
}

# looked: check that each of the two users has looked three times, and that the first one really is at the console.
looked() {
	told "vm: phase unmounted"
	told "vm: phase mounted-by-root"
	told "vm: phase mounted-by-udisks"
	told "vm: root reads SEEDRIVE at /mnt"
	told "vm: session .*Name=console.*Seat=seat0"
	[ "$(grep -c 'vm: console has looked' "$log")" -eq 3 ]
	[ "$(grep -c 'vm: other has looked' "$log")" -eq 3 ]
}

@test "people: cloud-init uses the drive's metadata, and the seed is credited" {
	of people
	told "vm: datasource DataSourceConfigDrive .*"
	told "seedrive-guest: credited 256 bits seed=$SEED drive=/dev/sr0 ledger=dir ready-before=no"
	told "vm: seedrive-guest is active, success"
}

@test "people: neither the user at the console nor another user can read a byte of the record, mounted or not" {
	of people
	looked
	run -1 grep -E 'vm: (console|other) reads' "$log"
	told "vm: file 600:0:0 /dev/sr0"
}

@test "people: without the udev rule the user at the console can, so that test can fail" {
	of open
	looked
	grep -E 'vm: console reads' "$log"
}
