#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive.conf(5): what it sets, what overrides it, and that a fault in it is reported with file and line.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# config LINE...: write the file `c`.
config() {
	printf '%s\n' "$@" >c
}

# setting PROGRAM KEY [FIELD]: print the value in `said`, the output of `config check --json`.
setting() {
	/usr/bin/python3 -c 'import json, sys
print(json.load(open("said"))[sys.argv[1]][sys.argv[2]][sys.argv[3]])' "$1" "$2" "${3:-value}"
}

# paths IMAGE: print all paths on a drive.
paths() {
	bsdtar -tf "$1" | sed 's,/$,,' | LC_ALL=C sort
}

# --- faults ---

@test "config: a misspelt key ends each command with status 2 and a message with file and line" {
	local name
	config "# ours" "" "soruce = rdrand"
	drive drive.iso
	cp drive.iso old.iso
	fails 2 "seedrive: build: c:3: soruce: unknown key" "$TOOL" build --config c -o new.iso tree
	fails 2 "seedrive: reseed: c:3: soruce: unknown key" "$TOOL" reseed --config c drive.iso
	fails 2 "seedrive: draw: c:3: soruce: unknown key" "$TOOL" draw --config c -o seed
	fails 2 "seedrive: sources: c:3: soruce: unknown key" "$TOOL" sources --config c
	fails 2 "seedrive: config: c:3: soruce: unknown key" "$TOOL" config check --config c
	fails 2 "seedrive: config: c:3: soruce: unknown key" "$TOOL" config check --config c --json
	cmp drive.iso old.iso
	holds c drive.iso old.iso tree
}

@test "config: all faults are reported at once, each in a line" {
	config "bits = 0" "[mkiso]" "x = 1" "[mkisofs]" "ttl = 1y" "strict" "bits = 300 # more" " ttl = 1d"
	fails 2 "seedrive: draw: c:1: bits: 0: must be a whole number from 1 to 16384
seedrive: draw: c:2: [mkiso]: unknown section
seedrive: draw: c:5: ttl: 1y: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w
seedrive: draw: c:6: not KEY = VALUE
seedrive: draw: c:7: a comment needs a line of its own
seedrive: draw: c:8: begins with white space: a value cannot continue on another line" \
		"$TOOL" draw --config c -o seed
	holds c
}

@test "config: control characters are not printed as they are" {
	printf 'bits\\\033[31m = 1\n[\302\233x]\n' >c
	fails 2 "seedrive: draw: c:1: holds a control character
seedrive: draw: c:2: holds a control character" "$TOOL" draw --config c
	fails 2 'seedrive: draw: a\x1b[31m: No such file or directory' "$TOOL" draw --config $'a\e[31m'
}

@test "config: a file that is named must exist, and be a regular file" {
	mkdir folder
	mkfifo fifo
	fails 2 "seedrive: draw: none: No such file or directory" "$TOOL" draw --config none -o seed
	fails 2 "seedrive: draw: folder: Is a directory" "$TOOL" draw --config folder -o seed
	fails 2 "seedrive: draw: fifo: not a regular file" "$TOOL" draw --config fifo -o seed
	fails 2 "seedrive: draw: --config: a value is missing" "$TOOL" draw --config
	config "bits = 16"
	chmod 000 c
	fails 2 "seedrive: draw: c: Permission denied" unprivileged "$TOOL" draw --config c -o seed
}

@test "config: a fault of the command line is reported first" {
	config "soruce = rdrand"
	fails 2 "seedrive: build: --bogus: unknown option" "$TOOL" build --config c --bogus -o drive.iso tree
	fails 2 "seedrive: draw: --bits: a value is missing" "$TOOL" draw --config c --bits
	fails 2 "seedrive: sources: --bogus: unknown option" "$TOOL" sources --config c --bogus
	fails 2 "seedrive: config: the action is missing: use seedrive config check" "$TOOL" config --config c
	fails 2 "seedrive: config: chekc: unknown action: use seedrive config check" "$TOOL" config chekc --config c
	fails 2 "seedrive: config: more: unexpected argument" "$TOOL" config check more
}

@test "config: a file that others may write is refused" {
	config "bits = 16"
	chmod 664 c
	fails 2 "seedrive: draw: c: users other than its owner may write to it (mode 0664)" "$TOOL" draw --config c -o seed
	chmod 646 c
	fails 2 "seedrive: draw: c: users other than its owner may write to it (mode 0646)" "$TOOL" draw --config c -o seed
	chmod 600 c
	succeeds "$TOOL" draw --config c -o seed
}

