#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for zsh and fish, and of the guest's programs for bash: each option of each program is offered, and no
# other. The lists in the files are always compared; what a shell offers is tested only if it is installed.
# tests/docs.bats tests completion by bash for the other two programs.

# shellcheck disable=SC2016 # other shells'
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load lib/helper

COMMANDS=(build reseed inspect draw sources check config serve)
GUEST=$ROOT/build/guest/seedrive-guest
REFRESH=$ROOT/build/guest/seedrive-refresh

# same WHAT LIST LIST: check that two files have the same words, one a line, in any order, and are not empty.
same() {
	LC_ALL=C sort -u "$2" >"$2.sorted"
	LC_ALL=C sort -u "$3" >"$3.sorted"
	[ -s "$2.sorted" ]
	diff "$2.sorted" "$3.sorted" || { echo "$1: < $2, > $3"; return 1; }
}

options() {
	grep -oE '(^|[[ ])--?[a-z][a-z-]*' | tr -d '[ '
}

of_guest() {
	"$GUEST" --help | options
}

of_refresh() {
	"$REFRESH" --help | options
}

of_mkisofs() {
	"$B/unit/cli/test_mkisofs_args" --print | sed -nE 's/^(honoured|accepted) ([^ ]*).*/-\2/p'
	echo -as
}

# --- bash ---

guest_completes() {
	bash --norc --noprofile -uc '
		. "$ROOT/bash-completion/$1"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		"_${1//-/_}"
		printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}' bash "$@"
}

@test "completion: bash offers each option of seedrive-guest, and no other, and files for an option that takes one" {
	of_guest >want
	guest_completes seedrive-guest - >have
	same guest want have
	mkdir drive.d
	touch drive.iso
	[ "$(guest_completes seedrive-guest --ledger dri)" = drive.d ]
	[ "$(guest_completes seedrive-guest --device dri | LC_ALL=C sort | paste -sd' ')" = "drive.d drive.iso" ]
	[ "$(guest_completes seedrive-guest --wait dri)" = "" ]
	[ "$(guest_completes seedrive-guest --mix-only --trust)" = --trust-device ]
}

@test "completion: bash offers each option of seedrive-refresh, and no other, and a value for an option that takes one" {
	of_refresh >want
	guest_completes seedrive-refresh - >have
	same refresh want have
	mkdir hooks.d
	touch hooks.file
	[ "$(guest_completes seedrive-refresh --hooks hoo)" = hooks.d ]
	[ "$(guest_completes seedrive-refresh --uuid '')" = any ]
	[ "$(guest_completes seedrive-refresh --url h)" = "" ]
	[ "$(guest_completes seedrive-refresh --watch --hooks-o)" = --hooks-on-disruption ]
}

# --- zsh ---

# zsh_block FILE COMMAND: print what the file has for a command, with the lists that it includes.
zsh_block() {
	sed -n "/^\t$2)\$/,/^\t\t;;\$/p" "$1" >block
	grep -oE '\$(entropy|config|json|help)\b' block | tr -d '$' >lists
	! grep -qx entropy lists || printf '%s\n' config json help >>lists
	cat block
	while read -r list; do
		awk -v list="local -a $list=(" 'index($0, list) { on = 1 } on { print } /\)$/ { on = 0 }' "$1"
	done <lists
}

@test "completion: zsh's file for seedrive lists each option of each command, and no other" {
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options >want
		zsh_block "$ROOT/zsh-completion/_seedrive" "$command" | grep -oP "(?<=[{,'(])--?[a-z][a-z-]*(?=[]=[,})])" >have
		same "$command" want have
	done
	printf '%s\n' "${COMMANDS[@]}" >want
	sed -n "s/^\t\t'\([a-z]*\):.*'\$/\1/p" "$ROOT/zsh-completion/_seedrive" >have
	same commands want have
}

@test "completion: zsh's files for seedrive-mkisofs, seedrive-guest and seedrive-refresh list each option, and no other" {
	of_guest >want
	sed -n "s/^\t'\(--[a-z-]*\)[=[].*/\1/p" "$ROOT/zsh-completion/_seedrive-guest" >have
	same guest want have
	of_refresh >want
	sed -n "s/^\t'\(--[a-z-]*\)[=[].*/\1/p" "$ROOT/zsh-completion/_seedrive-refresh" >have
	same refresh want have
	of_mkisofs >want
	{
		sed -n '/local -a options=($/,/^\t)$/p' "$ROOT/zsh-completion/_seedrive-mkisofs" | grep '^		' | tr -s '\t ' '\n'
		echo -as
	} | sed /^$/d >have
	same mkisofs want have
}

