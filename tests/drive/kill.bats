#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs that are killed at each of their system calls: strace(1) sends the signal when the call begins. These are all the
# moments that matter: a call either has its effect or not, and between two calls nothing happens that other processes
# can see.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup_file() {
	make_world
}

# ended SIGNAL "CALL NUMBER" COMMAND...: send COMMAND the signal at that call. Returns 1 if COMMAND exited before it
# reached the call; its exit status must then be $BY_ITSELF.
ended() {
	local signal=$1 call=${2% *} n=${2#* } status=0
	shift 2
	traced -e trace="$call" -e inject="$call:signal=$signal:when=$n" "$@" \
		2>"$BATS_TEST_TMPDIR/said" || status=$?
	[ "$status" -ne "${BY_ITSELF:-0}" ] || return 1
	if [ "$status" -ne $((128 + $(kill -l "$signal"))) ]; then
		cat "$BATS_TEST_TMPDIR/said" >&2
		echo "at $call $n: not ended by the signal, but with status $status" >&2
		exit 1
	fi
}

# whole IMAGE: check that it is a drive with its seed and all of its files.
whole() {
	"$TOOL" inspect --min-bits 256 "$1" >/dev/null
	[ "$(content "$1" openstack/latest/user_data)" = "$(cat tree/openstack/latest/user_data)" ]
}

# killed_at_each_call OLD: kill a build at each of its calls. OLD is the file that OUT has before, or empty if OUT does
# not exist. If $NAMED is set, the file system has no files without a name.
killed_at_each_call() {
	local old=$1 call litter=0 new=0 calls build
	build=("$TOOL" build -q --source kernel -o drive.iso tree)
	[ ! "${NAMED:-}" ] || build=(env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" "${build[@]}")
	[ ! "$old" ] || cp "$old" drive.iso
	list_calls "${build[@]}"
	for call in "${calls[@]}"; do
		rm -f drive.iso
		[ ! "$old" ] || cp "$old" drive.iso
		ended KILL "$call" "${build[@]}" || continue
		if [ -e drive.iso ] && ! { [ "$old" ] && cmp -s "$old" drive.iso; }; then
			whole drive.iso
			new=$((new + 1))
		elif [ "$old" ]; then
			cmp "$old" drive.iso
		fi
		if [ -e "$(temp_of drive.iso)" ]; then
			litter=$((litter + 1))
			[ "$(stat -c %a "$(temp_of drive.iso)")" = 600 ]
			"$TOOL" build -q --source kernel -o drive.iso tree
			whole drive.iso
		fi
		rm -f drive.iso
		# shellcheck disable=SC2086 # empty, or a name
		holds $old tree
	done
	echo "${#calls[@]} calls, $litter with litter, $new with a new image"
	[ "$new" -gt 2 ] # some runs reached the end
	[ ! "${NAMED:-}" ] || [ "$litter" -gt 40 ] # the temporary file existed at most of the calls
	[ "${NAMED:-}" ] || [ "$litter" -le $((${old:+4} + 0)) ] # it had a name only during the last calls, or never
}

@test "kill: SIGKILL at any system call leaves no OUT or a whole one, and no temporary file after the next run" {
	small_tree tree
	killed_at_each_call ""
}

@test "kill: SIGKILL at any system call leaves the old OUT or a whole new one, and no temporary file after the next run" {
	drive old.iso
	killed_at_each_call old.iso
}

# bats test_tags=long
@test "kill: SIGKILL does the same on a file system without unnamed files" {
	export NAMED=yes
	small_tree tree
	killed_at_each_call ""
	drive old.iso
	killed_at_each_call old.iso
}

@test "kill: SIGTERM, SIGINT, SIGHUP and SIGQUIT at any system call leave the old OUT or a whole new one, and no temporary file" {
	local i signals=(TERM INT HUP QUIT) calls hits=0
	drive old.iso
	list_calls "$TOOL" build -q --source kernel -o drive.iso tree
	cp old.iso drive.iso
	for i in "${!calls[@]}"; do
		ended "${signals[i % 4]}" "${calls[i]}" "$TOOL" build -q --source kernel -o drive.iso tree ||
			continue
		hits=$((hits + 1))
		cmp -s old.iso drive.iso || { whole drive.iso && cp old.iso drive.iso; }
		holds drive.iso old.iso tree || { echo "after ${signals[i % 4]} at ${calls[i]}"; return 1; }
	done
	[ "$hits" -gt 50 ]
}

@test "kill: these signals do the same in a build that is about to fail" {
	local i signals=(TERM INT HUP QUIT) calls hits=0 BY_ITSELF=3
	small_tree tree
	list_calls "$TOOL" build -q --bits 257 --source kernel -o drive.iso tree
	for i in "${!calls[@]}"; do
		ended "${signals[i % 4]}" "${calls[i]}" \
			"$TOOL" build -q --bits 257 --source kernel -o drive.iso tree || continue
		hits=$((hits + 1))
		holds tree || { echo "after ${signals[i % 4]} at ${calls[i]}"; return 1; }
	done
	[ "$hits" -gt 50 ]
}

@test "kill: a signal that was ignored when the tool began is ignored by it too" {
	small_tree tree
	run -0 sh -c 'trap "" HUP; exec "$@"' sh env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" \
		ASAN_OPTIONS=verify_asan_link_order=0 AT="fsync:#" DO='kill -HUP $PPID' \
		"$TOOL" build -q --source kernel -o drive.iso tree
	whole drive.iso
	# SIGHUP ends a tool that does not ignore it.
	run -129 world AT="fsync:#" DO='kill -HUP $PPID' \
		"$TOOL" build -q --source kernel -o drive.iso tree
}

@test "kill: the temporary file of a killed run does not go on a drive made from its folder" {
	small_tree tree
	run -137 world NAMED=yes AT="fsync:$(temp_of drive.iso)" DO='kill -KILL $PPID' \
		"$TOOL" build -q --source kernel -o tree/drive.iso tree
	[ -s "tree/$(temp_of drive.iso)" ]
	"$TOOL" build -q --source kernel -o tree/drive.iso tree
	[ "$(bsdtar -tf tree/drive.iso | grep -c -F .tmp)" = 0 ]
	(cd tree && holds drive.iso openstack)
}

@test "kill: SIGKILL at sixty random moments leaves OUT old, new, absent or no drive, and nothing else changed" {
	run -0 "$ROOT/tests/drive/kill-random" 60
	[[ $output == "60 runs of seed "* ]]
}

@test "kill: reseed ended by SIGKILL at any system call leaves a drive whose record is whole, old or new" {
	local call old=0 new=0 id calls
	drive old.iso
	id=$("$TOOL" inspect old.iso | grep '^seed ')
	cp old.iso drive.iso
	list_calls "$TOOL" reseed -q --source kernel drive.iso
	cp old.iso drive.iso
	for call in "${calls[@]}"; do
		ended KILL "$call" "$TOOL" reseed -q --source kernel drive.iso || continue
		"$TOOL" inspect --json --min-bits 256 drive.iso >found
		"$TOOL" inspect drive.iso >text
		if grep -qx "$id" text; then
			old=$((old + 1))
		else
			new=$((new + 1))
			cp old.iso drive.iso
		fi
		grep -qx 'seedrive.json names the same seed' text
		grep -q '"random_seed_values":1,' found
		grep -q '"random_seed_unreadable":0$' found
	done
	echo "${#calls[@]} calls, $old with the old seed, $new with a new one"
	[ "$old" -gt 30 ] && [ "$new" -gt 2 ]
}
