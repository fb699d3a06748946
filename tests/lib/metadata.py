#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A metadata service with one of our records in its vendor_data2.json, or a faulty one.

    tests/lib/metadata.py ADDRESS:PORT MODE [UUID]
    tests/lib/metadata.py --stdio MODE [UUID]

It listens, goes into the background, and prints its process id and its port. PORT may be 0; ADDRESS may be IPv6, in
brackets. With --stdio it answers one request, from standard input to standard output, as a server that inetd starts.
Each request gets a new record. If there is a folder `issued`, the program makes a file in it for each record: its name
is the seed id, and its content is the seed in hexadecimal.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
import threading
import time
import uuid

HEADER = struct.Struct("<8sHHIIIQI16s16s28s")
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
PIECE = b"x" * 65536


def record(instance, issued=None, ttl=0, damage=False):
    """Returns a record of 2048 bytes, and the id of its seed."""
    seed, seed_id = os.urandom(64), os.urandom(16)
    if os.path.isdir("issued"):
        with open(f"issued/{seed_id.hex()}", "w", encoding="ascii") as file:
            file.write(seed.hex())
    header = HEADER.pack(b"SEEDRIVE", 1, 128, 64, 0, 0, int(time.time()) if issued is None else issued, ttl, seed_id,
                         instance, bytes(28))
    digest = hashlib.sha256(header + seed).digest()
    if damage:
        seed = bytes([seed[0] ^ 1]) + seed[1:]
    return (header + digest + seed).ljust(2048, b"\0"), seed_id


def members(instance, **how):
    raw, seed_id = record(instance, **how)
    return {"seedrive_record": base64.b64encode(raw).decode(), "seed_id": seed_id.hex()}


def page(document):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return OK + b"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(text) + text


def chunks(text):
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(text[i:i + 100]), text[i:i + 100])
                              for i in range(0, len(text), 100)) + b"0\r\n\r\n"


def unframed(document):
    return OK + b"\r\n" + json.dumps(document).encode()


def status(words, more=b""):
    return b"HTTP/1.1 " + words + b"\r\n" + more + b"Content-Length: 0\r\n\r\n"


OTHER = uuid.UUID("ffffffff-0000-4000-8000-000000000000").bytes
# For each mode, the complete answer: a function of the instance's UUID makes it.
ANSWERS = {
    "record": lambda i: page({"static": {}, "seedrive": members(i)}),
    "chunked": lambda i: chunks(json.dumps({"seedrive": members(i)}).encode()),
    "cloud-init": lambda i: page({"cloud-init": {"vendor_data": "#cloud-config\n{}", **members(i)}}),
    "bad-then-good": lambda i: page({"a": members(OTHER), "b": members(i)}),
    "expiring": lambda i: page({"seedrive": members(i, ttl=60)}),
    "from-the-future": lambda i: page({"seedrive": members(i, issued=int(time.time()) + 10**6, ttl=60)}),
    "nothing": lambda i: page({"seedrive": {}}),
    "empty": lambda i: page({}),
    "other-uuid": lambda i: page({"seedrive": members(OTHER)}),
    "expired": lambda i: page({"seedrive": members(i, issued=1000, ttl=60)}),
    "other-id": lambda i: page({"seedrive": dict(members(i), seed_id="00" * 16)}),
    "bad-digest": lambda i: page({"seedrive": members(i, damage=True)}),
    "bad-base64": lambda i: page({"seedrive": dict(members(i), seedrive_record="AAA")}),
    "no-id": lambda i: page({"seedrive": {"seedrive_record": "AAAA"}}),
    "nested": lambda i: page(b'{"a":' * 40000 + b"1" + b"}" * 40000),
    "nested-lists": lambda i: page(b'{"a":' + b"[" * 200000),
    "html": lambda i: page(b"<!DOCTYPE html>"),
    "not-found": lambda i: status(b"404 Not Found"),
    "no-token": lambda i: status(b"401 Unauthorized"),
    "error": lambda i: status(b"500 Internal Server Error"),
    "redirect": lambda i: status(b"302 Found", b"Location: http://127.0.0.1:1/\r\n"),
    "two-lengths": lambda i: OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "negative": lambda i: OK + b"Content-Length: -2\r\n\r\n{}",
    "both-lengths": lambda i: OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare-lf": lambda i: b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "surplus": lambda i: OK + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n",
    "gzip": lambda i: OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "unframed": lambda i: unframed({"seedrive": members(i)}),
    "short": lambda i: OK + b"Content-Length: 3\r\n\r\n{}",
    "short-chunk": lambda i: CHUNKED + b"5\r\n{}",
    "huge": lambda i: OK + b"Content-Length: 1000000000000\r\n\r\n" + PIECE,
    "http2": lambda i: b"HTTP/2 200 OK\r\n\r\n",
    "ssh": lambda i: b"SSH-2.0-OpenSSH_9.2\r\n",
    "hangs-up": lambda i: b"",
}


def forever(piece):
    while True:
        yield piece


def slowly(data):
    for byte in data:
        yield bytes([byte])
        time.sleep(0.1)


# Answers that do not end, or that end late.
STREAMS = {
    "endless-line": lambda i: forever(PIECE),
    "endless-head": lambda i: (OK if n == 0 else b"X-%d: y\r\n" % n for n in range(10**9)),
    "endless-chunks": lambda i: (CHUNKED if n == 0 else b"10000\r\n" + PIECE + b"\r\n" for n in range(10**9)),
    "endless-trailer": lambda i: (CHUNKED + b"0\r\n" if n == 0 else b"X: y\r\n" for n in range(10**9)),
    "slow": lambda i: slowly(page({"seedrive": members(i)})),
}


def take_request(read):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = read(1)
        if not piece:
            raise EOFError
        head += piece
    return head


def serve(client, mode, instance):
    with client:
        try:
            take_request(client.recv)
            if mode == "silent":
                client.recv(1)
            for piece in STREAMS[mode](instance) if mode in STREAMS else [ANSWERS[mode](instance)] if mode in ANSWERS else []:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            client.recv(1)
        except (EOFError, OSError):
            pass


def stdio(mode, instance):
    take_request(lambda n: os.read(0, n))
    data = ANSWERS[mode](instance)
    while data:
        data = data[os.write(1, data):]


def main():
    where, mode = sys.argv[1:3]
    instance = uuid.UUID(sys.argv[3]).bytes if len(sys.argv) > 3 else bytes(16)
    if where == "--stdio":
        stdio(mode, instance)
        return
    if mode not in ("silent", *ANSWERS, *STREAMS):
        sys.exit(f"{mode}: no such mode")
    host, _, port = where.rpartition(":")
    listener = socket.socket(socket.AF_INET6 if "[" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "[" in host:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host.strip("[]"), int(port)))
    listener.listen(64)
    pid = os.fork()
    if pid:
        print(pid, listener.getsockname()[1])
        return
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, mode, instance), daemon=True).start()


main()
