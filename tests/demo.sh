#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes and inspects a seeded config drive, and gives it to two virtual machines: one that needs it, and one that
# needs it less. `make demo` runs this after the build; it takes half a minute.

set -euo pipefail

# mkfs.ext4 is not in the PATH of every user.
PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "$0")" && pwd)
root=${here%/*}
out=$root/build/demo
tree=tests/data/nova-tree
uuid=$(sed -n 's/^{"uuid": "\([^"]*\)".*/\1/p' "$root/$tree/openstack/latest/meta_data.json")

heading() {
	printf '\n%s\n\n' "$*"
}

# Prints a command as it was typed, and runs it.
typed() {
	printf '  $ %s\n' "$*"
	"$@" 2>&1 | sed 's/^/  /'
}

# boot NAME OPTION...: boot a machine, with its console in a file.
boot() {
	local name=$1
	shift
	rm -f "$out/$name.ledger"
	truncate -s 8M "$out/$name.ledger"
	mkfs.ext4 -q "$out/$name.ledger"
	console=$out/$name.log
	"$here/vm/boot.sh" -d ide-cd -i "$out/drive.iso" -u "$uuid" -l "$out/$name.ledger" "$@" \
		"$out" >"$console"
}

# look PATTERN MEANING: print the first line of the console that matches, and what it means.
look() {
	local line
	if ! line=$(grep -m 1 -E "^\[ *[0-9.]+\] $1" "$console"); then
		printf 'demo: the machine did not say "%s"; all it said is in %s\n' "$1" "$console" >&2
		exit 1
	fi
	printf '  %s\n      %s\n' "$line" "$2"
}

mkdir -p "$out"
rm -f "$out/drive.iso"
cd "$root"

heading "1. A config drive as Nova makes it, with a seed from this host's hardware:"
typed build/seedrive build -o build/demo/drive.iso "$tree"
typed build/seedrive inspect build/demo/drive.iso

kernel=$(tests/vm/kernel.sh)
tests/vm/initramfs.sh "$kernel" build/guest/seedrive-guest "$out"

heading "2. A virtual machine without RDRAND and virtio-rng boots with that drive:"
boot plain -a "sd.ledger=disk sd.args=--ledger,/ledger"
look "vm: before ready=no" "The first program runs, and the kernel has no random numbers worth the name yet."
look "random: crng init done" "seedrive-guest has credited the seed: from here on the kernel has."
look "seedrive-guest: credited" "It says so. The seed is in the ledger now, and no later boot credits it again."
look "vm: the boot goes on" "As it would have without a drive, or with a broken one."

heading "3. The same machine on a CPU with RDRAND, and a kernel that trusts it:"
boot rdrand -c max -a "random.trust_cpu=on sd.ledger=disk sd.args=--ledger,/ledger"
look "random: crng init done" "The CPU was enough: ready long before the first program."
look "seedrive-guest: mixed" "The seed is mixed in and nothing is credited: such a guest needs seedrive less."
