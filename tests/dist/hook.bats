#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dist/host/libvirt-hook.in, called as libvirt calls it: with the guest's name, the operation, its phase, one more word, and
# the domain on standard input.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

OTHER=01234567-89ab-cdef-0123-456789abcdef

setup() {
	mkdir -p "$BATS_TEST_TMPDIR/here/bin" "$BATS_TEST_TMPDIR/here/marks"
	cd "$BATS_TEST_TMPDIR/here" || return
	ln -s "$TOOL" bin/seedrive
	stub logger '[ "$1 $2" = "-t seedrive-hook" ] && [ "$5" = -- ] && echo "$4 $6" >>"$HERE/journal"'
	touch journal
	HERE=$PWD
	export HERE
	# The hook is as it is installed, except for two things: its marks are in a folder here, not in /run, where only
	# root can write; and its time limit is longer, because a machine may be slow.
	sed "s|@bindir@|$PWD/bin|; s|^marks=.*|marks=$PWD/marks|; s|^limit=[0-9]*|limit=600|" "$ROOT/dist/host/libvirt-hook.in" >hook
	chmod 755 hook
	drive disk.config
	cp disk.config before
}

teardown() {
	# QEMU runs here only if the test failed.
	[ ! "${QEMU:-}" ] || kill "$QEMU"
	make_removable
}

# stub NAME COMMANDS: make a program with that name, which the hook finds first.
stub() {
	rm -f "bin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
	chmod 755 "bin/$1"
}

# domain DISK...: print the machine's XML, as libvirt writes it.
domain() {
	printf "<domain type='kvm' id='3'>\n  <name>instance-00000001</name>\n  <uuid>%s</uuid>\n" "$UUID"
	printf '  <devices>\n    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n'
	printf '%s\n' "$@"
	printf '    <interface type="bridge"><source bridge="br0"/></interface>\n  </devices>\n</domain>\n'
}

# cdrom FILE: print the element of a CD drive with this image.
cdrom() {
	printf "    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw' cache='none'/>
      <source file='%s' index='1'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>\n" "$1"
}

# hook OPERATION PHASE <XML: run the hook, and check that it exits with 0 and prints nothing.
hook() {
	succeeds ./hook instance-00000001 "$1" "$2" -
}

# journal TEXT: check that TEXT is all that was logged since the last call; each seed id is shown as ID.
journal() {
	diff <([ "$1" = "" ] || printf '%s\n' "$1") <(sed -E 's/[0-9a-f]{32}/ID/' journal)
	: >journal
}

renewed() {
	journal "daemon.info instance-00000001: $PWD/disk.config: fresh seed ID: 256 bits; random_seed: 1 mixed with fresh entropy, 0 left\
 as they were"
	run -1 cmp -s before disk.config
	"$TOOL" inspect disk.config | grep -qx 'seedrive.json names the same seed'
	cp disk.config before
}

untouched() {
	cmp before disk.config
}

@test "hook: a drive whose seed the guest has spent, and replaced by a tombstone, gets a fresh one" {
	bury disk.config
	cp disk.config before
	domain "$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	renewed
	run -0 "$TOOL" inspect --json disk.config
	[[ $output == *'"record":true'* ]]
}

@test "hook: each start of a machine renews the seed on its drive, and the journal has the new seed id" {
	domain "$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	run -0 sed -nE 's/.*fresh seed ([0-9a-f]{32}):.*/\1/p' journal
	"$TOOL" inspect --json disk.config >now
	[ "$output" = "$(member now seed_id)" ]
	renewed
	hook prepare begin <xml
	renewed
}

@test "hook: no other call of libvirt changes the drive" {
	local op
	domain "$(cdrom "$PWD/disk.config")" >xml
	for op in start.begin started.begin stopped.end release.end reconnect.begin attach.begin prepare.end; do
		hook "${op%.*}" "${op#*.}" <xml
	done
	succeeds ./hook instance-00000001 release end destroyed <xml
	succeeds ./hook </dev/null
	untouched
	journal ""
}

@test "hook: an incoming migration, and a restored machine, keep their drive; the next start renews it" {
	local op
	domain "$(cdrom "$PWD/disk.config")" >xml
	for op in migrate restore; do
		hook "$op" begin <xml
		hook prepare begin <xml
		hook start begin <xml
		hook started begin <xml
		untouched
		journal "daemon.info instance-00000001: resumes from memory: its drives stay as they are"
		hook prepare begin <xml
		renewed
	done
}

@test "hook: after a migration that failed before it began, or was long ago, a start gets a fresh seed" {
	domain "$(cdrom "$PWD/disk.config")" >xml
	hook migrate begin <xml
	[ -e "marks/$UUID" ]
	hook release end <xml
	[ ! -e "marks/$UUID" ]
	hook prepare begin <xml
	renewed
	hook migrate begin <xml
	touch -d '11 minutes ago' "marks/$UUID"
	hook prepare begin <xml
	renewed
	[ ! -e "marks/$UUID" ]
}

