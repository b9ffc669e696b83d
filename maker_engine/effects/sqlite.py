"""SQL in an SQLite file: one transaction, in a thread, held to its file and to reading by SQLite's own authorizer."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.decomposition import Json
from maker_engine.effects.port import Call, EffectError
from maker_engine.effects.sql import Answer, Statement, value_of
from maker_engine.printable import one_line

BUSY_S = 10.0
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_NEVER = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT})
_READ_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list",
                           "integrity_check", "quick_check", "foreign_key_check", "user_version"})  # fmt: skip
_WRITE_PRAGMAS = _READ_PRAGMAS | {"foreign_keys", "defer_foreign_keys"}


async def run(call: Call, place: str, statements: Sequence[Statement]) -> dict[str, Json]:
    """Run statements in the file `place`, which must exist unless they write.

    Raises:
        EffectError: SQLite refuses one; none of them has happened.
    """
    work = _Work(call, place, statements)
    ended = asyncio.ensure_future(asyncio.to_thread(work.run))
    try:
        return await asyncio.shield(ended)
    except asyncio.CancelledError:
        work.interrupt()
        await asyncio.wait([ended])
        if ended.exception() is None:
            return ended.result()  # it was done by then, and that is what has to be on record
        raise


class _Work:
    """Statements on their way, in a thread that is not the one that may interrupt them."""

    def __init__(self, call: Call, place: str, statements: Sequence[Statement]) -> None:
        self._call = call
        self._place = place
        self._statements = statements
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def interrupt(self) -> None:
        """Let the statement that runs fail; at most its commit can still come through."""
        with self._lock:
            self._stopped = True
            if self._connection is not None:
                self._connection.interrupt()

    def run(self) -> dict[str, Json]:
        """Run them."""
        writes = self._call.writes
        try:
            connection = _connected(self._place, writes=writes)
        except sqlite3.Error as error:
            raise EffectError("sql", one_line(f"{self._place}: {error}")) from None
        with self._lock:
            self._connection = connection
        try:
            return self._transact(connection, writes=writes)
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
            raise EffectError("sql", one_line(f"{self._place}: {error}")) from None
        finally:
            with self._lock:
                self._connection = None
            connection.close()  # what is not committed is rolled back

    def _transact(self, connection: sqlite3.Connection, *, writes: bool) -> dict[str, Json]:
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        allow = self._allow_writing if writes else self._allow_reading
        answers: list[Answer] = []
        for statement in self._statements:
            if self._stopped:
                raise EffectError("sql", "interrupted")
            connection.set_authorizer(allow)
            try:
                cursor = connection.execute(statement.sql, _bound(statement.parameters))
                columns = None if cursor.description is None else tuple(one[0] for one in cursor.description)
                answers.append(Answer(columns, cursor, cursor.rowcount))
            finally:
                connection.set_authorizer(None)
        value = value_of(answers, self._call)
        connection.execute("COMMIT")
        return value

    @staticmethod
    def _allow_reading(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if first in _READ_PRAGMAS and _is_asked(first, second) else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY

    @staticmethod
    def _allow_writing(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if first in _WRITE_PRAGMAS else sqlite3.SQLITE_DENY
        if action in _NEVER or (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK


def _connected(place: str, *, writes: bool) -> sqlite3.Connection:
    """Open a file. Reads too have to be able to roll back what a killed writer has left half done."""
    file = quote(str(Path(place).absolute()))
    mode = "rwc" if writes else "rw" if os.access(place, os.W_OK) else "ro"
    connection = sqlite3.connect(
        f"file:{file}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    if not writes:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _is_asked(pragma: str, value: str | None) -> bool:
    return pragma != "user_version" or value is None  # with a value it is set


def _bound(parameters: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
    """Return parameters as SQLite takes them: what is no number, text or null, as its JSON."""

    def one(value: Any) -> Any:
        return json.dumps(value) if isinstance(value, list | dict) else value

    if isinstance(parameters, Mapping):
        return {name: one(value) for name, value in parameters.items()}
    return [one(value) for value in parameters]
