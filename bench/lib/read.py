# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns the output of a part into blocks, figures and curves."""
import glob
import os
import re

import store

SHARE = ["==", 0]


def figure(name, value, unit, bound=None, peer="", group="", words=None):
    """@words: how a block states the figure. Without them, the name must be in a block."""
    return {"name": name, "value": value, "unit": unit, "bound": bound, "peer": peer, "group": group, **({"words": words} if words else {})}


def tables(text):
    """Reads tables and lines in Markdown, as bench/run and tests/kernels print them, and `N mutants, M not found`."""
    figures = []
    match = re.search(r"^(\d+) mutants, (\d+) not found$", text, re.M)
    if match:
        figures.append(figure("faults in the guest's program: found by nothing", int(match.group(2)), f"of {match.group(1)}", SHARE,
                              words=match.group(0)))
    return {"blocks": store.blocks(text), "figures": figures}


def counts(text, name):
    """Reads the last line `N passed, M failed`, and the names of the tests that failed."""
    sums = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.M)
    if not sums:
        raise ValueError("no line `N passed, M failed`")
    passed, failed, skipped = (int(word or 0) for word in sums[-1])
    rows = [["passed", str(passed)], ["failed", str(failed)], ["skipped", str(skipped)]]
    rows += [["not ok", line] for line in re.findall(r"^not ok (.*)$", text, re.M)]
    return {"blocks": [{"columns": ["tests", ""], "rows": rows}],
            "figures": [figure(f"{name}: tests that fail", failed, f"of {passed + failed}", SHARE, words=store.line_of(rows[1]))]}


def cuts(text, name):
    """Reads what the tests of tests/vm/cuts.bats print of each disk, and of two copies started together."""
    rows = []
    for title, disk in (("dir", "the ledger's folder"), ("drive", "the record and its tombstone"), ("carry", "the carry-over")):
        match = re.search(rf"^# {title}: flushes=(\d+) first=(\d+) later=(\d+) never=(\d+) twice=(\d+)$", text, re.M)
        if match:
            flushes, *ends = map(int, match.groups())
            rows.append([disk, *map(str, (flushes, sum(ends), *ends))])
    twins = re.search(r"^# twins: boots=(\d+) once=(\d+) forfeited=(\d+) never=(\d+) twice=(\d+)$", text, re.M)
    found = counts(text, name)
    found["blocks"].append({"columns": ["the disk with", "flushes", "cuts", "credited by the boot that was cut", "by the next one", "by none", "twice"],
                            "rows": rows})
    if twins:
        boots, once, forfeited, never, twice = twins.groups()
        row = [boots, once, forfeited, never, twice]
        found["blocks"].append({"columns": ["two copies at once: boots", "credited once", "forfeited", "by none", "twice"], "rows": [row]})
        found["figures"].append(figure("two copies at once on each of 200 boots: credited twice", int(twice), f"of {boots}", SHARE,
                                       words=store.line_of(row)))
    return found


def killed(text):
    """Reads the last line of tests/drive/kill-random. At the first damaged file it stops, without this line."""
    match = re.search(r"^(\d+) runs of seed \d+: (\d+) ended by SIGKILL, (\d+) left a temporary file; .*$", text, re.M)
    if not match:
        raise ValueError("no line `N runs of seed S: ...`")
    runs, ended, left = match.groups()
    return {"blocks": [{"text": match.group(0)}],
            "figures": [figure("writers killed at random moments: files that are damaged or changed", 0, f"of {runs} runs", SHARE,
                               words=f"{runs} runs"),
                        figure("writers killed at random moments: temporary files that the next run removes", int(left), f"of {runs} runs",
                               words=f"{left} left a temporary file")]}


def grammar(text):
    """Reads how many random command lines differ from genisoimage, and how, as tests/grammar prints it."""
    rows = re.findall(r"^ *(\d+)  (.+)$", text, re.M)
    match = re.fullmatch(r"(of \d+) differ in a way that is not stated", rows[-1][1]) if rows else None
    if not match:
        raise ValueError("no line `N  of M differ in a way that is not stated`")
    return {"blocks": [{"columns": ["command lines", "how the result differs"], "rows": [list(row) for row in rows]}],
            "figures": [figure("random command lines that differ in a way not stated", int(rows[-1][0]), match.group(1), SHARE, "genisoimage",
                               words=store.line_of(rows[-1]))]}


