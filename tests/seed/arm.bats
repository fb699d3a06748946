#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The CPU sources on 64-bit Arm: cross-compiled, and run by QEMU with a CPU that has FEAT_RNG, and with one that has not.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	export CPU=$BATS_FILE_TMPDIR/cpu
	(cd "$ROOT" && cross -o "$CPU" -static tests/seed/arm/cpu.c seed/source/handle.c seed/source/machine.c)
}

cross() {
	aarch64-linux-gnu-gcc -std=c11 -O2 -I. -D_GNU_SOURCE -Wall -Wextra -Werror "$@"
}

@test "arm: a CPU with FEAT_RNG has both instructions, and no two of their words are equal" {
	run -0 qemu-aarch64 -cpu max "$CPU"
	[ "${#lines[@]}" -eq 9 ]
	# RNDR is assessed at 0, because Arm lets each implementation decide how often RNDR is reseeded.
	[ "${lines[0]}" = "rdseed rndrrs: present, 4 bits per 1" ]
	[ "${lines[1]}" = "rdseed as it is: 0, 0 bad, 0 retries" ]
	[ "${lines[4]}" = "rdrand rndr: present, 0 bits per 1" ]
	[ "${lines[5]}" = "rdrand as it is: 0, 0 bad, 0 retries" ]
}

@test "arm: an instruction that has nothing to give is tried again the right number of times" {
	run -0 qemu-aarch64 -cpu max "$CPU"
	# First, each of 512 words succeeds at the last allowed try; then the first word fails at each try.
	[ "${lines[2]}" = "rdseed reluctant: 0, 0 bad, $((512 * 65535)) retries" ]
	[ "${lines[3]}" = "rdseed refusing: -5, 0 bad, 65536 retries" ]
	[ "${lines[6]}" = "rdrand reluctant: 0, 0 bad, $((512 * 9)) retries" ]
	[ "${lines[7]}" = "rdrand refusing: -5, 0 bad, 10 retries" ]
}

@test "arm: on a CPU without FEAT_RNG neither instruction is executed" {
	local cpu
	for cpu in cortex-a57 neoverse-n1; do
		run -0 qemu-aarch64 -cpu "$cpu" "$CPU"
		[ "${lines[0]}" = "rdseed rndrrs: absent, 4 bits per 1" ]
		[ "${lines[1]}" = "rdrand rndr: absent, 0 bits per 1" ]
		[ "${#lines[@]}" -eq 3 ]
	done
}

@test "arm: each word is used only after its success flag was checked" {
	# QEMU's instruction never fails, so the test looks into the code: it must read the success flag after each
	# instruction.
	aarch64-linux-gnu-objdump -d --no-show-raw-insn "$CPU" >code
	for register in rndrrs rndr; do
		grep -A 1 -E "mrs.*, $register\$" code >taken
		[ "$(grep -c mrs taken)" -ge 1 ]
		[ "$(grep -c mrs taken)" -eq "$(grep -cE 'cset.*, ne' taken)" ]
	done
}

@test "arm: a machine is virtual if its device tree, its maker or sysfs says so, and its CPU may then be emulated" {
	# QEMU's user mode looks for a file below the folder of -L first.
	says() {
		mkdir -p "$1/$(dirname "$2")"
		echo "$3" >"$1/$2"
	}
	says maker sys/class/dmi/id/sys_vendor QEMU
	says product sys/class/dmi/id/sys_vendor "Somebody"
	says product sys/class/dmi/id/product_name "KVM Virtual Machine"
	says xen sys/hypervisor/type xen
	says tree sys/firmware/devicetree/base/hypervisor/compatible linux,kvm
	says firmware sys/firmware/qemu_fw_cfg/rev 1
	# What cannot be read counts, too.
	mkdir -p unread/sys/hypervisor/type unknown/sys/class/dmi/id/sys_vendor
	for machine in maker product xen tree firmware unread unknown; do
		run -0 qemu-aarch64 -cpu cortex-a57 -L "$machine" "$CPU"
		[ "${lines[2]}" = "machine: virtual, its CPU may be emulated" ]
	done
	says software sys/devices/system/cpu/cpu0/regs/identification/midr_el1 0x000f0510
	run -0 qemu-aarch64 -cpu cortex-a57 -L software "$CPU"
	[[ ${lines[2]} == *", its CPU may be emulated" ]]
	says metal sys/devices/system/cpu/cpu0/regs/identification/midr_el1 0x413fd0c1
	says metal sys/class/dmi/id/sys_vendor "Ampere(R)"
	says metal sys/class/dmi/id/product_name "Mt. Jade"
	run -0 qemu-aarch64 -cpu cortex-a57 -L metal "$CPU"
	# A file that is not below the folder of -L is the one of this host.
	if [ -e /sys/hypervisor/type ] || [ -e /sys/firmware/qemu_fw_cfg/rev ]; then
		[ "${lines[2]}" = "machine: virtual, its CPU may be emulated" ]
	else
		[ "${lines[2]}" = "machine: physical, its CPU is not emulated" ]
	fi
}

@test "arm: every source compiles there without a warning" {
	for file in "$ROOT"/seed/source/*.c; do
		(cd "$ROOT" && cross -c -o "$BATS_TEST_TMPDIR/object.o" "$file")
		echo "$file" >>compiled
	done
	[ "$(wc -l <compiled)" -ge 12 ]
}
