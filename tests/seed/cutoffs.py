#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compute the cutoffs of the health tests for every min-entropy that bits= accepts.

    cutoffs.py --write HEADER   write the table in which seed/cutoff.c looks up the cutoffs
    cutoffs.py HEADER           prove every number of such a table
    cutoffs.py --print HEADER   print one line for each min-entropy, as build/unit/seed/test_cutoff --print does

The min-entropy H is given in thousandths of a bit a byte, 250 to 8000; alpha is 2^-30 for an alarm and
2^-60 for a permanent failure, for each test and each window of 512 samples.

Repetition count (SP 800-90B 4.4.1): C = 1 + ceil(-log2(alpha) / H).

Counts in a window: a predictor of a sample from the samples before it is right with a probability of at most
2^-H, so the number of hits in 512 is dominated by a binomial variable. With k predictors in parallel, C is the
least number for which P(Bin(512, 2^-H) >= C) <= alpha / k.
  - the most frequent value:       k = 256, each value is a predictor;
  - equal bytes and equal steps:   k = 128, 64 lags each.

Replays: windows of max(16, ceil(80 / H)) bytes, so that two windows of a good source are equal with a probability of at
most 2^-80.

All results are exact: p = 2^-H is enclosed between two rational numbers, and it is an error if the result of a
comparison depends on which of the two is used. Exit status: 0: the table is right; 1: a number is wrong or missing.
"""

import re
import sys
from fractions import Fraction
from math import comb

WINDOW = 512  # SP 800-90B 4.4.2: window size for samples that are not binary
STARTUP = 1024  # 4.3, requirement 12: the least number of start-up samples
ALARM, SURE = 30, 60  # alpha is 2^-30 or 2^-60
MBIT_MIN, MBIT_MAX = 250, 8000
REPLAY_LEAST, REPLAY_BITS = 16, 80

# name: predictors, alpha
TABLES = {
    "count_alarm": (256, ALARM),
    "count_sure": (256, SURE),
    "lag_alarm": (128, ALARM),
    "lag_sure": (128, SURE),
}
COLUMNS = ["rct", "rct_sure", "count", "count_sure", "lag", "lag_sure", "window"]

# Published cutoffs, with which the formulas are checked: those of SP 800-90B's repetition count test and of its
# adaptive proportion test, in which the first sample of the window is the only predictor (C = 1 + CRITBINOM). The
# cutoffs for one bit a byte are the first entries of the two tables in jitterentropy's jent_apt_cutoff_lookup.
PUBLISHED_RCT = {8: (5, 9), 4: (9, 16), 1: (31, 61)}
PUBLISHED_APT = {8: (16, 25), 4: (71, 91), 1: (325, 355)}

POINT = 704  # bits after the binary point; up to 508 of them are needed for the coefficients of Bin(512, p)


def rct(mbit, a):
    return 1 + -(-1000 * a // mbit)


def replay(mbit):
    return max(REPLAY_LEAST, -(-1000 * REPLAY_BITS // mbit))


def root_1000_of_half():
    """Returns 2^(-1/1000) times 2^POINT, rounded down: Newton's method on x^1000 = 1/2, computed with 64 more bits."""
    bits = POINT + 64
    one = 1 << bits
    x = one
    while True:
        power, base, e = one, x, 999
        while e:
            if e & 1:
                power = power * base >> bits
            base = base * base >> bits
            e >>= 1
        # f = x^1000 - 1/2, f' = 1000 x^999
        step = ((power * x >> bits) - (one >> 1)) * one // (1000 * power)
        if abs(step) < 1 << 20:
            break
        x -= step
    return x >> 64  # the error is far below the bits that are kept


def probabilities():
    """Returns two lists with an integer for each mbit; the two integers, divided by 2^POINT, enclose 2^-(mbit/1000)."""
    one = 1 << POINT
    root = root_1000_of_half()
    lo, hi = root - 1, root + 2
    for bound, below in ((lo, True), (hi, False)):
        # By exact arithmetic: one bound is below the root, and the other one is not. The root's thousandth power is one
        # half.
        assert (2 * bound ** 1000 < one ** 1000) == below
    low, high = [one], [one]
    for _ in range(MBIT_MAX):
        low.append(low[-1] * lo >> POINT)
        high.append(-(-high[-1] * hi >> POINT))
    return list(zip(low, high))


