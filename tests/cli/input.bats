#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive build with faulty trees and arguments: each fault has its own error line or warning, and leaves either no
# drive or a complete one.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# refused LINE [OPTION...]: check that `build -o drive.iso OPTION... tree` fails with that line, and changes no file.
refused() {
	local line=$1
	shift
	LC_ALL=C ls -A >"$BATS_TEST_TMPDIR/before"
	fails 1 "seedrive: build: $line" "$TOOL" build --source kernel -o drive.iso "$@" tree
	diff "$BATS_TEST_TMPDIR/before" <(LC_ALL=C ls -A)
}

# misused LINE ARGUMENT...: check that these arguments are a usage error with that line, and that no drive is made.
misused() {
	local line=$1
	shift
	fails 2 "seedrive: build: $line" "$TOOL" build "$@"
	[ ! -e drive.iso ]
}

# --- the tree ---

@test "input: a DIR that is missing or not a folder is named" {
	refused "tree: No such file or directory"
	echo hello >tree
	refused "tree: Not a directory"
	holds tree
}

@test "input: a file or folder that may not be read is named, and not silently left out" {
	small_tree tree
	chmod 000 tree/openstack/latest/user_data
	fails 1 "seedrive: build: tree/openstack/latest/user_data: Permission denied" \
		unprivileged "$TOOL" build --source kernel -o drive.iso tree
	chmod 000 tree/openstack/latest
	fails 1 "seedrive: build: tree/openstack/latest: Permission denied" \
		unprivileged "$TOOL" build --source kernel -o drive.iso tree
	chmod 000 tree
	fails 1 "seedrive: build: tree: Permission denied" \
		unprivileged "$TOOL" build --source kernel -o drive.iso tree
	holds tree
	chmod 755 tree tree/openstack/latest
}

@test "input: a FIFO in the tree is named, and not waited for" {
	small_tree tree
	mkfifo tree/fifo
	refused "tree/fifo: is a FIFO: only files, folders and symbolic links go on a drive"
}

@test "input: a socket in the tree is named" {
	small_tree tree
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
	refused "tree/socket: is a socket: only files, folders and symbolic links go on a drive"
}

@test "input: a device in the tree is named" {
	need_mounts
	small_tree tree
	touch tree/device
	# The test bind-mounts an existing device, because creating one needs privileges.
	fails 1 "seedrive: build: tree/device: is a device: only files, folders and symbolic links go on a drive" \
		mounted 1m sh -c 'mount --bind /dev/full tree/device &&
			"$TOOL" build --source kernel -o drive.iso tree'
	holds disk tree
}

@test "input: a name that is not UTF-8 is named, with its bytes made visible" {
	small_tree tree
	touch tree/$'caf\xe9'
	refused 'tree/caf\xe9: the name is not UTF-8'
	rm tree/caf*
	mkdir tree/$'\xed\xa0\x80'
	refused 'tree/\xed\xa0\x80: the name is not UTF-8'
}

@test "input: control characters in a name do not reach the terminal" {
	small_tree tree
	mkfifo tree/$'a\e[31mb\nc'
	refused 'tree/a\x1b[31mb\x0ac: is a FIFO: only files, folders and symbolic links go on a drive'
}

@test "input: names of 255 bytes are complete on the drive" {
	local ascii other
	small_tree tree
	ascii=$(printf 'a%.0s' {1..255})
	other=$(printf '\u00e9%.0s' {1..127})x
	[ "${#ascii} $(printf %s "$other" | wc -c)" = "255 255" ]
	echo one >"tree/$ascii"
	echo two >"tree/$other"
	# This name and the first one are equal after Joliet has cut both.
	echo three >"tree/${ascii%a}b"
	fails 0 "seedrive: build: warning: tree/$ascii and 2 others: the names are cut or changed in Joliet, which takes 64 characters of UCS-2 without * / : ; ? \\" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	xorriso -osirrox on -indev drive.iso -extract / out 2>/dev/null
	[ "$(cat "out/$ascii") $(cat "out/$other") $(cat "out/${ascii%a}b")" = "one two three" ]
	isoinfo -J -f -i drive.iso >joliet
	[ "$(grep -c '^/aaa' joliet) $(sort -u joliet | wc -l)" = "2 $(wc -l <joliet)" ]
}

