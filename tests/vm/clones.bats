#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-clones`: a machine whose RNG is ready is saved, and continues in many copies. getrandom(2) gives the same
# bytes in all copies until seedrive-refresh has run, and different bytes afterwards. The machines have a vmclock, by
# which seedrive-refresh notices the restore, or have none. The metadata service is reached through QEMU's user network,
# which leads nowhere else.

# Each test runs in a subshell; QEMU's options contain commas.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2054,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/vm

COPIES=${COPIES:-8}

# clone_setup NAME KERNEL MODULES: make an initramfs that sets up the network, runs seedrive-refresh in the way that
# sd.mode= names, and runs tests/vm/clone.c when the RNG is ready.
clone_setup() {
	MODULES="virtio_net $3" EXTRA=$BATS_FILE_TMPDIR/extra \
		"$VM/initramfs.sh" "$2" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/$1"
}

setup_file() {
	vm_setup
	local extra=$BATS_FILE_TMPDIR/extra kernel
	mkdir -p "$extra/bin"
	musl-gcc -static -O2 -Wall -Wextra -o "$extra/bin/clone" "$VM/clone.c"
	cp "$BUILD/guest/seedrive-refresh" "$extra/bin/"
	ln -s busybox "$extra/bin/ip"
	cat >"$extra/bin/clones" <<-'END'
		#!/bin/sh
		read -r line </proc/cmdline
		mode=${line##*sd.mode=}
		mode=${mode%% *}
		ip link set lo up
		ip link set eth0 up
		ip addr add 169.254.169.15/24 dev eth0
		command=
		case $mode in
		once) exec seedrive-refresh ;;
		refresh) command=/bin/seedrive-refresh ;;
		watch) seedrive-refresh --watch --hooks /hooks --hooks-on-disruption & ;;
		careful) seedrive-refresh --watch --hooks /hooks & ;;
		esac
		probe 8
		sleep 10
		exec clone /dev/ttyS1 3000 $command
	END
	mkdir "$extra/hooks"
	printf '#!/bin/sh\necho "vm: hook $1" >/dev/kmsg\n' >"$extra/hooks/10-tell"
	chmod 755 "$extra"/bin/clones "$extra/hooks/10-tell"
	clone_setup vm "$("$VM/kernel.sh")" ''
	# Linux supports vmclock since 6.13, and QEMU since 10.0.
	kernel=$(APT_CONFIG=$("$VM/suite.sh" --cached sid) "$VM/kernel.sh")
	clone_setup clock "$kernel" ptp_vmclock
	"$VM/qemu.sh" >"$BATS_FILE_TMPDIR/qemu"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	network_of "$ROOT/tests/lib/metadata.py --stdio record $UUID"
}

# clones NAME MODE QEMU [QEMU-OPTION...]: save the machine and run its copies; the results are in the file `told`.
clones() {
	local vm=$BATS_FILE_TMPDIR/$1
	"$VM/clones.py" "$COPIES" "$PWD/copies" "$3" -machine pc -cpu qemu64 -accel tcg -m 256 -nodefaults -no-user-config -no-reboot \
		-uuid "$UUID" -kernel "$vm/vmlinuz" -initrd "$vm/initramfs" -append "console=ttyS0 no_timer_check panic=-1 cryptomgr.notests \
printk.devkmsg=on random.trust_cpu=off random.trust_bootloader=off sd.exec=clones sd.mode=$2 sd.end=wait" \
		"${network[@]}" "${@:4}" >told
	cat told
}

told() {
	sed -n "s/^$1 //p" told
}

# in_each PATTERN: check that the console of each copy has such a line, and that no copy is missing.
in_each() {
	[ "$(grep -lE "$1" copies/[0-9]*.console | wc -l)" -eq "$COPIES" ]
}

@test "clones: a guest with a network of its own fetches a record, mixes it, and credits nothing" {
	devices=("${network[@]}")
	boot once -u "$UUID" -a "sd.exec=clones sd.mode=once"
	grep -qE 'vm: exec: seedrive-refresh: mixed seed=[0-9a-f]{32} from=169\.254\.169\.254 reseeded=(yes|no)$' "$log"
	# seedrive-refresh does not make a kernel ready that has not been credited.
	not_ready
}

@test "clones: without seedrive-refresh copies give the same numbers, so these tests can fail" {
	clones vm none qemu-system-x86_64
	[ "$(told copies)" -eq "$COPIES" ]
	[ "$(told shared)" -ge 100 ]
}

@test "clones: after seedrive-refresh has run in each copy, no two copies give the same numbers" {
	clones vm refresh qemu-system-x86_64
	[ "$(told values)" -ge $((COPIES * 3000)) ]
	[ "$(told shared-after)" -eq 0 ]
	in_each 'seedrive-refresh: mixed seed=[0-9a-f]{32} from=169\.254\.169\.254 reseeded=yes'
	# Each copy has its own record.
	[ "$(grep -ohE 'mixed seed=[0-9a-f]{32}' copies/*.console | sort -u | wc -l)" -eq "$COPIES" ]
}

@test "clones: with a vmclock each copy notices it and reseeds before the network answers; then hooks run" {
	clones clock watch "$(cat "$BATS_FILE_TMPDIR/qemu")" -device vmclock
	[ "$(told values)" -ge $((COPIES * 3000)) ]
	# The limit is 20 ms, plus the time that a program needs to start on an emulated CPU and a busy host.
	[ "$(told parted)" -lt 2000000 ]
	in_each 'seedrive-refresh: restored, cloned or migrated: mixed and reseeded'
	in_each 'seedrive-refresh: mixed seed=[0-9a-f]{32} from=169\.254\.169\.254 reseeded=yes'
	in_each 'vm: hook disruption'
	[ "$(grep -ohE 'mixed seed=[0-9a-f]{32}' copies/*.console | sort -u | wc -l)" -eq "$COPIES" ]
}

@test "clones: without the option for it, hooks do not run for a marker that a live migration changes, too" {
	COPIES=2
	clones clock careful "$(cat "$BATS_FILE_TMPDIR/qemu")" -device vmclock
	in_each 'seedrive-refresh: mixed seed='
	run -1 grep -h 'vm: hook' copies/0.console copies/1.console
}
