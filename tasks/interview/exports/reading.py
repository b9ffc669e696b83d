"""How the lines of a document are put into papers: each where its meaning belongs, whatever version wrote it.

An interview of an earlier version wrote "Never overwrite a file." among the non-goals; in every paper it is a
constraint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..accepting import torn
from ..document import Document, Kind, Line, Status
from ..rewording import as_constraint, as_non_goal
from ..sentences import Sense, sense
from .markdown import inline

SIMULATED = (
    "SIMULATED: a rehearsal. Its proposals and votes come from a built-in catalogue, not from a model."
    " Do not build from this."
)
"""The first line of every paper of an interview with simulated agents."""


def constraints(document: Document) -> Iterator[str]:
    """Yield what the program keeps to."""
    yield from (item(line) for line in document.of(Kind.CONSTRAINT))
    for line in document.of(Kind.NON_GOAL):
        if _forbids(line):
            yield item(replace(line, text=as_constraint(line.text)))


def unwanted(document: Document) -> Iterator[str]:
    """Yield what is not to be built, each without its negation."""
    lines = [line for line in document.of(Kind.NON_GOAL) if not _forbids(line)]
    yield from (item(replace(line, text=capability(line.text))) for line in lines)
    there = {line.text for line in document.of(Kind.NON_GOAL)}
    yield from (inline(capability(one.text)) for one in document.spill if one.kept is False and one.text not in there)


def _forbids(line: Line) -> bool:
    return sense(line.text) is Sense.CONSTRAINT


def capability(text: str) -> str:
    """Return what is left out, without the negation that it was said with."""
    return as_non_goal(text) if sense(text) is Sense.NON_GOAL else text


def aside(document: Document) -> Iterator[Line]:
    """Yield the lines that are not now: offered and not chosen."""
    yield from (line for line in document.lines if line.status is Status.NOT_NOW)


def undecided(document: Document) -> Iterator[str]:
    """Yield what someone has to decide: lines that wait, conflicts, what is wanted and ruled out at once."""
    yield from (item(line) for line in document.lines if line.status is Status.ASKED)
    for conflict in document.conflicts:
        if not conflict.settled:
            sides = " or ".join(inline(wanted) for wanted, _ in conflict.sides)
            yield f"{inline(conflict.about)} {sides}?" if sides else inline(conflict.about)
    if ids := torn(document):
        yield f"{', '.join(ids)}: wanted and ruled out at once"


def item(line: Line) -> str:
    """Return a line with its id; below it, why it is accepted although a gate fails."""
    waived = f"\n  - waived: {inline(line.reason) or 'no reason given'}" if line.status is Status.WAIVED else ""
    return f"{line.id}: {inline(line.text)}{waived}"
