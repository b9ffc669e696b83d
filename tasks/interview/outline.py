"""The document line by line, for a screen that scrolls and for papers, with the votes that were counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maker_engine.core.task.papers import Ballots, DocumentLine

from .accepting import UNTESTED
from .answers import Pick
from .document import Document, GateResult, Kind, Line, Status, Tally

HEADINGS = {
    Kind.PURPOSE: "purpose",
    Kind.NON_GOAL: "not to be built",
    Kind.STORY: "users and stories",
    Kind.FEATURE: "features",
    Kind.CONSTRAINT: "constraints",
    Kind.DATA: "data",
    Kind.INTERFACE: "interfaces",
    Kind.ACCEPTANCE: "acceptance",
    Kind.QUESTION: "open questions",
}
DECIDED = "decided"
_ELSEWHERE = (Status.REJECTED, Status.NOT_NOW)
MARKS = {Status.ACCEPTED: ("✓", "target"), Status.WAIVED: ("!", "moved"), Status.ASKED: ("?", "source"),
         Status.NOT_NOW: ("·", "label"), Status.REJECTED: ("×", "label")}  # fmt: skip


def sections(document: Document) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Give each heading with the lines under it that are not rejected, in order; last what is not now."""
    for kind, heading in HEADINGS.items():
        lines = tuple(line for line in document.of(kind, accepted_only=False) if line.status not in _ELSEWHERE)
        decided = tuple(line for line in lines if line.kind is Kind.QUESTION and line.status.is_accepted)
        if decided:
            yield DECIDED, decided
        if left := tuple(line for line in lines if line not in decided):
            yield heading, left
    if aside := tuple(line for line in document.lines if line.status is Status.NOT_NOW):
        yield "not now: offered and not chosen", aside


def document_lines(document: Document, ballots: Ballots) -> list[DocumentLine]:
    """Describe the document line by line, with what its gates and its votes say."""
    lines_shown: list[DocumentLine] = []
    for heading, lines in sections(document):
        lines_shown.append(DocumentLine(heading))
        for line in lines:
            mark, role = MARKS[line.status]
            steps = [tally.step for tally in line.tallies if tally.step is not None]
            step = steps[-1] if steps else line.source.step
            lines_shown.append(DocumentLine(line.text, line.id, mark, role, _notes(line, ballots), step))
    spilled = document.spilled
    if spilled.found:
        lines_shown.append(DocumentLine(f"spill: {spilled.kept_out} of {spilled.found} additions of agents kept out"))
    return lines_shown


def _notes(line: Line, ballots: Ballots) -> str:
    notes = [f"{who}: {choice}" for tally in line.tallies for who, choice in tally.persons]
    if line.source.voter and not notes:
        notes.append(f"{line.source.voter}'s words")
    if line.status is Status.NOT_NOW and line.reason:
        notes = [line.reason]
    rows = [ballots[tally.step] for tally in line.tallies if tally.step is not None and ballots.get(tally.step)]
    notes += [f"votes {':'.join(str(votes) for _, votes in each)}{':0' if len(each) == 1 else ''}" for each in rows]
    notes += [_failed(one) for one in line.failures if one.rule != UNTESTED]
    return " · ".join(notes)


def _failed(result: GateResult) -> str:
    words = f" “{result.words}”" if result.words else ""
    return f"✗ {result.gate}{words}: {result.why}"


def counted(document: Document, ballots: Ballots) -> Document:
    """Write the votes that were counted into the document, which itself knows only at which steps they were."""

    def tally(one: Tally) -> Tally:
        rows = () if one.step is None or one.counts else ballots.get(one.step, ())
        votes = tuple((vote.text or "none of them", count) for vote, count in rows if isinstance(vote, Pick))
        return replace(one, counts=votes) if votes else one

    lines = tuple(replace(line, tallies=tuple(map(tally, line.tallies))) for line in document.lines)
    return replace(document, lines=lines)
