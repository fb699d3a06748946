# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of the evidence: one file, which loads nothing from elsewhere and has no scripts."""
import html
import re

import figures
import plots
import store
import style
from figures import MET, MISSED, TOLD, UNKNOWN
from plots import shown

MARKS = {MET: ("good", "✓"), MISSED: ("bad", "✗"), TOLD: ("soft", "·"), UNKNOWN: ("soft", "–")}
STATUS = {"done": ("good", "✓"), "failed": ("bad", "✗"), "not run": ("soft", "–")}


def esc(text):
    return html.escape(str(text))


def inline(text):
    """Text as HTML, with `code` and **bold** of Markdown."""
    text = re.sub(r"`([^`]*)`", r"<code>\1</code>", esc(text))
    return re.sub(r"\*\*([^*]*)\*\*", r"<b>\1</b>", text)


def mark(word, marks):
    kind, sign = marks[word]
    return f'<span class="verdict {kind}"><span aria-hidden="true">{sign}</span> {esc(word)}</span>'


def of_what(one):
    """Date, commit and machine of a figure."""
    return ", ".join(filter(None, (one["date"], one["commit"] and f"commit {one['commit']}", one["machine"])))


def title_of(one):
    return figures.title_of(one["name"], one["peer"])


# --- the top ---

def overall(results, new, about):
    missed = [one for one in results if one["verdict"] == MISSED]
    failed = [section for section in new if section["status"] == "failed"]
    met = sum(one["verdict"] == MET for one in results)
    asked = met + len(missed)
    good = not missed and not failed
    lines = [f"<li>{esc(title_of(one))}: <b>{shown(one['value'])} {esc(one['unit'])}</b>, asked for {esc(one['asked'])} <span class='note'>({esc(of_what(one))})</span></li>" for one in missed]
    lines += [f"<li>{esc(section['title'])}: failed, {esc(section['reason'])}</li>" for section in failed]
    told = sum(one["verdict"] == TOLD for one in results)
    words = (f"All {asked} figures that something was asked of meet it." if good else
             f"{met} of {asked} figures that something was asked of meet it; {len(missed)} {'does' if len(missed) == 1 else 'do'} not.")
    if failed:
        words += f" {len(failed)} part{' has' if len(failed) == 1 else 's have'} failed."
    run = sum(section["status"] == "done" for section in new)
    words += f" {told} are told without a bound. {run} of {len(new)} parts were run for this commit; other figures are the newest that are stored."
    if about["short"]:
        words += " This is a short run: it proves that the machinery works, and its times are in no figure."
    return (f'<div class="overall {"good" if good else "bad"}"><p>{mark(MET, MARKS) if good else mark(MISSED, MARKS)} {esc(words)}</p>'
            + (f"<ul>{''.join(lines)}</ul>" if lines else "") + "</div>")


# --- plots ---

def short_of(one, common):
    """The name of a row. If the title of the plot says what the row is about, the name does not repeat it."""
    name = one["name"].removeprefix(common)
    return f"{one['peer']}: {name}" if common and one["peer"] else name if common else title_of(one)


def bars_of(results, group, title, caption, common=""):
    """@common: the words with which the names of all rows begin, and which the plot omits."""
    rows = [one for one in results if one["group"] == group and one["value"] is not None]
    rows.sort(key=lambda one: (one["peer"] not in ("genisoimage", ""), one["peer"]))
    return plots.bars(title, caption, [(short_of(one, common), one["value"], one["unit"], one["bound"], one.get("old", {}).get("value"), of_what(one))
                                       for one in rows]) if rows else ""


def size_bars(new, kept):
    for section in new + kept:
        for block in section["blocks"]:
            if block.get("columns", [""])[0] == "part of seedrive-guest":
                rows = [(row[0], float(row[1]), "bytes", None, None, "") for row in block["rows"] if "**" not in row[0]]
                top, rest = rows[:14], rows[14:]
                if rest:
                    top.append((f"{len(rest)} others together", sum(row[1] for row in rest), "bytes", None, None, ""))
                whole = sum(row[1] for row in rows)
                return plots.bars("Size of the guest by part", f"Bytes of seedrive-guest, {shown(whole)} in all, by the source they come from: "
                                  f"{of_what(section)}.", top)
    return ""


