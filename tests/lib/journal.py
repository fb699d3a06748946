#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""journal.py OUT COMMAND...: runs COMMAND, and writes its entries for the system's journal to OUT, one on a line, in
the form of `journalctl -o json --all`. Its /run must be a separate one, without the real journal. """
import json
import os
import socket
import subprocess
import sys
import threading


def fields(entry):
    """Returns the fields of one entry, which is in the journal's native protocol."""
    found = {}
    while entry:
        line, entry = entry.split(b"\n", 1)
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(entry[:8], "little")
            value, entry = entry[8:8 + length], entry[9 + length:]
        found[name.decode()] = value.decode()
    return found


def main(argv):
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind("/run/systemd/journal/socket")
    with open(argv[1], "w") as out:
        def listen():
            while True:
                entry = journal.recv(1 << 20)
                if entry == b"end":
                    return
                out.write(json.dumps(fields(entry)) + "\n")
        reader = threading.Thread(target=listen)
        reader.start()
        status = subprocess.call(argv[2:], env=dict(os.environ, JOURNAL=argv[1]))
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"end", "/run/systemd/journal/socket")
        reader.join()
    return status


sys.exit(main(sys.argv))
