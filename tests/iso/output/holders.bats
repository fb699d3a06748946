#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each program that writes an image first checks whether its target is in use. It compares device numbers, so it also
# finds uses in other namespaces and through other device nodes.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2153

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../../lib/helper

setup() {
	need_root
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	small_tree tree
	HOLDERS=()
}

teardown() {
	local pid
	for pid in "${HOLDERS[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" || true
	done
	detach
	make_removable
}

# loop SIZE [OPTION...]: makes $DEV a loop device of that size, which uses the file $DISK.
loop() {
	local size=$1
	shift
	DISK=$(mktemp "$PWD/disk.XXXXXX")
	truncate -s "$size" "$DISK"
	attach "$DISK" "$@"
}

# partitioned: makes $DEV a disk with the partitions ${DEV}p1 and ${DEV}p2, of 4 MiB each.
partitioned() {
	loop 16M --partscan
	printf '2048 8192 L\n10240 8192 L\n' | sed 's/ L//; s/ /,/' | sfdisk -q --no-reread --no-tell-kernel "$DEV"
	partx -a "$DEV"
	head -c 1M /dev/urandom >"${DEV}p1"
}

# holding COMMAND...: runs COMMAND in the background until the test ends; COMMAND prints a word when it uses the device.
holding() {
	mkfifo ready
	"$@" >ready 3>&- &
	HOLDERS+=("$!")
	read -r _ <ready
	rm ready
}

# private HOW NODE: create a second node of the device NODE in a new mount namespace; a background command opens it
# there and keeps it open. HOW is the shell's operator for that.
private() {
	local how=$1 node=$2
	mkdir -p mnt
	holding unshare --mount bash -c 'mount -t tmpfs none mnt && mknod mnt/disk b $1 $2 || exit
		exec 7'"$how"'mnt/disk && echo held && exec sleep 1000' bash \
		$((0x$(stat -c %t "$node"))) $((0x$(stat -c %T "$node")))
}

# all_refused DEV WORDS: check that build, mkisofs and reseed fail with this message, and that the device is unchanged.
all_refused() {
	local dev=$1 words=$2 before
	before=$(sha256sum <"$dev")
	for tool in "build:$TOOL build -q --force --source kernel -o $dev tree" \
		"build:$TOOL build -q --source kernel -o - tree" \
		"reseed:$TOOL reseed -q --source kernel $dev" \
		":$MKISOFS -quiet -r -V config-2 -o $dev tree"; do
		run -1 --separate-stderr bash -c 'exec 1<>"$1"; exec ${2#*:} 2>said' bash "$dev" "$tool"
		# shellcheck disable=SC2053 # a pattern
		[[ $(cat said) == seedrive*": $dev: "$words || $(cat said) == "seedrive: build: /dev/stdout: "$words ]] || {
			echo "$tool: $(cat said)"
			return 1
		}
		[ "$(sha256sum <"$dev")" = "$before" ]
	done
}

@test "holders: a process that has the device open through a node in its own namespace, for reading or writing" {
	need_mounts
	local how
	for how in '<' '<>'; do
		loop 4M
		"$TOOL" build -q --source kernel -o "$DEV" tree
		private "$how" "$DEV"
		all_refused "$DEV" "open in process ${HOLDERS[-1]} (sleep)"
	done
}

@test "holders: a running virtual machine, through the private node that libvirt gives it" {
	need_mounts
	loop 8M
	"$TOOL" build -q --source kernel -o "$DEV" tree
	mkdir mnt
	holding unshare --mount bash -c 'mount -t tmpfs none mnt && mknod mnt/disk b $1 $2 || exit
		mkfifo mnt/said # QEMU writes its greeting to it; nothing sends commands
		exec qemu-system-x86_64 -nodefaults -display none -S -machine q35 -m 64 -qmp stdio <>mnt/said \
			-drive if=none,id=d,format=raw,file=mnt/disk,file.locking=on -device virtio-blk-pci,drive=d' \
		bash $((0x$(stat -c %t "$DEV"))) $((0x$(stat -c %T "$DEV")))
	all_refused "$DEV" "open in process * (qemu-system-x86)"
}

