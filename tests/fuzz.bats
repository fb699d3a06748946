#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A short run of what `tests/fuzz/run` does ten million times.

bats_require_minimum_version 1.5.0

setup() {
	FUZZ=$BATS_TEST_DIRNAME/fuzz
}

@test "fuzz: each target survives its corpus and 20,000 more runs under ASan and UBSan" {
	for target in record iso json mix stock config tpm broker mkisofs image egd policy; do
		inputs=$(find -L "$FUZZ/corpus/$target" -type f | wc -l)
		[ "$inputs" -ge 20 ]
		runs=$((inputs + 20000))
		RUNS=$runs SEED=1 COVERAGE=no WORK=$BATS_TEST_TMPDIR run -0 "$FUZZ/run" "$target"
		[[ $output =~ ^$target:\ ([0-9]+)\ runs\ in\ [0-9]+\ s,\ no\ finding$ ]]
		[ "${BASH_REMATCH[1]}" -ge "$runs" ]
	done
}

@test "fuzz: an off-by-one planted in a parser is found by the parser's target" {
	run -0 "$FUZZ/planted"
	[ "$(grep -c ': found by fuzz_.* in run ' <<<"$output")" -eq 22 ]
	for file in util/wire/record.c iso/read.c util/json.c util/utf8.c seed/mix.c guest/stock.c guest/text.c cli/config/file.c \
		seed/source/tpm_packet.c util/wire/broker.c serve/handout.c cli/mkisofs_paths.c util/wire/egd.c serve/egd.c \
		util/wire/policy.c serve/peer.c; do
		grep -q "^$file: .*: found by" <<<"$output"
	done
}
