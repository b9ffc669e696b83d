"""Reads whole columns of an SQLite file for their digests: SQLite joins a block's values, threads share the blocks."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias

from .canonical import BLOCK, column_digest, quoted

LONGEST = 8 << 20
"""Bytes of a block's values in a column that are joined at once; longer ones are read row by row."""
_MOST_JOINED = 400
"""Columns that are joined at once; of a wider table every row is read by itself. Four results of each are asked for."""
_FETCH = 200
"""Rows that are held at once where they are read one by one; a divisor of `BLOCK`."""
Submit: TypeAlias = Callable[[Callable[[sqlite3.Connection], Any]], "Future[Any]"]
"""Has a function of a connection run in a thread. Connections give texts as bytes."""
_INTEGER, _PLAIN, _TEXT, _NUMBER, _ANY = "integer", "text without a comma", "text without a NUL", "number", "any"
_OF_INTEGERS = b"-0123456789,NUL"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is made of.

    Attributes:
        name: The table.
        columns: Their names, in order, and the type that each is declared with.
        key: Columns of the primary key.
        order: By what its rows are sorted, in SQL: the key, compared as its index does, so that no two are equal.
        by_number: The key is the row's number.
        fixed: A row keeps its place as long as its key is not written: the key has no NULL, no column is generated.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    order: tuple[str, ...]
    by_number: bool
    fixed: bool


def shape_of(connection: sqlite3.Connection, name: str) -> Shape:
    """Return what a table is made of; the connection gives texts as text."""
    rows = [row for row in connection.execute(f"PRAGMA table_xinfo({quoted(name)})") if row[6] != 1]
    keys = sorted((row for row in rows if row[5]), key=lambda row: row[5])
    indices = connection.execute(f"PRAGMA index_list({quoted(name)})").fetchall()
    by_number = len(keys) == 1 and not any(row[3] == "pk" for row in indices)
    fixed = bool(keys) and (by_number or all(row[3] for row in keys)) and not any(row[6] for row in rows)
    columns = {str(row[1]): str(row[2]).upper() for row in rows}
    key = tuple(str(row[1]) for row in keys)
    compared: dict[str, str] = {}
    for index in (str(row[1]) for row in indices if row[3] == "pk"):
        parts = connection.execute(f"PRAGMA index_xinfo({quoted(index)})").fetchall()
        compared = {str(row[2]): f" COLLATE {quoted(str(row[4]))}" for row in parts if row[5]}
    order = tuple(f"{quoted(one)}{compared.get(one, '')}" for one in key)
    return Shape(name, columns, key, order, by_number, fixed)


def column_digests(
    connection: sqlite3.Connection, submit: Submit, shape: Shape, columns: Sequence[str]
) -> Callable[[], tuple[int, dict[str, str]]]:
    """Begin to read columns; return what waits for the number of rows and the digest of each column."""
    if not shape.by_number:
        found = submit(lambda one: _in_order(one, shape, columns))
        return lambda: _joined(columns, found.result())
    modes = {column: _mode(shape.columns[column]) for column in columns}

    def block(low: int | None, high: int | None) -> Future[Any]:
        return submit(lambda one: _block(one, shape, modes, low, high))

    low, parts = None, []
    for high in _bounds(connection, shape):
        parts.append(block(low, high))
        low = high
    parts.append(block(low, None))
    return lambda: _joined(columns, [part.result() for part in parts])


def _joined(columns: Sequence[str], blocks: Sequence[tuple[int, list[bytes]]]) -> tuple[int, dict[str, str]]:
    full = [hashes for count, hashes in blocks if count]
    digests = {column: column_digest(one[at] for one in full) for at, column in enumerate(columns)}
    return sum(count for count, _ in blocks), digests


def _bounds(connection: sqlite3.Connection, shape: Shape) -> Iterator[int]:
    """Yield the key of each block's last row but that of the last block."""
    key, above = quoted(shape.key[0]), ""
    while True:
        rows = f"FROM {quoted(shape.name)} NOT INDEXED{above} ORDER BY {key} LIMIT 1 OFFSET {BLOCK - 1}"
        row = connection.execute(f"SELECT {key} {rows}").fetchone()
        if row is None:
            return
        yield int(row[0])
        above = f" WHERE {key} > {int(row[0])}"


def _mode(declared: str) -> str:
    if "INT" in declared:
        return _INTEGER
    return _PLAIN if any(one in declared for one in ("CHAR", "CLOB", "TEXT")) else _NUMBER


