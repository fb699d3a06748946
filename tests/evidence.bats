#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench/evidence with a table of our own parts in place of its table: which parts it runs, keeps, resumes and shows.

# Each test is a subshell of its own, and `run` sets variables.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)

load lib/base

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export EVIDENCE=$BATS_TEST_TMPDIR/evidence HERE=$BATS_TEST_TMPDIR
	mkdir "$EVIDENCE"
	cat >with_parts.py <<-'END'
		import importlib.machinery, importlib.util, os, sys
		root, words = sys.argv[1], sys.argv[2:]
		path = os.path.join(root, "bench", "evidence")
		loader = importlib.machinery.SourceFileLoader("evidence", path)
		evidence = importlib.util.module_from_spec(importlib.util.spec_from_loader("evidence", loader))
		sys.dont_write_bytecode = True
		loader.exec_module(evidence)
		part, here = evidence.parts.part, os.environ["HERE"]
		evidence.parts.BUILD = f"echo build >>{here}/built"
		evidence.parts.PARTS = [
		    part("good", 1, "A good part", f"echo run >>{here}/good; cat {here}/says", "tables", "echo short"),
		    part("bad", 61, "A bad part", f"echo run >>{here}/bad; echo '3 passed, 1 failed'; exit 1", "counts"),
		    part("silent", 1, "One that says nothing", "true", "tables"),
		]
		sys.exit(evidence.main(words))
	END
	printf '%s\n' 'Words.' '' '| a | b |' '|---|---|' '| x | 1 |' '' '3 mutants, 0 not found' >says
}

evidence() {
	PYTHONDONTWRITEBYTECODE=1 python3 with_parts.py "$ROOT" "$@"
}

page() {
	cat "$EVIDENCE/index.html"
}

@test "evidence: make builds each program that measures" {
	ordinary_make all bench-programs
}

@test "evidence: the time is said before anything runs, and a part that is there is not run again" {
	run evidence good
	[ "${lines[0]}" = "evidence: 1 of 1 parts to run, about 0 h 01 min with nothing else on the machine" ]
	[ "${lines[1]}" = "good: about 1 min" ] || [ "${lines[2]}" = "good: about 1 min" ]
	run evidence good
	[ "${lines[0]}" = "evidence: 0 of 1 parts to run, about 0 h 00 min with nothing else on the machine" ]
	[ "${lines[1]}" = "good: is there" ]
	[ "$(wc -l <good)" -eq 1 ]
}

@test "evidence: this commit is built before the first part; without a build, no part is run" {
	run evidence good
	run evidence good
	[ "$(cat built)" = build ]
	sed -i 's,{here}/built",{here}/built; exit 2",' with_parts.py
	RERUN=1 run -1 evidence good
	[[ "${lines[-1]}" == "evidence: the build ended with 2: see "*/build.log ]]
	[ "$(wc -l <good)" -eq 1 ]
}

@test "evidence: a part that fails, or says nothing, fails the run, is shown with the reason, and is run again" {
	run -1 evidence bad silent
	[[ "$output" == *"bad: failed in "*": ended with 1: see "* ]]
	[[ "$output" == *"silent: failed in "*": nothing was printed: see "* ]]
	[[ "$(page)" == *"A bad part"*"failed"*"ended with 1"* ]]
	run -1 evidence bad
	[ "$(wc -l <bad)" -eq 2 ]
}

@test "evidence: a part that does not give one of its figures has failed, and is not kept" {
	cat >>says <<-'END'

		| boots | first, s | last, s |
		|---|---|---|
		| old name | 4 | 5 |
		| old name | 2 | 9 |
	END
	# shellcheck disable=SC2016 # Python
	sed -i '/^sys.exit/i figure = evidence.figures.Figure\nevidence.figures.FIGURES = [figure("a boot: the last", "good", "boots", row, "last", "s", ("<=", 9), of=max) for row in ("new name", "old name")]' with_parts.py
	run evidence good
	[[ "$output" == *"good: done in "* ]]
	[[ "$(page)" == *"a boot: the last"*">9 s<"* ]]
	sed -i 's/("new name", "old name")/("new name",)/' with_parts.py
	RERUN=1 run -1 evidence good
	[[ "$output" == *"good: failed in "*": gives no figure for: a boot: the last: see "*"good.log"* ]]
	[[ "$(page)" == *"A good part"*"failed"*"gives no figure for: a boot: the last"* ]]
	run -1 evidence --keep good
	[[ "$output" == "evidence: good: no whole result of a commit" ]]
	SHORT=1 run evidence good
	[[ "$output" == *"good: done in "* ]]
}

