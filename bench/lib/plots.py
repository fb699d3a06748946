# SPDX-License-Identifier: GPL-2.0-or-later
"""Plots: bars as a list that a narrow page can break, curves as SVG. Each number has its unit."""
import html
import math


def shown(value):
    """A number as text: a whole number with all digits, any other with about four; commas separate the thousands."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    digits = max(0, 3 - int(math.floor(math.log10(abs(value))))) if value else 0
    return f"{value:,.{min(digits, 6)}f}".rstrip("0").rstrip(".")


def is_missed(value, bound):
    return bool(bound) and not (value <= bound[1] if bound[0] == "<=" else value >= bound[1] if bound[0] == ">=" else value == bound[1])


def bar(row, most):
    name, value, unit, bound, old, what = row
    share = min(100 * value / most, 100) if most else 0
    marks = ""
    if bound:
        marks += f'<span class="limit" style="left:{100 * bound[1] / most:.2f}%" title="asked for: {bound[1]:g}"></span>'
    if old is not None:
        marks += f'<span class="before" style="left:{100 * old / most:.2f}%" title="before: {shown(old)}"></span>'
    asked = f" <span class='note'>({ {'<=': 'at most', '>=': 'at least', '==': 'exactly'}[bound[0]]} {bound[1]:g})</span>" if bound else ""
    kind = "missed" if is_missed(value, bound) else "beyond" if value > most else ""
    asked += " <span class='note'>(off the scale)</span>" if value > most else ""
    return (f'<li title="{html.escape(what, quote=True)}"><span class="name">{html.escape(name)}</span>'
            f'<span class="track"><span class="bar {kind}" style="width:{share:.2f}%"></span>{marks}</span>'
            f'<span class="value">{shown(value)} {html.escape(unit)}{asked}</span></li>')


def bars(title, caption, rows):
    """@rows: name, value, unit, bound or None, the value before or None, and date, commit and machine of the value."""
    most = max([value for _, value, *_ in rows] + [row[3][1] for row in rows if row[3]] + [row[4] for row in rows if row[4] is not None]) * 1.02
    # A value far above the others must not make their bars invisible.
    near = max([max(row[1], row[3][1]) for row in rows if row[3]], default=most)
    most = min(most, 3 * near)
    dates = sorted({row[5] for row in rows if row[5]})
    source = f' <span class="of">Of: {html.escape("; ".join(dates))}.</span>' if dates else ""
    long = " long" if len(rows) > 12 and not any(row[3] for row in rows) else ""
    return (f'<figure class="bars{long}"><h3>{html.escape(title)}</h3><figcaption>{html.escape(caption)}{source}</figcaption><ul>'
            + "".join(bar(row, most) for row in rows) + "</ul></figure>")


WIDE, HIGH, LEFT, TOP, DOWN = 320, 150, 46, 14, 30


def curve(name, points):
    """The curve of a fuzz target: edges reached by executions. The scale of executions is logarithmic, and begins at 1."""
    last = max(2.0, math.log10(max(points[-1][0], 10)))
    most = max(covered for _, covered in points)

    def x(n):
        return LEFT + (WIDE - LEFT - 10) * math.log10(max(n, 1)) / last

    def y(covered):
        return TOP + (HIGH - TOP - DOWN) * (1 - covered / most)

    # The curve has steps: the number of edges stays the same until more are reached. It ends at the last execution.
    path = f"M{x(points[0][0]):.1f},{y(points[0][1]):.1f}" + "".join(f"H{x(n):.1f}V{y(c):.1f}" for n, c in points[1:])
    ticks = "".join(f'<text class="along" x="{x(10 ** p):.1f}" y="{HIGH - 12}">10{"⁰¹²³⁴⁵⁶⁷⁸⁹"[p]}</text>' for p in range(0, int(last) + 1, 2))
    return (f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{html.escape(name)}: {most} edges after {points[-1][0]} executions">'
            f'<path class="axis" d="M{LEFT},{TOP}V{HIGH - DOWN}H{WIDE - 10}"/>'
            f'<text class="up" x="{LEFT - 5}" y="{TOP + 5}">{most:,}</text><text class="up" x="{LEFT - 5}" y="{HIGH - DOWN}">0</text>'
            f'{ticks}<path class="step" d="{path}"/></svg>')


def curves(title, caption, lines):
    drawn = "".join(f'<div class="one"><b>{html.escape(name)}</b> <span class="note">{points[-1][1]:,} edges after {points[-1][0]:,} executions</span>'
                    f"{curve(name, points)}</div>" for name, points in sorted(lines.items()) if points)
    return f'<figure class="many"><h3>{html.escape(title)}</h3><figcaption>{html.escape(caption)}</figcaption><div class="small">{drawn}</div></figure>'
