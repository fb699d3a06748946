#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Part of `make check-boot`: seedrive-refresh in machines with their own network. At the other end of the network is
# Debian's real Nova, whose metadata service asks `seedrive serve`. One machine runs nothing but seedrive-refresh; the
# other one is a whole Debian, in which a timer runs it.

# `log` is set by of() and boot(), and machine() takes `devices`.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/vm
load ../lib/debian
load ../lib/helper
# daemon.bash comes after vm.bash, because both define ended(), and the stop() of daemon.bash needs its own.
load ../lib/daemon
load ../lib/nova

OTHER=00112233-4455-4677-8899-aabbccddeeff

# bare_machine: make an initramfs that only runs seedrive-refresh, two times.
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

# nova_behind: start the daemon, and Nova in front of it; put QEMU's options for a network that leads to Nova into
# `devices`.
nova_behind() {
	target_with
	serve_metadata
	network_of "$VM/relay $(cat port)"
	devices=("${network[@]}")
}

# seeds: print the ids of the seeds that have been mixed, one on a line.
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
	# A kernel that has not been credited is not made ready by seedrive-refresh.
	not_ready
	# Nova gives the same instance's records, but the machine is another one.
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
