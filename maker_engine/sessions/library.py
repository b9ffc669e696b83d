"""The library of sessions in the user data directory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from maker_engine.core.errors import InputError
from maker_engine.input_files import is_closed, is_file
from maker_engine.sessions.summaries import SessionSummary, summarise
from maker_engine.sessions.user_data import FOLDER, home, library

__all__ = ["FOLDER", "SUFFIX", "Library", "SessionSummary", "choose", "find", "home", "summarise"]

SUFFIX = ".maker"
TOLD_EVERY = 50
"""While sessions are read it is said after so many how far that has come."""
NAMED = 5
"""So many candidates are named where a session is not named clearly."""


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
        """Return the path of every session, by file name; none are read."""
        try:
            return sorted(self.directory.glob(f"*{SUFFIX}"))
        except OSError:
            return ()

    def list(self, on_read: Callable[[int, int], None] = lambda *_: None) -> list[SessionSummary]:
        """Return every session, newest first; one that cannot be read is listed with the reason.

        Args:
            on_read: Told now and then how many of how many sessions have been looked at.
        """
        files = self.files()
        listed: dict[Path, tuple[_Stamp, SessionSummary]] = {}
        for done, path in enumerate(files):
            if done % TOLD_EVERY == 0:
                on_read(done, len(files))
            listed[path] = self._current(path)
        self._listed = listed
        found = (summary for _, summary in listed.values())
        return sorted(found, key=lambda one: (one.created, one.path.name), reverse=True)

    def _current(self, path: Path) -> tuple[_Stamp, SessionSummary]:
        stamp, known = _stamp(path), self._listed.get(path)
        # A writer that was killed leaves its file as it is: what was busy is asked again.
        if known is not None and known[0] == stamp and not known[1].busy and known[1].damaged is None:
            return known
        return stamp, summarise(path)


def find(text: str, directory: Path | None = None) -> Path:
    """Return the session that somebody means who types `text`.

    Args:
        text: A path, or in the library a file name with or without its ending, or the start of just one.
        directory: The library's, None for the user's own.

    Raises:
        InputError: No session is meant, or several could be.
    """
    path = Path(text).expanduser()
    if is_file(path):
        return path
    if is_closed(path):
        raise InputError(f"session {path} cannot be read: you may not look into its directory")
    return choose(text, Library(directory).files(), "there is no session {}: maker sessions ls lists them")


def choose(text: str, paths: Iterable[Path], none: str) -> Path:
    """Return the one of `paths` whose file name, with or without its ending, is `text` or alone starts with it.

    Args:
        text: What was typed.
        paths: What there is to choose from; among several of exactly this name, the first is meant.
        none: What to say when there is none, with {} for what was typed.

    Raises:
        InputError: None of them is meant, or several could be.
    """
    known = list(paths)
    for path in known:
        if text in (path.name, path.stem):
            return path
    meant = [path for path in known if text and path.name.startswith(text)]
    if not meant:
        raise InputError(none.format(repr(text)))
    if len({path.name for path in meant}) > 1:
        names = ", ".join(path.stem for path in meant[:NAMED])
        rest = f" and {len(meant) - NAMED} more" if len(meant) > NAMED else ""
        raise InputError(f"{text!r} could be {len(meant)} sessions: {names}{rest}")
    return meant[0]


_Stamp = tuple[tuple[int, int], ...]


def _stamp(path: Path) -> _Stamp:
    """Tell one state of a session from another by time and size of its file and its log; an empty log is none."""
    stamps = []
    for file in (path, path.with_name(path.name + "-wal")):
        try:
            found = file.stat()
        except OSError:
            continue
        if found.st_size:
            stamps.append((found.st_mtime_ns, found.st_size))
    return tuple(stamps)
