#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk with faults for one virtual machine, over NBD on a unix socket.

    nbd.py [--hang OFFSET | --late OFFSET SECONDS] [--cut N HOW] [--record FILE] SOCKET IMAGE

Writes stay in memory until a flush, and only then go to IMAGE, so a machine that is killed loses what it has not
flushed. With --hang, a read that includes the byte at OFFSET is never answered; with --late, the first such read is
answered after SECONDS. With --cut, the power is cut when the N-th flush arrives: the client is killed. HOW says which
of the writes that were not flushed are on the medium then: "none"; "all", as if the flush were still done; or "half",
every second one. With --record, all requests go to FILE in order, for tests/vm/cut_states.py: the command, the offset,
the length, and the data of a write. The program ends when its only client has ended, and prints the number of flushes.
The protocol is that of the NBD project's doc/proto.md, as far as QEMU needs it.
"""

import os
import signal
import socket
import struct
import sys
import time

OPTION, REPLY, REQUEST, SIMPLE = (0x49484156454f5054, 0x3e889045565a9, 0x25609513, 0x67446698)
EXPORT_NAME, ABORT, INFO, GO = 1, 2, 6, 7
READ, WRITE, DISC, FLUSH = range(4)
FLAGS = 1 | 4           # the server has flags, and understands flush
ENTRY = struct.Struct("<HQI")   # of a record: command, offset, length

KEPT = {"none": lambda i: False, "all": lambda i: True, "half": lambda i: i % 2 == 0}


class Gone(Exception):
    pass


def take(client, length):
    data = b""
    while len(data) < length:
        piece = client.recv(length - len(data))
        if not piece:
            raise Gone
        data += piece
    return data


def negotiate(client, size):
    client.sendall(b"NBDMAGIC" + struct.pack(">QH", OPTION, 1 | 2))
    take(client, 4)
    while True:
        _, option, length = struct.unpack(">QII", take(client, 16))
        take(client, length)
        if option == EXPORT_NAME:
            client.sendall(struct.pack(">QH", size, FLAGS))
            return
        if option in (INFO, GO):
            info = struct.pack(">HQH", 0, size, FLAGS)
            client.sendall(struct.pack(">QIII", REPLY, option, 3, len(info)) + info)
            client.sendall(struct.pack(">QIII", REPLY, option, 1, 0))
            if option == GO:
                return
        elif option == ABORT:
            raise Gone
        else:
            client.sendall(struct.pack(">QIII", REPLY, option, 0x80000001, 0))


def write_out(image, writes):
    for at, data in writes:
        image.seek(at)
        image.write(data)
    image.flush()


def kill(client):
    pid, _, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    os.kill(pid, signal.SIGKILL)


def serve(client, image, hang, late, cut, how, record):
    """Serves one client. Yields once for each flush."""
    size = os.fstat(image.fileno()).st_size
    content = bytearray(image.read())
    unflushed, flushes = [], 0
    negotiate(client, size)
    while True:
        _, _, command, handle, offset, length = struct.unpack(">IHHQQI", take(client, 28))
        answer = b""
        record.write(ENTRY.pack(command, offset, length))
        if command == READ:
            if hang is not None and offset <= hang < offset + length:
                if not late:
                    continue
                time.sleep(late)
                hang = None
            answer = bytes(content[offset:offset + length])
        elif command == WRITE:
            data = take(client, length)
            content[offset:offset + length] = data
            unflushed.append((offset, data))
            record.write(data)
        elif command == FLUSH:
            yield
            flushes += 1
            if flushes == cut:
                kill(client)
                write_out(image, [write for i, write in enumerate(unflushed) if KEPT[how](i)])
                return
            write_out(image, unflushed)
            unflushed.clear()
        elif command == DISC:
            return
        client.sendall(struct.pack(">IIQ", SIMPLE, 0, handle) + answer)


def main(args):
    hang, late, cut, how, record, flushes = None, None, None, None, os.devnull, 0
    if args[:1] == ["--hang"]:
        hang = int(args[1])
        args = args[2:]
    if args[:1] == ["--late"]:
        hang, late = int(args[1]), float(args[2])
        args = args[3:]
    if args[:1] == ["--cut"]:
        cut, how = int(args[1]), args[2]
        args = args[3:]
    if args[:1] == ["--record"]:
        record = args[1]
        args = args[2:]
    path, image = args
    with socket.socket(socket.AF_UNIX) as listener, open(image, "r+b") as file, open(record, "wb") as log:
        listener.bind(path)
        listener.listen(1)
        client, _ = listener.accept()
        with client:
            try:
                for _ in serve(client, file, hang, late, cut, how, log):
                    flushes += 1
            except (Gone, ConnectionError):
                pass
    print(flushes)


if __name__ == "__main__":
    main(sys.argv[1:])