@test "hook: a migration of another machine does not prevent a fresh seed" {
	domain "$(cdrom "$PWD/disk.config")" >xml
	sed "s/$UUID/$OTHER/" xml >other
	hook migrate begin <other
	hook prepare begin <xml
	renewed
	[ -e "marks/$OTHER" ]
}

@test "hook: a machine without a drive, or whose drive is not in a local file, starts without a message" {
	domain >xml
	hook prepare begin <xml
	domain "<disk type='network' device='cdrom'><driver type='raw'/><source protocol='rbd' name='$PWD/disk.config'/></disk>" \
		"<disk type='file' device='cdrom'><target dev='sdb'/></disk>" \
		"<disk type='file' device='floppy'><source file='$PWD/disk.config'/></disk>" \
		"<disk type='file' device='disk'><driver type='qcow2'/><source file='$PWD/disk.config'/></disk>" \
		"<disk type='file' device='cdrom'><source file='$PWD/none'/></disk>" \
		"<disk type='file' device='cdrom'><source file='$PWD/marks'/></disk>" \
		"<disk type='file' device='cdrom'><source file='disk.config'/></disk>" \
		"<!-- $(cdrom "$PWD/disk.config") -->" >xml
	hook prepare begin <xml
	untouched
	journal ""
}

@test "hook: other people's images are not touched, not even one labelled as ours" {
	local label
	for label in config-2 CDROM; do
		genisoimage -quiet -J -r -V "$label" -o "$label.iso" tree
	done
	head -c 1048576 /dev/urandom >disk
	sha256sum config-2.iso CDROM.iso disk >sums
	domain "$(cdrom "$PWD/config-2.iso")" "$(cdrom "$PWD/CDROM.iso")" \
		"<disk type='file' device='disk'><source file='$PWD/disk'/></disk>" >xml
	hook prepare begin <xml
	sha256sum --quiet -c sums
	journal ""
}

@test "hook: several drives, with any names, are renewed, also a disk that the guest may write" {
	local name="a 'b' \$(touch x) ü"
	cp disk.config "$name"
	cp disk.config plain
	domain "$(cdrom "$PWD/a &apos;b&apos; \$(touch x) ü")" \
		"<disk type='file' device='disk'><source file='$PWD/plain'/></disk>" \
		"$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	[ "$(grep -c ': fresh seed [0-9a-f]*: 256 bits' journal)" -eq 3 ]
	[ ! -e x ]
	run -1 cmp -s before "$name"
	run -1 cmp -s before plain
	run -1 cmp -s before disk.config
}

@test "hook: paths may contain blanks, backslashes and newlines" {
	local name=$' two  blanks \\n\\0101 and\na line\n\n'
	cp disk.config "$name"
	cp disk.config "two  blanks \\n\\0101 and"
	stub logger 'printf "%s\n" "$6" >>"$HERE/journal"'
	domain "$(cdrom "$PWD/ two  blanks \\n\\0101 and&#10;a line&#10;&#10;")" >xml
	hook prepare begin <xml
	run -1 cmp -s before "$name"
	cmp before "two  blanks \\n\\0101 and"
	[ "$(wc -l <journal)" -eq 1 ]
	grep -qF "/ two  blanks \\n\\0101 and\\x0aa line\\x0a\\x0a: fresh seed " journal
}

@test "hook: a link that a machine's owner has put into a path is not followed, and the journal says so" {
	mkdir other own
	cp disk.config other/disk.config
	ln -s ../other/disk.config own/disk.config
	ln -s other linked
	for path in own/disk.config linked/disk.config; do
		domain "$(cdrom "$PWD/$path")" >xml
		hook prepare begin <xml
		cmp before other/disk.config
		journal "daemon.warning instance-00000001: seedrive: inspect: $PWD/$path: has a symbolic link in its path, which --no-links refuses"
	done
}

@test "hook: a path that is not a file is not opened, and an image that takes hours to read is given up" {
	mkfifo fifo
	"$ROOT/tests/lib/endless.py" .
	domain "$(cdrom "$PWD/fifo")" "$(cdrom /dev/zero)" "$(cdrom "$PWD/too-large-folder.iso")" \
		"$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	grep -F "$PWD/too-large-folder.iso: reading was stopped: " journal
	sed -i '/reading was stopped/d' journal
	renewed
}

@test "hook: a drive that another machine has locked is not changed, and the journal says so" {
	mkfifo ask tell
	qemu-system-x86_64 -S -nodefaults -display none -qmp stdio -cdrom disk.config <ask >tell 3>&- &
	QEMU=$!
	exec {ask}>ask {tell}<tell
	read -r -u "$tell"
	echo '{"execute": "qmp_capabilities"}' >&"$ask"
	read -r -u "$tell"
	domain "$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	untouched
	journal "daemon.warning instance-00000001: no fresh seed: seedrive: reseed: $PWD/disk.config: locked: in use by a running\
 virtual machine or another run of seedrive"
	echo '{"execute": "quit"}' >&"$ask"
	wait "$QEMU"
	QEMU=
	hook prepare begin <xml
	renewed
}

