#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How fast each client is served: the weights, the host's budget, the bytes that are never throttled, and the operator's
# policy.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export PYTHONPATH=$ROOT/tests/lib

# The program's answer always comes in time, even if the machine is busy.
PATIENT='policy-timeout = 10m'

# serve_egd LINE...: start a daemon with these lines in [serve], and with a listener whose section has the lines in the
# file `section`.
serve_egd() {
	{
		echo '[serve]'
		printf '%s\n' "$@"
		printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock"
		cat section 2>/dev/null || true
	} >conf
	start --config conf --source kernel
}

# policy LINE...: create the policy program `asked`, which answers these lines, and saves the questions.
policy() {
	{
		printf '#!/bin/sh\ncat >"%s/question.$$"\n' "$PWD"
		printf '%s\n' "$@"
	} >asked
	chmod 755 asked
}

# is_served slow|fast ARGUMENT...: succeeds as soon as a client gets fewer than 1000 bytes in 1.5 s, or more than 10000;
# after ten minutes the test fails. The client's command line has these arguments, as QEMU's would.
is_served() {
	/usr/bin/python3 -c 'import sys, time, egd
is_wanted = {"slow": lambda n: n < 1000, "fast": lambda n: n > 10000}[sys.argv[2]]
s = egd.connect(sys.argv[1])
# After these bytes and the pause, the answer of the policy usually applies.
egd.read(s, 4096)
time.sleep(0.5)
asked = got = 0
last = time.monotonic() + 600
while time.monotonic() < last:
    if asked < got + 50000:
        s.settimeout(600)
        s.sendall(b"\2\xff" * 400)
        asked += 400 * 255
    s.settimeout(0.05)
    before, end = got, time.monotonic() + 1.5
    while time.monotonic() < end:
        try:
            got += len(s.recv(65536))
        except TimeoutError:
            pass
    print(got - before, "bytes")
    if is_wanted(got - before):
        sys.exit(0)
sys.exit(1)' "$PWD/run/egd.sock" "$@"
}

@test "policy: a program is asked with what the kernel and the client state, and its rate applies" {
	policy 'printf "rate=200\nburst=64\n\n"'
	serve_egd "policy = exec:$PWD/asked" "$PATIENT"
	is_served slow -uuid 3f2504e0-4f89-11d3-9a0c-0305e82c3301 -name guest=web
	[ "$(cat question.* | sed 's/^pid=[0-9]*/pid=N/')" = "version=1
listener=egd
uid=$(id -u)
pid=N
uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301
name=web" ]
	stop
	run -1 grep policy log
}

@test "policy: a server on a unix socket is asked the same question" {
	/usr/bin/python3 - 3>&- <<-'END' &
		import socket
		s = socket.socket(socket.AF_UNIX)
		s.bind("asked.sock")
		s.listen()
		while True:
		    c, _ = s.accept()
		    question = b""
		    while not question.endswith(b"\n\n"):
		        question += c.recv(1024)
		    with open("question", "wb") as f:
		        f.write(question)
		    c.sendall(b"rate=200\nbu")
		    c.sendall(b"rst=64\n\n")
		    c.close()
	END
	echo "$!" >>servers
	until_true test -S asked.sock
	serve_egd "policy = unix:$PWD/asked.sock" "$PATIENT"
	is_served slow
	grep -qx listener=egd question
	stop
}

@test "policy: if it hangs, answers nonsense or exceeds the listener's limits, these apply, and one line says so" {
	echo 'rate = 100000' >section
	for answer in 'sleep 100' 'echo rate=x; echo' 'echo rate=100001; echo' 'echo rate=1' 'yes rate=1' 'exit 3' \
		'printf "burst=4097\n\n"' 'printf "weight=2\n\n"'; do
		policy "$answer"
		serve_egd "policy = exec:$PWD/asked"
		pids=()
		for i in 1 2 3; do
			is_served fast 3>&- &
			pids+=($!)
		done
		echo "$answer"
		for i in "${pids[@]}"; do
			wait "$i"
		done
		stop
		[ "$(grep -c 'above the limits of the listener, which apply instead' log)" -eq 1 ]
	done
	# No process of the policy still runs.
	run -1 pgrep -f "$PWD/asked"
	serve_egd "policy = exec:$PWD/none-such"
	is_served fast
	stop
}

@test "policy: nobody waits for it, and it is asked only a few times at once, and once for each client" {
	policy 'echo >>"$0.log"' 'sleep 100'
	serve_egd "policy = exec:$PWD/asked" "$PATIENT"
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import os, sys, time, egd
		begin = time.monotonic()
		for _ in range(40):
		    if os.fork() == 0:
		        for _ in range(5):
		            s = egd.connect(sys.argv[1])
		            egd.read(s, 256)
		        os._exit(0)
		for _ in range(40):
		    assert os.wait()[1] == 0
		took = time.monotonic() - begin
		print(f"{took:.2f} s")
		assert took < 60
	END
	[ "$(wc -l <asked.log)" -le 8 ]
	stop
}

@test "policy: an answer is kept until it expires, and then asked for again" {
	policy 'echo >>"$0.log"' 'printf "rate=200\nburst=64\n\n"'
	serve_egd "policy = exec:$PWD/asked" "$PATIENT" 'policy-cache = 3s'
	: >asked.log
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import sys, time, egd
		begin = time.monotonic()
		s = [egd.connect(sys.argv[1])]
		asked = lambda: len(open("asked.log").readlines())
		while asked() < 2:
		    s.append(egd.connect(sys.argv[1]))
		    egd.read(s[-1], 64)
		    assert time.monotonic() < begin + 600
		    time.sleep(0.1)
		took = time.monotonic() - begin
		print(f"{len(s)} clients, {took:.1f} s")
		assert took > 3
	END
	stop
}

@test "policy: the example with a table sets rates by UUID" {
	cat >table <<-'END'
		# the farm
		3f2504e0-4f89-11d3-9a0c-0305e82c3301 200 64 - # slow
		3f2504e0-4f89-11d3-9a0c-0305e82c3302 - 128 1
	END
	answer() {
		printf '%s\n' version=1 listener=egd "$@" '' | SEEDRIVE_POLICY_TABLE=$PWD/table \
			"$ROOT/dist/host/policy/seedrive-policy-table" | od -An -c | tr -d ' \n'
	}
	[ "$(answer uid=1 uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301 name=x)" = 'rate=200\nburst=64\n\n' ]
	[ "$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3302)" = 'burst=128\nweight=1\n\n' ]
	[ "$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3303)" = '\n' ]
	[ "$(answer)" = '\n' ]
	rm table
	[ "$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301)" = '\n' ]
	echo '3f2504e0-4f89-11d3-9a0c-0305e82c3301 200 64' >table
	printf '#!/bin/sh\nSEEDRIVE_POLICY_TABLE=%s exec %s\n' "$PWD/table" "$ROOT/dist/host/policy/seedrive-policy-table" >asked
	chmod 755 asked
	serve_egd "policy = exec:$PWD/asked" "$PATIENT"
	is_served slow -uuid 3f2504e0-4f89-11d3-9a0c-0305e82c3301
	is_served fast -uuid 3f2504e0-4f89-11d3-9a0c-0305e82c3309
	stop
}

@test "policy: the example with libvirt takes rates from a domain's metadata" {
	type virsh
	cat >host.xml <<-'END'
		<node><domain type='test'><name>web1</name><uuid>3f2504e0-4f89-11d3-9a0c-0305e82c3301</uuid>
		<memory>8192</memory><os><type>hvm</type></os>
		<metadata><s:policy xmlns:s='https://seedrive.invalid/policy' rate='200' burst="64" weight='1' colour='5'/></metadata>
		</domain><domain type='test'><name>web2</name><uuid>3f2504e0-4f89-11d3-9a0c-0305e82c3302</uuid>
		<memory>8192</memory><os><type>hvm</type></os></domain></node>
	END
	answer() {
		printf '%s\n' version=1 "$@" '' | SEEDRIVE_LIBVIRT_URI=test://$PWD/host.xml \
			"$ROOT/dist/host/policy/seedrive-policy-libvirt" | od -An -c | tr -d ' \n'
	}
	got=$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301)
	echo "$got"
	[ "$got" = 'rate=200\nburst=64\nweight=1\n\n' ]
	[ "$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3302)" = '\n' ]
	[ "$(answer uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3303)" = '\n' ]
	[ "$(answer)" = '\n' ]
}

