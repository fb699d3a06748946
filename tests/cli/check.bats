#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive check: its verdicts and figures for a source. The suite report.bats tests the report.

# Each test is a subshell of its own, `run` sets variables, quoted commands are for inner shells, and teardown reads HOLDER.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/check

# --- verdicts ---

@test "check: a source that delivers and passes its tests has passed, with a line for each test" {
	sample uniform
	run -0 --separate-stderr "$TOOL" check -n 30000 file:uniform
	[ "$stderr" = "" ]
	[ "${lines[0]}" = "file:uniform: passed" ]
	printf '%s\n' "${lines[@]:1:12}" | cut -c 15-33 | sed 's/ *$//' >tests
	diff tests - <<-'END'
		delivery
		start-up tests
		repetition count
		adaptive proportion
		equal bytes
		equal steps
		equal neighbours
		replay
		FIPS 140-2
		chi-square
		bit autocorrelation
		estimate
	END
	[[ ${lines[1]} =~ ^\ \ passed\ +delivery\ +30000\ bytes,\ .*B/s\ +all\ of\ 30000$ ]]
	[[ ${lines[3]} =~ ^\ \ passed\ +repetition\ count\ +longest\ run\ [23],\ failures:\ 0\ +below\ 9$ ]]
	[[ ${lines[5]} =~ ^\ \ passed\ +equal\ bytes\ +at\ most\ [0-9]+\ in\ 512,\ at\ lag\ [0-9]+,\ failures:\ 0\ +below\ 76$ ]]
	[[ ${lines[9]} =~ ^\ \ within\ +FIPS\ 140-2\ +0\ of\ 11\ blocks\ failed\ +at\ most\ 1$ ]]
	[[ $output == *"None of it proves entropy"* ]]
	[[ $output == *"fewer than 1000000 bytes"* ]]
}

@test "check: each fault is named, fails the source, and gives status 3" {
	sample uniform
	# Each of these samples has one fault among good bytes: a run, an improbable proportion, or a window that occurs
	# twice.
	{ head -c 9000 uniform; head -c 9 /dev/zero; tail -c +9001 uniform; } >run
	/usr/bin/python3 -c 'data = open("uniform", "rb").read()
often = b"".join(b"a%c" % byte for byte in data[-77:] if byte != 97)
open("proportion", "wb").write(data[:18 * 512] + often + b"a" * 3 + data[18 * 512:-77])'
	{ head -c 9216 uniform; tail -c +778 uniform | head -c 39; tail -c +9217 uniform; } >window
	while IFS='|' read -r file line; do
		run -3 --separate-stderr "$TOOL" check -n 20000 "file:$file"
		[ "$stderr" = "seedrive: check: file:$file: $line" ]
		[ "${lines[0]}" = "file:$file: failed" ]
		[ "$(grep -c '^  failed ' <<<"$output")" -eq 1 ]
		[[ $output != *"failed      start-up"* ]]
	done <<-'END'
		run|9 equal samples in a row, cutoff 9
		proportion|one value 76 times in 512 samples, cutoff 76
		window|20 bytes that were delivered before
	END
}

@test "check: a failure within the first 1024 samples also fails the start-up tests" {
	sample uniform
	{ head -c 1000 uniform; head -c 9 /dev/zero; tail -c +1001 uniform; } >early
	run -3 "$TOOL" check -n 20000 file:early
	[[ $output == *"failed      start-up tests        failures in the first 1024 samples: 1 "* ]]
}

@test "check: each failure is counted, because the tests start again after it" {
	sample uniform
	head -c 18 /dev/zero >zeros
	{ head -c 5000 uniform; cat zeros; tail -c +5001 uniform | head -c 5000; cat zeros
		tail -c +10001 uniform; } >twice
	checked twice
	python 'assert source["status"] == "failed", source
assert source["tests"]["repetition_count"] == {"figure": 9, "cutoff": 9, "failures": 2}, source
assert source["longest_run"] == 18, source
assert source["reason"] == "9 equal samples in a row, cutoff 9", source'
}

