#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive draw: one seed without a drive; seedrive sources: the sources that it can be drawn from.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

@test "draw: it writes 64 bytes for each 256 bits, or part of 256, to standard output" {
	local bits
	key fifo
	for bits in 1:64 256:64 257:128 1024:256; do
		"$TOOL" draw -q --source file:fifo,bits=4 --bits "${bits%:*}" >seed 2>errors
		[ "$(stat -c %s seed errors | paste -sd ' ')" = "${bits#*:} 0" ]
	done
}

@test "draw: the largest seed is 4096 bytes" {
	key fifo
	succeeds "$TOOL" draw --source file:fifo,bits=4 --bits 16384 -o seed
	[ "$(stat -c %s seed)" -eq 4096 ]
}

@test "draw: no two seeds, and no two blocks of a seed, have 8 bytes in common" {
	key fifo
	"$TOOL" draw --source kernel >one
	"$TOOL" draw --source kernel >two
	run -1 "$ROOT/tests/lib/scan-memory" raw:one -- two
	run -0 "$ROOT/tests/lib/scan-memory" raw:one -- one
	"$TOOL" draw --source file:fifo,bits=4 --bits 16384 >many
	split -b 64 many block.
	[ "$(sha256sum block.* | cut -c 1-64 | sort -u | wc -l)" -eq 64 ]
	run -1 "$ROOT/tests/lib/scan-memory" raw:block.aa -- block.ab block.cl
}

@test "draw: each purpose has a key of its own: draw does not reveal the mixed values of a drive" {
	# With the same random bytes, draw gives the same seed as the drive, because both have the same purpose; but the
	# mixed values are not derived from that seed.
	small_tree tree
	world GETRANDOM=7 "$TOOL" draw --source kernel >seed
	world GETRANDOM=7 "$TOOL" build -q --source kernel -o drive.iso tree
	content drive.iso seedrive.bin | tail -c +129 | head -c 64 | cmp - seed
	content drive.iso openstack/latest/meta_data.json >metadata
	run -1 "$ROOT/tests/lib/scan-memory" raw:seed -- metadata
}

@test "draw: every source changes the seed, even if it is worth 0 bits" {
	head -c 2048 /dev/urandom >a
	head -c 2048 /dev/urandom >b
	world GETRANDOM=7 "$TOOL" draw --source kernel >alone
	world GETRANDOM=7 "$TOOL" draw --source file:a >with-a
	world GETRANDOM=7 "$TOOL" draw --source file:b >with-b
	world GETRANDOM=7 "$TOOL" draw --source file:a,file:b >with-both
	world GETRANDOM=8 "$TOOL" draw --source file:a,file:b >other
	world GETRANDOM=7 "$TOOL" draw --source file:a >with-a-again
	[ "$(sha256sum alone with-a with-b with-both other | cut -c 1-64 | sort -u | wc -l)" -eq 5 ]
	# With the same bytes of all sources the seed is the same.
	cmp with-a with-a-again
}

@test "draw: -o writes a file that only the owner can read, in one step" {
	(umask 000 && "$TOOL" draw -q --source kernel -o seed)
	[ "$(stat -c '%a %s' seed)" = "600 64" ]
	cp seed old
	exec {open}<seed
	succeeds "$TOOL" draw --source kernel -o seed
	cmp old - <&"$open"
	run -1 cmp -s old seed
	holds old seed
}

@test "draw: a FILE that exists keeps its mode, as an image does" {
	echo old >seed
	chmod 640 seed
	succeeds "$TOOL" draw --source kernel -o seed
	[ "$(stat -c '%a %s' seed)" = "640 64" ]
}

@test "draw: --json needs -o, and has the sources of the seed" {
	key fifo
	run -0 --separate-stderr "$TOOL" draw --json --source file:fifo,bits=4 -o seed
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	[ "$(member said credit_bits) $(member said hardware_bits) $(member said blocks)" = "256 256 1" ]
	[[ "$(member said seed_id)" =~ ^[0-9a-f]{32}$ ]]
	fails 2 "seedrive: draw: --json: the seed goes to standard output; use -o FILE" \
		"$TOOL" draw --json
}

