#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon as an entropy gathering daemon: it answers each kind of request, and no client has to wait because of
# another client's behaviour or because of the state of the sources.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export EGD=$ROOT/tests/lib/egd.py

# egd_with [LINE...]: start a daemon that listens on run/egd.sock. The lines are in the listener's section, and the
# array OPTIONS has the command's options.
OPTIONS=(--source kernel)
egd_with() {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" "$@" >conf
	start --config conf "${OPTIONS[@]}"
}

# Tests run Python programs from standard input; they can import tests/lib/egd.py. The programs are not run by a
# function of the shell: in the background, that would be a subshell, and killing it would not kill the program.
export PYTHONPATH=$ROOT/tests/lib

# --- requests ---

@test "egd: each of the five requests is answered, alone and pipelined, and nothing else is sent" {
	egd_with
	"$EGD" all "$PWD/run/egd.sock" "$DAEMON"
	stop
	[ ! -e run/egd.sock ]
}

@test "egd: the same over TCP, on the loopback" {
	port=$(free_port)
	printf '%s\n' '[listen one]' 'protocol = egd' "address = tcp:127.0.0.1:$port" \
		'[listen two]' 'protocol = egd' "address = tcp:[::1]:$port" >conf
	start --config conf --source kernel
	"$EGD" all "127.0.0.1:$port" "$DAEMON"
	[ ! -e /proc/net/if_inet6 ] || [ "$(wc -l </proc/net/if_inet6)" -eq 0 ] || "$EGD" all "::1:$port" "$DAEMON"
	stop
}

@test "egd: no two clients get the same bytes, not even in parallel or after a restart or a kill" {
	egd_with
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	for i in 1 2 3 4; do
		for j in 1 2 3; do
			"$EGD" read "$PWD/run/egd.sock" 4096 >"bytes.$i.$j" &
			echo "$!" >pid.$j
		done
		for j in 1 2 3; do
			wait "$(cat pid.$j)"
		done
		kill -KILL "$DAEMON"
		ended 137
		start --config conf --source kernel
	done
	stop
	[ "$(cat bytes.* | fold -w 32 | wc -l)" -eq $((12 * 256)) ]
	[ "$(cat bytes.* | fold -w 32 | sort -u | wc -l)" -eq $((12 * 256)) ]
}

@test "egd: bytes are sent while all sources are down and the stock is empty" {
	mkfifo never
	OPTIONS=(--source "file:never,bits=4,deadline=60s")
	egd_with
	"$EGD" read "$PWD/run/egd.sock" 100000 >bytes
	[ "$(wc -c <bytes)" -eq 200001 ]
	stop
}

@test "egd: our own source draws from it, and counts no bits unless they are stated" {
	egd_with
	"$TOOL" draw --source "egd:unix:$PWD/run/egd.sock" --json -o seed >json
	[ "$(member json hardware_bits)" = 0 ]
	"$TOOL" draw --source "egd:unix:$PWD/run/egd.sock,bits=4" --json -o seed2 >json
	[ "$(member json hardware_bits)" = 256 ]
	stop
}

@test "egd: ekeyd-egd-linux, a client of another project, gets what it asks for" {
	need_mounts
	port=$(free_port)
	printf '%s\n' '[listen one]' 'protocol = egd' "address = tcp:127.0.0.1:$port" >conf
	start --config conf --source kernel
	# The client asks only while the kernel wants entropy, which the kernel here never does. Therefore /dev/null takes
	# the place of /dev/random: it is always ready for writing, and refuses the ioctl that would add entropy.
	run as_root unshare --mount timeout -k 5 60 sh -c 'mount --bind /dev/null /dev/random &&
		exec strace -ff -qq -e trace=read,write,ioctl -o "$0" ekeyd-egd-linux -H 127.0.0.1 -p "$1" -b 1 -D "$2"' \
		"$PWD/trace" "$port" "$PWD/pid" <<<""
	# Each of its processes has its own trace, in which no call is split into two lines.
	called() {
		cat trace.* | grep -qE "$1"
	}
	until_true called '^ioctl\([0-9]*, RNDADDENTROPY, \{entropy_count=896, buf_size=128, '
	called '^write\([0-9]+, "\\2\\200", 2\) *= 2$'
	called '^read\([0-9]+, ".*, 128\) *= 128$'
	stop
}

