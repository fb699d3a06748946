#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The table in tests/layers says which room may use what of which other room; these tests break each of its rules in a
# copy.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
B=${B:-build}
[[ $B = /* ]] || B=$ROOT/$B
export B

# Copies the sources and objects, and saves the findings of tests/layers in the unchanged copy.
setup_file() {
	copy=$BATS_FILE_TMPDIR/copy
	mkdir -p "$copy/build/guest"
	(cd "$ROOT" && git ls-files -co --exclude-standard '*.[ch]' tests/layers | tar -cf - -T -) | tar -xf - -C "$copy"
	(cd "$B" && find host -name '*.o' | tar -cf - -T -) | tar -xf - -C "$copy/build"
	(cd "$ROOT/build/guest" && find . -name '*.o' | tar -cf - -T -) | tar -xf - -C "$copy/build/guest"
	B=build "$copy/tests/layers" >"$BATS_FILE_TMPDIR/unspoilt" || true
}

# Each test breaks a rule in its own copy.
setup() {
	cp -a "$BATS_FILE_TMPDIR/copy" "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy" || return
	expected=()
}

# Checks that tests/layers fails in the copy, that its findings include the expected lines, and that these were not
# findings before.
finds() {
	[ ${#expected[@]} -gt 0 ]
	B=build run -1 tests/layers
	for line in "${expected[@]}"; do
		grep -qxF -- "$line" <<<"$output" || { echo "not found: $line"; return 1; }
		! grep -qxF -- "$line" "$BATS_FILE_TMPDIR/unspoilt" || { echo "found before: $line"; return 1; }
	done
}

# include FILE HEADER WORDS: add an include of the header at the end of the file, and expect a finding with these words.
include() {
	echo "#include $2" >>"$1"
	expected+=("$1:$(wc -l <"$1"): includes $(tr -d '"' <<<"$2")$3")
}

# refer FOLDER SYMBOL WORDS [BUILD]: add a source that refers to the symbol without an include, and expect a finding
# with these words.
refer() {
	printf 'extern char %s[];\nextern char *take_%s;\nchar *take_%s = %s;\n' "$2" "$2" "$2" "$2" >"$1/take_$2.c"
	${CC:-cc} -c -o "build/${4:-host}/$1/take_$2.o" "$1/take_$2.c"
	[ "$3" = "" ] || expected+=("$1/take_$2.c: refers to $2$3")
}

@test "layers: each room uses only what the table of tests/layers allows" {
	run -0 "$ROOT/tests/layers"
	[[ $output =~ ^layers:\ ([0-9]+)\ files\ in\ ([0-9]+)\ rooms,\ 0\ findings$ ]]
	[ "${BASH_REMATCH[1]}" -ge 200 ]
}

@test "layers: an include from a room above or beside is found" {
	include util/hex.c '"seed/draw.h"' ", which util/ may not take"
	include seed/mix.h '"iso/tree.h"' ", which seed/ may not take"
	include iso/read.c '"seed/claim.h"' ", which iso/ may not take"
	include seed/source/tpm.c '"seed/gather.h"' ", which seed/source/ may not take"
	include serve/loop.c '"drive/drive.h"' ", which serve/ may not take"
	include cli/config/key.c '"cli/cmd.h"' ", which cli/config/ may not take"
	include guest/decide.c '"util/json.h"' ", which guest/ may not take"
	include iso/tree.c '"tree.h"' ", which is not a header by its path from the top"
	finds
}

@test "layers: a symbol from a room above or beside is found, even without its header" {
	refer seed iso_volume_open " of iso/read.c, which seed/ may not take"
	refer iso seed_clear " of seed/draw.c, which iso/ may not take"
	refer util/wire seed_clear " of seed/draw.c, which util/wire/ may not take"
	refer drive report_fault " of cli/report.c, which drive/ may not take"
	refer iso/output sha256_init ""
	refer util/wire io_write ""
	finds
	run ! grep -E 'sha256_init|io_write' <<<"$output"
}

@test "layers: a command that uses both seed/ and iso/ is found" {
	echo '#include "iso/tree.h"' >>cli/cmd_sources.c
	printf 'extern char seed_clear[], tree_clear[];\nextern char *take[];\nchar *take[] = { seed_clear, tree_clear };\n' \
		>cli/take.c
	${CC:-cc} -c -o build/host/cli/take.o cli/take.c
	for file in cli/cmd_sources.c cli/take.c; do
		expected+=("$file: takes from both seed/ and iso/, which drive/ alone brings together")
	done
	finds
}

@test "layers: a library in a room that may not use it is found, by its header and by its symbols" {
	include iso/output/disk.c '<libisofs/libisofs.h>' ", but libisofs is only for iso"
	include iso/write.c '<libburn/libburn.h>' ", but libburn is only for iso/output"
	include drive/drive.c '<blkid/blkid.h>' ", but libblkid is only for iso/output"
	include cli/cmd_serve.c '<event2/event.h>' ", but libevent_core is only for serve"
	refer seed event_base_new " of libevent_core, which is only for serve"
	refer iso burn_initialize " of libburn, which is only for iso/output"
	refer iso/output iso_init " of libisofs, which is only for iso"
	refer cli blkid_new_probe " of libblkid, which is only for iso/output"
	finds
}

@test "layers: a write to a terminal outside of cli/ is found" {
	for room in drive iso/output seed serve cli/config; do
		refer "$room" stderr ", but only cli/ writes to a terminal"
		refer "$room" __printf_chk ", but only cli/ writes to a terminal"
		refer "$room" fputs ", but only cli/ writes to a terminal"
	done
	refer cli stdout ""
	printf '/* STDERR_FILENO */\nint x = STDERR_FILENO;\n' >>util/io.h
	expected+=("util/io.h:$(wc -l <util/io.h): has STDERR_FILENO, but only cli/ writes to a terminal")
	finds
	[ "$(grep -cE '^(util/io.h|cli/take)' <<<"$output")" -eq 1 ]
}

@test "layers: a file in cli/ that does not print through cli/print.h is found" {
	for room in cli cli/check; do
		refer "$room" __fprintf_chk ", but names are printed by cli/print.h alone"
		refer "$room" puts ", but names are printed by cli/print.h alone"
	done
	refer cli/check stderr ""
	finds
	run ! grep stderr <<<"$output"
}

@test "layers: the guest may use no libc and no other file of the host" {
	refer guest fputs ", which no object of the guest defines, and it has no libc" guest
	# The object is where the Makefile would put it if it were built for the guest.
	cp build/host/iso/tree.o build/guest/iso/tree.o
	refer guest tree_clear " of iso/tree.c, which guest/ may not take" guest
	finds
}

@test "layers: a folder without a row, a source without an object and an exception without a use are found" {
	mkdir util/new
	touch util/new/a.c seed/unbuilt.c
	sed -i '/STDERR_FILENO/d' util/journal.c
	sed -i 's|^    "util/wire": "util",|    "util/wire": "util seed",|' tests/layers
	expected=("util/new: is a room without a row in tests/layers"
		"seed/unbuilt.c: has no object build/host/seed/unbuilt.o: build first"
		"tests/layers: has an exception that nothing needs: util/journal.c"
		"tests/layers: util/wire may take seed, which is not a room below it")
	finds
}
