#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Part of `make check-boot`: seedrive-refresh in machines with a network of their own, and at its other end Debian's real Nova,
# whose metadata service asks `seedrive serve`: in one that has nothing else, and by its timer in a whole Debian.

# `log` is set by of() and boot(), and machine() takes `devices`.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian
load ../lib/helper
# Its stop() has an ended() of its own, and so comes later.
load ../lib/daemon
load ../lib/nova

OTHER=00112233-4455-4677-8899-aabbccddeeff

# bare_machine: what does nothing but to fetch two times.
bare_machine() {
	local extra=$BATS_FILE_TMPDIR/extra
	mkdir -p "$extra/bin"
	cp "$BUILD/guest/seedrive-refresh" "$extra/bin/"
	ln -s busybox "$extra/bin/ip"
	cat >"$extra/bin/two" <<-'END'
		#!/bin/sh
		ip link set eth0 up
		ip addr add 169.254.169.15/24 dev eth0
		for time in first second; do
			seedrive-refresh
			echo "$time: status $?"
		done
	END
	chmod 755 "$extra/bin/two"
	MODULES=virtio_net EXTRA=$extra "$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
}

setup_file() {
	vm_setup
	bare_machine
	SETUP=$VM/networked.sh PRESET="seedrive-refresh.timer seedrive-watch.service" "$VM/debian.sh" "$BATS_FILE_TMPDIR/vm"
}

# nova_behind: the daemon, Nova in front of it, and in `devices` a network that leads to that.
nova_behind() {
	target_with
	serve_metadata
	network_of "$VM/relay $(cat port)"
	devices=("${network[@]}")
}

# seeds: the numbers of what has been mixed, one a line.
seeds() {
	sed -nE 's/.* seedrive-refresh: mixed seed=([0-9a-f]{32}) from=169\.254\.169\.254 reseeded=(yes|no)$/\1/p' "$log"
}

@test "refresh: behind Nova's metadata service a guest mixes another record by each fetch, and credits nothing" {
	nova_behind
	boot two -u "$UUID" -a sd.exec=two
	seeds | sort -u >mixed
	[ "$(wc -l <mixed)" -eq 2 ]
	told "vm: exec: first: status 0"
	told "vm: exec: second: status 0"
	# A kernel that nobody has credited is not made ready by it.
	not_ready
	# The same records for a machine that is another one.
	boot other -u "$OTHER" -a sd.exec=two
	[ "$(grep -c 'seedrive-refresh: 169\.254\.169\.254: record refused: for another machine$' "$log")" -eq 2 ]
	told "vm: exec: second: status 1"
	run ! grep 'seedrive-refresh: mixed' "$log"
	stop
}

@test "refresh: in a Debian the timer runs it when the network is there, and nothing watches without a vmclock" {
	nova_behind
	disk debian
	machine debian debian tools -a ro
	of debian
	seeds | sort -u >mixed
	[ "$(wc -l <mixed)" -ge 2 ]
	[ "$(wc -l <mixed)" -eq "$(seeds | wc -l)" ]
	told "vm: seedrive-refresh.timer is enabled, active"
	told "vm: seedrive-refresh.service is success, status 0, run by seedrive-refresh.timer"
	told "vm: seedrive-watch.service is enabled, inactive"
	told "vm: seedrive-watch said: .*skipped.*ConditionPathExistsGlob=/dev/vmclock"
	run -1 grep "vm: failed" "$log"
	told "vm: system is running"
	stop
}
