"""The document as it grows, drawn in as few cells as there are."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from .document import Document, Kind, Line, Status
from .outline import DECIDED, HEADINGS, MARKS
from .talk import Stage, Talk

_HIDDEN = (Status.REJECTED, Status.NOT_NOW)


def draw(talk: Talk, columns: int, rows: int) -> Text:
    """Draw the state of an interview: what is being settled, and the last lines that fit."""
    document = talk.document
    rows_shown = [_counts(document), *(_row(line) for line in document.lines if line.status not in _HIDDEN)]
    head = [Text(_fit(document.idea, columns), style="given"), Text(_fit(doing(talk), columns), style="label")]
    room = max(0, rows - len(head))
    shown = rows_shown[:1] + rows_shown[1:][-(room - 1) :] if room > 1 else rows_shown[:room]
    picture = Text()
    for number, row in enumerate([*head, *shown][:rows]):
        row.truncate(columns, overflow="ellipsis")
        picture.append("\n" if number else "").append_text(row)
    return picture


def doing(talk: Talk) -> str:
    """Say in a few words what is being settled."""
    if talk.unclear:
        return "you are asked what you mean"
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
    headings = {**HEADINGS, Kind.QUESTION: DECIDED}
    counted = [(len(document.of(kind)), heading) for kind, heading in headings.items()]
    counted.append((sum(line.status is Status.NOT_NOW for line in document.lines), "not now"))
    words = " · ".join(f"{number} {heading}" for number, heading in counted if number)
    return Text(words or "nothing is settled yet", style="label")


def _row(line: Line) -> Text:
    mark, role = MARKS[line.status]
    return Text.assemble((mark, role), " ", (line.id, "label"), " ", line.text)


def _fit(words: str, columns: int) -> str:
    return words if cell_len(words) <= columns else set_cell_size(words, columns - 1) + "…"
