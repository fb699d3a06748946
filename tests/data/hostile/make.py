#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the images in this folder: drives that are built to break the programs that read them.

    make.py [FOLDER]    writes them to FOLDER (default: the folder of this script), and the input for the
                        fuzz target of iso/read to tests/fuzz/corpus/iso, for each image whose verdict
                        comes from iso/read

The name of an image begins with the verdict: refused, bare (a drive without a seed that can be used), none
(no seed drive), taken. The images are the same, byte for byte, in each run.
"""

import hashlib
import pathlib
import struct
import sys

SECTOR = 2048
ROOT = 17
DATA = 18


def both(number, size):
    code = {2: "H", 4: "I"}[size]
    return struct.pack("<" + code, number) + struct.pack(">" + code, number)


def entry(name, block, length, flags=0, use=b"", name_len=None, size=None):
    """A directory record; @size and @name_len can make it claim false lengths."""
    body = name + bytes(1 - len(name) % 2) + use
    total = 33 + len(body) if size is None else size
    return (struct.pack("<BB", total, 0) + both(block, 4) + both(length, 4) + bytes(7)
            + struct.pack("<BBB", flags, 0, 0) + both(1, 2)
            + struct.pack("<B", len(name) if name_len is None else name_len) + body)


def dots(block=ROOT, length=SECTOR):
    return entry(b"\0", block, length, 2) + entry(b"\1", block, length, 2)


def descriptor(label=b"config-2", sectors=64, root=None):
    pvd = b"\1CD001\1".ljust(40, b"\0") + label.ljust(32)
    pvd = pvd.ljust(80, b"\0") + both(sectors, 4)
    pvd = pvd.ljust(128, b"\0") + both(SECTOR, 2)
    pvd = pvd.ljust(156, b"\0") + (root or entry(b"\0", ROOT, SECTOR, 2))
    return pvd.ljust(SECTOR, b"\0")


def image(root, content=b"", pvd=None):
    return (bytes(16 * SECTOR) + (pvd or descriptor()) + root.ljust(SECTOR, b"\0") + content)


def record(seed=bytes(range(64)), credit=256):
    head = struct.pack("<8sHHIIIQI16s16s28s", b"SEEDRIVE", 1, 128, len(seed), credit, 0,
                       1795435200, 0, bytes(range(160, 176)), b"", b"")
    return (head + hashlib.sha256(head + seed).digest() + seed).ljust(SECTOR, b"\0")


def stock(text):
    """A drive as Nova makes it without us, with this meta_data.json."""
    def folder(block, *entries):
        return (dots(block) + b"".join(entries)).ljust(SECTOR, b"\0")

    return image(dots() + entry(b"OPENSTACK", 18, SECTOR, 2),
                 folder(18, entry(b"LATEST", 19, SECTOR, 2))
                 + folder(19, entry(b"META_DATA.JSON;1", 20, len(text)))
                 + text + bytes(-len(text) % SECTOR),
                 descriptor(sectors=21 + len(text) // SECTOR))


NAME = b"SEEDRIVE.BIN;1"


def name_field(text, flags=0, size=None):
    return b"NM" + struct.pack("<BBB", 5 + len(text) if size is None else size, 1, flags) + text


def images():
    good = entry(NAME, DATA, SECTOR)
    yield "taken-as-it-should-be", image(dots() + good, record())

    # Lengths and positions beyond or near the end.
    yield "refused-extent-of-4-gib", image(dots() + entry(NAME, DATA, 0xffffffff), record())
    yield "refused-extent-past-the-volume", image(dots() + entry(NAME, 63, 2 * SECTOR), record())
    yield "refused-sector-plus-length-overflows", image(
        dots() + entry(NAME, 0xffffffff, SECTOR), record())
    yield "refused-volume-of-2-32-sectors", image(
        dots() + entry(NAME, 0xfffffffe, SECTOR), record(), descriptor(sectors=0xffffffff))
    yield "refused-file-off-the-end", image(dots() + entry(NAME, DATA, 2 * SECTOR), record())
    yield "refused-image-ends-in-the-record", image(dots() + good, record()[:1000])
    yield "refused-image-ends-before-the-record", image(dots() + good)
    yield "refused-record-of-no-bytes", image(dots() + entry(NAME, DATA, 0), record())
    yield "refused-record-larger-than-any", image(dots() + entry(NAME, DATA, 4 * SECTOR),
                                                  record() + bytes(3 * SECTOR))
    yield "refused-record-is-a-folder", image(dots() + entry(NAME, DATA, SECTOR, 2), record())
    yield "refused-record-is-the-root", image(dots() + entry(NAME, ROOT, SECTOR))

    # Files in several extents.
    yield "refused-pieces-without-end", image(
        dots() + b"".join(entry(NAME, DATA, SECTOR, 0x80) for _ in range(20)), record())
    yield "refused-pieces-that-overflow", image(
        dots() + entry(NAME, DATA, 0xfffff800, 0x80) * 3 + entry(NAME, DATA, 0xfffff800), record(),
        descriptor(sectors=0xffffffff))
    yield "refused-pieces-apart", image(
        dots() + entry(NAME, DATA, SECTOR, 0x80) + entry(NAME, DATA + 2, SECTOR),
        record() + bytes(2 * SECTOR))

    # Directory records.
    yield "refused-entry-across-the-sector", image(
        (dots() + entry(b"A" * 29, DATA, SECTOR) * 31 + entry(NAME, DATA, SECTOR, size=200))[:SECTOR],
        record())
    yield "refused-entry-too-short", image(dots() + b"\x10" + bytes(15) + good, record())
    yield "refused-name-longer-than-its-entry", image(
        dots() + entry(NAME, DATA, SECTOR, name_len=255), record())
    yield "refused-name-of-no-bytes", image(dots() + entry(b"", DATA, SECTOR) + good, record())
    yield "refused-two-byte-orders-disagree", image(
        dots() + good[:6] + b"\xff" + good[7:], record())
    yield "bare-rock-ridge-name-without-end", image(
        dots() + entry(b"A.;1", DATA, SECTOR, use=name_field(b"x" * 60, 1) * 3), record())
    yield "bare-rock-ridge-entry-of-no-length", image(
        dots() + entry(b"A.;1", DATA, SECTOR, use=name_field(b"seedrive.bin", size=0)), record())
    yield "bare-rock-ridge-entry-longer-than-all", image(
        dots() + entry(b"A.;1", DATA, SECTOR, use=name_field(b"seedrive.bin", size=255)), record())

    # Folders.
    yield "bare-folders-that-hold-each-other", image(
        dots() + entry(b"OPENSTACK", ROOT, SECTOR, 2) + entry(b"LATEST", ROOT, SECTOR, 2))
    yield "bare-root-of-nothing", image(b"")
    yield "refused-root-of-64-kib-behind-the-end", image(
        dots(), b"", descriptor(root=entry(b"\0", ROOT, 32 * SECTOR, 2)))
    yield "none-root-of-4-gib", image(dots() + good, record(), descriptor(
        root=entry(b"\0", ROOT, 0xfffff800, 2)))
    yield "none-root-is-a-file", image(dots() + good, record(), descriptor(
        root=entry(b"\0", ROOT, SECTOR)))
    yield "none-root-is-nowhere", image(dots() + good, record(), descriptor(
        root=entry(b"\0", 0xffffffff, SECTOR, 2)))

    # Descriptors.
    yield "none-two-descriptors-ours-second", (
        bytes(16 * SECTOR) + descriptor(b"other") + descriptor(root=entry(b"\0", 18, SECTOR, 2))
        + (dots(18) + entry(NAME, 19, SECTOR)).ljust(SECTOR, b"\0") + record())
    yield "taken-two-descriptors-ours-first", (
        bytes(16 * SECTOR) + descriptor(root=entry(b"\0", 18, SECTOR, 2)) + descriptor(b"other")
        + (dots(18) + entry(NAME, 19, SECTOR)).ljust(SECTOR, b"\0") + record())
    yield "none-image-ends-in-its-descriptor", image(b"")[:16 * SECTOR + 1000]
    yield "none-volume-of-no-sectors", image(dots() + good, record(), descriptor(sectors=0))

    # The record.
    yield "refused-record-claims-too-much", image(dots() + good, record(credit=257))
    yield "refused-two-records-the-first-damaged", image(
        dots() + entry(NAME, DATA, SECTOR) + entry(NAME, DATA + 1, SECTOR),
        record()[:200] + b"\1" + record()[201:] + record())

    # Metadata that Nova itself could have written.
    seed = b"YWJj" * 20
    yield "bare-json-nested-100000-deep", stock(b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}")
    yield "bare-json-string-without-end", stock(b'{"random_seed": "' + seed)
    yield "bare-json-two-seeds", stock(b'{"random_seed": "' + seed + b'", "random_seed": "YWJj"}')
    yield "bare-json-seed-that-is-no-base64", stock(b'{"random_seed": "' + seed + b'=A=="}')
    yield "bare-json-seed-longer-than-any", stock(b'{"random_seed": "' + b"YWJj" * 1366 + b'"}')
    yield "bare-json-escape-cut-off", stock(b'{"random_seed": "\\u00')
    yield "bare-json-half-of-a-character", stock(b'{"a": "\xf0\x90", "random_seed": "' + seed + b'"}')
    yield "bare-json-of-no-bytes", stock(b"")
    large = bytearray(stock(b'{"random_seed": "' + seed + b'"}'))
    at = 19 * SECTOR + 2 * len(entry(b"\0", 0, 0)) + 2
    large[at + 8:at + 16] = both(0x40000000, 4)
    yield "bare-json-of-1-gib", bytes(large)


def main(folder):
    here = pathlib.Path(__file__).resolve().parent
    corpus = here.parents[1] / "fuzz" / "corpus" / "iso"
    for name, data in images():
        (folder / (name + ".img")).write_bytes(data)
        if folder == here and "json" not in name:
            first = data[16 * SECTOR:16 * SECTOR + 256]
            (corpus / ("hostile-" + name)).write_bytes(first + data[17 * SECTOR:19 * SECTOR])


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here)
