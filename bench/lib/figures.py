# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures that are evidence: for each its place in the tables, its unit, its bound, and the peer beside it.

A figure is found by its part, a word of the table's columns, a row and a column; `pattern` takes it out of a cell that has
several numbers. So each figure on the page is in a table of bench/RESULTS.md, and cannot differ from it. If a table gets other
names, its figures have one entry for the new names and one for the old names. A run whose tables have a figure under neither name
has failed (`not_given`).
"""
import re

MET, MISSED, TOLD, UNKNOWN = "met", "missed", "told", "not measured"


class Figure:
    def __init__(self, name, part, table, row, column, unit, bound=None, peer="", group="", pattern=r"(-?[0-9][0-9,]*\.?[0-9]*)",
                 of=None):
        """@of: min or max, of all rows that begin with @row; without it, the first of these rows counts."""
        self.name, self.part, self.table, self.row, self.column = name, part, table, row, column
        self.unit, self.bound, self.peer, self.group, self.pattern = unit, bound, peer, group, pattern
        self.of = of

    def asked(self):
        if self.bound is None:
            return ""
        words = {"<=": "at most", ">=": "at least", "==": "exactly"}
        # A unit is repeated after the bound if it is one word.
        return f"{words[self.bound[0]]} {self.bound[1]:g}" + (f" {self.unit}" if " " not in self.unit else "")

    def verdict(self, value):
        if self.bound is None:
            return TOLD
        kind, limit = self.bound
        good = value <= limit if kind == "<=" else value >= limit if kind == ">=" else value == limit
        return MET if good else MISSED


WALL = ("wall ratio", "of the peer's wall time")
NOVA, CLOUD, PLAIN, MANY, LARGE = "Nova's tree", "three files of NoCloud", "the same without a seed", "5,000 files", "64 MiB"
SPOKEN = {PLAIN: "three files without a seed"}
OURS = "seedrive-mkisofs, with the arguments that genisoimage has"
STREAM = "what they got"
LIGHT = r"light one \(?[^0-9]*([0-9.]+)"

# What is asked of seedrive-mkisofs on a tmpfs: onto a new file, and over an old image.
ASKED = {NOVA: (0.40, 0.36), CLOUD: (0.50, 0.51), PLAIN: (0.50, 0.50), MANY: (0.48, 0.39), LARGE: (0.60, 0.43)}


def drives():
    """The ratios of seedrive-mkisofs to genisoimage, by today's names of the rows and by those before December 2026."""
    for place in ("tmpfs", "disk"):
        for what, limits in ASKED.items():
            for state, limit in zip(("a new file", "over an old image"), limits):
                rows = [f"{place}, {state}, {what}"]
                if what == LARGE:
                    rows.append(f"{place}, {LARGE}, {state.replace('a new', 'onto a new')}")
                elif state == "over an old image":
                    rows.append(f"{place}, {what}")
                for row in rows:
                    yield Figure(f"seedrive-mkisofs, {SPOKEN.get(what, what)}, {state}, {place}", "mkisofs", OURS, row, *WALL,
                                 ("<=", limit) if place == "tmpfs" else None, "genisoimage", "ratio")


