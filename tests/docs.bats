#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Checks that the pages, the README and the completions agree with the programs.

bats_require_minimum_version 1.5.0

load lib/helper

COMMANDS=(build reseed inspect draw sources check config serve)
GUEST=$ROOT/build/guest/seedrive-guest
REFRESH=$ROOT/build/guest/seedrive-refresh

# --- lists that must be the same ---

# same WHAT LIST LIST: check that two files have the same words, one a line, in any order, and are not empty.
same() {
	sort -u "$2" >"$2.sorted"
	sort -u "$3" >"$3.sorted"
	[ -s "$2.sorted" ]
	diff "$2.sorted" "$3.sorted" || { echo "$1: < $2, > $3"; return 1; }
}

page() {
	case $1 in
	seedrive-guest | seedrive-refresh | seedrive-serve) echo "$ROOT/man/$1.8" ;;
	seedrive.conf) echo "$ROOT/man/$1.5" ;;
	*) echo "$ROOT/man/$1.1" ;;
	esac
}

# Prints a source file as one line, so that its layout does not matter.
flat() {
	tr -s '[:space:]' ' ' <"$ROOT/$1"
}

# Prints the options in a help text: words with dashes after a bracket, a space, or at the start of a line.
options_in_text() {
	grep -oE '(^|[[ ])--?[a-z][a-z-]*' | tr -d '[ '
}

# Prints the options that have an entry in a page.
options_in_page() {
	sed -n 's/^\.It \(Fl .*\)/\1/p' "$1" | grep -oE 'Fl -?[a-z][a-z-]*' | sed 's/Fl /-/'
}

# entries PAGE SECTION MACRO: print the words that have an entry in a section of a page.
entries() {
	sed -n "/^\.Sh $2\$/,/^\.Sh /s/^\.It $3\([a-z0-9-]*\)\$/\1/p" "$1"
}

@test "docs: each command has a page and is listed in seedrive(1), and nothing else is listed there" {
	"$TOOL" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' >help
	printf '%s\n' "${COMMANDS[@]}" >tests
	same "the tests know every command" help tests
	entries "$(page seedrive)" DESCRIPTION 'Cm ' >listed
	same "seedrive(1)" help listed
	basename -a "$ROOT"/man/seedrive-*.[18] | sed 's/seedrive-\(.*\)\..*/\1/' | grep -vxE 'mkisofs|guest|refresh' >pages
	same "pages" help pages
}

@test "docs: each option of a command is in its --help, and each option in its --help exists" {
	# rows FILE: print the options in the rows of struct option.
	rows() {
		flat "$1" | grep -oE '\{ "[a-z-]+", (no|required)_argument' | sed 's/{ "\(.*\)".*/--\1/'
	}
	rows cli/options.h >entropy
	[ -s entropy ]
	for command in "${COMMANDS[@]}"; do
		table=cli/cmd_$command.c
		# build has its own file of options.
		[ "$command" != build ] || table=cli/build_options.c
		rows "$table" >taken
		echo --help >>taken
		! grep -q OPTIONS_ENTROPY "$ROOT/$table" || cat entropy >>taken
		# Only options with two dashes are compared; a letter, if an option has one, is in the same line as its long
		# form.
		"$TOOL" "$command" --help | options_in_text | grep -e -- >help
		same "$command" taken help
	done
}

@test "docs: each option in a command's --help is in its page, and each option in the page is in the help" {
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options_in_text >help
		grep -qx -e -h help
		grep -qx -e --help help
		[ "$("$TOOL" "$command" -h)" = "$("$TOOL" "$command" --help)" ]
		options_in_page "$(page "seedrive-$command")" >paged
		same "$command" help paged
	done
	"$GUEST" --help | options_in_text >help
	options_in_page "$(page seedrive-guest)" >paged
	same guest help paged
	"$REFRESH" --help | options_in_text >help
	options_in_page "$(page seedrive-refresh)" >paged
	same refresh help paged
}

# mkisofs_table CLASS...: print the options of these classes in seedrive-mkisofs's table, one a line, without dashes.
mkisofs_table() {
	"$B/unit/cli/test_mkisofs_args" --print | awk -v classes=" $* " 'index(classes, " " $1 " ") { print $2 }'
}

@test "docs: each option of seedrive-mkisofs is in its page, and no other is there or in its help" {
	{
		mkisofs_table honoured accepted
		echo as # taken only as the first word
	} >taken
	[ "$(wc -l <taken)" -gt 90 ]
	sed -n 's/^\.It Fl \(.*\)/\1/p' "$(page seedrive-mkisofs)" | sed 's/ Ar .*//' |
		tr -d ' ' | tr , '\n' >paged
	same mkisofs taken paged
	"$MKISOFS" --help 2>&1 | grep -oE '(^| )--?[A-Za-z][A-Za-z0-9_-]*' | sed 's/^ *-*//' | LC_ALL=C sort -u >help
	LC_ALL=C sort -u taken >taken.sorted
	[ "$(wc -l <help)" -gt 20 ]
	[ "$(LC_ALL=C comm -23 help taken.sorted)" = "" ]
}

@test "docs: each option that seedrive-mkisofs refuses is in its page, under the reason that it gives" {
	"$B/unit/cli/test_mkisofs_args" --print | sed -n 's/^refused \([^ ]*\) [0-9] \(.*\)/\2: \1/p' >refused
	[ "$(wc -l <refused)" -gt 150 ]
	sed -n '/^\.Sh WHAT IS REFUSED/,/^\.Sh THE/p' "$(page seedrive-mkisofs)" | awk '
		/^\.It / { why = substr($0, 5) }
		/^\.Fl / { gsub(/[ ,]+/, " "); for (i = 2; i <= NF; i++) print why ": " $i }' >paged
	same refused refused paged
}

@test "docs: seedrive(1) has the sources that are drawn by default, in the order of drawing" {
	sed -n '/^\.It Fl -source/,/^\.It Fl -require/p' "$(page seedrive)" |
		sed -n '/^Default:$/,/^as far as/s/^\.Cm //p' | tr -d ',' | tr -s ' ' '\n' >paged
	# A source that is not built in is never drawn.
	"$TOOL" sources --json | awk -F'"' '/"source"/ { name = $4 } /"state":"not built in"/ { print name }' >missing
	"$TOOL" draw --json -o seed >said 2>warned
	/usr/bin/python3 -c 'import json
for source in json.load(open("said"))["sources"]: print(source["source"])' >drawn
	[ "$(wc -l <drawn)" -ge 5 ]
	grep -vxFf missing paged | diff - drawn
}

@test "docs: seedrive.conf(5) lists the keys of [serve] that the daemon uses, and no other" {
	"$TOOL" config check --json --config /dev/null >said
	/usr/bin/python3 -c 'import json
for key in json.load(open("said"))["serve"]: print(key)' >taken
	sed -n '/^\.It Bq serve$/,/^\.It Bq listen/p' "$(page seedrive.conf)" |
		sed -n '/^It has the keys$/,/and no other\.$/s/^\.Cm //p' | tr -d ',' | tr -s ' ' '\n' | sed /^$/d >paged
	same "keys of [serve]" taken paged
}