# --- clients that behave badly ---

@test "egd: the daemon keeps reading from a client that asks but never reads, in constant memory" {
	egd_with 'rate = 1' 'burst = 64'
	"$EGD" read "$PWD/run/egd.sock" 16 >bytes
	before=$(awk '/VmRSS/ { print $2 }' "/proc/$DAEMON/status")
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, egd
		s = egd.connect(sys.argv[1])
		# The client sends 64 MiB of requests. sendall() returns, because the daemon reads them all.
		for _ in range(1024):
		    s.sendall(b"\2\xff" * 32768)
		# The daemon also sends the requested bytes, as many as the rate allows.
		assert len(egd.exactly(s, 4096)) == 4096
	END
	after=$(awk '/VmRSS/ { print $2 }' "/proc/$DAEMON/status")
	echo "RSS: $before KiB, then $after KiB"
	[ $((after - before)) -lt 1024 ]
	stop
}

@test "egd: incomplete requests, rubbish, mixed requests and clients that die do not affect other clients" {
	egd_with
	before=$(descriptors)
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import os, random, sys, egd
		random.seed(5)
		for i in range(300):
		    s = egd.connect(sys.argv[1])
		    kind = i % 4
		    if kind == 0:
		        s.sendall(b"\3\0\0\xff" + b"x" * 100)
		    elif kind == 1:
		        try:
		            s.sendall(random.randbytes(3000))
		        except (BrokenPipeError, ConnectionResetError):
		            pass
		    elif kind == 2:
		        s.sendall(b"\0\4" * 2000 + b"\2\1")
		    else:
		        s.sendall(b"\2\xff" * 1000)
		    if i % 3:
		        s.close()
		    elif kind == 2:
		        for _ in range(2000):
		            egd.exactly(s, 4)
		            egd.exactly(s, egd.exactly(s, 1)[0])
		        egd.exactly(s, 1)
		        egd.silent(s)
	END
	"$EGD" all "$PWD/run/egd.sock" "$DAEMON"
	gone() {
		[ "$(descriptors)" -le "$before" ]
	}
	until_true gone
	stop
	run -1 grep -v '^seedrive: gave .* to uid' log
}

@test "egd: a client that closes its side of the stream still gets what it asked for, and then end of file" {
	egd_with
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import socket, sys, egd
		s = egd.connect(sys.argv[1])
		s.sendall(b"\2\xff" * 4000 + b"\0")
		s.shutdown(socket.SHUT_WR)
		egd.exactly(s, 255 * 4000 + 4)
		assert s.recv(1) == b""
	END
	stop
}

# honest: check that a client that does not behave badly is served within a second. One success in three tries is enough,
# because other programs may delay it, too: a client that starves would fail each time.
honest() {
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, time, egd
		for _ in range(3):
		    slowest = 0
		    for _ in range(40):
		        begin = time.monotonic()
		        s = egd.connect(sys.argv[1])
		        egd.read(s, 32)
		        egd.read(s, 256)
		        slowest = max(slowest, time.monotonic() - begin)
		    print(f"the slowest of 40: {slowest * 1000:.0f} ms")
		    if slowest < 1:
		        sys.exit()
		sys.exit("none within a second")
	END
}

# The greedy and flooding clients have a low priority, because the kernel's scheduler is not what is tested.
@test "egd: an honest client is served within a second beside greedy, deaf, idle and flooding ones" {
	egd_with
	for _ in $(seq 8); do
		nice -n 19 "$EGD" rates "$PWD/run/egd.sock" 600 1 >/dev/null 2>&1 3>&- &
		echo "$!" >>servers
	done
	/usr/bin/python3 - "$PWD/run/egd.sock" >/dev/null 2>&1 3>&- <<-'END' &
		import signal, sys, egd
		held = [egd.connect(sys.argv[1]) for _ in range(512)]
		for s in held[:256]:
		    s.sendall(b"\2\xff" * 2000)
		open("held", "w").close()
		signal.pause()
	END
	echo "$!" >>servers
	for _ in $(seq 16); do
		nice -n 19 /usr/bin/python3 - "$PWD/run/egd.sock" >/dev/null 2>&1 3>&- <<-'END' &
			import sys, egd
			while True:
			    egd.connect(sys.argv[1]).sendall(b"\2\x10")
		END
		echo "$!" >>servers
	done
	until_true test -e held
	honest
	while read -r pid; do
		kill "$pid" 2>/dev/null || true
	done <servers
	stop
}

