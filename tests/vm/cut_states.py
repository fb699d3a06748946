#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the states that a disk can have after a power cut while a machine wrote to it.

    cut_states.py [--random N] BASE RECORD IMAGE COMMAND...

BASE is the disk before the machine ran, and RECORD is the record that nbd.py made of that machine's requests. For each
flush, and for the end of the record, the program makes the disk as it can be if the power is cut just before that: it
has all writes that were flushed earlier, and of the writes since the last flush none, all, every second one, or one of
N random choices (default 8, the same in each run). It writes each disk to the file IMAGE, and runs COMMAND, which must
print one word for what it finds. Prints a line for each word, "PHASE WORD COUNT: first at FLUSH, CHOICE"; PHASE is
"after" if the machine had read the byte at MARK, by which it signals that its work is done, and otherwise "before".
"""

import os
import random
import subprocess
import sys

from nbd import ENTRY, FLUSH, KEPT, READ, WRITE

MARK = 61 << 20
BLOCK = 4096    # the unit that a disk writes completely or not


def entries(path):
    """Yields (command, offset, data); only a write has data."""
    with open(path, "rb") as record:
        while head := record.read(ENTRY.size):
            command, offset, length = ENTRY.unpack(head)
            yield command, offset, record.read(length) if command == WRITE else b""


def moments(path):
    """Yields (is the work done?, the blocks written since the last flush) at each flush, and at the end."""
    done, writes = False, []
    for command, offset, data in entries(path):
        if command == WRITE:
            writes += [(offset + at, data[at:at + BLOCK]) for at in range(0, len(data), BLOCK)]
        elif command == READ and offset == MARK:
            done = True
        elif command == FLUSH:
            yield done, writes
            writes = []
    yield done, writes


def choices(writes, count):
    """Yields (name, function); the function says whether the medium has the block, from its place in the order of
    writing."""
    if not writes:
        yield "none", KEPT["none"]
        return
    yield from KEPT.items()
    for i in range(count):
        dice = random.Random(i)
        yield f"random-{i}", lambda _, dice=dice: dice.random() < 0.5


def apply(disk, writes):
    for offset, data in writes:
        disk[offset:offset + len(data)] = data


def save(disk, path):
    """Writes a sparse file, in which the zeros of the disk are holes."""
    empty = bytes(1 << 16)
    with open(path, "wb") as image:
        for at in range(0, len(disk), len(empty)):
            piece = disk[at:at + len(empty)]
            if piece != empty[:len(piece)]:
                image.seek(at)
                image.write(piece)
        image.truncate(len(disk))


def main(args):
    count = 8
    if args[:1] == ["--random"]:
        count = int(args[1])
        args = args[2:]
    base, record, image, *command = args
    with open(base, "rb") as file:
        disk = bytearray(file.read())
    found = {}
    for flush, (done, writes) in enumerate(moments(record), 1):
        for name, kept in choices(writes, count):
            state = bytearray(disk)
            apply(state, (write for i, write in enumerate(writes) if kept(i)))
            save(state, image)
            word = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            places = found.setdefault(("after" if done else "before", word or "nothing"), [])
            places.append(f"{flush}, {name}")
        apply(disk, writes)
    for (phase, word), places in sorted(found.items()):
        print(f"{phase} {word} {len(places)}: first at {places[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
