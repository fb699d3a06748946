#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plugs a drive into a running machine.

Usage: plug.py SOCKET LOG WORDS SECONDS DEVICE[,KEY=VALUE]...

Waits until the file LOG, to which the machine's console is written, matches the regular expression WORDS; waits SECONDS
more; and then has QEMU, which listens for QMP on SOCKET, add the device.
"""
import json
import re
import socket
import sys
import time


def wait_for(log, words):
    """Waits until the console has shown the words; the machine may not have been started yet."""
    while True:
        try:
            with open(log, errors="replace") as console:
                if re.search(words, console.read()):
                    return
        except FileNotFoundError:
            pass
        time.sleep(0.05)


def execute(stream, command, **arguments):
    """Sends one command and returns its answer; events may come before the answer."""
    stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    stream.flush()
    while True:
        answer = json.loads(stream.readline())
        if "error" in answer:
            sys.exit(f"plug.py: {command}: {answer['error']['desc']}")
        if "return" in answer:
            return


def main():
    """Does the work that the top of this file describes."""
    path, log, words, seconds, device = sys.argv[1:]
    wait_for(log, words)
    time.sleep(float(seconds))
    driver, *keys = device.split(",")
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(path)
        stream = monitor.makefile("rw")
        stream.readline()
        execute(stream, "qmp_capabilities")
        execute(stream, "device_add", driver=driver, **dict(key.split("=", 1) for key in keys))


main()
