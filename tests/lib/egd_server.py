#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An EGD server, written from the description of the protocol, which can make errors on purpose.

    tests/lib/egd_server.py unix:PATH|tcp:HOST [FAULT [AFTER]]

It listens, goes into the background, and prints its process id and, for TCP, its port. FAULT begins when AFTER bytes
have been given (default 0).
"""

import os
import random
import socket
import sys


def good(n):
    return os.urandom(n)


FAULTS = {
    "none": good,
    "silent": lambda n: b"",
    "hangs-up": None,
    "half": None,
    "half-silent": lambda n: os.urandom(n // 2),
    "surplus": lambda n: os.urandom(n + 1),
    "zeros": bytes,
    "constant": lambda n: (bytes(range(16)) * 16)[:n],
    "first": good,  # but it sends a byte before the first request
    "same": None,  # but each connection gets the same bytes
    "http": lambda n: b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}


def take(client, n):
    got = client.recv(n, socket.MSG_WAITALL) if n else b""
    if len(got) < n:
        raise EOFError
    return got


def answer(client, name, after, given, stream):
    """Answers one request; returns how many bytes it gave."""
    kind = take(client, 1)[0]
    if kind == 0:
        client.sendall((8 * 4096).to_bytes(4, "big"))
    elif kind == 1:
        n = take(client, 1)[0]
        client.sendall(bytes([n]) + os.urandom(n))
        return n
    elif kind == 2:
        n = take(client, 1)[0]
        if given < after:
            client.sendall(good(n))
        elif name == "half":
            client.sendall(good(n // 2))
            raise EOFError
        elif name == "hangs-up":
            raise EOFError
        elif name == "same":
            client.sendall(stream.randbytes(n))
        else:
            client.sendall(FAULTS[name](n))
        return n
    elif kind == 3:
        take(client, take(client, 3)[2])
    elif kind == 4:
        pid = str(os.getpid()).encode()
        client.sendall(bytes([len(pid)]) + pid)
    else:
        raise EOFError
    return 0


def serve(client, name, after):
    given = 0
    stream = random.Random(1)
    if name == "first":
        client.sendall(b"\x00")
    while True:
        given += answer(client, name, after, given, stream)


def main():
    kind, _, place = sys.argv[1].partition(":")
    name = sys.argv[2] if len(sys.argv) > 2 else "none"
    after = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    if name not in FAULTS:
        sys.exit(f"{name}: no such fault")
    if kind == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(place)
    else:
        listener = socket.socket(socket.AF_INET6 if ":" in place else socket.AF_INET)
        listener.bind((place, 0))
    listener.listen(8)
    pid = os.fork()
    if pid:
        print(pid, listener.getsockname()[1] if kind == "tcp" else "")
        return
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    while True:
        client, _ = listener.accept()
        with client:
            try:
                serve(client, name, after)
            except (EOFError, OSError):
                pass


main()
