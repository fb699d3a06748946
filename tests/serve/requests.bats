#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make SAN=1 check-requests`: a million random requests by EGD, under ASan and UBSan.

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export PYTHONPATH=$ROOT/tests/lib

@test "requests: a million random ones, whole and in pieces, are each answered in full; no leak, no crash, no growth" {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	mkfifo never
	# Two things that would look like growth: what was freed is kept from being given out again, 256 MB of it unless said;
	# and what a source has delivered is remembered, up to a limit.
	ASAN_OPTIONS=quarantine_size_mb=1 start --config conf --source file:never,bits=4,deadline=600s
	/usr/bin/python3 - "$PWD/run/egd.sock" "$DAEMON" "${REQUESTS:-1000000}" <<-'END'
		import random, re, sys, egd

		def rss():
		    return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%s/status" % sys.argv[2]).read())[1])

		def request(r):
		    """A request, and how long its answer is: a number, or 256 of one whose first byte says it."""
		    kind, n = r.randrange(5), r.randrange(256)
		    if kind == 0:
		        return b"\0", 4
		    if kind == 1:
		        return bytes((1, n)), 1 + n
		    if kind == 2:
		        return bytes((2, n)), n
		    if kind == 3:
		        return bytes((3, 0, n, n)) + r.randbytes(n), 0
		    return b"\4", 1 + len(sys.argv[2])

		r, left, first = random.Random(1), int(sys.argv[3]), None
		total = left
		while left:
		    s = egd.connect(sys.argv[1])
		    for _ in range(r.randrange(1, 20)):
		        some = [request(r) for _ in range(min(left, r.randrange(1, 500)))]
		        words = b"".join(w for w, _ in some)
		        at = 0
		        while at < len(words):
		            n = r.choice((1, 7, 100, 65536))
		            s.sendall(words[at:at + n])
		            at += n
		            if n == 1:
		                s.sendall(words[at:])
		                break
		        egd.exactly(s, sum(n for _, n in some))
		        left -= len(some)
		    if r.random() < 0.5:
		        s.sendall(r.randbytes(r.randrange(1, 300))) # and ends in the middle of something
		    else:
		        egd.silent(s)
		    s.close()
		    if first is None and left < total * 9 // 10:
		        first = rss()
		print("RSS: %d KiB after a tenth, %d KiB at the end" % (first, rss()))
		assert rss() - first < first // 20
	END
	stop
	# Nothing but what it has to say.
	run ! grep -E 'ERROR|runtime error|Sanitizer' log
}
