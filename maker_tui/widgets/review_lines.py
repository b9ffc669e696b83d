"""What a person is asked about one row, and what is known of the list it is from, laid out in lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from maker_engine.labelling.wording import plain_question
from maker_engine.printable import one_line, printable
from maker_engine.records.people import AUDIT, GOLD, REVIEW
from maker_engine.records.quality import agreement_words
from maker_tui.text.figures import count, count_of, fit
from maker_tui.text.flow import flowed

if TYPE_CHECKING:
    from maker_engine.records.review import Review
    from maker_tui.runs.labelling import RowList
    from maker_tui.text.wrapping import Piece

SHOWN = 20_000
"""Characters of a cell that are shown."""
LONGEST_LABEL = 40
LETTERS = "bcdefimoprstvwxz"
"""Keys of the tenth label and of those behind it: the letters that do nothing else on the screen."""
MEANINGS = {
    REVIEW: "what the votes did not decide",
    GOLD: "rows drawn from all, to hold the votes against",
    AUDIT: "rows drawn from what the votes accepted",
}


def keys_of_labels(labels: Sequence[str]) -> list[str]:
    """Return the key of each label, in order; those beyond the keys there are have to be typed."""
    return [*"123456789", *LETTERS][: len(labels)]


def asked_lines(front: RowList, width: int) -> list[Text]:
    """Lay out what is asked now: the row, and its labels by key."""
    review = front.review
    unit = review.unit
    if unit is None:
        return [row for one in _nothing(front) for row in flowed([one], width)]
    rows: list[Piece] = [(f"{one_line(unit.id, 60)}: {plain_question(unit.field)}", "strong"), ("", "plain")]
    for name in review.shown:
        text = printable(unit.row.text(name)[:SHOWN], newlines=True)
        rows += [(one, "plain") for one in f"{name}: {text}".splitlines()]
    rows.append(("", "plain"))
    labels = review.labels()
    meanings = dict(unit.field.labels)
    longest = min(LONGEST_LABEL, max((len(label) for label in labels), default=0))
    keys = keys_of_labels(labels)
    for place, label in enumerate(labels):
        key = keys[place] if place < len(keys) else " "
        name = f"{key}  {fit(one_line(label, LONGEST_LABEL), longest)}"
        meaning = one_line(meanings.get(label, ""), max(1, width - longest - 5))
        rows.append((f"{name}  {meaning}" if meaning else name.rstrip(), "accent"))
    if not labels:
        rows.append((one_line(review.demand(), 400), "accent"))
    return [row for one in rows for row in flowed([one], width)]


def _nothing(front: RowList) -> list[Piece]:
    review = front.review
    if front.note:
        return [(front.note, "strong")]
    if not len(review):
        return [("Nothing is to be asked so far; what comes up is shown here.", "strong")]
    said = count_of(review.answered, "answer")
    return [(f"That was all: {said} by {one_line(review.reviewer, 30)}, each kept.", "strong")]


def list_lines(front: RowList, lists: Sequence[RowList], width: int) -> list[Text]:
    """Lay out what is known of the list: how long it is, how far people agree, and what has come of the last answer."""
    review = front.review
    rows: list[Piece] = []
    if review.revealed:
        rows += [(one_line(review.revealed, 400), "plain"), ("", "plain")]
    if front.statement:
        rows += [(one_line(front.statement, 400), "good"), ("", "plain")]
    agreed = agreement_words(review.agreement)
    rows += [(f"{one.kind:<8}{_length(one)}", "plain" if one is front else "quiet") for one in lists]
    rows += [(one, "quiet") for one in ("", f"{front.kind}: {MEANINGS[front.kind]}{_each(review)}.")]
    if agreed:
        rows.append((agreed, "quiet"))
    return [row for one in rows for row in flowed([one], width)]


def _length(one: RowList) -> str:
    review = one.review
    if one.note:
        return "nothing yet"
    return f"{count(review.left)} left, {count(review.answered)} answered" if len(review) else "not looked at yet"


def _each(review: Review) -> str:
    return f", each answered by {count_of(review.needs, 'person').replace('persons', 'people')}" * (review.needs > 1)
