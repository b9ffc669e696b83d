"""CSV, TSV and JSON Lines: the offset of every row is kept, eight bytes each, and cells are read again when wanted.

The csv module takes lines only as it needs them, so after each row the bytes given to it end where that row ends,
whatever quotes and newlines are in its cells.
"""

from __future__ import annotations

import csv
import json
import sys
from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from maker_engine.core.errors import InputError
from maker_engine.tables.content import Content
from maker_engine.tables.row import Row, Rows

_BOM, _WIDE = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
LARGEST_CELL: Final = 64_000_000
"""Characters of a cell."""


class CsvRows(Rows):
    """A table with separators.

    Args:
        content: The table's bytes.
        separator: One character; empty to tell it by the header.

    Raises:
        InputError: It has no header, a cell is too large, or quotes are not closed.
    """

    kind = "csv"

    def __init__(self, content: Content, separator: str = "") -> None:
        csv.field_size_limit(min(LARGEST_CELL, sys.maxsize))
        self._content = content
        self._encoding = "utf-8"
        try:
            self._index(separator)
        except UnicodeDecodeError:
            self._encoding = "latin-1"
            self._index(separator)
            self.notes = (f"{content.name} is not UTF-8 and was read as Latin-1",)

    def _index(self, separator: str) -> None:
        with self._content.open() as file:
            start = self._start(file)
            self.separator = separator or _separator(file.readline().decode(self._encoding))
            file.seek(start)
            lines = _Lines(file, self._encoding, start)
            reader = csv.reader(lines, delimiter=self.separator)
            header = self._next(reader, 0)
            if header is None or not any(header):
                raise InputError(f"{self._content.name} has no header: begin it with a line of column names")
            self._offsets = array("Q")
            widest, before = len(header), lines.at
            while (cells := self._next(reader, len(self._offsets) + 1)) is not None:
                if cells:
                    self._offsets.append(before)
                    widest = max(widest, len(cells))
                before = lines.at
        self._refuse_unclosed()
        self.columns = _named(header, widest, self._content.name)

    def _refuse_unclosed(self) -> None:
        """Refuse a quote that is opened and not closed: it would take all further rows into its cell."""
        if not self._offsets:
            return
        with self._content.open() as file:
            file.seek(self._offsets[-1])
            try:
                next(csv.reader(_Lines(file, self._encoding, 0), delimiter=self.separator, strict=True), None)
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    raise InputError(
                        f"row {len(self):,} of {self._content.name} opens a quote that is not closed: write two quotes"
                        " for one within a cell"
                    ) from None

    def _start(self, file: BinaryIO) -> int:
        begin = file.read(3)
        if begin[:2] in _WIDE:
            raise InputError(f"{self._content.name} is UTF-16: save it as UTF-8")
        start = len(_BOM) if begin == _BOM else 0
        file.seek(start)
        return start

    def _next(self, reader: Iterator[list[str]], number: int) -> list[str] | None:
        try:
            return next(reader, None)
        except csv.Error as error:
            why = str(error)
            if "new-line character" in why:
                why = "a carriage return is in a cell without quotes; quote it, or save the file with usual line ends"
            raise InputError(f"row {number:,} of {self._content.name} cannot be read: {why}") from None

    def __len__(self) -> int:
        return len(self._offsets)

    def row(self, number: int) -> Row:
        """Return one row, 0-based."""
        with self._content.open() as file:
            file.seek(self._offsets[number])
            return self._read(csv.reader(_Lines(file, self._encoding, 0), delimiter=self.separator), number)

    def __iter__(self) -> Iterator[Row]:
        if not self._offsets:
            return
        with self._content.open() as file:
            file.seek(self._offsets[0])
            reader = csv.reader(_Lines(file, self._encoding, 0), delimiter=self.separator)
            for number in range(len(self)):
                yield self._read(reader, number)

    def _read(self, reader: Iterator[list[str]], number: int) -> Row:
        try:
            cells = self._next(reader, number + 1)
            while cells == []:
                cells = self._next(reader, number + 1)
        except UnicodeDecodeError:
            cells = None
        if cells is None:
            raise InputError(f"row {number + 1:,} of {self._content.name} is gone: the file has changed")
        return Row(number, dict(zip(self.columns, cells, strict=False)))


class _Lines:
    """Gives decoded lines one at a time, and counts the bytes they took.

    Attributes:
        at: The offset of the next line.
    """

    def __init__(self, file: BinaryIO, encoding: str, at: int) -> None:
        self._file, self._encoding, self.at = file, encoding, at

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LARGEST_CELL)
        if not line:
            raise StopIteration
        self.at += len(line)
        return line.decode(self._encoding)


def _separator(header: str) -> str:
    counts = {one: header.count(one) for one in (",", ";", "\t")}
    return max(counts, key=lambda one: counts[one]) if any(counts.values()) else ","


def _named(header: list[str], widest: int, name: str) -> tuple[str, ...]:
    named = [cell if cell.strip() else f"column {place + 1}" for place, cell in enumerate(header)]
    named += [f"column {place + 1}" for place in range(len(header), widest)]
    twice = next((one for place, one in enumerate(named) if one in named[:place]), None)
    if twice is not None:
        raise InputError(f"{name} has two columns called {twice!r}: give each a name of its own")
    return tuple(named)


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

    def __iter__(self) -> Iterator[Row]:
        number = 0
        with self._content.open() as file:
            for line in file:
                if line.removeprefix(_BOM).strip() and number < len(self):
                    yield Row(number, self._object(line, number + 1))
                    number += 1
        if number < len(self):
            raise InputError(f"row {number + 1:,} of {self._content.name} is gone: the file has changed")