@test "config: root refuses a file of another user, but other users accept one of root" {
	local owner=12345 file=$PWD/c
	config "bits = 16"
	if [ "$(id -u)" = 0 ]; then
		chown "$owner" c
		run -2 --separate-stderr "$TOOL" draw --config c -o seed
	else
		# In a new user namespace, the files of the machine's root belong neither to that namespace's root nor to this
		# user.
		owner=$(cat /proc/sys/kernel/overflowuid) file=/usr/share/doc/bash/copyright
		run -2 --separate-stderr as_root "$TOOL" draw --config "$file" -o seed
	fi
	[ "$stderr" = "seedrive: draw: ${file#"$PWD/"}: belongs to uid $owner, neither root nor the caller" ]
	[ ! -e seed ]
	# A file that belongs to root is read, but this one is not a configuration.
	run -2 --separate-stderr setpriv_nobody "$TOOL" draw --config /usr/share/doc/bash/copyright
	[[ ${stderr_lines[0]} = "seedrive: draw: /usr/share/doc/bash/copyright:1: not KEY = VALUE" ]]
}

setpriv_nobody() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# --- its files ---

@test "config: the file, then the folder's files in byte order; the last one to set a key wins" {
	need_mounts
	mkdir -p etc/seedrive.conf.d
	printf 'bits = 300\nttl = 1h\nbind = none\n' >etc/seedrive.conf
	echo 'bits = 301' >etc/seedrive.conf.d/9.conf
	printf '\nbits = 302\nttl = 2h\n' >etc/seedrive.conf.d/10.conf
	echo 'bits = 303' >etc/seedrive.conf.d/a.conf~
	echo 'bits = 304' >etc/seedrive.conf.d/.a.conf
	with_etc "$TOOL" config check --json >said
	[ "$(setting tools bits) $(setting tools bits from)" = "301 /etc/seedrive.conf.d/9.conf:1" ]
	[ "$(setting tools ttl) $(setting tools ttl from)" = "2h /etc/seedrive.conf.d/10.conf:3" ]
	[ "$(setting tools bind) $(setting tools bind from)" = "none /etc/seedrive.conf:3" ]
	# A file named by --config is read instead of those files.
	config "bits = 305"
	with_etc "$TOOL" config check --json --config c >said
	[ "$(setting tools bits) $(setting tools ttl)" = "305 0" ]
	# The other commands read the same files.
	small_tree tree
	with_etc "$TOOL" build -q -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found ttl) $(member found bound_to)" = "7200 None" ]
	echo 'bist = 1' >etc/seedrive.conf.d/99-new.conf
	fails 2 "seedrive: build: /etc/seedrive.conf.d/99-new.conf:1: bist: unknown key" \
		with_etc "$TOOL" build -q -o new.iso tree
	[ ! -e new.iso ]
}

@test "config: without file and folder, all values are the defaults" {
	need_mounts
	mkdir etc
	with_etc "$TOOL" config check >said
	[ "$(sed -n 1p said)" = "no file: all is by default" ]
	[ "$(grep -c '  default$' said)" -eq "$(grep -c '^  ' said)" ]
	mkdir etc/seedrive.conf.d
	with_etc "$TOOL" config check >again
	diff said again
}

@test "config: a folder that others may write to is refused, and so is a link to nothing" {
	need_mounts
	mkdir -p etc/seedrive.conf.d
	echo 'bits = 16' >etc/seedrive.conf.d/x.conf
	chmod 777 etc/seedrive.conf.d
	ln -s nowhere etc/seedrive.conf
	fails 2 "seedrive: draw: /etc/seedrive.conf: No such file or directory
seedrive: draw: /etc/seedrive.conf.d: users other than its owner may write to it (mode 0777)" \
		with_etc "$TOOL" draw -o seed
}

# --- its effects ---

@test "config: source, require and bits apply to build, draw and reseed" {
	small_tree tree
	key fifo
	config "source = file:fifo,bits=4" "require = hardware,file" "bits = 300"
	"$TOOL" build --config c --json -o drive.iso tree >said
	[ "$(member said credit_bits) $(member said hardware_bits) $(member said blocks)" = "300 300 2" ]
	grep -q '"source":"file:fifo"' said
	run -1 grep rdrand said
	config "source = kernel" "require = hardware" "bits = 16"
	fails 3 "seedrive: build: hardware: required, but gave 0 of 16 bits" "$TOOL" build --config c -o drive.iso tree
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 16 bits" "$TOOL" draw --config c -o seed
	# reseed keeps the strength of the drive.
	fails 3 "seedrive: reseed: hardware: required, but gave 0 of 300 bits" "$TOOL" reseed --config c drive.iso
}