P = probabilities()


def tail_bound(p, c, up):
    """Returns P(Bin(WINDOW, p / 2^POINT) >= c) times 2^POINT: an upper bound if @up, otherwise a lower bound."""
    one = 1 << POINT
    q = one - p
    round_up = (lambda x: -(-x >> POINT)) if up else (lambda x: x >> POINT)
    p_powers, q_powers = [one], [one]
    for _ in range(WINDOW - c):
        q_powers.append(round_up(q_powers[-1] * q))
    # p^c by repeated squaring; the loop below continues from there.
    power, base, e = one, p, c
    while e:
        if e & 1:
            power = round_up(power * base)
        base = round_up(base * base)
        e >>= 1
    total = 0
    for k in range(c, WINDOW + 1):
        total += comb(WINDOW, k) * round_up(power * q_powers[WINDOW - k])
        power = round_up(power * p)
    return total


def suffices(mbit, c, k, a):
    """Is P(Bin(512, 2^-(mbit/1000)) >= c) <= 2^-a / k? The probability grows with p, so both bounds of p must agree."""
    limit = (1 << POINT) >> a
    low, high = P[mbit]
    if k * tail_bound(high, c, True) <= limit:
        return True
    if k * tail_bound(low, c, False) > limit:
        return False
    raise AssertionError("undecided: %d bits are too few" % POINT)


def thresholds(k, a):
    """{c: the least mbit for which c suffices}, for each c from the cutoff of MBIT_MAX to that of MBIT_MIN."""
    table, c = {}, 1
    while not suffices(MBIT_MAX, c, k, a):
        c += 1
    high = MBIT_MAX
    while True:
        low = MBIT_MIN
        while low < high:
            middle = (low + high) // 2
            if suffices(middle, c, k, a):
                high = middle
            else:
                low = middle + 1
        table[c] = high
        if high == MBIT_MIN:
            return table
        c += 1


def whole_bits(h, c, k, a):
    """The same as suffices(), for a whole number H and with fractions, to check suffices() itself."""
    p = Fraction(1, 2 ** h)
    tail = sum(comb(WINDOW, i) * p ** i * (1 - p) ** (WINDOW - i) for i in range(c, WINDOW + 1))
    return k * tail <= Fraction(1, 2 ** a)


def judge(what, have, want):
    ok = have == want
    if not ok:
        print("%s: %s, computed: %s" % (what, have, want))
    return ok


def judge_formulas(tables):
    ok = True
    for h, row in PUBLISHED_RCT.items():
        for a, published in zip((ALARM, SURE), row):
            ok &= judge("repetition count at %d bits" % h, published, rct(1000 * h, a))
    for h, row in PUBLISHED_APT.items():
        for a, published in zip((ALARM, SURE), row):
            # The cutoff by CRITBINOM is the least c for which P(Bin >= c) <= alpha.
            ok &= judge("adaptive proportion at %d bits" % h,
                        (suffices(1000 * h, published, 1, a), suffices(1000 * h, published - 1, 1, a)),
                        (True, False))
    for name, (k, a) in TABLES.items():
        for h in range(1, 9):
            c = lookup(tables[name], 1000 * h)
            ok &= judge("%s at %d bits: enough" % (name, h), whole_bits(h, c, k, a), True)
            ok &= judge("%s at %d bits: one less" % (name, h), whole_bits(h, c - 1, k, a), False)
    return ok


def lookup(table, mbit):
    return next(c for c in sorted(table) if table[c] <= mbit)


def line(computed, mbit):
    row = [rct(mbit, ALARM), rct(mbit, SURE)] + [
        lookup(computed[name], mbit) for name in TABLES] + [replay(mbit)]
    return " ".join(str(x) for x in [mbit] + row)


