#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make SAN=1 check-requests`: a million random requests by EGD, and a million by HTTP, with ASan and UBSan.

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export PYTHONPATH=$ROOT/tests/lib

@test "requests: a million random ones, whole and in pieces, are answered in full, without leak, crash or growth" {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" >conf
	mkfifo never
	# Two effects would look like growth. ASan keeps freed memory from being used again, by default 256 MB. And the
	# daemon remembers what a source has delivered, up to a limit.
	ASAN_OPTIONS=quarantine_size_mb=1 start --config conf --source file:never,bits=4,deadline=600s
	/usr/bin/python3 - "$PWD/run/egd.sock" "$DAEMON" "${REQUESTS:-1000000}" <<-'END'
		import random, re, sys, egd

		def rss():
		    return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%s/status" % sys.argv[2]).read())[1])

		def request(r):
		    """Returns a request, and its answer's length: a number, or 256 if the answer's first byte has it."""
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
		        s.sendall(r.randbytes(r.randrange(1, 300))) # the connection ends within a request
		    else:
		        egd.silent(s)
		    s.close()
		    if first is None and left < total * 9 // 10:
		        first = rss()
		print("RSS: %d KiB after a tenth, %d KiB at the end" % (first, rss()))
		assert rss() - first < first // 20
	END
	stop
	# The sanitizers have reported nothing.
	run ! grep -E 'ERROR|runtime error|Sanitizer' log
}

@test "requests: a million by HTTP, valid and invalid, are answered or refused, without leak, crash or growth" {
	printf '%s\n' '[listen http]' 'protocol = http' "address = unix:$PWD/run/http.sock" \
		'[listen metrics]' 'protocol = metrics' "address = unix:$PWD/run/metrics.sock" >conf
	mkfifo never
	ASAN_OPTIONS=quarantine_size_mb=1 start --config conf --source file:never,bits=4,deadline=600s
	/usr/bin/python3 - "$PWD/run" "$DAEMON" "${REQUESTS:-1000000}" <<-'END'
		import random, re, sys, http_raw as h

		def rss():
		    return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%s/status" % sys.argv[2]).read())[1])

		def good(r):
		    more = {"metadata": {"x": "y" * r.randrange(200)}} if r.random() < 0.5 else {"user-data": None}
		    fields = "".join("X-%d: %s\r\n" % (i, "z" * r.randrange(50)) for i in range(r.randrange(4)))
		    return h.post(h.body(**more), r.choice(("/vendordata", "/cloud-init")), fields)

		def bad(r):
		    text = bytearray(good(r))
		    for _ in range(r.randrange(1, 6)):
		        at = r.randrange(len(text))
		        how = r.randrange(3)
		        if how == 0:
		            text[at] = r.randrange(256)
		        elif how == 1:
		            del text[at:at + r.randrange(1, 20)]
		        else:
		            text[at:at] = r.choice((b"\r\n", b"\n", b"\0", b" ", b":", b"{", b"\"", b"0", b"\r\nContent-Length: 5\r\n"))
		    return bytes(text)

		class Stream:
		    """Counts the answers, which may come in any pieces."""
		    def __init__(self, where):
		        self.s, self.rest = h.connect(where), b""
		    def answer(self):
		        while b"\r\n\r\n" not in self.rest:
		            more = self.s.recv(65536)
		            if not more:
		                return None
		            self.rest += more
		        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
		        n = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
		        while len(self.rest) < n:
		            more = self.s.recv(65536)
		            if not more:
		                return None
		            self.rest += more
		        self.rest = self.rest[n:]
		        return int(head[9:12]), b"Connection: close" in head

		r, left, first, seen = random.Random(1), int(sys.argv[3]), None, {}
		total = left
		while left > 0:
		    where = r.choice(("/http.sock",) * 9 + ("/metrics.sock",))
		    s = Stream(sys.argv[1] + where)
		    # The client sends valid requests, pipelined and in pieces of any size; then an invalid one, which may end
		    # the connection.
		    some = [good(r) if where == "/http.sock" else h.get(r.choice(("/healthz", "/x")))
		            for _ in range(min(left, r.randrange(1, 40)))]
		    words, at = b"".join(some), 0
		    while at < len(words):
		        n = r.choice((1, 7, 100, 65536, 65536, 65536))
		        s.s.sendall(words[at:at + n])
		        at += n
		    for _ in some:
		        got = s.answer()
		        seen[got[0]] = seen.get(got[0], 0) + 1
		    left -= len(some)
		    try:
		        s.s.sendall(bad(r) if r.random() < 0.8 else r.randbytes(r.randrange(1, 3000)))
		        left -= 1
		        s.s.shutdown(1)
		        while (got := s.answer()):
		            assert got[0] in (200, 400, 404, 405, 411, 413, 503), got
		            seen[got[0]] = seen.get(got[0], 0) + 1
		    except ConnectionError:
		        pass
		    s.s.close()
		    if first is None and left < total * 9 // 10:
		        first = rss()
		print(seen, "RSS: %d KiB after a tenth, %d KiB at the end" % (first, rss()))
		assert rss() - first < first // 20 and {200, 400, 404} <= set(seen)
	END
	stop
	run ! grep -E 'ERROR|runtime error|Sanitizer' log
}