def _block(
    connection: sqlite3.Connection, shape: Shape, modes: dict[str, str], low: int | None, high: int | None
) -> tuple[int, list[bytes]]:
    """Return how many rows have a key above `low` and up to `high`, and the hash of each column's values."""
    key = quoted(shape.key[0])
    ends = [f"{key} {sign} {end}" for sign, end in ((">", low), ("<=", high)) if end is not None]
    rows = f"FROM {quoted(shape.name)} NOT INDEXED" + (f" WHERE {' AND '.join(ends)}" if ends else "")
    if len(modes) > _MOST_JOINED:
        return (_in_order(connection, shape, [*modes], rows) or [(0, [])])[0]
    tried = [*modes.items()]  # threads share what one of them has found out
    asked = ", ".join(_asked(quoted(column), mode) for column, mode in tried)
    longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    try:
        count, *found = connection.execute(f"SELECT count(*), {asked} {rows}").fetchone()
        texts: list[bytes] = []
        for at, (column, mode) in enumerate(tried):
            text = _read(mode, count, *found[4 * at : 4 * at + 4]) if count else b""
            for other in (_TEXT, _ANY) if mode == _PLAIN else (_ANY,):
                if text is None:
                    again = connection.execute(f"SELECT {_asked(quoted(column), other)} {rows}").fetchone()
                    text, modes[column] = _read(other, count, *again), other
            texts.append(text or b"")
        return count, [hashlib.sha256(text).digest() for text in texts]
    except sqlite3.DataError:  # too long to be joined
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
        return _in_order(connection, shape, [*modes], rows)[0]
    finally:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


def _asked(name: str, mode: str) -> str:
    """Return what is asked of a block in a column: its values joined, and what shows that they are of the mode."""
    plain = f"{name} COLLATE BINARY"
    if mode in (_PLAIN, _TEXT):
        between = ", char(0)" if mode == _TEXT else ""  # any other than the comma costs as much again
        facts = f"typeof(min({plain})), typeof(max({plain})), count({name})"
        return f"group_concat(ifnull({name}, char(1)){between}), {facts}"
    value = {_INTEGER: f"ifnull({name}, 'NULL')", _NUMBER: f"quote({name})"}.get(mode) or _value(name)
    return f"group_concat({value}), NULL, typeof(max({plain})), 0"


def _read(mode: str, rows: int, joined: bytes, least: bytes, most: bytes, count: int) -> bytes | None:
    """Return a block's values as the canonical form has them, None where they are not all of the mode.

    NULL is less than a number, that than a text, that than a BLOB: so the least and the most tell of all.
    """
    if mode == _ANY:
        return joined
    if mode in (_INTEGER, _NUMBER):
        plain = mode == _NUMBER or not joined.translate(None, _OF_INTEGERS)
        return joined if most in (b"integer", b"real", b"null") and plain else None
    if count and (least, most) != (b"text", b"text"):
        return None
    between = b"\0" if mode == _TEXT else b","
    if joined.count(between) != rows - 1 or joined.count(b"\1") != rows - count:
        return None
    text = b"'" + joined.replace(b"'", b"''").replace(between, b"','") + b"'"
    return text.replace(b"'\1'", b"NULL") if count < rows else text


def _value(name: str) -> str:
    """Return the expression of a value's text; quote() would end a text at a NUL."""
    return f"CASE typeof({name}) WHEN 'text' THEN '''' || replace({name}, '''', '''''') || '''' ELSE quote({name}) END"


def _in_order(
    connection: sqlite3.Connection, shape: Shape, columns: Sequence[str], rows: str = ""
) -> list[tuple[int, list[bytes]]]:
    """Return for each block how many rows it has, and the hash of each column's values; read row by row."""
    order = [*shape.order]
    if not (shape.by_number or shape.fixed):
        order += [_value(quoted(one)) for one in sorted(shape.columns)]
    asked = ", ".join(_value(quoted(column)) for column in columns)
    cursor = connection.execute(f"SELECT {asked} {rows or f'FROM {quoted(shape.name)}'} ORDER BY {', '.join(order)}")
    found: list[tuple[int, list[bytes]]] = []
    hashes: list[Any] = []
    count = 0
    while some := cursor.fetchmany(_FETCH):
        if not hashes:
            hashes = [hashlib.sha256() for _ in columns]
        for one, texts in zip(hashes, zip(*some, strict=True), strict=True):
            one.update((b"," if count else b"") + b",".join(texts))
        count += len(some)
        if count == BLOCK:
            found.append((count, [one.digest() for one in hashes]))
            hashes, count = [], 0
    return [*found, (count, [one.digest() for one in hashes])] if count or not found else found