FIGURES = [
    Figure("build, Nova's tree, tmpfs", "host", "Nova tree", "tmpfs", *WALL, ("<=", 0.45), "genisoimage", "ratio"),
    Figure("build, Nova's tree, a disk, with fsync", "host", "Nova tree", "disk, ours with fsync", *WALL, ("<=", 0.55), "genisoimage", "ratio"),
    Figure("build, Nova's tree, tmpfs", "host", "Nova tree", "tmpfs, xorrisofs", *WALL, ("<=", 1), "xorrisofs", "ratio"),
    *drives(),
    Figure("seedrive-mkisofs, Nova's tree, tmpfs", "mkisofs", OURS, "tmpfs, Nova's tree, against pycdlib", *WALL, ("<=", 1), "pycdlib", "ratio"),
    Figure("seedrive-mkisofs, Nova's tree, tmpfs", "mkisofs", OURS, "tmpfs, Nova's tree, against mkfs.vfat", *WALL, None,
           "mkfs.vfat and mcopy", "ratio"),
    Figure("starting and ending alone", "mkisofs", OURS, "starting and ending alone", *WALL, ("<=", 1), "genisoimage", "ratio"),
    *(Figure(f"{whose} peak memory, Nova's tree", "mkisofs", OURS, row, f"{word} peak, KiB", "KiB", None)
      for row in ("tmpfs, a new file, Nova's tree", "tmpfs, Nova's tree")
      for whose, word in (("seedrive-mkisofs's", "our"), ("genisoimage's", "its"))),
    Figure("estimators of SP 800-90B, worst of five", "estimate", "pair", "1", "ratio", "of the peer's time", ("<=", 1), "ea_non_iid of NIST", "ratio"),
    Figure("a claim of 256 bits from RDRAND", "sources", "a claim of 256 bits", "**ratio to the bare instruction**", 1, "of the bare instruction's time",
           ("<=", 2), "the bare instruction", "ratio"),
    Figure("bits a second from RDRAND", "sources", "from RDRAND", "seedrive", "bits credited", "bits a second", None),
    Figure("bits a second from RDRAND", "sources", "from RDRAND", "rngd", "bits credited", "bits a second", None, "rngd"),
    *(Figure(f"a stream by EGD, {clients}", "peers", "server", row, "MB a second of CPU", "MB a second of CPU", (">=", 400), "", "streams")
      for row, clients in (("seedrive", "one client"), ("seedrive#2", "1000 clients"), ("seedrive, weights", "weights 1 and 4"))),
    *(Figure(f"a stream by EGD, {clients}", "peers", "server", row, "MB a second of CPU", "MB a second of CPU", None, peer, "streams")
      for row, clients, peer in (("a plain server", "one client", "a plain server"), ("a plain server#2", "1000 clients", "a plain server"),
                                 ("entropybroker", "one client", "entropybroker"))),
    Figure("fairness, 1000 clients: deviation of bytes", "peers", "server", "seedrive#2", "deviation", "of the mean", ("<=", 0.01), "", "fair"),
    Figure("fairness, weights 1 and 4: deviation of bytes by weight", "peers", "server", "seedrive, weights", "deviation", "of the mean", ("<=", 0.02), "", "fair"),
    Figure("fairness, 1000 clients: deviation of bytes", "peers", "server", "a plain server#2", "deviation", "of the mean", None, "a plain server", "fair"),
    Figure("fairness, 1000 clients: Jain's index", "peers", "server", "seedrive#2", "Jain", "of 1", (">=", 0.9999)),
    Figure("fairness, weights 1 and 4: Jain's index", "peers", "server", "seedrive, weights", "Jain", "of 1", (">=", 0.9999)),
    Figure("a light client beside 1000: its wait, median", "peers", "server", "seedrive#2", "light one", "ms", ("<=", 0.5), "", "light"),
    Figure("a light client beside 1000: its wait, 99 %", "peers", "server", "seedrive#2", "light one", "ms", ("<=", 2), "", "light",
           r"[0-9.]+, ([0-9.]+)"),
    Figure("a light client beside 1000: its wait, median", "peers", "server", "a plain server#2", "light one", "ms", None, "a plain server", "light"),
    Figure("a thousand at one signal: done", "mkisofs", "a thousand of", "ours", "succeeded", "of 1000", ("==", 1000), of=min),
    Figure("a thousand at one signal: the last one", "mkisofs", "a thousand of", "ours", "last", "ms", None, of=max),
    Figure("a thousand at one signal: the last one", "mkisofs", "a thousand of", "its", "last", "ms", None, "genisoimage", of=max),
    Figure("a thousand at one signal: done", "spawns", "succeeded", "seedrive-mkisofs", "succeeded", "of 1000", ("==", 1000)),
    Figure("a thousand at one signal: the last one", "spawns", "succeeded", "seedrive-mkisofs", "last", "ms", None),
    Figure("a thousand at one signal: the last one", "spawns", "succeeded", "genisoimage", "last", "ms", None, "genisoimage"),
    Figure("seedrive-guest, its own CPU time", "guest", "seedrive-guest, a drive", "**its own time**", 1, "microseconds", ("<=", 100)),
    Figure("seedrive-guest, its size", "guest", "seedrive-guest, a drive", "size, bytes", 1, "bytes", ("<=", 32768)),
    Figure("seedrive-guest, its size", "size", "part of seedrive-guest", "**the program**", 1, "bytes", ("<=", 32768)),
    Figure("seedrive-guest in a VM, virtio-blk, without the ledger", "guest", "in the VM", "virtio-blk", "without the ledger", "ms", ("<=", 20)),
    Figure("seedrive-guest in a VM, virtio-scsi-cd, without the ledger", "guest", "in the VM", "virtio-scsi-cd", "without the ledger", "ms"),
    Figure("seedrive-guest in a VM, IDE CD, without the ledger", "guest", "in the VM", "ide-cd", "without the ledger", "ms", ("<=", 100)),
    Figure("a whole Debian, crng ready, no drive", "debian", "crng ready", "none", "crng ready", "s", None, "", "ready"),
    Figure("a whole Debian, crng ready, seeded by virtio-blk", "debian", "crng ready", "virtio-blk", "crng ready", "s", None, "", "ready"),
    *(Figure("a whole Debian, crng ready, seeded by IDE CD", "debian", "crng ready", row, "crng ready", "s", None, "", "ready")
      for row in ("ide-cd", "IDE CD")),
    Figure("a whole Debian, machine-id made, no drive", "debian", "crng ready", "none", "machine-id", "s", None, "", "ready"),
    Figure("a whole Debian, machine-id made, seeded by virtio-blk", "debian", "crng ready", "virtio-blk", "machine-id", "s", None, "", "ready"),
    *(Figure(f"power cut at each flush, {disk}: credited twice", "cuts", "credited by the boot", row, "twice", "times", ("==", 0))
      for disk, row in (("the ledger's folder", "the ledger's folder"), ("the tombstone", "the record and its tombstone"),
                        ("the carry-over", "the carry-over"))),
    *(Figure(f"power cut of a writer, {row.replace(chr(96), str())}: half of a drive", "writers", "half of one", row, "half of one", "disks", ("==", 0))
      for row in ("`build`, a file replaced", "seedrive-mkisofs, a file written in place", "`build`, a disk", "`reseed`")),
    Figure("check: tests that fail", "check-all", "result", "`make check`, Debian 12", 1, "tests", ("==", 0), "", "",
           r"passed, ([0-9]+) failed"),
    Figure("coverage by the host's suites, lines", "check-all", "room", "all", "lines", "%", None),
    Figure("coverage by the host's suites, branches", "check-all", "room", "all", "branches", "%", None),
    *(Figure(f"false alarms of the repetition count, {bits} bits a byte", "alarms", "repetition count", str(bits), "repetition count: alarms",
             "of 10^9 good bytes", ("<=", limit)) for bits, limit in zip(range(1, 9), (5, 5, 6, 3, 6, 6, 2, 4))),
    *(Figure(f"fuzzing covers {file}, lines", "fuzz", "not reached", file, "lines", "%", (">=", 95), "", "covered")
      for file in ("util/json.c", "util/utf8.c", "iso/read.c", "seed/record.c", "seed/mix.c")),
    *(Figure(f"fuzzing covers {file}, branches", "fuzz", "not reached", file, "branches", "%", (">=", 95), "", "covered")
      for file in ("util/json.c", "util/utf8.c", "iso/read.c", "seed/record.c", "seed/mix.c")),
    *(Figure(f"{suite}: tests that fail with its kernel", "kernels", "suite", suite, "all tests", "of all", ("==", 0), "", "", r"passed, ([0-9]+) failed")
      for suite in ("bullseye amd64", "bookworm amd64", "bookworm arm64", "trixie amd64", "trixie arm64", "sid amd64", "sid arm64")),
]


