#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Follows doc/nova.md word for word: each command, in this order, gives what the page shows, unless the page says that it was
# not run.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

# parts KIND: print the lines of the page's commands (kind 1), or these and the output that the page shows (kind 2).
# Each command has its mark: `#` is root, `$` any user. A block after a paragraph that ends with "(untested):" is left
# out.
parts() {
	awk -v kind="$1" '
		!/^    / { on = 0; text = /^$/ ? "" : text " " $0 }
		!/^    / && text { skip = text ~ /\(untested\):$/ }
		!skip && /^    [$#] / { on = 1; print substr($0, 5); next }
		on && kind == 2 { print substr($0, 5) }' "$ROOT/doc/nova.md"
}

commands() {
	parts 1
}

page() {
	parts 2
}

# alike: replace the figures that differ between runs or hosts, and delete the parser's message about a kernel without
# AppArmor.
alike() {
	sed -E '/^Cache read\/write disabled: interface file missing/d; s/^(seed +)[0-9a-f]{32}$/\1ID/; s/, [0-9]+ of them from hardware/, N of them from hardware/
		s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC/TIME/'
}

# on_a_host COMMAND...: run it with a writable /usr, /etc, /var/lib and /run that vanish when the command ends.
on_a_host() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u CC -u SAN -u SHARED PATH="$PATH:/usr/sbin:/sbin" unshare --mount bash -euc '
		mkdir -p layers
		mount -t tmpfs layers layers
		for path in usr etc var/lib; do
			mkdir -p "layers/$path/"{upper,work}
			mount -t overlay overlay -o "lowerdir=/$path,upperdir=$PWD/layers/$path/upper,workdir=$PWD/layers/$path/work" \
				"/$path"
		done
		mount -t tmpfs run /run
		"$@"' bash "$@"
}

# follow: run each command in the folder `sources`, and print it with its output; stop if one fails. Commands for any user
# are run by an ordinary user, who owns the folder, at a path that others can reach.
follow() {
	mount --bind sources /mnt
	chown 65534:65534 /mnt
	cd /mnt || return
	while IFS= read -r command; do
		printf '%s\n' "$command"
		case $command in
		'#'*) sh -c "${command#? }" </dev/null 2>&1 ;;
		*) HOME=/ setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "${command#? }" </dev/null 2>&1 ;;
		esac || return
	done <"$typed"
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	# The commands run on a copy of the sources that they need, so that they cannot damage the sources themselves.
	ordinary_make all
	mkdir -p sources/tests/data
	cp -r "$ROOT"/{Makefile,bash-completion,fish-completion,zsh-completion,build,cli,dist,doc,drive,guest,iso,man,seed,serve,util} sources
	cp -r "$NOVA" sources/tests/data
	rm -rf sources/build/{san,unit,fuzz,bench}
}

# bats test_tags=root
@test "guide: each command of doc/nova.md that we say we ran does what the page shows, by root or by any user" {
	need_mounts
	need_root
	commands >typed
	[ "$(wc -l <typed)" -ge 25 ]
	# The copied files get one time, so that make does not rebuild them.
	find sources -exec touch -d '2026-01-01' {} +
	on_a_host bash -euo pipefail -c "typed=$PWD/typed; $(declare -f follow); follow" >had
	diff <(page | alike) <(alike <had)
	# The hook has renewed the first seed.
	[ "$(grep -E '^seed +[0-9a-f]{32}$' had | sort -u | wc -l)" -eq 2 ]
	# Nothing is left on this host.
	[ "$(genisoimage --version)" = "genisoimage 1.1.11 (Linux)" ]
	[ ! -e /etc/libvirt/hooks/qemu.d/seedrive ]
}

# bats test_tags=root
@test "guide: the steps to remove it leave no file of ours on the host" {
	need_mounts
	need_root
	commands >typed
	find sources -exec touch -d '2026-01-01' {} +
	on_a_host bash -euo pipefail -c "typed=$PWD/typed; $(declare -f follow)"'
		find /usr /etc -name "*seedrive*" ! -type d | sort >before
		(follow) >/dev/null
		find /usr /etc -name "*seedrive*" ! -type d | sort >after
		diff before after'
}

@test "guide: the journal entry that the page shows has the fields of a real one" {
	need_mounts
	own_run /usr/bin/python3 -c 'import os, socket, subprocess
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
subprocess.run([os.environ["MKISOFS"], "-o", "disk.config", "-J", "-r", "-V", "config-2", os.environ["NOVA"]], check=True)
print(s.recv(65536).decode())' >entry
	sed -n 's/^        \([A-Z_]*\)=.*/\1/p' "$ROOT/doc/nova.md" >shown
	[ "$(wc -l <shown)" -eq 11 ]
	diff shown <(sed -n 's/^\([A-Z_]*\)=.*/\1/p' entry)
	diff <(sed -n 's/^        \(MESSAGE\|SEEDRIVE_INSTANCE\|SEEDRIVE_LABEL\)=/\1=/p' "$ROOT/doc/nova.md" | sed 's/, [0-9]* bits/, N bits/') \
		<(grep -E '^(MESSAGE|SEEDRIVE_INSTANCE|SEEDRIVE_LABEL)=' entry | sed 's/, [0-9]* bits/, N bits/')
}

@test "guide: the numbers on the page are those of the code" {
	local limit
	limit=$(sed -n 's/^limit=\([0-9]*\).*/\1/p' "$ROOT/dist/host/libvirt-hook.in")
	tr -s '\n ' ' ' <"$ROOT/doc/nova.md" | grep -qF "takes $limit seconds at most"
	mandoc -T utf8 -O width=1000 "$ROOT/man/seedrive-reseed.1" | grep -qF "within $limit seconds"
	grep -qF "$(sed -n 's/^marks=//p' "$ROOT/dist/host/libvirt-hook.in")" "$ROOT/doc/nova.md"
}