@test "input: a tree of 20 levels is complete on the drive" {
	local deep
	small_tree tree
	deep=$(printf 'level-%02d/' {1..19})
	mkdir -p "tree/$deep"
	echo bottom >"tree/${deep}file"
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
	[ "$(content drive.iso "${deep}file")" = bottom ]
	[ "$(isoinfo -R -x "/${deep}file" -i drive.iso)" = bottom ]
	[ "$(isoinfo -J -x "/${deep}file" -i drive.iso)" = bottom ]
}

@test "input: a tree of 100 levels is accepted, and a deeper one refused" {
	small_tree tree
	mkdir -p "tree/$(printf '%0.sd/' {1..99})"
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
	bsdtar -tf drive.iso >list
	grep -qx "$(printf '%0.sd/' {1..98})d" list
	rm drive.iso
	mkdir "tree/$(printf '%0.sd/' {1..100})"
	refused "tree/$(printf '%0.sd/' {1..99})d: too many levels of folders"
}

@test "input: an empty tree needs a label, and gives a drive with our two files" {
	mkdir tree
	misused "tree: neither openstack/ nor meta-data in it: --label is needed" -o drive.iso tree
	succeeds "$TOOL" build -q --source kernel --label config-2 -o drive.iso tree
	[ "$(bsdtar -tf drive.iso | paste -sd ' ')" = ". seedrive.bin seedrive.json" ]
	"$TOOL" inspect --min-bits 256 drive.iso >/dev/null
}

@test "input: any number of files can be on the drive, with any limit of open files" {
	local limit
	export SOURCE_DATE_EPOCH=1700000000 GETRANDOM=7
	make_world
	small_tree tree
	for limit in {1..1100}; do
		echo "$limit" >"tree/$limit"
	done
	world "$TOOL" build -q --source kernel -o want.iso tree
	for limit in 32:32 64:64 200:200 1024:1024 32:; do
		succeeds world prlimit --nofile="$limit" "$TOOL" build -q --source kernel -o drive.iso tree
		cmp want.iso drive.iso
	done
	holds drive.iso tree want.iso
}

@test "input: more folders than ISO 9660 can number are refused, and one that is too many is named" {
	/usr/bin/python3 -c 'import os
for i in range(65535):
	os.makedirs("tree/%d/%d" % (i % 10, i))'
	run -1 --separate-stderr "$TOOL" build -q --label config-2 --source kernel -o drive.iso tree
	[[ $stderr =~ ^"seedrive: build: tree/"[0-9]+(/[0-9]+)?": too many folders: the path table of ISO 9660 can hold 65535"$ ]]
	[ "$output" = "" ]
	holds tree
}

@test "input: links to links to folders are followed up to a limit, and one that is too many is named" {
	local i
	for i in {1..18}; do
		mkdir -p "tree/$i"
		ln -s "../$((i + 1))" "tree/$i/a"
		ln -s "../$((i + 1))" "tree/$i/b"
	done
	mkdir tree/19
	run -1 --separate-stderr timeout 120 "$MKISOFS" -quiet -r -f -o out.iso tree
	[[ $stderr =~ ^"seedrive-mkisofs: tree/"[0-9ab/]+": too many folders: the path table of ISO 9660 can hold 65535"$ ]]
	holds tree
}

@test "input: a file with a size of 0 that has content, such as those of /proc, is named and refused" {
	local words="has content although its size is 0: copy it to a disk first"
	small_tree tree
	ln -s /proc/version tree/version
	fails 1 "seedrive-mkisofs: tree/version: $words" "$MKISOFS" -quiet -r -f -o out.iso tree
	fails 1 "seedrive-mkisofs: /proc/version: $words" \
		"$MKISOFS" -quiet -r -graft-points -o out.iso x=/proc/version
	fails 1 "seedrive: build: /proc/version: $words" \
		"$TOOL" build -q --source kernel --user-data /proc/version -o out.iso
	# A link to such a file is accepted, because it is not followed; so is an empty file.
	: >tree/empty
	run -0 "$TOOL" build -q --source kernel -o drive.iso tree
	holds drive.iso tree
}

@test "input: metadata is processed up to 32 MiB in all; the rest is left unchanged, with a warning" {
	local i
	small_tree tree
	for i in {10..69}; do
		mkdir "tree/openstack/$i"
		truncate -s 16M "tree/openstack/$i/meta_data.json"
	done
	# The program stays below 100 MiB of memory.
	run -0 --separate-stderr /usr/bin/python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 100 << 10)' \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$output" = True ]
	[ "${stderr_lines[0]}" = "seedrive: build: warning: tree/openstack/10/meta_data.json: not a JSON object: left as it was" ]
	[ "$(grep -c 'not a JSON object: left as it was$' <<<"$stderr")" = 2 ]
	[ "$(grep -c ': the files of this name take more than 32 MiB: left as it was$' <<<"$stderr")" = 59 ]
	[ "${#stderr_lines[@]}" = 61 ]
}

