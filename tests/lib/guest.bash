# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of the guest's program.

# planted_guest OUT FILE OLD NEW: build the guest's program from a copy of the sources in which FILE has NEW in place of
# OLD, a fault that a test must find.
planted_guest() {
	local out=$1 file=$2 old=$3 new=$4 copy text
	copy=$(mktemp -d "$BATS_TEST_TMPDIR/planted.XXXXXX")
	cp -r --parents Makefile guest iso seed util "$copy" || return
	text=$(cat "$file")
	if [[ $text != *"$old"* ]]; then
		echo "$file: does not have: $old" >&2
		return 1
	fi
	printf '%s\n' "${text/"$old"/"$new"}" >"$copy/$file"
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$copy" build/guest/seedrive-guest || return
	cp "$copy/build/guest/seedrive-guest" "$out"
}
