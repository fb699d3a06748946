#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The stages of a boot in a virtual machine, with an initramfs that Debian's initramfs-tools has made: what is credited
# before PID 1 starts, and the result for each kind of root.

# Each test runs in a subshell, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/vm

setup_file() {
	[ "$(id -u)" = 0 ] && has_mounts || return 0
	vm_setup
	"$VM/initrd.sh" "$("$VM/kernel.sh")" "$BATS_FILE_TMPDIR/vm" BUSYBOX=y
	"$VM/root.sh" "$BATS_FILE_TMPDIR/root"
	"$BUILD/seedrive" build -q --source kernel -o "$DRIVE" "$TREE"
	SEED=$(seed_of "$DRIVE")
}

setup() {
	need_root
	need_mounts
	cd "$BATS_TEST_TMPDIR" || return
	devices=()
	vm=$BATS_FILE_TMPDIR/vm
	cp "$BATS_FILE_TMPDIR/root" root
	root=(-l root)
	place=virtio-scsi-cd
	boots=0
}

# boot [ARGUMENTS [OPTION...]]: boot with ARGUMENTS added to the kernel's command line, and with these options of
# boot.sh.
boot() {
	boots=$((boots + 1))
	log=$BATS_TEST_TMPDIR/boot$boots.log
	"$VM/boot.sh" -d "$place" -i "$DRIVE" "${root[@]}" -u "$UUID" "${@:2}" -a "root=/dev/vda ro ${1:-}" "$vm" \
		"${devices[@]}" >"$log"
	shown
}

shown() {
	# Split the log into two parts: before PID 1 started, and after.
	sed '/ vm: begin /q' "$log" >initramfs
	sed '1,/ vm: begin /d' "$log" >system
	grep -E '\] (vm|random|EXT4-fs): |panic|seed' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

# says FILE LINE: check that FILE has this line exactly once.
says() {
	[ "$(grep -cE "\] seedrive-guest: $2\$" "$1")" -eq 1 ]
}

# silent FILE: check that FILE has no line of ours.
silent() {
	run -1 grep '\] seedrive-guest: ' "$1"
}

# begins READY: check whether the kernel was ready when the initramfs ended.
begins() {
	grep -q "vm: begin ready=$1 " "$log"
}

not_ready() {
	run -1 grep 'crng init done' "$log"
}

MIXED_FIRST="mixed seed=[0-9a-f]* drive=/dev/[a-z]+[0-9]* ledger=none reason=mix-only ready-before=no"
CARRIED="credited 256 bits seed=[0-9a-f]{32} carry-over=/root/var/lib/seedrive/carry-over ready-before=no"

# credited FILE [LEDGER]: check that the seed was credited in the part of the boot that is in FILE.
credited() {
	says "$1" "credited 256 bits seed=$SEED drive=/dev/[a-z]+[0-9]* ledger=${2:-dir} ready-before=no"
	[ "$(grep -c 'crng init done' "$1")" -eq 1 ]
}

@test "boot: credited before PID 1, and root is unchanged; the second boot credits only the carry-over" {
	boot "sd.units=1 rootflags=nosuid,noatime"
	says initramfs "$MIXED_FIRST"
	credited initramfs
	begins yes
	# util-linux and klibc print the flags in different orders, so the kernel's order is compared.
	grep -qE 'vm: mounted / ext4 ro,nosuid,noatime$' system
	grep -q 'vm: decided: root$' system
	run -1 grep -E '\] seedrive-guest: (credited|mixed)' system
	says system "saved seed=[0-9a-f]{32} carry-over=/var/lib/seedrive/carry-over"
	grep -q "vm: left /var/lib/seedrive/ledger/$SEED\$" system

	boot "sd.units=1"
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	says initramfs "$CARRIED"
	begins yes
	grep -q 'vm: mounted / ext4 ro,relatime$' system

	# There is no carry-over this time, so nothing is credited, and root is not written to.
	debugfs -w -R 'rm /var/lib/seedrive/carry-over' root
	boot
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	run -1 grep 're-mounted' initramfs
	begins no
	not_ready
}

@test "boot: it works in an initramfs that has only klibc's tools" {
	vm=$BATS_TEST_TMPDIR/vm
	"$VM/initrd.sh" "$("$VM/kernel.sh")" "$vm" BUSYBOX=n
	place=ide-cd
	boot "sd.units=1 rootflags=nosuid,nodev"
	credited initramfs
	grep -q 'vm: mounted / ext4 ro,nosuid,nodev,relatime$' system
	boot
	says initramfs "$CARRIED"
}

