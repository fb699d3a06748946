#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon with Debian's Nova: its client for dynamic vendordata, its metadata service and its config drives. Debian's
# cloud-init reads the results.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon
load ../lib/nova

# spawn OUT: make a config drive as nova-compute does; the folder OUT.tree has its tree, and $seconds is the time that
# Nova took.
spawn() {
	local begin=$EPOCHREALTIME
	/usr/bin/python3 "$ROOT/tests/lib/nova_drive.py" "$MKISOFS" "$PWD/$1" "$UUID" "$PWD/$1.tree" 2>nova.log
	seconds=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $begin }")
	"$TOOL" inspect --min-bits 256 "$1" >/dev/null
}

# vendordata OUT PROGRAM: run a Python program; its variable `said` is the vendor_data2.json of the drive OUT.
vendordata() {
	/usr/bin/python3 - "$1.tree/openstack/latest/vendor_data2.json" <<-END
		import base64, json, sys
		said = json.load(open(sys.argv[1]))
		$2
	END
}

@test "nova: DynamicVendorData gets a record that is bound to the instance, from a listener with a token" {
	target_with
	nova ask "$UUID" >said
	[ ! -s nova.log ] || ! grep -v 'insecure' nova.log
	/usr/bin/python3 - "$ROOT/tests/lib" "$UUID" <<-'END'
		import base64, json, subprocess, sys
		said = json.load(open("said"))
		assert set(said) == {"seedrive", "cloud-init"} and set(said["seedrive"]) == {"seedrive_record", "seed_id"}
		open("record", "wb").write(base64.b64decode(said["seedrive"]["seedrive_record"], validate=True))
		out = subprocess.run([sys.executable, sys.argv[1] + "/read_seed.py", "--record", "record"], check=True,
		                     capture_output=True, text=True).stdout
		assert sys.argv[2] in out and said["seedrive"]["seed_id"] in out, out
	END
	# If the token is wrong, Nova gets status 404, warns, and continues.
	VENDORDATA="seedrive@http://127.0.0.1:$port/vendordata/0123456789-abcdefghj" nova ask "$UUID" >said
	[ "$(cat said)" = '{"seedrive": {}}' ]
	grep -q '404' nova.log
	stop
}

@test "nova: with the lines for nova.conf in doc/nova.md it asks the daemon" {
	target_with
	sed -n '/^Then `nova.conf`/,/^and a new start/s/^    //p' "$ROOT/doc/nova.md" |
		sed "s/:8788/:$port/; s/TOKEN/0123456789-abcdefghi/" >nova.conf
	unset VENDORDATA
	NOVA_CONF=nova.conf nova ask "$UUID" >said
	grep -q '^{"seedrive": {"seedrive_record": "' said
	stop
}

@test "nova: the metadata service gives a guest a new record at each request, up to the limit of the instance" {
	target_with
	serve_metadata
	/usr/bin/python3 - "$(cat port)" "$UUID" <<-'END'
		import base64, json, sys, urllib.request, uuid
		def get():
		    url = f"http://127.0.0.1:{sys.argv[1]}/openstack/latest/vendor_data2.json"
		    return json.load(urllib.request.urlopen(url, timeout=60))
		seen = []
		for _ in range(14):
		    said = get()
		    assert set(said) == {"static", "seedrive", "cloud-init"}, said
		    if said["seedrive"]:
		        raw = base64.b64decode(said["seedrive"]["seedrive_record"], validate=True)
		        assert raw[52:68] == uuid.UUID(sys.argv[2]).bytes and raw[36:52].hex() == said["seedrive"]["seed_id"]
		        seen.append(raw[128:192])
		assert 10 <= len(set(seen)) == len(seen) < 14, len(seen)
	END
	stop
}

