#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recompute the cutoffs of the tests on delivered bytes, and hold seed/health.h against them.

    cutoffs.py HEADER

NIST SP 800-90B, 4.4.1: C = 1 + ceil(-log2(alpha) / H)
                4.4.2: C = 1 + CRITBINOM(W, 2^-H, 1 - alpha)

All in integers: with whole H and alpha = 2^-a every probability is a fraction whose denominator is
a power of two. Before the header is judged, the formulas are, by cutoffs that others have published.
Exit status: 0 all agree; 1 one differs, or is missing.
"""

import re
import sys
from math import comb

WINDOW = 512  # 4.4.2: of samples that are not binary
STARTUP = 1024  # 4.3, requirement 12: at least so many samples
ALARM, PERMANENT = 30, 60  # alpha is 2 to minus that

# Bits of min-entropy a byte: cutoffs for alpha 2^-30 and 2^-60. Those of the second test at one bit
# a byte are the first entries of the two tables in jitterentropy's jent_apt_cutoff_lookup.
PUBLISHED_RCT = {8: (5, 9), 4: (9, 16), 1: (31, 61)}
PUBLISHED_APT = {8: (16, 25), 4: (71, 91), 1: (325, 355)}


def rct(h, a):
    return 1 + -(-a // h)


def critbinom(n, h, a):
    """The least k for which a binomial variable with p = 2^-h is at most k with probability of
    at least 1 - 2^-a."""
    total = 2 ** (h * n)
    least = total - total // 2 ** a
    cumulated = 0
    for k in range(n + 1):
        cumulated += comb(n, k) * (2 ** h - 1) ** (n - k)
        if cumulated >= least:
            return k
    raise AssertionError("the whole is more than its parts")


def apt(h, a, window=WINDOW):
    return 1 + critbinom(window, h, a)


def defines(path):
    with open(path, encoding="utf-8") as file:
        return {name: int(value) for name, value in
                re.findall(r"^#define\s+(HEALTH_\w+)\s+(\d+)\b", file.read(), re.M)}


def judge(what, have, want):
    ok = have == want
    print("%s: %s, %s" % (what, have, "as computed" if ok else "computed: %s" % want))
    return ok


def main(args):
    if len(args) != 1:
        print("usage: cutoffs.py HEADER", file=sys.stderr)
        return 2
    ok = True
    for name, table, formula in (("repetition count", PUBLISHED_RCT, rct),
                                 ("adaptive proportion", PUBLISHED_APT, apt)):
        for h, row in table.items():
            for a, published in zip((ALARM, PERMANENT), row):
                ok &= judge("%s at %d bits a byte, alpha 2^-%d, published" % (name, h, a),
                            published, formula(h, a))
    have = defines(args[0])
    h = have.get("HEALTH_H_BITS")
    if h not in range(1, 9):
        print("HEALTH_H_BITS: %s, must be 1 to 8" % h)
        return 1
    ok &= judge("HEALTH_RCT_CUTOFF", have.get("HEALTH_RCT_CUTOFF"), rct(h, ALARM))
    ok &= judge("HEALTH_APT_WINDOW", have.get("HEALTH_APT_WINDOW"), WINDOW)
    ok &= judge("HEALTH_APT_CUTOFF", have.get("HEALTH_APT_CUTOFF"), apt(h, ALARM))
    if have.get("HEALTH_STARTUP", 0) < STARTUP:
        print("HEALTH_STARTUP: %s, must be at least %d" % (have.get("HEALTH_STARTUP"), STARTUP))
        ok = False
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
