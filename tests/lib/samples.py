#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""samples.py NAME: writes the sample NAME to standard output; its bytes are the same on every machine.

Without a name it prints the names. Two more samples, which no program can make, are in tests/data/samples/: bytes that a CPU
gave by RDRAND and by RDSEED.
"""
import hashlib
import sys


def stream(label):
    """An endless stream of bytes, from SHA-256 of a counter."""
    count = 0
    while True:
        yield from hashlib.sha256(b"%s %d" % (label.encode(), count)).digest()
        count += 1


def uniform(n, label="uniform"):
    source = stream(label)
    return bytes(next(source) for _ in range(n))


def pack(bits):
    return bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))


def biased(n):
    """Each bit is 1 in 141 of 256 cases."""
    source = stream("biased")
    return pack([int(next(source) < 141) for _ in range(8 * n)])


def sticky(n):
    """Each bit equals the one before in 180 of 256 cases."""
    source, bit, bits = stream("sticky"), 0, []
    for _ in range(8 * n):
        bit ^= next(source) >= 180
        bits.append(int(bit))
    return pack(bits)


def correlated(n):
    """Each byte equals the one before in 64 of 256 cases."""
    source, byte, out = stream("correlated"), 0, bytearray()
    for _ in range(n):
        if next(source) >= 64:
            byte = next(source)
        out.append(byte)
    return bytes(out)


def nibbles(n):
    return bytes(byte & 15 for byte in uniform(n, "nibbles"))


def periodic(n):
    return (uniform(13, "periodic") * (n // 13 + 1))[:n]


def noisy(n):
    """230 of 256 bytes repeat with a period of 100; the other 26 are random."""
    period, source, out = uniform(100, "period"), stream("noisy"), bytearray()
    for i in range(n):
        out.append(next(source) if next(source) < 26 else period[i % 100])
    return bytes(out)


def counter(n):
    return bytes(i & 255 for i in range(n))


def digits(n):
    """ASCII digits 0 and 1: two symbols."""
    return bytes(48 + (byte < 100) for byte in uniform(n, "digits"))


def bell(n):
    """Sums of four values, like a noise source with a converter."""
    source = stream("bell")
    return bytes(sum(next(source) for _ in range(4)) // 4 for _ in range(n))


def stuck(n):
    """0xff, except about one byte in 64."""
    source = stream("stuck")
    return bytes(next(source) if next(source) < 4 else 255 for _ in range(n))


KINDS = {
    "uniform-1000000": lambda: uniform(1000000),
    "uniform": lambda: uniform(30000, "short"),
    "biased": lambda: biased(40000),
    "sticky": lambda: sticky(30000),
    "correlated": lambda: correlated(40000),
    "nibbles": lambda: nibbles(40000),
    "periodic": lambda: periodic(20000),
    "noisy": lambda: noisy(40000),
    "counter": lambda: counter(20000),
    "digits": lambda: digits(40000),
    "bell": lambda: bell(60000),
    "stuck": lambda: stuck(20000),
    "few": lambda: uniform(2000, "few"),
}

if len(sys.argv) == 1:
    print("\n".join(KINDS))
elif len(sys.argv) == 2 and sys.argv[1] in KINDS:
    sys.stdout.buffer.write(KINDS[sys.argv[1]]())
else:
    sys.exit(__doc__)