@test "evidence: the newest result has a figure of each name once, and the one before is of another result" {
	PYTHONDONTWRITEBYTECODE=1 python3 - "$ROOT" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1] + "/bench/lib")
		import figures
		columns = [figures.OURS, "ours, ms", "its, ms", "wall ratio", "CPU ratio", "our peak, KiB", "its peak, KiB"]
		def section(date, *rows):
		    return {"part": "mkisofs", "date": date, "commit": "", "machine": "", "blocks": [
		        {"columns": columns, "rows": [[name, "1", "2", ratio, "0.5", "1", "2"] for name, ratio in rows]}]}
		new = section("2026-12-02", ("tmpfs, a new file, Nova's tree", "**0.31**"), ("tmpfs, over an old image, Nova's tree", "**0.32**"),
		              ("tmpfs, Nova's tree, against pycdlib", "**0.03**"))
		old = section("2026-12-01", ("tmpfs, Nova's tree", "**0.42**"))
		found = {(one["name"], one["peer"]): one for one in figures.records([old, new])}
		fresh = found["seedrive-mkisofs, Nova's tree, a new file, tmpfs", "genisoimage"]
		over = found["seedrive-mkisofs, Nova's tree, over an old image, tmpfs", "genisoimage"]
		assert (fresh["value"], fresh["verdict"], "old" in fresh) == (0.31, "met", False), fresh
		assert (over["value"], over["verdict"], over["old"]["value"], over["old"]["date"]) == (0.32, "met", 0.42, "2026-12-01"), over
		assert found["seedrive-mkisofs, Nova's tree, tmpfs", "pycdlib"]["value"] == 0.03
	END
}

@test "evidence: a run that is stopped goes on where it was" {
	# The first part is complete, and the signal stops the run during the second part.
	# shellcheck disable=SC2016 # for the inner shell
	sed -i 's/; exit 1"/; kill -TERM $PPID; sleep 20"/' with_parts.py
	run evidence good bad
	[ "$status" -ne 0 ]
	[ "$(wc -l <good)" -eq 1 ]
	# shellcheck disable=SC2016 # the same
	sed -i 's/; kill -TERM $PPID; sleep 20"/; true"/' with_parts.py
	run evidence good bad
	[[ "$output" == *"evidence: 1 of 2 parts to run, about 1 h 01 min"* ]]
	[[ "$output" == *"good: is there"*"bad: done in "* ]]
	[ "$(wc -l <good)" -eq 1 ]
}

@test "evidence: what nobody chose is on the page as not run, and why" {
	run evidence good
	[[ "$(page)" == *"A bad part"*"not run"*"not chosen"* ]]
	SHORT=1 run evidence
	[[ "$output" == *"bad: not run: has no short form"* ]]
	[[ "$(page)" == *"This is a short run"* ]]
}

@test "evidence: a fault that nothing finds makes the page red, and the run fails" {
	run evidence good
	[[ "$(page)" != *"found by nothing: <b>"* ]]
	sed -i 's/3 mutants, 0/3 mutants, 1/' says
	RERUN=1 run -1 evidence good
	[[ "$(page)" == *'class="overall bad"'*"faults in the guest&#x27;s program: found by nothing: <b>1 of 3</b>, asked for exactly 0"* ]]
}

@test "evidence: a short run is in no figure, and is not kept" {
	SHORT=1 run evidence good
	SHORT=1 run -1 evidence --keep good
	[[ "$output" == "evidence: good: no whole result of a commit" ]]
}

@test "evidence: the page needs nothing from elsewhere, and no script" {
	evidence --page
	run grep -ciE '<script|<link|<img|src=|href=|@import|url\(|https?://[^<]*\.(css|js|png)' "$EVIDENCE/index.html"
	[ "$output" = 0 ]
	python3 - "$EVIDENCE/index.html" <<-'END'
		import html.parser, sys
		class Check(html.parser.HTMLParser):
		    void = {"meta", "br", "path"}
		    def __init__(self):
		        super().__init__()
		        self.open = []
		    def handle_starttag(self, tag, attrs):
		        if tag not in self.void:
		            self.open.append(tag)
		    def handle_endtag(self, tag):
		        assert tag in self.void or self.open.pop() == tag, (tag, self.getpos())
		check = Check()
		check.feed(open(sys.argv[1], encoding="utf-8").read())
		assert not check.open
	END
}