def planted(text):
    """Reads which planted faults tests/fuzz/planted, tests/planted and tests/mutants have found."""
    fuzz = re.findall(r"^(\S+): (.*): found by (fuzz_\w+) in run (\d+): (.*)$", text, re.M)
    lost = re.findall(r"^(\S+): (.*): not found in (\d+) runs$", text, re.M)
    rows = [[f"`{file}`: `{fault}`", f"{target}, run {run}: {how}"] for file, fault, target, run, how in fuzz]
    rows += [[f"`{file}`: `{fault}`", "**nothing**"] for file, fault, _ in lost]
    others = [row for block in store.blocks(text) if "columns" in block for row in block["rows"]]
    sums = [(int(n), int(m)) for n, m in re.findall(r"^(\d+) (?:faults|mutants), (\d+) not found$", text, re.M)]
    n, m = len(fuzz) + len(lost) + sum(a for a, _ in sums), len(lost) + sum(b for _, b in sums)
    if n == 0:
        raise ValueError("nothing was planted")
    return {"blocks": [{"columns": ["fault", "found by"], "rows": rows + others}],
            "figures": [figure("planted faults: found by nothing", m, f"of {n}", SHARE)]}


def thinned(points):
    """Fewer points: each has more edges than the one before, and at least 1.2 times its executions; and the last point."""
    kept = []
    for n, covered in points:
        if not kept or covered != kept[-1][1] and n >= 1.2 * kept[-1][0]:
            kept.append([n, covered])
    return kept if not points or kept[-1] == list(points[-1]) else kept + [list(points[-1])]


def curves(folder):
    """For each target, as libFuzzer printed them: executions, and the edges of its code that were reached by then."""
    found = {}
    for log in sorted(glob.glob(os.path.join(folder, "*.log"))):
        with open(log, encoding="utf-8", errors="replace") as file:
            points = [(int(n), int(c)) for n, c in re.findall(r"^#(\d+)\s+\w+\s+cov: (\d+)", file.read(), re.M)]
        if points:
            found[os.path.basename(log)[:-4]] = thinned(points)
    return found


def fuzz(text):
    runs = re.findall(r"^(\w+): (\d+) runs in (\d+) s, no finding$", text, re.M)
    bad = re.findall(r"^(\w+): FOUND .*$", text, re.M)
    covered = re.findall(r"^(\S+\.c): lines ([\d.]+)%, branches ([\d.-]+)%?$", text, re.M)
    total = sum(int(n) for _, n, _ in runs)
    blocks = [{"columns": ["target", "runs", "seconds"], "rows": [list(row) for row in runs] + [[name, "**found something**", ""] for name in bad]}]
    figures = [figure("fuzzing: findings in a parser", len(bad), f"in {total:,} runs", SHARE)]
    if covered:
        blocks.append({"columns": ["file", "lines", "branches"], "rows": [[file, lines + " %", branches + " %"] for file, lines, branches in covered]})
    for file, lines, branches in covered:
        row = store.line_of([file, lines + " %", branches + " %"])
        figures.append(figure(f"fuzzing covers {file}, lines", float(lines), "%", [">=", 95], "", "covered", row))
        if branches != "-":
            figures.append(figure(f"fuzzing covers {file}, branches", float(branches), "%", [">=", 95], "", "covered", row))
    seen = curves(os.path.join(store.ROOT, "build", "fuzz", "work"))
    return {"blocks": blocks, "figures": figures, "curves": {name: seen[name] for name, _, _ in runs if name in seen}}


def coverage(text):
    rows = re.findall(r"^(\S+) +([\d.]+) ?%.*?([\d.]+) ?%.*$", text, re.M)
    rows = [row for row in rows if "/" in row[0] or row[0].isalpha()]
    figures = [figure(f"coverage by the host's suites, {what}", float(row[at]), "%")
               for row in rows if row[0] == "all" for what, at in (("lines", 1), ("branches", 2))]
    if not figures:
        raise ValueError("no row `all`")
    return {"blocks": [{"columns": ["room", "lines", "branches"], "rows": [[a, b + " %", c + " %"] for a, b, c in rows]}], "figures": figures}


def result(reader, name, text):
    """The blocks, figures and curves in a part's output. Raises ValueError if the reader finds no result in it."""
    if not text.strip():
        raise ValueError("nothing was printed")
    if reader in ("counts", "cuts"):
        return {"counts": counts, "cuts": cuts}[reader](text, name)
    return {"tables": tables, "killed": killed, "grammar": grammar, "planted": planted, "fuzz": fuzz, "coverage": coverage}[reader](text)