def all_plots(results, new, kept):
    drawn = [
        bars_of(results, "ratio", "Against peers", "Ours to theirs, in pairs that took turns within one run: 1 is as long as the peer takes, less is faster. "
                "The line is what was asked for, the hollow mark the figure before."),
        bars_of(results, "ready", "Time to a ready crng", "Seconds of the kernel's clock in the first boot of a whole Debian, starved of entropy, until "
                "its generator is ready, with a seed and without; and until systemd makes the machine-id, which should find it ready.", "a whole Debian, "),
        bars_of(results, "fair", "Fairness", "Deviation of what clients got, by their weight, from the mean. Less is fairer; the line is the most that was asked for.", "fairness, "),
        bars_of(results, "light", "A light client beside 1000 that ask without end", "Milliseconds that it waits for an answer; the line is the most that was asked for.",
                "a light client beside 1000: "),
        bars_of(results, "streams", "Streams", "Megabytes for a second of the server's CPU. More is better; the line is the least that was asked for.", "a stream by EGD, "),
        size_bars(new, kept),
    ]
    curves = next((section for section in new + kept if section.get("curves")), None)
    if curves:
        drawn.append(plots.curves("Fuzzing coverage over time", "Edges of each target's code that its inputs have reached, by executions, on a scale of "
                                    f"powers of ten: {of_what(curves)}.", curves["curves"]))
    else:
        drawn.append('<figure><h3>Fuzzing coverage over time</h3><p class="note">Not measured: no run has recorded it; '
                       "<code>make evidence PARTS=fuzz</code> does.</p></figure>")
    return '<div class="plots">' + "".join(drawn) + "</div>"


# --- tables ---

def row_of(one):
    value = "not measured" if one["value"] is None else f"{shown(one['value'])} {esc(one['unit'])}"
    old = one.get("old")
    before = f"{shown(old['value'])} {esc(old['unit'])}<br><span class='note'>{esc(', '.join(filter(None, (old['date'], old['commit']))))}</span>" if old else "–"
    return (f"<tr><th scope='row'>{esc(title_of(one))}</th><td>{mark(one['verdict'], MARKS)}</td><td data-label='Figure' class='number'>{value}</td>"
            f"<td data-label='Asked for'>{esc(one['asked']) or '–'}</td><td data-label='Before' class='number'>{before}</td>"
            f"<td data-label='Of' class='note'>{esc(of_what(one)) or '–'}</td></tr>")


def table_of_figures(results):
    order = {MISSED: 0, MET: 1, TOLD: 2, UNKNOWN: 3}
    rows = sorted(results, key=lambda one: order[one["verdict"]])
    return ('<table class="stack"><caption>What was missed comes first, then what was met, what nothing was asked of, and what was not measured.</caption>'
            "<thead><tr><th scope='col'>What</th><th scope='col'>Verdict</th><th scope='col' class='number'>Figure</th><th scope='col'>Asked for</th>"
            "<th scope='col' class='number'>Before</th><th scope='col'>Date, commit, machine</th></tr></thead><tbody>"
            + "".join(row_of(one) for one in rows) + "</tbody></table>")


def table_of_parts(new):
    rows = "".join(f"<tr><th scope='row'>{esc(section['name'])}</th><td>{mark(section['status'], STATUS)}</td>"
                   f"<td data-label='Time'>{shown(section['seconds']) + ' s' if 'seconds' in section else '–'}</td>"
                   f"<td data-label='Why'>{esc(section['reason']) or '–'}</td></tr>" for section in new)
    return ('<table class="stack"><thead><tr><th scope="col">Part</th><th scope="col">Status</th><th scope="col">Time</th>'
            f'<th scope="col">Why</th></tr></thead><tbody>{rows}</tbody></table>')


def block_of(block):
    if "text" in block:
        return f"<p>{inline(block['text'])}</p>"
    head = "".join(f"<th scope='col'>{inline(cell)}</th>" for cell in block["columns"])
    rows = "".join("<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>" for row in block["rows"])
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def detail(section):
    if not section["title"] or not section["blocks"]:
        return ""
    return (f"<details><summary>{inline(section['title'])}</summary><p class='note'>Date {esc(section['date'])}, commit "
            f"{esc(section['commit'] or 'not noted')}, machine: {esc(section['machine'] or 'not noted')}.</p>"
            + "".join(block_of(block) for block in section["blocks"]) + "</details>")


# --- the page ---

def whole(about, results, new, kept):
    """The whole page, from the figures, the sections of this run and the stored sections."""
    body = [
        f"<header><h1>seedrive: the evidence</h1><p class='when'>Made on {esc(about['date'])}, commit <b>{esc(about['commit'])}</b>, "
        f"{esc(about['machine'])}, by <code>make evidence</code>.</p></header>",
        overall(results, new, about),
        "<section><h2>At a glance</h2>" + all_plots(results, new, kept) + "</section>",
        "<section><h2>What was run, and what was not</h2>" + table_of_parts(new)
        + "<p class='paper note'>Their tables are on the page as a screen shows it; the stored ones are in bench/RESULTS.md too.</p></section>",
        "<section class='figures'><h2>Each figure</h2>" + table_of_figures(results) + "</section>",
        "<section class='all'><h2>All tables</h2><p>Those of this run, then the stored ones, which "
        "bench/RESULTS.md is made of.</p>"
        + "".join(detail(section) for section in new + kept) + "</section>",
    ]
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>seedrive: the evidence, {esc(about['commit'])}</title>\n<style>\n{style.STYLE}</style>\n</head>\n<body>\n"
            + "\n".join(body) + "\n</body>\n</html>\n")
