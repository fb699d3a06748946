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

@test "patterns: a draw refuses those of a faulty source, and accepts good bytes" {
	judged draw
}

@test "patterns: a later draw of a process refuses them, even if the first draw was good" {
	judged second
}

@test "patterns: check finds them" {
	judged check
}

@test "patterns: the daemon finds them in its source, and then hands out no bits from hardware" {
	judged broker
}

@test "patterns: each process of a batch refuses them" {
	judged fork
}