# One read of 4 KiB has 819 such offers.
@test "egd: an honest client is served within a second beside 900 that offer single bytes without end" {
	egd_with
	nice -n 19 /usr/bin/python3 - "$PWD/run/egd.sock" >/dev/null 2>&1 3>&- <<-'END' &
		import selectors, sys, egd
		ready = selectors.DefaultSelector()
		for _ in range(900):
		    s = egd.connect(sys.argv[1])
		    s.setblocking(False)
		    ready.register(s, selectors.EVENT_WRITE)
		open("offering", "w").close()
		while True:
		    for key, _ in ready.select():
		        key.fileobj.send(b"\3\0\0\1x" * 13107)
	END
	echo "$!" >>servers
	until_true test -e offering
	honest
	stop
}

@test "egd: over the limit of connections, the process with the most loses one" {
	egd_with
	/usr/bin/python3 - "$PWD/run/egd.sock" 3>&- <<-'END' &
		import resource, signal, sys, egd
		resource.setrlimit(resource.RLIMIT_NOFILE, (5000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
		held = [egd.connect(sys.argv[1]) for _ in range(4096)]
		open("held", "w").close()
		assert held[0].recv(1) == b""
		open("went", "w").close()
		signal.pause()
	END
	echo "$!" >>servers
	until_true test -e held
	"$EGD" all "$PWD/run/egd.sock" "$DAEMON"
	until_true test -e went
	stop
}

@test "egd: a thousand idle clients take at most 4 KiB of memory each" {
	egd_with
	"$EGD" read "$PWD/run/egd.sock" 16 >bytes
	before=$(awk '/VmRSS/ { print $2 }' "/proc/$DAEMON/status")
	/usr/bin/python3 - "$PWD/run/egd.sock" 3>&- <<-'END' &
		import resource, signal, sys, egd
		resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
		held = [egd.connect(sys.argv[1]) for _ in range(1000)]
		for s in held:
		    assert len(egd.read(s, 300)) == 300
		open("held", "w").close()
		signal.pause()
	END
	echo "$!" >>servers
	until_true test -e held
	after=$(awk '/VmRSS/ { print $2 }' "/proc/$DAEMON/status")
	echo "RSS: $before KiB, then $after KiB"
	[ $((after - before)) -le 4000 ]
	stop
}

@test "egd: if descriptors run out, connected clients are served, and others as soon as one disconnects" {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	prlimit --nofile=40:40 "$TOOL" serve --socket "$SOCKET" --config conf --source kernel >log 2>&1 3>&- &
	DAEMON=$!
	until_true listens
	/usr/bin/python3 - "$PWD/run/egd.sock" 3>&- <<-'END'
		import os, sys, egd
		held = [egd.connect(sys.argv[1]) for _ in range(60)]
		for s in held:
		    s.sendall(b"\2\xff")
		# Clients that were accepted are answered again and again; the others wait, and do not see an end of file.
		served = [s for s in held[:20] if len(egd.exactly(s, 255)) == 255]
		assert len(served) == 20
		for _ in range(20):
		    for s in served:
		        assert len(egd.read(s, 255)) == 255
		for s in held[20:]:
		    s.setblocking(False)
		waiting = []
		for s in held[20:]:
		    try:
		        assert s.recv(255)
		    except BlockingIOError:
		        waiting.append(s)
		print(len(waiting), "wait")
		assert len(waiting) > 10
		for s in served:
		    s.close()
		for s in waiting[:10]:
		    s.settimeout(600)
		    assert len(egd.exactly(s, 255)) == 255
	END
	stop
}

@test "egd: if the disk is full, clients can connect, are served and disconnect" {
	need_mounts
	mkdir full
	mounted_run() {
		trap 'kill -KILL $DAEMON 2>/dev/null || true' EXIT
		mount -t tmpfs -o size=64k,mode=755 none full
		printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/full/egd.sock" >conf
		SOCKET=$PWD/full/seed.sock
		start --config conf --source kernel
		! cat /dev/zero >full/rest 2>/dev/null
		for _ in 1 2 3; do
			"$EGD" all "$PWD/full/egd.sock" "$DAEMON"
		done
		"$TOOL" draw -q --source "broker:$SOCKET,deadline=300s" --require broker >/dev/null
		stop
	}
	export -f mounted_run start stop ended until_true listens listens_or_ended
	unshare --mount bash -euo pipefail -c mounted_run
}

# --- rates ---

@test "egd: a client gets its first 4 KiB at once, then its rate, and others get theirs" {
	egd_with 'rate = 500' 'burst = 64'
	"$EGD" rates "$PWD/run/egd.sock" 4 3 >got
	cat got
	[ "$(wc -l <got)" -eq 3 ]
	# The limits are 4096 bytes, and 500 bytes a second for 4 s; on a slow machine, fewer bytes come.
	awk '$1 < 4096 || $1 > 4096 + 64 + 500 * 5 { exit 1 }' got
	# Request 0 is answered with the number of bytes that are available, and request 1 does not wait for more bytes.
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, time, egd
		s = egd.connect(sys.argv[1])
		s.sendall(b"\0")
		assert int.from_bytes(egd.exactly(s, 4), "big") == 4096 * 8
		egd.read(s, 4096)
		s.sendall(b"\1\xff")
		assert egd.exactly(s, 1)[0] < 255
	END
	stop
}

@test "egd: at SIGTERM, everything requested is sent regardless of the rate, and then the stream is closed" {
	egd_with 'rate = 1' 'burst = 64'
	/usr/bin/python3 - "$PWD/run/egd.sock" "$DAEMON" <<-'END'
		import os, signal, sys, egd
		clients = [egd.connect(sys.argv[1]) for _ in range(50)]
		for s in clients:
		    egd.read(s, 4096)
		    s.sendall(b"\2\xff\2\xff\4")
		idle = egd.connect(sys.argv[1])
		os.kill(int(sys.argv[2]), signal.SIGTERM)
		for s in clients:
		    egd.exactly(s, 510)
		    egd.exactly(s, egd.exactly(s, 1)[0])
		    assert s.recv(1) == b""
		assert idle.recv(1) == b""
	END
	ended 0
}

@test "egd: at SIGTERM, a client that never stops sending requests does not keep the daemon from ending" {
	egd_with
	/usr/bin/python3 - "$PWD/run/egd.sock" >/dev/null 2>&1 3>&- <<-'END' &
		import sys, egd
		s = egd.connect(sys.argv[1])
		s.sendall(b"\2\xff")
		open("sending", "w").close()
		while True:
		    s.sendall(b"\2\xff" * 65536)
	END
	echo "$!" >>servers
	until_true test -e sending
	# It makes the daemon slower than the client, as on a machine with more CPUs.
	strace -qq -o calls -e trace=recvfrom -p "$DAEMON" >/dev/null 2>&1 3>&- &
	until_true test -s calls
	kill "$DAEMON"
	ended 0
}

# --- framing ---

@test "egd: framing = qemu keeps bytes in the socket, in place of a request that was lost" {
	egd_with 'framing = qemu'
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, egd
		s = egd.connect(sys.argv[1])
		# The client has not requested these bytes from this daemon: they are for requests to an earlier daemon that
		# sent no answer.
		for _ in range(5):
		    egd.exactly(s, 256)
		s.sendall(b"\2\x40")
		egd.exactly(s, 256 + 64)
		# If a client does not read, no more than that is in its socket.
		import time
		time.sleep(1)
		s.setblocking(False)
		assert len(s.recv(65536)) <= 512
	END
	stop
}

@test "egd: framing = strict sends nothing that was not asked for" {
	egd_with
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, time, egd
		s = egd.connect(sys.argv[1])
		time.sleep(1)
		egd.silent(s)
		egd.read(s, 1000)
		time.sleep(1)
		egd.silent(s)
	END
	stop
}

# --- listening sockets ---

@test "egd: a socket from systemd is recognized by its name, in addition to the broker's" {
	printf '%s\n' '[listen guests]' 'protocol = egd' >conf
	/usr/bin/python3 - "$TOOL" "$SOCKET" <<-'END'
		import os, socket, subprocess, sys, egd, broker

		def listening(path, kind):
		    s = socket.socket(socket.AF_UNIX, kind)
		    s.bind(path)
		    s.listen()
		    return s

		def start(sockets, names):
		    def prepare():
		        for i, s in enumerate(sockets):
		            os.dup2(s.fileno(), 100 + i)
		        for i in range(len(sockets)):
		            os.dup2(100 + i, 3 + i)
		        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=names)
		        os.execv(sys.argv[1], [sys.argv[1], "serve", "--config", "conf", "--source", "kernel",
		                               "--socket", sys.argv[2]])
		    return subprocess.Popen(["true"], preexec_fn=prepare, close_fds=False, stderr=subprocess.PIPE, text=True)

		seed = listening("seed", socket.SOCK_SEQPACKET)
		stream = listening(os.path.abspath("stream"), socket.SOCK_STREAM)
		tcp = socket.create_server(("127.0.0.1", 0))
		everywhere = socket.create_server(("0.0.0.0", 0))
		for sockets, names in (([seed, stream], "seedrived.socket:guests"), ([stream, seed], "guests:seedrived.socket")):
		    daemon = start(sockets, names)
		    egd.every(os.path.abspath("stream"), daemon.pid)
		    broker.ask("seed", 1)
		    daemon.terminate()
		    assert daemon.wait() == 0
		    assert not os.path.exists(sys.argv[2])
		daemon = start([tcp], "guests")
		egd.every("127.0.0.1:%d" % tcp.getsockname()[1], daemon.pid)
		# systemd passed no socket for the broker, so the daemon created one.
		assert os.path.exists(sys.argv[2])
		daemon.terminate()
		assert daemon.wait() == 0

		kind = ("seedrive: serve: LISTEN_FDS: guests: must be a listening stream socket, "
		        "on a unix path or the loopback\n")
		none = ("seedrive: serve: LISTEN_FDS: other: there are two sockets with this name, or the "
		        "configuration has no [listen other]\n")
		for sockets, names, words in (([everywhere], "guests", kind), ([seed], "guests", kind),
		                              ([seed, stream], "seedrived.socket:other", none)):
		    daemon = start(sockets, names)
		    assert (daemon.stderr.read(), daemon.wait()) == (words, 1), words
	END
	# If a listener has neither a socket nor an address, that is reported, and all others work.
	start --config conf --source kernel
	until_true stocked 1
	stop
	grep -qx 'seedrive: \[listen guests\]: not listening: it has no address, and systemd passed no socket that it may use, with FileDescriptorName=guests' log
}

@test "egd: the socket has the mode and the group of its section" {
	egd_with 'mode = 0620' "group = $(id -g)"
	[ "$(stat -c '%a %g' run/egd.sock)" = "620 $(id -g)" ]
	stop
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" 'group = none-such' >conf
	fails 1 "seedrive: serve: group: none-such: no such group" "$TOOL" serve --config conf --socket "$SOCKET"
	port=$(free_port)
	printf '%s\n' '[listen a]' 'protocol = egd' "address = tcp:127.0.0.1:$port" \
		'[listen b]' 'protocol = egd' "address = tcp:127.0.0.1:$port" >conf
	fails 1 "seedrive: serve: 127.0.0.1: port $port: Address already in use" \
		"$TOOL" serve --config conf --socket "$SOCKET"
}

# --- secrets ---

# bats test_tags=root
@test "egd: bytes that were sent are no longer in the daemon's memory" {
	need_root
	[ "$B" = "$ROOT/build" ] || TOOL=$ROOT/build/seedrive
	egd_with
	"$EGD" read "$PWD/run/egd.sock" 20000 | /usr/bin/python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >given
	[ "$(stat -c %s given)" -eq 20000 ]
	printf 'seedrive 1 drbg seed' >public
	run -0 as_root "$ROOT/tests/lib/scan-memory" raw:public -- "pid:$DAEMON"
	run -1 as_root "$ROOT/tests/lib/scan-memory" raw:given -- "pid:$DAEMON"
	stop
}