@test "input: the file of a killed run is left out with a warning, and the caller's own without one" {
	local left=.seedrive-0123456789abcdef.tmp name
	small_tree tree
	mkdir tree/below tree/.seedrive-fedcba9876543210.tmp
	echo secret | tee "tree/$left" >"tree/below/$left"
	for name in .seedrive-0123456789abcdef.tmp2 .seedrive-0123456789ABCDEF.tmp .seedrive-1.tmp; do
		echo other >"tree/$name"
	done
	chmod 000 "tree/below/$left"
	run -0 --separate-stderr unprivileged "$TOOL" build -q --source kernel -o tree/drive.iso tree
	diff - <(LC_ALL=C sort <<<"$stderr") <<-END
		seedrive: build: warning: tree/$left: left out: a temporary file of another run
		seedrive: build: warning: tree/below/$left: left out: a temporary file of another run
	END
	isoinfo -R -f -i tree/drive.iso >names
	run -1 grep -E "/$left\$" names
	[ "$(grep -c '^/.seedrive-' names)" = 4 ]
	run -0 --separate-stderr "$MKISOFS" -quiet -r -graft-points -o out.iso there=tree
	[ "${#stderr_lines[@]}" = 2 ]
	isoinfo -R -f -i out.iso >names
	run -1 grep -E "/$left\$" names
}

@test "input: a device, a FIFO or a socket is not opened, whichever argument names it" {
	local name
	small_tree tree
	mkfifo fifo
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	ln -s /dev/full device
	for name in fifo socket device; do
		mkdir "$name.d"
		ln -s "../$name" "$name.d/link"
		run -1 traced -e trace=open,openat "$TOOL" inspect "$name"
		cat "$BATS_TEST_TMPDIR/trace" >>opened
		run -1 traced -e trace=open,openat "$TOOL" reseed --source kernel "$name"
		cat "$BATS_TEST_TMPDIR/trace" >>opened
		run -1 traced -e trace=open,openat "$TOOL" build --source kernel --user-data "$name" -o out.iso
		cat "$BATS_TEST_TMPDIR/trace" >>opened
		run -2 traced -e trace=open,openat "$TOOL" draw --config "$name"
		cat "$BATS_TEST_TMPDIR/trace" >>opened
		run -0 traced -e trace=open,openat "$MKISOFS" -r -f -graft-points -o out.iso "x=$name"
		cat "$BATS_TEST_TMPDIR/trace" >>opened
		run -0 traced -e trace=open,openat "$MKISOFS" -r -f -o out.iso "$name.d"
		cat "$BATS_TEST_TMPDIR/trace" >>opened
	done
	[ "$(grep -cE '"(fifo|socket|device|link)"|/dev/full' opened)" -ge 12 ]
	run -1 grep -vE 'O_PATH' <(grep -E '"(fifo|socket|device|link)"|/dev/full' opened)
}

@test "input: links are never followed, neither out of the tree nor in a loop" {
	small_tree tree
	ln -s /etc/passwd tree/passwd
	ln -s .. tree/openstack/up
	ln -s latest tree/openstack/2018-08-27
	fails 0 "seedrive: build: warning: tree/passwd: the link leads to nothing on the drive; use a copy made by cp -rL to include the targets of links" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	bsdtar -tvf drive.iso >list
	[ "$(grep -c ' -> ' list)" -eq 3 ]
	run -1 grep -q root: drive.iso
}

# --- meta_data.json ---

# kept WHY CONTENT: check that this meta_data.json is unchanged on the drive, and that a warning says why.
kept() {
	rm -rf tree
	small_tree tree
	printf '%s' "$2" >tree/openstack/latest/meta_data.json
	fails 0 "seedrive: build: warning: tree/openstack/latest/meta_data.json: $1: left as it was" \
		"$TOOL" build -q --bind none --source kernel -o drive.iso tree
	content drive.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
	"$TOOL" inspect --min-bits 256 drive.iso >/dev/null
}

