#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program in doc/accounting.md recomputes the claim from each kind of report: --json, the journal, and the drive.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	sed -n '/^```python$/,/^```$/p' "$(dirname "$BATS_TEST_FILENAME")/../../doc/accounting.md" | grep -v '^```' \
		>"$BATS_FILE_TMPDIR/sum.py"
}

teardown() {
	[ ! "${DAEMON:-}" ] || kill "$DAEMON"
	make_removable
}

# sums HARDWARE CREDIT FILE...: check that the program of the page agrees with each of these reports, and computes these
# bits.
sums() {
	local want="hardware_bits $1 credit_bits $2" file
	shift 2
	for file; do
		cat "$file" && echo
	done >reports
	run -0 --separate-stderr /usr/bin/python3 "$BATS_FILE_TMPDIR/sum.py" <reports
	[ "$stderr" = "" ]
	[ "$output" = "$(for file; do echo "$want"; done)" ] || { echo "$want, not: $output"; return 1; }
}

# differs WORDS FILE...: check that the program finds a fault in a report, and prints these words.
differs() {
	local words=$1
	shift
	run -1 --separate-stderr /usr/bin/python3 "$BATS_FILE_TMPDIR/sum.py" < <(cat "$@")
	[ "$stderr" = "" ]
	[[ ${lines[-1]} == "fault: "*"$words"* ]]
}

# conf LINE...: write the configuration that `journaled` uses as /etc/seedrive.conf.
conf() {
	mkdir -p etc
	printf '%s\n' "$@" >etc/seedrive.conf
}

# journaled COMMAND...: run COMMAND with the configuration that `conf` wrote, and save its entries for the journal in
# `entries`.
journaled() {
	own_run unshare --mount sh -c 'mount --bind etc /etc && exec "$@"' sh \
		/usr/bin/python3 "$ROOT/tests/lib/journal.py" entries "$@"
}

note_of() {
	content "$1" seedrive.json
}

# served VERSION BITS: start a daemon at served/sock that gives blocks of BITS bits.
served() {
	mkdir -m 755 served
	/usr/bin/python3 "$ROOT/tests/lib/broker.py" daemon served/sock "$1" "$2" >notes 3>&- &
	DAEMON=$!
	while [ ! -S served/sock ]; do kill -0 "$DAEMON" && sleep 0.05; done
}

@test "accounting: a drive's claim is recomputed from --json and from the drive, with all kinds of sources" {
	small_tree tree
	key fifo
	key stuck head -c 16384 /dev/zero
	conf 'provenance = full'
	made() {
		"$TOOL" build --config etc/seedrive.conf --json -o drive.iso "${@:3}" tree >said 2>warned
		note_of drive.iso >note
		"$TOOL" inspect --json drive.iso >found
		sums "$1" "$2" said note
		[ "$(member found hardware_bits) $(member found credit_bits)" = "$1 $2" ]
	}
	made 0 256 --source kernel
	made 0 1 --source kernel --bits 1
	made 256 256 --source file:fifo,bits=4
	made 300 300 --source file:fifo,bits=4,file:stuck,bits=1 --bits 300
	made 0 256 --source file:stuck,bits=8,file:/dev/zero
	made 7 7 --source file:fifo,bits=0.25 --bits 7
	if grep -qw rdrand /proc/cpuinfo && ! grep -q TCG /proc/cpuinfo; then
		made 256 256 --source rdrand
		made 16384 16384 --source rdrand --bits 16384
		made 1000 1000 --source rdseed,rdrand --bits 1000
	fi
	# A device under two names is counted once.
	ln fifo other
	made 256 256 --source file:fifo,bits=4,file:other,bits=4
}

