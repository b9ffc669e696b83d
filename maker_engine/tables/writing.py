"""Rows out, a row at a time: CSV whose cells no spreadsheet takes for a formula, or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SURROGATE = re.compile("[\ud800-\udfff]")
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
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, exact: bool = False, ragged: bool = False
) -> Iterator[str]:
    """Give a table as CSV, a line break after each row.

    Args:
        columns: The columns, in order.
        rows: The rows; a column that one lacks is an empty cell.
        exact: Leave cells as they are, formulas too.
        ragged: Leave a row short that lacks its last columns.
    """
    out = io.StringIO()
    usual = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def line(cells: Sequence[str]) -> str:
        texts = cells if exact else [safe_cell(cell) for cell in cells]
        # Before Python 3.13 csv leaves a carriage return bare where lines end otherwise, and cannot read it again.
        (quoting if any("\r" in text for text in texts) else usual).writerow(texts)
        return _taken(out)

    yield line(columns)
    for row in rows:
        named = columns[: _length(row, columns)] if ragged else columns
        yield line([_text(row.get(name)) for name in named])


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give a table as JSON Lines."""
    for row in rows:
        text = json.dumps(row, ensure_ascii=False, default=str)
        # Half a character, which JSON can hold and UTF-8 cannot, is escaped as it was.
        yield (text if text.isascii() or _whole(text) else json.dumps(row, default=str)) + "\n"


def _whole(text: str) -> bool:
    return _SURROGATE.search(text) is None


def _length(row: Mapping[str, Any], columns: Sequence[str]) -> int:
    """Return up to which column a row goes, at least one."""
    return max((place for place, name in enumerate(columns, 1) if name in row), default=1)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or _whole(text) else _SURROGATE.sub(lambda one: f"\\u{ord(one[0]):04x}", text)
