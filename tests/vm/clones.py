#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Saves a machine whose RNG is ready, continues it in many copies, and reports when their random numbers begin to differ.

    tests/vm/clones.py COPIES FOLDER QEMU-WORD...

The machine runs tests/vm/clone.c on its second serial line, which this program uses, too. For each copy FOLDER gets
N.samples with its output, and N.console with its console. A copy is regarded as started at the last sample that all
copies have. Prints these lines: "copies N"; "values N" (all samples of the copies since then); "shared N" (values in
more than one copy); "parted US" (the time in microseconds from the start to the last value that two copies have). If
there is a COMMAND, also prints "ended US" (when the last COMMAND ended) and "shared-after N" (values in more than one
copy after COMMAND had ended).
"""

import json
import os
import socket
import subprocess
import sys
import time

LIMIT_S = 300


class Machine:
    def __init__(self, folder, name, words, incoming=None):
        self.paths = {kind: os.path.join(folder, f"{name}.{kind}") for kind in ("qmp", "tty", "console", "samples", "errors")}
        incoming = ["-S", "-incoming", incoming] if incoming else []
        with open(self.paths["errors"], "wb") as errors:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(
                [*words, "-display", "none", "-serial", f"file:{self.paths['console']}",
                 "-chardev", f"socket,id=tty,path={self.paths['tty']},server=on,wait=off", "-serial", "chardev:tty",
                 "-qmp", f"unix:{self.paths['qmp']},server=on,wait=off", *incoming],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        self.tty = self.connect("tty")
        self.qmp = self.connect("qmp").makefile("rw")
        self.qmp.readline()
        self.ask("qmp_capabilities")

    def connect(self, kind):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end and self.process.poll() is None:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(LIMIT_S)
            try:
                client.connect(self.paths[kind])
                return client
            except OSError:
                time.sleep(0.02)
        with open(self.paths["errors"], encoding="utf-8", errors="replace") as file:
            sys.exit(f"clones.py: QEMU does not answer: {file.read()}")

    def ask(self, command, **arguments):
        self.qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                sys.exit(f"clones.py: {command}: {answer['error']['desc']}")

    def until(self, command, *wanted):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            status = self.ask(command).get("status")
            if status in wanted:
                return
            if status == "failed":
                break
            time.sleep(0.02)
        sys.exit(f"clones.py: {command}: not {wanted[0]}, but {status}")

    def until_says(self, word):
        got = b""
        while word not in got:
            piece = self.tty.recv(65536)
            if not piece:
                sys.exit(f"clones.py: the machine has ended; see {self.paths['console']}")
            got += piece
        return got

    def close(self):
        self.process.kill()
        self.process.wait()
        os.unlink(self.paths["qmp"])
        os.unlink(self.paths["tty"])


def save(folder, words, state):
    machine = Machine(folder, "saved", words)
    machine.until_says(b"ready\n")
    # The machine is waiting for this byte in a read.
    time.sleep(0.5)
    machine.ask("stop")
    machine.ask("migrate", uri=f"exec:cat >'{state}'")
    machine.until("query-migrate", "completed")
    machine.close()


def go_on(folder, words, state, name):
    machine = Machine(folder, name, words, f"exec:cat '{state}'")
    machine.until("query-status", "paused", "prelaunch")
    machine.tty.sendall(b"g")
    machine.ask("cont")
    got = machine.until_says(b"over\n")
    with open(machine.paths["samples"], "wb") as file:
        file.write(got)
    # The output that the machine made until now is still in transit.
    time.sleep(1)
    machine.close()
    return got.decode("ascii")


def parse(text):
    samples, ended = [], None
    for line in text.split("\n"):
        word = line.split()
        if line.startswith("sample "):
            samples.append((int(word[1]), word[2]))
        elif line.startswith("ended "):
            ended = int(word[1])
            if word[2] != "0":
                sys.exit(f"clones.py: the command ends with status {word[2]}")
    return samples, ended


def shared(copies):
    """Returns the values that more than one copy has."""
    seen, found = set(), set()
    for samples in copies:
        values = {value for _, value in samples}
        found |= seen & values
        seen |= values
    return found


def main():
    count, folder, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    state = os.path.join(folder, "state")
    save(folder, words, state)
    whole, ends = zip(*(parse(go_on(folder, words, state, str(i))) for i in range(count)))
    os.unlink(state)
    resumed = max(us for us, _ in set.intersection(*map(set, whole)))
    copies = [[(us, value) for us, value in samples if us > resumed] for samples in whole]
    both = shared(copies)
    print("copies", len(copies))
    print("values", sum(map(len, copies)))
    print("shared", len(both))
    print("parted", max((us - resumed for samples in copies for us, value in samples if value in both), default=0))
    if None not in ends:
        print("ended", max(ends) - resumed)
        print("shared-after", len(shared([[(us, value) for us, value in samples if us > end]
                                          for samples, end in zip(copies, ends)])))


main()