DEFINES = {
    "HEALTH_WINDOW_SAMPLES": WINDOW,
    "HEALTH_STARTUP": STARTUP,
    "HEALTH_MBIT_MIN": MBIT_MIN,
    "HEALTH_MBIT_MAX": MBIT_MAX,
    "HEALTH_ALARM_LOG2": ALARM,
    "HEALTH_SURE_LOG2": SURE,
    "HEALTH_REPLAY_LEAST": REPLAY_LEAST,
    "HEALTH_REPLAY_BITS": REPLAY_BITS,
    "HEALTH_REPLAY_MOST": replay(MBIT_MIN),
}


def text(computed):
    out = ["/* SPDX-License-Identifier: GPL-2.0-or-later */",
           "#ifndef SEED_CUTOFF_TABLE_H", "#define SEED_CUTOFF_TABLE_H", "",
           "/* Written by tests/seed/cutoffs.py --write, which says what it computes; tests/seed/cutoffs.bats compares. */",
           "/* clang-format off */", ""]
    width = max(len(name) for name in DEFINES)
    for name, value in DEFINES.items():
        out.append("#define %-*s %d" % (width, name, value))
    out.append("")
    for name, table in computed.items():
        first, values = min(table), [table[c] for c in sorted(table)]
        out.append("/* The least min-entropy, thousandths of a bit, for which a cutoff of %d, %d, ... suffices. */"
                   % (first, first + 1))
        out.append("#define %s_FIRST %d" % (name.upper(), first))
        out.append("#define %s { \\" % name.upper())
        for i in range(0, len(values), 16):
            out.append("\t" + ", ".join(str(v) for v in values[i:i + 16]) + ", \\")
        out.append("}")
        out.append("")
    out += ["/* clang-format on */", "#endif", ""]
    return "\n".join(out)


def parse(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    have = {name: int(value) for name, value in
            re.findall(r"^#define\s+(\w+)\s+(\d+)$", source, re.M)}
    for name, values in re.findall(r"^#define\s+(\w+) \{ \\\n(.*?)^\}", source, re.M | re.S):
        have[name] = [int(v) for v in re.findall(r"\d+", values)]
    return have


def read_tables(have):
    tables = {}
    for name in TABLES:
        first, values = have.get(name.upper() + "_FIRST", 0), have.get(name.upper(), [])
        tables[name] = {first + i: v for i, v in enumerate(values)}
    return tables


def prove_table(name, table):
    """The probability falls as H or c rises, so proving the thresholds and their neighbours proves each cutoff between
    them."""
    k, a = TABLES[name]
    ok = judge(name + ": is there", len(table) > 1, True)
    if not ok:
        return False
    ok &= judge(name + ": the first", suffices(MBIT_MAX, min(table) - 1, k, a), False)
    ok &= judge(name + ": the last", table[max(table)], MBIT_MIN)
    for c, mbit in table.items():
        if not MBIT_MIN <= mbit <= MBIT_MAX:
            return judge("%s: threshold of %d" % (name, c), mbit, "within the range")
        ok &= judge("%s: %d at %d" % (name, c, mbit), suffices(mbit, c, k, a), True)
        if mbit > MBIT_MIN:
            ok &= judge("%s: %d at %d" % (name, c, mbit - 1), suffices(mbit - 1, c, k, a), False)
    return ok


def compare(have):
    ok = True
    for name, value in DEFINES.items():
        ok &= judge(name, have.get(name), value)
    tables = read_tables(have)
    # all() stops at the first fault.
    return ok and all(prove_table(*item) for item in tables.items()) and judge_formulas(tables)


def main(args):
    option = args[0] if len(args) == 2 else None
    if len(args) not in (1, 2) or option not in (None, "--write", "--print"):
        print("usage: cutoffs.py [--write | --print] HEADER", file=sys.stderr)
        return 2
    if option == "--write":
        computed = {name: thresholds(k, a) for name, (k, a) in TABLES.items()}
        with open(args[1], "w", encoding="utf-8") as file:
            file.write(text(computed))
        return 0
    have = parse(args[-1])
    if option == "--print":
        tables = read_tables(have)
        print("\n".join(line(tables, mbit) for mbit in range(MBIT_MIN, MBIT_MAX + 1)))
        return 0
    return 0 if compare(have) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
