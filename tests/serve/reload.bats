#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SIGHUP: the daemon rereads its configuration, and loses neither stock nor clients.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export EGD=$ROOT/tests/lib/egd.py
export PYTHONPATH=$ROOT/tests/lib

# conf LINE...: write the configuration `conf`.
conf() {
	printf '%s\n' "$@" >conf
}

# egd NAME [LINE...]: print the section of an EGD listener.
egd() {
	printf '%s\n' "[listen $1]" 'protocol = egd' "address = unix:$PWD/run/$1.sock" "${@:2}"
}

reload() {
	local before
	before=$(grep -c 'configuration' log || true)
	kill -HUP "$DAEMON"
	counted() {
		[ "$(grep -c 'configuration' log)" -gt "$before" ]
	}
	until_true counted
}

@test "reload: the stock is kept, and a client that waits is answered" {
	conf '[serve]' 'rate = 1000'
	start_with 8 --config conf
	"$CLIENT" ask "$SOCKET" 2 >first
	"$TOOL" serve --status --socket "$SOCKET" | grep -q '^stock  *blocks=6 '
	for _ in $(seq 20); do
		reload
	done
	"$TOOL" serve --status --socket "$SOCKET" | grep -q '^stock  *blocks=6 '
	stocked 4
	stop
	[ "$(grep -c '^seedrive: configuration reloaded; source, reservoir and broker change only at a restart$' log)" -eq 20 ]
}

@test "reload: a burst that a new reservoir would permit is limited to half of the stock that there is" {
	conf '[serve]' 'reservoir = 8' 'burst = 4' 'rate = 1'
	start_with 8 --config conf
	conf '[serve]' 'reservoir = 4096' 'burst = 2000' 'rate = 1'
	reload
	# Beyond its share, a client gets nothing as long as that would leave less than half of the stock.
	[ "$("$CLIENT" ask "$SOCKET" 4 | sed -n 1p)" = given ]
	[ "$("$CLIENT" ask "$SOCKET" 2)" = limited ]
	"$TOOL" serve --status --socket "$SOCKET" | grep -q '^stock  *blocks=4 '
	stop
}

@test "reload: a new rate applies at once to a connected client, and the stream goes on" {
	conf "$(egd a 'rate = 100' 'burst = 64')"
	start --config conf --source kernel
	/usr/bin/python3 - "$PWD/run/a.sock" "$DAEMON" <<-'END'
		import os, re, signal, sys, time, egd
		s = egd.connect(sys.argv[1])
		egd.read(s, 4096)
		# With 100 bytes a second, the answers would take ten minutes.
		s.sendall(b"\2\xff" * 240)
		text = open("conf").read()
		open("conf", "w").write(text.replace("rate = 100", "rate = 1000000"))
		begin = time.monotonic()
		os.kill(int(sys.argv[2]), signal.SIGHUP)
		egd.exactly(s, 240 * 255)
		assert time.monotonic() - begin < 60
		open("conf", "w").write(text)
		os.kill(int(sys.argv[2]), signal.SIGHUP)
		while open("log").read().count("configuration reloaded") < 2:
		    time.sleep(0.01)
		s.sendall(b"\2\xff\0")
		egd.exactly(s, 64)
		s.settimeout(0.3)
		got = 0
		try:
		    while got < 191:
		        got += len(s.recv(4096))
		except TimeoutError:
		    pass
		assert got < 191, got
	END
	stop
}

