"""Keeps an eye on a session file while it is written: that it is still there, and that its log stays short."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from maker_engine.core.errors import SessionError
from maker_engine.sessions.store import storage

LOOK_S = 2.0
LONGEST_LOG = 24 * 2**20
"""Bytes of the write-ahead log after which it is emptied by force; a person's long read has kept it growing."""


class FileWatch:
    """Watches one file.

    A database that is deleted or moved while it is open still takes writes, into the void; so does its log.

    Args:
        path: The file, which exists.
        connection: The writer's connection to it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        real = path.resolve()  # where a link leads to, SQLite keeps the log
        self._log = real.with_name(real.name + "-wal")
        self._connection = connection
        self._identity = self._now()
        self._polled_at = time.monotonic()
        self._gone = ""

    def look(self) -> None:
        """Look, if it is time again.

        Raises:
            SessionError: The file is gone or another one; what was in it is saved beside it if that can be done.
        """
        if time.monotonic() - self._polled_at < LOOK_S and not self._gone:
            return
        self._polled_at = time.monotonic()
        if self._now() != self._identity:
            # Rescued once, and refused from then on: nothing that is written now would be in any file.
            self._gone = self._gone or self._rescued()
            raise SessionError(
                f"session {self._path} was moved, deleted or replaced while it was being written: {self._gone}"
            )
        with suppress(OSError):
            if self._log.stat().st_size > LONGEST_LOG:
                self._shorten()

    def _shorten(self) -> None:
        """Empty the log, unless someone is reading: the run does not wait for them."""
        (patience,) = self._connection.execute("PRAGMA busy_timeout").fetchone()
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA busy_timeout=0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute(f"PRAGMA busy_timeout={patience}")

    def _now(self) -> list[tuple[int, int] | None]:
        """Return which file, and which log, is at the path now; None for one that is not there."""
        return [_identity(self._path), _identity(self._log)]

    def _rescued(self) -> str:
        for number in range(1, 100):
            path = self._path.with_name(f"{self._path.stem}-rescued-{number}{self._path.suffix}")
            if path.exists():
                continue
            try:
                storage.make_private(path)
                with closing(sqlite3.connect(path)) as copy:
                    self._connection.backup(copy)
            except (sqlite3.Error, OSError, SessionError) as error:
                return f"what was in it could not be saved beside it ({error})"
            return f"what was written so far is saved as {path}"
        return "it was not saved"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino
