# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of the daemon, which is the process $DAEMON, with its socket in `run` and its log in `log`.

# Other users of this machine must be able to run this client.
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
	# End the background processes that a failed test has left.
	while read -r pid; do
		kill "$pid" 2>/dev/null || true
	done < <(cat "$BATS_TEST_TMPDIR/here/servers" 2>/dev/null)
	make_removable
}

# until_true COMMAND...: wait until COMMAND succeeds; after ten minutes the test fails.
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

listens_or_ended() {
	listens || ! kill -0 "$DAEMON" 2>/dev/null
}

# start [OPTION...]: start a daemon as process $DAEMON, with its messages in `log`. If it ends at once, the test fails.
start() {
	"$TOOL" serve --socket "$SOCKET" "$@" >log 2>&1 3>&- &
	DAEMON=$!
	until_true listens_or_ended
	listens || { cat log; return 1; }
}

# ended STATUS: check that the daemon ended by itself, with that status.
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

# start_with BLOCKS [OPTION...]: start a daemon, and wait until it has BLOCKS blocks in stock; then its source delivers
# no more. If the file `conf` sets the size of the stock, no option does.
start_with() {
	local blocks=$1 size=(--reservoir "$1")
	shift
	! grep -qs '^reservoir = ' conf || size=()
	[ -p fifo ] || mkfifo fifo
	# The FIFO stays open until the test ends, so that the source waits for bytes and does not fail.
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
		# The daemon is not reading from the FIFO now, so the bytes that are left in it can be removed.
		try:
		    while os.read(feed, 65536):
		        pass
		except BlockingIOError:
		    os.unlink("notify")
	END
	echo "$!" >>servers
	until_true test -S notify
	NOTIFY_SOCKET=$PWD/notify start --source file:fifo,bits=4,deadline=60s "${size[@]}" "$@"
	until_true test ! -e notify
}

# stocked BLOCKS: check that the daemon gives BLOCKS blocks at once.
stocked() {
	[ "$("$CLIENT" ask "$SOCKET" "$1" | sed -n 1p)" = given ]
}

descriptors() {
	find "/proc/$DAEMON/fd" -mindepth 1 | wc -l
}

# free_port: print a TCP port of the loopback that is free.
free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# as_uid UID COMMAND...: run COMMAND as another user of this machine.
as_uid() {
	local uid=$1
	shift
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
}

need_users() {
	need_root
	# Other users need access to the socket and the client.
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/here" 2>/dev/null
	chmod 711 "$BATS_RUN_TMPDIR"/*/ 2>/dev/null || true
	cp "$CLIENT" run/client.py
	chmod 755 run/client.py
	CLIENT=$PWD/run/client.py
}

# attacked UID COMMAND...: run COMMAND as this user in the background until the test ends.
attacked() {
	local uid=$1
	shift
	# as_uid is not used, because then the process id would be that of a subshell, and killing that would not kill the
	# command.
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@" >/dev/null 2>&1 3>&- &
	echo "$!" >>servers
}