@test "check: if two sources deliver the same bytes, both fail" {
	sample uniform
	run -3 --separate-stderr "$TOOL" check -n 4096 file:uniform file:uniform
	[ "$stderr" = "seedrive: check: file:uniform: 20 bytes that file:uniform delivered as well
seedrive: check: file:uniform: 20 bytes that were delivered before" ]
	[ "$(grep -c '^file:uniform: failed$' <<<"$output")" -eq 2 ]
	[[ $output == *"pieces with bytes delivered before: 64 "* ]]
}

@test "check: statistics and estimates never decide, no matter how bad they are" {
	local kind
	for kind in nibbles biased; do
		sample "$kind"
	done
	run -0 --separate-stderr "$TOOL" check -n 30000 file:nibbles file:biased
	[ "$stderr" = "" ]
	[ "$(grep -c '^  beyond ' <<<"$output")" -ge 5 ]
	run -1 grep '^  failed ' <<<"$output"
	# Estimates fail no source, even if they are below its assessment.
	key fifo cat nibbles
	run -0 --separate-stderr "$TOOL" check -n 30000 file:fifo,bits=4
	[ "$stderr" = "" ]
	[[ $output =~ beyond\ +estimate\ +1\.[0-9]{3}\ bits\ a\ byte\ .*assessed\ at\ 4 ]]
}

@test "check: --raw saves the exact sample of one source, readable only by the owner" {
	sample uniform
	run -0 --separate-stderr "$TOOL" check -n 4096 --raw kept file:uniform
	[ "$stderr" = "" ]
	cmp kept <(head -c 4096 uniform)
	[ "$(stat -c %a kept)" = 600 ]
	# The bytes before a failure are saved too; with two sources, none are.
	run -3 "$TOOL" check -n 65536 --raw kept file:uniform
	[ "$(stat -c %s kept)" -gt 4096 ]
	cmp -n "$(stat -c %s kept)" kept uniform
	fails 2 "seedrive: check: --raw: takes the sample of one source, not of 2" \
		"$TOOL" check -n 4096 --raw other file:uniform file:kept
	[ ! -e other ]
	run -1 "$TOOL" check -n 4096 --raw none/kept file:uniform
	# A file that cannot be written whole is named.
	(ulimit -f 1; fails 1 "seedrive: check: kept: File too large" "$TOOL" check -n 4096 --raw kept file:uniform)
}

# bats test_tags=long
@test "check: --restart passes a good source" {
	read -r HOLDER _ < <("$ROOT/tests/lib/egd_server.py" unix:good 3>&-)
	# On a busy machine, a warning says that restarts take long.
	run -0 --separate-stderr "$TOOL" check -n 1024 --restart --json egd:unix:good,bits=4
	printf '%s' "$output" | /usr/bin/python3 -c 'import json, sys
source, = json.load(sys.stdin)["sources"]
r = source["restart"]
assert (r["restarts"], r["power_cut"]) == (1000, False), r
assert max(r["row_most_frequent"], r["column_most_frequent"]) < r["cutoff"] == 105, r
assert min(r["rows_bits_a_byte"], r["columns_bits_a_byte"]) >= 2, r'
}

@test "check: --restart fails a source that repeats itself after each restart, and says that no power was cut" {
	read -r HOLDER _ < <("$ROOT/tests/lib/egd_server.py" unix:same same 3>&-)
	run -0 "$TOOL" check -n 1024 egd:unix:same,bits=4
	run -3 --separate-stderr "$TOOL" check -n 1024 --restart egd:unix:same,bits=4
	[[ ${stderr_lines[-1]} == "seedrive: check: egd:unix:same: restarts: one value "*" times in the 1000 samples after one restart, 1000 times at one position after all restarts, "* ]]
	[[ $output =~ failed\ +restart\ counts\ .*1000\ in\ one\ column ]]
	[[ $output == *"A restart was closing and opening the source again: no power was cut."* ]]
}

@test "check: --min-estimate gives status 3 if an estimate is below it" {
	sample nibbles
	run -0 "$TOOL" check -n 30000 --min-estimate 1 file:nibbles
	run -3 --separate-stderr "$TOOL" check -n 30000 --min-estimate 2.5 file:nibbles
	[[ $stderr =~ ^seedrive:\ check:\ file:nibbles:\ estimated\ at\ 1\.[0-9]{3}\ bits\ a\ byte,\ --min-estimate\ 2\.5$ ]]
	for bad in 0 9 x 0.2 2.5555; do
		run -2 "$TOOL" check --min-estimate "$bad" file:nibbles
	done
}

@test "check: the verdict on a source that passed with too low an estimate mentions the estimate" {
	sample nibbles
	key fifo cat nibbles
	run -0 "$TOOL" check -n 30000 file:fifo,bits=4
	[[ ${lines[0]} =~ ^file:fifo:\ passed\ its\ tests,\ but\ is\ estimated\ at\ 1\.[0-9]{3}\ bits\ a\ byte,\ below\ the\ 4\ assessed$ ]]
}

@test "check: a source that fails half-way has failed, and its earlier bytes are counted" {
	sample uniform
	run -3 --separate-stderr "$TOOL" check -n 40000 file:uniform
	[ "$stderr" = "seedrive: check: file:uniform: too few bytes, after 29696 of 40000 bytes" ]
	[[ $output == *"failed      delivery"*"too few bytes, after 29696 of 40000 bytes"* ]]
	[[ $output == *"within      FIPS 140-2            0 of 11 blocks failed"* ]]
	# This device stops delivering, but stays open.
	key fifo cat uniform
	run -3 --separate-stderr "$TOOL" check -n 40000 file:fifo,deadline=200ms
	[ "$stderr" = "seedrive: check: file:fifo: Connection timed out, after 29696 of 40000 bytes" ]
	# This source ended when it had delivered fewer bytes than the statistics need.
	head -c 1000 uniform >little
	run -3 --separate-stderr "$TOOL" check --report page.html file:little
	[ "$stderr" = "seedrive: check: file:little: too few bytes, after 512 of 65536 bytes" ]
	[[ $output != *FIPS* ]]
	grep -q 'A sample of fewer than 1024 bytes has no statistics and no plots' page.html
	run -1 grep -q '<svg' page.html
}

@test "check: the kernel's generator is sampled only if it is named" {
	sample uniform
	run -0 "$TOOL" check -n 2048 file:uniform
	[[ $output != *kernel* ]]
	run -0 "$TOOL" check -n 2048 file:uniform,kernel
	[[ $output == *"kernel: passed"* ]]
	run -0 "$TOOL" check -n 2048 kernel file:uniform
	[ "${lines[0]}" = "kernel: passed" ]
	[[ $output == *"file:uniform: passed"* ]]
}

@test "check: by default it samples all hardware of the host, and 1000000 bytes of an instruction" {
	"$TOOL" sources --json >table
	if "$TOOL" check --json >said 2>errors; then
		# There is a warning for devices that the user may not open.
		run -1 grep -vE '^seedrive: check: warning: (tpm|hwrng): Permission denied: not checked$' errors
	else
		# Without hardware there is nothing to check.
		[ "$(cat errors)" = "seedrive: check: this host has none of the sources that are checked by default: name one" ]
		echo '{"sources": []}' >said
	fi
	/usr/bin/python3 -c 'import json
there = [r for r in json.load(open("table")) if r["state"] == "present" and r["kind"] not in ("kernel", "broker")]
said = json.load(open("said"))["sources"]
assert [r["source"] for r in there] == [s["source"] for s in said], (there, said)
for s in said:
    if s["source"] in ("rdseed", "rdrand"):
        assert s["bytes"] == 1000000 and "equal_words" in s["tests"], s
    assert s["status"] == "passed", s'
	# The kernel's generator does not count as hardware. If the configuration names the sources, a missing one is a failure.
	echo 'source = kernel' >kernel.conf
	fails 1 "seedrive: check: this host has none of the sources that are checked by default: name one" \
		"$TOOL" check --config kernel.conf
	echo 'source = file:gone' >gone.conf
	run -3 --separate-stderr "$TOOL" check --config gone.conf
	[ "$stderr" = "seedrive: check: file:gone: No such file or directory" ]
	echo 'sourc = kernel' >bad.conf
	fails 2 "seedrive: check: bad.conf:1: sourc: unknown key" "$TOOL" check --config bad.conf
	# If a source is named on the command line, its absence is a failure.
	run -3 --separate-stderr world ABSENT=/sys/devices/system/cpu/modalias "$TOOL" check rdrand
	[ "$stderr" = "seedrive: check: rdrand: No such device" ]
}

@test "check: a source that may not be opened is a warning by default, and a failure if it was named" {
	echo secret >closed
	chmod 000 closed
	sample uniform
	run -0 --separate-stderr unprivileged env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		ASAN_OPTIONS=verify_asan_link_order=0 REDIRECT="/dev/hwrng=$PWD/closed" \
		sh -c '"$TOOL" check -n 1024 >said || [ $? -eq 1 ]'
	[ "${stderr_lines[0]}" = "seedrive: check: warning: hwrng: Permission denied: not checked" ]
	run -1 grep -q hwrng said
	run -3 --separate-stderr unprivileged env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		ASAN_OPTIONS=verify_asan_link_order=0 REDIRECT="/dev/hwrng=$PWD/closed" \
		"$TOOL" check -n 1024 hwrng file:uniform
	[ "$stderr" = "seedrive: check: hwrng: Permission denied" ]
	[[ $output == *"file:uniform: passed"* ]]
}

# --- figures ---

@test "check: histogram, chi-square, autocorrelation and runs equal those computed in Python" {
	local kind
	for kind in bell correlated uniform; do
		sample "$kind"
		checked "$kind"
		python 'import itertools
data = open(sys.argv[1], "rb").read()
assert source["bytes"] == len(data) == source["asked"], source
count = [data.count(i) for i in range(256)]
assert source["histogram"] == count
assert source["ones"] == sum(map(int.bit_count, data)) if hasattr(int, "bit_count") else True
chi = sum((n - len(data) / 256) ** 2 / (len(data) / 256) for n in count)
assert math.isclose(source["chi_square"], chi, rel_tol=1e-9), (source["chi_square"], chi)
runs = [0] * 16
longest = 0
for _, group in itertools.groupby(data):
    n = len(list(group))
    longest = max(longest, n)
    runs[min(n, 16) - 1] += 1
assert source["runs"] == runs and source["longest_run"] == longest
n = 8 * len(data)
bits = int.from_bytes(data, "big")
for lag in range(1, 65):
    unlike = bin((bits >> lag ^ bits) & ((1 << n - lag) - 1)).count("1")
    assert math.isclose(source["autocorrelation"][lag - 1], 1 - 2 * unlike / (n - lag), abs_tol=1e-12)
assert math.isclose(source["autocorrelation_bound"], 5 / math.sqrt(n - 64))' "$kind"
	done
}

@test "check: FIPS 140-2 counts equal those of rngtest on the same bytes" {
	local kind total=0
	# These blocks are near the bounds: in each of them, a bit equals the one before with a probability near one half.
	/usr/bin/python3 -c 'import random
out = bytearray(4)
for block in range(120):
    r, bits, bit = random.Random(block), 0, 0
    sticky = 0.5 + r.uniform(-0.03, 0.03)
    for _ in range(20000):
        bit ^= r.random() > sticky
        bits = bits << 1 | bit
    out += bits.to_bytes(2500, "big")
open("edges", "wb").write(out)'
	for kind in edges uniform biased sticky correlated nibbles periodic noisy counter digits bell stuck \
		few rdrand rdseed; do
		[ -e "$kind" ] || sample "$kind"
		# The length is a multiple of the tool's reads, so that both programs see the same bytes.
		truncate -s $(($(stat -c %s "$kind") / 64 * 64)) "$kind"
		checked "$kind"
		python 'f = source["fips_140_2"]
print(f["passed"], f["blocks"] - f["passed"], f["monobit"], f["poker"], f["runs"], f["long_run"],
      f["continuous_run"], sep="\n")' >ours
		rngtest <"$kind" 2>&1 | sed -nE \
			's/^rngtest: FIPS 140-2( (successes|failures)|\(2001-10-10\) [A-Za-z ]+): //p' >theirs
		[ "$(wc -l <theirs)" -eq 7 ]
		diff ours theirs || { echo "$kind"; return 1; }
		# Both verdicts occur among these blocks; otherwise they would not be near the bounds.
		[ "$kind" != edges ] || python 'assert 10 < source["fips_140_2"]["passed"] < 110, source["fips_140_2"]'
		total=$((total + $(head -n 2 ours | paste -sd +)))
	done
	[ "$total" -ge 220 ]
}

@test "check: the estimates of recorded samples equal those of NIST's tool" {
	local name
	for name in rdrand rdseed; do
		sample "$name"
		checked "$name"
		python 'rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[2]) if line.startswith(sys.argv[1] + "\t")]
rows = {r[1]: r[2:] for r in rows}
assert len(source["estimate"]["estimators"]) == 10
for e in source["estimate"]["estimators"]:
    for ours, theirs in zip((e["of_bytes"], e["of_bits"]), rows[e["estimator"]]):
        assert (ours is None) == (theirs == "-") and (ours is None or abs(ours - float(theirs)) < 1e-5), e
assert abs(source["estimate"]["bits_a_byte"] - float(rows["assessed"][0])) < 1e-5' \
			"$name" "$SAMPLES/nist.tsv"
	done
}

@test "check: --json has the number of bytes, their times and their assessment" {
	key fifo head -c 65536 /dev/urandom
	"$TOOL" check --json file:fifo,bits=3 >said
	python 'assert (source["source"], source["status"]) == ("file:fifo", "passed"), source
assert (source["asked"], source["bytes"]) == (65536, 65536)
assert (source["rate_bits"], source["rate_bytes"]) == (3, 1)
points = source["delivered"]
assert points[0] == {"ns": 0, "bytes": 0} and points[-1]["bytes"] == 65536
assert 33 <= len(points) <= 65
for a, b in zip(points, points[1:]):
    assert a["ns"] <= b["ns"] and a["bytes"] < b["bytes"]
assert "reason" not in source'
}

# --- bad input ---

@test "check: a number of bytes that is out of range, or is no number, is named" {
	local n
	for n in 0 -1 1023 16777217 99999999999999999999 1e6 64K "" " 2048"; do
		fails 2 "seedrive: check: -n: $n: must be a whole number from 1024 to 16777216" \
			"$TOOL" check -n "$n" kernel
	done
	fails 2 "seedrive: check: -n: a value is missing" "$TOOL" check -n
	fails 2 "seedrive: check: --report: a value is missing" "$TOOL" check --report
	fails 2 "seedrive: check: --bits: unknown option" "$TOOL" check --bits 1
	holds
}

@test "check: a source that is unknown or malformed is named before any is sampled" {
	fails 2 "seedrive: check: nonsense: unknown source" "$TOOL" check kernel nonsense
	fails 2 "seedrive: check: file: a path is missing" "$TOOL" check file
	fails 2 "seedrive: check: broker: cannot be checked: the daemon has tested its blocks already" "$TOOL" check broker
	fails 2 "seedrive: check: bits=9: unknown setting" "$TOOL" check bits=9
	fails 2 "seedrive: check: rdrand: takes no argument" "$TOOL" check rdrand:x
	run -2 "$TOOL" check ""
	fails 2 "seedrive: check: kernel: more than 15 sources" \
		"$TOOL" check kernel kernel kernel kernel kernel kernel kernel kernel kernel kernel kernel \
		kernel kernel kernel kernel kernel
}

@test "check: a path that delivers no bytes fails with a line of its own, in time" {
	mkdir folder
	mkfifo fifo
	echo secret >closed
	chmod 000 closed
	head -c 65536 /dev/zero >zeros
	while IFS='|' read -r name line; do
		run -3 --separate-stderr unprivileged "$TOOL" check "file:$name"
		[ "$stderr" = "seedrive: check: file:${name%,*}: $line" ]
	done <<-'END'
		folder|Is a directory
		none|No such file or directory
		closed|Permission denied
		fifo,deadline=100ms|Connection timed out
		zeros|9 equal samples in a row, cutoff 9
		/dev/null|too few bytes
	END
}

@test "check: a full standard output is reported, with any output format" {
	sample uniform
	run -1 --separate-stderr sh -c '"$TOOL" check -n 2048 file:uniform >/dev/full'
	[ "$stderr" = "seedrive: check: standard output: No space left on device" ]
	run -1 --separate-stderr sh -c '"$TOOL" check -n 2048 --json file:uniform >/dev/full'
	[ "$stderr" = "seedrive: check: standard output: No space left on device" ]
}

@test "check: progress is shown on a terminal only, and erased afterwards" {
	sample uniform-1000000
	script -qec '"$TOOL" check -n 100000 file:uniform-1000000 >said' typescript >/dev/null
	grep -qF 'file: estimating [' typescript
	tr '\r' '\n' <typescript | grep -qE '\] +[0-9]+%$'
	grep -qF $'\r\033[K' typescript
	run -0 --separate-stderr "$TOOL" check -n 100000 file:uniform-1000000
	[ "$stderr" = "" ]
}