@test "docs: seedrive(1) has each program that is installed in libexec, and no other" {
	basename -a "$B"/libexec/* >built
	sed -n '/^\.It Pa \.\.\/libexec\/seedrive\/$/,/^\.It/s/^\.Pa \(seedrive-[a-z]*\)$/\1/p' "$(page seedrive)" >paged
	same libexec built paged
}

@test "docs: seedrive(1) has the options that commands share, and no others" {
	"$TOOL" --help | options_in_text >help
	[ "$("$TOOL" -h)" = "$("$TOOL" --help)" ]
	for command in build reseed draw; do
		"$TOOL" "$command" --help | options_in_text | sort -u >"of.$command"
	done
	comm -12 of.build of.reseed | comm -12 - of.draw >>help
	options_in_page "$(page seedrive)" >paged
	same common help paged
}

@test "docs: mandoc finds no fault in the pages, and each of our pages that they name exists" {
	mandoc -T lint -W warning "$ROOT"/man/*.[158]
	for file in "$ROOT"/man/*.[158]; do
		mandoc -T ascii "$file" >text
		[ -s text ]
	done
	sed -n 's/^\.Xr \(seedrive[a-z.-]*\) \([0-9]\).*/\1.\2/p' "$ROOT"/man/*.[158] >named
	basename -a "$ROOT"/man/*.[158] >pages
	same "pages" named pages
}

# ends STATUS COMMAND...: check that the command exits with STATUS, and that the status is in the command's manual page.
ends() {
	local status=$1 command=$2
	shift
	run "-$status" "$TOOL" "$@"
	entries "$(page "seedrive-$command")" 'EXIT STATUS' | grep -qx "$status"
	echo "$status" >>"$command.ends"
}

@test "docs: each exit status of the tool is in seedrive(1), and no other" {
	flat util/fault.h | grep -oE 'EXIT_[A-Z]+ = [0-9]+' | sed 's/.*= //' >statuses
	[ "$(wc -l <statuses)" -eq 4 ]
	entries "$(page seedrive)" 'EXIT STATUS' >paged
	same seedrive statuses paged
}

@test "docs: each exit status of a command is in its page, and no other" {
	drive drive.iso
	for command in "${COMMANDS[@]}"; do
		ends 2 "$command" --no-such-option
	done
	ends 0 build -q -o new.iso tree
	ends 1 build -q -o new.iso none
	ends 3 build -q -o new.iso --source kernel --require hardware tree
	ends 0 reseed -q drive.iso
	ends 1 reseed -q tree
	ends 3 reseed -q --source kernel --require hardware drive.iso
	ends 0 inspect drive.iso
	ends 1 inspect tree
	ends 3 inspect --min-bits 512 drive.iso
	ends 0 draw -o seed
	ends 1 draw -o tree
	ends 3 draw -o seed --source kernel --require hardware
	ends 0 sources
	ends 0 config check --config /dev/null
	ends 1 serve --socket none/sock
	mkdir -m 755 run
	"$TOOL" serve --socket "$PWD/run/sock" --source kernel 2>said 3>&- &
	while [ ! -S run/sock ]; do kill -0 $!; done
	kill "$!"
	wait "$!"
	echo 0 >>serve.ends
	# shellcheck disable=SC2016 # the other shell's
	run -1 sh -c '"$TOOL" config check --config /dev/null >/dev/full'
	echo 1 >>config.ends
	# shellcheck disable=SC2016 # the other shell's
	run -1 sh -c '"$TOOL" sources >/dev/full'
	echo 1 >>sources.ends
	ends 0 check -n 1024 kernel
	ends 1 check --report tree
	ends 3 check file:none
	for command in "${COMMANDS[@]}"; do
		entries "$(page "seedrive-$command")" 'EXIT STATUS' >paged
		same "$command" "$command.ends" paged
	done
}

@test "docs: each exit status of the guest's program is in seedrive-guest(8), and no other" {
	flat guest/main.c | grep -oE 'EXIT_[A-Z]+ = [0-9]+' | sed 's/.*= //' >statuses
	[ "$(wc -l <statuses)" -eq 3 ]
	entries "$(page seedrive-guest)" 'EXIT STATUS' >paged
	same guest statuses paged
}

@test "docs: each exit status of seedrive-refresh is in its page, and no other" {
	flat guest/refresh/main.c | grep -oE 'EXIT_[A-Z]+ = [0-9]+' | sed 's/.*= //' >statuses
	[ "$(wc -l <statuses)" -eq 3 ]
	entries "$(page seedrive-refresh)" 'EXIT STATUS' >paged
	same refresh statuses paged
}

@test "docs: each line of seedrive-refresh is in its page, and no other; and so are its limits" {
	# The lines are all quoted texts of several words in these files, except those that are about the command line.
	(cd "$ROOT/guest/refresh" && grep -hv '^#include' fetch.c fresh.c hooks.c main.c refresh.c watch.c) |
		grep -oE '"[^"]*"' | tr -d '"' | grep -v 'HTTP/1.1.r\|^User-Agent\|^Accept\|^Connection' |
		sed -E 's/^(\/dev\/urandom: |[:, ]+)//; s/[:= ]+$//' | grep -E '[a-z], [a-z]|[a-z] [a-z]' | sort -u >source
	[ "$(wc -l <source)" -ge 40 ]
	mandoc -T utf8 -O width=1000 "$(page seedrive-refresh)" | col -b | tr -s '[:space:]' ' ' | sed 's/[“”]/"/g' >text
	while read -r line; do
		grep -qF -- "$line" text || fail_line "$line"
	done <source
	sed -n '/^\.Sh THE LINES$/,/^\.Sh AT BOOT$/p' "$(page seedrive-refresh)" | sed -nE 's/^\.Dq "(.*)".*/\1/p' >paged
	[ "$(wc -l <paged)" -ge 35 ]
	while read -r line; do
		grep -qF -- "$line" "$ROOT"/guest/refresh/*.c || fail_line "$line"
	done <paged
	grep -qF "a head has at most $(limit guest/refresh/reply.h REPLY_FIELDS_MAX) fields of $(limit guest/refresh/reply.h REPLY_LINE_MAX) characters, a body $(limit guest/refresh/reply.h REPLY_BODY_MAX) KiB" text
	grep -qF "looks at it every $(limit guest/refresh/page.h PAGE_LOOK_MS) ms" text
	grep -qF "after $(($(limit guest/refresh/watch.h WATCH_NETWORK_MS) / 1000)) seconds without one" text
	grep -qF "for up to $(($(limit guest/refresh/watch.h WATCH_GIVE_UP_MS) / 60000)) minutes" text
	grep -qF "may take $(($(limit guest/refresh/fetch.h FETCH_CONNECT_MS) / 1000)) seconds of that" text
	grep -qF "Default: $(($(limit guest/refresh/options.c TIMEOUT_DEFAULT_MS) / 1000))s." text
	grep -qF "Default: $(($(limit guest/refresh/options.c HOOK_DEFAULT_MS) / 1000))s." text
}

@test "docs: each reason that the guest's program can report is in seedrive-guest(8), and no other" {
	# The reasons are all quoted words in decide.c, those in ledgers_reason() in ledger.c, and those in main.c that are
	# returned or assigned to a reason.
	grep -v '^#include' "$ROOT/guest/decide.c" | grep -oE '"[a-z-]+"' | tr -d '"' >source
	[ "$(wc -l <source)" -ge 11 ]
	sed -n '/^const char \*ledgers_reason/,/^}/p' "$ROOT/guest/ledger.c" |
		grep -oE '"[a-z-]+"' | tr -d '"' >ledgers
	[ "$(wc -l <ledgers)" -ge 6 ]
	flat guest/main.c | grep -oE '(reason =|return) "[a-z-]+"' | cut -d'"' -f2 >main
	[ "$(wc -l <main)" -ge 4 ]
	entries "$(page seedrive-guest)" REASONS 'Cm ' >paged
	cat ledgers main >>source
	same reasons source paged
	# No reason in another file has been overlooked.
	# The program's options are in its source, without their dashes.
	sed -n '/^static const char names/,/;$/s/.*"\([a-z-]*\)\\0".*/\1/p' "$ROOT/guest/options.c" >options
	[ "$(wc -l <options)" -eq 17 ]
	strings "$GUEST" | grep -xE '[a-z]+(-[a-z]+)+' | grep -vxE 'config-2|seedrive-guest' | grep -vxFf options >program
	[ -s program ]
	run -1 grep -vxFf paged program
}

