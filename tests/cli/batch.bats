#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build --batch: a few processes make many drives, and a fault of one drive does not affect another.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# rows N: print a list of N drives of `tree`, each with its number as its name.
rows() {
	local i
	[ -d tree ] || small_tree tree
	for i in $(seq "$1"); do
		printf '%s.iso\ttree\n' "$i"
	done
}

# all_made N: check that N drives exist, each with 256 bits, and that no two seeds or random_seed values are equal.
all_made() {
	local i
	for i in $(seq "$1"); do
		"$TOOL" inspect --min-bits 256 "$i.iso" | grep '^seed ' >>seeds
		content "$i.iso" openstack/latest/meta_data.json | grep -o '"random_seed": "[^"]*"' >>values
	done
	[ "$(sort -u seeds | wc -l) $(sort -u values | wc -l)" = "$1 $1" ]
}

@test "batch: each line of the list is a drive with a seed of its own" {
	rows 30 >list
	run -0 --separate-stderr "$TOOL" build --jobs 3 --batch list
	[ "$output" = "30 of 30 drives made" ]
	[ "$stderr" = "" ]
	all_made 30
	[ "$(stat -c %a 1.iso)" = 600 ]
	[ "$(find . -name '.*.tmp' | wc -l)" = 0 ]
}

@test "batch: one process can make all drives, and the list can come from standard input" {
	rows 5 >list
	{ echo '# ours' && echo && cat list; } | "$TOOL" build -q --jobs 1 --source kernel --batch -
	all_made 5
}

@test "batch: no drive keeps files of earlier drives open, with a seed or without" {
	rows 60 >list
	for n in {1..20}; do
		echo "$n" >"tree/f$n"
	done
	for mode in off on; do
		run -0 prlimit --nofile=256:256 "$TOOL" build --jobs 1 --seed "$mode" --source kernel --batch list
		[ "${lines[-1]}" = "60 of 60 drives made" ]
	done
}

@test "batch: one process makes drives in several folders, with a seed or without" {
	small_tree tree
	mkdir a b
	printf 'a/1.iso\ttree\nb/2.iso\ttree\n' >list
	for mode in off mix on; do
		run -0 "$TOOL" build --jobs 1 --seed "$mode" --source kernel --batch list
		[ "${lines[-1]}" = "2 of 2 drives made" ]
	done
}

@test "batch: options apply to each drive" {
	rows 3 >list
	"$TOOL" build -q --label cidata --ttl 1h --bind none --source kernel --batch list
	"$TOOL" inspect --json 2.iso >found
	[ "$(member found label) $(member found ttl) $(member found bound_to)" = "cidata 3600 None" ]
	run -0 --separate-stderr "$TOOL" build -v --jobs 1 --source kernel --batch list
	[ "$(grep -c '^  seed ' <<<"$output")" = 3 ]
	[ "${lines[-1]}" = "3 of 3 drives made" ]
}

