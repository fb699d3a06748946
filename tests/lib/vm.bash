# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites that run virtual machines.

# shellcheck source=tests/lib/base.bash
. "$(dirname "${BASH_SOURCE[0]}")/base.bash"

# vm_setup: call it in setup_file; after it, the suite still has to make the kernel and the initramfs.
vm_setup() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	export ROOT VM BUILD TREE UUID DRIVE RECORD SEED
	ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	VM=$ROOT/tests/vm
	BUILD=${BUILD:-$ROOT/build}
	TREE=$ROOT/tests/data/nova-tree
	UUID=$(sed -n 's/^{"uuid": "\([^"]*\)".*/\1/p' "$TREE/openstack/latest/meta_data.json")
	DRIVE=$BATS_FILE_TMPDIR/drive.iso
}

# extent_of IMAGE prints the first sector of the image's record; seed_of IMAGE prints the id of its seed.
extent_of() {
	isoinfo -l -i "$1" | sed -n 's/.*\[ *\([0-9]*\) 00\] *seedrive\.bin.*/\1/Ip'
}

seed_of() {
	od -An -tx1 -j $(($(extent_of "$1") * 2048 + 36)) -N 16 "$1" | tr -d ' '
}

# install_into DIR PROGRAM: copy PROGRAM, and the libraries that it is linked to, for an initramfs.
install_into() {
	local program file
	program=$(command -v "$2")
	mkdir -p "$1/bin"
	cp "$program" "$1/bin/$2"
	ldd "$program" | grep -oE '/[^ ]+' | while read -r file; do
		mkdir -p "$1${file%/*}"
		cp -L "$file" "$1$file"
	done
}

new_ledger() {
	truncate -s 8M "$1"
	mkfs.ext4 -q "$1"
}

# network_of COMMAND: put QEMU's options for a network into the array `network`. Each connection to port 80 of
# 169.254.169.254 starts COMMAND; no other address can be reached. The machine's address, by DHCP or set by hand, is
# 169.254.169.15.
# shellcheck disable=SC2034,SC2054 # the suites'; QEMU's commas
network_of() {
	network=(-netdev "user,id=n,restrict=on,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3,dhcpstart=169.254.169.15,guestfwd=tcp:169.254.169.254:80-cmd:$1"
		-device virtio-net-pci,netdev=n,romfile=)
}

devices=()
log=

# as_text LOG: make LOG of LOG.new, which a console wrote. A byte in it that is not text, as a serial console may have,
# would make grep(1) take the log for a binary file.
as_text() {
	LC_ALL=C tr -cd '[:print:][:space:]' <"$1.new" >"$1"
	rm "$1.new"
}

# boot NAME ARGUMENT...: boot once, unless there is a log with that name, and set $log. Whatever happens, the boot must
# go on. The array `devices` is passed to QEMU.
boot() {
	local name=$1
	shift
	log=$BATS_FILE_TMPDIR/$name.log
	if [ ! -e "$log" ]; then
		"$VM/boot.sh" "$@" "$BATS_FILE_TMPDIR/vm" "${devices[@]}" >"$log.new"
		as_text "$log"
	fi
	grep -E '\] (vm|seedrive-guest|random): |panic' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

# said PATTERN: check that the line is in the kernel's log, and that it was also printed on standard error.
said() {
	grep -qxE "\[ *[0-9.]+\] seedrive-guest: $1" "$log"
	grep -qxE "\[ *[0-9.]+\] vm: stderr: seedrive-guest: $1" "$log"
}

ended() {
	grep -qE "vm: after status=$1 ready=$2 " "$log"
}

# By the guest's clock, the program ended before the limit that tests/vm/init sets, because it ends after one second without
# new devices. The limit is so large that a slow host does not reach it.
in_bounded_time() {
	awk '/ vm: (before|after) / {
			sub(/.* us=/, "")
			if (++n % 2) begin = $0
			else if ($0 - begin > 300000000) exit slow = 1
		}
		END { exit slow || n == 0 || n % 2 }' "$log"
}

not_ready() {
	! grep -q 'crng init done' "$log"
}
