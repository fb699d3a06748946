# SPDX-License-Identifier: GPL-2.0-or-later
"""The style sheet of the page, like that of `seedrive check`'s report: light and dark, wide and narrow, and for print."""

STYLE = """:root { color-scheme: light dark; --paper: #fff; --ink: #1c2127; --soft: #5a6472; --rule: #d5dae0;
  --panel: #f5f7f9; --good: #17692f; --bad: #b3261e; --told: #8a5a00; --bar: #3d6fa3; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e8ed; --soft: #9aa5b1; --rule: #343c46; --panel: #1c2229;
    --good: #6cc884; --bad: #ff8a80; --told: #e3b341; --bar: #6ea0d6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 76rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; } h2 { margin: 0 0 .5rem; font-size: 1.35rem; }
h3 { margin: 0; font-size: 1.05rem; } p { margin: .5rem 0; max-width: 52rem; }
.when { color: var(--soft); margin: .25rem 0 1.5rem; max-width: none; }
.overall { margin: 0 0 2rem; padding: 1rem 1.25rem; border: 2px solid; border-left-width: 8px; border-radius: 4px; }
.overall p { margin: 0; max-width: none; } .overall .verdict { font-size: 1.35rem; margin-right: .5rem; }
.overall ul { margin: .5rem 0 0; padding-left: 1.2rem; }
.overall.good { border-color: var(--good); } .overall.bad { border-color: var(--bad); }
.verdict { font-weight: 600; white-space: nowrap; }
.good .verdict, .verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); } .verdict.soft { color: var(--soft); font-weight: 400; }
.note, figcaption, .of { color: var(--soft); font-size: .875rem; }
section { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 3px solid var(--ink); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; vertical-align: bottom; } tbody th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 2.5rem 3rem; margin-top: 1rem; }
.plots > figure:first-child, .many, .long { grid-column: 1 / -1; }
figure { margin: 0; } figcaption { margin: .25rem 0 .75rem; max-width: 52rem; }
.bars ul { list-style: none; margin: 0; padding: 0; }
.bars li { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr) minmax(0, 5fr); gap: 0 .75rem; align-items: center;
  padding: .25rem 0; font-size: .9rem; line-height: 1.3; border-bottom: 1px solid var(--rule); }
.track { position: relative; height: 1rem; background: var(--panel); }
.bar { position: absolute; left: 0; top: 0; bottom: 0; min-width: 1px; background: var(--bar); } .bar.missed { background: var(--bad); }
.bar.beyond { background: repeating-linear-gradient(-60deg, var(--bar) 0 12px, var(--panel) 12px 16px); }
.limit { position: absolute; top: -.2rem; bottom: -.2rem; width: 0; border-left: 2px solid var(--ink); }
.before { position: absolute; top: .2rem; width: .6rem; height: .6rem; margin-left: -.3rem; border: 2px solid var(--ink); border-radius: 50%; background: var(--paper); }
.long ul { columns: 2; column-gap: 3rem; } .long li { break-inside: avoid; }
.value { font-variant-numeric: tabular-nums; }
.small { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1rem 1.5rem; } .one { min-width: 0; font-size: .9rem; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg text { fill: var(--soft); } svg .up { text-anchor: end; } svg .along { text-anchor: middle; }
svg .axis { fill: none; stroke: var(--ink); } svg .step { fill: none; stroke: var(--bar); stroke-width: 2; }
section .paper { display: none; }
details { border-bottom: 1px solid var(--rule); padding: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
.wide { overflow-x: auto; margin: .75rem 0; } code { font-size: .9em; overflow-wrap: anywhere; }
@media screen and (max-width: 52rem) {
  body { padding: 1.25rem 1rem 3rem; } h1 { font-size: 1.5rem; }
  .plots { grid-template-columns: minmax(0, 1fr); } .small { grid-template-columns: minmax(0, 1fr); }
  .long ul { columns: 1; } .bars li { grid-template-columns: minmax(0, 1fr); gap: .15rem; padding: .45rem 0; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack, .stack caption, .stack tbody { display: block; }
  .stack tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: .5rem 0; border-bottom: 1px solid var(--rule); }
  .stack tr th, .stack tr td { border: 0; padding: 0; }
  .stack td[data-label] { grid-column: 1 / -1; display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  .stack td[data-label]::before { content: attr(data-label); color: var(--soft); text-align: left; }
}
@page { size: A4; margin: 15mm 13mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; } table { font-size: 8pt; } th, td { padding: .15rem .4rem; }
  section { break-before: auto; margin-top: 1rem; padding-top: .75rem; } h2, h3 { break-after: avoid; }
  .plots { gap: 1.25rem 2rem; } .bars li { font-size: 8pt; padding: .1rem 0; break-inside: avoid; } .track { height: .7rem; }
  figcaption, .note, .of { font-size: 7.5pt; } tr, .one, .overall, .bars, .stack tr { break-inside: avoid; }
  .plots > figure:first-child { break-inside: auto; } .figures { break-before: page; } .all { display: none; }
  section .paper { display: block; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