@test "draw: --verbose reports each source on standard error" {
	run -0 --separate-stderr "$TOOL" draw -v --source kernel -o seed
	[ "$output" = "" ]
	[[ $stderr == *"kernel    1024 bytes, strength of 256 bits, not hardware" ]]
}

@test "draw: a seed is not written to a terminal" {
	run -2 script -qec '"$TOOL" draw' /dev/null
	[ "${output%$'\r'}" = "seedrive: draw: -o -: a seed does not go to a terminal" ]
}

@test "draw: a standard output that is full or closed is reported" {
	run -1 --separate-stderr sh -c '"$TOOL" draw --source kernel >/dev/full'
	[ "$stderr" = "seedrive: draw: standard output: No space left on device" ]
	run -1 --separate-stderr sh -c '"$TOOL" draw --source kernel >&-'
	[ "$stderr" = "seedrive: draw: standard output: Bad file descriptor" ]
}

@test "draw: a FILE that cannot be written is named, and no file is left" {
	need_mounts
	mkdir folder closed
	chmod 555 closed
	fails 1 "seedrive: draw: folder: Is a directory" "$TOOL" draw -o folder
	fails 1 "seedrive: draw: missing/seed: No such file or directory" "$TOOL" draw -o missing/seed
	fails 1 "seedrive: draw: closed/seed: Permission denied" unprivileged "$TOOL" draw -o closed/seed
	fails 1 "seedrive: draw: /dev/null: not a regular file" "$TOOL" draw -o /dev/null
	fails 1 "seedrive: draw: disk/seed: No space left on device" mounted 4k sh -c '
		head -c 4096 /dev/zero >disk/full
		"$TOOL" draw --source kernel -o disk/seed
		status=$?
		[ "$(ls -A disk)" = full ] || exit 10
		exit "$status"'
	(cd folder && holds)
	(cd closed && holds)
	fails 2 "seedrive: draw: seed: unexpected argument" "$TOOL" draw seed
	holds closed disk folder
}

@test "draw: -n sets the number of bytes, --format their form" {
	local n
	for n in 1 31 32 63 64 65 4096 4097; do
		"$TOOL" draw --source rdrand,kernel --bits 8 -n "$n" -o raw
		[ "$(stat -c %s raw)" -eq "$n" ]
		"$TOOL" draw --source kernel --bits 8 -n "$n" --format hex -o hex
		[[ $(cat hex) =~ ^[0-9a-f]+$ ]]
		[ "$(stat -c %s hex)" -eq $((2 * n + 1)) ]
		"$TOOL" draw --source kernel --bits 8 -n "$n" --format base64 -o base64
		[ "$(base64 -d base64 | wc -c)" -eq "$n" ]
		[ "$(wc -l <base64)" -eq 1 ]
	done
	[ "$("$TOOL" draw --source kernel | wc -c)" -eq 64 ]
	[ "$("$TOOL" draw --source kernel --format hex | wc -c)" -eq 129 ]
}

@test "draw: all forms have the same bytes" {
	local form
	for form in raw hex base64; do
		world GETRANDOM=7 "$TOOL" draw --source kernel --format "$form" -n 50 -o "$form"
	done
	cmp raw <(base64 -d base64)
	cmp raw <(xxd -r -p hex)
}

@test "draw: --format record gives the record of a drive" {
	world GETRANDOM=7 "$TOOL" draw --source kernel --bits 200 --format record -o record
	world GETRANDOM=7 "$TOOL" draw --source kernel --bits 200 -o raw
	[ "$(stat -c %s record)" -eq 2048 ]
	/usr/bin/python3 -c 'import sys
sys.path.insert(0, sys.argv[1])
import read_seed
record = read_seed.parse_record(open("record", "rb").read())
assert (record["credit_bits"], record["hardware_bits"], record["bound"]) == (200, 0, False), record
' "$ROOT/tests/lib"
	cmp raw <(tail -c +129 record | head -c 64)
}

