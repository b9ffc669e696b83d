"""What is in an SQLite file: its tables, their rows and digests, and what made them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import InputError

from .canonical import NOT_COUNTED, row_sum, table_digest, whole_digest
from .sqlite_errors import mended

BUSY_S = 5.0
_HEADER, _CHUNK = 100, 1 << 20
"""Bytes of a file's header, and those that are compared at once."""


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def table_of(connection: sqlite3.Connection, name: str) -> Any:
    """Return the rows, the digest and the columns of a table."""
    columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_xinfo({quoted(name)})") if row[6] != 1]
    values = " || ',' || ".join(f"quote({quoted(column)})" for column in sorted(columns))
    cursor = connection.execute(f"SELECT CAST({values} AS BLOB) FROM {quoted(name)}")  # noqa: S608 - names are quoted
    count, total = row_sum(row[0] for row in cursor)
    return [count, table_digest(name, columns, count, total), [*columns]]


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that are counted."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return sorted(str(row[0]) for row in rows if row[0] not in NOT_COUNTED)


def schema_of(connection: sqlite3.Connection) -> Json:
    """Return what made the tables, indices, views and triggers: [type, name, SQL] of each."""
    rows = connection.execute(
        "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    )
    return [
        [str(one) for one in row[:3]]
        for row in rows
        if row[3] not in NOT_COUNTED and not str(row[1]).startswith("sqlite_")
    ]


def digest_of(path: Path) -> tuple[str, dict[str, int]]:
    """Return the digest of a database file, which is not changed, and the rows of its tables.

    Raises:
        InputError: It cannot be read.
    """
    try:
        place = f"file:{quote(str(path.absolute()))}?mode={reading(path)}"
        with closing(sqlite3.connect(place, uri=True, timeout=BUSY_S)) as one:
            found = {name: table_of(one, name) for name in tables_of(one)}
    except sqlite3.Error as error:
        raise InputError(f"{path} cannot be read: {error}{mended(str(error))}") from None
    return whole_digest({name: row[1] for name, row in found.items()}), {name: row[0] for name, row in found.items()}


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether there is a table."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None


def reading(path: Path) -> str:
    """Return the mode in which a file is opened to be read.

    One in WAL mode can be read in a folder that cannot be written, unless its last pages are in the file beside it.
    """
    log = path.with_name(f"{path.name}-wal")
    closed = not log.exists() or not log.stat().st_size
    return "ro&immutable=1" if closed and not os.access(path.parent, os.W_OK, effective_ids=True) else "ro"


def is_newer(path: Path) -> bool:
    """Tell whether a file says that this SQLite can read or write it no more; opened, it says so too late or not."""
    with path.open("rb") as file:
        header = file.read(20)
    return header.startswith(b"SQLite format 3\0") and max(header[18:20], default=0) > 2


def in_wal(path: Path) -> bool:
    """Tell whether the last pages of a file may be in another one. No connection to it may be open: it loses locks."""
    with path.open("rb") as file:
        return file.read(20)[18:19] != b"\x01"


def same_pages(one: Path, other: Path) -> bool:
    """Tell whether two files have the same pages; in the header, counters of writes differ by themselves."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        first.seek(_HEADER)
        second.seek(_HEADER)
        while chunk := first.read(_CHUNK):
            if chunk != second.read(len(chunk)):
                return False
    return True
