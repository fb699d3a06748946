#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Faults that tests/mutants plants in the guest's program: here those in the decision; `make mutants` plants all of
# them.

bats_require_minimum_version 1.5.0

load lib/helper

@test "mutants: a test finds each line of the decision, inverted" {
	run -0 "$ROOT/tests/mutants" -q guest/decide.c
	[[ "${lines[-1]}" =~ ^[1-9][0-9]*\ mutants,\ 0\ not\ found$ ]]
	[ "${lines[-1]%% *}" -ge 30 ]
}

@test "mutants: a mutant that no test finds is named" {
	cd "$ROOT"
	cp -r --parents guest iso serve util tests/guest tests/lib tests/dist/stage.bats tests/serve/http.bats tests/data/machines.tsv \
		tests/mutants "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	sed -i 's/fail_msg(/(void)(/' tests/guest/test_decide.c
	run -1 tests/mutants "no skew"
	[ "${lines[-1]}" = "1 mutants, 1 not found" ]
	[[ "$output" == *"| \`guest/decide.c:"*": no skew\` | **nothing** |"* ]]
}
