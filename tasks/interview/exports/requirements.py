"""REQUIREMENTS.md: the whole document for people, every line with its id, its source and its votes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import Conflict, Document, Kind, Line, Spill, Status, Tally
from .markdown import bullets, inline, page, quoted, section
from .reading import SIMULATED, aside, capability

_SECTIONS = (
    (Kind.PURPOSE, "## Purpose", "Not said yet."),
    (Kind.NON_GOAL, "## Non-goals", "None."),
    (Kind.STORY, "## User stories", "None."),
    (Kind.FEATURE, "## Features", "None."),
    (Kind.CONSTRAINT, "## Constraints", "None."),
    (Kind.DATA, "## Data", ""),
    (Kind.INTERFACE, "## Interfaces", ""),
    (Kind.ACCEPTANCE, "## Acceptance criteria", "None."),
)


def requirements(document: Document) -> str:
    """Write the accepted lines, what is open, where persons split, and what was spilled."""
    lines = [f"> **{SIMULATED}**", ""] if document.simulated else []
    lines += [f"# {inline(document.title) or 'Project'}: requirements", ""]
    if document.idea.strip():
        lines += [f"> {inline(document.idea)}", ""]
    for kind, heading, empty in _SECTIONS:
        lines += section(heading, (row for line in _of(document, kind) for row in _line(document, line)), empty)
    decided = (row for line in document.of(Kind.QUESTION) for row in _line(document, line))
    lines += section("## Decisions", decided)
    lines += section("## Not now", (row for line in aside(document) for row in _aside(line)))
    lines += section("## Open questions", _open(document), "None.")
    lines += section("## Conflicts", (row for conflict in document.conflicts for row in _conflict(conflict)))
    lines += section("## Spill report", _spill(document))
    return page(lines)


def _of(document: Document, kind: Kind) -> Iterator[Line]:
    """Yield the lines of a section, each in the words that its meaning has there."""
    for line in document.of(kind):
        if kind is Kind.NON_GOAL:
            yield replace(line, text=capability(line.text))
        else:
            yield line


def _line(document: Document, line: Line) -> Iterator[str]:
    yield f"- **{line.id}** {inline(line.text)}"
    yield from bullets(_about(document, line), 1)


def _aside(line: Line) -> Iterator[str]:
    yield f"- **{line.id}** {inline(line.text)}"
    yield from bullets(
        [inline(line.reason), *map(_tally, line.tallies)] if line.reason else map(_tally, line.tallies), 1
    )


def _about(document: Document, line: Line) -> Iterator[str]:
    yield _source(line)
    if line.traces:
        yield f"serves {', '.join(inline(target) for target in line.traces)}"
    testing = [each.id for each in document.of(Kind.ACCEPTANCE) if line.id in each.traces]
    if testing:
        yield f"tested by {', '.join(testing)}"
    yield from (_tally(tally) for tally in line.tallies)
    if line.status is Status.WAIVED:
        yield f"waived: {inline(line.reason) or 'no reason given'}"
    for failure in line.failures:
        words = f" {quoted(failure.words)}" if failure.words else ""
        yield f"fails {inline(failure.gate)}/{inline(failure.rule)}{words}. {inline(failure.why)}"


def _source(line: Line) -> str:
    source = line.source
    at = _at(source.step, ", ")
    words = f": {quoted(source.words)}" if source.words else ""
    if source.voter:
        return f"said by {inline(source.voter)}{at}{words}"
    if source.chosen:
        return f"proposed by agents{at}{words}, chosen by {inline(source.chosen)}"
    if source.step is None and source.words == line.text:
        return "said with the idea"
    if source.step is None and not line.tallies and not line.traces and words:
        return f"said with the idea{words}"
    return f"proposed by agents{at}, after the words{words}" if words else f"added by agents{at}, asked for by nobody"


def _tally(tally: Tally) -> str:
    at = _at(tally.step, " at ")
    needed = "" if tally.k is None else f" (k = {tally.k})"
    counts = ", ".join(f"{inline(choice)} {votes}" for choice, votes in tally.counts)
    persons = ", ".join(f"{inline(name)}: {inline(choice)}" for name, choice in tally.persons)
    split = "; persons split" if tally.split else ""
    return f"votes{at}: {'; '.join(part for part in (counts + needed if counts else '', persons) if part)}{split}"


def _open(document: Document) -> Iterator[str]:
    for line in document.lines:
        if line.status is Status.ASKED:
            yield f"- **{line.id}** {inline(line.text)}"
            yield f"  - {_source(line)}"


def _conflict(conflict: Conflict) -> Iterator[str]:
    yield f"- {inline(conflict.about)}"
    for wanted, names in conflict.sides:
        yield f"  - {quoted(wanted)}: {', '.join(inline(name) for name in names) or 'nobody'}"
    yield f"  - {'settled: ' + inline(conflict.settled) if conflict.settled else 'not settled'}"


def _spill(document: Document) -> Iterator[str]:
    counts = document.spilled
    yield (
        f"{document.drafts} {'draft' if document.drafts == 1 else 'drafts'} added {counts.found}"
        f" {'thing' if counts.found == 1 else 'things'} that nobody had asked for: {counts.kept_in} kept in,"
        f" {counts.kept_out} kept out, {counts.undecided} undecided."
    )
    if document.spill:
        yield ""
        yield from bullets(_spilled(item, document.drafts) for item in document.spill)


def _spilled(item: Spill, drafts: int) -> str:
    fate = {None: "undecided", True: "kept in", False: "kept out"}[item.kept]
    line = f", {inline(item.line)}" if item.line else ""
    at = _at(item.step, ", ")
    return f"{inline(item.text)} ({item.drafts} of {drafts} drafts): {fate}{line}{at}"


def _at(step: int | None, before: str) -> str:
    """Name a step as the app and `maker sessions show` do, from 1."""
    return "" if step is None else f"{before}step {step + 1}"