@test "boot: a machine that is killed while it credits forfeits the seed" {
	run -137 "$VM/boot.sh" -k 'seedrive-guest: credited' -d "$place" -i "$DRIVE" "${root[@]}" -u "$UUID" \
		-a "root=/dev/vda ro" "$vm"
	boot
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	not_ready
}

@test "boot: without a drive, or turned off, each boot is as without our files" {
	place=none
	boot sd.units=1
	silent initramfs
	# The initramfs has no udev here, so the stages search for a drive.
	says system "no seed drive"
	says system "/var/lib/seedrive/carry-over: carry-over not saved: the kernel's RNG is not ready"
	[ "$(grep -c '\] seedrive-guest: ' "$log")" -eq 2 ]
	place=virtio-scsi-cd
	boot "sd.units=1 seedrive.guest=off"
	silent "$log"
	not_ready
}

# udev may be stopped before it has seen the drive, because nothing waits for this drive.
@test "boot: a drive that appears when the initramfs ends is credited there, or in the system" {
	boot "modprobe.blacklist=virtio_scsi sd.late=virtio_scsi,sr0 sd.units=1"
	credited "$log"
}

@test "boot: a separate /var has the ledger, and the stage 'system' credits" {
	"$VM/root.sh" root sh -c 'echo "/dev/vdb /var ext4 defaults 0 2" >>etc/fstab'
	mkdir -p var/lib
	truncate -s 8M disk
	mkfs.ext4 -q -d var disk
	devices=(-drive "if=none,format=raw,id=var,file=disk" -device "virtio-blk-pci,drive=var")
	boot "sd.units=1 sd.var=vdb"
	says initramfs "the initramfs does not use the ledger on the root file system: /var is a separate file system"
	begins no
	credited system
	grep -q "vm: left /var/lib/seedrive/ledger/$SEED\$" system
	boot "sd.units=1 sd.var=vdb"
	says system "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
	says system "credited 256 bits seed=[0-9a-f]{32} carry-over=/var/lib/seedrive/carry-over ready-before=no"
}

@test "boot: if a /var that is not in root's fstab hides the ledger, no seed is credited twice" {
	mkdir -p var/lib
	truncate -s 8M disk
	mkfs.ext4 -q -d var disk
	devices=(-drive "if=none,format=raw,id=var,file=disk" -device "virtio-blk-pci,drive=var")
	boot "sd.units=1 sd.var=vdb"
	credited initramfs
	says system "seed=$SEED noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used"
	# The next boot is as if the initramfs lacked the stages.
	boot "sd.units=1 sd.var=vdb sd.forget=1"
	says system "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no"
}

# Makes a root whose fstab asks for no check, because checking a read-only disk fails.
unchecked() {
	"$VM/root.sh" root sh -c 'echo "/dev/vda / ext4 defaults 0 0" >etc/fstab'
}

@test "boot: a root disk that is read-only stays as it is, and the seed is mixed" {
	unchecked
	root=()
	place=none
	devices=(-drive "if=none,format=raw,readonly=on,id=root,file=root" -device "virtio-blk-pci,drive=root"
		-drive "if=none,format=raw,readonly=on,id=seed,file=$DRIVE" -device virtio-scsi-pci -device "scsi-cd,drive=seed")
	boot "sd.units=1"
	says initramfs "$MIXED_FIRST"
	says initramfs "the initramfs does not use the ledger on the root file system: it cannot be made writable"
	says system "mixed seed=$SEED drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=no"
	not_ready
}

# bats test_tags=long
@test "boot: with overlayroot nothing is written below the overlay, and the seed is mixed" {
	boot "sd.units=1 overlayroot=tmpfs"
	grep -q 'vm: mounted / overlay rw' system
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=none reason=ledger-forgets ready-before=no"
	not_ready
	run -1 grep 're-mounted' initramfs
	run -0 --separate-stderr debugfs -R 'ls -p /var/lib/seedrive' root
	[ "$(cut -d/ -f6 <<<"$output" | paste -sd ' ')" = ". .." ]
}