# --- what is shared ---

@test "budget: greedy clients share it by their weights, a modest one gets all it wants, and a new one boots" {
	printf '%s\n' 'weight = 4' >section
	policy 'if grep -q -- uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301 question.$$; then w=4; else w=1; fi' \
		'echo >>answered' 'printf "weight=$w\n\n"'
	serve_egd 'budget = 100000' "policy = exec:$PWD/asked" "$PATIENT"
	: >answered
	/usr/bin/python3 - "$PWD/run/egd.sock" <<-'END'
		import os, sys, time, egd
		where = sys.argv[1]

		def greedy(uuid):
		    r, w = os.pipe()
		    if os.fork() == 0:
		        # The UUID must be on the command line, because there the daemon looks for it on behalf of the policy.
		        os.execv(sys.executable, [sys.executable, "-c", """if True:
		            import os, sys, time, egd
		            s = egd.connect(sys.argv[1])
		            s.sendall(b"\\2\\xff" * 8000)
		            s.settimeout(0.05)
		            got = before = 0
		            begin = float("inf")
		            while time.monotonic() < begin + 7:
		                try:
		                    got += len(s.recv(65536) or sys.exit("the daemon has ended"))
		                except TimeoutError:
		                    pass
		                if time.monotonic() < begin:
		                    before = got
		                    if os.path.exists("begin"):
		                        begin = float(open("begin").read())
		            os.write(int(sys.argv[2]), b"%d" % (got - before))
		        """, where, str(w)] + uuid) if os.set_inheritable(w, True) is None else None
		    os.close(w)
		    return r

		heavy = greedy(["-uuid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"])
		light = [greedy([]) for _ in range(4)]
		# A modest client asks for 64 bytes every 20 ms, which is 3 % of the budget.
		s = egd.connect(where)
		egd.read(s, 64)
		# Each client has its weight as soon as the policy has answered; its bytes are counted from then on.
		last = time.monotonic() + 600
		while len(open("answered").readlines()) < 6:
		    assert time.monotonic() < last
		    time.sleep(0.1)
		begin = time.monotonic() + 2
		open("begin.new", "w").write(str(begin))
		os.rename("begin.new", "begin")
		slowest = 0
		while time.monotonic() < begin + 6:
		    t = time.monotonic()
		    egd.read(s, 64)
		    slowest = max(slowest, time.monotonic() - t)
		    time.sleep(0.02)
		    if int(t * 50) % 25 == 0:
		        t = time.monotonic()
		        egd.read(egd.connect(where), 4096)
		        slowest = max(slowest, time.monotonic() - t)
		got = [int(os.read(r, 64)) for r in [heavy] + light]
		print(got, f"slowest {slowest * 1000:.0f} ms")
		assert slowest < 5 # if requests were answered in turn: 20 s for each greedy client
		assert sum(got) < 7 * 100000 * 1.1
		assert 3.2 < got[0] / (sum(got[1:]) / 4) < 4.8
		assert max(got[1:]) < 1.1 * min(got[1:])
	END
	stop
}
