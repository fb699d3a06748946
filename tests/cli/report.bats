#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The report of seedrive check: the page that --report writes, also in a real browser.

# Each test is a subshell of its own, `run` sets variables, quoted commands are for inner shells, and teardown reads HOLDER.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/check

@test "report: only the owner can read a new file, an old one keeps its mode, and is replaced in one step" {
	sample uniform
	(umask 000 && "$TOOL" check -n 2048 --report page.html file:uniform >said)
	[ "$(stat -c %a page.html)" = 600 ]
	cp page.html old
	chmod 644 page.html
	exec {open}<page.html
	"$TOOL" check -n 1024 --report page.html file:uniform >said
	[ "$(stat -c %a page.html)" = 644 ]
	cmp old - <&"$open"
	run -1 cmp -s old page.html
	holds old page.html said uniform
}

@test "report: a path that cannot be written is named before anything is sampled, and no file is left" {
	need_mounts
	mkdir folder closed
	chmod 555 closed
	mkfifo fifo
	fails 1 "seedrive: check: folder: Is a directory" "$TOOL" check --report folder file:fifo
	fails 1 "seedrive: check: none/page: No such file or directory" \
		"$TOOL" check --report none/page file:fifo
	fails 1 "seedrive: check: closed/page: Permission denied" \
		unprivileged "$TOOL" check --report closed/page file:fifo
	fails 1 "seedrive: check: /dev/null: not a regular file" "$TOOL" check --report /dev/null file:fifo
	sample uniform
	fails 1 "seedrive: check: disk/page: No space left on device" mounted 4k sh -c '
		head -c 4096 /dev/zero >disk/full
		"$TOOL" check -n 2048 --report disk/page file:uniform
		status=$?
		[ "$(ls -A disk)" = full ] || exit 10
		exit "$status"'
	(cd folder && holds)
	(cd closed && holds)
	holds closed disk fifo folder uniform
}

@test "report: an interrupted run leaves the old page unchanged, and no other file" {
	mkfifo fifo
	echo old >page.html
	"$TOOL" check --report page.html file:fifo,deadline=60s 3>&- &
	HOLDER=$!
	# Wait until its new file, which has no name, is open.
	until [[ $(ls -l "/proc/$HOLDER/fd") == *"$PWD/#"* ]]; do
		kill -0 "$HOLDER"
	done
	kill -TERM "$HOLDER"
	wait "$HOLDER" || [ $? -eq 143 ]
	run -1 kill -0 "$HOLDER"
	[ "$(cat page.html)" = old ]
	holds fifo page.html
}

@test "report: a source that failed is in it too, with the reason" {
	sample stuck
	run -3 "$TOOL" check -n 19968 --report page.html file:stuck file:missing
	grep -q '<p class="reason">9 equal samples in a row, cutoff 9</p>' page.html
	grep -q '<p class="reason">No such file or directory</p>' page.html
	grep -q 'What these figures do not prove' page.html
}

