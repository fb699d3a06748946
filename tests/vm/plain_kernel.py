#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Unpacks a kernel, so that it need not do that itself at each boot; in an emulator that takes a fifth of the boot or
more.

    plain_kernel.py BZIMAGE OUT

Writes OUT, an ELF file that QEMU starts at its entry for PVH (Xen's docs/misc/pvh.pandoc). Exits with 1 and writes
nothing if the kernel has no such entry, or is not packed with gzip, xz, lz4 or zstd. The position of the packed kernel
is in the header of the boot protocol (the kernel's Documentation/arch/x86/boot.rst).
"""

import os
import struct
import subprocess
import sys

PROGRAMS = {b"\x1f\x8b": "gzip", b"\xfd7zXZ": "xz", b"\x02\x21\x4c\x18": "lz4", b"\x28\xb5\x2f\xfd": "zstd"}
PVH_NOTES = [struct.pack("<III", 4, size, 18) + b"Xen\0" for size in (4, 8)]     # PHYS32_ENTRY


def payload(image):
    """Returns the packed kernel. The size of the unpacked kernel follows it in four bytes; in gzip's format they are
    its end."""
    setup_sectors, = struct.unpack_from("<B", image, 0x1f1)
    offset, length = struct.unpack_from("<II", image, 0x248)
    at = (setup_sectors + 1) * 512 + offset
    packed = image[at:at + length]
    return packed if packed.startswith(b"\x1f\x8b") else packed[:-4]


def unpack(packed):
    program = next((program for magic, program in PROGRAMS.items() if packed.startswith(magic)), None)
    if program is None:
        raise SystemExit("plain_kernel.py: packed in a way that is not known")
    done = subprocess.run([program, "-dc"], input=packed, stdout=subprocess.PIPE, check=True)
    return done.stdout


def main(bzimage, out):
    with open(bzimage, "rb") as file:
        kernel = unpack(payload(file.read()))
    if not kernel.startswith(b"\x7fELF") or not any(note in kernel for note in PVH_NOTES):
        raise SystemExit("plain_kernel.py: no entry for PVH")
    with open(f"{out}.{os.getpid()}", "wb") as file:
        file.write(kernel)
    os.rename(file.name, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
