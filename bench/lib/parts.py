# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the evidence, with a row for each. A new part needs a row here, and its figures in figures.py.

A row has a command that can also be run by itself; the minutes that it takes if the machine has no other work; what it
needs besides the packages of `make deps`; and the reader (read.py) that turns its output into blocks and figures. `short`
is a command that proves that the machinery works, and gives no figure. A part without `short` is skipped in a short run.
"""
import collections

Part = collections.namedtuple("Part", "name minutes title command reader short needs busy")


def part(name, minutes, title, command, reader="tables", short=None, needs="", busy=True):
    """@busy: the part may run beside other work, because it measures no time."""
    return Part(name, minutes, title, command, reader, short, needs, busy)


MAKE = "make --no-print-directory -s "
BUILD = MAKE + "all bench-programs"  # before the first part, so that each part tests the programs of this commit

PARTS = [
    part("size", 1, "Size of the guest's program by part", "bench/guest_size", "tables", "bench/guest_size"),
    part("planted", 60, "Faults planted in parsers, the ledger's order, the claim's sum and the desk's fairness",
         "tests/fuzz/planted; a=$?; tests/planted; b=$?; tests/mutants -q guest/main.c: guest/ledger; exit $((a | b | $?))", "planted",
         "tests/planted"),
    part("fuzz", 30, "Fuzzing", "TIME=${TIME:-1260} tests/fuzz/run", "fuzz", "TIME=20 COVERAGE=no tests/fuzz/run record egd policy"),
    part("mutants", 40, "Mutants of the guest's program", "tests/mutants -t", "tables", "tests/mutants -t guest/decide.c"),
    part("check", 45, "make check, on this machine", MAKE + "check", "counts", "tests/run build/unit/seed/test_claim", busy=True),
    part("attack", 5, "Attacks on the daemon", MAKE + "check-built units= TESTS='tests/serve/attack.bats'", "counts"),
    part("streams", 12, "Running guests while the daemon is ended", MAKE + "check-streams", "counts"),
    part("requests", 15, "Random requests under ASan and UBSan", MAKE + "SAN=1 check-requests", "counts"),
    part("grammar", 5, "Random command lines", "tests/grammar", "grammar", "tests/grammar 20"),
    part("crash", 5, "Writers that are killed", "tests/drive/kill-random 2000", "killed", "tests/drive/kill-random 3"),
    part("cuts", 70, "Power cut at each flush, two copies at once", MAKE + "check-cuts", "cuts"),
    part("boot", 30, "Whole Debians: scenarios, users who look for the seed", MAKE + "check-boot", "counts"),
    part("long", 15, "The longer tests of the suites of make check", MAKE + "check-long", "counts"),
    part("kernels", 60, "Kernels", "tests/kernels", "tables", needs="Debian's mirror"),
    part("suites", 60, "Both Debians, in bare systems", "tests/suites", "counts", needs="Debian's mirror"),
    part("coverage", 60, "Coverage by the host's suites", MAKE + "coverage", "coverage"),
    part("host", 2, "Host", "bench/run host", short="RUNS=3 bench/run host", busy=False),
    part("mkisofs", 25, "seedrive-mkisofs", "bench/run mkisofs", busy=False),
    part("sources", 5, "Sources", "bench/run sources", busy=False),
    part("peers", 5, "Streams by EGD", "bench/run peers", short="bench/peers 1", busy=False),
    part("guest", 3, "Guest", "bench/run guest vm", short="RUNS=3 bench/run guest", busy=False),
    part("debian", 20, "Debian with systemd", "bench/run debian", busy=False),
]


def named(names):
    """The rows with these names, in this order; all rows if there are no names. Raises KeyError for an unknown name."""
    rows = {row.name: row for row in PARTS}
    return [rows[name] for name in names] if names else list(PARTS)