@test "docs: the line of the guest's program has the parts that its page lists, and no other" {
	{
		sed '/^\/\* A line of up to five pieces/,$d' "$ROOT/guest/report.c"
		sed -n '/^void message_add_id(/,/^}/p' "$ROOT/guest/message.c"
	} | grep -oE '[a-z-]+=' | sort -u >source
	sed -n '/^\.Sh THE LINE$/,/^\.Pp$/s/^\.It Li \([a-z-]*=\).*/\1/p' "$(page seedrive-guest)" >paged
	# The page describes reason= under mixed.
	echo reason= >>paged
	grep -q '^\.Li reason=$' "$(page seedrive-guest)"
	same parts source paged
}

@test "docs: each other line of the guest's program is in seedrive-guest(8), and no other" {
	# The lines are all quoted texts of more than one word in these files, except the line of a verdict.
	{
		grep -v '^#include\|^_Static_assert' "$ROOT/guest/main.c"
		sed '1,/^\/\* A line of up to five pieces/d' "$ROOT/guest/report.c"
	} | grep -oE '"[^"]+"' | tr -d '"' | sed 's/^: //; s/: $//' | grep -v '=$' | grep -E '[a-z] [a-z]' >source
	[ "$(wc -l <source)" -ge 13 ]
	sed -n '/^\.Ss Of the program$/,/^\.El/s/^\.It .*Li "\(.*\)"[^"]*$/\1/p' "$(page seedrive-guest)" |
		sed 's/^[^ ]*: //; s/:$//' | grep -v '=$' >paged
	same lines source paged
}

@test "docs: each key of the status is in seedrive-guest(8), and no other" {
	{
		grep -oE '"[a-z_]+=' "$ROOT/guest/status.c" | tr -d '"'
		sed -n '/^void message_add_id(/,/^}/p' "$ROOT/guest/message.c" | grep -oE '[a-z]+='
		sed -n '/^void report_ledgers(/,/^}/p' "$ROOT/guest/report.c" | grep -oE '[a-z]+='
	} | tr -d = | sort -u >source
	[ "$(wc -l <source)" -eq 12 ]
	sed -n '/^\.Sh STATUS$/,/^\.Sh LEDGERS$/s/^\.It Cm //p' "$(page seedrive-guest)" | tr -d ' ' | tr ',' '\n' >paged
	same keys source paged
}

@test "docs: each line of the boot's stages is in seedrive-guest(8), and no other" {
	# The lines are all quoted texts of more than one word in the program, except its usage and the texts that it looks
	# for in its input.
	grep -hv '^#include\|"usage: \|ends(line' "$ROOT"/guest/stage/*.c | grep -oE '"[^"]+"' | tr -d '"' |
		sed -E 's/^[:; ]+//; s/[:; ]+$//' | grep -E '[a-z], [a-z]|[a-z] [a-z]' | sort -u >source
	[ "$(wc -l <source)" -ge 20 ]
	sed -n '/^\.Ss Of the stages of a boot$/,/^\.El$/s/^\.It //p' "$(page seedrive-guest)" >items
	[ "$(wc -l <items)" -ge 14 ]
	mandoc -T utf8 -O width=1000 "$(page seedrive-guest)" | col -b | sed -n '/Of the stages of a boot$/,/^STATUS$/p' |
		tr -s '[:space:]' ' ' >text
	while read -r line; do
		grep -qF -- "$line" text || fail_line "$line"
	done <source
	# For each line in the page, compare the parts that do not vary.
	grep -oE '"[^"]+"' items | tr -d '"' | sed -E 's/^[:; ]+//; s/[:; ]+$//' | grep ' ' >paged
	while read -r line; do
		grep -hF -- "$line" "$ROOT"/guest/stage/*.c >/dev/null || fail_line "$line"
	done <paged
}

# limit FILE NAME: print the number that a header or a source defines.
limit() {
	sed -nE "s/^#define $2 +\(?([0-9]+).*/\1/p" "$ROOT/$1"
}

# fail_line LINE: fail, and print the line.
fail_line() {
	echo "not on both sides: $1"
	return 1
}

@test "guest: the stages recognize a device without a seed by the words that the guest prints" {
	sed -n '/^bool heard_bare(/,/^}/p' "$ROOT/guest/stage/heard.c" | grep -oE '": [^"]+"' | tr -d '":' | sed 's/^ //' >heard
	[ "$(wc -l <heard)" -eq 2 ]
	while read -r words; do
		grep -qE "\"(: )?$words\"" "$ROOT/guest/report.c" || fail_line "$words"
	done <heard
}

