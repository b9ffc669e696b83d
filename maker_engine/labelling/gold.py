"""What people have said is right, by row and field. It is held against decisions and is in no prompt."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.labelling.by_row import ByRow, Gathering, unpacked
from maker_engine.labelling.codebook import SPAN, Codebook, Field
from maker_engine.labelling.units import Units, passage_of
from maker_engine.tables.row import Row, Rows

MOST = 2_000_000
"""Rows of gold: a random part is enough."""
KEPT_BY_ID = 10_000
"""Rows of gold that a session keeps by their ids; of more it keeps digests of the ids, and each different text once."""
ID = "id"
_READ = 10_000
"""Different texts whose answers are held while gold is read."""

Gold = ByRow[Hashable]
"""Canonical answers by the row's id and by field."""
Texts = Mapping[str, Mapping[str, str]] | ByRow[str]
"""Answers as they were written: by the row's id, then by field."""


def read_gold(table: Rows, codebook: Codebook) -> Texts:
    """Read what a table says is right, as text; empty cells say nothing.

    Raises:
        InputError: It has no ids, no field of the codebook, an answer that is none, or too many rows.
    """
    key = codebook.id if codebook.id in table.columns else ID
    fields = [field for field in codebook.fields if field.name in table.columns]
    if key not in table.columns or not fields:
        wanted = ", ".join(field.name for field in codebook.fields)
        raise InputError(
            f"gold needs a column {codebook.id or ID!r} and one of {wanted}; it has {', '.join(table.columns)}"
        )
    if len(table) > MOST:
        raise InputError(f"gold may have {MOST:,} rows: a random part of them is enough")
    rows = _texts(table, fields)
    if len(table) > KEPT_BY_ID:
        many = Gathering[str]()
        for row, texts in rows:
            if not many.add(row.text(key), texts):
                raise _twice(row, key)
        return many.gathered()
    few: dict[str, dict[str, str]] = {}
    for row, texts in rows:
        if few.setdefault(row.text(key), texts) != texts:
            raise _twice(row, key)
    return few


def _texts(table: Rows, fields: list[Field]) -> Iterator[tuple[Row, dict[str, str]]]:
    """Give the rows that say something, and what."""
    for row in table:
        texts = {field.name: text for field in fields if (text := row.text(field.name)).strip()}
        if texts:
            yield row, texts


def is_of_other_rows(task: AnyTask) -> bool:
    """Return whether a task has gold, none of which is of a row that it asks about."""
    problem = getattr(task, "problem", None)
    right = getattr(problem, "right", None)
    return getattr(problem, "gold", "{}") not in ("", "{}") and isinstance(right, ByRow) and not right


def _twice(row: Row, key: str) -> InputError:
    return InputError(f"gold has two answers for {row.text(key)!r}, the second in row {row.number + 1:,}")


def kept_texts(texts: Texts) -> Any:
    """Return gold as a session keeps it, as JSON: by id, or packed."""
    return texts.packed() if isinstance(texts, ByRow) else texts


def texts_kept(value: Any) -> Texts:
    """Read gold that a session keeps.

    Raises:
        ValueError, TypeError, AttributeError: It is none.
    """
    if isinstance(value, list):
        return unpacked(value)
    return {str(one): dict(answers) for one, answers in value.items()}


def canonical(texts: Texts, units: Units) -> Gold:
    """Return gold as canonical answers, of those rows that are asked about.

    Raises:
        InputError: An answer is none that the codebook has.
    """
    fields = {field.name: field for field in units.codebook.fields}
    read = lru_cache(_READ)(lambda name, text: fields[name].read(text))
    found = Gathering[Hashable]()
    for row in units.table if len(texts) else ():
        key = units.id_of(row)
        answers: dict[str, Any] = {}
        for name, text in (texts.get(key) or {}).items():
            field = fields.get(name)
            if field is None:
                answer = None
            elif field.form == SPAN:
                answer = field.read(str(text), passage_of(row, field, units.shown))
            else:
                answer = read(name, str(text))
            if answer is None:
                raise InputError(f"gold for {key!r} has {text!r:.60} for {name}, which the codebook does not have")
            answers[name] = answer
        if answers:
            found.add(key, answers)
    return found.gathered()
