#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""crafted.py KIND DRIVE OUT: makes an image in which files share sectors; the record and its note are those of
DRIVE."""
import struct
import sys

SECTOR = 2048


def both32(n):
    return struct.pack("<I", n) + struct.pack(">I", n)


def both16(n):
    return struct.pack("<H", n) + struct.pack(">H", n)


def record(name, lba, length, folder=False, more=b""):
    """A directory record (ECMA-119, 9.1)."""
    name = name.encode("utf-16-be") if isinstance(name, Wide) else name.encode("latin-1")
    area = bytes(1 - len(name) % 2) + more
    size = 33 + len(name) + len(area)
    size += size % 2
    head = bytes([size, 0]) + both32(lba) + both32(length) + bytes(7) + bytes([2 if folder else 0, 0, 0]) + both16(1)
    return (head + bytes([len(name)]) + name + area).ljust(size, b"\0")


class Wide(str):
    """A name in Joliet's encoding."""


def folder(lba, *records):
    return (record("\0", lba, SECTOR, True) + record("\1", lba, SECTOR, True) + b"".join(records)).ljust(SECTOR, b"\0")


def descriptor(kind, root, tables):
    out = bytearray(SECTOR)
    out[0:7] = bytes([kind]) + b"CD001\1"
    out[40:72] = b"config-2".ljust(32)
    out[80:88] = both32(100)
    out[120:124] = out[124:128] = both16(1)
    out[128:132] = both16(SECTOR)
    out[132:140] = both32(10)
    out[140:144] = struct.pack("<I", tables)
    out[148:152] = struct.pack(">I", tables)
    out[156:190] = record("\0", root, SECTOR, True)
    return bytes(out)


def main():
    kind, drive, out = sys.argv[1:]
    text = open(drive, "rb").read()
    at = text.find(b"SEEDRIVE\1\0")
    seed, note = text[at:at + SECTOR], text[at + SECTOR:at + 2 * SECTOR]
    metadata = b'{"random_seed": "YPsgAF09J+PmchvbO1ixjdyj9Ze6Kpgs+tYGr82kjyTfQsMPXhNmvVa9rSwwlYnf"}'
    # The positions of the files and directories; the kind changes some of them.
    bin_at = {"record-on-descriptor": 10, "note-on-descriptor": 15}.get(kind, 40)
    json_at = bin_at + 1
    precious = {"note-on-file": json_at, "record-on-file": bin_at, "metadata-on-file": 60}.get(kind, 70)
    meta_at = {"metadata-on-record": bin_at, "metadata-on-descriptor": 16}.get(kind, 60)
    tables = json_at if kind == "note-on-table" else 30
    plain = json_at if kind == "note-on-folder" else 26
    wide = json_at if kind == "note-on-joliet" else 70
    more = b"CE\x1c\1" + both32(json_at) + both32(0) + both32(100) if kind == "note-on-continuation" else b""
    root = [record("SEEDRIVE.BIN;1", bin_at, SECTOR, more=more), record("SEEDRIVE.JSON;1", json_at, SECTOR),
            record("PRECIOUS.TXT;1", precious, SECTOR), record("OPENSTACK", 24, SECTOR, True),
            record("PLAIN", plain, SECTOR, True)]
    if kind == "hard-link":
        root.append(record("ALIAS.JSON;1", json_at, SECTOR))
    if kind == "other-note":
        note = note.replace(b'"seed_id"', b'"seed_ie"')
    parts = [(70, b"PRECIOUS CONTENT\n" * 120), (bin_at, seed), (json_at, note), (60, metadata),
             (16, descriptor(1, 20, tables)), (17, descriptor(2, 21, 30)),
             (18, b"\xffCD001\1" if kind != "endless" else b""),
             (20, folder(20, *root)),
             (21, folder(21, record(Wide("seedrive.bin"), bin_at, SECTOR), record(Wide("seedrive.json"), json_at, SECTOR),
                         record(Wide("precious.txt"), wide, SECTOR))),
             (24, folder(24, record("LATEST", 25, SECTOR, True))),
             (26, folder(26)), (25, folder(25, record("META_DATA.JSON;1", meta_at, len(metadata))))]
    if kind == "note-on-descriptor":
        parts += [(16, descriptor(1, 20, tables))]
    with open(out, "wb") as image:
        image.truncate(100 * SECTOR)
        for lba, data in parts:
            image.seek(lba * SECTOR)
            image.write(data)


main()
