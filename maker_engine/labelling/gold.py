"""What people have said is right, by row and field. It is held against decisions and is in no prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import Codebook
from maker_engine.labelling.units import Units, passage_of
from maker_engine.tables.row import Rows

MOST = 200_000
"""Rows of gold: a random part is enough."""
ID = "id"


def read_gold(table: Rows, codebook: Codebook) -> dict[str, dict[str, str]]:
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
    found: dict[str, dict[str, str]] = {}
    for row in table:
        texts = {field.name: row.text(field.name) for field in fields if row.text(field.name).strip()}
        if texts and found.setdefault(row.text(key), texts) != texts:
            raise InputError(f"gold has two answers for {row.text(key)!r}, the second in row {row.number + 1:,}")
    return found


def is_of_other_rows(task: AnyTask) -> bool:
    """Return whether a task has gold, none of which is of a row that it asks about."""
    problem = getattr(task, "problem", None)
    return getattr(problem, "gold", "{}") not in ("", "{}") and getattr(problem, "right", None) == {}


def canonical(texts: Mapping[str, Mapping[str, str]], units: Units) -> dict[str, dict[str, Any]]:
    """Return gold as canonical answers, of those rows that are asked about.

    Raises:
        InputError: An answer is none that the codebook has.
    """
    fields = {field.name: field for field in units.codebook.fields}
    found: dict[str, dict[str, Any]] = {}
    for row in units.table if texts else ():
        key = units.id_of(row)
        answers: dict[str, Any] = {}
        for name, text in texts.get(key, {}).items():
            field = fields.get(name)
            answer = None if field is None else field.read(str(text), passage_of(row, field, units.shown))
            if answer is None:
                raise InputError(f"gold for {key!r} has {text!r:.60} for {name}, which the codebook does not have")
            answers[name] = answer
        if answers:
            found[key] = answers
    return found
