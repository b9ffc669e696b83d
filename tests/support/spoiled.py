"""Session files that somebody has changed by hand, and sealed again, so that only what they say is wrong."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from maker_engine.sessions.store import chain

DEEP = "[" * 100_000 + "]" * 100_000
"""A JSON value that no recursive reader comes to the end of."""


def rewrite(path: Path, key: str, text: str, branch: int = 0) -> Path:
    """Put the JSON `text` in the place of a value of a branch's record, and seal the record again."""
    with closing(sqlite3.connect(path)) as connection, connection as write:
        write.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (branch, key, text))
        row = chain.Branch._make(write.execute("SELECT * FROM branch WHERE id = ?", (branch,)).fetchone())
        seal = chain.seal(row, write.execute("SELECT k, v FROM meta WHERE branch = ?", (branch,)).fetchall())
        write.execute("UPDATE branch SET seal = ? WHERE id = ?", (seal, branch))
        write.execute("UPDATE spare SET v = ? WHERE k = ?", (text.encode(), f"{key}/{branch}"))
    return path


def value_of(path: Path, key: str, branch: int = 0) -> object:
    """Return a value of a branch's record."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT v FROM meta WHERE branch = ? AND k = ?"
        return json.loads(connection.execute(query, (branch, key)).fetchone()[0])


def rewritten(path: Path, key: str, field: str, text: str, branch: int = 0) -> Path:
    """Put the JSON `text` in the place of one field of a value that is an object."""
    before = dict(value_of(path, key, branch), **{field: "HERE"})  # type: ignore[call-overload]
    return rewrite(path, key, json.dumps(before).replace('"HERE"', text), branch)