def title_of(name, peer):
    return name + (f", against {peer}" if peer else "")


def number(text):
    return float(text.replace(",", "").replace("*", ""))


def find_rows(rows, wanted):
    """The rows whose first cell begins with @wanted; with `#2` at the end of @wanted, only the second such row."""
    name, _, nth = wanted.partition("#")
    found = [row for row in rows if row[0].startswith(name)]
    return found[int(nth) - 1:int(nth)] if nth else found


def find_column(columns, wanted):
    if isinstance(wanted, int):
        return wanted
    return next((i for i, column in enumerate(columns) if wanted in column.replace("*", "")), None)


def value_of(figure, section):
    """The figure in this section, or None."""
    for block in section["blocks"]:
        if "columns" not in block or figure.table not in " | ".join(block["columns"]):
            continue
        column = find_column(block["columns"], figure.column)
        cells = [row[column] for row in find_rows(block["rows"], figure.row)] if column is not None else []
        matches = [re.search(figure.pattern, cell.replace("*", "")) for cell in (cells if figure.of else cells[:1])]
        if matches and all(matches):
            return (figure.of or min)(number(match.group(1)) for match in matches)
    return None


def record(figure, value, section):
    return {"name": figure.name, "value": value, "unit": figure.unit, "asked": figure.asked(), "bound": figure.bound, "peer": figure.peer,
            "group": figure.group, "verdict": figure.verdict(value), "part": figure.part, "date": section["date"],
            "commit": section["commit"], "machine": section["machine"]}


