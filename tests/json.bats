#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each member that --json prints is on the command's page, with its type, and each member on the page is printed.

# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load lib/helper

setup_file() {
	make_world
}

# listed COMMAND: print the members and types in the page's section, and the names of the tests.
listed() {
	sed -n '/^\.Sh JSON$/,/^\.Sh EXIT STATUS$/p' "$ROOT/man/seedrive-$1.1" >section
	sed -n 's/^\.It Va \([^ ]*\) Pq \(.*\)$/\1 \2/p' section
	sed -n '/^\.It Va sources\[\]\.tests\.TEST Pq/,/^\.It Va .*figure/p' section |
		sed -n '/^\.Cm /{s/^\.Cm //; s/[,.]//g; p;}' | tr -s ' ' '\n' | sed '/^$/d; s/^/TEST /'
}

# described COMMAND FILE...: check that the members in these files are those on the command's page.
described() {
	local command=$1
	shift
	listed "$command" | LC_ALL=C sort -u >page
	[ "$(wc -l <page)" -gt 8 ]
	/usr/bin/python3 "$ROOT/tests/lib/json_members.py" "$@" | LC_ALL=C sort -u >printed
	diff page printed || { echo "$command: < on its page, > printed"; return 1; }
}

# each_draw: run a command that draws several times, with such options that each member occurs. For each run it calls
# the function `draw` with a name, such as a for a.json, and the options.
each_draw() {
	head -c 32768 /dev/zero >stuck
	# The source file:alias is the same device under another name.
	ln -s /dev/urandom alias
	draw a --source rdseed,rdrand,kernel
	draw b --source file:stuck,file:missing,file:/dev/urandom,file:alias
	mkdir -m 755 run
	/usr/bin/python3 "$ROOT/tests/lib/broker.py" daemon run/sock 2 256 >notes 3>&- &
	local broker=$! end=$((SECONDS + 300))
	while [ ! -S run/sock ] && [ "$SECONDS" -lt "$end" ]; do kill -0 "$broker"; done
	draw c --source broker:run/sock,deadline=300s
	kill "$broker"
	wait "$broker" || true
}

@test "json: each member that build prints is on its page, with its type, and no other is there" {
	small_tree tree
	draw() {
		local name=$1
		shift
		"$TOOL" build --json "$@" -o "$name.iso" tree >"$name.json" 2>"$name.said"
	}
	each_draw
	draw d --bind none --source kernel
	draw e --seed mix --source kernel
	draw f --seed off
	described build ./*.json
}

@test "json: each member that reseed prints is on its page, with its type, and no other is there" {
	drive drive.iso
	draw() {
		local name=$1
		shift
		"$TOOL" reseed --json "$@" drive.iso >"$name.json" 2>"$name.said"
	}
	each_draw
	for word in mix off; do
		echo "seed = $word" >"$word"
		"$TOOL" reseed --json --config "$word" drive.iso >"$word.json"
	done
	described reseed ./*.json
}

@test "json: each member that draw prints is on its page, with its type, and no other is there" {
	draw() {
		local name=$1
		shift
		"$TOOL" draw --json "$@" -o seed >"$name.json" 2>"$name.said"
	}
	each_draw
	# A draw of more than 64 blocks needs entropy from hardware.
	key fifo
	draw d --source file:fifo,bits=8 -n 4160
	described draw ./*.json
}

@test "json: each member that inspect prints is on its page, with its type, and no other is there" {
	drive drive.iso
	"$TOOL" inspect --json drive.iso >bound.json
	drive free.iso --bind none
	"$TOOL" inspect --json free.iso >free.json
	"$TOOL" build -q --seed off -o plain.iso tree
	"$TOOL" inspect --json plain.iso >plain.json
	described inspect ./*.json
}

@test "json: each member that sources prints is on its page, with its type, and no other is there" {
	"$TOOL" sources --json >all.json
	head -c 16384 /dev/urandom >good
	"$TOOL" sources --json --source file:good,file:missing >named.json
	described sources ./*.json
}

@test "json: each member that config check prints is on its page, with its type, and no other is there" {
	printf '%s\n' 'bits = 300' '[serve]' 'burst = 900' '[listen egd]' 'protocol = egd' >conf
	"$TOOL" config check --json --config conf >conf.json
	described config ./*.json
}

@test "json: each member that check prints is on its page, with its type, and no other is there" {
	head -c 65536 /dev/zero >stuck
	run -0 "$TOOL" check --json --restart -n 20000 kernel
	printf '%s' "$output" >kernel.json
	run -3 --separate-stderr "$TOOL" check --json -n 20000 file:stuck rdrand file:missing kernel
	printf '%s' "$output" >failed.json
	described check ./*.json
}