@test "nova: a drive is made while the daemon answers, is down, hangs or answers rubbish, with the stated delay" {
	target_with
	spawn answers.iso
	echo "answers: $seconds s"
	vendordata answers.iso 'assert len(said["seedrive"]["seedrive_record"]) == 2732, said'
	# There is only one target here, because Nova asks each target once for each of five versions of the metadata.
	export VENDORDATA="seedrive@http://127.0.0.1:$port/vendordata/0123456789-abcdefghi"
	kill -STOP "$DAEMON"
	spawn hangs.iso
	kill -CONT "$DAEMON"
	echo "hangs: $seconds s"
	vendordata hangs.iso 'assert said["seedrive"] == {}, said'
	awk "BEGIN { exit !($seconds > 24 && $seconds < 120) }"
	stop
	spawn down.iso
	echo "down: $seconds s"
	vendordata down.iso 'assert said["seedrive"] == {}, said'
	for kind in rubbish json status empty closes; do
		/usr/bin/python3 - "$kind" "$port" 3>&- <<-'END' &
			import socket, sys
			answer = {"rubbish": bytes(range(256)) * 100, "closes": b"", "empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
			          "json": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\": [1,",
			          "status": b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"}[sys.argv[1]]
			s = socket.socket()
			s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
			s.bind(("127.0.0.1", int(sys.argv[2])))
			s.listen()
			open(sys.argv[1], "w").close()
			while True:
			    c, _ = s.accept()
			    c.recv(65536)
			    c.sendall(answer)
			    c.close()
		END
		server=$!
		echo "$server" >>servers
		until_true test -e "$kind"
		spawn "$kind.iso"
		kill "$server"
		wait "$server" || true
		echo "$kind: $seconds s"
		vendordata "$kind.iso" 'assert said["seedrive"] == {}, said'
	done
}

@test "nova: an unmodified cloud-init accepts the target named cloud-init, and its cc_seed_random writes the bytes" {
	target_with
	spawn disk.iso
	/usr/bin/python3 - <<-'END'
		import base64, inspect, json, logging, os, re
		from types import SimpleNamespace
		from unittest import mock
		from cloudinit import helpers, sources, user_data, util
		from cloudinit.config import cc_seed_random
		from cloudinit.handlers import cloud_config
		from cloudinit.sources.helpers import openstack
		found = openstack.ConfigDriveReader("disk.iso.tree").read_v2()
		raw = sources.convert_vendordata(found["vendordata2"])
		assert raw.startswith("#cloud-config\nrandom_seed: {"), raw
		# Process the vendordata as cloud-init's stages do: as parts of a message, which are merged into the
		# configuration.
		paths = helpers.Paths({"cloud_dir": "cloud", "run_dir": "run"})
		message = user_data.UserDataProcessor(paths).process(raw)
		parts = [p for p in message.walk() if p.get_content_type() == "text/cloud-config"]
		assert len(parts) == 1, message
		config = util.load_yaml(parts[0].get_payload(decode=True))
		assert set(config) == {"random_seed"} and set(config["random_seed"]) == {"encoding", "data"}, config
		written = {}
		with mock.patch.object(util, "append_file", lambda path, data: written.update({path: data})):
		    cloud = SimpleNamespace(datasource=SimpleNamespace(metadata={}))
		    # In cloud-init 22 the handlers have an argument for a logger; in cloud-init 25 they do not.
		    logger = [logging.getLogger()] if len(inspect.signature(cc_seed_random.handle).parameters) == 5 else []
		    cc_seed_random.handle("seed_random", config, cloud, *logger, [])
		assert list(written) == ["/dev/urandom"], written
		assert written["/dev/urandom"] == base64.b64decode(config["random_seed"]["data"]) and len(written["/dev/urandom"]) == 64
		# If the instance is over the limit, or the daemon does not answer, cloud-init finds nothing to use, and reports
		# no error.
		assert sources.convert_vendordata({"static": {}, "cloud-init": {}}) is None
	END
	stop
}

@test "nova: a record in the vendordata of a drive does not count as a second seed" {
	target_with
	spawn disk.iso
	vendordata disk.iso 'print(said["seedrive"]["seed_id"])' >id
	"$TOOL" inspect --json disk.iso >found
	run ! grep -qF "$(cat id)" found
	[ "$(member found bound_to)" = "$UUID" ]
	stop
}
