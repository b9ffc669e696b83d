"""One commit of a run: what it writes is put together first, and written in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.entries import Entry
from maker_engine.sessions.store import chain, schema, storage
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.packing import pack_step

Vote: TypeAlias = tuple[int, bytes, bytes | None]
"""An entry of an open step: the id of its row, it packed, and its times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What is written of one branch.

    Attributes:
        branch: Its row, sealed.
        steps: Rows of the steps that were decided since the commit before.
        states: Rows of states that are kept.
        votes: Entries of the open step that are not in the file yet, and samples that arrived before their turn.
        dropped: Ids of the latter that are needed no more, from the first to before the last; None for none.
        dictionary: A new compression dictionary that the rows need, None for none.
        notes: Values of the branch's record that are others now, in JSON, by their keys.
        copies: What is kept a second time, by its key.
        goes_on: The branch had ended, and continues.
    """

    branch: Branch
    steps: list[tuple[object, ...]] = field(default_factory=list)
    states: list[tuple[int, str, str, float, bytes]] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    dropped: tuple[int, int] | None = None
    dictionary: bytes | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, bytes] = field(default_factory=dict)
    goes_on: bool = False


def write(connection: sqlite3.Connection, path: Path, commit: Commit) -> None:
    """Write a commit to the file at `path`: all of it is durable afterwards, or nothing was written.

    Raises:
        StorageFullError: The device is full; the same commit can be tried again.
        SessionError: It cannot be written.
    """
    number = commit.branch.id
    with storage.reported(path), connection:  # commits, or rolls back
        connection.execute("BEGIN IMMEDIATE")
        if commit.steps:
            connection.executemany("INSERT INTO step VALUES (?,?,?,?,?,?,?,?)", commit.steps)
            connection.execute("DELETE FROM vote WHERE id >= ? AND id < ?", schema.open_rows(number))
        if commit.dropped is not None:
            connection.execute("DELETE FROM vote WHERE id >= ? AND id < ?", commit.dropped)
        if commit.states:
            connection.executemany("INSERT OR REPLACE INTO snap VALUES (?,?,?,?,?)", commit.states)
        if commit.votes:
            write_votes(connection, commit.votes)
        if commit.dictionary is not None:
            connection.execute("INSERT OR REPLACE INTO blob VALUES (?,?)", (schema.DICTIONARY, commit.dictionary))
            _write_copy(connection, schema.DICTIONARY, commit.dictionary)
        if commit.goes_on:
            connection.execute("DELETE FROM meta WHERE branch = ? AND k = 'ended'", (number,))
        for key, value in commit.copies.items():
            _write_copy(connection, key, value)
        notes = [(number, key, value) for key, value in commit.notes.items()]
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?,?,?)", notes)
        connection.execute("INSERT OR REPLACE INTO branch VALUES (?,?,?,?,?,?,?)", commit.branch)


def write_votes(connection: sqlite3.Connection, votes: Iterable[Vote]) -> None:
    """Write entries of open steps."""
    rows = [(*vote, chain.digest(*vote)) for vote in votes]
    connection.executemany("INSERT OR REPLACE INTO vote VALUES (?,?,?,?)", rows)


def vote_of(row: int, entry: Entry, task: AnyTask) -> Vote:
    """Return an entry of an open step as it is written, by the id of its row."""
    step = pack_step([entry], task)
    return row, step.packed, step.times


def write_state(connection: sqlite3.Connection, values: tuple[int, str, str, float | None]) -> None:
    """Write a kept state: the id of its row, the state, the totals, and when it was kept, None where it is unknown."""
    connection.execute("INSERT OR REPLACE INTO snap VALUES (?,?,?,?,?)", (*values, chain.digest(*values)))


def write_branch(connection: sqlite3.Connection, branch: Branch, notes: Iterable[tuple[str, str]]) -> None:
    """Write the row of a branch, sealed with its record."""
    sealed = branch._replace(seal=chain.seal(branch, notes))
    connection.execute("INSERT OR REPLACE INTO branch VALUES (?,?,?,?,?,?,?)", sealed)


def _write_copy(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    connection.execute("DELETE FROM spare WHERE k = ?", (key,))
    connection.execute("INSERT INTO spare (k, v) VALUES (?,?)", (key, value))