@test "input: a meta_data.json that is not JSON is left unchanged, with a warning" {
	kept "not a JSON object" 'not json'
	kept "not a JSON object" ''
	kept "not a JSON object" '["random_seed", "QUJDREVG"]'
	kept "not a JSON object" '{"random_seed": "QUJDREVG",}'
	kept "not a JSON object" '{"random_seed": "QUJDREVG"'
	kept "not a JSON object" $'{"random_seed": "QUJDREVG", "name": "\xff"}'
	kept "nested too deeply" "{\"a\": $(printf '[%.0s' {1..70})$(printf ']%.0s' {1..70}), \"random_seed\": \"QUJD\"}"
}

@test "input: a random_seed that occurs twice is left unchanged, with a warning" {
	kept "random_seed occurs twice" '{"random_seed": "QUJDREVG", "random_seed": "QUJDREVG"}'
	kept "random_seed occurs twice" '{"random_seed": "QUJDREVG", "\u0072andom_seed": 1}'
}

@test "input: a random_seed that is not base64 is left unchanged, with a warning" {
	kept "random_seed is not base64" '{"random_seed": "***"}'
	kept "random_seed is not base64" '{"random_seed": ""}'
	kept "random_seed is not base64" '{"random_seed": "QUJDREVGRw"}'
	kept "random_seed is not base64" '{"random_seed": "QUJD REVG"}'
	kept "random_seed is not base64" '{"random_seed": "QUJDREVGR-_="}'
	kept "random_seed is not base64" '{"random_seed": "QUJDREVGRx=="}'
}

@test "input: a random_seed that is not a string, or is too long, is left unchanged, with a warning" {
	kept "random_seed is not a string" '{"random_seed": null}'
	kept "random_seed is not a string" '{"random_seed": ["QUJDREVG"]}'
	kept "random_seed is too long" "{\"random_seed\": \"$(head -c 4097 /dev/zero | base64 -w 0)\"}"
	printf '{"random_seed": "%s"}' "$(head -c 4096 /dev/zero | base64 -w 0)" \
		>tree/openstack/latest/meta_data.json
	succeeds "$TOOL" build -q --bind none --source kernel -o drive.iso tree
}

@test "input: a random_seed inside meta does not count: nothing is changed, without a warning" {
	small_tree tree
	printf '{"meta": {"random_seed": "QUJDREVG"}, "keys": [{"random_seed": "QUJDREVG"}]}' \
		>tree/openstack/latest/meta_data.json
	succeeds "$TOOL" build -q --source kernel -o drive.iso tree
	content drive.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
}

@test "input: only the top-level value is mixed, and no other byte of the file changes" {
	local seed=QUJDREVGR0hJSktMTU5PUA==
	small_tree tree
	printf '{ "meta":{"random_seed":"%s"},\t"random_seed" :\r\n "%s","z":"\\u00e9 %s"}\n' \
		"$seed" "$seed" "$seed" >tree/openstack/latest/meta_data.json
	"$TOOL" build -q --source kernel -o drive.iso tree
	content drive.iso openstack/latest/meta_data.json >new
	run -1 cmp -s tree/openstack/latest/meta_data.json new
	/usr/bin/python3 - tree/openstack/latest/meta_data.json new "$seed" <<-'END'
		import sys, base64
		old, new = (open(f, "rb").read() for f in sys.argv[1:3])
		seed = sys.argv[3].encode()
		at = old.index(seed, old.index(b"\r\n"))
		assert old[:at] == new[:at] and old[at + len(seed):] == new[at + len(seed):]
		assert len(base64.b64decode(new[at:at + len(seed)], validate=True)) == 16
	END
}

# --- arguments ---

@test "input: no -o, no DIR, two of them, or DIR together with single files is a usage error" {
	small_tree tree
	misused "-o OUT is missing" tree
	misused "-o OUT is missing"
	misused "DIR is missing" -o drive.iso
	misused "tree: one DIR is enough" -o drive.iso tree tree
	misused "DIR: not with --user-data, --meta-data or --network-config" -o drive.iso --user-data tree/x tree
	misused "-o: a value is missing" tree -o
	holds tree
}

@test "input: a label has 1 to 32 characters of ASCII" {
	small_tree tree
	misused "--label: 123456789012345678901234567890123: must be 1 to 32 ASCII characters" \
		--label 123456789012345678901234567890123 -o drive.iso tree
	misused "--label: : must be 1 to 32 ASCII characters" --label "" -o drive.iso tree
	misused "--label: é: must be 1 to 32 ASCII characters" --label é -o drive.iso tree
	run -0 "$TOOL" build -q --source kernel --label 12345678901234567890123456789012 -o drive.iso tree
	[ "$(isoinfo -d -i drive.iso | sed -n 's/^Volume id: //p')" = 12345678901234567890123456789012 ]
}

