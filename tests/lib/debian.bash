# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites that boot a whole Debian. Call `vm_setup` of vm.bash first.

# disk NAME: make the disk of a machine that has never been started.
disk() {
	cp --sparse=always "$BATS_FILE_TMPDIR/vm/root.img" "$BATS_FILE_TMPDIR/$1.img"
}

# write_on NAME PATH: write standard input to the file PATH on that disk.
write_on() {
	local file=$BATS_FILE_TMPDIR/$1.file image=$BATS_FILE_TMPDIR/$1.img
	cat >"$file"
	printf 'rm %s\nwrite %s %s\n' "$2" "$file" "$2" | debugfs -w -f - "$image" >/dev/null 2>&1
	debugfs -R "cat $2" "$image" 2>/dev/null | cmp - "$file"
}

# ledger_on NAME: print the ids of the seeds that the ledger on that disk has.
ledger_on() {
	debugfs -R 'ls -p /var/lib/seedrive/ledger' "$BATS_FILE_TMPDIR/$1.img" 2>/dev/null |
		sed -nE 's/.*\/([0-9a-f]{32})\/.*/\1/p'
}

# machine NAME DISK INITRAMFS ARGUMENT...: boot it once. The array `devices` is passed to QEMU. The machine does not
# name QEMU or TCG, because then systemd would use the machine's UUID as the machine-id, and not make one. The kernel
# traces each process that has to wait for the kernel's generator.
# shellcheck disable=SC2154 # vm.bash has it
machine() {
	local log=$BATS_FILE_TMPDIR/$1.log
	"$VM/boot.sh" -t 1800 -c qemu64,tcg-cpuid=off -u "$UUID" -r "$BATS_FILE_TMPDIR/$2.img" \
		-a "systemd.show_status=no kprobe_event=p,try_to_generate_entropy" "${@:4}" \
		"$BATS_FILE_TMPDIR/vm/$3" -m 512 -smbios type=1,manufacturer=Example "${devices[@]}" >"$log.new" 2>&1
	as_text "$log"
}

# plugged NAME INITRAMFS WORDS SECONDS [ARGUMENT...]: boot a machine, and plug in a drive SECONDS seconds after the
# console has shown WORDS.
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

# of NAME: select the log of that boot, and check that the boot went on to its end.
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

# in_order EVENT...: check that the log has these events in this order, and no others of their kinds.
in_order() {
	local kinds='seedrive-guest: (mixed|credited)|random: crng init done'
	kinds+='|systemd\[1\]: Initializing machine ID from random generator'
	diff <(printf '%s\n' "$@") <(sed -nE "s/.*\[ *[0-9.]+\] ($kinds).*/\1/p" "$log")
}

told() {
	grep -qE "\[ *[0-9.]+\] $1" "$log"
}

# waited PROGRAM...: check that these programs, and no others, waited for the kernel's generator.
waited() {
	diff <([ $# -eq 0 ] || printf '%s\n' "$@") <(sed -n 's/.*vm: waited: //p' "$log" | sort -u)
}

# ended_well FIRST LAST: check that root was in the state FIRST after the initramfs, and in the state LAST in the
# system, and that nothing failed.
ended_well() {
	diff <(printf '/ is %s\n' "$@") <(sed -n 's/.*vm: \(\/ is .*\)/\1/p' "$log")
	told "vm: system is running"
	run -1 grep "vm: failed" "$log"
	told "vm: seedrive-guest is active, success"
	told "vm: seedrive-carry-over is active, success"
}
