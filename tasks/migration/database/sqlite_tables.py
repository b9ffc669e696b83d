"""What is in an SQLite file: its tables, their rows and digests, and what made them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import InputError

from .canonical import JOURNAL, row_sum, table_digest, whole_digest

BUSY_S = 5.0


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
    return sorted(str(row[0]) for row in rows if row[0] != JOURNAL)


def schema_of(connection: sqlite3.Connection) -> Json:
    """Return what made the tables, indices, views and triggers: [type, name, SQL] of each."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
    return [[str(one) for one in row] for row in rows if row[1] != JOURNAL and not str(row[1]).startswith("sqlite_")]


def digest_of(path: Path) -> tuple[str, dict[str, int]]:
    """Return the digest of a database file, which is not changed, and the rows of its tables.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_S)) as one:
            found = {name: table_of(one, name) for name in tables_of(one)}
    except sqlite3.Error as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    return whole_digest({name: row[1] for name, row in found.items()}), {name: row[0] for name, row in found.items()}