@test "input: --bits takes whole numbers from 1 to 16384" {
	local bits
	small_tree tree
	for bits in 0 99999999 16385 -1 1.5 0x10 "" " 1" 256k 18446744073709551617; do
		misused "--bits: $bits: must be a whole number from 1 to 16384" --bits "$bits" -o drive.iso tree
	done
	misused "--bits: a value is missing" -o drive.iso tree --bits
	succeeds "$TOOL" build -q --source kernel --bits 1 -o drive.iso tree
	"$TOOL" inspect --json drive.iso >found
	[ "$(member found credit_bits)" = 1 ]
}

@test "input: an unknown source, or one with an unknown argument, is a usage error" {
	small_tree tree
	misused "--source: nosuch: unknown source" --source nosuch -o drive.iso tree
	misused "--source: : unknown source" --source "" -o drive.iso tree
	misused "--source: : unknown source" --source kernel, -o drive.iso tree
	misused "--source: rdrand: takes no argument" --source rdrand:x -o drive.iso tree
	misused "--source: file: a path is missing" --source file -o drive.iso tree
	misused "--source: bits=9: must be 0, or 0.25 to 8 bits a byte with at most three decimals" --source file:x,bits=9 -o drive.iso tree
	misused "--source: speed=9: unknown setting" --source file:x,speed=9 -o drive.iso tree
	misused "--source: bits=4: unknown setting" --source bits=4 -o drive.iso tree
	misused "--source: rdrand: bits= is not accepted: the assessment of this source is fixed" \
		--source rdrand,bits=8 -o drive.iso tree
	misused "--require: nosuch: unknown source" --require nosuch -o drive.iso tree
}

@test "input: a malformed --bind, --ttl, --publisher or SOURCE_DATE_EPOCH is a usage error" {
	small_tree tree
	misused "--bind: b65cee2f: must be auto, none or a UUID" --bind b65cee2f -o drive.iso tree
	misused "--ttl: 1y: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" --ttl 1y -o drive.iso tree
	misused "--ttl: 9999w: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" --ttl 9999w -o drive.iso tree
	misused "--publisher: must be at most 128 ASCII characters" \
		--publisher "$(printf 'p%.0s' {1..129})" -o drive.iso tree
	SOURCE_DATE_EPOCH=soon misused "SOURCE_DATE_EPOCH: soon: must be seconds since 1970" -o drive.iso tree
	SOURCE_DATE_EPOCH=-1 misused "SOURCE_DATE_EPOCH: -1: must be seconds since 1970" -o drive.iso tree
}

@test "input: an unknown option, or a value for one that takes none, is a usage error" {
	small_tree tree
	misused "-x: unknown option" -x -o drive.iso tree
	misused "--bogus: unknown option" --bogus -o drive.iso tree
	misused "--json: takes no value" --json=yes -o drive.iso tree
	holds tree
}

@test "input: an abbreviated option is accepted if it is unambiguous; otherwise the candidates are named" {
	small_tree tree
	succeeds "$TOOL" build -q --sourc kernel --outp drive.iso tree
	rm drive.iso
	misused "--b: ambiguous, could be --bits, --bind, --batch" --b 256 -o drive.iso tree
	misused "--s: ambiguous, could be --source, --seed" --s=kernel -o drive.iso tree
	misused "--boot: unknown option" --boot -o drive.iso tree
	holds tree
}

@test "input: a single file that is missing, a folder or unreadable is named" {
	small_tree tree
	fails 1 "seedrive: build: nofile: No such file or directory" \
		"$TOOL" build --source kernel -o drive.iso --user-data nofile
	fails 1 "seedrive: build: tree: Is a directory" \
		"$TOOL" build --source kernel -o drive.iso --user-data tree/openstack/latest/user_data --meta-data tree
	mkfifo fifo
	fails 1 "seedrive: build: fifo: is a FIFO: only files, folders and symbolic links go on a drive" \
		"$TOOL" build --source kernel -o drive.iso --network-config fifo
	holds fifo tree
}

# --- files that change while the image is made ---

