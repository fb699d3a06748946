#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The source jitter, in a build that has its library, and in a build without it.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

# Makes two more builds, next to the ordinary one: one with the library from a folder, and one without it.
setup_file() {
	local library
	library=$("$ROOT/tests/lib/jitter-library.sh" "$ROOT/build/jitterentropy")
	export WITH=$BATS_FILE_TMPDIR/with WITHOUT=$BATS_FILE_TMPDIR/without LIBRARY=$library
	env -u MAKEFLAGS make -s -j2 -C "$ROOT" B="$WITH" JITTER="$library" "$WITH/seedrive"
	# The first folder in the search path has an unusable header, so that the library is not found even if the system
	# has it.
	mkdir -p "$BATS_FILE_TMPDIR/none"
	echo '#error none' >"$BATS_FILE_TMPDIR/none/jitterentropy.h"
	mkdir -p "$WITHOUT"
	cp -r "$WITH/host" "$WITHOUT/"
	find "$WITHOUT/host" -name '*.d' -delete
	env -u MAKEFLAGS make -s -j2 -C "$ROOT" B="$WITHOUT" JITTER="$BATS_FILE_TMPDIR/none" \
		"$WITHOUT/seedrive"
}

@test "jitter: built in, it is present, tested, and worth 4 bits a byte" {
	run -0 --separate-stderr "$WITH/seedrive" sources
	[[ $output =~ jitter\ +-\ +present\ +[0-9.]+\ [kM]?B/s\ +4\ bits\ a\ byte ]]
	run -0 --separate-stderr "$WITH/seedrive" draw --source jitter --require hardware --json -o seed
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json
jitter, kernel = json.load(open("said"))["sources"]
assert (jitter["source"], jitter["status"], jitter["kind"]) == ("jitter", "passed", "hardware"), jitter
assert (jitter["rate_bits"], jitter["rate_bytes"], jitter["bytes"]) == (4, 1, 1024), jitter
assert jitter["assessed_bits"] == [4096], jitter
assert jitter["tests"]["failed"] == "pass", jitter'
}

@test "jitter: by default it is drawn only if the other sources do not suffice for the claim" {
	make_world
	# bare: run draw as on a host whose only source is the kernel's generator, which counts 256 bits.
	bare() {
		world ABSENT="/sys/devices/system/cpu/modalias /dev/tpmrm0 /dev/hwrng" \
			"$WITH/seedrive" draw --json -o seed "$@" >said
		/usr/bin/python3 -c 'import json, sys
run = json.load(open("said"))
jitter = [s for s in run["sources"] if s["source"] == "jitter"][0]
print(jitter["status"], jitter["bytes"], run["credit_bits"], run["hardware_bits"])'
	}
	[ "$(bare --bits 256)" = "not drawn 0 256 0" ]
	[ "$(bare --bits 512)" = "passed 1104 512 512" ]
}

@test "jitter: it changes the seed, and never gives the same twice" {
	make_world
	world GETRANDOM=7 "$WITH/seedrive" draw --source jitter >one
	world GETRANDOM=7 "$WITH/seedrive" draw --source jitter >two
	world GETRANDOM=7 "$WITH/seedrive" draw --source kernel >none
	[ "$(sha256sum one two none | cut -c 1-64 | sort -u | wc -l)" -eq 3 ]
}

@test "jitter: if it is not built in, that is reported, and it is neither absent nor unknown" {
	run -0 --separate-stderr "$WITHOUT/seedrive" sources
	[[ $output =~ jitter\ +-\ +not\ built\ in\ +-\ +4\ bits\ a\ byte ]]
	fails 3 "seedrive: draw: jitter: required, but gave nothing: not built in" \
		"$WITHOUT/seedrive" draw --source jitter --require jitter -o seed
	[ ! -e seed ]
	# A source that is not built in is not mentioned, unless the user has named it.
	run -0 --separate-stderr "$WITHOUT/seedrive" draw --json -o seed
	[[ $output != *jitter* ]]
}