def stated(section):
    """The figures that a section lists besides its tables: those of its text, and those that a run has calculated."""
    for own in section.get("figures", []):
        figure = Figure(own["name"], section["part"], "", "", "", own["unit"], tuple(own["bound"]) if own.get("bound") else None,
                        own.get("peer", ""), own.get("group", ""))
        yield record(figure, own["value"], section)


def given(section):
    """The figures that a section gives, by name and peer."""
    every = {}
    for figure in FIGURES:
        value = value_of(figure, section) if figure.part == section["part"] else None
        if value is not None:
            every.setdefault((figure.name, figure.peer), record(figure, value, section))
    for one in stated(section):
        every.setdefault((one["name"], one["peer"]), one)
    return every


def not_given(section):
    """The titles of the figures that this part should give, and this section of it does not.

    Which files the fuzzing covers is not fixed, because a parser may move to another file.
    """
    every = given(section)
    lacking = [figure for figure in FIGURES if figure.part == section["part"] and figure.group != "covered" and (figure.name, figure.peer) not in every]
    return list(dict.fromkeys(title_of(figure.name, figure.peer) for figure in lacking))


def records(sections):
    """Each figure with its newest value, and the value before as `old`. If no section has it, it is "not measured"."""
    found = {}
    for section in sorted(sections, key=lambda one: one["date"], reverse=True):
        # A parser may move to another file. So the newest section with coverage decides which files have such figures, and
        # older sections only give the `old` values of these files.
        covered = any(one["group"] == "covered" for one in found.values())
        for key, one in given(section).items():
            if key not in found and not (covered and one["group"] == "covered"):
                found[key] = one
            elif key in found and "old" not in found[key]:
                found[key]["old"] = one
    for figure in FIGURES:
        key = (figure.name, figure.peer)
        if key not in found and figure.group != "covered":
            found[key] = {"name": figure.name, "value": None, "unit": figure.unit, "asked": figure.asked(), "bound": figure.bound,
                          "peer": figure.peer, "group": figure.group, "verdict": UNKNOWN, "part": figure.part, "date": "", "commit": "",
                          "machine": ""}
    return list(found.values())
