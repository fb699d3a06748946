#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Good and bad clients of `seedrive serve`, and a daemon. They were written from the comment in util/wire/broker.h
alone, and use no code of the project. By default the clients use version 1, as clients did before version 2.

    broker.py ask SOCKET [BLOCKS [VERSION]]  prints a line for the answer, then one for each block
    broker.py daemon SOCKET VERSION BITS  a daemon of that version: gives blocks of BITS bits, prints each note's bits
    broker.py crowd SOCKET CLIENTS BLOCKS connects CLIENTS clients, and only then lets each ask for BLOCKS blocks
    broker.py rush SOCKET CLIENTS BLOCKS  the same, but each client asks as soon as it is connected
    broker.py greedy SOCKET REQUESTS      asks again and again; prints the number of blocks, and the last status
    broker.py hostile SOCKET              sends garbage, incomplete packets and nothing; succeeds if all were refused
    broker.py flood SOCKET                connects and closes, in an endless loop
    broker.py endless SOCKET BLOCKS       asks in an endless loop
    broker.py silent SOCKET CONNECTIONS   keeps CONNECTIONS connections open, and asks nothing
    broker.py deaf SOCKET CONNECTIONS     asks on CONNECTIONS connections, reads no answer, and asks again
    broker.py uids SOCKET FIRST COUNT     as root: asks for two blocks as each of COUNT users, from the uid FIRST on
    broker.py honest SOCKET TIMES BLOCKS  prints how many of TIMES requests got blocks, and the slowest one's time in ms
