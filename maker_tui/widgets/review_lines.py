"""What a person is asked about one row, and what is known of the list it is from, laid out in lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from maker_engine.labelling.codebook import SEVERAL
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
LEAST_COLUMN = 9
"""Labels that are never set in columns."""
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

    Labels come before a long row that leaves no place for them below it; so many that they would leave none for the row
    are in columns, without their meanings.

    Args:
        front: The list.
        size: Columns, and lines that are in view.
        marked: Labels that are marked, where several may apply.
    """
    (width, height), unit = size, front.review.unit
    if unit is None:
        return [row for one in _nothing(front) for row in flowed([one], width)]
    labels = _labels(front.review, unit, width, marked)
    if 2 * len(labels) > height > 0 and len(labels) > LEAST_COLUMN:
        labels = _in_columns(_labels(front.review, unit, 0, marked), width)
    parts = [
        [row for one in pieces for row in flowed([one], width)]
        for pieces in (_cells(front.review, unit), [*labels, *_notes(unit.field)])
    ]
    if sum(map(len, parts)) + 3 > height > 0 and len(parts[1]) < len(parts[0]):
        parts.reverse()
    head = flowed([(f"{one_line(unit.id, 60)}: {plain_question(unit.field)}", "strong")], width)
    return [*head, line(), *parts[0], line(), *parts[1]]


def _cells(review: Review, unit: Unit) -> list[Piece]:
    texts = ((name, printable(unit.row.text(name)[:SHOWN], newlines=True)) for name in review.shown)
    return [(one, "plain") for name, text in texts for one in f"{name}: {text}".splitlines()]


def _labels(review: Review, unit: Unit, width: int, marked: Collection[str]) -> list[Piece]:
    """Give a label a row: its key, whether it is marked, what it means if `width` has room; else what may be typed."""
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
        room = width - cell_len(name) - 2
        meaning = fit(one_line(meanings.get(label, ""), width), room).rstrip() if room > 0 else ""
        rows.append((f"{name}  {meaning}" if meaning else name.rstrip(), "accent"))
    return rows


def _in_columns(rows: Sequence[Piece], width: int) -> list[Piece]:
    """Set rows side by side in as many columns as there is room for, one column after the other."""
    widest = 2 + max(cell_len(text) for text, _ in rows)
    columns = max(1, (width + 2) // widest)
    high = -(-len(rows) // columns)
    return [
        ("".join(fit(text, widest) for text, _ in rows[first::high]).rstrip(), rows[first][1]) for first in range(high)
    ]


def _notes(field: Field) -> list[Piece]:
    """Say that several labels may apply, and which goes first by the rules, which people follow as agents do."""
    notes = [SEVERAL_WORDS] if field.form == SEVERAL else []
    if field.rules:
        rules = (f"{number}. {one_line(rule, LONGEST_RULE)}" for number, rule in enumerate(field.rules, 1))
        notes += ["", "Of several that fit, by the first rule that does:", *rules]
    return [(one, "quiet") for one in notes]


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