@test "draw: 100,000 bytes and more claim what their blocks can, and no 64 bytes occur twice" {
	grep -q -w rdrand /proc/cpuinfo || grep -q -w rng /proc/cpuinfo
	key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 60000 /dev/zero)
	"$TOOL" draw --source file:fifo,bits=8 -n 8192 -o out --json >told
	[ "$(member told credit_bits) $(member told hardware_bits) $(member told output_bytes)" = \
		"32768 32768 8192" ]
	[ "$(xxd -p -c 64 out | sort -u | wc -l)" -eq 128 ]
	# There are two draws, of 64 blocks each. The first one has 1024 start-up samples for its first block; each other
	# block takes 40 bytes.
	[ "$(/usr/bin/python3 -c 'import json
print([d["sources"][0]["bytes"] for d in json.load(open("told"))["draws"]])')" = "[3544, 2560]" ]
}

@test "draw: a part of the last block claims no more bits than its bytes have" {
	local row
	for row in 65:264 95:504 96:512 127:512 4097:16392; do
		key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 20000 /dev/zero)
		"$TOOL" draw --source file:fifo,bits=8 -n "${row%:*}" -o out --json >told
		rm fifo
		[ "$(member told asked_bits) $(member told credit_bits)" = "${row#*:} ${row#*:}" ]
	done
	fails 2 "seedrive: draw: --bits: 265: more than --bytes 65 can claim, which is 264" \
		"$TOOL" draw --bits 265 -n 65
}

@test "draw: no more is claimed than was requested, in any number of draws" {
	key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 60000 /dev/zero)
	"$TOOL" draw --source file:fifo,bits=8 --bits 256 -n 8192 -o out --json >told
	[ "$(member told asked_bits) $(member told credit_bits)" = "256 256" ]
}

@test "draw: hardware counts for no more bits than were requested, or than the output has, in each form" {
	local n
	key fifo
	for n in 1 2 31 32 63 64 65; do
		"$TOOL" draw --source file:fifo,bits=8 -n "$n" -o out --json >told
		[ "$(member told hardware_bits)" -eq "$(member told credit_bits)" ]
		[ "$(member told hardware_bits)" -eq $((n == 65 ? 264 : n < 32 ? 8 * n : 256)) ]
	done
	"$TOOL" draw --source file:fifo,bits=8 --bits 300 -o record --format record --json >told
	[ "$(member told credit_bits) $(member told hardware_bits) $(member told blocks)" = "300 300 2" ]
	/usr/bin/python3 -c 'import sys
sys.path.insert(0, sys.argv[1])
import read_seed
record = read_seed.parse_record(open("record", "rb").read())
assert (record["credit_bits"], record["hardware_bits"]) == (300, 300), record
' "$ROOT/tests/lib"
	"$TOOL" draw --source file:fifo,bits=8 --bits 300 -n 4160 -o out --json >told
	[ "$(member told credit_bits) $(member told hardware_bits)" = "300 300" ]
}

@test "draw: more bits than hardware and the kernel can claim are refused, whichever draw falls short" {
	refused() {
		fails 3 "$@"
		holds fifo
	}
	key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 4000 /dev/zero)
	refused "seedrive: draw: too little entropy: the sources gave 256 of 264 bits: kernel passed" \
		"$TOOL" draw --source kernel -n 65 -o out
	# The first draw, of 64 blocks, succeeds; at the second draw, the key device has no bytes left.
	refused "seedrive: draw: too little entropy: the sources gave 256 of 16384 bits: file:fifo gave\
 nothing: Connection timed out; kernel passed" "$TOOL" draw -q --source file:fifo,bits=8,deadline=300ms -n 8192 -o out
	rm fifo
	key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 3560 /dev/zero)
	refused "seedrive: draw: warning: file:fifo: Connection timed out
seedrive: draw: too little entropy: the sources gave 16384 of 16640 bits, 16384 of them\
 from hardware; beyond the first 16384 bits only hardware counts" "$TOOL" draw -q --source file:fifo,bits=8,deadline=300ms -n 4160 -o out
}