@test "hook: a reseed that hangs and ignores signals is killed, and the machine starts" {
	stub seedrive 'case $1 in inspect) echo "\"record\":true" ;; *) trap "" TERM; echo $$ >"$HERE/pid"
		while :; do sleep 1000; done ;; esac'
	sed -i 's/^limit=[0-9]*/limit=2/' hook
	domain "$(cdrom "$PWD/disk.config")" >xml
	hook prepare begin <xml
	journal "daemon.err instance-00000001: gave up after 2 seconds: a drive may have no fresh seed"
	# The process that hung is dead, but its parent may not have waited for it yet.
	[ ! -e "/proc/$(cat pid)" ] || grep -q '^State:.*zombie' "/proc/$(cat pid)/status"
	untouched
}

@test "hook: an endless domain on standard input does not delay the machine either" {
	mkfifo xml
	exec {held}<>xml
	sed -i 's/^limit=[0-9]*/limit=1/' hook
	hook prepare begin <xml
	journal "daemon.err instance-00000001: gave up after 1 seconds: a drive may have no fresh seed"
}

@test "hook: input that is not a domain is reported, and the machine starts" {
	local xml
	for xml in "" "<domain" "<network><uuid>$UUID</uuid></network>" "<domain><uuid>../../x</uuid></domain>" \
		"<domain></domain>" $'\x01\xff'; do
		hook prepare begin <<<"$xml"
		journal "daemon.err instance-00000001: the domain's XML cannot be read"
		hook migrate begin <<<"$xml"
		journal "daemon.err instance-00000001: the domain's XML cannot be read"
	done
	(cd marks && holds)
}

@test "hook: XML that would grow without bound is refused" {
	{
		echo '<!DOCTYPE domain [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">'
		for i in b:a c:b d:c e:d f:e g:f h:g i:h; do
			printf '<!ENTITY %s "' "${i%:*}"
			printf "&${i#*:};%.0s" {1..16}
			printf '">\n'
		done
		echo "]><domain><uuid>&i;</uuid></domain>"
	} >xml
	hook prepare begin <xml
	journal "daemon.err instance-00000001: the domain's XML cannot be read"
}

@test "hook: without seedrive, python3, logger, or a folder for its marks, each machine starts" {
	domain "$(cdrom "$PWD/disk.config")" >xml
	stub python3 'exit 127'
	hook prepare begin <xml
	journal "daemon.err instance-00000001: python3 is missing"
	rm bin/python3
	rmdir marks
	touch marks
	hook restore begin <xml
	journal "daemon.err instance-00000001: $PWD/marks/$UUID cannot be written"
	stub logger 'exit 1'
	hook prepare begin <xml
	run -1 cmp -s before disk.config
	cp disk.config before
	rm bin/seedrive
	stub logger '[ "$1 $2" = "-t seedrive-hook" ] && [ "$5" = -- ] && echo "$4 $6" >>"$HERE/journal"'
	hook prepare begin <xml
	journal "daemon.err instance-00000001: seedrive is missing"
	untouched
}

@test "hook: a drive with half a record is reported; with seeds turned off, the unchanged drive is reported" {
	need_mounts
	domain "$(cdrom "$PWD/disk.config")" >xml
	printf xxxxxxxx | overwrite disk.config $(($(extent disk.config seedrive.bin) * 2048 + 128))
	hook prepare begin <xml
	journal "daemon.warning instance-00000001: seedrive: inspect: $PWD/disk.config: seedrive.bin: record refused:\
 digest does not match"
	cp before disk.config
	mkdir etc
	echo 'seed = off' >etc/seedrive.conf
	with_etc ./hook instance-00000001 prepare begin - <xml
	untouched
	journal "daemon.info instance-00000001: $PWD/disk.config: as it was: seed = off in /etc/seedrive.conf:1"
}

@test "hook: each drive that it renews has an entry in the journal with the fields of seedrive-mkisofs" {
	need_mounts
	domain "$(cdrom "$PWD/disk.config")" >domain.xml
	own_run /usr/bin/python3 "$ROOT/tests/lib/journal.py" entries \
		sh -c './hook instance-00000001 prepare begin - <domain.xml'
	run -1 cmp -s disk.config before
	"$TOOL" inspect --json disk.config >found
	/usr/bin/python3 -c 'import json, os
(line,) = open("entries")
e, found = json.loads(line), json.load(open("found"))
assert e["SYSLOG_IDENTIFIER"] == "seedrive-reseed" and e["SEEDRIVE_OUT"] == os.getcwd() + "/disk.config", e
assert e["SEEDRIVE_SEED_ID"] == found["seed_id"] and e["SEEDRIVE_INSTANCE"] == os.environ["UUID"], e
assert e["SEEDRIVE_BITS"] == str(found["credit_bits"]), e
assert e["SEEDRIVE_HARDWARE_BITS"] == str(found["hardware_bits"]), e
assert json.loads(e["SEEDRIVE_ACCOUNT"])["seed_id"] == found["seed_id"] and e["SEEDRIVE_SOURCES"], e
assert e["SEEDRIVE_LABEL"] == "config-2", e'
}
