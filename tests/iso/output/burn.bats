#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writing a drive to a device. These tests use loop devices. QEMU cannot emulate a burner, so how a medium is written is
# tested with libburn's emulated drives (tests/iso/output/test_burner.c), and a drive that can only read in
# tests/vm/vm-burn.bats.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../../lib/helper

setup() {
	need_root
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	small_tree tree
}

# loop SIZE [OPTION...]: makes $DEV a loop device of that size, all zeros, which uses the file $DISK.
loop() {
	local size=$1
	shift
	DISK=$(mktemp "$PWD/disk.XXXXXX")
	truncate -s "$size" "$DISK"
	attach "$DISK" "$@"
}

# add_partition DISK NUMBER START LENGTH: add a partition, given in sectors, in the kernel only; nothing is written to
# the disk. Debian 13 no longer has addpart(8), which did this.
add_partition() {
	/usr/bin/python3 - "$@" <<-'END'
		import ctypes, fcntl, struct, sys

		BLKPG, BLKPG_ADD_PARTITION = 0x1269, 1
		number, start, length = map(int, sys.argv[2:])
		partition = ctypes.create_string_buffer(struct.pack("qqi64s64s4x", start * 512, length * 512, number, b"", b""))
		with open(sys.argv[1], "rb") as disk:
		    fcntl.ioctl(disk, BLKPG, struct.pack("iiiP", BLKPG_ADD_PARTITION, 0, len(partition) - 1,
		                                         ctypes.addressof(partition)))
	END
}

# build [OPTION...]: builds the small tree onto $DEV.
build() {
	"$TOOL" build -q --source kernel -o "$DEV" "$@" tree
}

# refused WORDS COMMAND...: check that COMMAND fails with that line, and that the device is unchanged.
refused() {
	local words=$1 before
	shift
	before=$(sha256sum <"$DISK")
	fails 1 "seedrive: build: $DEV: $words" "$@"
	[ "$(sha256sum <"$DISK")" = "$before" ]
}

# no_drive DEV: check that no reader finds a drive there: neither our own, nor one that looks for a primary volume
# descriptor.
no_drive() {
	run -1 --separate-stderr "$TOOL" inspect "$1"
	[ "$stderr" = "seedrive: inspect: $1: not an ISO 9660 image" ]
	run -1 grep -qa "$(printf '\001CD001')" <(dd if="$1" bs=2048 skip=16 count=8 status=none)
}

whole() {
	"$TOOL" inspect --min-bits 256 "$1" >/dev/null
}

# --- the result ---

@test "burn: a device gets the same image as a file" {
	local args=(--source kernel --bind none)
	loop 4M
	export SOURCE_DATE_EPOCH=1700000000 GETRANDOM=7
	make_world
	world "$TOOL" build -q "${args[@]}" -o drive.iso "$NOVA"
	world "$TOOL" build -q "${args[@]}" -o "$DEV" "$NOVA"
	cmp -n "$(stat -c %s drive.iso)" drive.iso "$DEV"
	# Nothing was written after the image.
	tail -c +"$(($(stat -c %s drive.iso) + 1))" "$DISK" | cmp - <(head -c $((4194304 - $(stat -c %s drive.iso))) /dev/zero)
	[ "$(blkid -p -s TYPE -s LABEL -o value "$DEV" | sort | paste -sd ' ')" = "config-2 iso9660" ]
}

@test "burn: the result is reported as for a file, in words and in JSON" {
	loop 4M
	run -0 --separate-stderr "$TOOL" build --source kernel -o "$DEV" tree
	[ "$stderr" = "" ]
	[[ ${lines[0]} == "$DEV: "*" KiB, label config-2, bound to $UUID" ]]
	"$TOOL" build --json --force --source kernel -o "$DEV" tree >said
	[ "$(member said output)" = "$DEV" ]
	[ "$(member said credit_bits)" = 256 ]
	loop 4M
	"$TOOL" build -q --source kernel --user-data tree/openstack/latest/user_data -o "$DEV"
	[ "$(blkid -p -s LABEL -o value "$DEV")" = cidata ]
}

@test "burn: a symbolic link, a device with large sectors and one that is just large enough are accepted" {
	local size
	drive drive.iso
	size=$(stat -c %s drive.iso)
	loop $(((size + 4095) / 4096 * 4096)) --sector-size 4096
	ln -s "$DEV" link
	succeeds "$TOOL" build -q --source kernel -o link tree
	whole link
	loop "$size"
	succeeds build
	whole "$DEV"
}

