# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of `seedrive check`.

load ../lib/helper

SAMPLES=$ROOT/tests/data/samples

setup_file() {
	make_world
}

# HOLDER is a process that the test started.
teardown() {
	[ ! "${HOLDER:-}" ] || kill "$HOLDER" 2>/dev/null || true
	make_removable
}

# sample NAME: make a file with that kind of bytes in the current folder; `uniform` passes each test that can fail a
# source.
sample() {
	local file=$1
	if [ -e "$SAMPLES/$1.bin" ]; then
		cp "$SAMPLES/$1.bin" "$file"
	else
		"$ROOT/tests/lib/samples.py" "$1" >"$file"
	fi
}

# checked FILE [OPTION...]: run check on the whole file, and store its JSON in `said`, whatever the verdict.
checked() {
	local file=$1
	shift
	"$TOOL" check --json -n "$(stat -c %s "$file")" "$@" "file:$file" >said 2>errors || [ $? -eq 3 ]
}

# python CODE: run CODE in Python; its variable `source` is the first source in `said`.
python() {
	/usr/bin/python3 -c "import json, math, sys
source = json.load(open('said'))['sources'][0]
$1" "${@:2}"
}