@test "docs: what seedrive-guest(8) says about the boot's stages is what they do" {
	stages=$ROOT/guest/stage
	mandoc -T utf8 -O width=1000 "$(page seedrive-guest)" | col -b | tr -s '[:space:]' ' ' >text
	tr -s '\n ' ' ' <"$ROOT/doc/guest-boot.md" >details
	grep -qF "one deadline, of $(limit guest/stage/settings.h SETTINGS_LIMIT_S) seconds unless" details
	grep -qF "Default: $(limit guest/stage/settings.h SETTINGS_LIMIT_S)s." text
	grep -qF "from 1s to $(limit guest/stage/settings.h SETTINGS_LIMIT_MAX_S)s." text
	grep -qF "from 1s to $(limit guest/stage/settings.h SETTINGS_LIMIT_MAX_S)s; taken as $(limit guest/stage/settings.h SETTINGS_LIMIT_S)s" "$stages/settings.c"
	grep -qF "More than $(limit guest/stage/settings.h SETTINGS_WORDS_MAX) words, or 1023 characters" text
	grep -q 'char words\[1024\]' "$stages/settings.h"
	# These units wait a little longer than the longest deadline.
	grep -l guest-stage "$ROOT"/dist/guest/{systemd,initrd}/*.in >units
	[ "$(wc -l <units)" -ge 5 ]
	while read -r unit; do
		[ "$(sed -n 's/^TimeoutStartSec=//p' "$unit")" -gt "$(limit guest/stage/settings.h SETTINGS_LIMIT_MAX_S)" ]
	done <units
	# These reasons leave the decision on a seed to a later stage.
	sed -n '/^bool heard_decision(/,/^}/p' "$stages/heard.c" | grep -oE '"[a-z]+(-[a-z]+)+"' | tr -d '"' >source
	[ "$(wc -l <source)" -eq 6 ]
	# shellcheck disable=SC2016 # Markdown
	sed -n '/for one of these reasons:$/,/^\*\*Time/s/^- `\([a-z-]*\)`$/\1/p' "$ROOT/doc/guest-boot.md" >paged
	same reasons source paged
	for word in on mix off; do
		grep -qF "seedrive.guest=$word" text
	done
	grep -qF '{ "off", "mix", "on" }' "$stages/settings.c"
	for path in /var/lib/seedrive/ledger /var/lib/seedrive/carry-over /etc/default/seedrive-guest /run/seedrive/guest; do
		grep -qF "$path" text
	done
	for unit in cloud-init-local.service sysinit.target; do
		grep -q "^Before=.*$unit" "$ROOT/dist/guest/systemd/seedrive-guest.service.in"
		grep -qF "$unit" text
	done
}

@test "udev: the labels of its rule are those that the guest's program looks for" {
	flat util/wire/label.c | grep -oE 'labels\[\]\[9\] = \{[^}]*' | grep -oE '"[^"]+"' | tr -d '"' >source
	[ "$(wc -l <source)" -eq 4 ]
	grep -oE '"config-2[^"]*"' "$ROOT/dist/guest/udev/72-seedrive-guest.rules.in" | sort -u | tr -d '"' >rules
	[ "$(wc -l <rules)" -eq 1 ]
	tr '|' '\n' <rules >ours
	same labels source ours
}

@test "docs: each variable that changes what the tool does is in its pages, and no other" {
	find "$ROOT"/{cli,serve,drive,iso,seed,util} -name '*.c' -exec cat {} + | tr -s '[:space:]' ' ' |
		grep -oE 'getenv\( ?"[A-Z_]+"' | cut -d'"' -f2 >source
	sed -n 's/^\.It Ev \([A-Z_]*\)$/\1/p' "$ROOT"/man/*.1 "$(page seedrive-serve)" >paged
	same variables source paged
}

@test "docs: each default in a --help is the one in the page" {
	for command in "${COMMANDS[@]}" guest; do
		if [ "$command" = guest ]; then
			"$GUEST" --help >help
		else
			"$TOOL" "$command" --help >help
		fi
		sed -nE 's/^ +(-., )?(--[a-z-]+).*\(default ([0-9]+)\).*/\2 \3/p' help >numbers
		while read -r option number; do
			sed -n "/^\.It Fl.* -\?${option#-} /,/^\.It /p" "$(page "seedrive-$command")" |
				grep -q "^Default: ${number}[.,]"
			echo "$command $option" >>checked
		done <numbers
	done
	[ "$(wc -l <checked)" -ge 3 ]
}

@test "docs: the limits in the pages are those of the code" {
	# says PAGE TEXT: check that the page has this text, whatever its line breaks.
	says() {
		mandoc -T utf8 -O width=1000 "$(page "$1")" | col -b | tr -s '\n\t ' ' ' >text
		grep -qF -- "$2" text || { echo "$1: $2"; return 1; }
	}
	says seedrive "At most $(($(limit seed/source/source.h SOURCES_MAX) - 1)); a path"
	[ "$(grep -c 'RECORD_BITS_MAX' "$ROOT/cli/options.c")" -eq 1 ]
	bits=$(($(limit util/wire/record.h RECORD_BLOCKS_MAX) * $(limit util/wire/record.h RECORD_BLOCK_BITS)))
	for name in seedrive seedrive-build seedrive-reseed seedrive-draw; do
		says "$name" "Strength to claim, 1 to $bits."
	done
	says seedrive-inspect "0 to $bits."
	# The limit of value_duration() is UINT32_MAX seconds.
	seconds=$(((1 << 32) - 1))
	fails 2 "seedrive: build: --ttl: $((seconds + 1)): must be whole seconds up to $seconds, as in 90s, 15m, 12h, 1d or 2w" \
		"$TOOL" build --ttl "$((seconds + 1))" -o drive.iso tree
	for name in seedrive-build seedrive-reseed seedrive.conf; do
		says "$name" "t most $seconds seconds, which are $((seconds / 31556952)) years"
	done
	says seedrive-build "more than $(limit iso/tree.h TREE_DEPTH_MAX) levels of folders"
	says seedrive.conf "at most $(($(limit cli/config/file.h CONFIG_FILE_MAX))) KiB"
	says seedrive.conf "at most $(limit cli/config/file.h CONFIG_LINE_MAX) bytes"
	says seedrive.conf "Strength to claim, 1 to $bits."
	says seedrive.conf "The file has $(limit util/wire/record.h RECORD_NOTE_SIZE) bytes"
	[ "$(limit seed/source/source.h SOURCE_DEADLINE_MAX_MS)" -eq 3600000 ]
	says seedrive.conf "from 1ms to 1h"
	says seedrive-sources "from 1ms to 1h"
	says seedrive-build "nested deeper than $(limit util/json.h JSON_DEPTH_MAX) levels"
	says seedrive-build "larger than $(limit seed/mix.h MIX_FILE_MAX) MiB"
	says seedrive-build "longer than $(limit seed/mix.h MIX_MAX) bytes"
	seconds=$(($(limit seed/source/source.h SOURCE_DEADLINE_MS) / 1000))
	least=$(limit seed/cutoff_table.h HEALTH_STARTUP)
	says seedrive-sources "$least bytes at least, within $seconds seconds"
	says seedrive-sources "at most $(limit seed/source/stream.h STREAM_UNIX_MAX) bytes long"
	says seedrive-sources "at most $(limit seed/source/hwrng.c BITS_MAX) bits a byte"
	says seedrive-sources "At most $(limit seed/source/cpu.c RDRAND_TRIES) tries"
	says seedrive-sources "one of $(limit seed/health.h HEALTH_LAGS) lags"
	says seedrive-serve "in stock, 2 to $(limit serve/reservoir.h RESERVOIR_MAX)."
	says seedrive-serve "of one user in a second, 1 to $(limit serve/limit.h LIMIT_MAX) blocks."
	says seedrive-serve "for a while, 1 to $(limit serve/limit.h LIMIT_MAX) blocks at once."
	says seedrive-serve "for 1 to $(($(limit util/wire/record.h RECORD_BLOCKS_MAX) + 1)) blocks"
	says seedrive-serve "There may be $(limit serve/connections.h CONNECTIONS_MAX) connections, and"
	says seedrive-serve "$(limit serve/connections.h CONNECTIONS_SILENT) on which no request has come yet"
	says seedrive-serve "$(limit serve/connections.h CONNECTIONS_ENTRIES) entries at once or $(limit serve/connections.h CONNECTIONS_ENTRY_RATE) a second"
	says seedrive-serve "in each round every user gets $(limit serve/turns.h TURNS_QUANTUM) blocks"
	says seedrive-serve "after $(($(limit serve/backoff.h BACKOFF_MIN_MS) / 1000)) seconds"
	says seedrive-serve "up to $(($(limit serve/backoff.h BACKOFF_MAX_MS) / 60000)) minutes"
	[ "$(limit serve/broker.h BROKER_WAIT_MS)" -eq 500 ]
	says seedrive-serve "too few blocks for half a second"
	says seedrive-check "Of each source, $(limit seed/cutoff_table.h HEALTH_STARTUP) to $(limit seed/estimate/estimate.h ESTIMATE_MAX),"
	says seedrive-check "a multiple of $(limit seed/estimate/sample.h SAMPLE_MULTIPLE). Default: $(limit seed/estimate/estimate.h ESTIMATE_SAMPLES),"
	says seedrive-check "what may be slow, $(limit cli/cmd_check.c ASKED_SLOW)."
	read -r _ equal _ often _ _ _ replay < <("$B/unit/seed/test_cutoff" --print | grep '^4000 ')
	says seedrive-check "where no $equal equal bytes may come in a row"
	says seedrive-check "no value $often times in $(limit seed/cutoff_table.h HEALTH_WINDOW_SAMPLES)"
	says seedrive-check "$replay bytes are enough to tell at 4 bits a byte"
	says seedrive-check "the lags from 1 to $(limit seed/health.h HEALTH_LAGS) predicts"
	says seedrive-check "lags of 1 to $(limit seed/estimate/stats.h STATS_LAGS) bits"
	says seedrive-guest "from 1s to $(($(limit guest/options.c WAIT_MAX_S) / 60))m;"
	says seedrive-guest "It holds $(limit guest/ledger_efi.c ENTRIES_MAX) seed ids"
	says seedrive-guest "at most $(limit guest/stock.h STOCK_MAX) bytes in base64"
	[ "$(limit guest/machine.h MACS_MAX)" -eq 8 ]
	says seedrive-guest "more than $(limit guest/decide.h CLOCK_SKEW_S) seconds in the future"
	says seedrive-guest "At most $(limit guest/device.h DRIVES_MAX) devices"
	path=$(flat guest/device.h | grep -oE 'char path\[[0-9]+' | cut -d'[' -f2)
	says seedrive-guest "at most $((path - 1)) characters"
}