@test "burn: inspect and reseed accept the device" {
	loop 4M
	build --ttl 1d
	"$TOOL" inspect --json "$DEV" >first
	"$TOOL" reseed -q --source kernel "$DEV"
	"$TOOL" inspect --json --min-bits 256 "$DEV" >second
	[ "$(member first seed_id)" != "$(member second seed_id)" ]
	[ "$(member first ttl)" = "$(member second ttl)" ]
	# The file that the loop device uses has the same bytes.
	cmp -n 300000 "$DEV" "$DISK"
}

@test "burn: a helper program missing in libexec is an error" {
	mkdir bin
	cp "$TOOL" bin/
	loop 4M
	refused_line="seedrive: build: seedrive-device: not installed beside this program"
	fails 1 "$refused_line" bin/seedrive build -q --source kernel -o "$DEV" tree
}

# --- devices that hold data ---

@test "burn: a file system, a partition table, a drive, swap space and an encrypted volume are named and not overwritten" {
	loop 4M
	mkfs.ext4 -q -L stuff "$DEV"
	refused "holds ext4 labelled stuff; --force overwrites it" build
	loop 4M
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$DEV"
	refused "holds ext4; --force overwrites it" build
	loop 4M
	mkswap -q "$DEV"
	refused "holds swap; --force overwrites it" build
	loop 4M
	# An MBR with one Linux partition.
	printf '\0\0\0\0\203\0\0\0\1\0\0\0\1\0\0\0' | overwrite "$DEV" 446
	printf '\125\252' | overwrite "$DEV" 510
	refused "holds a partition table (dos); --force overwrites it" build
	loop 4M
	printf 'LUKS\272\276\0\1' | overwrite "$DEV" 0
	printf '%s' "$UUID" | overwrite "$DEV" 168
	refused "holds crypto_LUKS; --force overwrites it" build
	loop 4M
	build
	refused "holds iso9660 labelled config-2; --force overwrites it" build
}

@test "burn: unknown data are not overwritten either, if they are where the image would go" {
	local size
	drive drive.iso
	size=$(stat -c %s drive.iso)
	for at in 0 $((size / 2)) $((size - 1)); do
		loop 4M
		printf x | overwrite "$DEV" "$at"
		refused "holds data; --force overwrites it" build
	done
	loop 4M
	printf x | overwrite "$DEV" "$size"
	succeeds build
	[ "$(dd if="$DEV" bs=1 skip="$size" count=1 status=none)" = x ]
}

@test "burn: --force erases every signature of the old content, wherever it is" {
	loop 300M
	# This is a real btrfs, because libblkid 2.41 does not recognize the magic number alone. GPT has a copy in the last
	# sector.
	mkfs.btrfs -q "$DEV" 2>/dev/null
	"$ROOT/tests/lib/gpt.py" "$DEV"
	run -0 wipefs "$DEV"
	[[ $output == *gpt* ]]
	refused "holds btrfs; --force overwrites it" build
	succeeds build --force
	[ "$(wipefs -n --output TYPE --noheadings "$DEV" | sort -u | tr -d ' \n')" = iso9660 ]
	whole "$DEV"
	loop 4M
	mkfs.ext4 -q -L stuff "$DEV"
	succeeds build --force
	[ "$(wipefs -n --output TYPE --noheadings "$DEV" | sort -u | tr -d ' \n')" = iso9660 ]
}

@test "burn: --force has no effect on a file, and does not help if a device is in use" {
	drive drive.iso
	succeeds "$TOOL" build -q --force --source kernel -o drive.iso tree
	loop 4M
	mkswap -q "$DEV"
	swapon "$DEV" 2>/dev/null
	run build --force
	swapoff "$DEV"
	[ "$status" -eq 1 ]
	[ "$output" = "seedrive: build: $DEV: in use as swap space" ]
}

# --- devices in use ---

# mounting COMMAND...: runs COMMAND in a mount namespace in which $DEV is mounted.
mounting() {
	mkdir -p "a place"
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount sh -c 'mount "$0" "a place" && "$@"' "$DEV" "$@"
}

@test "burn: a mounted device is refused, with the mount point, and so is a device with a mounted partition" {
	need_mounts
	local disk
	loop 8M
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$DEV"
	fails 1 "seedrive: build: $DEV: mounted on $PWD/a place" \
		mounting "$TOOL" build -q --force --source kernel -o "$DEV" tree
	fails 1 "seedrive: reseed: $DEV: mounted on $PWD/a place" mounting "$TOOL" reseed -q "$DEV"
	fails 1 "seedrive-mkisofs: $DEV: mounted on $PWD/a place" \
		mounting "$MKISOFS" -quiet -r -o "$DEV" tree

	loop 16M --partscan
	disk=$DEV
	add_partition "$disk" 1 2048 16384
	add_partition "$disk" 2 18432 8192
	mkfs.ext4 -q "${disk}p1"
	DEV=${disk}p1
	fails 1 "seedrive: build: $disk: a partition of it is mounted on $PWD/a place" \
		mounting "$TOOL" build -q --force --source kernel -o "$disk" tree
	# The other partition is not in use.
	succeeds mounting "$TOOL" build -q --source kernel -o "${disk}p2" tree
	whole "${disk}p2"
}