# Prints what the file passes to zsh for the last of the words; zsh's functions are replaced by ones that print.
zsh_told() {
	zsh -fc '
		_arguments() { print -rl -- "$@"; }
		_describe() { print -rl -- ${(P)2%%:*}; }
		compadd() { [[ $1 != -- ]] || shift; print -rl -- "$@"; }
		_files() { print files; }
		words=("$@")
		CURRENT=$#
		. "$ROOT/zsh-completion/_$1"' zsh "$@"
}

@test "completion: zsh accepts its files, and gets the same lists from them" {
	command -v zsh || skip "zsh is not installed"
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options >want
		zsh_told seedrive "$command" - | sed 's/^([^)]*)//' | grep -oE '^--?[a-z][a-z-]*' >have
		same "$command" want have
	done
	printf '%s\n' "${COMMANDS[@]}" >want
	zsh_told seedrive '' >have
	same commands want have
	of_mkisofs >want
	zsh_told seedrive-mkisofs - >have
	same mkisofs want have
	[ "$(zsh_told seedrive-mkisofs -J --joliet | grep -cx -e --joliet-long)" -eq 1 ]
	[ "$(zsh_told seedrive-mkisofs -V '')" = $'config-2\ncidata' ]
	[ "$(zsh_told seedrive-mkisofs -J -volid '')" = $'config-2\ncidata' ]
	[ "$(zsh_told seedrive-mkisofs -o '')" = files ]
	[ "$(zsh_told seedrive-mkisofs -publisher '')" = "" ]
	of_guest >want
	zsh_told seedrive-guest - | grep -oE '^--[a-z-]*' >have
	same guest want have
	of_refresh >want
	zsh_told seedrive-refresh - | grep -oE '^--[a-z-]*' >have
	same refresh want have
}

# --- fish ---

@test "completion: fish's file for seedrive lists each option of each command, and no other" {
	file=$ROOT/fish-completion/seedrive.fish
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options >want
		{ grep -E "__seedrive_of [a-z ]*\b$command\b" "$file"; grep -E '^complete -c seedrive -s h ' "$file"; } |
			grep -oE ' -[sl] [a-z-]+' | sed 's/ -s /-/; s/ -l /--/' >have
		same "$command" want have
	done
	printf '%s\n' "${COMMANDS[@]}" >want
	sed -n 's/.* __seedrive_alone -a \([a-z]*\) .*/\1/p' "$file" >have
	same commands want have
}

@test "completion: fish's files for seedrive-mkisofs, seedrive-guest and seedrive-refresh list each option, and no other" {
	of_guest >want
	grep -oE -- '-l [a-z-]+' "$ROOT/fish-completion/seedrive-guest.fish" | sed 's/-l /--/' >have
	same guest want have
	of_refresh >want
	grep -oE -- '-l [a-z-]+' "$ROOT/fish-completion/seedrive-refresh.fish" | sed 's/-l /--/' >have
	same refresh want have
	of_mkisofs >want
	# The words of each loop, and the options outside of the loops.
	sed -e ':a' -e '/\\$/{N; s/\\\n//; ba;}' "$ROOT/fish-completion/seedrive-mkisofs.fish" >joined
	{
		sed -n 's/^for option in \(.*\)/\1/p' joined | tr -s ' ' '\n'
		grep -oE -- '-[so] [A-Za-z0-9_-]+' joined | cut -d' ' -f2
	} | sed '/^$/d; s/^/-/' >have
	same mkisofs want have
}

# Prints what fish offers for a command line.
fish_offers() {
	HOME=$PWD fish --no-config -c 'for file in $ROOT/fish-completion/*.fish; source $file; end; complete -C $argv[1]' -- "$1" |
		cut -f1
}

@test "completion: fish accepts its files, and offers the same" {
	command -v fish || skip "fish is not installed"
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options | grep -e -- | sed 's/=$//' >want
		fish_offers "seedrive $command --" | sed 's/=$//' >have
		same "$command" want have
	done
	printf '%s\n' "${COMMANDS[@]}" >want
	fish_offers 'seedrive ' >have
	same commands want have
	fish_offers 'seedrive build --source rdseed,ker' | grep -qx rdseed,kernel
	[ "$(fish_offers 'seedrive config ')" = check ]
	of_guest >want
	fish_offers 'seedrive-guest --' | sed 's/=$//' >have
	same guest want have
	of_refresh >want
	fish_offers 'seedrive-refresh --' | sed 's/=$//' >have
	same refresh want have
	fish_offers 'seedrive-mkisofs --joliet' | grep -qx -e --joliet-long
	fish_offers 'seedrive-mkisofs -joliet' | grep -qx -e -joliet-long
	[ "$(fish_offers 'seedrive-mkisofs -V c' | LC_ALL=C sort)" = $'cidata\nconfig-2' ]
	fish_offers 'seedrive-mkisofs -a' | grep -qx -e -as
}