@test "docs: the units of a time in the page are those of the parser" {
	local units
	units=$(sed -nE 's/^\t\{ "([a-z]+)", [0-9]+ \},$/\1/p' "$ROOT/util/duration.c" | paste -sd ' ')
	[ "$units" = "ms s m h d w" ]
	[ "$(sed -n '/^is a whole number and, without a space, its unit:$/,/^for milliseconds/p' "$(page seedrive.conf)" |
		sed -n 's/^\.Cm //p' | tr -d ',' | tr -s '\n ' ' ')" = "$units " ]
}

# journal_fields PAGE: print the fields that have an entry in the page.
journal_fields() {
	sed -n '/^\.Sh THE JOURNAL$/,/^\.Sh /s/^\.It Li //p' "$(page "$1")" | tr -d ' ' | tr ',' '\n'
}

@test "docs: each field of the journal is in the program's page, and no other" {
	cat "$ROOT"/{serve,util}/*.c | grep -oE '"SEEDRIVE_[A-Z_]+"' | tr -d '"' >source
	journal_fields seedrive-serve >paged
	same fields source paged
	cat "$ROOT"/{cli/drive_log,util/journal}.c | grep -oE '"SEEDRIVE_[A-Z_]+"' | tr -d '"' >source
	journal_fields seedrive-mkisofs >paged
	same fields source paged
	# reseed writes the same fields, with the same code.
	grep -q drive_log_write "$ROOT/cli/cmd_reseed.c"
	sed -n '/^\.Sh THE JOURNAL$/,/^\.Sh EXIT/p' "$(page seedrive-reseed)" | grep -q 'Xr seedrive-mkisofs 1'
}

# --- completion ---

# completes WORD...: print what bash offers for the last of these words, which are split as bash splits them.
completes() {
	# shellcheck disable=SC2016 # the other shell's
	bash --norc --noprofile -c '
		. "$ROOT/bash-completion/seedrive"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_seedrive
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "completion: it can be sourced in a bare bash, and is then used for seedrive" {
	# shellcheck disable=SC2016 # the other shell's
	run -0 --separate-stderr env -i ROOT="$ROOT" bash --norc --noprofile -eu -c '
		. "$ROOT/bash-completion/seedrive"
		complete -p seedrive
		declare -F _seedrive'
	[ "$output" = "complete -F _seedrive seedrive
_seedrive" ]
	# shellcheck disable=SC2154 # run sets it
	[ "$stderr" = "" ]
}

@test "completion: it offers the commands, and no others" {
	printf '%s\n' "${COMMANDS[@]}" -h --help --version >want
	completes seedrive '' >have
	same commands want have
	run -0 completes seedrive in
	[ "$output" = inspect ]
}

@test "completion: it offers each option in a command's --help, and no other" {
	for command in "${COMMANDS[@]}"; do
		"$TOOL" "$command" --help | options_in_text >want
		completes seedrive "$command" - >have
		same "$command" want have
	done
	run -0 completes seedrive config ''
	[ "$output" = check ]
	run -0 completes seedrive build --pub
	[ "$output" = --publisher ]
}

@test "completion: it offers the sources that there are, and no others" {
	"$TOOL" sources --json | sed -n 's/.*"source":"\(.*\)",/\1/p' >want
	completes seedrive build --source '' | tr -d : >have
	same sources want have
	completes seedrive serve --source '' | tr -d : >have
	grep -vx broker want >others
	same "sources of the daemon" others have
	# The broker's blocks cannot be checked, so check does not offer it.
	{ completes seedrive check '' | tr -d :; echo broker; } >have
	same checked want have
	printf '%s\n' hardware none >>want
	completes seedrive draw --require '' >have
	same require want have
}

@test "completion: in a list it completes the last element, wherever bash splits the words" {
	run -0 completes seedrive build --source rdseed,f
	[ "$output" = rdseed,file: ]
	run -0 completes seedrive build --source rdseed,rdrand,ker
	[ "$output" = rdseed,rdrand,kernel ]
	run -0 completes seedrive build --source = rdseed,rdr
	[ "$output" = rdseed,rdrand ]
	run -0 completes seedrive build --require kernel,har
	[ "$output" = kernel,hardware ]
	touch token
	run -0 completes seedrive build --source rdseed,file : tok
	[ "$output" = token ]
	run -0 completes seedrive build --source = file : tok
	[ "$output" = token ]
	run -0 completes seedrive build --source file : tok,ker
	[ "$output" = tok,kernel ]
	run -0 completes seedrive build --source tpm : tok
	[ "$output" = token ]
	run -0 completes seedrive build --source rdseed,egd : unix : tok
	[ "$output" = token ]
	run -0 completes seedrive build --source egd : un
	[ "$output" = unix: ]
	run -0 completes seedrive build --source tpm : sw
	[ "$output" = swtpm: ]
	# If COMP_WORDBREAKS was changed, bash has not split the word.
	run -0 completes seedrive build --source=file:tok
	[ "$output" = --source=file:token ]
}

# mkisofs_completes WORD...: print what bash offers for seedrive-mkisofs in the same way.
mkisofs_completes() {
	# shellcheck disable=SC2016 # the other shell's
	bash --norc --noprofile -u -c '
		. "$ROOT/bash-completion/seedrive-mkisofs"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_seedrive_mkisofs
		printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}' bash "$@"
}

@test "completion: for seedrive-mkisofs it offers each of its options, with one dash or two, and no other" {
	mkisofs_table honoured accepted >want
	mkisofs_completes seedrive-mkisofs -J - | sed 's/^-//' >have
	same mkisofs want have
	echo as >>want
	mkisofs_completes seedrive-mkisofs - | sed 's/^-//' >have
	same "mkisofs, the first word" want have
	sed -i /^as$/d want
	mkisofs_completes seedrive-mkisofs -J -- | sed 's/^--//' >have
	same mkisofs want have
	run -0 mkisofs_completes seedrive-mkisofs --jol
	[ "$output" = "--joliet
--joliet-long
--joliet-utf16" ]
}

@test "completion: for seedrive-mkisofs it has a value for each option that takes one, and paths elsewhere" {
	mkdir dir
	touch drive.iso
	"$B/unit/cli/test_mkisofs_args" --print | grep -v ^refused >rows
	while read -r _ name words _; do
		case $words:$name in
		0:* | *:o | *:output | *:log-file | *:sort | *:sort-weight-*) want="dir drive.iso" ;;
		*) want= ;;
		esac
		[ "$(mkisofs_completes seedrive-mkisofs "-$name" d | paste -sd' ')" = "$want" ] || { echo "$name" && return 1; }
	done <rows
	run -0 mkisofs_completes seedrive-mkisofs -V c
	[ "$output" = "config-2
cidata" ]
	run -0 mkisofs_completes seedrive-mkisofs --partition_cyl_align a
	[ "$output" = "all
auto" ]
}

@test "completion: --bind has the words that each command takes" {
	completes seedrive build --bind '' >have
	printf '%s\n' auto none >want
	same build want have
	small_tree tree
	while read -r word; do
		succeeds "$TOOL" build -q --bind "$word" -o drive.iso tree
	done <have
	run -0 completes seedrive reseed --bind ''
	[ "$output" = none ]
	succeeds "$TOOL" reseed -q --bind "$output" drive.iso
	fails 2 "seedrive: reseed: --bind: auto: must be none or a UUID" \
		"$TOOL" reseed -q --bind auto drive.iso
	run -0 completes seedrive build --bind = a
	[ "$output" = auto ]
	run -0 completes seedrive build --bind =
	[ "$output" = "none
auto" ]
}

@test "completion: it offers folders for DIR, and files for IMAGE and for each option that takes one" {
	mkdir drive.d
	touch drive.iso
	run -0 completes seedrive build dri
	[ "$output" = drive.d ]
	printf '%s\n' drive.d drive.iso >want
	for words in inspect reseed "build -o" "build --config" "sources --config" "config --config" "build --output" "build --user-data" \
		"build --meta-data" "build --network-config" "check --report" "check --config" "draw -o" "inspect --json" \
		"reseed --bind none"; do
		# shellcheck disable=SC2086 # words
		completes seedrive $words dri >have
		same "$words" want have
	done
	for words in sources draw check "check -n" config "build --bits" "build --ttl" "inspect --min-bits"; do
		# shellcheck disable=SC2086 # words
		run -0 completes seedrive $words dri
		[ "$output" = "" ]
	done
}

# --- README and the pages in doc/ ---

# shown FILE COMMAND: print the lines that a page shows after the command.
shown() {
	awk -v command="    \$ $2" '
		$0 == command { on = 1; next }
		on && !/^    / { exit }
		on { print substr($0, 5) }' "$1"
}

# Replaces the parts of the output that differ between runs or hosts.
alike() {
	sed -E 's/[0-9a-f]{32}/ID/; s/[0-9]+( of them from| assessed to) hardware/N\1 hardware/
		s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC/TIME/'
}

@test "docs: each figure that README, doc/ and the pages state is measured, a limit of the code, or an example" {
	run -0 "$ROOT/tests/figures"
	[[ "${lines[-1]}" =~ ^figures:\ ([0-9]+)\ stated,\ 0\ findings$ ]]
	[ "${BASH_REMATCH[1]}" -ge 40 ]
	(cd "$ROOT" && cp -r --parents README.md SECURITY.md doc man seed serve guest drive cli util dist tests/vm "$BATS_TEST_TMPDIR")
	echo 'It takes 0.3 of its time.' >>"$BATS_TEST_TMPDIR/README.md"
	sed -i 's/280 KiB/281 KB/' "$BATS_TEST_TMPDIR/doc/nova.md"
	run -1 "$ROOT/tests/figures" "$BATS_TEST_TMPDIR"
	[[ "$output" == *"README.md:"*": 0.3 of its time: is not in the table"* ]]
	[[ "$output" == *"no figure of doc/nova.md has: disk.config, 280 KiB"* ]]
}

@test "docs: bench/RESULTS.md is what bench/results has, and each figure of a text is in it" {
	"$ROOT/bench/evidence" --check
}

@test "README: the output of build and inspect that it shows is what they print" {
	mkdir -p build tests/data
	ln -s "$TOOL" build/seedrive
	ln -s "$NOVA" tests/data/nova-tree
	for command in "build/seedrive build -o drive.iso tests/data/nova-tree" \
		"build/seedrive inspect drive.iso"; do
		shown "$ROOT/README.md" "$command" | alike >want
		[ "$(wc -l <want)" -ge 3 ]
		$command | alike >have
		diff want have
	done
}

@test "README: the seed in the guest's line is the one of the drive that it shows" {
	seed=$(shown "$ROOT/README.md" "build/seedrive inspect drive.iso" | sed -n 's/^seed  *//p')
	[ "${#seed}" -eq 32 ]
	line="seedrive-guest: credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir ready-before=no"
	grep -qE "^    \[ +[0-9.]+\] $line\$" "$ROOT/README.md"
}

