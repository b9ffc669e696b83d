"""A session's file in the hands of its one writer: locked, open, watched, and given up where that fails."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from maker_engine.core.errors import SessionBusyError
from maker_engine.sessions.store import file_system as places, storage
from maker_engine.sessions.store.commit import Commit, write
from maker_engine.sessions.store.file_watch import FileWatch
from maker_engine.sessions.store.lock import WriterLock


class SessionFile:
    """Takes the lock of a file; a new one is made first.

    Args:
        path: The file.
        new: It must not exist, or is empty, and is made; it is removed again by `give_up`.

    Attributes:
        path: The file.
        notice: What a user should know of the place it is in; empty for nothing.
        connection: The writer's connection, once it is open.
        watch: Sees where the file goes, once it is open.

    Raises:
        InputError: It exists, or cannot be made there.
        SessionBusyError: Someone else is writing it.
    """

    connection: sqlite3.Connection
    watch: FileWatch

    def __init__(self, path: Path, *, new: bool) -> None:
        self.path = path
        self._new, self._is_open = new, False
        made = new and not storage.is_left_empty(path)
        if made:
            storage.make_private(path)
        try:
            self._lock = WriterLock(path)
        except BaseException as error:
            if made and not isinstance(error, SessionBusyError):  # another process begins what was just made
                storage.remove(path)
            raise
        if new and not made and not storage.is_left_empty(path):  # another process has begun it meanwhile
            self._lock.release()
            raise storage.taken(path)
        self.notice = ""
        if places.is_shared(path):
            self.notice = f"{path.parent} is on a network file system: the run cannot be watched while it goes"

    def open(self) -> None:
        """Open it for writing.

        Raises:
            SessionError: It cannot be written.
        """
        self.connection = storage.begin_anew(self.path) if self._new else storage.connect(self.path)
        self._is_open = True
        self.watch = FileWatch(self.path, self.connection)

    def write(self, commit: Commit) -> None:
        """Write a commit; raises as `commit.write` does."""
        write(self.connection, self.path, commit)

    def give_up(self) -> None:
        """Close it after a failure; of a new one nothing is left."""
        if self._new:
            storage.abandon(self.path, self.connection if self._is_open else None)
        self.close()

    def close(self) -> None:
        """Close it and let go of the lock."""
        if self._is_open:
            with suppress(sqlite3.Error):
                self.connection.close()
        self._lock.release()
