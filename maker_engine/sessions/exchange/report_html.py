"""A report as one self-contained page of HTML: it refers to nothing, and what came from outside is escaped."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from string import Template

from maker_engine.printable import one_line, printable
from maker_engine.sessions.exchange.report import BARS, Report, ReportedStep, SaidText
from maker_engine.sessions.queries.marks import Share

LONGEST_TEXT = 5_000
"""Characters of a response, or of a result, that are shown."""

_PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code, pre { font-size: .9em; overflow-wrap: anywhere }
pre { white-space: pre-wrap; border-left: 3px solid #8888; padding-left: .7rem; margin: .3rem 0 1rem }
.bar { background: #4a7ab5; height: .8rem; display: inline-block; vertical-align: middle }
.map { font-family: monospace; line-height: 1.2; overflow-wrap: anywhere }
.map b { background: #c0392b; color: #fff } .map i { background: #d9a441; color: #000; font-style: normal }
.simulated { border: 2px solid #d9a441; padding: .5rem 1rem; font-weight: bold }
.wrong { color: #c0392b; font-weight: bold }
.note { color: #777 }
</style></head><body>
<h1>$name$title</h1>
$simulated<p>$lead</p>
$result$wrong<h2>Figures</h2><table>$figures</table>
<h2>Map</h2><p class="map">$map</p><p class="note">$legend</p>
<h2>Runs and forks</h2><table>$forks</table>
<h2>Samples a step</h2><table>$spread</table>
<h2>Hardest steps</h2>
<p class="note">Most samples first; steps count from 1.</p>
$hardest
<p class="note">Written by maker from the session $file.</p>
</body></html>
"""
)
_HEAD = (
    '<tr><th class="n">step</th><th>decided</th><th>right</th><th class="n">samples</th><th>votes</th><th>flags</th>'
    "</tr>\n"
)
SIMULATED = "SIMULATED: every answer of this run was made up by the built-in noisy model. No real model was asked."


def as_html(report: Report) -> str:
    """Write the page."""
    return _PAGE.substitute(
        title=_safe(report.title),
        name=f"{_safe(report.name)} — " if report.name else "",
        simulated=f'<p class="simulated">{SIMULATED}</p>\n' if report.simulated else "",
        lead=_safe(report.lead),
        result=f"<h2>Result</h2><pre>{_block(report.result)}</pre>\n" if report.result else "",
        wrong=_wrong(report),
        figures="".join(map(_cells, report.figures)),
        map="".join(map(_stretch, report.map)),
        legend=_safe(legend(report.each)),
        forks="".join(map(_cells, report.forks)),
        spread="".join(_bars(report.spread)),
        hardest=_table(report.hardest) + "".join(map(_closely, report.hardest)),
        file=_safe(report.file),
    )


def legend(each: int) -> str:
    """Say how the map is read, where each cell is so many steps."""
    cell = "one step" if each == 1 else f"{each:,} steps"
    return f"Each cell is {cell}: ! decided wrongly, d with dissent, f with a red flag, · neither."


def mark(share: Share) -> str:
    """Return the map's character for a stretch: what is worst in it."""
    return "!" if share.wrong else "d" if share.dissent else "f" if share.flagged else "·"


def _stretch(share: Share) -> str:
    character = mark(share)
    tag = {"!": "b", "d": "i"}.get(character)
    return character if tag is None else f"<{tag}>{character}</{tag}>"


def _wrong(report: Report) -> str:
    if not report.wrong:
        return ""
    more = report.wrong_steps - len(report.wrong)
    rest = f'<p class="note">and {more:,} more</p>' if more else ""
    heading = f'<h2 class="wrong">Decided wrongly: {report.wrong_steps:,}</h2>\n'
    note = '<p class="note">The first ones first: later ones may follow from them. Steps count from 1.</p>\n'
    return heading + note + _table(report.wrong) + rest + "".join(map(_closely, report.wrong))


def _table(steps: Sequence[ReportedStep]) -> str:
    return f"<table>{_HEAD}{''.join(map(_row, steps))}</table>\n"


def _row(step: ReportedStep) -> str:
    decided = step.decided + (" ✖" if step.wrong else "")
    return _cells(
        (f"{step.number:,}", decided, step.right, step.samples, counted(step.votes), counted(step.flags)), (0, 3)
    )


def counted(pairs: Iterable[tuple[str, int]]) -> str:
    """Write what was counted, the first six of it."""
    shown = list(pairs)[:6]
    return ", ".join(f"{name} × {count}" for name, count in shown)


def _closely(step: ReportedStep) -> str:
    """Write the state before a step and what was said there."""
    if not step.picture and not step.texts:
        return ""
    heading = f"<h3>Step {step.number:,}: {_safe(step.decided)}"
    heading += (
        f' <span class="wrong">✖ right: {_safe(step.right or "not known")}</span></h3>\n' if step.wrong else "</h3>\n"
    )
    return heading + f"<pre>{_block(step.picture)}</pre>\n" + "".join(map(_text, step.texts))


def judged(said: SaidText) -> str:
    """Write which responses a text is shown for."""
    return (
        f"1 response, {said.judged}:" if said.number == 1 else f"{said.number:,} responses, {said.judged}; one of them:"
    )


def _text(said: SaidText) -> str:
    return f"<p>{_safe(judged(said))}</p><pre>{_block(said.text)}</pre>\n"


def _block(text: str) -> str:
    more = "" if len(text) <= LONGEST_TEXT else f"\n… ({len(text):,} characters)"
    return html.escape(printable(text[:LONGEST_TEXT], newlines=True) + more)


def _safe(text: object) -> str:
    return html.escape(one_line(str(text), 400))


def _cells(cells: Iterable[object], numbers: Iterable[int] = ()) -> str:
    right = set(numbers)
    report = (
        f'<td class="n">{_safe(cell)}</td>' if at in right else f"<td>{_safe(cell)}</td>"
        for at, cell in enumerate(cells)
    )
    return f"<tr>{''.join(report)}</tr>\n"


def _bars(spread: Counter[int]) -> Iterator[str]:
    most = max(spread.values(), default=1)
    for size in sorted(spread):
        name = f"{size} or more" if size == BARS else str(size)
        bar = f'<td><span class="bar" style="width:{max(1, round(400 * spread[size] / most))}px"></span></td>'
        yield f'<tr><td class="n">{name}</td>{bar}<td class="n">{spread[size]:,}</td></tr>\n'