@test "README: the targets of make that it names exist" {
	grep -q '^    make demo ' "$ROOT/README.md"
	grep -q '^    make check ' "$ROOT/README.md"
	grep -oE '(^    |`)make( [A-Z]+=[^ ]+)*( [a-z][a-z0-9-]*)?' "$ROOT/README.md" |
		sed -E 's/^( +|`)make//; s/ [A-Z]+=[^ ]+//g; s/ //g; s/^$/all/' >named
	[ "$(wc -l <named)" -ge 7 ]
	sed -n 's/^\.PHONY: //p' "$ROOT/Makefile" | tr ' ' '\n' >targets
	while read -r target; do
		grep -qx -- "$target" targets
	done <named
}

@test "README: the files and folders that it names exist" {
	# shellcheck disable=SC2016 # Markdown
	grep -oE '`[a-zA-Z-]+/[a-z.0-9/-]*`|`[A-Z]+(\.md)?`' "$ROOT/README.md" | tr -d '`' >named
	[ "$(wc -l <named)" -ge 12 ]
	while read -r path; do
		case $path in
		build/*) ;;
		*) [ -e "$ROOT/$path" ] ;;
		esac
	done <named
}

# named_files PAGE: print the paths of our files and folders that the page has between backquotes or in its indented
# commands.
named_files() {
	# shellcheck disable=SC2016 # Markdown
	{ grep -oE '`[^`]+`' "$1" | tr -d '`'; sed -n 's/^    //p' "$1" | tr ' =' '\n'; } |
		grep -xE '\.?[a-z][a-z-]*/[a-z_./0-9-]*|[A-Z]+\.md|Makefile|\.clang-format' | grep -v '^build/' | sort -u
}

