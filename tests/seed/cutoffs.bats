#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the unit tests cannot do in C.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
}

# The header with another number: changed NAME FROM TO
changed() {
	header=$BATS_TEST_TMPDIR/health.h
	sed "s/^#define HEALTH_$1\\( *\\)$2\\b/#define HEALTH_$1\\1$3/" seed/health.h >"$header"
	run -1 cmp -s seed/health.h "$header"
	run -1 tests/seed/cutoffs.py "$header"
	[[ $output == *"HEALTH_$1: $3, "* ]]
}

# The header without it.
without() {
	header=$BATS_TEST_TMPDIR/health.h
	sed "/^#define HEALTH_$1/d" seed/health.h >"$header"
	run -1 cmp -s seed/health.h "$header"
	run -1 tests/seed/cutoffs.py "$header"
}

@test "cutoffs: those of the tests on delivered bytes are what SP 800-90B's formulas give" {
	run -0 tests/seed/cutoffs.py seed/health.h
	[[ $output == *"HEALTH_RCT_CUTOFF: 9, as computed"* ]]
	[[ $output == *"HEALTH_APT_CUTOFF: 71, as computed"* ]]
	[[ $output == *"HEALTH_APT_WINDOW: 512, as computed"* ]]
}

@test "cutoffs: any other number in the header is found" {
	changed RCT_CUTOFF 9 8
	changed RCT_CUTOFF 9 10
	changed APT_CUTOFF 71 70
	changed APT_CUTOFF 71 72
	changed APT_WINDOW 512 1024
	changed STARTUP 1024 1023
	changed H_BITS 4 9
	header=$BATS_TEST_TMPDIR/health.h
	sed 's/^#define HEALTH_H_BITS .*/#define HEALTH_H_BITS 5/' seed/health.h >"$header"
	run -1 tests/seed/cutoffs.py "$header"
}

@test "cutoffs: a number that is missing from the header is found" {
	without RCT_CUTOFF
	without APT_CUTOFF
	without APT_WINDOW
	without STARTUP
	without H_BITS
}
