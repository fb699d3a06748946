#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A proxy between a client and a real TPM, which can change the TPM's answers.

    tests/lib/tpm_proxy.py TPM unix:PATH|pty:LINK [FAULT [AFTER]]

TPM is the unix socket of a swtpm. The proxy listens on a unix socket at PATH, or on a terminal that stands in for a
device; it makes LINK a symbolic link to the terminal. Then it goes into the background, and prints its process id. From
command number AFTER (default 0) on, FAULT changes the TPM's answers; without FAULT they are passed on unchanged.
"""

import os
import socket
import struct
import sys
import time
import tty


def refusal(rc):
    return lambda answer, state: struct.pack(">HII", 0x8001, 10, rc)


def busy(rc, times):
    """Answers with rc @times times before each good answer."""

    def change(answer, state):
        state["busy"] = state.get("busy", 0) + 1
        if state["busy"] % (times + 1):
            return struct.pack(">HII", 0x8001, 10, rc)
        return answer

    return change


def grant(size):
    """Grants fewer bytes than requested, as a smaller chip would."""

    def change(answer, state):
        size_now = min(size, len(answer) - 12)
        return struct.pack(">HIIH", 0x8001, 12 + size_now, 0, size_now) + answer[12 : 12 + size_now]

    return change


def first(answer, state):
    return state.setdefault("first", answer)


def replay(answer, state):
    """Gives each answer twice: every second answer repeats the one before."""
    before = state.pop("before", None)
    if before is None:
        state["before"] = answer
    return before or answer


def slow(seconds):
    def wait(answer, state):
        time.sleep(seconds)
        return answer

    return wait


FAULTS = {
    "none": lambda answer, state: answer,
    "testing": refusal(0x90A),
    "retry": refusal(0x922),
    "testing-twice": busy(0x90A, 2),
    "retry-twice": busy(0x922, 2),
    "yielded-once": busy(0x908, 1),
    "lockout": refusal(0x921),
    "not-started": refusal(0x100),
    "failure": refusal(0x101),
    "other": refusal(0x98E),
    "slow": slow(0.1),
    "10ms": slow(0.01),
    "hung": lambda answer, state: b"",
    "zero": lambda answer, state: struct.pack(">HIIH", 0x8001, 12, 0, 0),
    "short": lambda answer, state: answer[: len(answer) // 2],
    "gone": None,  # half of an answer, and then the connection is closed
    "lying-size": lambda answer, state: answer[:2] + struct.pack(">I", 20) + answer[6:20],
    "lying-header": lambda answer, state: answer[:2] + struct.pack(">I", 4000) + answer[6:],
    "lying-tag": lambda answer, state: b"\x80\x02" + answer[2:],
    "huge": lambda answer, state: answer[:2] + b"\xff\xff\xff\xff" + answer[6:],
    "surplus": lambda answer, state: answer + b"\x00",
    "constant": first,
    "zeros": lambda answer, state: answer[:12] + bytes(len(answer) - 12),
    "ones": lambda answer, state: answer[:12] + b"\xff" * (len(answer) - 12),
    "replay": replay,
    "grants-8": grant(8),
    "grants-1": grant(1),
}


def ask(tpm, command):
    """Returns one complete answer of the TPM."""
    tpm.sendall(command)
    answer = b""
    while len(answer) < 10 or len(answer) < struct.unpack(">I", answer[2:6])[0]:
        piece = tpm.recv(4096)
        if not piece:
            raise EOFError("the TPM has gone")
        answer += piece
    return answer


def ask_anew(path, command):
    """Connects again for each command, because swtpm has only one client at a time."""
    with socket.socket(socket.AF_UNIX) as tpm:
        tpm.connect(path)
        return ask(tpm, command)


def serve(path, take, give, name, after):
    state = {"n": 0}
    while True:
        command = take()
        if len(command) < 12:
            return
        answer = ask_anew(path, command)
        if state["n"] >= after:
            if name == "gone":
                give(answer[: len(answer) // 2])
                return
            answer = FAULTS[name](answer, state)
        state["n"] += 1
        give(answer)


def serve_socket(path, name, after, listener):
    while True:
        client, _ = listener.accept()
        with client:
            try:
                serve(path, lambda: client.recv(12, socket.MSG_WAITALL), client.sendall, name, after)
            except OSError:
                pass  # the client has closed the connection


def serve_device(path, name, after, master, device):
    """A client that has timed out may leave a command or an answer in the terminal; a device would forget them when it
    is opened anew. So only the last of several commands is answered, and unread answers are removed before it."""

    def give(answer):
        try:
            while os.read(device, 4096):
                pass
        except BlockingIOError:
            os.write(master, answer)

    os.set_blocking(device, False)
    serve(path, lambda: os.read(master, 4096)[-12:], give, name, after)


def main():
    path, where = sys.argv[1:3]
    name = sys.argv[3] if len(sys.argv) > 3 else "none"
    after = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    if name not in FAULTS:
        sys.exit(f"{name}: no such fault")
    kind, _, place = where.partition(":")
    if kind == "pty":
        master, device = os.openpty()
        tty.setraw(device)
        os.symlink(os.ttyname(device), place)
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(place)
        listener.listen(8)
    pid = os.fork()
    if pid:
        print(pid)
        return
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    if kind == "pty":
        serve_device(path, name, after, master, device)
    else:
        serve_socket(path, name, after, listener)


main()