@test "reload: listeners are added, moved and removed; those that stay keep their clients" {
	conf "$(egd a)" "$(egd b)"
	start --config conf --source kernel
	mkfifo rng
	# shellcheck disable=SC2034 # open until the test ends
	exec {HELD}<>rng
	/usr/bin/python3 - "$DAEMON" 3>&- <<-'END'
		import os, signal, sys, time, egd

		def section(name, sock):
		    return f"[listen {name}]\nprotocol = egd\naddress = unix:{os.getcwd()}/run/{sock}.sock\n"

		def reload(*sections):
		    before = open("log").read().count("configuration reloaded")
		    open("conf", "w").write("".join(sections))
		    os.kill(int(sys.argv[1]), signal.SIGHUP)
		    while open("log").read().count("configuration reloaded") == before:
		        time.sleep(0.01)

		sock = os.getcwd() + "/run/%s.sock"
		a, b = egd.connect(sock % "a"), egd.connect(sock % "b")
		inode = os.stat(sock % "a").st_ino
		for _ in range(10):
		    reload(section("a", "a"), section("c", "c"), f"[listen f]\nprotocol = fifo\naddress = fifo:{os.getcwd()}/rng\n")
		    assert b.recv(1) == b"" and not os.path.exists(sock % "b")
		    egd.read(a, 1000)
		    c = egd.connect(sock % "c")
		    egd.read(c, 1000)
		    assert len(os.read(os.open("rng", os.O_RDONLY), 64)) == 64
		    # The listener c has moved to another socket, and its client is still connected.
		    reload(section("a", "a"), section("b", "b"), section("c", "d"))
		    assert not os.path.exists(sock % "c")
		    egd.read(c, 1000)
		    egd.read(a, 1000)
		    egd.read(egd.connect(sock % "d"), 10)
		    b = egd.connect(sock % "b")
		    egd.read(b, 10)
		assert os.stat(sock % "a").st_ino == inode
	END
	"$EGD" all "$PWD/run/a.sock" "$DAEMON"
	stop
	[ ! -e run/a.sock ] && [ ! -e run/b.sock ] && [ ! -e run/d.sock ]
}

@test "reload: the broker's socket of the configuration is removed at the end, after any number of reloads" {
	conf "broker = $PWD/run/own.sock"
	# With this variable, the C library overwrites memory that is freed.
	MALLOC_PERTURB_=165 "$TOOL" serve --config conf --source kernel >log 2>&1 3>&- &
	DAEMON=$!
	until_true test -S run/own.sock
	# Another path has an effect only at the next start.
	conf "broker = $PWD/run/a-path-of-another-length.sock"
	reload
	reload
	reload
	stop
	[ ! -e run/own.sock ]
}

@test "reload: what cannot be read or opened is reported, and the rest applies" {
	conf "$(egd a)"
	start --config conf --source kernel
	conf "$(egd a)" '[serve]' 'budget = none at all'
	reload
	"$EGD" all "$PWD/run/a.sock" "$DAEMON"
	rm conf
	reload
	conf "$(egd a)" "$(printf '[listen b]\nprotocol = egd\naddress = unix:%s/none/such.sock\n' "$PWD")"
	reload
	"$EGD" all "$PWD/run/a.sock" "$DAEMON"
	stop
	grep -qx 'seedrive: conf:5: budget: none at all: must be a whole number from 1024 to 1000000000; the previous configuration stays in force' log
	grep -qx 'seedrive: conf: No such file or directory; the previous configuration stays in force' log
	grep -qx "seedrive: \[listen b\]: not listening: $PWD/none: No such file or directory" log
}

@test "reload: a new policy is asked, also about clients that are already connected" {
	printf '#!/bin/sh\nprintf "rate=100\\nburst=64\\n\\n"\n' >slow
	chmod 755 slow
	conf '[serve]' "policy = exec:$PWD/slow" "policy-timeout = 10m" "$(egd a)"
	start --config conf --source kernel
	/usr/bin/python3 - "$PWD/run/a.sock" "$DAEMON" <<-'END'
		import os, signal, subprocess, sys, time, egd
		s = egd.connect(sys.argv[1])
		egd.read(s, 4096)
		rate = lambda: [line for line in subprocess.run([os.environ["TOOL"], "serve", "--status", "--socket", os.environ["SOCKET"]],
		    stdout=subprocess.PIPE, text=True).stdout.splitlines() if line.startswith("client")][0]
		def until(words):
		    for _ in range(3000):
		        if words in rate():
		            break
		        time.sleep(0.02)
		until(" rate=100 ")
		assert " rate=100 " in rate()
		text = open("conf").read()
		open("conf", "w").write(text.replace("policy =", "#policy ="))
		os.kill(int(sys.argv[2]), signal.SIGHUP)
		until(" rate=0 ")
		open("conf", "w").write(text)
		os.kill(int(sys.argv[2]), signal.SIGHUP)
		until(" rate=100 ")
		assert " rate=100 " in rate()
	END
	stop
}