@test "accounting: the broker's blocks are recomputed by source, from --json, from the drive and from the journal" {
	local version bits
	need_mounts
	small_tree tree
	conf 'provenance = full' "broker = $PWD/served/sock" '[mkisofs]' 'source = broker,kernel'
	for version in 1 2; do
		for bits in 256 100; do
			rm -rf served
			served "$version" "$bits"
			journaled "$MKISOFS" -quiet -r -V config-2 -o drive.iso tree
			note_of drive.iso >note
			sums "$bits" 256 entries note
			/usr/bin/python3 -c 'import json, sys
version, bits = map(int, sys.argv[1:])
note = json.load(open("note"))
(count, broker, kernel), = note["account"]["parts"]
assert [s["source"].split(":")[0] for s in note["sources"]] == ["broker", "kernel"]
length = {1: None, 2: (bits + 64) // 4}[version], {1: None, 2: 64}[version]
assert (count, broker) == (1, [64, bits, [["rdseed", length[0], bits + 64], ["kernel", length[1], 0]]]), broker
assert json.loads(json.loads(open("entries").readline())["SEEDRIVE_ACCOUNT"]) == note' "$version" "$bits"
			"$TOOL" build --config etc/seedrive.conf --source broker --bits 400 --json -o drive.iso tree >said
			note_of drive.iso >note
			sums $((2 * bits > 400 ? 400 : 2 * bits)) 400 said note
			kill "$DAEMON"
			DAEMON=
		done
	done
}

@test "accounting: our own daemon's blocks are recomputed from the client's reports and from the daemon's entry" {
	need_mounts
	small_tree tree
	key fifo head -c 60000 /dev/urandom
	conf 'provenance = full' '[serve]' 'source = file:fifo,bits=4,deadline=60s' 'reservoir = 8'
	journaled bash -ec '
		"$TOOL" serve 2>log 3>&- &
		until "$TOOL" draw -q --source broker --require broker,file -o seed 2>refused; do
			kill -0 $!
			sleep 0.05
		done
		"$TOOL" build --source broker --bits 300 --json -o drive.iso tree >said
		kill -TERM $!
		wait $!'
	note_of drive.iso >note
	grep -F "$(member said seed_id)" entries >entry
	[ "$(wc -l <entry)" -eq 1 ]
	sums 300 300 said note entry
	sums 256 256 <(grep -m1 '"SEEDRIVE_BLOCKS": "1"' entries)
	/usr/bin/python3 -c 'import json
entry, said = json.load(open("entry")), json.load(open("said"))
broker = [s for s in said["sources"] if s["kind"] == "broker"][0]
assert entry["SEEDRIVE_HARDWARE_BITS"] == "300" and entry["SEEDRIVE_BITS"] == "300" and entry["SEEDRIVE_BLOCKS"] == "2"
rows = [[[g["source"], g["bytes"], g["assessed_bits"]] for g in block] for block in broker["given"]]
parts = json.loads(entry["SEEDRIVE_ACCOUNT"])["account"]["parts"]
assert [cell[2] for count, cell in parts for _ in range(count)] == rows, (parts, rows)
assert [[row[0] for row in block] for block in rows] == [["file", "kernel"]] * 2, rows'
}

@test "accounting: the entry and drive of seedrive-mkisofs are recomputed, with requirements" {
	need_mounts
	small_tree tree
	key fifo
	key stuck head -c 16384 /dev/zero
	served 2 100
	made() {
		journaled "$MKISOFS" -quiet -r -V config-2 -o drive.iso tree 2>warned
		note_of drive.iso >note
		sums "$1" "$2" entries note
		diff <(/usr/bin/python3 -c 'import json
print(json.loads(json.loads(open("entries").readline())["SEEDRIVE_ACCOUNT"]))') \
			<(/usr/bin/python3 -c 'import json; print(json.load(open("note")))')
	}
	full() {
		conf '[mkisofs]' 'provenance = full' "broker = $PWD/served/sock" "$@"
	}
	full 'source = kernel'
	made 0 256
	full 'source = kernel' 'require = hardware'
	made 0 0
	full 'source = broker,kernel' 'require = hardware'
	made 100 100
	grep -q 'hardware: required, but gave 100 of 256 bits' warned
	full 'source = broker,kernel' 'require = broker' 'bits = 300'
	made 200 300
	full 'source = file:fifo,bits=4,file:stuck,bits=4' 'require = file'
	made 0 0
	full 'source = file:fifo,bits=4' 'require = hardware,file' 'bits = 16'
	made 16 16
	full 'source = kernel' 'bits = 400'
	made 0 256
	# If the drive has no full provenance, the journal is enough for the program; for the drive, the program reports
	# that figures are missing.
	conf '[mkisofs]' 'source = kernel'
	journaled "$MKISOFS" -quiet -r -V config-2 -o drive.iso tree
	sums 0 256 entries
	note_of drive.iso >note
	differs "the figures of its blocks are not told" note
}

@test "accounting: reseed writes the same entry, and is recomputed from it, from --json and from the drive" {
	need_mounts
	key fifo
	drive drive.iso
	conf 'provenance = full'
	journaled bash -c '"$TOOL" reseed --source file:fifo,bits=4 --json drive.iso >said'
	note_of drive.iso >note
	sums 256 256 said entries note
	/usr/bin/python3 -c 'import json, os
e, said = json.loads(open("entries").readline()), json.load(open("said"))
assert e["MESSAGE"] == "drive.iso: seed of 256 bits, 256 bits from hardware" and e["PRIORITY"] == "6", e
assert e["SYSLOG_IDENTIFIER"] == "seedrive-reseed" and e["SEEDRIVE_OUT"] == "drive.iso", e
assert e["SEEDRIVE_LABEL"] == "config-2" and e["SEEDRIVE_INSTANCE"] == os.environ["UUID"], e
assert e["SEEDRIVE_SEED_ID"] == said["seed_id"] and e["SEEDRIVE_BITS"] == e["SEEDRIVE_HARDWARE_BITS"] == "256", e
assert e["SEEDRIVE_SOURCES"].startswith("file:4096 kernel") and "SEEDRIVE_SHORT" not in e, e'
	# A reseed that fails has an entry in the journal too, and a line on standard error.
	run -1 --separate-stderr journaled "$TOOL" reseed nowhere.iso
	[ "$stderr" = "seedrive: reseed: nowhere.iso: No such file or directory" ]
	[ "$(member entries MESSAGE)" = "nowhere.iso: not renewed: No such file or directory" ]
	[ "$(member entries PRIORITY)" = 3 ]
	run -3 --separate-stderr journaled "$TOOL" reseed --source kernel --require hardware drive.iso
	[ "$(member entries MESSAGE)" = "drive.iso: not renewed: hardware: required, but gave 0 of 256 bits" ]
	conf 'seed = mix' 'source = kernel'
	journaled "$TOOL" reseed -q drive.iso
	[ "$(member entries MESSAGE)" = "drive.iso: seed as it was: seed = mix in /etc/seedrive.conf:1" ]
	run -1 grep SEEDRIVE_BITS entries
}

@test "accounting: each drive of a batch is recomputed" {
	local i
	small_tree tree
	conf 'provenance = full'
	for i in 1 2 3 4; do
		printf '%s\ttree\n' "$i.iso"
	done >list
	head -c 4096 /dev/urandom >file
	"$TOOL" build -q --config etc/seedrive.conf --jobs 2 --source kernel --bits 200 --batch list
	for i in 1 2 3 4; do
		note_of "$i.iso" >"note.$i"
	done
	sums 0 200 note.?
}

@test "accounting: draws are recomputed, one or several; without a record nothing is claimed" {
	key fifo openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 -in <(head -c 60000 /dev/zero)
	small_tree tree
	"$TOOL" draw --json --source file:fifo,bits=8 -n 1 -o out >said
	sums 8 8 said
	"$TOOL" draw --json --source file:fifo,bits=8 -n 8192 -o out >said
	sums 32768 32768 said
	"$TOOL" draw --json --source file:fifo,bits=8 --bits 300 -n 8192 -o out >said
	sums 300 300 said
	"$TOOL" draw --json --source file:fifo,bits=8 --bits 300 --format record -o out >said
	sums 300 300 said
	conf 'seed = mix' 'source = kernel'
	"$TOOL" build --config etc/seedrive.conf --json -o drive.iso tree >said
	sums 0 0 said
	[ "$(member said asked_bits)" = 256 ]
	conf 'seed = off'
	"$TOOL" build --config etc/seedrive.conf --json -o drive.iso tree >said
	sums 0 0 said
	drive drive.iso
	"$TOOL" reseed --config etc/seedrive.conf --json drive.iso >said
	sums 0 0 said
	conf 'seed = mix' 'source = kernel'
	"$TOOL" reseed --config etc/seedrive.conf --json drive.iso >said
	sums 0 0 said
}

@test "accounting: a single wrong figure is found, at any place" {
	need_mounts
	small_tree tree
	served 2 200
	conf 'provenance = full' "broker = $PWD/served/sock" '[mkisofs]' 'source = broker,kernel' 'bits = 500'
	journaled "$MKISOFS" -quiet -r -V config-2 -o drive.iso tree
	note_of drive.iso >note
	"$TOOL" build --config etc/seedrive.conf --source broker --bits 500 --json -o other.iso tree >said
	sums 400 500 entries note said
	wrong() {
		sed "$2" "$1" >wrong
		run -1 cmp -s "$1" wrong
		differs "${3:-}" wrong
	}
	for fault in 's/\("credit_bits": *\)500/\1501/' 's/\("hardware_bits": *\)400/\1401/' 's/"counted":"all"/"counted":"hardware"/' \
		's/\("blocks": *\)2/\13/'; do
		wrong note "$fault"
	done
	wrong note 's/\[64,200,/[64,201,/'
	wrong note 's/\["rdseed",66,264\]/["rdseed",66,265]/'
	wrong note 's/"parts":\[\[1,/"parts":[[2,/'
	wrong note 's/\("source":"kernel","bytes":\)/\11/' "kernel: bytes differ"
	wrong note 's/"assessed_bits":0}/"assessed_bits":1}/' "assessed_bits is not the sum"
	wrong entries 's/"SEEDRIVE_BITS": "500"/"SEEDRIVE_BITS": "499"/'
	wrong entries 's/"SEEDRIVE_HARDWARE_BITS": "400"/"SEEDRIVE_HARDWARE_BITS": "399"/'
	wrong said 's/"credit_bits":500/"credit_bits":499/'
	wrong said 's/"hardware_bits":400/"hardware_bits":300/'
	wrong said 's/"blocks":2,/"blocks":20,/'
	# Two reports of the same seed are each consistent, but contradict each other.
	sed 's/"asked_bits":500/"asked_bits":450/; s/"credit_bits":500/"credit_bits":450/' note >less
	sums 400 450 less
	differs "two reports of one seed differ" note less
}

@test "accounting: bits that do not follow from bytes are found, and other rates than ours are named" {
	small_tree tree
	key fifo
	"$TOOL" build --source file:fifo,bits=4 --json -o drive.iso tree >said
	sums 256 256 said
	sed 's/\("rate_bits": *\)4/\18/' said >faster
	differs "file:fifo: not the bits of its bytes" faster
	drive_says() {
		printf '{"seed_id":"%s","credit_bits":256,"sources":[{"source":"%s","bytes":%s,"assessed_bits":%s}],"account":' "$@"
		printf '{"asked_bits":256,"hardware_bits":256,"counted":"all","blocks":1,"parts":[[1,[%s,%s]]]}}' "${@:3}"
	}
	drive_says one rdseed 8 4096 >note
	differs "rdseed: more bits than its bytes hold" note
	drive_says two rdseed 80 320 >note
	sums 256 256 note
	drive_says three tpm:swtpm 64 512 >note
	run -0 /usr/bin/python3 "$BATS_FILE_TMPDIR/sum.py" <note
	[ "$output" = "hardware_bits 256 credit_bits 256; tpm:swtpm: as stated with bits=" ]
}

@test "accounting: after an entry that claims nothing, or a fault, the next reports are recomputed" {
	small_tree tree
	"$TOOL" build --source kernel --json -o drive.iso tree >said
	sed 's/"credit_bits":256/"credit_bits":257/' said >wrong
	echo '{"MESSAGE":"a.iso: not made: no such folder","SEEDRIVE_OUT":"a.iso"}' >entry
	# The option -O turns assertions off; the fault is found all the same.
	run -1 --separate-stderr /usr/bin/python3 -O "$BATS_FILE_TMPDIR/sum.py" < <(cat entry wrong said)
	[ "$stderr" = "" ]
	[ "${lines[0]}" = "nothing claimed: a.iso: not made: no such folder" ]
	[[ ${lines[1]} == "fault: drive.iso "*"it says 0 and 257, recomputed: 0 and 256"* ]]
	[ "${lines[2]}" = "hardware_bits 0 credit_bits 256" ]
	echo '{"MESSAGE":"a.iso: seed of 256 bits","SEEDRIVE_BITS":"256"}' >entry
	differs "it has no SEEDRIVE_ACCOUNT" entry
}

# --- the hashing ---

# hashing: write hashing.py, which implements the formulas of the page without any code of ours.
hashing() {
	cat >hashing.py <<-'END'
		import hashlib, hmac, re, struct

		def mac(key, message):
		    return hmac.new(key, message, hashlib.sha512).digest()

		def number(n):
		    return struct.pack("<Q", n)

		def digest(name, block, raw):
		    return mac(b"seedrive 1 samples", name + b"\0" + number(block) + number(len(raw)) + raw)

		def prk(block, rows):
		    """Returns the key from the rows (name, bytes), in their order."""
		    return mac(b"seedrive 1 block", number(block) + b"".join(
		        name + b"\0" + number(len(raw)) + digest(name, block, raw) for name, raw in rows))

		def expand(key, purpose, length=64, path=b""):
		    return mac(key, purpose + b"\0" + path + b"\1")[:length]
	END
}

@test "accounting: the page's vectors of the hashing follow from its formulas" {
	hashing
	/usr/bin/python3 - "$ROOT/doc/accounting.md" <<-'END'
		import re, sys
		from hashing import *
		text = open(sys.argv[1]).read().split("**Test vectors.**")[1].split("\n**")[0]
		page = {name: bytes.fromhex(value) for name, value in
		        re.findall(r"^    (\w[^\n]*)\n((?:        [0-9a-f]+\n)+)", text, re.M)}
		up, down = bytes(range(64)), bytes(range(255, 191, -1))
		block, mixing = [(b"rdrand", up), (b"kernel", down)], [(b"hwrng", b""), (b"kernel", down)]
		seed = expand(prk(0, block), b"seedrive 1 seed")
		want = {
		    "D of rdrand, block 0": digest(b"rdrand", 0, up), "D of kernel, block 0": digest(b"kernel", 0, down),
		    "PRK of block 0": prk(0, block), "seed of block 0": seed,
		    "D of hwrng, block 1": digest(b"hwrng", 1, b""), "D of kernel, block 1": digest(b"kernel", 1, down),
		    "PRK of block 1": prk(1, mixing), "key to mix": expand(prk(1, mixing), b"seedrive 1 mix"),
		    "new random_seed": expand(mac(b"seedrive 1 random_seed", expand(prk(1, mixing), b"seedrive 1 mix") + bytes(range(32))),
		                              b"seedrive 1 random_seed", 32, b"openstack/latest/meta_data.json"),
		    "seed_id": expand(prk(1, mixing), b"seedrive 1 seed id", 16),
		    "block as handed out": mac(b"seedrive 1 hand out", seed + bytes([0x5c]) * 64),
		}
		assert page == want, (page.keys(), want.keys())
	END
}

@test "accounting: the page's vectors of the generator are those of its unit test" {
	sed -n '/^## The generator of streams/,/^## The standards/s/^        \([0-9a-f]*\)$/\1/p' "$ROOT/doc/accounting.md" >vectors
	[ "$(wc -l <vectors)" -eq 3 ]
	while read -r vector; do
		grep -qF "\"$vector\"" "$ROOT/tests/seed/test_drbg.c"
	done <vectors
}

@test "accounting: the page's formulas give the seed from the bytes of its sources" {
	hashing
	small_tree tree
	head -c 4096 /dev/urandom >file
	key fifo cat file
	make_world
	world GETRANDOM=7 GETRANDOM_LOG="$PWD/kernel" \
		"$TOOL" build --source file:fifo,bits=4 --bits 300 --json -o drive.iso tree >said
	content drive.iso seedrive.bin >record
	/usr/bin/python3 - <<-'END'
		import json
		from hashing import *
		said, record = json.load(open("said")), open("record", "rb").read()
		bytes_of = {"file:fifo": open("file", "rb").read(), "kernel": open("kernel", "rb").read()}
		rows = {s["source"]: s["block_bytes"] + [{"kernel": 64}.get(s["source"], 0)] for s in said["sources"]}
		assert list(rows) == ["file:fifo", "kernel"], rows
		at = dict.fromkeys(rows, 0)
		for block in range(said["blocks"] + 1):
		    given = []
		    for source, lengths in rows.items():
		        given.append((source.split(":")[0].encode(), bytes_of[source][at[source]:at[source] + lengths[block]]))
		        at[source] += lengths[block]
		    key = prk(block, given)
		    if block < said["blocks"]:
		        assert record[128 + 64 * block:][:64] == expand(key, b"seedrive 1 seed"), block
		assert said["blocks"] == 2 and at == {s["source"]: s["bytes"] for s in said["sources"]}, at
		assert expand(key, b"seedrive 1 seed id", 16).hex() == said["seed_id"]
	END
}
