#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpt.py DISK: writes an empty GUID partition table to a disk, and its copy to the last sector."""

import os
import struct
import sys
import zlib

SECTOR = 512


def header(here, other, entries, last, table):
    fixed = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, here, other, 34, last - 33,
                        bytes(range(16)), entries, 128, 128, zlib.crc32(table))
    return fixed[:16] + struct.pack("<I", zlib.crc32(fixed)) + fixed[20:]


with open(sys.argv[1], "r+b") as disk:
    last = disk.seek(0, os.SEEK_END) // SECTOR - 1
    table = bytes(128 * 128)
    protective = struct.pack("<8B2I", 0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, last)
    for at, data in ((0, bytes(446) + protective + bytes(48) + b"\x55\xaa"),
                     (1, header(1, last, 2, last, table)), (2, table),
                     (last - 32, table), (last, header(last, 1, last - 32, last, table))):
        disk.seek(at * SECTOR)
        disk.write(data)
