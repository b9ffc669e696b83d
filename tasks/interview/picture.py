"""The document as it grows, drawn in as few cells as there are; and the same as lines for a screen that scrolls."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from .document import Document, Kind, Line, Status
from .talk import Stage, Talk

HEADINGS = {
    Kind.PURPOSE: "purpose", Kind.NON_GOAL: "not to be built", Kind.STORY: "users and stories", Kind.FEATURE: "features",
    Kind.CONSTRAINT: "constraints", Kind.DATA: "data", Kind.INTERFACE: "interfaces", Kind.ACCEPTANCE: "acceptance",
    Kind.QUESTION: "open questions",
}  # fmt: skip
MARKS = {Status.ACCEPTED: ("✓", "target"), Status.WAIVED: ("!", "moved"), Status.ASKED: ("?", "source"),
         Status.REJECTED: ("×", "label")}  # fmt: skip


def draw(talk: Talk, columns: int, rows: int) -> Text:
    """Draw where an interview stands: what is being settled, and the last lines that fit."""
    document = talk.document
    told = [_counts(document), *(_row(line) for line in document.lines if line.status is not Status.REJECTED)]
    head = [Text(_fit(document.idea, columns), style="given"), Text(_fit(doing(talk), columns), style="label")]
    room = max(0, rows - len(head))
    shown = told[:1] + told[1:][-(room - 1) :] if room > 1 else told[:room]
    picture = Text()
    for number, row in enumerate([*head, *shown][:rows]):
        row.truncate(columns, overflow="ellipsis")
        picture.append("\n" if number else "").append_text(row)
    return picture


def doing(talk: Talk) -> str:
    """Say in a few words what is being settled."""
    if talk.stage is Stage.SURVEY:
        return "agents draft what they would build"
    if talk.stage is Stage.REVIEW:
        return "complete: yours to read and change"
    if talk.stage is Stage.CLOSED:
        return "complete"
    doing = {
        Stage.GATHER: "agents propose",
        Stage.ASK: "you are asked",
        Stage.CHOOSE: "agents choose",
        Stage.TRACE: f"agents ask who wants it, {talk.at + 1} of {len(talk.candidates)}",
    }[talk.stage]
    return f"{talk.part.name}: {doing}"


def _counts(document: Document) -> Text:
    counted = [(len(document.of(kind)), heading) for kind, heading in HEADINGS.items()]
    words = " · ".join(f"{number} {heading}" for number, heading in counted if number)
    return Text(words or "nothing is settled yet", style="label")


def _row(line: Line) -> Text:
    mark, role = MARKS[line.status]
    return Text.assemble((mark, role), " ", (line.id, "label"), " ", line.text)


def sections(document: Document) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Give each heading with the lines under it that are not rejected, in order."""
    for kind, heading in HEADINGS.items():
        lines = tuple(line for line in document.of(kind, standing=False) if line.status is not Status.REJECTED)
        if lines:
            yield heading, lines


def _fit(words: str, columns: int) -> str:
    return words if cell_len(words) <= columns else set_cell_size(words, columns - 1) + "…"
