#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-planted`: can the fuzz targets find anything?

bats_require_minimum_version 1.5.0

@test "fuzz: each target finds an off-by-one planted in its parser" {
	run -0 "$BATS_TEST_DIRNAME/planted"
	planted=$(grep -c '^plant ' "$BATS_TEST_DIRNAME/planted")
	[ "$planted" -ge 41 ]
	[ "$(grep -c ': found by fuzz_.* in run ' <<<"$output")" -eq "$planted" ]
	while read -r target _; do
		grep -q ": found by fuzz_$target in run " <<<"$output" || { echo "$target: no fault is planted"; return 1; }
	done < <(grep -v '^#' "$BATS_TEST_DIRNAME/targets")
}

@test "planted: each fault in the sum of a claim and in the daemon's fairness is found by a test" {
	run -0 "$BATS_TEST_DIRNAME/../planted"
	[[ "${lines[-1]}" =~ ^[1-9][0-9]*\ faults,\ 0\ not\ found$ ]]
	[ "${lines[-1]%% *}" -ge 20 ]
}
