"""A report as Markdown, for an issue or a pull request: what came from outside is text there, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from maker_engine.printable import one_line, printable
from maker_engine.sessions.exchange.report import Report, ReportedStep
from maker_engine.sessions.exchange.report_html import LONGEST_TEXT, SIMULATED, counted, judged, legend, mark

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&]|:(?=//))")
_ROW = 60
"""Cells of the map in a line."""


def as_markdown(report: Report) -> str:
    """Write the report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    name = f"{_safe(report.name)} — " if report.name else ""
    yield from (f"# {name}{_safe(report.title)}", "")
    if report.simulated:
        yield from (f"> **{SIMULATED}**", "")
    yield from (_safe(report.lead), "")
    if report.result:
        yield from ("## Result", "", *_fenced(report.result), "")
    if report.wrong:
        yield from (f"## Decided wrongly: {report.wrong_steps:,}", "", *_steps(report.wrong))
    yield from ("## Figures", "", "| | |", "|---|---|", *(_row(pair) for pair in report.figures), "")
    cells = "".join(map(mark, report.map))
    rows = "\n".join(cells[at : at + _ROW] for at in range(0, len(cells), _ROW))
    yield from ("## Map", "", *_fenced(rows), "", legend(report.each), "")
    yield from ("## Runs and forks", "", "| run | k | model | steps | outcome | note |", "|---|---|---|---|---|---|")
    yield from (*(_row(row) for row in report.forks), "")
    yield from ("## Hardest steps", "", "Most samples first; steps count from 1.", "", *_steps(report.hardest))
    yield f"Written by maker from the session {_safe(report.file)}."


def _steps(steps: Sequence[ReportedStep]) -> Iterator[str]:
    yield from ("| step | decided | right | samples | votes | flags |", "|--:|---|---|--:|---|---|")
    for step in steps:
        decided = step.decided + (" ✖" if step.wrong else "")
        yield _row((f"{step.number:,}", decided, step.right, step.samples, counted(step.votes), counted(step.flags)))
    yield ""
    for step in steps:
        yield from _closely(step)


def _closely(step: ReportedStep) -> Iterator[str]:
    if not step.picture and not step.texts:
        return
    right = f" ✖ right: {_safe(step.right or 'not known')}" if step.wrong else ""
    yield from (f"### Step {step.number:,}: {_safe(step.decided)}{right}", "", *_fenced(step.picture), "")
    for said in step.texts:
        yield from (_safe(judged(said)), "", *_fenced(said.text), "")


def _fenced(text: str) -> Iterator[str]:
    """Yield a block that nothing in the text can end."""
    more = "" if len(text) <= LONGEST_TEXT else f"\n… ({len(text):,} characters)"
    shown = printable(text[:LONGEST_TEXT], newlines=True) + more
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}text", *shown.split("\n"), fence)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(_safe, cells))} |"


def _safe(text: object) -> str:
    """Make a text of others plain text in a line of Markdown."""
    return _MARKUP.sub(r"\\\1", one_line(str(text), 400))