@test "config: ttl and bind apply to build, and reseed keeps those of the drive" {
	local other=00000000-0000-0000-0000-00000000abcd
	small_tree tree
	config "ttl = 2h" "bind = $other" "source = kernel"
	succeeds "$TOOL" build -q --config c -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found ttl) $(member found bound_to)" = "7200 $other" ]
	config "ttl = 3h" "bind = none" "source = kernel" "bits = 16"
	succeeds "$TOOL" reseed -q --config c drive.iso
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found ttl) $(member found bound_to) $(member found credit_bits)" = "7200 $other 256" ]
}

@test "config: an option wins over the configuration" {
	small_tree tree
	config "source = file:none" "require = hardware" "bits = 1024" "ttl = 2h" "bind = none"
	succeeds "$TOOL" build -q --config c --source kernel --require kernel --bits 16 --ttl 0 --bind auto \
		-o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found ttl) $(member found bound_to) $(member found credit_bits)" = "0 $UUID 16" ]
	# --config may be anywhere on the command line; and an option can cancel a requirement of the configuration.
	succeeds "$TOOL" draw --source kernel --require none --bits 16 -o seed --config c
	config "require = hardware" "source = kernel"
	fails 3 "seedrive: draw: hardware: required, but gave 0 of 256 bits" "$TOOL" draw -o seed --config c
	succeeds "$TOOL" draw --require none -o seed --config c
	# Of two --config options the last one wins.
	succeeds "$TOOL" draw --config c --config /dev/null --source kernel -o seed
}

@test "config: [mkisofs] and [serve] do not apply to the other commands" {
	config "[mkisofs]" "bits = 16384" "require = hardware" "seed = off" "ttl = 2h" "[serve]" "source = file:none"
	small_tree tree
	succeeds "$TOOL" build -q --config c --source kernel -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found ttl) $(member found credit_bits)" = "0 256" ]
}

@test "config: sources has a line for each source that the configuration names with a path" {
	key fifo
	config "source = rdrand,file:fifo,bits=3,file:none"
	"$TOOL" sources --config c >said
	grep -qE '^file +fifo +present +[0-9.]+ [kMG]?B/s +3 bits a byte, as stated +' said
	grep -qE '^file +none +absent +- +0, unless stated +' said
	run -1 grep '^file.*when named' said
	"$TOOL" sources --config c --json >json
	/usr/bin/python3 -c 'import json
rows = {r["source"]: r for r in json.load(open("json"))}
assert rows["file:fifo"]["rate_bits"] == 3 and rows["file:fifo"]["state"] == "present"
assert rows["file:none"]["rate_bits"] == 0 and rows["file:none"]["state"] == "absent"
assert rows["file:fifo"]["hardware"] and rows["file:fifo"]["kind"] == "hardware"
# A source counts as hardware if and only if it is worth more than 0.
for r in rows.values():
    assert r["hardware"] == (r["rate_bits"] > 0) == (r["kind"] == "hardware"), r
assert [rows[name]["kind"] for name in ("kernel", "broker", "file:none")] == ["kernel", "broker", "unassessed"]
assert "file" not in rows and "rdrand" in rows and "kernel" in rows'
	"$TOOL" sources --config /dev/null | grep -q '^file  *-  *when named'
}

# --- provenance ---

# note IMAGE: check that seedrive.json is valid and has its fixed size, and copy it to the file `note`.
note() {
	content "$1" seedrive.json >note
	[ "$(stat -c %s note)" -eq 2048 ]
	/usr/bin/python3 -c 'import json; json.loads(open("note", encoding="ascii").read())'
	run -0 "$TOOL" inspect --json "$1"
	[[ $output == *'"note_agrees":true'* ]]
}

