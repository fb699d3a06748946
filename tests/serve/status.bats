#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive serve --status: what the running daemon reports, and to whom.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export PYTHONPATH=$ROOT/tests/lib

status() {
	"$TOOL" serve --status --socket "$SOCKET"
}

@test "status: stock, sources, listeners, clients and counters are printed, as a table and in JSON" {
	printf '%s\n' '[serve]' 'budget = 1000000' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" \
		'rate = 5000' 'weight = 3' >conf
	mkfifo never
	start --config conf --source "rdrand,file:never,bits=4,deadline=100ms,kernel" --reservoir 8
	full() {
		status | grep -q '^stock  *blocks=8  target=8' && status | grep -q 'state=fails'
	}
	until_true full
	"$CLIENT" ask "$SOCKET" 2 >/dev/null
	/usr/bin/python3 - "$PWD/run/egd.sock" "$TOOL" "$SOCKET" "$DAEMON" <<-'END'
		import json, os, subprocess, sys, egd
		s = egd.connect(sys.argv[1])
		egd.read(s, 1000)
		o = json.loads(subprocess.run([sys.argv[2], "serve", "--status", "--json", "--socket", sys.argv[3]],
		               stdout=subprocess.PIPE, check=True).stdout)
		assert o["status"]["version"] == 1
		assert o["daemon"]["pid"] == int(sys.argv[4]) and o["daemon"]["late"] == 0
		assert o["stock"]["target"] == 8 and set(o["stock"]) == {"blocks", "target", "weak"}
		assert o["desk"]["given"] == 1 and o["desk"]["blocks"] == 2
		assert [x["name"] for x in o["sources"]][0] == "rdrand", o["sources"]
		failing = [x for x in o["sources"] if x["state"] == "fails"]
		assert [x["name"].split(",")[0] for x in failing] == ["file:never"] and failing[0]["failure"]
		assert o["generator"]["bytes"] >= 1000 and o["streams"]["connected"] == 1 and o["streams"]["budget"] == 1000000
		assert o["listeners"] == [{"name": "egd", "protocol": "egd", "clients": 1, "rate": 5000, "burst": 4096, "weight": 3}]
		assert o["clients"] == [{"listener": "egd", "uid": os.getuid(), "pid": os.getpid(), "bytes": 1000, "owed": 0,
		                         "rate": 5000, "burst": 4096, "weight": 3}], o["clients"]
		assert "more" not in o
	END
	gone() {
		status | grep -qE '^listener   name=egd  protocol=egd  clients=0  rate=5000  burst=4096  weight=3$'
	}
	until_true gone
	stop
}

@test "status: a FIFO counts as one client while the daemon keeps it full" {
	printf '%s\n' '[listen rng]' 'protocol = fifo' "address = fifo:$PWD/run/rng" >conf
	start --config conf --source kernel
	says() {
		status | grep -q "^listener  *name=rng  protocol=fifo  clients=$1 "
	}
	until_true says 0
	mkfifo -m 640 run/rng
	until_true says 1
	rm run/rng
	until_true says 0
	stop
}

@test "status: with 4000 clients the answer has a bounded size" {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	start --config conf --source kernel
	/usr/bin/python3 - "$PWD/run/egd.sock" "$TOOL" "$SOCKET" <<-'END'
		import json, resource, subprocess, sys, egd
		resource.setrlimit(resource.RLIMIT_NOFILE, (5000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
		held = [egd.connect(sys.argv[1]) for _ in range(4000)]
		egd.read(held[-1], 1)
		o = json.loads(subprocess.run([sys.argv[2], "serve", "--status", "--json", "--socket", sys.argv[3]],
		               stdout=subprocess.PIPE, check=True).stdout)
		assert o["streams"]["connected"] == 4000 and o["listeners"][0]["clients"] == 4000 and len(o["clients"]) == 256
	END
	stop
}

# bats test_tags=root
@test "status: only root and the daemon's user get an answer" {
	need_users
	start --source kernel
	until_true status >/dev/null
	cp -r "$ROOT/build/seedrive" "$ROOT/build/libexec" run/
	run -1 --separate-stderr as_uid 12345 run/seedrive serve --status --config /dev/null --socket "$SOCKET"
	[ "$output" = "" ]
	[ "$stderr" = "seedrive: serve: $SOCKET: refused: only root and the daemon's user may ask, or the daemon is of another version" ]
	stop
}

@test "status: if no daemon runs, or another program answers, one line says so" {
	fails 1 "seedrive: serve: $SOCKET: No such file or directory" "$TOOL" serve --status --socket "$SOCKET"
	fails 2 "seedrive: serve: --json: only with --status" "$TOOL" serve --json
	for answer in 'b"rubbish"' 'b"status version=1\nx y\n"' 'b"status version=1\nx y=\x1b\n"' 'b""'; do
		rm -f "$SOCKET"
		/usr/bin/python3 - "$SOCKET" 3>&- <<-END &
			import socket, sys
			s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
			s.bind(sys.argv[1])
			s.listen()
			while True:
			    c, _ = s.accept()
			    if c.recv(100):
			        c.send($answer)
		END
		echo "$!" >>servers
		until_true listens
		run -1 --separate-stderr status
		[[ $stderr == "seedrive: serve: $SOCKET: "* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
}
