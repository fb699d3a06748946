# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the suites share that boot a whole Debian. `vm_setup` of vm.bash comes first.

# disk NAME: of a machine that has never been started.
disk() {
	cp --sparse=always "$BATS_FILE_TMPDIR/vm/root.img" "$BATS_FILE_TMPDIR/$1.img"
}

# write_on NAME PATH: a file of that disk gets what comes from standard input.
write_on() {
	local file=$BATS_FILE_TMPDIR/$1.file image=$BATS_FILE_TMPDIR/$1.img
	cat >"$file"
	printf 'rm %s\nwrite %s %s\n' "$2" "$file" "$2" | debugfs -w -f - "$image" >/dev/null 2>&1
	debugfs -R "cat $2" "$image" 2>/dev/null | cmp - "$file"
}

# ledger_on NAME: the seeds that the ledger on that disk has.
ledger_on() {
	debugfs -R 'ls -p /var/lib/seedrive/ledger' "$BATS_FILE_TMPDIR/$1.img" 2>/dev/null |
		sed -nE 's/.*\/([0-9a-f]{32})\/.*/\1/p'
}

# machine NAME DISK INITRAMFS ARGUMENT...: boots it once. What is in the array `devices` goes to QEMU. Of QEMU
# or TCG by name, systemd would take its UUID for the machine-id, and not make one. The kernel traces whom it makes
# wait for its generator.
# shellcheck disable=SC2154 # vm.bash has it
machine() {
	local log=$BATS_FILE_TMPDIR/$1.log
	"$VM/boot.sh" -t 1800 -c qemu64,tcg-cpuid=off -u "$UUID" -r "$BATS_FILE_TMPDIR/$2.img" \
		-a "systemd.show_status=no kprobe_event=p,try_to_generate_entropy" "${@:4}" \
		"$BATS_FILE_TMPDIR/vm/$3" -m 512 -smbios type=1,manufacturer=Example "${devices[@]}" >"$log.new" 2>&1
	mv "$log.new" "$log"
}

# plugged NAME INITRAMFS WORDS SECONDS [ARGUMENT...]: a boot into which a drive is plugged so long after its console has
# shown the words.
plugged() {
	local at=$BATS_FILE_TMPDIR name=$1
	disk "$name"
	# shellcheck disable=SC2054 # QEMU's
	devices=(-drive "if=none,format=raw,readonly=on,id=late,file=$DRIVE" -qmp "unix:$at/$name.qmp,server=on,wait=off")
	/usr/bin/python3 "$VM/plug.py" "$at/$name.qmp" "$at/$name.log.new" "$3" "$4" virtio-blk-pci,drive=late,id=plugged 3>&- &
	machine "$name" "$name" "$2" "${@:5}" -a "ro sd.plugged=1"
	devices=()
	wait $!
}

# of NAME: the log of that boot, which went on to its end.
of() {
	log=$BATS_FILE_TMPDIR/$1.log
	[ -e "$log" ] || cat "$log.new"
	grep -E '\] (vm|seedrive-guest|random|systemd\[1\]: Init.*machine ID|Kernel panic)' "$log"
	grep -q 'vm: the boot goes on' "$log"
}

export MIXED="seedrive-guest: mixed"
export CREDITED="seedrive-guest: credited"
export READY="random: crng init done"
export MACHINE_ID="systemd[1]: Initializing machine ID from random generator"

# in_order EVENT...: these, and no other of their kinds.
in_order() {
	local kinds='seedrive-guest: (mixed|credited)|random: crng init done'
	kinds+='|systemd\[1\]: Initializing machine ID from random generator'
	diff <(printf '%s\n' "$@") <(sed -nE "s/.*\[ *[0-9.]+\] ($kinds).*/\1/p" "$log")
}

told() {
	grep -qE "\[ *[0-9.]+\] $1" "$log"
}

# waited PROGRAM...: for the kernel's generator.
waited() {
	diff <([ $# -eq 0 ] || printf '%s\n' "$@") <(sed -n 's/.*vm: waited: //p' "$log" | sort -u)
}

# ended_well FIRST LAST: root as the initramfs left it, and as the system has it. And nothing failed.
ended_well() {
	diff <(printf '/ is %s\n' "$@") <(sed -n 's/.*vm: \(\/ is .*\)/\1/p' "$log")
	told "vm: system is running"
	run -1 grep "vm: failed" "$log"
	told "vm: seedrive-guest is active, success"
	told "vm: seedrive-carry-over is active, success"
}