@test "jitter: make uses the library when it appears, and stops when it is gone, without make clean" {
	copy=$BATS_TEST_TMPDIR/copy
	mkdir "$copy"
	cp "$ROOT/Makefile" "$copy"
	for folder in util seed iso cli guest tests bench man; do ln -s "$ROOT/$folder" "$copy/"; done
	state() {
		env -u MAKEFLAGS make -s -C "$copy" B=b "$@" b/host/seed/source/jitter.o
		nm "$copy/b/host/seed/source/jitter.o" | grep -c ' U jent_' || true
	}
	[ "$(state JITTER="$BATS_FILE_TMPDIR/none")" -eq 0 ]
	[ "$(state JITTER="$LIBRARY")" -ge 3 ]
	stamp=$(stat -c %Y.%y "$copy/b/host/seed/source/jitter.o")
	[ "$(state JITTER="$LIBRARY")" -ge 3 ]
	[ "$(stat -c %Y.%y "$copy/b/host/seed/source/jitter.o")" = "$stamp" ]
	[ "$(state JITTER="$BATS_FILE_TMPDIR/none")" -eq 0 ]
	# The name of the folder may have spaces and quotation marks.
	mkdir "a  folder's"
	cp -r "$LIBRARY"/{*.h,*.a} "a  folder's"
	[ "$(state JITTER="$PWD/a  folder's")" -ge 3 ]
	[ "$(state JITTER="$BATS_FILE_TMPDIR/none")" -eq 0 ]
	# JITTER=no leaves out a library that the compiler finds by itself.
	export C_INCLUDE_PATH=$LIBRARY LIBRARY_PATH=$LIBRARY
	[ "$(state)" -ge 3 ]
	[ "$(state JITTER=no)" -eq 0 ]
}

@test "jitter: a library that fails its first self-test makes the source absent; a later failure makes it count for nothing" {
	# This replacement of the library fails in the function that JITTER_FAILS names.
	mkdir fake
	cp "$LIBRARY"/*.h fake
	cat >fake.c <<-'END'
		#include "jitterentropy.h"
		#include <stdlib.h>
		#include <string.h>

		static int fails(const char *what)
		{
			const char *at = getenv("JITTER_FAILS");

			return at && strcmp(at, what) == 0;
		}

		int jent_entropy_init_ex(unsigned osr, unsigned flags)
		{
			(void)osr;
			return fails("init") || !(flags & JENT_FORCE_FIPS);
		}

		struct rand_data *jent_entropy_collector_alloc(unsigned osr, unsigned flags)
		{
			(void)osr;
			return fails("alloc") || !(flags & JENT_FORCE_FIPS) ? NULL : calloc(1, 16);
		}

		void jent_entropy_collector_free(struct rand_data *d)
		{
			free(d);
		}

		ssize_t jent_read_entropy(struct rand_data *d, char *out, size_t len)
		{
			size_t i;

			(void)d;
			for (i = 0; i < len; i++)
				out[i] = (char)(fails("stuck") ? 0 : rand() >> 8);
			return fails("health") ? -3 : fails("short") ? (ssize_t)len - 1 : (ssize_t)len;
		}
	END
	cc -c -o fake.o -Ifake fake.c
	ar rcs fake/libjitterentropy.a fake.o
	cp -r "$WITH/host" .
	find host -name '*.d' -delete
	env -u MAKEFLAGS make -s -C "$ROOT" B="$PWD" JITTER="$PWD/fake" "$PWD/seedrive"
	succeeds ./seedrive draw --source jitter --require jitter -o seed
	while IFS=: read -r fault words; do
		rm -f seed
		fails 3 "seedrive: draw: jitter: required, but $(outcome "$words")" \
			env JITTER_FAILS="$fault" ./seedrive draw --source jitter --require jitter -o seed
		[ ! -e seed ]
		fails 0 "seedrive: draw: warning: jitter: $words" \
			env JITTER_FAILS="$fault" ./seedrive draw --source jitter -o seed
		fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" env JITTER_FAILS="$fault" \
			./seedrive draw --source jitter --require hardware -o other
	done <<-END
		init:No such device
		alloc:Cannot allocate memory
		health:Input/output error
		short:Input/output error
		stuck:9 equal samples in a row, cutoff 9
	END
}
