#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Byte patterns of faulty sources, and good bytes, in each program and mode that tests the bytes of a source.

bats_require_minimum_version 1.5.0

load ../lib/helper

judged() {
	run -0 /usr/bin/python3 "$ROOT/tests/lib/patterns.py" "$1" "$TOOL"
	[[ $output == "0 of "*" are misjudged" ]]
}

@test "patterns: of a source are refused by a draw, and honest bytes are not" {
	judged draw
}

@test "patterns: in a later draw of one process are refused, though the first one was honest" {
	judged second
}

@test "patterns: are found by check" {
	judged check
}

@test "patterns: in the daemon's source are found, and nothing of hardware is given then" {
	judged broker
}

@test "patterns: are refused by each process of a batch" {
	judged fork
}
