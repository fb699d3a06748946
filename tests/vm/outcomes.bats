#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-boot`: Debian with a root that is not just a disk: it is encrypted, verified, always read-only, has its
# changes in memory or a separate /var, or belongs to a machine that resumes from hibernation.

# `log` is set by of(), and machine() takes `devices`.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian

# Encrypts root with a passphrase in plain text and the least key stretching. QEMU first measures its CPU, which
# sometimes fails ("Unable to get accurate CPU usage"); then QEMU must be started again.
encrypt() {
	local tries=0
	until qemu-img convert -O luks --object "secret,id=key,file=$3" -o key-secret=key,iter-time=10 "$1" "$2"; do
		[ $((++tries)) -lt 30 ] || return
	done
}

encrypted() {
	local at=$BATS_FILE_TMPDIR
	disk plain
	printf '/dev/mapper/root / ext4 defaults 0 1\n' | write_on plain /etc/fstab
	head -c 384 /dev/urandom | base64 -w 0 >"$at/key"
	encrypt "$at/plain.img" "$at/luks.img" "$at/key"
	set -- -d virtio-blk -i "$DRIVE" -l "$at/key" \
		-a "ro root=/dev/mapper/root cryptopts=target=root,source=/dev/disk/by-id/virtio-root,key=/dev/disk/by-id/virtio-ledger"
	machine luks luks tools "$@"
	machine luks-again luks tools "$@"
}

# verified NAME FSTAB-LINE...: boot a verified root with dracut and systemd. fsck cannot repair a verified root.
verified() {
	local at=$BATS_FILE_TMPDIR name=$1 hash
	shift
	disk "$name"
	printf '%s\n' '/dev/mapper/root / ext4 ro 0 0' "$@" | write_on "$name" /etc/fstab
	hash=$(veritysetup format "$at/$name.img" "$at/$name.hashes" | sed -n 's/^Root hash:[[:space:]]*//p')
	truncate -s %512 "$at/$name.hashes"
	machine "$name" "$name" dracut -d virtio-blk -i "$DRIVE" -l "$at/$name.hashes" \
		-a "ro root=/dev/mapper/root roothash=$hash systemd.verity_root_data=/dev/disk/by-id/virtio-root" \
		-a "systemd.verity_root_hash=/dev/disk/by-id/virtio-ledger"
}

verified_roots() {
	verified verity
	truncate -s 64M "$BATS_FILE_TMPDIR/var.fs"
	mkfs.ext4 -q -L var "$BATS_FILE_TMPDIR/var.fs"
	# shellcheck disable=SC2054 # QEMU's
	devices=(-drive "if=none,format=raw,id=var,file=$BATS_FILE_TMPDIR/var.fs" -device virtio-blk-pci,drive=var)
	verified verity-var 'LABEL=var /var ext4 defaults 0 2'
	devices=()
}

never_written() {
	disk read-only
	printf 'LABEL=root / ext4 ro 0 1\n' | write_on read-only /etc/fstab
	machine read-only read-only tools -d virtio-blk -i "$DRIVE" -a ro
}

var_of_its_own() {
	disk var
	printf 'LABEL=root / ext4 defaults 0 1\nLABEL=var /var ext4 defaults 0 2\n' | write_on var /etc/fstab
	truncate -s 64M "$BATS_FILE_TMPDIR/own.fs"
	mkfs.ext4 -q -L var "$BATS_FILE_TMPDIR/own.fs"
	machine var var tools -d virtio-blk -i "$DRIVE" -l "$BATS_FILE_TMPDIR/own.fs" -a ro
}

# When systemd remounts root writable, mount(8) of Debian 13 would pass the overlay's layers again; the kernel refuses
# that, and root would stay read-only. The environment variable prevents this.
changed_in_memory() {
	disk overlay
	machine overlay overlay tools -d virtio-blk -i "$DRIVE" \
		-a "ro overlayroot=tmpfs systemd.setenv=LIBMOUNT_FORCE_MOUNT2=always"
}