@test "burn: a partition is refused while its disk is mounted, and so is a device that another namespace has mounted" {
	need_mounts
	local disk
	loop 16M --partscan
	disk=$DEV
	mkfs.ext4 -q "$disk"
	add_partition "$disk" 1 2048 16384
	fails 1 "seedrive: build: ${disk}p1: the disk that it is a partition of is mounted on $PWD/a place" \
		mounting "$TOOL" build -q --force --source kernel -o "${disk}p1" tree
	# The mount exists only in the namespace of the background process, not in ours.
	mkfifo ready go
	mounting sh -c 'echo >ready; read -r _ <go' 3>&- &
	read -r _ <ready
	run build --force
	echo >go
	wait "$!"
	[ "$status" -eq 1 ]
	[[ $output == "seedrive: build: $DEV: mounted on $PWD/a place, as process "*" sees it" ]]
}

@test "burn: swap space, and a file or device that a loop device uses, are refused" {
	local disk
	loop 8M --partscan
	disk=$DEV
	add_partition "$disk" 1 2048 8192
	mkswap -q "${disk}p1"
	swapon "${disk}p1" 2>/dev/null
	run build --force
	swapoff "${disk}p1"
	[ "$output" = "seedrive: build: $disk: a partition of it is in use as swap space" ]
	[ "$status" -eq 1 ]

	loop 8M
	disk=$DEV
	attach "$disk"
	fails 1 "seedrive: build: $disk: in use by loop device ${DEV#/dev/}" \
		"$TOOL" build -q --force --source kernel -o "$disk" tree
	fails 1 "seedrive-mkisofs: $disk: in use by loop device ${DEV#/dev/}" "$MKISOFS" -quiet -r -o "$disk" tree
	succeeds build
}

@test "burn: a device that a virtual machine has locked is refused" {
	loop 4M
	/usr/bin/python3 - "$DEV" "$TOOL" >said 2>&1 <<-'END'
		import fcntl, struct, subprocess, sys

		# This is an open file description lock on one of the bytes that QEMU locks.
		disk = open(sys.argv[1], "rb")
		fcntl.fcntl(disk, 37, struct.pack("hhlli4x", fcntl.F_RDLCK, 0, 101, 1, 0))
		subprocess.run([sys.argv[2], "build", "-q", "--source", "kernel", "-o", sys.argv[1], "tree"])
	END
	[ "$(cat said)" = "seedrive: build: $DEV: locked: in use by a running virtual machine or another run of seedrive" ]
	no_drive "$DEV"
}

# --- devices that cannot be written ---

@test "burn: a device that is too small is refused, with both sizes" {
	local size
	drive drive.iso
	size=$(stat -c %s drive.iso)
	loop $((size - 512))
	refused "too small: $((size - 512)) bytes; the image needs $size" build
	refused "too small: $((size - 512)) bytes; the image needs $size" build --force
}

@test "burn: a device that is write-protected, or may not be opened, is refused" {
	loop 4M --read-only
	refused "write-protected" build
	loop 4M
	mknod -m 000 node b "$((0x$(stat -c %t "$DEV")))" "$((0x$(stat -c %T "$DEV")))"
	# Without root's rights the build folder may not be reachable, so use a copy of the program.
	cp -r "$TOOL" "$B/libexec" .
	fails 1 "seedrive: build: node: Permission denied" \
		unprivileged ./seedrive build -q --source kernel -o node tree
	no_drive "$DEV"
}

@test "burn: a missing device, a character device and a line of a list are refused" {
	mknod sr b 11 200
	fails 1 "seedrive: build: sr: No such device or address" "$TOOL" build -q --source kernel -o sr tree
	fails 1 "seedrive-mkisofs: sr: seedrive-mkisofs does not write to an optical drive; use seedrive build -o" \
		"$MKISOFS" -r -o sr tree
	mknod disk b 240 0
	fails 1 "seedrive: build: disk: No such device or address" "$TOOL" build -q --source kernel -o disk tree
	fails 1 "seedrive: build: /dev/null: not a regular file" "$TOOL" build -q --source kernel -o /dev/null tree
	loop 4M
	printf '%s\ttree\n' "$DEV" >list
	run -1 --separate-stderr "$TOOL" build -q --source kernel --batch list
	[ "${stderr_lines[0]}" = "seedrive: build: $DEV: not made: not a regular file" ]
	no_drive "$DEV"
}