@test "holders: a partition while the disk is open, the disk while a partition is open, but not another partition" {
	need_mounts
	partitioned
	"$TOOL" build -q --source kernel -o "${DEV}p2" tree
	private '<>' "${DEV}p1"
	all_refused "$DEV" "a partition of it is open in process ${HOLDERS[-1]} (sleep)"
	succeeds "$TOOL" reseed -q --source kernel "${DEV}p2"
	private '<' "$DEV"
	all_refused "${DEV}p2" "the disk that it is a partition of is open in process ${HOLDERS[-1]} (sleep)"
}

@test "holders: a process that opens the device for a moment, as udev does, is waited for" {
	loop 4M
	holding bash -c 'exec 7<"$1"; echo held; sleep 0.3' bash "$DEV"
	succeeds "$TOOL" build -q --source kernel -o "$DEV" tree
	# A descriptor with O_PATH does not count as a use.
	holding /usr/bin/python3 -c 'import os, sys, time
fd = os.open(sys.argv[1], os.O_PATH)
print("held", flush=True)
time.sleep(1000)' "$DEV"
	succeeds "$TOOL" reseed -q --source kernel "$DEV"
}

@test "holders: a loop device that uses the target, by a path of another namespace" {
	need_mounts
	local disk above
	loop 8M
	disk=$DEV
	mkdir mnt mnt2
	above=$(unshare --mount bash -c 'mount -t tmpfs none mnt && mknod mnt/disk b $1 $2 && losetup -f --show mnt/disk' \
		bash $((0x$(stat -c %t "$disk"))) $((0x$(stat -c %T "$disk"))))
	echo "$above" >>"$BATS_TEST_TMPDIR/loops"
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$above"
	all_refused "$disk" "in use by loop device ${above#/dev/}"
	# In reverse, the device below the target is in use.
	mount_below=$(unshare --mount bash -c 'mount "$1" mnt2 2>/dev/null && echo mounted' bash "$disk")
	[ "$mount_below" = mounted ]
	holding unshare --mount bash -c 'mount "$1" mnt2 && echo held && exec sleep 1000' bash "$disk"
	all_refused "$above" "a device or file that it is made of is mounted on $PWD/mnt2, as process ${HOLDERS[-1]} (sleep) sees it"
}

@test "holders: another loop device on the same file, unless it uses another part of it" {
	need_mounts
	loop 8M
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$DEV"
	one=$DEV
	attach "$DISK"
	all_refused "$DEV" "a device or file that it is made of is in use by loop device ${one#/dev/}"
	truncate -s 16M parts
	attach parts --sizelimit 4M
	one=$DEV
	attach parts --offset 4M
	succeeds "$TOOL" build -q --source kernel -o "$DEV" tree
	succeeds "$TOOL" build -q --source kernel -o "$one" tree
}

@test "holders: a file that a loop device uses is not written in place" {
	local before
	drive drive.iso
	attach drive.iso
	before=$(sha256sum <drive.iso)
	fails 1 "seedrive-mkisofs: drive.iso: in use by loop device ${DEV#/dev/}" "$MKISOFS" -quiet -r -o drive.iso tree
	fails 1 "seedrive: reseed: drive.iso: in use by loop device ${DEV#/dev/}" \
		"$TOOL" reseed -q --source kernel drive.iso
	[ "$(sha256sum <drive.iso)" = "$before" ]
	# build makes a new file under the same name, so the file in use stays as it is.
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
	[ "$(sha256sum <"$DEV")" = "$before" ]
}

@test "holders: an image that a virtual machine has locked is neither replaced nor written" {
	local before
	drive drive.iso
	before=$(sha256sum <drive.iso)
	holding /usr/bin/python3 -c 'import fcntl, struct, time
disk = open("drive.iso", "rb")
fcntl.fcntl(disk, 37, struct.pack("hhlli4x", fcntl.F_RDLCK, 0, 101, 1, 0))
print("held", flush=True)
time.sleep(1000)'
	words="locked: in use by a running virtual machine or another run of seedrive"
	fails 1 "seedrive: build: drive.iso: $words" "$TOOL" build -q --source kernel -o drive.iso tree
	fails 1 "seedrive: reseed: drive.iso: $words" "$TOOL" reseed -q --source kernel drive.iso
	fails 1 "seedrive-mkisofs: drive.iso: $words" "$MKISOFS" -quiet -r -o drive.iso tree
	run -1 bash -c '"$MKISOFS" -quiet -r tree 1<>drive.iso'
	run -1 bash -c '"$TOOL" build -q --source kernel -o - tree 1<>drive.iso'
	[ "$(sha256sum <drive.iso)" = "$before" ]
}

