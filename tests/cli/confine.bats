#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tools confine themselves with the kernel's Landlock before they read files that others have made.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	small_tree tree
	"$TOOL" build -q --source kernel -o drive.iso tree
}

# each COMMAND...: run COMMAND with each of the tools' command lines appended.
each() {
	"$@" "$MKISOFS" -quiet -J -r -V config-2 -o made.iso tree
	"$@" "$MKISOFS" -quiet -J -r -V config-2 -o made.iso tree
	"$@" "$TOOL" build -q --source kernel -o built.iso tree
	"$@" "$TOOL" build -q --source kernel -o built.iso tree
	"$@" "$TOOL" reseed -q --source kernel drive.iso
	"$@" "$TOOL" inspect drive.iso
}

has_landlock() {
	strace -o there -e trace=landlock_restrict_self "$TOOL" inspect drive.iso >/dev/null
	grep -q '= 0$' there || skip "this kernel has no Landlock"
}

# restricts_first WORD...: check that this command confines itself before it opens the tree's first file, or the image.
restricts_first() {
	# Each thread has its own file, in which no call is split into two lines.
	rm -f calls.*
	strace -ff -qq -o calls -e trace=landlock_restrict_self,openat,openat2,open "$@" >/dev/null
	awk 'FNR == 1 { on = 0 }
		/^landlock_restrict_self\(.* = 0$/ { on = ever = 1 }
		/"(meta_data.json|openstack|latest|drive\.iso|tree)"/ && !/O_PATH/ && !on { print; early = 1 }
		END { exit !ever || early }' calls.*
}

@test "confine: each command restricts itself before it opens a tree or an image" {
	has_landlock
	each restricts_first
}

@test "confine: if the kernel has no Landlock, or refuses it, each command still works" {
	without() {
		rm -f made.iso
		strace -f -o calls -e trace=landlock_create_ruleset,landlock_restrict_self -e "inject=$inject" "$@" >/dev/null
		grep -q INJECTED calls
	}
	inject=landlock_create_ruleset:error=ENOSYS
	each without
	has_landlock
	inject=landlock_restrict_self:error=EPERM
	each without
	"$TOOL" inspect built.iso
}

@test "confine: a build may write only to OUT's folder, and mkisofs only to OUT itself if it exists" {
	has_landlock
	folders() {
		strace -f -y -o calls -e trace=landlock_add_rule "$@"
		sed -nE 's/.*parent_fd=[0-9]+<([^>]*)>.*/\1/p' calls | LC_ALL=C sort | paste -sd ' '
	}
	mkdir out
	[ "$(folders "$TOOL" build -q --source kernel -o out/drive.iso tree)" = "/dev $PWD/out" ]
	[ "$(folders "$MKISOFS" -quiet -r -V config-2 -o out/drive.iso tree)" = "/dev $PWD/out/drive.iso" ]
	[ "$(folders "$MKISOFS" -quiet -r -V config-2 -o out/new.iso tree)" = "/dev $PWD/out" ]
	[ "$(folders "$TOOL" reseed -q --source kernel out/drive.iso)" = "/dev $PWD/out/drive.iso" ]
	[ "$("$TOOL" inspect out/drive.iso >text; folders "$TOOL" inspect out/drive.iso | tail -n 1)" = /dev ]
}
