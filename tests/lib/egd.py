#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of `seedrive serve` that speak EGD, without code of the project.

    egd.py all SOCKET          sends each of the five requests, alone and pipelined, and checks the answers
    egd.py read SOCKET BYTES   reads BYTES bytes, and prints them in hexadecimal
    egd.py rates SOCKET SECONDS CLIENTS   runs CLIENTS greedy clients as processes, and prints each one's bytes
"""

import os
import socket
import sys
import time


def connect(where):
    if where.startswith("/"):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect(where)
    else:
        host, port = where.rsplit(":", 1)
        s = socket.create_connection((host, int(port)))
    s.settimeout(600)
    return s


def exactly(s, n):
    got = b""
    while len(got) < n:
        more = s.recv(n - len(got))
        if not more:
            raise EOFError(f"{len(got)} of {n} bytes")
        got += more
    return got


def silent(s):
    """Checks that the daemon sends nothing without a request."""
    s.setblocking(False)
    try:
        surplus = s.recv(1)
    except BlockingIOError:
        surplus = b""
    s.settimeout(600)
    assert surplus == b"", surplus


def read(s, n):
    """Reads n bytes, in requests of at most 255."""
    s.sendall(b"".join(bytes((2, min(255, n - at))) for at in range(0, n, 255)))
    return exactly(s, n)


def every(where, pid):
    s = connect(where)
    s.sendall(b"\0")
    assert int.from_bytes(exactly(s, 4), "big") > 0
    s.sendall(b"\1\x20")
    assert exactly(s, 1) == b"\x20"
    first = exactly(s, 32)
    assert read(s, 32) != first
    s.sendall(b"\2\0\1\0")
    assert exactly(s, 1) == b"\0"
    s.sendall(b"\3\0\x10\5hello\4")
    assert exactly(s, exactly(s, 1)[0]) == str(pid).encode()
    # The requests are pipelined, and arrive in pieces that may end anywhere.
    stream = (b"\2\xff\2\1\0\1\5\3\xff\xff\xff" + bytes(range(255)) + b"\4\0\0\2\3") * 20
    for at in range(0, len(stream), 7):
        s.sendall(stream[at:at + 7])
    for _ in range(20):
        exactly(s, 256)
        exactly(s, 4)
        assert exactly(s, 1) == b"\5"
        exactly(s, 5)
        assert exactly(s, exactly(s, 1)[0]) == str(pid).encode()
        exactly(s, 11)
    silent(s)
    # An invalid request ends the stream after the requests before it have been answered.
    s.sendall(b"\2\x10\5\2\x10")
    assert len(exactly(s, 16)) == 16
    assert s.recv(1) == b""


def greedy(where, until):
    """Returns how many bytes arrive until then, if more bytes are requested all the time."""
    s = connect(where)
    got = 0
    ask = b"\2\xff" * 256
    s.sendall(ask)
    owed = 256 * 255
    s.settimeout(0.05)
    while time.monotonic() < until:
        try:
            n = len(s.recv(1 << 16))
        except TimeoutError:
            continue
        assert n
        got += n
        owed -= n
        if owed < 128 * 255:
            s.sendall(ask)
            owed += 256 * 255
    return got


def rates(where, seconds, clients):
    until = time.monotonic() + seconds
    pipes = []
    for _ in range(clients):
        r, w = os.pipe()
        if os.fork() == 0:
            os.write(w, str(greedy(where, until)).encode())
            os._exit(0)
        os.close(w)
        pipes.append(r)
    for r in pipes:
        print(os.read(r, 64).decode())


def main(what, where, *rest):
    if what == "all":
        every(where, int(rest[0]))
    elif what == "read":
        print(read(connect(where), int(rest[0])).hex())
    elif what == "rates":
        rates(where, float(rest[0]), int(rest[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
