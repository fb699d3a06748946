#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes images that take a few KiB on the disk, but list so much that reading all of it would take hours.

    endless.py FOLDER [RECORD]    RECORD: a file with a record and its note, which each image gets

Each image is NAME.iso. NAME begins with "too-" if a reader must give up on the image.
"""

import os
import pathlib
import sys

# No bytecode next to make.py, because a test compares that folder with the output of make.py.
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data" / "hostile"))
import make  # noqa: E402

SECTOR = make.SECTOR
ROOT, NOTE, OPENSTACK = 20, 19, 40
MIB = 1 << 20
GIB4 = (1 << 32) - SECTOR


def pack(entries):
    """Puts entries into sectors; no entry goes across the end of a sector."""
    out, sector = b"", b""
    for entry in entries:
        if len(sector) + len(entry) > SECTOR:
            out += sector.ljust(SECTOR, b"\0")
            sector = b""
        sector += entry
    return out + sector.ljust(SECTOR, b"\0")


def folder(block, *entries):
    return pack([make.entry(b"\0", block, SECTOR, 2), make.entry(b"\1", block, SECTOR, 2), *entries])


def names(count):
    return [b"%x" % i for i in range(count)]


class Image:
    """An image of parts, each at its sector; no disk space is used between them."""

    def __init__(self, record, sectors):
        self.record, self.sectors, self.parts = record, sectors, []

    def put(self, block, data):
        self.parts.append((block, data))
        return self

    def root(self, *entries, length=None):
        own = [make.entry(b"SEEDRIVE.BIN;1", 18, SECTOR), make.entry(b"SEEDRIVE.JSON;1", NOTE, SECTOR)]
        data = folder(ROOT, *(own if self.record else []), *entries)
        self.put(ROOT, data)
        self.put(16, make.descriptor(sectors=self.sectors,
                                     root=make.entry(b"\0", ROOT, length or len(data), 2)))
        self.put(17, b"\xffCD001\1")
        if self.record:
            self.put(18, self.record)
        return self

    def openstack(self, *entries, block=OPENSTACK, length=None):
        data = folder(block, *entries)
        self.put(block, data)
        return self.root(make.entry(b"OPENSTACK", block, length or len(data), 2))

    def write(self, path):
        with open(path, "wb") as out:
            out.truncate(self.sectors * SECTOR)
            for block, data in self.parts:
                out.seek(block * SECTOR)
                out.write(data)


def metadata(length, block=100):
    return folder(30, make.entry(b"META_DATA.JSON;1", block, length))


def images(record):
    big = GIB4 // SECTOR

    def image(sectors=4 * big):
        return Image(record, sectors)

    # Images with too many or too large folders.
    yield "too-large-folder", image().root(
        make.entry(b"OPENSTACK", 100, GIB4, 0x82), make.entry(b"OPENSTACK", 100 + big, GIB4, 2))
    yield "too-large-root", image().root(length=GIB4)
    yield "too-large-version", image().openstack(
        *[make.entry(name, 100, GIB4, 2) for name in names(100)])
    yield "too-many-names-of-one-version", image(100000).put(30, folder(30)).openstack(
        *[make.entry(name, 30, SECTOR, 2) for name in names(100000)])
    yield "too-many-versions-of-one-name", image(100000).put(30, folder(30)).openstack(
        *[make.entry(b"LATEST", 30, SECTOR, 2)] * 100000)
    yield "folders-that-hold-each-other", image(1000).put(30, folder(
        30, make.entry(b"OPENSTACK", OPENSTACK, SECTOR, 2))).openstack(
            make.entry(b"A", 30, SECTOR, 2), make.entry(b"B", ROOT, SECTOR, 2), make.entry(b"C", OPENSTACK, SECTOR, 2))
    deep = image(100000).openstack(make.entry(b"0", 1000, SECTOR, 2))
    for i in range(10000):
        deep.put(1000 + i, folder(1000 + i, make.entry(b"0", 1001 + i, SECTOR, 2)))
    yield "folders-10000-deep", deep

    # Images with too many or too large files.
    yield "too-much-metadata", image(20000).put(30, metadata(16 * MIB)).openstack(
        *[make.entry(name, 30, SECTOR, 2) for name in names(1000)])
    yield "too-much-metadata-with-text", image(20000).put(30, metadata(16 * MIB)).put(
        100, b'{"a": "' + b"x" * (16 * MIB - 9) + b'"}').openstack(
            *[make.entry(name, 30, SECTOR, 2) for name in names(1000)])
    yield "metadata-of-4-gib", image().put(30, metadata(GIB4)).openstack(
        *[make.entry(name, 30, SECTOR, 2) for name in names(1000)])
    yield "metadata-in-the-folder-that-names-it", image(1000).put(30, metadata(SECTOR, 30)).openstack(
        *[make.entry(name, 30, SECTOR, 2) for name in names(1000)])
    yield "metadata-that-overlaps", image(1000).openstack(
        *[make.entry(name, 50 + 2 * i, SECTOR, 2) for i, name in enumerate(names(100))]).put(
            50, b"".join(folder(50 + 2 * i, make.entry(b"META_DATA.JSON;1", 50 + i, 8 * SECTOR)).ljust(2 * SECTOR, b"\0")
                         for i in range(100)))

    # These images have continuations of names, or a path table, which are never read.
    on = b"CE" + bytes([28, 1]) + make.both(60, 4) + make.both(0, 4) + make.both(SECTOR, 4)
    yield "names-that-go-on-without-end", image(1000).put(60, on.ljust(SECTOR - 28, b"\0") + on).root(
        *[make.entry(b"F%d.;1" % i, 0, 0, use=on) for i in range(1000)])
    pvd = make.descriptor(sectors=1000, root=make.entry(b"\0", ROOT, SECTOR, 2))
    yield "path-table-of-4-gib", image(1000).root().put(16, pvd[:132] + make.both(0xffffffff, 4) + pvd[140:])


def main(where, record=None):
    data = pathlib.Path(record).read_bytes() if record else b""
    for name, image in images(data):
        image.write(os.path.join(where, name + ".iso"))


if __name__ == "__main__":
    main(*sys.argv[1:])
