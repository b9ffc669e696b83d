"""The library of sessions in the user data directory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from maker_engine.sessions.library.listing import newest
from maker_engine.sessions.library.naming import SUFFIX, find, sessions_in
from maker_engine.sessions.store.summaries import SessionSummary, summarise
from maker_engine.sessions.store.user_data import FOLDER, home, library

__all__ = ["FOLDER", "SUFFIX", "Library", "SessionSummary", "find", "home", "summarise"]

PROGRESS_EVERY = 50
"""While sessions are read it is said after so many how far that has come."""


class Library:
    """All sessions in one directory. One that is listed again reads only the files that have changed.

    Args:
        directory: Where they are, None for the user's own.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or library()
        self._listed: dict[Path, tuple[_Stamp, SessionSummary]] = {}

    def new_path(self, task: str) -> Path:
        """Return a file name for a new session that no other has."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        stem = Path(task.partition(":")[0]).resolve().stem  # a task's path may be `.`
        return self.directory / f"{stem}-{stamp}-{secrets.token_hex(2)}{SUFFIX}"

    def files(self) -> Sequence[Path]:
        """Return the path of every session, by file name; none are read.

        Raises:
            InputError: The directory is closed to this user.
        """
        return sessions_in(self.directory)

    def list(self, on_read: Callable[[int, int], None] = lambda *_: None) -> list[SessionSummary]:
        """Return every session, newest first; one that cannot be read is listed with the reason.

        Args:
            on_read: Called now and then with how many of how many sessions have been read.

        Raises:
            InputError: The directory is closed to this user.
        """
        files = self.files()
        listed: dict[Path, tuple[_Stamp, SessionSummary]] = {}
        for done, path in enumerate(files):
            if done % PROGRESS_EVERY == 0:
                on_read(done, len(files))
            listed[path] = self._current(path)
        self._listed = listed
        found = (summary for _, summary in listed.values())
        return sorted(found, key=newest, reverse=True)

    def _current(self, path: Path) -> tuple[_Stamp, SessionSummary]:
        stamp, known = _stamp(path), self._listed.get(path)
        # A writer that was killed leaves its file as it is: what was busy is asked again.
        if known is not None and known[0] == stamp and not known[1].busy and known[1].damaged is None:
            return known
        return stamp, summarise(path)


_Stamp = tuple[tuple[int, int], ...]


def _stamp(path: Path) -> _Stamp:
    """Identify the state of a session by time and size of its file and its log; an empty log is none."""
    stamps = []
    for file in (path, path.with_name(path.name + "-wal")):
        try:
            found = file.stat()
        except OSError:
            continue
        if found.st_size:
            stamps.append((found.st_mtime_ns, found.st_size))
    return tuple(stamps)