# overall: print the beginning of page.html, without tags.
overall() {
	sed -n '/<div id="verdict"/,/<\/div>/p' page.html | sed 's/<[^>]*>//g' | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

@test "report: it begins with one verdict, which matches the exit status, and has the reasons" {
	sample uniform
	sample stuck
	sample nibbles
	run -0 "$TOOL" check -n 2048 --report page.html file:uniform
	[ "$(overall)" = "✓ passed The source has passed." ]
	run -0 "$TOOL" check -n 2048 --report page.html file:uniform kernel
	[ "$(overall)" = "✓ passed All 2 sources have passed." ]
	run -3 "$TOOL" check -n 2048 --report page.html file:uniform file:stuck
	[ "$(overall)" = "✗ failed 1 of 2 sources has failed. file:stuck: 9 equal samples in a row, cutoff 9" ]
	run -3 "$TOOL" check -n 2048 --report page.html file:missing file:stuck
	[ "$(overall)" = "✗ failed All 2 sources have failed. file:missing: No such file or directory file:stuck: 9 equal samples in a row, cutoff 9" ]
	run -3 "$TOOL" check -n 30000 --min-estimate 2.5 --report page.html file:nibbles
	[[ "$(overall)" =~ ^"✗ failed The source has passed. An estimate is below --min-estimate. file:nibbles: estimated at 1."[0-9]{3}" bits a byte, --min-estimate 2.5"$ ]]
	# This source passes, and the page mentions its low estimate.
	key fifo cat nibbles
	run -0 "$TOOL" check -n 30000 --report page.html file:fifo,bits=4
	[[ "$(overall)" =~ ^"✓ passed The source has passed. file:fifo: passed its tests, but is estimated at 1."[0-9]{3}" bits a byte, below the 4 assessed"$ ]]
	# Only the title comes before the verdict.
	[[ "$(sed 's/.*<body>//; s/<[^>]*>//g' page.html | tr -s ' \n' ' ')" =~ "by seedrive "[0-9.]+" ✓ passed" ]]
}

@test "report: all estimates and assessments are in bits a byte, also in the text" {
	sample nibbles
	key fifo cat nibbles
	run -0 "$TOOL" check -n 20480 --json --report page.html file:fifo,bits=2.5
	printf '%s' "$output" >said
	grep -qF '; assessed at 2.5 bits a byte, 5 for each 2 bytes</p>' page.html
	grep -qF '<td data-label="Bound">assessed at 2.5 bits a byte</td>' page.html
	grep -qF '<td class="number" data-label="Assessed, bits a byte">2.5</td>' page.html
	run -1 grep -E 'bits a bit\b|bits per' page.html
	python 'import re
page = open("page.html").read()
rows = dict((name, numbers) for name, *numbers in re.findall(
    r"<th scope=\"row\">([^<]*)</th><td class=\"number\">([^<]*)</td><td class=\"number\">([^<]*)</td>", page))
assert len(rows) == 10, rows
for e in source["estimate"]["estimators"]:
    want = [None if e["of_bytes"] is None else e["of_bytes"], None if e["of_bits"] is None else 8 * e["of_bits"]]
    assert rows[e["estimator"]] == ["–" if w is None else "%.4f" % w for w in want], (e, rows)'
	key other cat nibbles
	run -0 "$TOOL" check -n 20480 file:other,bits=2.5
	[[ $output == *"assessed at 2.5 bits a byte"* ]]
	# The singular is right: not "1 blocks".
	head -c 3072 nibbles >one
	run -0 "$TOOL" check -n 3072 --report page.html file:one
	[[ $output == *" of 1 block failed"* ]]
	run -1 grep -E '\b1 (blocks|retries|points|different values|sources)\b' page.html
}

@test "report: all characters in names are escaped" {
	local name=$'<b onclick="x">&\'\x1b[31m\xff\u202e</b>'
	mkdir "${name%/*}"
	head -c 2048 /dev/urandom >"$name"
	"$TOOL" check -n 2048 --report page.html "file:$name" >said
	grep -qF 'file:<b onclick="x">&'"'"'\x1b[31m\xff' said
	run -1 grep -qaP '\x1b|\xff' said
	grep -qF "file:&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;\\x1b[31m\\xff"$'\u202e'"&lt;/b&gt;" page.html
	run -1 grep -qF '<b onclick' page.html
	iconv -f utf-8 -t utf-8 page.html >/dev/null
	# The page has no control characters except at the ends of lines.
	run -1 grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' page.html
}

# browser OPTION... FILE: run Chromium with its files outside of this folder; its log is in `log`.
browser() {
	local profile
	profile=$(mktemp -d "$BATS_TEST_TMPDIR/profile.XXXXXX")
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--disable-dev-shm-usage --enable-logging=stderr --user-data-dir="$profile" \
		"${@:1:$#-1}" "file://$PWD/${*: -1}" 2>log 3>&-
}

@test "report: in a browser each plot has its bars or points, with the height of the figures" {
	sample uniform
	sample bell
	run -0 --separate-stderr "$TOOL" check --json -n 29952 --report page.html file:uniform file:bell kernel
	printf '%s' "$output" >said
	browser --dump-dom page.html >dom
	run -1 grep -E 'CONSOLE|Refused|Uncaught' log
	/usr/bin/python3 - <<-'END'
		import json, math
		from html.parser import HTMLParser

		class Page(HTMLParser):
		    def __init__(self):
		        super().__init__()
		        self.plots, self.ids, self.refs, self.tags, self.plot = {}, [], [], [], None

		    def handle_starttag(self, tag, attrs):
		        a = dict(attrs)
		        self.tags.append((tag, a))
		        if "id" in a:
		            self.ids.append(a["id"])
		        self.refs += a.get("aria-labelledby", "").split()
		        if tag == "svg":
		            self.plot = self.plots[a["id"]] = []
		            assert a["role"] == "img" and len(a["aria-labelledby"].split()) == 2
		        elif self.plot is not None:
		            self.plot.append((tag, a))

		    def handle_endtag(self, tag):
		        if tag == "svg":
		            self.plot = None

		page = Page()
		page.feed(open("dom").read())
		said = json.load(open("said"))["sources"]
		assert len(page.plots) == 4 * len(said) == 12, page.plots.keys()
		assert len(set(page.ids)) == len(page.ids) and set(page.refs) <= set(page.ids)

		def bars(name):
		    return [(float(a["height"]), a["class"]) for tag, a in page.plots[name] if tag == "rect"]

		def alike(have, want):
		    """Checks that the heights are in the same proportion as the figures."""
		    scale = sum(have) / sum(want)
		    assert all(abs(h - scale * w) < 0.02 for h, w in zip(have, want)), (have, want)

		for number, source in enumerate(said, 1):
		    histogram = bars(f"histogram-{number}")
		    assert len(histogram) == 256
		    alike([h for h, _ in histogram], source["histogram"])
		    lags = bars(f"lags-{number}")
		    assert len(lags) == 64
		    alike([h for h, _ in lags], [abs(r) for r in source["autocorrelation"]])
		    beyond = [abs(r) > source["autocorrelation_bound"] for r in source["autocorrelation"]]
		    assert [c == "bar beyond" for _, c in lags] == beyond
		    bounds = [a for tag, a in page.plots[f"lags-{number}"] if a.get("class") == "bound"]
		    assert len(bounds) == 2
		    runs = bars(f"runs-{number}")
		    assert len(runs) == 16
		    alike([h for h, _ in runs], [math.log(n / 0.5) if n else 0 for n in source["runs"]])
		    assert [c == "bar beyond" for _, c in runs] == [False] * 8 + [True] * 8
		    points = [t for t, _ in page.plots[f"rate-{number}"] if t == "circle"]
		    assert len(points) == len(source["delivered"]) - 1 >= 60

		# The page fetches and runs nothing; its tables have captions.
		for tag, a in page.tags:
		    assert tag not in ("script", "img", "link", "iframe", "object"), tag
		    assert all(a.get(k, "#").startswith("#") for k in ("href", "src")), a
		    assert not any(k.startswith("on") for k in a), a
		    assert tag != "th" or a["scope"] in ("row", "col"), a
		count = [tag for tag, _ in page.tags].count
		assert count("table") == count("caption") == 1 + 3 * len(said)
		assert count("section") == len(said)
		assert "url(" not in open("page.html").read()
	END
	# A page that does load or run something is reported in the log.
	sed 's|</main>|<img src="none.png"><script>none()</script></main>|' page.html >bad.html
	browser --dump-dom bad.html >/dev/null
	grep -q CONSOLE log
}

@test "report: in print each source has at least one page, with all of its text" {
	sample uniform
	sample stuck
	run -3 "$TOOL" check -n 19968 --report page.html file:uniform file:stuck
	browser --print-to-pdf=page.pdf --no-pdf-header-footer page.html
	pages=$(pdfinfo page.pdf | sed -n 's/^Pages: *//p')
	[ "$pages" -ge 3 ]
	[ "$pages" -le 7 ]
	pdftotext -layout page.pdf text
	for words in "What these figures do not prove" "file:uniform" "file:stuck" "Byte histogram" \
		"Bit autocorrelation" "cutoff 9" "Rate over time" "Most Common Value" "LZ78Y" "Continuous run"; do
		grep -qF "$words" text
	done
	# The second source begins on a new page.
	sed 's/\f/\n\f/g' text | grep -qE $'^\f *file:stuck'
}

@test "report: in a window of 380 pixels nothing is wider than the window" {
	local long
	long=$(printf 'a%.0s' {1..120})
	sample uniform
	cp uniform "$long"
	run -3 "$TOOL" check -n 29952 --report page.html "file:$long" file:missing
	# Chromium's windows are at least 500 pixels wide, so the page is in a frame; the outer page may read the frame.
	cat >frame.html <<-'END'
		<iframe src="page.html" style="width: 380px; height: 800px; border: 0"></iframe>
		<script>
		onload = () => {
		  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
		  const wide = [...page.querySelectorAll("table, td, th, p, svg, li, h1, h2")].filter(
		    e => e.getBoundingClientRect().right > root.clientWidth + 1).map(e => e.outerHTML.slice(0, 80));
		  document.title = `${root.clientWidth} ${root.scrollWidth <= root.clientWidth} ${wide.length} ${wide[0]}`;
		};
		</script>
	END
	browser --allow-file-access-from-files --dump-dom frame.html >dom
	[[ "$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' dom)" =~ ^3[678][0-9]" true 0 undefined"$ ]]
}

@test "report: it has a light and a dark theme, and text is readable in both" {
	sample uniform
	"$TOOL" check -n 2048 --report page.html file:uniform >said
	for theme in 0 1; do
		browser --blink-settings=preferredColorScheme="$theme" --window-size=900,600 \
			--screenshot="$PWD/$theme.png" page.html
	done
	# The first pixel is the background, which must be dark in the first theme and light in the second.
	/usr/bin/python3 - <<-'END'
		import struct, zlib

		def rows(path):
		    data, at, idat = open(path, "rb").read(), 8, b""
		    while at < len(data):
		        size, kind = struct.unpack(">I4s", data[at:at + 8])
		        body = data[at + 8:at + 8 + size]
		        if kind == b"IHDR":
		            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
		        idat += body if kind == b"IDAT" else b""
		        at += 12 + size
		    assert depth == 8 and colour in (2, 6)
		    n, raw, before = 3 if colour == 2 else 4, zlib.decompress(idat), None
		    for y in range(height):
		        kind, line = raw[y * (width * n + 1)], bytearray(raw[y * (width * n + 1) + 1:][:width * n])
		        before = before or bytearray(width * n)
		        for i in range(width * n):
		            a, b = line[i - n] if i >= n else 0, before[i]
		            c = before[i - n] if i >= n else 0
		            p = a + b - c
		            near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
		            line[i] = line[i] + (0, a, b, (a + b) // 2, near)[kind] & 255
		        before = line
		        yield [sum(line[i:i + 3]) for i in range(0, width * n, n)]

		for path, dark in (("0.png", True), ("1.png", False)):
		    picture = list(rows(path))
		    paper = picture[0][0]
		    assert (paper < 150) == dark and (paper > 700) != dark, (path, paper)
		    ink = max(abs(p - paper) for row in picture[:200] for p in row)
		    assert ink > 500, (path, ink)
	END
}
