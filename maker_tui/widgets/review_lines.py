"""What a person is asked about one row, and what is known of the list it is from, laid out in lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from maker_engine.labelling.wording import plain_question
from maker_engine.printable import one_line, printable
from maker_engine.records.people import AUDIT, GOLD, REVIEW
from maker_engine.records.quality import agreement_words
from maker_tui.text.figures import count, count_of, fit
from maker_tui.text.flow import flowed
from maker_tui.text.roles import line

if TYPE_CHECKING:
    from maker_engine.labelling.codebook import Field
    from maker_engine.labelling.units import Unit
    from maker_engine.records.review import Review
    from maker_tui.runs.labelling import RowList
    from maker_tui.text.wrapping import Piece

SHOWN = 20_000
"""Characters of a cell that are shown."""
LONGEST_LABEL, LONGEST_RULE = 40, 400
MARKS = "○ ", "● "
"""Before a label that is not marked, and before one that is."""
SEVERAL_WORDS = "Several may apply: keys mark them, enter answers those that are marked, or none."
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


def asked_lines(front: RowList, size: tuple[int, int], marked: Collection[str] = ()) -> list[Text]:
    """Lay out what is asked now: the row, its labels by key, and the rules of precedence.

    Labels come before a row that leaves no place for them below it: they are what is chosen from.

    Args:
        front: The list.
        size: Columns, and lines that are in view.
        marked: Labels that are marked, where several may apply.
    """
    (width, height), unit = size, front.review.unit
    if unit is None:
        return [row for one in _nothing(front) for row in flowed([one], width)]
    parts = [
        [row for one in pieces for row in flowed([one], width)]
        for pieces in (_cells(front.review, unit), [*_labels(front.review, unit, width, marked), *_rules(unit.field)])
    ]
    if sum(map(len, parts)) + 3 > height > 0:
        parts.reverse()
    head = flowed([(f"{one_line(unit.id, 60)}: {plain_question(unit.field)}", "strong")], width)
    return [*head, line(), *parts[0], line(), *parts[1]]


def _cells(review: Review, unit: Unit) -> list[Piece]:
    texts = ((name, printable(unit.row.text(name)[:SHOWN], newlines=True)) for name in review.shown)
    return [(one, "plain") for name, text in texts for one in f"{name}: {text}".splitlines()]


def _labels(review: Review, unit: Unit, width: int, marked: Collection[str]) -> list[Piece]:
    """Give a label a row, with its key, whether it is marked, and what it means; else what may be typed."""
    labels, several = review.labels(), review.takes_several
    if not labels:
        return [(one_line(review.demand(), 400), "accent")]
    meanings, keys = dict(unit.field.labels), keys_of_labels(labels)
    longest = min(LONGEST_LABEL, max(cell_len(one_line(label, LONGEST_LABEL)) for label in labels))
    rows: list[Piece] = []
    for place, label in enumerate(labels):
        key = keys[place] if place < len(keys) else " "
        mark = MARKS[label in marked] if several else ""
        name = f"{key}  {mark}{fit(one_line(label, LONGEST_LABEL), longest)}"
        meaning = fit(one_line(meanings.get(label, ""), width), max(1, width - cell_len(name) - 2)).rstrip()
        rows.append((f"{name}  {meaning}" if meaning else name.rstrip(), "accent"))
    if several:
        rows.append((SEVERAL_WORDS, "quiet"))
    return rows


def _rules(field: Field) -> list[Piece]:
    """Write the rules of precedence, which people follow as agents do."""
    if not field.rules:
        return []
    rules = (f"{number}. {one_line(rule, LONGEST_RULE)}" for number, rule in enumerate(field.rules, 1))
    return [
        ("", "plain"),
        ("Of several that fit, by the first rule that does:", "quiet"),
        *((one, "quiet") for one in rules),
    ]


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
        rows += [(one_line(front.statement, 400), "good" if front.shows_claim else "warn"), ("", "plain")]
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