"""

import array
import os
import socket
import struct
import sys
import signal
import threading
import time

STATUS = ["given", "empty", "limited", "refused"]
BLOCK = struct.Struct("<II64s96s")
HEAD = struct.Struct("<4sHHII")
SOURCE = struct.Struct("<12sII")
SOURCES = 16


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # The timeout is set only later: with a timeout, connect() would fail at once if the queue of the listener is full.
    s.connect(path)
    s.settimeout(600)
    return s


def request(blocks, version=1):
    return HEAD.pack(b"SDRQ", version, 0, blocks, 0)


def note(bits, uuid, seed_id):
    return HEAD.pack(b"SDRN", 1, 0, bits, 0) + uuid + seed_id


def parse(answer, want=1):
    """Returns (status, [(hardware bits, bytes, provenance)]); in version 2 each block also has [(source, bytes, bits)]."""
    magic, version, status, blocks, zero = HEAD.unpack(answer[:16])
    assert (magic, version, zero) == (b"SDRA", want, 0), answer
    size = BLOCK.size + (SOURCES * SOURCE.size if want == 2 else 0)
    assert len(answer) == 16 + blocks * size, len(answer)
    found = []
    for i in range(blocks):
        at = 16 + i * size
        bits, count, raw, text = BLOCK.unpack_from(answer, at)
        assert bits <= 256 and count <= (SOURCES if want == 2 else 0)
        block = (bits, raw, text.rstrip(b"\0").decode())
        if want == 2:
            rows = [SOURCE.unpack_from(answer, at + BLOCK.size + n * SOURCE.size) for n in range(SOURCES)]
            assert rows[count:] == [(bytes(12), 0, 0)] * (SOURCES - count), rows
            block += ([(name.rstrip(b"\0").decode(), length, bits) for name, length, bits in rows[:count]],)
        found.append(block)
    return STATUS[status], found


def ask(path, blocks=2, told=None, version=1):
    s = connect(path)
    s.send(request(blocks, version))
    status, found = parse(s.recv(65536), version)
    assert len(found) == (blocks if status == "given" else 0)
    if told:
        s.send(told)
        assert s.recv(1) == b""
    s.close()
    return status, found


def serve(path, known, bits):
    """Serves until it is killed. Its blocks come from rdseed, which gives bits + 64 bits for each, and from the
    kernel."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    text = b"rdseed:%d kernel" % (bits + 64)
    rows = SOURCE.pack(b"rdseed", (bits + 64) // 4, bits + 64) + SOURCE.pack(b"kernel", 64, 0) + bytes(14 * SOURCE.size)
    while True:
        s, _ = listener.accept()
        magic, version, status, blocks, zero = HEAD.unpack(s.recv(65536))
        if version > known:
            s.send(HEAD.pack(b"SDRA", 1, 3, 0, 0))
            s.close()
            continue
        answer = HEAD.pack(b"SDRA", version, 0, blocks, 0)
        for _ in range(blocks):
            answer += BLOCK.pack(bits, 2 if version == 2 else 0, os.urandom(64), text)
            answer += rows if version == 2 else b""
        s.send(answer)
        told = s.recv(65536)
        if told:
            print("version", version, "note", *HEAD.unpack(told[:16])[1:4:2], flush=True)
        s.close()


def show(status, found):
    print(status)
    for bits, raw, text, *rows in found:
        print(bits, raw.hex(), text, *rows)


def crowd(path, clients, blocks):
    """Connects all clients before the first one asks."""
    sockets = [connect(path) for _ in range(clients)]
    answers = [None] * clients

    def one(i):
        sockets[i].send(request(blocks))
        answers[i] = parse(sockets[i].recv(65536))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def rush(path, clients, blocks):
    held = []
    for _ in range(clients):
        held.append(connect(path))
        held[-1].send(request(blocks))
    return [parse(s.recv(65536)) for s in held]


def greedy(path, requests):
    total, last = 0, ""
    for _ in range(requests):
        last, found = ask(path, 2)
        total += len(found)
    return total, last


def refused(s):
    """Is the client refused, by an answer or because its connection is closed, and does it get no blocks?"""
    try:
        answer = s.recv(65536)
    except ConnectionError:
        return True
    return answer == b"" or parse(answer) == ("refused", [])


def hostile(path):
    silent = [connect(path) for _ in range(40)]
    good = request(2)
    garbage = [good[:n] for n in range(1, 16)] + [good + b"\0", good * 2, b"\0" * 16]
    garbage += [b"GET / HTTP/1.1\r\n\r\n", os.urandom(100000), request(0), request(66)]
    garbage += [request(0xFFFFFFFF), b"SDRA" + good[4:], note(1, bytes(16), bytes(16))]
    garbage += [HEAD.pack(b"SDRQ", 3, 0, 2, 0), HEAD.pack(b"SDRQ", 1, 1, 2, 0)]
    garbage += [HEAD.pack(b"SDRQ", 0, 0, 2, 0), HEAD.pack(b"SDRQ", 2, 0, 66, 0)]
    garbage += [HEAD.pack(b"SDRQ", 1, 0, 2, 1)]
    for packet in garbage:
        s = connect(path)
        s.send(packet)
        assert refused(s), packet
    # The first packet is empty, and the second one comes with descriptors.
    s = connect(path)
    s.send(b"")
    assert refused(s)
    s = connect(path)
    fds = array.array("i", [0, 1, 2])
    s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    assert refused(s)
    # The first clients disconnect before the answer, and another one is killed.
    for _ in range(20):
        connect(path).close()
        s = connect(path)
        s.send(good)
        s.close()
    # Garbage in place of the note, after the blocks.
    s = connect(path)
    s.send(good)
    s.recv(65536)
    s.send(os.urandom(48))
    assert s.recv(1) == b""
    return silent


def flood(path):
    while True:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            s.connect(path)
        except OSError:
            pass
        s.close()


def endless(path, blocks):
    while True:
        try:
            ask(path, blocks)
        except (OSError, struct.error):
            pass


def silent(path, connections):
    held = [connect(path) for _ in range(connections)]
    signal.pause()
    return held


def deaf(path, connections):
    held = []
    while True:
        try:
            held.append(connect(path))
            held[-1].send(request(1))
        except OSError:
            pass
        if len(held) > connections:
            held.pop(0).close()


def uids(path, first, count):
    """The thousand most recent clients stay connected; only the answer to the very last one is read."""
    held = []
    for uid in range(first, first + count):
        os.seteuid(uid)
        held.append(connect(path))
        os.seteuid(0)
        try:
            held[-1].send(request(2))
        except BrokenPipeError:
            pass
        if len(held) > 1000:
            held.pop(0).close()
    print(parse(held[-1].recv(65536))[0])


def honest(path, times, blocks):
    given, slowest = 0, 0
    for _ in range(times):
        begin = time.monotonic()
        status = ask(path, blocks)[0]
        if status != "given":
            print(status, file=sys.stderr)
        given += status == "given"
        slowest = max(slowest, time.monotonic() - begin)
        time.sleep(0.02)
    print(given, round(slowest * 1000))


def main(argv):
    command, path = argv[1], argv[2]
    rest = [int(word) for word in argv[3:]]
    if command == "ask":
        show(*ask(path, *rest[:1], version=rest[1] if len(rest) > 1 else 1))
    elif command == "daemon":
        serve(path, *rest)
    elif command in ("crowd", "rush"):
        for answer in globals()[command](path, *rest):
            show(*answer)
    elif command == "greedy":
        print(*greedy(path, *rest))
    elif command in ("hostile", "flood", "endless", "silent", "deaf", "honest", "uids"):
        globals()[command](path, *rest)
    else:
        sys.exit(2)


if __name__ == "__main__":
    main(sys.argv)
