#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Python script proves the table of cutoffs by exact arithmetic, which the unit tests in C do not have.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
}

# changed SED-EXPRESSION: check that the script finds the fault if SED-EXPRESSION changes the table.
changed() {
	table=$BATS_TEST_TMPDIR/table.h
	sed "$1" seed/cutoff_table.h >"$table"
	run -1 cmp -s seed/cutoff_table.h "$table"
	run -1 tests/seed/cutoffs.py "$table"
}

@test "cutoffs: exact sums prove each number of the table" {
	run -0 tests/seed/cutoffs.py seed/cutoff_table.h
	[ -z "$output" ]
}

@test "cutoffs: the program has the script's cutoffs for every min-entropy that can be stated" {
	tests/seed/cutoffs.py --print seed/cutoff_table.h >"$BATS_TEST_TMPDIR/script"
	"${B:-build}/unit/seed/test_cutoff" --print >"$BATS_TEST_TMPDIR/program"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/script")" -eq 7751 ]
	cmp "$BATS_TEST_TMPDIR/script" "$BATS_TEST_TMPDIR/program"
}

# bats test_tags=long
@test "cutoffs: a wrong or missing number is found" {
	changed 's/7832/7831/'
	changed 's/7832/7833/'
	changed 's/7832, //'
	changed 's/STARTUP .*1024/STARTUP 1023/'
	changed '/MBIT_MIN/d'
	changed 's/COUNT_ALARM_FIRST 19/COUNT_ALARM_FIRST 20/'
	changed 's/define LAG_SURE {/define LAG_SURES {/'
}