hibernating() {
	disk sleeper
	truncate -s 1G "$BATS_FILE_TMPDIR/swap"
	mkswap -q -L swap "$BATS_FILE_TMPDIR/swap"
	printf 'LABEL=root / ext4 defaults 0 1\nLABEL=swap none swap sw 0 0\n' | write_on sleeper /etc/fstab
	set -- -d virtio-blk -i "$DRIVE" -l "$BATS_FILE_TMPDIR/swap" -a "ro resume=/dev/disk/by-id/virtio-ledger"
	machine asleep sleeper tools "$@" -a sd.hibernate=1
	machine awake sleeper tools "$@" -a sd.hibernate=1
}

one_row() {
	encrypted
	hibernating
	changed_in_memory
}

another_row() {
	verified_roots
	never_written
	var_of_its_own
}

setup_file() {
	vm_setup
	"$VM/debian.sh" "$BATS_FILE_TMPDIR/vm" --add systemd-veritysetup --add-drivers dm-verity
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
	one_row 3>&- &
	another_row 3>&- &
	wait
}

@test "boot: an encrypted root: the seed is mixed before it is opened, and spent in the ledger inside" {
	of luks
	in_order "$MIXED" "$READY" "$MIXED" "$MACHINE_ID"
	waited cryptsetup
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=none reason=mix-only ready-before=no"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=dir reason=already-ready ready-before=yes"
	told "vm: decided by root"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	ended_well "ext4 ro" "ext4 rw"
	of luks-again
	in_order "$MIXED" "$READY" "$MIXED" "$MIXED"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=dir reason=already-spent ready-before=yes"
	ended_well "ext4 ro" "ext4 rw"
}

@test "boot: a verified root cannot have a ledger: the seed is mixed before it is opened, and not credited" {
	of verity
	in_order "$MACHINE_ID" "$MIXED" "$READY" "$MACHINE_ID" "$MIXED"
	waited systemd-veritys
	told "seedrive-guest: the initramfs does not use the ledger on the root file system: it is read-only in its fstab"
	told "vm: / is ext4 ro"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=none reason=ledger-read-only"
}

@test "boot: a verified root with a writable /var: the seed is spent there" {
	of verity-var
	in_order "$MACHINE_ID" "$MIXED" "$READY" "$MACHINE_ID" "$MIXED"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=dir reason=already-ready ready-before=yes"
	told "vm: decided by system"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
}

@test "boot: a root that must stay read-only is not written to, and the seed is only mixed" {
	of read-only
	in_order "$MIXED" "$MACHINE_ID" "$MIXED" "$READY"
	told "seedrive-guest: the initramfs does not use the ledger on the root file system: it is read-only in its fstab"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=none reason=ledger-read-only ready-before=no"
	diff <(printf '/ is ext4 ro\n/ is ext4 ro\n') <(sed -n 's/.*vm: \(\/ is .*\)/\1/p' "$log")
	[ "$(ledger_on read-only)" = "" ]
}

@test "boot: a machine resumes from hibernation: the kernel that is given up mixes the seed, and root is not touched" {
	of asleep
	in_order "$MIXED" "$READY" "$CREDITED" "$MACHINE_ID"
	run ! grep "the machine has resumed" "$log"
	log=$BATS_FILE_TMPDIR/awake.log
	in_order "$MIXED"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vd[a-z] ledger=none reason=mix-only ready-before=no"
	told "vm: the machine has resumed"
	run ! grep -E "mounted filesystem|vm: the boot goes on" "$log"
	[ "$(ledger_on sleeper)" = "$SEED" ]
}

@test "boot: a separate /var: nothing is decided before it is mounted, and its ledger is used" {
	of var
	told "seedrive-guest: the initramfs does not use the ledger on the root file system: /var is a separate file system"
	in_order "$MIXED" "$MACHINE_ID" "$READY" "$CREDITED"
	told "vm: decided by system"
	told "vm: file 600:0:0 /var/lib/seedrive/ledger/$SEED"
	[ "$(ledger_on var)" = "" ]
	ended_well "ext4 ro" "ext4 rw"
	waited
}

@test "boot: a root with its changes in memory: the seed is mixed, not credited, and the root below is unchanged" {
	of overlay
	told "vm: / is overlay rw"
	told "seedrive-guest: mixed seed=$SEED drive=/dev/vdb ledger=none reason=ledger-forgets"
	run ! grep "$CREDITED" "$log"
	[ "$(ledger_on overlay)" = "" ]
}
