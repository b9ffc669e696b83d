"""What is known of an SQLite file's columns from before, and what SQLite says has been written to since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_NEVER = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT}
_WHOLE = {
    sqlite3.SQLITE_INSERT, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_CREATE_VTABLE, sqlite3.SQLITE_DROP_VTABLE,
}  # fmt: skip
"""What is authorized for a table as a whole."""


class Written:
    """The columns that statements may have written, by table; None for all columns and rows of one."""

    def __init__(self) -> None:
        self.tables: dict[str, set[str] | None] = {}

    def add(self, table: str, columns: Iterable[str] | None) -> None:
        """Note columns of a table, or the table as a whole."""
        known = self.tables.get(table, set())
        self.tables[table] = None if known is None or columns is None else {*known, *columns}

    def authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """Note what SQLite asks leave for, triggers and actions of foreign keys among it; return whether it may."""
        if action in _NEVER or (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_UPDATE:
            self.add(str(first), None if second == "ROWID" else [str(second)])  # a key by another name
        elif action in _WHOLE:
            self.add(str(first), None)
        return sqlite3.SQLITE_OK


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
        examined: It was surveyed after that change, so that with the next transaction another one begins.
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
            if known is not None and columns is None:
                del self.tables[name]
            elif known is not None and columns is not None:
                moved = not columns.isdisjoint(known.key)  # what is left to know is the number of rows
                left = {} if moved else known.columns
                known.columns = {one: digest for one, digest in left.items() if one not in columns}
            before = self.written.get(name, [])
            self.written[name] = None if before is None or columns is None else sorted({*before, *columns})
        if self.unchecked is not None:
            self.unchecked = sorted({*self.unchecked, *wrote})


class PartsFile:
    """Keeps what is known of a copy beside it; of a database to which others may write, nothing is known.

    Args:
        path: The file.
        alone: Nobody else writes to the database.
    """

    def __init__(self, path: Path, *, alone: bool) -> None:
        self._path = path
        self._alone = alone

    def of(self, head: str) -> Parts:
        """Return what is known of a state; nothing where the file is of another, there is none, or it was cut off."""
        try:
            found = json.loads(self._path.read_bytes()) if self._alone else {}
            tables = {name: Known(**one) for name, one in found.pop("tables").items()}
            parts = Parts(tables=tables, **found)
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            return Parts()
        return parts if parts.head == head else Parts()

    def keep(self, parts: Parts) -> None:
        """Keep what is known of a state, whole or, where there is no room, not at all; and of no other."""
        if self._alone and parts.head:
            part = self._path.with_suffix(".part")
            with suppress(OSError):  # what is not kept is read anew
                part.write_text(json.dumps(parts, default=_fields), encoding="utf-8")
                part.replace(self._path)

    def go_on(self, parent: str, head: str, wrote: Written) -> None:
        """Keep of the next state what was not written on the way to it."""
        if (parts := self.of(parent)).head:
            parts.go_on(head, wrote.tables)
            self.keep(parts)

    def checked(self, head: str) -> None:
        """Keep that SQLite has found the structure of all tables sound."""
        parts = self.of(head)
        parts.unchecked = []
        self.keep(parts)

    def forget(self) -> None:
        """Know nothing: the same statements, done again, need not give the same rows."""
        self._path.unlink(missing_ok=True)


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
