#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A short version of what `tests/fuzz/run` does ten million times.

bats_require_minimum_version 1.5.0

setup() {
	FUZZ=$BATS_TEST_DIRNAME/fuzz
}

@test "fuzz: each target survives its corpus and 2,000 more runs under ASan and UBSan" {
	targets=$(awk '!/^#/ && NF { print $1 }' "$FUZZ/targets")
	[ "$(wc -w <<<"$targets")" -ge 21 ]
	for target in $targets; do
		inputs=$(find -L "$FUZZ/corpus/$target" -type f | wc -l)
		[ "$inputs" -ge 20 ]
		runs=$((inputs + 2000))
		RUNS=$runs SEED=1 COVERAGE=no WORK=$BATS_TEST_TMPDIR run -0 "$FUZZ/run" "$target"
		[[ $output =~ ^$target:\ ([0-9]+)\ runs\ in\ [0-9]+\ s,\ no\ finding$ ]]
		[ "${BASH_REMATCH[1]}" -ge "$runs" ]
	done
}

@test "fuzz: each target is in the table, with a corpus, a dictionary and a fault that is planted for it" {
	for source in "$FUZZ"/fuzz_*.c; do
		target=$(basename "$source" .c)
		target=${target#fuzz_}
		awk -v target="$target" '$1 == target { found = 1 } END { exit !found }' "$FUZZ/targets" || { echo "$target: not in the table"; return 1; }
		[ -s "$FUZZ/$target.dict" ]
		grep -q "^plant $target " "$FUZZ/planted"
	done
	while read -r target _ files; do
		[ -f "$FUZZ/fuzz_$target.c" ]
		for file in ${files//,/ }; do
			[ -f "$FUZZ/../../$file" ]
		done
	done < <(grep -v '^#' "$FUZZ/targets")
}