# changed LINE AT DO: run DO at the system call AT of a build; check that the build fails with that line, and keeps the
# old OUT.
changed() {
	rm -rf tree
	small_tree tree
	head -c 5000 /dev/urandom >tree/openstack/latest/user_data
	echo "somebody's image" >drive.iso
	cp drive.iso old
	run -1 --separate-stderr world AT="$2" DO="cd tree/openstack/latest; $3" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	if [ "$stderr" != "seedrive: build: tree/openstack/latest$1" ] || [ "$output" != "" ]; then
		printf '%s\n' "$stderr" "$output"
		return 1
	fi
	cmp drive.iso old
	holds drive.iso old tree
}

@test "input: a file that vanishes between being listed and being opened fails the build" {
	changed "/user_data: No such file or directory" openat:latest/user_data "rm user_data"
}

@test "input: a file that vanishes while the image is made fails the build" {
	changed "/user_data: vanished while the image was made" pread:latest/user_data "rm user_data"
	changed "/meta_data.json: vanished while the image was made" pread:latest/meta_data.json \
		"rm meta_data.json"
}

@test "input: a file that grows fails the build, and is not truncated" {
	changed "/user_data: grew while the image was made" pread:latest/user_data "echo more >>user_data"
	changed "/meta_data.json: grew while the image was made" pread:latest/meta_data.json \
		"echo >>meta_data.json"
}

@test "input: a file that shrinks fails the build, and is not padded" {
	changed "/user_data: shrank while the image was made" pread:latest/user_data "truncate -s 4000 user_data"
	changed "/user_data: shrank while the image was made" pread:latest/user_data ": >user_data"
	changed "/meta_data.json: shrank while it was read" pread:latest/meta_data.json \
		"truncate -s 10 meta_data.json"
	changed "/user_data: shrank while the image was made" "write:#" \
		"truncate -s 4999 user_data"
}

@test "input: a file whose content changes at the same length fails the build" {
	changed "/user_data: changed while the image was made" pread:latest/user_data \
		"printf x | dd of=user_data conv=notrunc status=none"
}

@test "input: if a file's times are reset after a change, the drive has its content, or is not made" {
	local back="touch -r user_data t; printf x | dd of=user_data conv=notrunc status=none; touch -r t user_data; rm t"
	small_tree tree
	echo later >tree/openstack/latest/z
	# Change the file before build reads it.
	succeeds world AT=pread:latest/user_data DO="cd tree/openstack/latest && $back" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ "$(head -c 1 tree/openstack/latest/user_data)" = x ]
	content drive.iso openstack/latest/user_data | cmp - tree/openstack/latest/user_data
	rm drive.iso
	# Change the file after build has read it.
	echo '#!/bin/true' >tree/openstack/latest/user_data
	fails 1 "seedrive: build: tree/openstack/latest/user_data: changed while the image was made" \
		world AT=pread:latest/z DO="cd tree/openstack/latest && $back" \
		"$TOOL" build -q --source kernel -o drive.iso tree
	[ ! -e drive.iso ]
}

@test "input: a file swapped for a symbolic link before it is opened is not followed" {
	changed "/user_data: became a symbolic link" openat:latest/user_data "ln -sf /etc/passwd user_data"
}

@test "input: a file swapped for a symbolic link, or another file, after it was opened fails the build" {
	changed "/user_data: vanished while the image was made" pread:latest/user_data \
		"ln -sf /etc/passwd user_data"
	changed "/user_data: vanished while the image was made" pread:latest/user_data \
		"cp user_data x; mv x user_data"
}

@test "input: a file swapped for a FIFO before it is opened is named, and not waited for" {
	changed "/user_data: is a FIFO: only files, folders and symbolic links go on a drive" \
		openat:latest/user_data "rm user_data; mkfifo user_data"
}

@test "input: a folder swapped for a symbolic link before it is opened is not followed" {
	changed ": became a symbolic link" openat:openstack/latest "cd ..; mv latest other; ln -s /etc latest"
}

@test "input: an image that standard output puts into its own tree is left out of itself" {
	small_tree tree
	"$TOOL" build -q --source kernel -o - tree >tree/drive.iso
	run -0 bsdtar -tf tree/drive.iso
	[[ $output == *user_data* && $output != *drive.iso* ]]
}

@test "input: an image that a pipe puts into its own tree fails the build" {
	small_tree tree
	# The file exists when the tree is walked, and the image is larger than the buffers of the pipe and of cat(1).
	: >tree/drive.iso
	head -c 2097152 /dev/zero >tree/large
	run -1 --separate-stderr bash -c 'set -o pipefail; "$TOOL" build -q --source kernel -o - tree | cat >tree/drive.iso'
	[ "$stderr" = "seedrive: build: tree/drive.iso: grew while the image was made" ]
}