@test "burn: faults of the tree and of the entropy are found before the device is touched" {
	loop 4M
	mkfifo tree/fifo
	run -1 build --force
	rm tree/fifo
	run -3 build --bits 512
	[ "$(sha256sum <"$DISK")" = "$(head -c 4194304 /dev/zero | sha256sum)" ]
	# The file grows while the image is made.
	make_world
	echo x >tree/growing
	run -1 --separate-stderr world AT=pread:growing DO="echo y >>tree/growing" \
		"$TOOL" build -q --source kernel -o "$DEV" tree
	[[ $stderr == "seedrive: build: tree/growing: grew while the image was made" ]]
	[ "$(sha256sum <"$DISK")" = "$(head -c 4194304 /dev/zero | sha256sum)" ]
}

# --- interrupted writes ---

# device_calls STRACE-OPTION...: traces the system calls of a build on the device into the file `trace`.
device_calls() {
	env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -P "$DEV" "$@" \
		"$TOOL" build -q --force --source kernel -o "$DEV" tree
}

# injected WHAT CALL NUMBER: run the build, and have strace inject WHAT into the NUMBERth CALL on the device.
injected() {
	device_calls -e "trace=$2" -e "inject=$2:$1:when=$3"
}

@test "burn: SIGKILL at any write or flush leaves the old drive, no drive, or a whole new one" {
	local call n cut=0 last
	loop 4M
	build
	cat "$DEV" >old.iso
	device_calls -e trace=pwrite64
	# The first write zeroes the primary volume descriptor, and the last one writes the descriptors.
	last=$(wc -l <trace)
	[ "$last" -ge 4 ]
	[[ $(head -n 1 trace) == *'pwrite64('*'"\0\0'*", 32768) = 4096" ]]
	[[ $(tail -n 1 trace) == *'pwrite64('*'"\1CD001'*", 32768) = "* ]]
	for call in pwrite64 fdatasync fsync write; do
		for ((n = 1; ; n++)); do
			overwrite "$DEV" 0 <old.iso
			run injected signal=KILL "$call" "$n"
			[ "$status" -ne 0 ] || break
			[ "$status" -eq 137 ]
			cut=$((cut + 1))
			case $call-$n in
			pwrite64-1) cmp old.iso "$DEV" ;;
			# When the last flush begins, the image is already complete.
			fsync-2) whole "$DEV" ;;
			*) no_drive "$DEV" ;;
			esac
		done
	done
	whole "$DEV"
	[ "$cut" -ge $((last + 3)) ]
}

@test "burn: an error of the device is reported in one line, and leaves no drive" {
	local call n failed=0
	loop 4M
	build
	for call in pwrite64 fdatasync fsync; do
		for ((n = 1; ; n++)); do
			run --separate-stderr injected error=EIO "$call" "$n"
			[ "$status" -ne 0 ] || break
			[ "$status" -eq 1 ]
			[ "$stderr" = "seedrive: build: $DEV: Input/output error" ]
			failed=$((failed + 1))
			no_drive "$DEV"
		done
	done
	[ "$failed" -ge 7 ]
}

@test "burn: a device that reports success without writing is detected" {
	local n
	loop 4M
	device_calls -e trace=pwrite64
	# The longest write is the one of the contents.
	read -r n length < <(sed -n 's/.* = //p' trace | nl | sort -k 2,2n | tail -n 1)
	[ "$length" -gt 20000 ]
	run -1 --separate-stderr injected "retval=$length" pwrite64 "$n"
	[ "$stderr" = "seedrive: build: $DEV: the data read back differs from the data written" ]
	no_drive "$DEV"
}

@test "burn: the image is read back bypassing the page cache, and no copy is kept there" {
	loop 4M
	device_calls
	# After the last flush, O_DIRECT is set, the whole image is read, and the cached copies are dropped.
	sed -n '/fsync/h; /fsync/!H; ${ x; p; }' trace >after
	grep -q 'F_SETFL, .*O_DIRECT' after
	[ "$(grep -c pread64 after)" -ge 1 ]
	grep -q 'POSIX_FADV_DONTNEED' after
	[ "$(fincore --bytes --noheadings --output RES "$DEV" | tr -d ' ')" = 0 ]
}

# --- secrets ---

@test "burn: building a file does not load libburn and libblkid: only other programs use them" {
	readelf -dW "$TOOL" "$MKISOFS" >needed
	run -1 grep -E 'NEEDED.*lib(burn|blkid)' needed
	readelf -dW "$B/libexec/seedrive-device" >needed
	grep -q 'NEEDED.*libburn' needed
	grep -q 'NEEDED.*libblkid' needed
}