@test "evidence: the bytes of the guest's program are counted by source, and all are counted" {
	ordinary_make build/guest/seedrive-guest
	"$ROOT/bench/guest_size" >sizes
	grep -qE '^\| guest/main\.c \| [1-9][0-9]{2,} \|$' sizes
	grep -qE '^\| util/wire/record\.c \| [1-9][0-9]{2,} \|$' sizes
	awk -F ' *\\| *' '$2 == "**the program**" { whole = $3; next } $3 > 0 { sum += $3 } END { exit whole == 0 || sum != whole }' sizes
	[ "$(tail -1 sizes)" = "| **the program** | $(stat -c %s "$ROOT/build/guest/seedrive-guest") |" ]
}

@test "evidence: an unknown part is refused, with the names of those that there are" {
	run -1 evidence nothing
	[ "$output" = "evidence: nothing: no such part: good bad silent" ]
}

@test "evidence: what each command prints is read: counts, fuzzing, planted faults, coverage, cuts, killed writers" {
	PYTHONDONTWRITEBYTECODE=1 python3 - "$ROOT" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1] + "/bench/lib")
		import read
		def value(reader, text, name):
		    return {one["name"]: one["value"] for one in read.result(reader, "p", text)["figures"]}[name]
		assert value("counts", "not ok 1 x\n9 passed, 2 failed, 1 skipped\n", "p: tests that fail") == 2
		fuzz = "iso: 2000 runs in 3 s, no finding\niso/read.c: lines 99.5%, branches 98.7%\n"
		assert value("fuzz", fuzz, "fuzzing: findings in a parser") == 0
		assert value("fuzz", fuzz, "fuzzing covers iso/read.c, branches") == 98.7
		assert value("fuzz", "iso: FOUND something, see x\n", "fuzzing: findings in a parser") == 1
		planted = "a/b.c: x > y: found by fuzz_b in run 7: SEGV\na/c.c: n: not found in 10 runs\n\n5 faults, 1 not found\n"
		assert value("planted", planted, "planted faults: found by nothing") == 2
		lines = "     2  levels\n     0  of 20 differ in a way that is not stated\n"
		assert value("grammar", lines, "random command lines that differ in a way not stated") == 0
		assert value("grammar", lines.replace(" 0  of", " 1  of"), "random command lines that differ in a way not stated") == 1
		rooms = "      lines    branches\ncli/check   50.0 % of     2   75.0 % of     4\nall   90.0 % of    10   80.0 % of    10\n"
		assert value("coverage", rooms, "coverage by the host's suites, lines") == 90
		assert value("coverage", rooms, "coverage by the host's suites, branches") == 80
		ends = "".join(f"# {disk}: flushes=7 first=6 later=13 never=2 twice=0\n" for disk in ("dir", "drive", "carry"))
		ends += "# twins: boots=200 once=145 forfeited=55 never=0 twice=1\n4 passed, 0 failed\n"
		assert value("cuts", ends, "two copies at once on each of 200 boots: credited twice") == 1
		import figures
		section = {"part": "cuts", "date": "", "commit": "", "machine": "", **read.result("cuts", "cuts", ends)}
		assert not figures.not_given(section)
		assert section["blocks"][1]["rows"][0] == ["the ledger's folder", "7", "21", "6", "13", "2", "0"]
		section = {**section, **read.result("cuts", "cuts", ends.replace("# drive", "# other"))}
		assert figures.not_given(section) == ["power cut at each flush, the tombstone: credited twice"]
		killed = "20 runs of seed 7: 14 ended by SIGKILL, 2 left a temporary file; build new: 20\n"
		assert value("killed", killed, "writers killed at random moments: temporary files that the next run removes") == 2
		assert value("killed", killed, "writers killed at random moments: files that are damaged or changed") == 0
		for reader in ("counts", "cuts", "killed", "grammar", "planted", "coverage"):
		    try:
		        read.result(reader, "p", "nothing of it\n")
		    except ValueError:
		        continue
		    assert False, reader
	END
}