@test "architecture: the files that the pages for developers name exist" {
	for page in doc/architecture.md CONTRIBUTING.md; do
		named_files "$ROOT/$page" >named
		[ "$(wc -l <named)" -ge 15 ]
		while read -r path; do
			[ -e "$ROOT/$path" ] || { echo "$page: $path"; return 1; }
		done <named
	done
}

@test "architecture: its floors are those of tests/layers, in the same order" {
	# shellcheck disable=SC2016 # Markdown
	sed -n '/^## The folders/,/^Rules/s/^| `\([a-z/]*\)\/` | .*/\1/p' "$ROOT/doc/architecture.md" >floors
	sed -n '/^ROOMS = {/,/^}/s/^    "\([a-z/]*\)": .*/\1/p' "$ROOT/tests/layers" >rooms
	[ "$(wc -l <rooms)" -ge 13 ]
	diff floors rooms
}

@test "CONTRIBUTING: the targets of make that it names exist" {
	grep -oE '(^ {4}|&& )make( [A-Z]+=[^ ]*| units=[^ ]*)*( [a-z][a-z0-9-]*)?' "$ROOT/CONTRIBUTING.md" |
		sed -E 's/.*make//; s/ [a-zA-Z]+=[^ ]*//g; s/ //g; s/^$/all/' | sort -u >named
	[ "$(wc -l <named)" -ge 6 ]
	sed -n 's/^\.PHONY: //p' "$ROOT/Makefile" | tr ' ' '\n' >targets
	while read -r target; do
		grep -qx -- "$target" targets || { echo "$target"; return 1; }
	done <named
}

@test "README: it names all commands and sources, and no others" {
	tr '\n' ' ' <"$ROOT/README.md" | grep -oE '\*\*What there is:\*\*.*\*\*What has not been tried:' >there
	# shellcheck disable=SC2016 # Markdown
	grep -oE '`[a-z]+`' there | tr -d '`' >named
	"$TOOL" sources --json | sed -n 's/.*"source":"\(.*\)",/\1/p' >real
	printf '%s\n' "${COMMANDS[@]}" >>real
	same README real named
	grep -q "version $("$TOOL" --version | cut -d' ' -f2), not released" there
}

# with_key COMMAND...: run it while `key` is a FIFO that delivers like a serial key.
with_key() {
	local status=0
	[ -p key ] || mkfifo key
	cat /dev/urandom >key 2>/dev/null 3>&- &
	"$@" || status=$?
	kill "$!" 2>/dev/null || true
	wait "$!" 2>/dev/null || true
	return "$status"
}

@test "accounting: the claim, recomputed by the program on the page, is that of each run" {
	# shellcheck disable=SC2016 # Markdown
	sed -n '/^```python$/,/^```$/p' "$ROOT/doc/accounting.md" | grep -v '^```' >sum.py
	grep -q 'class Fault' sum.py
	small_tree tree
	for options in "" "--source kernel" "--bits 1 --source kernel" "--bits 300" "--bits 16384" \
		"--source file:key,bits=1 --bits 600" "--source file:/dev/zero,bits=8"; do
		# shellcheck disable=SC2086 # words
		if with_key "$TOOL" build $options --json -o drive.iso tree >run.json 2>refused; then
			/usr/bin/python3 sum.py <run.json
			echo "$options" >>redone
		else
			# A host without the CPU's instructions cannot assess more than 256 bits.
			grep -q "too little entropy: the sources gave 256 of" refused
		fi
	done
	[ "$(wc -l <redone)" -ge 5 ]
	# The program on the page detects a claim that is one bit too high.
	sed -i 's/"credit_bits":256/"credit_bits":257/' run.json
	run -1 /usr/bin/python3 sum.py <run.json
}