@test "batch: a drive that fails is named, and the others are made" {
	rows 20 | sed '7s/tree/nothing/; 13s,13.iso,none/13.iso,' >list
	run -1 --separate-stderr "$TOOL" build --jobs 2 --source kernel --batch list
	[ "$output" = "18 of 20 drives made" ]
	[ "$(LC_ALL=C sort <<<"$stderr")" = "seedrive: build: 7.iso: not made: nothing: No such file or directory
seedrive: build: none/13.iso: not made: No such file or directory" ]
	[ "$(find . -name '*.iso' | wc -l)" = 18 ]
}

@test "batch: if entropy is refused, there is no drive" {
	rows 3 >list
	run -1 --separate-stderr "$TOOL" build --jobs 1 --source kernel --require hardware --batch list
	[ "$output" = "0 of 3 drives made" ]
	[ "$(grep -c 'hardware: required, but gave 0 of 256 bits$' <<<"$stderr")" = 3 ]
	holds list tree
}

@test "batch: a malformed list is refused, with the line number, before anything is made" {
	small_tree tree
	for line in "a.iso" "a.iso tree" "	tree" "a.iso	" "a.iso	tree	x"; do
		printf 'b.iso\ttree\n%s\n' "$line" >list
		fails 1 "seedrive: build: list:2: must be OUT, a tab and DIR" "$TOOL" build --batch list
	done
	printf 'b.iso\ttree\n\0' >list
	fails 1 "seedrive: build: list: not a text file: it contains a zero byte" "$TOOL" build --batch list
	fails 1 "seedrive: build: none: No such file or directory" "$TOOL" build --batch none
	holds list tree
	: >list
	run -0 "$TOOL" build --batch list
	[ "$output" = "0 of 0 drives made" ]
}

# refused_places LINE-OF-THE-LIST... WORDS: check that the list is refused with WORDS before any file is made, with one
# job and with three.
refused_places() {
	local words=${*: -1} jobs before
	printf '%b\n' "${@:1:$#-1}" >list
	before=$(find . -type f | LC_ALL=C sort)
	for jobs in 1 3; do
		fails 1 "seedrive: build: list:$words" "$TOOL" build --jobs "$jobs" --source kernel --batch list
		[ "$(find . -type f | LC_ALL=C sort)" = "$before" ]
	done
}

@test "batch: the same OUT twice is refused, also by different paths, before anything is made" {
	small_tree tree
	small_tree other
	mkdir sub
	ln -s sub link
	ln -s ../sub/real sub/to
	: >sub/real
	refused_places 'd.iso\ttree' './d.iso\tother' "2: ./d.iso: line 1 has the same OUT"
	refused_places '# ours' 'sub/d\ttree' 'x\ttree' '' 'link/d\tother' "5: link/d: line 2 has the same OUT"
	refused_places 'a\ttree' "$PWD/a\ttree" "2: $PWD/a: line 1 has the same OUT"
	refused_places 'sub/to\ttree' 'sub/../sub/real\ttree' "2: sub/../sub/real: line 1 has the same OUT"
}

@test "batch: an OUT inside the DIR of another line is refused; inside its own, it is left out" {
	small_tree tree
	small_tree other
	ln -s tree/openstack link
	refused_places 'tree/openstack/d.iso\tother' 'x.iso\ttree' \
		"1: tree/openstack/d.iso: is inside tree, and would go onto the drive of line 2"
	refused_places 'x.iso\ttree' 'link/d.iso\tother' \
		"2: link/d.iso: is inside tree, and would go onto the drive of line 1"
	refused_places 'tree/a.iso\ttree' 'tree/b.iso\ttree' \
		"1: tree/a.iso: is inside tree, and would go onto the drive of line 2"
	printf 'tree/a.iso\ttree\nother/a.iso\tother\nb.iso\tnothing\n' >list
	run -1 "$TOOL" build --source kernel --batch list
	[[ $output == *"2 of 3 drives made"* ]]
	[ "$(bsdtar -tf tree/a.iso | grep -c iso)" = 0 ]
}

@test "batch: arguments that belong to a single drive are refused" {
	rows 1 >list
	fails 2 "seedrive: build: --batch: OUT and DIR belong in the list, not on the command line" "$TOOL" build --batch list -o x
	fails 2 "seedrive: build: --batch: OUT and DIR belong in the list, not on the command line" "$TOOL" build --batch list tree
	fails 2 "seedrive: build: --batch: OUT and DIR belong in the list, not on the command line" "$TOOL" build --batch list --user-data list
	fails 2 "seedrive: build: --json: not with --batch" "$TOOL" build --batch list --json
	fails 2 "seedrive: build: --jobs: only with --batch" "$TOOL" build --jobs 2 -o x tree
	fails 2 "seedrive: build: --jobs: 0: must be a whole number from 1 to 256" "$TOOL" build --jobs 0 --batch list
	holds list tree
}

@test "batch: a killed job is reported, and the others make the rest" {
	rows 40 >list
	run -1 --separate-stderr world AT="linkat:9.iso" DO='kill -KILL $PPID' \
		"$TOOL" build --jobs 2 --source kernel --batch list
	[ "$output" = "39 of 40 drives made" ]
	[ "$stderr" = "seedrive: build: 9.iso: may be missing: the process that made it was killed by signal 9" ]
	[ ! -e 9.iso ]
	# The next run replaces the temporary file that the killed process left.
	"$TOOL" build -q --jobs 2 --source kernel --batch list
	all_made 40
	[ "$(find . -name '.*.tmp' | wc -l)" = 0 ]
}

@test "batch: SIGTERM ends all jobs, and leaves complete drives and no temporary files" {
	local made
	rows 400 >list
	# The signal goes to the parent of the job, which is the process that the caller started.
	run -143 world AT="linkat:3.iso" DO='kill -TERM "$(cut -d" " -f4 "/proc/$PPID/stat")"' \
		"$TOOL" build --jobs 2 --source kernel --batch list
	# Each job removes its own files, perhaps after the tool has ended.
	for _ in $(seq 12000); do
		[ "$(find . -name '.*.tmp' | wc -l)" -gt 0 ] || break
		sleep 0.05
	done
	[ "$(find . -name '.*.tmp' | wc -l)" = 0 ]
	made=$(find . -name '*.iso' | wc -l)
	[ "$made" -lt 400 ]
	find . -name '*.iso' -exec "$TOOL" inspect --min-bits 256 {} \; >/dev/null
}

@test "batch: progress is shown on a terminal only, and only if it takes long" {
	rows 4 >list
	export AT DO="sleep 2"
	AT="linkat:3.iso"
	world script -qec '"$TOOL" build --jobs 1 --source kernel --batch list' typescript </dev/null >out
	grep -q 'drives \[###############               \]  50%' typescript
	grep -q '4 of 4 drives made' typescript
	run -0 --separate-stderr world "$TOOL" build --jobs 1 --source kernel --batch list
	[ "$stderr" = "" ]
	[ "$output" = "4 of 4 drives made" ]
}
