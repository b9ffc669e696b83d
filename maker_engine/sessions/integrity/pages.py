"""Rows out of the pages of a SQLite file that SQLite itself may not open any more.

Only leaf pages are read, wherever they lie: a damaged page then costs the rows on it, and no others
(https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1). Rows that were deleted or moved may come back too; who
asks has to know the right ones by their content.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_INDEX_LEAF, _TABLE_LEAF = 10, 13
_HEADER_BYTES = 100
_LOG_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_LONGEST_CHAIN = 100_000  # pages of one row
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class RawRow(NamedTuple):
    """A row with its values, in the order of its table's columns; a rowid column reads as None.

    `id` is None on the pages of a table without rowids.
    """

    id: int | None
    values: tuple[Any, ...]


class Pages:
    """The pages of a database file, those in its write-ahead log included.

    Args:
        path: The file.
        size: Bytes of a page; it is written at the front of the file, which may be damaged.
    """

    def __init__(self, path: Path, size: int = 4096) -> None:
        self._size = size
        self._file = path.read_bytes()
        self._logged: dict[int, list[bytes]] = {}
        log = path.with_name(path.name + "-wal")
        if log.exists():
            self._read_log(log.read_bytes())

    def rows(self) -> Iterator[RawRow]:
        """Give every row that can be read, in no order that means anything."""
        for number in range(1, len(self._file) // self._size + 1):
            yield from self._rows_on(self._file[(number - 1) * self._size : number * self._size], number)
        for number, versions in self._logged.items():
            for page in versions:
                yield from self._rows_on(page, number)

    def _read_log(self, log: bytes) -> None:
        step = _FRAME_HEADER_BYTES + self._size
        for at in range(_LOG_HEADER_BYTES, len(log) - step + 1, step):
            number = int.from_bytes(log[at : at + 4])
            self._logged.setdefault(number, []).append(log[at + _FRAME_HEADER_BYTES : at + step])

    def _page(self, number: int) -> bytes:
        if number in self._logged:
            return self._logged[number][-1]
        return self._file[(number - 1) * self._size : number * self._size] if number > 0 else b""

    def _rows_on(self, page: bytes, number: int) -> Iterator[RawRow]:
        front = _HEADER_BYTES if number == 1 else 0
        if len(page) < self._size or page[front] not in (_INDEX_LEAF, _TABLE_LEAF):
            return
        keyed = page[front] == _TABLE_LEAF
        cells = int.from_bytes(page[front + 3 : front + 5])
        for cell in range(min(cells, (self._size - front - 8) // 2)):
            at = int.from_bytes(page[front + 8 + 2 * cell : front + 10 + 2 * cell])
            try:
                yield self._row(page, at, keyed=keyed)
            except (IndexError, ValueError, struct.error, OverflowError):
                continue  # this cell is damaged; the next one need not be

    def _row(self, page: bytes, at: int, *, keyed: bool) -> RawRow:
        length, at = _varint(page, at)
        row, at = _varint(page, at) if keyed else (None, at)
        most = self._size - 35 if keyed else (self._size - 12) * 64 // 255 - 23
        local = length
        if length > most:
            least = (self._size - 12) * 32 // 255 - 23
            local = least + (length - least) % (self._size - 4)
            local = least if local > most else local
        payload = bytearray(page[at : at + local])
        following = int.from_bytes(page[at + local : at + local + 4]) if local < length else 0
        for _ in range(_LONGEST_CHAIN):
            if len(payload) >= length:
                break
            overflow = self._page(following)
            if len(overflow) < self._size:
                raise ValueError("the row leads nowhere")
            following = int.from_bytes(overflow[:4])
            payload += overflow[4:]
        return RawRow(row, tuple(_values(bytes(payload[:length]))))


def _values(record: bytes) -> Iterator[Any]:
    """Decode a record (section 2.1)."""
    length, at = _varint(record, 0)
    body = length
    while at < length:
        kind, at = _varint(record, at)
        if kind >= 12:
            size = (kind - 12) // 2
            raw = record[body : body + size]
            if len(raw) < size:
                raise ValueError("a value is cut short")
            yield raw if kind % 2 == 0 else raw.decode("utf-8", "surrogatepass")
        elif kind in _INTEGERS:
            size = _INTEGERS[kind]
            yield int.from_bytes(record[body : body + size], signed=True)
        elif kind == 7:
            size = 8
            yield struct.unpack(">d", record[body : body + 8])[0]
        else:
            size = 0
            yield {0: None, 8: 0, 9: 1}[kind] if kind in (0, 8, 9) else None
        body += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer, signed, and where it ends."""
    value = 0
    for place in range(9):
        byte = data[at + place]
        if place == 8:
            value = value << 8 | byte
            return (value - 2**64 if value >= 2**63 else value), at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at + place + 1
