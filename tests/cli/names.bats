#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Names that others have chosen, in all output of the commands: no escape sequence reaches a terminal, no newline begins a
# line, and --json is valid JSON.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2089,SC2090

bats_require_minimum_version 1.5.0

load ../lib/helper

# The text has a colour, a newline before a false line of success, CSI as one character and as one byte, and a change of
# direction.
TEXT=$'a\e[31m\nseedrive: ok\x7f\u009b1m\u202e"\\x1b'
NAME=$TEXT$'\xff\x9b'
SHOWN='a\x1b[31m\x0aseedrive: ok\x7f\xc2\x9b1m\xe2\x80\xae"\x1b\xff\x9b'
export TEXT NAME SHOWN

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	small_tree tree
}

# says STATUS COMMAND...: check that the command ends with that status, that both streams have only printable text, that
# the name is printed, and that there are as many lines as with a plain name.
says() {
	local status=$1 plain got=0
	shift
	"$@" >out 2>err </dev/null || got=$?
	if [ "$got" != "$status" ]; then
		echo "status $got, not $status: $*"
		cat err
		return 1
	fi
	/usr/bin/python3 - "$*" <<-'END'
		import os, re, sys, unicodedata
		text = open("out", "rb").read() + open("err", "rb").read()
		said = text.decode()
		bad = [c for c in said if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
		assert not bad, (sys.argv[1], bad, said)
		assert os.environ["SHOWN"] in said, (sys.argv[1], said)
		assert "\nseedrive: ok" not in said, said
		assert re.search(r"[^\n]\n\Z", said), said
	END
}

# json STATUS KEY VALUE COMMAND...: check that standard output is one JSON document, with that value somewhere below the key.
json() {
	local status=$1 key=$2 value=$3 got=0
	shift 3
	"$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$status" ] || { cat err; return 1; }
	/usr/bin/python3 - "$key" "$value" <<-'END'
		import json, os, sys, unicodedata
		text = open("out", "rb").read().decode()
		assert not [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")], text
		def values(o):
		    if isinstance(o, dict):
		        for k, v in o.items():
		            if k == sys.argv[1] and not isinstance(v, (dict, list)):
		                yield v
		            yield from values(v)
		    elif isinstance(o, list):
		        for v in o:
		            yield v
		            yield from values(v)
		found = list(values(json.loads(text)))
		assert sys.argv[2] in found, (sys.argv[2], found)
	END
}

# Prints $NAME, which is not UTF-8, as JSON has it: each byte that is not text is \xNN.
in_json() {
	printf '%s' "$TEXT"'\xff\x9b'
}

@test "names: build prints OUT, DIR, labels and files harmlessly" {
	says 0 "$TOOL" build --source kernel -o "$NAME" tree
	says 1 "$TOOL" build --source kernel -o "$NAME/out" tree
	says 1 "$TOOL" build --source kernel -o out.iso "$NAME"
	says 1 "$TOOL" build --source kernel -o out.iso --user-data "$NAME/none"
	says 2 "$TOOL" build --source kernel -o out.iso --label "$NAME" tree
	says 2 "$TOOL" build --source kernel -o out.iso --bind "$NAME" tree
	says 2 "$TOOL" build --source kernel -o out.iso "--$NAME" tree
	# The name of a source ends at the first colon.
	SHOWN=${SHOWN%%:*} says 2 "$TOOL" build --source "$NAME" -o out.iso tree
	says 2 "$TOOL" build --require "$NAME" -o out.iso tree
	says 2 env SOURCE_DATE_EPOCH="$NAME" "$TOOL" build --source kernel -o out.iso tree
	mkfifo tree/fifo
	mv tree/fifo "tree/$TEXT"
	SHOWN=${SHOWN%\\xff\\x9b} says 1 "$TOOL" build --source kernel -o out.iso tree
	rm "tree/$TEXT"
	touch "tree/$NAME"
	says 1 "$TOOL" build --source kernel -o out.iso tree
}

@test "names: build --batch prints its list, and what is in it, harmlessly" {
	local one=${NAME/$'\n'/ }
	says 1 "$TOOL" build --source kernel --batch "$NAME/none"
	echo x >"$NAME"
	says 1 "$TOOL" build --source kernel --batch "$NAME"
	printf '%s\ttree\n%s/none\ttree\nout.iso\t%s.d\n' "$one" "$one" "$one" >list
	SHOWN=${SHOWN/\\x0a/ } says 1 "$TOOL" build -v --source kernel --batch list
}

@test "names: inspect and reseed print an image and its label harmlessly" {
	drive "$NAME"
	says 0 "$TOOL" inspect "$NAME"
	says 3 "$TOOL" inspect --min-bits 1000 "$NAME"
	says 0 "$TOOL" reseed -v --source kernel "$NAME"
	says 1 "$TOOL" inspect "$NAME/none"
	says 1 "$TOOL" reseed --source kernel "$NAME/none"
	says 2 "$TOOL" inspect x "$NAME"
	says 2 "$TOOL" reseed --bind "$NAME" x
	printf '%-32s' $'\e[31m\nseedrive: ok\x7f\xff' | overwrite "$NAME" $((32768 + 40))
	SHOWN='label \x1b[31m\x0aseedrive: ok\x7f\xff' says 0 "$TOOL" inspect "$NAME"
	json 0 label $'\e[31m\nseedrive: ok\x7f\\xff' "$TOOL" inspect --json "$NAME"
	printf x | overwrite "$NAME" $(($(extent "$NAME" seedrive.bin) * 2048))
	says 1 "$TOOL" inspect "$NAME"
}

@test "names: folder names in an image are printed harmlessly" {
	mkdir "tree/openstack/$TEXT"
	echo '[' >"tree/openstack/$TEXT/meta_data.json"
	SHOWN=${SHOWN%\\xff\\x9b} says 0 "$TOOL" build --source kernel -o drive.iso tree
	SHOWN=${SHOWN%\\xff\\x9b} says 0 "$TOOL" reseed --source kernel drive.iso
}

@test "names: draw, sources, check and config print files and sources harmlessly" {
	says 1 "$TOOL" draw --source kernel -o "$NAME/none"
	says 2 "$TOOL" draw --config "$NAME"
	says 0 "$TOOL" sources --source "file:$NAME"
	says 3 "$TOOL" check --bytes 2048 "file:$NAME"
	says 3 "$TOOL" draw --require file --source "file:$NAME"
	says 2 "$TOOL" check --bytes "$NAME"
	says 1 "$TOOL" check --bytes 2048 --report "$NAME/none" kernel
	printf '%s = 1\n' "${NAME/$'\n'/ }" >conf
	SHOWN=${SHOWN/\\x0a/ } run "$TOOL" config check --config conf
	[ "$status" -ne 0 ]
	[[ $output != *$'\e'* ]]
	says 2 "$TOOL" config check --config "$NAME"
	: >"$NAME"
	says 0 "$TOOL" config check --config "$NAME"
	says 2 "$TOOL" "$NAME"
	says 2 "$TOOL" serve --config "$NAME/none"
}

@test "names: seedrive-mkisofs prints OUT, paths and options harmlessly" {
	says 1 "$MKISOFS" -o "$NAME/none" tree
	says 1 "$MKISOFS" -o out.iso "$NAME"
	says 1 "$MKISOFS" -o out.iso -graft-points "x=$NAME"
	says 1 "$MKISOFS" "-$NAME" -o out.iso tree
	touch "tree/$NAME"
	says 1 "$MKISOFS" -r -o out.iso tree
}

@test "names: --json is valid with any bytes in a name, and has a UTF-8 name unchanged" {
	local name value
	for name in "$NAME" "$TEXT"; do
		value=$name
		[ "$name" = "$TEXT" ] || value=$(in_json)
		json 0 output "$value" "$TOOL" build --json --source kernel -o "$name" tree
		json 0 image "$value" "$TOOL" inspect --json "$name"
		json 0 image "$value" "$TOOL" reseed --json --source kernel "$name"
		json 0 device "$value" "$TOOL" sources --json --source "file:$name"
		json 0 source "file:$value" "$TOOL" sources --json --source "file:$name"
		json 3 source "file:$value.none" "$TOOL" check --json --bytes 2048 "file:$name.none"
		: >"$name"
		json 0 files "$value" "$TOOL" config check --json --config "$name"
	done
}

@test "names: each byte, as the name of an image, is valid JSON, and differs from that of every other byte" {
	drive drive.iso
	/usr/bin/python3 - <<-'END'
		import json, os, subprocess
		names = {}
		for byte in [i for i in range(1, 256) if i != ord("/")]:
		    path = b"./" + bytes([byte]) + b"x"
		    os.link("drive.iso", path)
		    said = subprocess.run([os.environ["TOOL"], "inspect", "--json", path], stdout=subprocess.PIPE, check=True)
		    names[byte] = json.loads(said.stdout.decode())["image"]
		for byte, name in names.items():
		    assert name == ("./%cx" % byte if byte < 128 else "./\\x%02xx" % byte), name
	END
}