@test "accounting: the run on the page adds up, and a new run is counted in the same way" {
	shown "$ROOT/doc/accounting.md" \
		"build/seedrive build --bits 300 --json -o drive.iso tests/data/nova-tree" >page
	[ "$(wc -l <page)" -eq 7 ]
	small_tree tree
	with_key "$TOOL" build --bits 300 --source rdseed,rdrand,file:key,bits=3 --json \
		-o drive.iso tree >now.json 2>warned
	/usr/bin/python3 - <<-'END'
		import json, re

		def check(run):
		    for r in run["sources"]:
		        rate, per = r["rate_bits"], r["rate_bytes"]
		        share = -(-320 // rate) * per if rate else 64
		        share = [-(-n // 8) * 8 for n in (max(share, 1024), share)]
		        to_mix = {"rdseed": 1024, "rdrand": 1024, "kernel": 64}.get(r["source"], 0)
		        assert r["bytes"] == sum(share) + to_mix, r
		        assert r["assessed_bits"] == [n * rate // per for n in share], r
		    sums = [sum(r["assessed_bits"][b] for r in run["sources"]) for b in range(run["blocks"])]
		    hardware = sum(min(256, max(0, s - 64)) for s in sums)
		    kernel = min(256, 256 * run["blocks"] - hardware)
		    assert min(run["asked_bits"], hardware) == run["hardware_bits"]
		    assert run["credit_bits"] == min(run["asked_bits"], hardware + kernel)

		text = open("page").read()
		page = json.loads("{" + ",".join(re.findall(r'"\w+_bits":\d+(?=,\n)|"blocks":\d+', text)) + "}")
		page["sources"] = [json.loads("{" + re.sub(r"  +", "", row) + "}")
		                   for row in re.findall(r'"source".*\]', text)]
		assert [r["source"] for r in page["sources"]] == ["rdseed", "rdrand", "kernel"]
		check(page)
		now = json.load(open("now.json"))
		now["sources"] = [s for s in now["sources"] if s["status"] == "passed"]
		assert len(now["sources"]) >= 2
		check(now)
		for row in page["sources"]:
		    for other in now["sources"]:
		        assert row["source"] != other["source"] or row.items() <= other.items()
	END
}

@test "accounting: the cutoffs and margins on the page are those of the code" {
	value() {
		sed -nE "s/^#define $1 +([0-9]+).*/\1/p" "$ROOT/$2.h"
	}
	tr -s '\n ' ' ' <"$ROOT/doc/accounting.md" >page
	says() {
		grep -qF -- "$1" page
	}
	# Prints the cutoffs that the program uses at 1, 4 and 8 bits a byte.
	column() {
		"$B/unit/seed/test_cutoff" --print | awk -v n="$1" '$1 == 1000 || $1 == 4000 || $1 == 8000 { print $n }' |
			paste -sd, | sed 's/,/, /g'
	}
	says "equal samples in a row | | $(column 2) |"
	says "not only the first one's | 256 | $(column 4) |"
	[ "$(grep -o "| 128 | $(column 6) |" page | wc -l)" -eq 3 ]
	says "by this source or another | | $(column 8) bytes |"
	says "each window of $(value HEALTH_WINDOW_SAMPLES seed/cutoff_table) samples"
	says "max($(value HEALTH_REPLAY_LEAST seed/cutoff_table), ceil($(value HEALTH_REPLAY_BITS seed/cutoff_table) / H)) bytes"
	says "alpha = 2^-$(value HEALTH_ALARM_LOG2 seed/cutoff_table), for each test and each window"
	says "alpha = 2^-$(value HEALTH_SURE_LOG2 seed/cutoff_table), any replay"
	says "at least $(value HEALTH_STARTUP seed/cutoff_table) bytes of every source"
	says "at least $(value RECORD_BLOCK_BITS util/wire/record) + $(value CLAIM_MARGIN_BITS seed/claim) bits"
	says "min($(value CLAIM_KERNEL_BITS seed/claim), 256 * blocks - hardware)"
	says "or $(($(value SOURCE_DEADLINE_MS seed/source/source) / 1000)) seconds, for the opening and all that is asked of it"
}

@test "format: an independent reader agrees with the vectors and refusals on the page" {
	run -0 /usr/bin/python3 "$ROOT/tests/lib/read_seed.py" --page "$ROOT/doc/seed-format.md"
	[ "$(grep -c '^ok ' <<<"$output")" -ge 150 ]
}

@test "format: inspect and the guest find what the page says in each image on the page" {
	run -0 /usr/bin/python3 "$ROOT/tests/lib/compare_readers.py" --keep kept --page "$ROOT/doc/seed-format.md" \
		"$TOOL" "$ROOT/build/guest/seedrive-guest"
	[ "${lines[-1]}" = "43 images, 0 disagreements" ]
}

# IMAGES=1000 sets the number of images; each run makes the same images.
@test "format: inspect, the guest and a reader written from the page agree on mutated images" {
	small_tree tree
	"$TOOL" build -q --source kernel -o joliet.iso tree
	bsdtar -xf joliet.iso -C tree
	genisoimage -quiet -r -V config-2 -o ridge.iso tree
	genisoimage -quiet -iso-level 1 -V CONFIG-2 -o short.iso tree
	run -0 /usr/bin/python3 "$ROOT/tests/lib/compare_readers.py" --images "${IMAGES:-200}" --keep kept \
		"$TOOL" "$ROOT/build/guest/seedrive-guest" joliet.iso ridge.iso short.iso
	[ "${lines[-1]}" = "${IMAGES:-200} images, 0 disagreements" ]
	# Each outcome occurred often, so the comparison covers them all.
	for outcome in none record refused tombstone; do
		grep -qE "^$outcome: [0-9]{2}" <<<"$output"
	done
}

@test "format: the example of provenance on the page adds up" {
	/usr/bin/python3 - "$ROOT/doc/seed-format.md" <<-'END'
		import json, re, sys

		page = open(sys.argv[1]).read()
		example = json.loads("{%s}" % re.search(r'^ {4}("sources":.*)$', page, re.M).group(1))
		text = " ".join(page[page.index('"sources":'):].split())
		rdseed, kernel = example["sources"]
		record, mixed = map(int, re.search(r"`rdseed` gave (\d+) bytes to it, .* The other (\d+) bytes", text).groups())
		a, margin, hardware, credit = map(int, re.search(
		    r"\*a\* is (\d+), hardware bits are min\(256, \1 - (\d+)\) = (\d+), and credit bits are (\d+)", text).groups())
		assert rdseed == {"source": "rdseed", "bytes": record + mixed, "assessed_bits": 4 * record} and a == 4 * record
		assert hardware == credit == min(256, a - margin)
		assert kernel["source"] == "kernel" and kernel["assessed_bits"] == 0
	END
}

# tests_there FILE: each line of FILE that names a test has the path of its file and its title; check that this file has
# such a test.
tests_there() {
	local file title
	# shellcheck disable=SC2016 # Markdown
	sed -n 's/^  - `\(tests\/[^`]*\)`: "\(.*\)"$/\1 \2/p' "$1" >named
	[ "$(wc -l <named)" -ge 20 ]
	while read -r file title; do
		case $file in
		*.bats) grep -qF "@test \"$title\" {" "$ROOT/$file" ;;
		*) grep -qF "TEST(\"$title\"" "$ROOT/$file" ;;
		esac || { echo "$file: $title"; return 1; }
	done <named
}

# each_is_proved FILE KIND LEAST: check that FILE has at least LEAST claims, and that each of them is followed by a line
# of that KIND before the next claim begins.
each_is_proved() {
	awk -v kind="$2" -v least="$3" '/^- \*\*/ { if (open) exit 1; open = 1; count++ }
		/^  - / { if ($0 !~ "^  - `" kind "`: \"[^\"]*\"$") exit 1; open = 0 }
		END { exit open || count < least }' "$1"
}

@test "security: each promise names tests, and each test that it names exists" {
	sed -n '/^## What we promise$/,/^## What we do not/p' "$ROOT/SECURITY.md" >promises
	tests_there promises
	each_is_proved promises 'tests/[^`]*' 15
}

@test "threats: each claim names a test that exists, or a promise or limit of SECURITY.md, and does not repeat that page" {
	local part
	sed '1,/^## Who is trusted/d' "$ROOT/doc/security.md" >threats
	tests_there threats
	each_is_proved threats '(tests/[^`]*|SECURITY.md)' 20
	tr '\n' ' ' <"$ROOT/SECURITY.md" | tr -s ' ' >security
	# shellcheck disable=SC2016 # Markdown
	sed -n 's/^  - `SECURITY.md`: "\(.*\)"$/\1/p' threats >parts
	[ "$(wc -l <parts)" -ge 10 ]
	while read -r part; do
		grep -qF -- "- **$part" security || { echo "SECURITY.md: $part"; return 1; }
	done <parts
	# Only SECURITY.md names the tests of a promise.
	sed -n '/^## What we promise$/,/^## What we do not/p' "$ROOT/SECURITY.md" >promises
	tests_there promises
	sort named >theirs
	tests_there threats
	[ "$(sort named | comm -12 - theirs | wc -l)" -eq 0 ] || { sort named | comm -12 - theirs; return 1; }
}

@test "upstream: each text in the list exists, and each text that exists is in the list" {
	# shellcheck disable=SC2016 # Markdown
	diff <(sed -n 's/^| `\([a-z0-9-]*\.md\)` .*/\1/p' "$ROOT/doc/upstream/README.md" | sort) \
		<(cd "$ROOT/doc/upstream" && printf '%s\n' [a-z]*.md)
}

@test "docs: the changelog has the unreleased changes, and SECURITY.md has its four sections" {
	grep -qx '## \[Unreleased\]' "$ROOT/CHANGELOG.md"
	grep -qx '### Added' "$ROOT/CHANGELOG.md"
	for heading in "What we promise" "What we do not promise" "How to report" "Past failings"; do
		grep -qx "## $heading" "$ROOT/SECURITY.md"
	done
}
