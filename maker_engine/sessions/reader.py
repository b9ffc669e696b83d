"""Reads session files, never writing to them; short reads, so that a writer's log does not grow."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import SessionError
from maker_engine.sessions import schema
from maker_engine.sessions.packing import Entry, Sample, decompress, undense, unpack

_PAGE = 2_000  # rows a read: short enough not to hold a checkpoint up, long enough to be fast


class StoredStep(NamedTuple):
    """A decided step as it stands in the file; `step` is 0-based."""

    step: int
    flags: int
    answer: Any
    entries: list[Entry]

    @property
    def samples(self) -> list[Sample]:
        """Its counted samples, in the order of counting."""
        return [entry for entry in self.entries if isinstance(entry, Sample)]


class Reader:
    """A read-only look into one session file.

    Raises:
        SessionError: It is not there, not a session, damaged, or of a newer format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = _open(path)
        self._dictionary: bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def meta(self) -> dict[str, Any]:
        """Return what the file says of its run: order, started, totals, ended, created."""
        return {key: json.loads(value) for key, value in self._query("SELECT k, v FROM meta")}

    def answers(self, task: AnyTask, first: int = 0, last: int | None = None) -> Iterator[Any]:
        """Give the decided answers of steps `first` to `last` (0-based, exclusive; None for all), in order."""
        end = 2**schema.BRANCH_BITS if last is None else last
        while first < end:
            rows = self._query(
                "SELECT id, action FROM step WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", first, end, _PAGE
            )
            if not rows:
                return
            for _, action in rows:
                yield task.decode_answer(undense(action))
            first = rows[-1][0] + 1

    def steps_done(self) -> int:
        """Return how many steps are decided."""
        last = self._query("SELECT max(id) FROM step")[0][0]
        return 0 if last is None else int(last) + 1

    def dictionary(self) -> bytes | None:
        """Return the file's compression dictionary, None while it has none."""
        rows = self._query("SELECT v FROM blob WHERE h = 'dictionary'")
        return rows[0][0] if rows else None

    def chain(self) -> bytes:
        """Return the hash that links all steps up to the last one; empty before the first."""
        rows = self._query("SELECT chain FROM step ORDER BY id DESC LIMIT 1")
        return rows[0][0] if rows else b""

    def state(self, task: AnyTask, step: int) -> Any:
        """Return the state before `step` (0-based): the snapshot before it, and the answers since."""
        rows = self._query("SELECT id, state FROM snap WHERE id <= ? ORDER BY id DESC LIMIT 1", step)
        begun, state = (rows[0][0], task.decode_state(json.loads(rows[0][1]))) if rows else (0, task.start())
        for answer in self.answers(task, begun, step):
            state = task.apply(state, answer)
        return state

    def steps(self, task: AnyTask, where: str, limit: int) -> list[StoredStep]:
        """Return the last `limit` steps that match the SQL condition `where`, in order."""
        rows = self._query(
            f"SELECT id, flags, action, votes FROM step WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - ours
            limit,
        )
        return [
            StoredStep(step, flags, task.decode_answer(undense(action)), self._unpack(votes, task))
            for step, flags, action, votes in reversed(rows)
        ]

    def open_entries(self, task: AnyTask) -> list[Entry]:
        """Return what happened so far in the step that is not decided yet, in order."""
        rows = self._query("SELECT body FROM vote ORDER BY id")
        return [entry for (body,) in rows for entry in unpack(body, task)]

    def _unpack(self, votes: bytes, task: AnyTask) -> list[Entry]:
        if self._dictionary is None:
            self._dictionary = self.dictionary()
        return unpack(decompress(votes, self._dictionary), task)

    def _query(self, sql: str, *values: object) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise SessionError(f"session {self.path} is damaged: {error}") from None


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise SessionError(f"there is no session {path}")
    address = quote(str(path.resolve()))
    # A WAL file in a directory that cannot be written opens only as immutable.
    for mode in ("mode=ro", "immutable=1"):
        connection = sqlite3.connect(f"file:{address}?{mode}", uri=True, check_same_thread=False)
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            connection.close()
            problem = str(error)
            continue
        if application != schema.APPLICATION_ID:
            connection.close()
            raise SessionError(f"{path} is not a session of maker")
        if version > schema.FORMAT:
            connection.close()
            raise SessionError(f"session {path} has format {version}; update maker to read it")
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection
    raise SessionError(f"session {path} cannot be read: {problem}")
