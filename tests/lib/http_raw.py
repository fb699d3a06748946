#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of `seedrive serve` that speak HTTP. They use no code of the project but plain sockets, so that they can send
any bytes."""

import base64
import json
import socket
import time
import uuid


def connect(where, timeout=60):
    """Connects to a path, or to HOST:PORT."""
    if where.startswith("/"):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect(where)  # with a timeout, this would fail if the listener's queue is full
        s.settimeout(timeout)
        return s
    host, port = where.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout)


def body(instance=None, **more):
    """Returns the body of a request as Nova sends it."""
    return json.dumps({"project-id": "p", "instance-id": str(instance or uuid.uuid4()), "image-id": "i",
                       "user-data": "I2Nsb3VkLWNvbmZpZwo=", "hostname": "h", "metadata": {"a": "b"},
                       "boot-roles": "", **more}).encode()


def post(data, path="/vendordata", fields=""):
    return b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n%s\r\n%s" % (
        path.encode(), len(data), fields.encode(), data)


def get(path, method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()


class Answer:
    """Reads exactly one answer, and parses it strictly."""

    def __init__(self, s, head_only=False):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            c = s.recv(1)
            if not c:
                raise EOFError(head)
            head += c
        first, *lines = head.decode("ascii")[:-4].split("\r\n")
        version, status, self.reason = first.split(" ", 2)
        assert version == "HTTP/1.1", first
        self.status = int(status)
        self.fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        assert len(self.fields) == len(lines), lines
        if self.status == 100:
            return
        assert self.fields["cache-control"] == "no-store"
        left = 0 if head_only else int(self.fields["content-length"])
        self.body = b""
        while len(self.body) < left:
            more = s.recv(left - len(self.body))
            if not more:
                raise EOFError(self.body)
            self.body += more


def ask(s, raw, **how):
    s.sendall(raw)
    return Answer(s, **how)


def ended(s):
    """Has the daemon closed the connection?"""
    try:
        return s.recv(1) == b""
    except ConnectionError:
        return True


def record(answer):
    """Returns the record in an answer, decoded."""
    assert answer.status == 200 and answer.fields["content-type"] == "application/json", answer.fields
    said = json.loads(answer.body)
    assert set(said) == {"seedrive_record", "seed_id"}, said
    raw = base64.b64decode(said["seedrive_record"], validate=True)
    assert len(raw) == 2048 and raw[36:52].hex() == said["seed_id"], said["seed_id"]
    return raw


def slowest(where, n=200):
    """Returns the 99th percentile of the times of n honest requests in ms; half are on one kept connection, half each
    on a new one."""
    times = []
    kept = connect(where)
    for i in range(n):
        begin = time.monotonic()
        if i % 2:
            record(ask(kept, post(body())))
        else:
            with connect(where) as s:
                record(ask(s, post(body())))
        times.append(time.monotonic() - begin)
    kept.close()
    return sorted(times)[n * 99 // 100] * 1000
