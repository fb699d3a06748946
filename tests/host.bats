#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A typical compute host: the daemon has the TPM, and an unprivileged user makes drives, in a container without devices that
# shares the daemon's folder with the host.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load lib/helper
load lib/servers

NOVA_UID=4321

setup() {
	need_root
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	# Other users must have access to this folder, and write their drives into it.
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/here"
	chmod 711 "$BATS_RUN_TMPDIR"/*/
	mkdir -m 755 run
	mkdir -m 777 out
	small_tree tree
	cp "$TOOL" seedrive
	chmod 755 seedrive
}

# listen: write the daemon's notifications to the service manager into `status`, line by line.
listen() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify")
while True:
	print(s.recv(4096).decode(), flush=True)' >status 3>&- &
	echo $! >>"$BATS_TEST_TMPDIR/pids"
	until_there notify
	export NOTIFY_SOCKET=$PWD/notify
}

# daemon: start the daemon, with the TPM at `tpm` as its only source.
daemon() {
	"$TOOL" serve --socket "$PWD/run/seed.sock" --source "tpm:unix:$PWD/tpm,bits=4" >log 2>&1 3>&- &
	echo $! >>"$BATS_TEST_TMPDIR/pids"
	until_there run/seed.sock
	stocked 2
}

# stocked BLOCKS: wait until the daemon can give BLOCKS blocks at once.
stocked() {
	timeout 600 sh -c 'until "$0" ask run/seed.sock "$1" | grep -qx given; do sleep 0.1; done' \
		"$ROOT/tests/lib/broker.py" "$1"
}

# container COMMAND...: run it as the user of a service, without devices; of the host it has only the folder of the
# socket.
container() {
	unshare --mount --propagation private sh -euc '
		mount -t tmpfs -o mode=755 run /run
		mkdir /run/seedrive
		mount --bind run /run/seedrive
		mount -t tmpfs -o mode=755 dev /dev
		mknod -m 666 /dev/null c 1 3
		exec setpriv --reuid="$0" --regid="$0" --clear-groups --inh-caps=-all "$@"' "$NOVA_UID" "$@"
}

@test "host: a user who may open no device gets the TPM's entropy from the broker, with its assessment" {
	need_mounts
	tpm2 tpm
	daemon
	run -0 --separate-stderr container "$PWD/seedrive" build --json --source broker \
		--require hardware,tpm -o out/drive.iso tree
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	[ "$(member said hardware_bits) $(member said credit_bits)" = "256 256" ]
	/usr/bin/python3 -c 'import json
broker, kernel = json.load(open("said"))["sources"]
assert broker["status"] == "passed" and broker["granted_bits"] == [256], broker
assert broker["provenance"][0].split()[0].startswith("tpm:"), broker
assert int(broker["provenance"][0].split()[0][4:]) >= 320, broker'
	[ "$(stat -c %u:%a out/drive.iso)" = "$NOVA_UID:600" ]
	id=$(member said seed_id)
	grep -q "gave .* to uid $NOVA_UID, .*: seed $id of 256 bits, instance $UUID" log
}

@test "host: by default the broker is asked first, and if it answers, the devices are skipped" {
	need_mounts
	tpm2 tpm
	daemon
	run -0 --separate-stderr container "$PWD/seedrive" build --json -o out/drive.iso tree
	[ "$stderr" = "" ]
	printf '%s' "$output" >said
	/usr/bin/python3 -c 'import json
rows = {r["source"]: r for r in json.load(open("said"))["sources"]}
assert rows["broker"]["status"] == "passed", rows
assert rows["kernel"]["status"] == "passed", rows
assert rows["tpm"]["status"] in ("absent", "not drawn"), rows'
}

@test "host: if the broker is missing or empty, a warning says so, and the other sources are used" {
	need_mounts
	run -3 --separate-stderr container "$PWD/seedrive" build -q --require tpm -o out/drive.iso tree
	[ ! -e out/drive.iso ]
	run -0 --separate-stderr container "$PWD/seedrive" build -q --source broker,kernel -o out/drive.iso tree
	[ "$stderr" = "seedrive: build: warning: broker: does not run" ]
	"$TOOL" inspect --json out/drive.iso >found
	[ "$(member found credit_bits) $(member found hardware_bits)" = "256 0" ]
	# The daemon runs, but its TPM hangs before it has given anything.
	tpm2 real
	proxy unix:tpm hung
	"$TOOL" serve --socket "$PWD/run/seed.sock" --source "tpm:unix:$PWD/tpm,bits=4,deadline=60s" \
		>log 2>&1 3>&- &
	echo $! >>"$BATS_TEST_TMPDIR/pids"
	until_there run/seed.sock
	run -0 --separate-stderr container "$PWD/seedrive" build -q --source broker,kernel -o out/drive.iso tree
	[ "$stderr" = "seedrive: build: warning: broker: has no more to give just now" ]
}

@test "host: fifty drives at once, with a TPM of 10 ms a command, all have its entropy, and no two are alike" {
	need_mounts
	tpm2 real
	proxy unix:tpm 10ms
	listen
	daemon
	timeout 600 sh -c 'until grep -q "256 of 256 blocks in stock, 0 of them with less" status; do sleep 0.1; done'
	run -0 container sh -c 'seq 50 | xargs -P 50 -I {} "$0" build -q --source broker --require hardware,tpm \
		-o out/{}.iso tree' "$PWD/seedrive"
	[ "$(find out -name '*.iso' | wc -l)" -eq 50 ]
	for image in out/*.iso; do
		"$TOOL" inspect --min-bits 256 "$image" >/dev/null
		content "$image" seedrive.bin | tail -c +129 | head -c 64 | xxd -p -c 8
	done >pieces
	[ "$(wc -l <pieces)" -eq 400 ]
	[ "$(sort -u pieces | wc -l)" -eq 400 ]
}
