"""JSON Lines: an object a line; the offset of every line is kept."""

from __future__ import annotations

import json
from array import array
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.tables.content import Content
from maker_engine.tables.row import Row, Rows

_BOM = b"\xef\xbb\xbf"


class JsonRows(Rows):
    """A table of objects. Columns are in order of first appearance.

    Args:
        content: The table's bytes.

    Raises:
        InputError: A line is no JSON object.
    """

    kind = "jsonl"

    def __init__(self, content: Content) -> None:
        self._content = content
        self._offsets = array("Q")
        known: dict[str, None] = {}
        with content.open() as file:
            at = 0
            for line in file:
                if line.removeprefix(_BOM).strip():
                    self._offsets.append(at)
                    known.update(dict.fromkeys(self._object(line, len(self._offsets))))
                at += len(line)
        self.columns = tuple(known)

    def _object(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            value = json.loads(line.removeprefix(_BOM))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputError(f"row {number:,} of {self._content.name} is no JSON object in UTF-8")
        return value

    def __len__(self) -> int:
        return len(self._offsets)

    def row(self, number: int) -> Row:
        """Return one row, 0-based."""
        with self._content.open() as file:
            file.seek(self._offsets[number])
            return Row(number, self._object(file.readline(), number + 1))