@test "config: provenance = full puts the sources into seedrive.json, and brief does not" {
	small_tree tree
	key fifo
	key bad head -c 16384 /dev/zero
	config "source = file:fifo,bits=4,file:bad,file:none" "provenance = full"
	"$TOOL" build --config c --json -o drive.iso tree >said 2>warned
	note drive.iso
	/usr/bin/python3 -c 'import json
told, said = json.load(open("note"))["sources"], json.load(open("said"))["sources"]
assert [s["source"] for s in told] == ["file:fifo", "kernel"]
for s in told:
    other = [r for r in said if r["source"] == s["source"]][0]
    assert s["bytes"] == other["bytes"] and s["assessed_bits"] == sum(other["assessed_bits"])
assert told[0]["assessed_bits"] >= 320 and told[1]["assessed_bits"] == 0'
	# After reseed, the note has the sources of the new seed.
	config "source = kernel" "provenance = full"
	succeeds "$TOOL" reseed -q --config c drive.iso
	note drive.iso
	[[ $(member note sources) =~ ^\[\{\'source\':\ \'kernel\',\ \'bytes\':\ [0-9]+,\ \'assessed_bits\':\ 0\}\]$ ]]
	config "source = kernel" "provenance = brief"
	succeeds "$TOOL" reseed -q --config c drive.iso
	note drive.iso
	run -1 grep -q sources note
}

@test "config: sources that do not fit into seedrive.json are counted with a warning, and it stays valid" {
	local i name list=
	small_tree tree
	for i in {1..14}; do
		name=$(printf 'k%02d_%0180d' "$i" 0)
		head -c 4096 /dev/urandom >"$name"
		list+=${list:+,}file:$name
	done
	config "provenance = full"
	run -0 --separate-stderr "$TOOL" build -q --config c --source "$list" -o drive.iso tree
	note drive.iso
	/usr/bin/python3 -c 'import json
o = json.load(open("note"))
told, left = o["sources"], o["sources_left_out"]
assert len(told) + left == 15 and len(told) >= 5, (len(told), left)
assert [s["source"][:8] for s in told] == ["file:k%02d" % i for i in range(1, len(told) + 1)]
print(left)' >left
	[ "$stderr" = "seedrive: build: warning: seedrive.json: does not list $(cat left) of the seed's sources, for lack of room" ]
}

@test "config: seedrive.json is ASCII with any characters in a path" {
	small_tree tree
	head -c 4096 /dev/urandom >$'k\xc3\xa4\xff"\\'
	config "provenance = full"
	succeeds "$TOOL" build -q --config c --source $'file:k\xc3\xa4\xff"\\' -o drive.iso tree
	note drive.iso
	/usr/bin/python3 -c 'import json
assert json.load(open("note"))["sources"][0]["source"] == "file:k???\"\\"'
}

# --- the kill switch ---

@test "config: with seed = mix there is no record and no note, and each random_seed is new" {
	local old new
	small_tree tree
	config "source = kernel" "seed = mix"
	run -0 --separate-stderr "$TOOL" build --config c -o drive.iso tree
	[ "$stderr" = "" ]
	[[ ${lines[0]} =~ ^drive.iso:\ [0-9]+\ KiB,\ label\ config-2,\ without\ a\ seed:\ seed\ =\ mix\ in\ c:2$ ]]
	[ "${lines[1]}" = "  random_seed: 1 mixed with fresh entropy, 0 left as they were" ]
	[ "${#lines[@]}" -eq 2 ]
	diff <(paths drive.iso) <(cd tree && bsdtar -cf - . | bsdtar -tf - | sed 's,^\./,,; s,/$,,; s,^$,.,' | LC_ALL=C sort)
	old=$(member tree/openstack/latest/meta_data.json random_seed)
	content drive.iso openstack/latest/meta_data.json >meta
	new=$(member meta random_seed)
	[ "$new" != "$old" ]
	[ "${#new}" -eq "${#old}" ]
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found record)" = False ]
	# The requirements for the sources must still be met.
	config "source = kernel" "seed = mix" "require = hardware"
	fails 3 "seedrive: build: hardware: required, but gave 0 of 256 bits" "$TOOL" build --config c -o new.iso tree
	"$TOOL" build --config c --require none --json -o drive.iso tree >said
	[ "$(member said seed) $(member said random_seed_mixed)" = "mix 1" ]
	run -1 grep -E 'seed_id|credit_bits|bound_to' said
}

@test "config: with seed = off nothing is drawn, and the image has only the tree" {
	small_tree tree
	config "seed = off" "require = hardware"
	run -0 --separate-stderr world GETRANDOM=fail ABSENT=/sys/devices/system/cpu/modalias \
		"$TOOL" build --config c -o drive.iso tree
	[ "$stderr" = "" ]
	[[ $output =~ ^drive.iso:\ [0-9]+\ KiB,\ label\ config-2,\ without\ a\ seed:\ seed\ =\ off\ in\ c:1$ ]]
	mkdir out
	bsdtar -xf drive.iso -C out
	diff -r tree out
	succeeds "$TOOL" build -q --config c -o drive.iso tree
	"$TOOL" build --config c --json -o drive.iso tree >said
	[ "$(member said seed) $(member said label) $(member said random_seed_mixed)" = "off config-2 0" ]
	run -1 grep -E 'seed_id|credit_bits|bound_to' said
	# seed = off also applies to an image on standard output, and to one made from single files.
	run -0 --separate-stderr sh -c '"$TOOL" build --config c -o - tree >piped.iso'
	[[ $stderr =~ ^standard\ output:\ .*\ seed\ =\ off\ in\ c:1$ ]]
	echo 'instance-id: x' >meta
	succeeds "$TOOL" build -q --config c -o cidata.iso --meta-data meta
	[ "$(content cidata.iso meta-data)" = "instance-id: x" ]
	[ "$(paths cidata.iso | paste -sd ' ')" = ". meta-data user-data" ]
}

@test "config: with seed = off an older drive's seed in the tree is still left out" {
	small_tree tree
	echo old >tree/seedrive.bin
	config "seed = off"
	fails 0 "seedrive: build: warning: tree/seedrive.bin: left out: it belongs to an older drive" \
		"$TOOL" build -q --config c -o drive.iso tree
	run -1 grep seedrive <(paths drive.iso)
}

@test "config: without a record there is no message about an instance to bind it to" {
	small_tree tree
	sed -i "s/$UUID/none/" tree/openstack/latest/meta_data.json
	fails 0 "seedrive: build: warning: tree/openstack/latest/meta_data.json: uuid is malformed or occurs\
 twice; the drive is left unbound" "$TOOL" build -q --source kernel -o drive.iso tree
	config "seed = off"
	succeeds "$TOOL" build -q --config c -o drive.iso tree
	config "seed = mix" "source = kernel"
	succeeds "$TOOL" build -q --config c -o drive.iso tree
}

@test "config: with seed = off, --require is not met" {
	drive drive.iso
	cp drive.iso old.iso
	config "seed = off"
	fails 3 "seedrive: build: --require: hardware: no seed is drawn: seed = off in c:1" \
		"$TOOL" build --config c --require hardware -o new.iso tree
	fails 3 "seedrive: reseed: --require: kernel: no seed is drawn: seed = off in c:1" \
		"$TOOL" reseed --config c --require kernel drive.iso
	cmp drive.iso old.iso
	[ ! -e new.iso ]
}

@test "config: reseed keeps the seed with seed = mix, and the whole image with seed = off" {
	drive drive.iso
	cp drive.iso old.iso
	config "seed = off"
	run -0 --separate-stderr "$TOOL" reseed --config c drive.iso
	[ "$stderr$output" = "drive.iso: as it was: seed = off in c:1" ]
	cmp drive.iso old.iso
	succeeds "$TOOL" reseed -q --config c drive.iso
	"$TOOL" reseed --json --config c drive.iso >said
	[ "$(member said seed) $(member said random_seed_mixed)" = "off 0" ]
	cmp drive.iso old.iso

	config "seed = mix" "source = kernel"
	run -0 --separate-stderr "$TOOL" reseed --config c drive.iso
	[ "$stderr$output" = \
		"drive.iso: seed as it was: seed = mix in c:1; random_seed: 1 mixed with fresh entropy, 0 left as they were" ]
	cmp <(content drive.iso seedrive.bin) <(content old.iso seedrive.bin)
	cmp <(content drive.iso seedrive.json) <(content old.iso seedrive.json)
	run -1 cmp -s <(content drive.iso openstack/latest/meta_data.json) \
		<(content old.iso openstack/latest/meta_data.json)
	"$TOOL" reseed --json --config c drive.iso >said
	[ "$(member said seed) $(member said random_seed_mixed)" = "mix 1" ]
	run -1 grep -E 'seed_id|credit_bits' said
}

@test "config: seed = off does not apply to draw" {
	config "seed = off" "source = kernel"
	succeeds "$TOOL" draw --config c -o seed
	[ "$(stat -c %s seed)" -eq 64 ]
}

# --- config check ---

@test "config: check shows the values in force for each program, and where each is set" {
	config "bits = 512" "source = rdrand" "" "[mkisofs]" "ttl = 2w" "[serve]" "rate = 5"
	run -0 --separate-stderr "$TOOL" config check --config c
	[ "$stderr" = "" ]
	diff - <(echo "$output") <<-END
		c

		build, check, draw, reseed, sources
		  source          rdrand                      c:2
		  require         none                        default
		  bits            512                         c:1
		  deadline        10s                         default
		  ttl             0                           default
		  bind            auto                        default
		  provenance      brief                       default
		  seed            on                          default
		  broker          /run/seedrive/seed.sock     default

		seedrive-mkisofs
		  source          rdrand                      c:2
		  require         none                        default
		  bits            512                         c:1
		  shortfall       claim-less                  default
		  deadline        2s                          default
		  ttl             2w                          c:5
		  bind            auto                        default
		  provenance      brief                       default
		  seed            on                          default
		  strict          no                          default
		  fallback        none                        default
		  broker          /run/seedrive/seed.sock     default

		seedrive serve
		  source          $(printf %-26s "$(source_default)")  default
		  broker          /run/seedrive/seed.sock     default
		  reservoir       256                         default
		  rate            5                           c:7
		  burst           128                         default
		  budget          none                        default
		  policy          none                        default
		  policy-timeout  200ms                       default
		  policy-cache    1m                          default
	END
	"$TOOL" config check --json --config c >said
	[ "$(setting mkisofs ttl) $(setting mkisofs ttl from)" = "2w c:5" ]
	[ "$(setting tools ttl) $(setting tools ttl from)" = "0 default" ]
	[ "$(member said files)" = "['c']" ]
}

@test "config: check shows the burst that the daemon uses, if that is less than the configured one" {
	config "[serve]" "reservoir = 40" "burst = 30"
	"$TOOL" config check --config c >said
	grep -qxE '  burst +20 +c:3, limited to half of reservoir' said
	"$TOOL" config check --json --config c >said
	[ "$(setting serve burst) $(setting serve burst from) $(setting serve burst limited_to)" = \
		"20 c:3 half of reservoir" ]
	config "[serve]" "reservoir = 41"
	"$TOOL" config check --config c | grep -qxE '  burst +20 +default, limited to half of reservoir'
	config "[serve]" "reservoir = 40" "burst = 20"
	"$TOOL" config check --config c | grep -qxE '  burst +20 +c:3'
	run -1 grep limited_to < <("$TOOL" config check --json --config c)
}

# The default list of sources, as the tool prints it.
source_default() {
	"$TOOL" config check --config /dev/null --json >default.json
	/usr/bin/python3 -c 'import json
print(json.load(open("default.json"))["serve"]["source"]["value"], end="")'
}

@test "config: the default list of sources that check prints is valid as a value" {
	config "source = $(source_default)"
	"$TOOL" config check --config c --json >said
	[ "$(setting tools source)" = "$(source_default)" ]
}

# --- the page and the example ---

# all_keys: print all keys of all programs, sorted.
all_keys() {
	"$TOOL" config check --config /dev/null --json | /usr/bin/python3 -c 'import json, sys
o = json.load(sys.stdin)
for k in sorted({k for p in ("tools", "mkisofs", "serve") for k in o[p]}):
    print(k)'
}

@test "config: each key that the code knows is in seedrive.conf(5), and the reverse" {
	all_keys >known
	[ "$(wc -l <known)" -ge 12 ]
	sed -n '/^const struct config_key config_keys/,/^};/s/^\t{ "\([a-z-]*\)".*/\1/p' \
		"$ROOT/cli/config/key.c" | sort >table
	diff known table
	sed -n '/^\.Sh KEYS$/,/^\.Sh /s/^\.It Cm \([a-z-]*\)$/\1/p' "$ROOT/man/seedrive.conf.5" | sort >paged
	diff known paged
}

@test "config: the defaults on the page are those of the code" {
	"$TOOL" config check --config /dev/null --json >said
	# says PROGRAM KEY VALUE BEFORE [AFTER]: check that this is the default, and that the key's entry on the page has it between
	# these words.
	says() {
		[ "$(setting "$1" "$2")" = "$3" ]
		sed -n "/^\.It Cm $2\$/,/^\.It Cm /p" "$ROOT/man/seedrive.conf.5" |
			sed -E 's/^\.[A-Z][a-z] //' | tr '\n' ' ' | grep -qE -- "$4$3 ?[.;,:]${5:-}"
	}
	says tools bits 256 "Default: "
	says tools deadline 10s "Default: "
	says mkisofs deadline 2s "for seedrive-mkisofs "
	says tools ttl 0 "Default: "
	says mkisofs ttl 1d "for seedrive-mkisofs "
	says tools bind auto "Default: "
	says serve broker /run/seedrive/seed.sock "Default: "
	says serve reservoir 256 "Default: "
	says serve rate 32 "Default: "
	says serve burst 128 "Default: "
	says serve policy-timeout 200ms "Default: "
	says serve policy-cache 1m "Default: "
	says serve budget none "" " the default"
	says serve policy none "" " the default"
	says tools require none "" " nothing, the default"
	says tools provenance brief "" " the default"
	says mkisofs shortfall claim-less "" " the default"
	says mkisofs strict no " or " " the default"
	says mkisofs fallback none "" " the default"
	[ "$(setting tools seed)" = on ]
	sed -n '/^\.It on$/,/^\.It mix$/p' "$ROOT/man/seedrive.conf.5" | grep -qx 'The default.'
}

@test "config: the example passes check as it is, and with each of its keys uncommented" {
	run -0 --separate-stderr "$TOOL" config check --config "$ROOT/doc/seedrive.conf"
	[ "$stderr" = "" ]
	# The example sets nothing: each value is a default.
	[ "$(grep -c '  default$' <<<"$output")" -eq "$(grep -c '^  ' <<<"$output")" ]
	sed 's/^#\([a-z-]* = \)/\1/' "$ROOT/doc/seedrive.conf" >c
	"$TOOL" config check --config c --json >said
	# The example has all keys, each with its default; the sources are those of this build.
	grep -oE '^[a-z-]+ =' c | tr -d ' =' | sort -u >shown
	diff <(all_keys) shown
	"$TOOL" config check --config /dev/null --json >default
	/usr/bin/python3 -c 'import json
said, default = json.load(open("said")), json.load(open("default"))
for part in ("tools", "mkisofs", "serve"):
    for key in default[part]:
        if key != "source":
            assert said[part][key]["value"] == default[part][key]["value"], (part, key)'
}

# --- listeners ---

@test "config: a listener is shown with its keys, and a later file's win" {
	mkdir -p etc/seedrive.conf.d
	config "[listen a-1]" "protocol = egd" "rate = 5" "[serve]" "rate = 7" "[listen b]" "protocol=egd" \
		"address = tcp:[::1]:8888" "framing = qemu"
	run -0 --separate-stderr "$TOOL" config check --config c
	diff - <(sed -n '/^listener/,$p' <<<"$output") <<-END
		listener a-1 of seedrive serve
		  protocol        egd                         c:2
		  address         none                        default
		  mode            0660                        default
		  group           none                        default
		  framing         strict                      default
		  rate            5                           c:3
		  burst           4096                        default
		  weight          1                           default
		  token-file      none                        default

		listener b of seedrive serve
		  protocol        egd                         c:7
		  address         tcp:[::1]:8888              c:8
		  mode            0660                        default
		  group           none                        default
		  framing         qemu                        c:9
		  rate            none                        default
		  burst           4096                        default
		  weight          1                           default
		  token-file      none                        default
	END
	"$TOOL" config check --json --config c >said
	[ "$(setting serve rate)" = 7 ]
	/usr/bin/python3 -c 'import json
listen = json.load(open("said"))["listen"]
assert list(listen) == ["a-1", "b"] and listen["a-1"]["rate"] == {"value": "5", "from": "c:3"}, listen'
}

@test "config: an invalid value of a listener is named, with what it must be" {
	# refused LINE WORDS: check that a section in which LINE follows the protocol is refused with WORDS.
	refused() {
		config "[listen x]" "protocol = egd" "$1"
		fails 2 "seedrive: config: c:3: $2" "$TOOL" config check --config c
	}
	refused "protocol = egd" "protocol: was set in line 2 already"
	refused "port = 5" "port: unknown key"
	refused "rate =" "rate: a value is missing"
	refused "rate = 0" "rate: 0: must be a whole number from 1 to 1000000000"
	refused "weight = 0" "weight: 0: must be a whole number from 1 to 100"
	refused "weight = 101" "weight: 101: must be a whole number from 1 to 100"
	refused "burst = 63" "burst: 63: must be a whole number from 64 to 1000000000"
	refused "mode = 0778" "mode: 0778: must be octal, from 0 to 0777"
	refused "mode = 1000" "mode: 1000: must be octal, from 0 to 0777"
	refused "mode = -1" "mode: -1: must be octal, from 0 to 0777"
	refused "framing = loose" "framing: loose: must be strict or qemu"
	refused "address = /run/x" "address: /run/x: must be none, unix:PATH, tcp:IP:PORT or fifo:PATH"
	refused "address = unix:run/x" "address: unix:run/x: must be an absolute path of at most 107 bytes"
	refused "address = unix:/$(printf '%0107d' 0)" \
		"address: unix:/$(printf '%0107d' 0): must be an absolute path of at most 107 bytes"
	refused "address = tcp:localhost:80" "address: tcp:localhost:80: must be a numeric address, such as 127.0.0.1 or [::1]"
	refused "address = tcp:127.0.0.1" "address: tcp:127.0.0.1: must be tcp:IP:PORT"
	refused "address = tcp:127.0.0.1:0" "address: tcp:127.0.0.1:0: the port must be 1 to 65535"
	refused "address = tcp:127.0.0.1:65536" "address: tcp:127.0.0.1:65536: the port must be 1 to 65535"
	refused "token-file = token" "token-file: token: must be none, an absolute path or credential:NAME"
	refused "token-file = credential:" "token-file: credential:: must be none, an absolute path or credential:NAME"
	refused "token-file = credential:../x" "token-file: credential:../x: must be none, an absolute path or credential:NAME"
	for address in 0.0.0.0:80 '[::]:80' 128.0.0.1:80; do
		config "[listen x]" "protocol = egd" "address = tcp:$address"
		fails 2 "seedrive: config: c:1: [listen x]: address: tcp:$address: must be a loopback address for the protocol egd, such as 127.0.0.1 or [::1]" \
			"$TOOL" config check --config c
		config "[listen x]" "protocol = http" "address = tcp:$address"
		fails 2 "seedrive: config: c:1: [listen x]: address: tcp:$address: needs a token-file, as others than this host can connect" \
			"$TOOL" config check --config c
		config "[listen x]" "protocol = http" "address = tcp:$address" "token-file = /etc/token"
		"$TOOL" config check --config c >/dev/null
		config "[listen x]" "protocol = metrics" "address = tcp:$address"
		"$TOOL" config check --config c >/dev/null
	done
	config "[listen x]" "protocol = metrics" "token-file = /etc/token"
	fails 2 "seedrive: config: c:1: [listen x]: token-file: only for the protocol http" "$TOOL" config check --config c
	config "[listen x]" "protocol = https"
	fails 2 "seedrive: config: c:2: protocol: https: must be egd, fifo, http or metrics
seedrive: config: c:1: [listen x]: protocol is missing" "$TOOL" config check --config c
	config "[listen x]" "protocol = fifo"
	fails 2 "seedrive: config: c:1: [listen x]: a fifo needs an address, fifo:PATH" "$TOOL" config check --config c
	config "[listen x]" "protocol = fifo" "address = unix:/run/x"
	fails 2 "seedrive: config: c:1: [listen x]: address: unix:/run/x: must be fifo:PATH for this protocol" \
		"$TOOL" config check --config c
	config "[listen x]" "protocol = egd" "address = fifo:/run/x"
	fails 2 "seedrive: config: c:1: [listen x]: address: fifo:/run/x: only for the protocol fifo" \
		"$TOOL" config check --config c
	config "" "[listen x]" "rate = 5"
	fails 2 "seedrive: config: c:2: [listen x]: protocol is missing" "$TOOL" config check --config c
	for name in "" broker Big a_b a.b "a b" 012345678901234567890123456789012; do
		config "[listen $name]"
		run -2 --separate-stderr "$TOOL" config check --config c
		[[ $stderr == "seedrive: config: c:1: [listen"*"]: "* ]]
	done
	for i in $(seq 17); do
		printf '[listen n%s]\nprotocol = egd\n' "$i"
	done >c
	fails 2 "seedrive: config: c:33: [listen n17]: more than 16 listeners" "$TOOL" config check --config c
}

@test "config: the listener of the example has each key of a listener, with its default" {
	sed -n '/^# \[listen egd\]/,/^$/s/^# //p' "$ROOT/doc/seedrive.conf" >c
	"$TOOL" config check --config c --json >said
	printf '[listen egd]\nprotocol = egd\n' >plain
	"$TOOL" config check --config plain --json >default
	/usr/bin/python3 -c 'import json
said, default = (json.load(open(name))["listen"]["egd"] for name in ("said", "default"))
assert {k: v["value"] for k, v in said.items()} == {k: v["value"] for k, v in default.items()}
assert all(v["from"] != "default" for v in said.values())
print(*sorted(said), sep="\n")' >known
	sed -n '/^\.Sh KEYS OF A LISTENER$/,/^\.Sh FILES/s/^\.It Cm \([a-z-]*\)$/\1/p' "$ROOT/man/seedrive.conf.5" | sort >paged
	diff known paged
}