@test "holders: a use that begins while the image is made is found before the first write" {
	need_mounts
	local disk
	loop 8M
	disk=$DEV
	mkfifo slow
	chmod 600 slow
	"$TOOL" build -q --force --source file:slow,bits=4 -o "$disk" tree 2>said 3>&- &
	HOLDERS+=("$!")
	exec {held}>slow
	# The build is waiting for its source. Now another program begins to use the disk.
	attach "$disk"
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$DEV"
	before=$(sha256sum <"$disk")
	head -c 65536 /dev/urandom >&"$held" || true
	exec {held}>&-
	status=0
	wait "${HOLDERS[0]}" || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat said)" = "seedrive: build: $disk: in use by loop device ${DEV#/dev/}" ]
	[ "$(sha256sum <"$disk")" = "$before" ]
}

@test "holders: if other users' processes cannot be checked, that is a warning" {
	loop 4M
	# The program may not examine the processes of other users, but may open the device.
	run -0 --separate-stderr setpriv --bounding-set=-sys_ptrace,-dac_read_search,-dac_override \
		--inh-caps=-sys_ptrace,-dac_read_search,-dac_override \
		"$TOOL" build -q --source kernel -o "$DEV" tree
	[[ $stderr == "seedrive: build: warning: $DEV: cannot check whether processes of other users have it open"* ||
		$stderr == "" ]]
}

@test "holders: in a container, a warning says that the processes outside of it were not checked" {
	need_mounts
	loop 4M
	"$TOOL" build -q --source kernel -o "$DEV" tree
	run -0 --separate-stderr unshare --pid --fork --mount-proc "$TOOL" reseed -q --source kernel "$DEV"
	[[ $stderr == "seedrive: reseed: warning: $DEV: cannot check whether processes outside of this container use it"* ]]
}

@test "holders: --force reports what it will overwrite" {
	loop 4M
	mkfs.ext4 -q -L stuff "$DEV"
	run -0 --separate-stderr "$TOOL" build --force --source kernel -o "$DEV" tree
	[ "${stderr_lines[0]}" = "seedrive: build: $DEV: ext4 labelled stuff is overwritten" ]
	run -0 --separate-stderr "$TOOL" build --force --source kernel -o "$DEV" tree
	[ "$stderr" = "seedrive: build: $DEV: iso9660 labelled config-2 is overwritten" ]
	loop 4M
	echo x | overwrite "$DEV" 40000
	run -0 --separate-stderr "$TOOL" build --force --source kernel -o "$DEV" tree
	[ "$stderr" = "seedrive: build: $DEV: data is overwritten" ]
	loop 4M
	run -0 --separate-stderr "$TOOL" build --force --source kernel -o "$DEV" tree
	[ "$stderr" = "" ]
}

@test "holders: standard output that is a disk is treated as one" {
	loop 4M
	"$TOOL" build -q --source kernel -o - tree >"$DEV"
	"$TOOL" inspect --min-bits 256 "$DEV" >/dev/null
	"$MKISOFS" -quiet -r -V config-2 tree >"$DEV"
	"$TOOL" inspect "$DEV" >/dev/null
	fails 1 "seedrive: build: /dev/stdout: holds iso9660 labelled config-2; --force overwrites it" \
		bash -c '"$TOOL" build -q --source kernel -o - tree >"$1"' bash "$DEV"
	run -1 --separate-stderr bash -c '{ head -c 2048 >/dev/null; "$MKISOFS" -quiet -r tree >&0; } 0<>"$1"' bash "$DEV"
	[ "$stderr" = "seedrive-mkisofs: standard output: a disk, but positioned after its beginning" ]
}