@test "draw: -n and --format are checked before anything is drawn" {
	local n
	for n in 0 -1 16777217 x 1k ""; do
		fails 2 "seedrive: draw: -n: $n: must be a whole number from 1 to 16777216" "$TOOL" draw -n "$n"
		fails 2 "seedrive: draw: --bytes: $n: must be a whole number from 1 to 16777216" \
			"$TOOL" draw "--bytes=$n"
	done
	fails 2 "seedrive: draw: --format: Hex: must be raw, hex, base64 or record" \
		"$TOOL" draw --format Hex
	fails 2 "seedrive: draw: --format record: --bits says how large it is, not --bytes" \
		"$TOOL" draw --format record -n 64
	fails 2 "seedrive: draw: --bits: 129: more than --bytes 16 can claim, which is 128" \
		"$TOOL" draw --bits 129 -n 16
}

# --- sources ---

@test "sources: the table has a line for each source, with its assessment and whether this host has it" {
	world ABSENT=/sys/devices/system/cpu/modalias "$TOOL" sources >said
	head -n 1 said | grep -qE '^SOURCE +DEVICE +STATE +RATE +ASSESSED +REMARK$'
	grep -qE '^broker +/run/seedrive/seed.sock +absent +- +as it says +does not run$' said
	grep -qE '^rdseed +- +absent +- +4 bits a byte +No such device$' said
	grep -qE '^rdrand +- +absent +- +(128 bits per 16384 bytes|0, unless stated) +No such' said
	grep -qE '^file +- +when named +- +0, unless stated +a serial' said
	grep -qE '^kernel +- +present +[0-9.]+ [kMG]?B/s +256 bits once +the kernel' said
}

@test "sources: --source lists only these, and says why one is worth nothing on this host" {
	head -c 2048 /dev/urandom >samples
	key fifo
	run -0 --separate-stderr "$TOOL" sources --source file:samples,file:fifo,bits=3,file:none
	[ "$stderr" = "" ]
	[ "${#lines[@]}" -eq 5 ]
	[[ ${lines[1]} =~ ^file\ +samples\ +present\ +[0-9.]+\ [kMG]?B/s\ +0\ +a\ regular\ file ]]
	[[ ${lines[2]} =~ ^file\ +fifo\ +present\ +[0-9.]+\ [kMG]?B/s\ +3\ bits\ a\ byte,\ as\ stated\ +a\ serial ]]
	[[ ${lines[3]} =~ ^file\ +none\ +absent\ +-\ +0,\ unless\ stated\ +No\ such\ file ]]
	[[ ${lines[4]} = kernel* ]]
}

@test "sources: a device that never answers is reported as failed after a moment" {
	key silent true
	run -0 --separate-stderr "$TOOL" sources --source file:silent
	[[ ${lines[1]} =~ ^file\ +silent\ +failed\ +-\ +0,\ unless\ stated\ +Connection\ timed\ out ]]
}

@test "sources: --json has the same in JSON" {
	run -0 --separate-stderr "$TOOL" sources --json
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json
rows = {r["source"]: r for r in json.load(open("said"))}
assert list(rows) == ["broker", "rdseed", "rdrand", "tpm", "hwrng", "egd", "file", "jitter",
	"kernel"], rows
assert all(r["state"] in ("present", "absent") for n, r in rows.items() if n[:2] == "rd"), rows
assert (rows["kernel"]["state"], rows["kernel"]["hardware"]) == ("present", False), rows
assert rows["kernel"]["bytes_per_second"] > 0, rows
assert (rows["file"]["state"], rows["file"]["rate_bits"]) == ("when named", 0), rows'
}

@test "sources: it takes no argument, and no other option" {
	fails 2 "seedrive: sources: rdrand: unexpected argument" "$TOOL" sources rdrand
	fails 2 "seedrive: sources: --bits: unknown option" "$TOOL" sources --bits 1
}
