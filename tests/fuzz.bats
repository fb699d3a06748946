#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A short version of what `tests/fuzz/run` does ten million times.

bats_require_minimum_version 1.5.0

setup() {
	FUZZ=$BATS_TEST_DIRNAME/fuzz
}

@test "fuzz: each target survives its corpus and 2,000 more runs under ASan and UBSan" {
	for target in record iso json mix stock config tpm broker mkisofs image egd policy http member reply vendor; do
		inputs=$(find -L "$FUZZ/corpus/$target" -type f | wc -l)
		[ "$inputs" -ge 20 ]
		runs=$((inputs + 2000))
		RUNS=$runs SEED=1 COVERAGE=no WORK=$BATS_TEST_TMPDIR run -0 "$FUZZ/run" "$target"
		[[ $output =~ ^$target:\ ([0-9]+)\ runs\ in\ [0-9]+\ s,\ no\ finding$ ]]
		[ "${BASH_REMATCH[1]}" -ge "$runs" ]
	done
}
