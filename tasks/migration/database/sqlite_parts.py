"""What is known of an SQLite file's columns from before, and what SQLite says has been written to since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WHOLE = {
    sqlite3.SQLITE_INSERT: 0, sqlite3.SQLITE_DELETE: 0, sqlite3.SQLITE_CREATE_TABLE: 0, sqlite3.SQLITE_DROP_TABLE: 0,
    sqlite3.SQLITE_CREATE_VTABLE: 0, sqlite3.SQLITE_DROP_VTABLE: 0,
}  # fmt: skip
"""What is authorized for a table as a whole, and which of its two names is the table."""


class Written:
    """The columns that statements may have written, by table; None for all columns and rows of one."""

    def __init__(self) -> None:
        self.tables: dict[str, set[str] | None] = {}

    def add(self, table: str, columns: Iterable[str] | None) -> None:
        """Note columns of a table, or the table as a whole."""
        known = self.tables.get(table, set())
        self.tables[table] = None if known is None or columns is None else {*known, *columns}

    def authorized(self, action: int, first: str | None, second: str | None) -> None:
        """Note what SQLite asks leave for: triggers and actions of foreign keys are among it."""
        if action == sqlite3.SQLITE_UPDATE:
            self.add(str(first), [str(second)])
        elif action in _WHOLE:
            self.add(str((first, second)[_WHOLE[action]]), None)


class Altering:
    """Sees which columns each statement adds, drops or renames; the others of a table keep their values.

    Args:
        connection: Of the database, before the first statement.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._columns, self._version = _columns(connection), _version(connection)

    def note(self, connection: sqlite3.Connection, wrote: Written) -> None:
        """Note the columns that there were only before the statement, or only after it."""
        if (version := _version(connection)) == self._version:
            return
        known, self._columns, self._version = self._columns, _columns(connection), version
        for table in {*known, *self._columns}:
            before, now = known.get(table), self._columns.get(table)
            if before != now:
                wrote.add(table, None if before is None or now is None else before ^ now)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA schema_version").fetchone()[0])


def _columns(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    rows = connection.execute(
        "SELECT m.name, x.name FROM sqlite_master m, pragma_table_xinfo(m.name) x WHERE m.type = 'table'"
    )
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(str(table), set()).add(str(column))
    return {table: frozenset(columns) for table, columns in found.items()}


@dataclass(slots=True)
class Known:
    """What is known of a table: its rows, its key, and the digests of the columns that were not written since."""

    rows: int
    key: list[str]
    columns: dict[str, str]


@dataclass(slots=True)
class Parts:
    """What is known of a copy in one state: nobody else writes to it, and a state's name says what was done to it.

    Attributes:
        head: What the state is called.
        tables: By name.
        written: Columns that the last change has written, by table, sorted; None for a table as a whole.
        examined: It was looked at after that change, so that with the next transaction another one begins.
        unchecked: Tables written since SQLite last checked the file's structure; None for all.
    """

    head: str = ""
    tables: dict[str, Known] = field(default_factory=dict)
    written: dict[str, list[str] | None] = field(default_factory=dict)
    examined: bool = False
    unchecked: list[str] | None = None

    def go_on(self, head: str, wrote: Mapping[str, set[str] | None]) -> None:
        """Forget what was written on the way to another state."""
        self.head = head
        self.written, self.examined = {} if self.examined else self.written, False
        for name, columns in wrote.items():
            known = self.tables.get(name)
            if known is not None and (columns is None or columns & {*known.key}):
                del self.tables[name]
            elif known is not None and columns is not None:
                known.columns = {one: digest for one, digest in known.columns.items() if one not in columns}
            before = self.written.get(name, [])
            self.written[name] = None if before is None or columns is None else sorted({*before, *columns})
        if self.unchecked is not None:
            self.unchecked = sorted({*self.unchecked, *wrote})


def load(path: Path, head: str) -> Parts:
    """Return what a file keeps of a state; nothing where it is of another, there is none, or it was cut off."""
    try:
        found = json.loads(path.read_bytes())
        tables = {name: Known(**one) for name, one in found.pop("tables").items()}
        parts = Parts(tables=tables, **found)
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return Parts()
    return parts if parts.head == head else Parts()


def save(path: Path, parts: Parts) -> None:
    """Keep it in a file, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(parts, default=_fields), encoding="utf-8")
    part.replace(path)


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
