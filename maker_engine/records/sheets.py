"""What people are given: rows drawn at random, and sheets without what the votes said of them; and what they return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import Field
from maker_engine.labelling.gold import ID as GOLD_ID
from maker_engine.labelling.units import Unit, Units, passage_of
from maker_engine.labelling.wording import offered, plain_question
from maker_engine.records.decided import VOTES, decisions
from maker_engine.records.people import Answer, Answers
from maker_engine.sessions.store.reader import Reader
from maker_engine.tables.row import Rows
from maker_engine.tables.writing import exact_cell

ID, FIELD, QUESTION, OPTIONS, ANSWER, REVIEWER = "maker_id", "maker_field", "question", "options", "answer", "reviewer"

GOLD_ROWS = 100
"""Rows that are drawn where nothing else is asked for."""


class Drawn(NamedTuple):
    """Accepted things in the order in which an audit draws them.

    Attributes:
        steps: Their steps, 0-based.
        agreements: How clearly each was decided, in the same order.
    """

    steps: Sequence[int]
    agreements: Sequence[float]


def accepted(reader: Reader, task: AnyTask, seed: int) -> Drawn:
    """Return what was accepted by votes, in a random order that depends on `seed` alone."""
    found = [(step, one.agreement) for step, one in decisions(reader, task) if one.decided_by == VOTES]
    Random(f"maker audit {seed}").shuffle(found)  # noqa: S311 - of what is drawn, not of a secret
    return Drawn([step for step, _ in found], [agreement for _, agreement in found])


def columns(units: Units) -> list[str]:
    """Return the columns of a sheet."""
    return [ID, FIELD, *units.shown, QUESTION, OPTIONS, ANSWER, REVIEWER]


def sheet(units: Units, steps: Iterable[int], seed: int) -> Iterator[dict[str, Any]]:
    """Give the lines of a sheet, in the order of the steps; nothing in them says how a vote went."""
    for step in steps:
        unit = units[step]
        made = {name: unit.row.text(name) for name in units.shown}
        yield made | {
            ID: unit.id,
            FIELD: unit.field.name,
            QUESTION: plain_question(unit.field),
            OPTIONS: choices(unit, units, seed),
        }


def choices(unit: Unit, units: Units, seed: int) -> str:
    """Say what may be answered."""
    names = offered(unit.field, unit.id, seed)
    passage = passage_of(unit.row, unit.field, units.shown) or " "
    return " | ".join(names) if names else unit.field.answer_form(passage=passage).demand


def read_sheet(table: Rows, units: Units, kind: str, reviewer: str) -> list[Answer]:
    """Read what people have written into a sheet; lines without an answer say nothing.

    Raises:
        InputError: It is none, an answer is none that the codebook has, or one person answers twice, and differently.
    """
    if {ID, FIELD, ANSWER} - {*table.columns}:
        raise InputError(f"a sheet has the columns {ID}, {FIELD} and {ANSWER}: write it with --out, and fill it in")
    fields = {field.name: field for field in units.codebook.fields}
    rows: dict[tuple[str, str, str], tuple[str, int]] = {}
    found = []
    for row in table:
        text = exact_cell(row.text(ANSWER)).strip()
        if not text:
            continue
        key, name = exact_cell(row.text(ID)), exact_cell(row.text(FIELD))
        if name not in fields:
            raise InputError(
                f"line {row.number + 2:,} of the sheet is about {name!r}, which is no field of the codebook"
            )
        thing = key, name, exact_cell(row.text(REVIEWER)) or reviewer
        before, line = rows.setdefault(thing, (text, row.number + 2))
        if before != text:
            raise InputError(
                f"line {row.number + 2:,} of the sheet answers {key!r} once more, and otherwise than line {line:,}:"
                " leave one of them"
            )
    passages = _passages(units, ((key, name) for key, name, _ in rows), fields)
    for (key, name, who), (text, line) in rows.items():
        if (key, name) not in passages:
            raise InputError(f"line {line:,} of the sheet is about {key!r}, which is no row of the table")
        value = fields[name].read(text, passages[key, name])
        if value is None:
            raise InputError(f"line {line:,} of the sheet says {text[:40]!r}, which is no answer for {name}")
        found.append(Answer(kind, key, name, fields[name].write(value, passages[key, name] or " "), who))
    return found


def _passages(units: Units, wanted: Iterable[tuple[str, str]], fields: dict[str, Field]) -> dict[tuple[str, str], str]:
    wanted = {*wanted}
    found = {}
    for row in units.rows():
        key = units.id_of(row)
        for name, field in fields.items():
            if (key, name) in wanted:
                found[key, name] = passage_of(row, field, units.shown)
    return found


def drawn_rows(units: Units, rows: int, seed: int) -> list[int]:
    """Return the steps (0-based) of all fields of rows drawn at random, in the order of drawing.

    Args:
        units: What is asked of the rows; of equal ones the first can be drawn.
        rows: How many, or all where there are fewer.
        seed: The same draws the same, and a larger number of rows begins with those of a smaller one.
    """
    order = [*range(units.distinct)]
    Random(f"maker gold {seed}").shuffle(order)  # noqa: S311 - of what is drawn, not of a secret
    fields = len(units.codebook.fields)
    return [place * fields + field for place in order[:rows] for field in range(fields)]


def gold_columns(units: Units) -> list[str]:
    """Return the columns of a table of gold."""
    return [units.codebook.id or GOLD_ID, *(field.name for field in units.codebook.fields)]


def gold_rows(units: Units, people: Answers) -> Iterator[dict[str, object]]:
    """Give the rows of a table of gold, which `--gold` takes."""
    key = units.codebook.id or GOLD_ID
    for row, answers in people.gold().items():
        yield {key: row, **answers}
