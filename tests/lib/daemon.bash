# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the suites of the daemon share: a daemon as process $DAEMON, with its socket in `run` and its log in `log`.

# Other users of this machine have to run it as well.
export CLIENT=$ROOT/tests/lib/broker.py

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	mkdir -m 755 run
	SOCKET=$PWD/run/seed.sock
	export SOCKET
	DAEMON=
}

teardown() {
	local pid
	[ ! "$DAEMON" ] || kill -KILL "$DAEMON" 2>/dev/null || true
	# What a test that failed has left in the background.
	while read -r pid; do
		kill "$pid" 2>/dev/null || true
	done < <(cat "$BATS_TEST_TMPDIR/here/servers" 2>/dev/null)
	make_removable
}

# until_true COMMAND...: or ten minutes have gone.
until_true() {
	local end=$((SECONDS + 600))
	while [ "$SECONDS" -lt "$end" ]; do
		"$@" && return
		sleep 0.05
	done
	echo "never: $*"
	return 1
}

listens() {
	/usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(sys.argv[1])' "$SOCKET" 2>/dev/null
}

# start [OPTION...]: a daemon, as process $DAEMON, that says what it has to say in `log`.
start() {
	"$TOOL" serve --socket "$SOCKET" "$@" >log 2>&1 3>&- &
	DAEMON=$!
	until_true listens
}

# ended STATUS: so it ended, and by itself.
ended() {
	local status=0
	wait "$DAEMON" || status=$?
	DAEMON=
	[ "$status" -eq "$1" ] || { cat log; return 1; }
}

stop() {
	kill -TERM "$DAEMON"
	ended 0
}

# start_with BLOCKS [OPTION...]: with so many blocks in stock, and a source that gives nothing more.
start_with() {
	local blocks=$1
	shift
	[ -p fifo ] || mkfifo fifo
	# Open until the test ends, so that the source waits rather than fails.
	# shellcheck disable=SC2034
	exec {HELD}<>fifo
	/usr/bin/python3 - "$blocks" <<-'END' 3>&- &
		import os, socket, sys
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind("notify")
		manager.settimeout(0.02)
		feed = os.open("fifo", os.O_RDWR | os.O_NONBLOCK)
		full = "STATUS={0} of {0} blocks in stock, 0 of them".format(sys.argv[1]).encode()
		said = b""
		while not said.startswith(full):
		    try:
		        os.write(feed, os.urandom(4096))
		    except BlockingIOError:
		        pass
		    try:
		        said = manager.recv(4096)
		    except TimeoutError:
		        pass
		# Nobody reads there now, so that what is left can be taken away.
		try:
		    while os.read(feed, 65536):
		        pass
		except BlockingIOError:
		    os.unlink("notify")
	END
	echo "$!" >>servers
	until_true test -S notify
	NOTIFY_SOCKET=$PWD/notify start --source file:fifo,bits=4,deadline=60s --reservoir "$blocks" "$@"
	until_true test ! -e notify
}

# stocked BLOCKS: the daemon gives so many at once.
stocked() {
	[ "$("$CLIENT" ask "$SOCKET" "$1" | sed -n 1p)" = given ]
}

descriptors() {
	find "/proc/$DAEMON/fd" -mindepth 1 | wc -l
}

# A TCP port of the loopback that nobody has.
free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# as_uid UID COMMAND...: as another user of this machine.
as_uid() {
	local uid=$1
	shift
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
}

need_users() {
	need_root
	# They have to come to the socket, and to the client.
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/here" 2>/dev/null
	chmod 711 "$BATS_RUN_TMPDIR"/*/ 2>/dev/null || true
	cp "$CLIENT" run/client.py
	chmod 755 run/client.py
	CLIENT=$PWD/run/client.py
}

# attacked UID COMMAND...: it runs as this user beside the rest of the test.
attacked() {
	local uid=$1
	shift
	# Not by as_uid: its subshell would be what is killed in the end.
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@" >/dev/null 2>&1 3>&- &
	echo "$!" >>servers
}
