#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs tests/analyse on a file with one mistake for each tool, and on a file with a comment that explains the finding in
# the way that tests/analyse describes.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	mkdir -p "$BATS_TEST_TMPDIR/copy/tests"
	cp "$BATS_TEST_DIRNAME/analyse" "$BATS_TEST_TMPDIR/copy/tests/"
	cp "$BATS_TEST_DIRNAME"/../.c* "$BATS_TEST_TMPDIR/copy/" 2>/dev/null || true
	cd "$BATS_TEST_TMPDIR/copy" || return
	git init -q
}

# analyse TOOL: analyse standard input as a source file.
analyse() {
	cat >spoilt.c
	git add .
	tests/analyse "$1"
}

@test "analyse: each tool finds a mistake of its kind" {
	run -1 analyse clang-tidy <<-'END'
		#include <string.h>
		int same(const char *a, const char *b);
		int same(const char *a, const char *b) { return memset(0, 1, sizeof(a)) || strcmp(a, b); }
	END
	[[ $output == *"spoilt.c:3:"*"[bugprone-sizeof-expression"* ]] || [[ $output == *"spoilt.c:3:"*"[clang-analyzer"* ]]
	run -1 analyse cppcheck <<-'END'
		int get(void);
		int get(void) { int number[2]; return number[1]; }
	END
	[[ $output == *"spoilt.c:2: "*"[uninitvar]"* ]]
	run -1 analyse fanalyzer <<-'END'
		#include <stdlib.h>
		int leak(void);
		int leak(void) { char *p = malloc(3); return p == 0; }
	END
	[[ $output == *"spoilt.c:3:"*"-Wanalyzer-malloc-leak"* ]]
	# The misspelt word is written in two pieces, because codespell checks this file, too.
	mistake=t; mistake+=eh
	run -1 analyse codespell <<<"/* $mistake */"
	[[ $output == *"spoilt.c:1: $mistake ==> the"* ]]
}

@test "analyse: a finding that its line explains is not reported, and one on the next line is" {
	run -0 analyse fanalyzer <<-'END'
		#include <stdlib.h>
		int leak(void);
		int leak(void) { char *p = malloc(3); return p == 0; } /* analyzer: to be seen */
	END
	run -1 analyse fanalyzer <<-'END'
		#include <stdlib.h>
		/* analyzer: too far away */
		int leak(void);
		int leak(void) { char *p = malloc(3); return p == 0; }
	END
	run -0 analyse cppcheck <<-'END'
		int get(void);
		// cppcheck-suppress uninitvar ; to be seen
		int get(void) { int number[2]; return number[1]; }
	END
	run -0 analyse clang-tidy <<<'int three(void);
int three(void) { return 3; }'
}