# verity_table: print the device-mapper table of root, with commas in place of spaces; the hashes follow root on the
# disk.
verity_table() {
	local blocks hash salt
	blocks=$(($(stat -c %s root) / 4096))
	# shellcheck disable=SC2094 # one file, in two parts
	veritysetup format --hash-offset=$((blocks * 4096)) --data-blocks="$blocks" root root >format
	hash=$(sed -n 's/^Root hash:[[:space:]]*//p' format)
	salt=$(sed -n 's/^Salt:[[:space:]]*//p' format)
	echo "0,$((blocks * 8)),verity,1,/dev/vda,/dev/vda,4096,4096,$blocks,$((blocks + 1)),sha256,$hash,$salt"
}

# bats test_tags=long
@test "boot: a root under dm-verity is not touched, and the seed is mixed" {
	unchecked
	table=$(verity_table)
	before=$(sha256sum <root)
	boot "root=/dev/mapper/root sd.units=1 sd.map-ro=$table"
	grep -q 'vm: mounted / ext4 ro' system
	says initramfs "the initramfs does not use the ledger on the root file system: it cannot be made writable"
	says system "mixed seed=$SEED drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=(yes|no)"
	run -1 grep -E '\] seedrive-guest: credited' "$log"
	[ "$(sha256sum <root)" = "$before" ]
}

# bats test_tags=long
@test "boot: an encrypted root is, once it is open, a root like any other" {
	key=$(printf '%064d' 1)
	# The root is encrypted in a machine, because this host may not be able to map devices: the machine copies it to the
	# second disk.
	truncate -s 16M crypt
	devices=(-drive "if=none,format=raw,id=crypt,file=crypt" -device "virtio-blk-pci,drive=crypt")
	place=none
	boot "sd.copy=root sd.map=0,32768,crypt,aes-xts-plain64,$key,0,/dev/vdb,0"
	run ! dumpe2fs -h crypt
	root=(-l crypt)
	devices=()
	place=virtio-scsi-cd
	boot "root=/dev/mapper/root sd.units=1 sd.map=0,32768,crypt,aes-xts-plain64,$key,0,/dev/vda,0"
	grep -q 'vm: mounted / ext4 ro,relatime$' system
	# A program that opens a mapped device asks for random numbers, and for that the kernel makes itself ready. The seed
	# has been mixed before that.
	says initramfs "$MIXED_FIRST"
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=dir reason=already-ready ready-before=yes"
	[ "$(grep -nE 'reason=mix-only|crng init done' initramfs | sed 's/.*\(mix-only\|crng\).*/\1/' | paste -sd ' ')" = "mix-only crng" ]
	grep -q 'vm: decided: root$' system
}

# bats test_tags=long
@test "boot: a machine that resumes from hibernation commits nothing, and continues as it was" {
	truncate -s 400M swap
	devices=(-drive "if=none,format=raw,id=swap,file=swap" -device "virtio-blk-pci,drive=swap")
	run -0 "$VM/boot.sh" -d "$place" -i "$DRIVE" "${root[@]}" -u "$UUID" -a "root=/dev/vda ro sd.hibernate=vdb" "$vm" \
		"${devices[@]}"
	grep -q "\] seedrive-guest: credited 256 bits seed=$SEED " <<<"$output"
	grep -q 'vm: hibernates' <<<"$output"
	run -1 grep 'vm: resumed' <<<"$output"
	# The machine resumes with another drive: its seed is mixed into the kernel that will be replaced, and is not spent.
	"$BUILD/seedrive" build -q --source kernel -o second.iso "$TREE"
	DRIVE=second.iso boot resume=/dev/vdb
	says "$log" "mixed seed=$(seed_of second.iso) drive=/dev/sr0 ledger=none reason=mix-only ready-before=no"
	[ "$(grep -c '\] seedrive-guest: ' "$log")" -eq 1 ]
	grep -q 'vm: resumed' "$log"
	[ "$(sed -n 's/.*vm: left //p' "$log")" = "/var/lib/seedrive/ledger/$SEED" ]
}

@test "boot: the firmware's ledger vetoes a credit in the initramfs, and its variables do not stay mounted" {
	cp /usr/share/OVMF/OVMF_VARS_4M.fd vars
	boot "" -e vars
	credited initramfs dir,efi
	run -1 grep 'vm: mounted .* efivarfs' system
	# The next boot has the earlier state of the disk, and the firmware's ledger.
	cp "$BATS_FILE_TMPDIR/root" root
	boot "" -e vars
	says initramfs "mixed seed=$SEED drive=/dev/sr0 ledger=[a-z,]*efi reason=already-spent ready-before=no"
	not_ready
}
