"""Rows out, a row at a time: CSV whose cells no spreadsheet takes for a formula, or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that could be gets an apostrophe before it.

    A plain number is none, so `-5` stays; and a cell that begins with an apostrophe before such a sign gets another, so
    that `exact_cell` finds every cell again.
    """
    bare = text.lstrip("'")
    return "'" + text if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def exact_cell(text: str) -> str:
    """Return the cell that `safe_cell` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def csv_lines(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, separator: str = ",", exact: bool = False
) -> Iterator[str]:
    """Give a table as CSV, a line break after each row.

    Args:
        columns: The columns, in order.
        rows: The rows; a column that one lacks is an empty cell.
        separator: Between cells.
        exact: Leave cells as they are, formulas too.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(columns if exact else map(safe_cell, columns))
    yield _taken(out)
    for row in rows:
        texts = [_text(row.get(name)) for name in columns]
        writer.writerow(texts if exact else map(safe_cell, texts))
        yield _taken(out)


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give a table as JSON Lines."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
