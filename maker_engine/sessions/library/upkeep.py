"""Keeping the library in order: sessions are named, copied, put into the trash and taken out of it; none is erased."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from maker_engine.core.errors import EmptySessionError, InputError, SessionBusyError, SessionError
from maker_engine.input_files import is_file, path_of
from maker_engine.sessions.library.library import FOLDER, SUFFIX
from maker_engine.sessions.library.naming import check_name, choose, is_rank
from maker_engine.sessions.store import chain, origin, storage
from maker_engine.sessions.store.journal import LONGEST_NAME
from maker_engine.sessions.store.lock import WriterLock, writer_of
from maker_engine.sessions.store.summaries import SessionSummary, summarise
from maker_engine.sessions.store.upgrade import bring_up

TRASH = "trash"
_COMPANIONS = ("", "-wal", "-shm")
"""What belongs to a session: its file, and what SQLite may have left beside it."""
VIEWS = ".views"
"""Ends the name of the folder beside a session in which pictures of it are kept; it goes where the session goes."""


def rename(path: Path, name: str) -> None:
    """Give a session a name of the user's; an empty one takes it away.

    Raises:
        InputError: The name means another session.
        SessionError: It is damaged, or cannot be written.
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    check_name(name, path)
    _sound(path, "renamed")
    bring_up(path)
    with WriterLock(path), _reported(f"session {path} cannot be renamed"), closing(storage.connect(path)) as connection:
        _note(connection, 0, {"name": name})


def duplicate(path: Path, directory: Path) -> Path:
    """Copy a session into `directory`, as it is now at one moment even while it is written; return the copy.

    Raises:
        SessionError: It is damaged, or the copy cannot be written.
    """
    known = _sound(path, "duplicated")
    bring_up(path)
    with _reported(f"session {path} cannot be duplicated in {directory}"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = _reserved(directory / f"{path.stem}-copy{SUFFIX}")
        try:
            with closing(_source(path)) as source, closing(storage.connect(target)) as copy:
                source.backup(copy)
                _note(copy, 0, {"name": f"copy of {known.label}"[:LONGEST_NAME]})
                _keep_origin(copy, path)
        except BaseException:
            for ending in _COMPANIONS:
                _beside(target, ending).unlink(missing_ok=True)
            raise
    return target


def delete(path: Path) -> Path:
    """Move a session, sound or damaged, into the trash; return where it is now.

    Raises:
        InputError: The file is no session.
        SessionError: It is being written, or cannot be moved.
    """
    if not is_file(path):
        raise SessionError(f"there is no session {path}")
    if path.suffix != SUFFIX and summarise(path).damaged is not None:
        raise InputError(f"{path} is not a session of maker: remove it by other means")
    if (writer := writer_of(path)) is not None:
        raise SessionBusyError(f"session {path} is being written by process {writer}: stop its run first")
    home = path.parent.resolve()
    trash = trash_of(home)
    with _reported(f"session {path} cannot be moved to {trash}"):
        trash.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Kept under its place beside the trash, so that it goes back there wherever the whole has been moved to.
        place = _fresh(trash) / home.relative_to(trash.parent)
        try:
            place.mkdir(mode=0o700, exist_ok=True)
            _move(home / path.name, place / path.name)
        except OSError:
            _clear(place, trash)
            raise
    return place / path.name


def restore(trashed: Path) -> Path:
    """Move a session out of the trash, back to where it was, or beside that if the place is taken; return where.

    Raises:
        SessionError: It is not in a trash, or cannot be moved.
    """
    place = trashed.parent.resolve()
    trash = next((folder for folder in (place, *place.parents) if folder.name == TRASH), place)
    if place == trash or not is_file(trashed):
        raise SessionError(f"there is no deleted session {trashed}")
    home = trash.parent.joinpath(*place.relative_to(trash).parts[1:])
    with _reported(f"session {trashed} cannot be moved to {home}"):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = _reserved(home / trashed.name)
        try:
            _move(place / trashed.name, target)
        except OSError:
            target.unlink()
            raise
    _clear(place, trash)
    return target


def trash_of(directory: Path) -> Path:
    """Return where sessions of `directory` go: beside it if it is a library, else into it."""
    directory = directory.resolve()
    return (directory.parent if directory.name == FOLDER else directory) / TRASH


def trashed(directory: Path) -> list[Path]:
    """Return the sessions deleted from `directory`, the last deletion first."""
    trash = trash_of(directory)
    place = directory.resolve().relative_to(trash.parent)
    try:
        deletions = sorted(trash.iterdir(), reverse=True)
        return [path for one in deletions for path in sorted((one / place).glob(f"*{SUFFIX}"))]
    except OSError:
        return []


def deleted_at(trashed: Path) -> float:
    """Return when a session in the trash was deleted, in seconds since the epoch."""
    return trashed.parent.stat().st_mtime


def find_trashed(text: str, directory: Path) -> Path:
    """Return the deleted session that someone means who types `text`: a path, or what `find` takes.

    Raises:
        InputError: No session is meant, or several could be.
    """
    path = path_of(text)
    if is_file(path) and not is_rank(text):
        return path
    none = "there is no deleted session {}: maker sessions restore lists them"
    return choose(text, trashed(directory), none, ranked=True)


def _note(connection: sqlite3.Connection, branch: int, values: Mapping[str, object]) -> None:
    """Write values into the record of one of a session's runs, whose seal covers it."""
    with connection as write:
        write.execute("BEGIN IMMEDIATE")
        pairs = [(branch, key, json.dumps(value)) for key, value in values.items()]
        write.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", pairs)
        row = chain.Branch._make(write.execute("SELECT * FROM branch WHERE id = ?", (branch,)).fetchone())
        seal = chain.seal(row, write.execute("SELECT k, v FROM meta WHERE branch = ?", (branch,)).fetchall())
        write.execute("UPDATE branch SET seal = ? WHERE id = ?", (seal, branch))


def _keep_origin(copy: sqlite3.Connection, source: Path) -> None:
    """Mark the runs of a copy that came from elsewhere: in the library they would pass for the user's own."""
    for (branch,) in copy.execute("SELECT id FROM branch").fetchall():
        record = dict(copy.execute("SELECT k, v FROM meta WHERE branch = ?", (branch,)))
        if not origin.is_own(source, record):
            _note(copy, branch, {origin.IMPORTED: True})


def _sound(path: Path, action: str) -> SessionSummary:
    summary = summarise(path)
    if summary.empty:
        raise EmptySessionError(summary.damaged)
    if summary.damaged is not None:
        raise SessionError(f"what cannot be read cannot be {action}: {summary.damaged}")
    return summary


def _opened(path: Path, mode: str, timeout: float = 0.0) -> sqlite3.Connection:
    return sqlite3.connect(storage.address_of(path, mode), uri=True, isolation_level=None, timeout=timeout)


def _source(path: Path) -> sqlite3.Connection:
    """Open a session to copy it, also from a directory that cannot be written."""
    connection = _opened(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        return _opened(path, "immutable=1")
    return connection


@contextmanager
def _reported(failure: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
    else:
        return
    raise SessionError(f"{failure} ({problem}): make it and its directory writable, or free space, and try again")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _clear(place: Path, trash: Path) -> None:
    """Remove the folders of a deletion up to the trash, as far as they are empty."""
    with contextlib.suppress(OSError):
        while place != trash:
            place.rmdir()
            place = place.parent


def _fresh(trash: Path) -> Path:
    """Make a folder for one deletion, named by its time, so that names sort by it and never meet."""
    while True:
        now = time.time_ns()
        folder = trash / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now // 10**9))}-{now % 10**9:09}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            return folder


def _reserved(path: Path) -> Path:
    """Create an empty private file at `path`, or with a number after its name if the place is taken."""
    for number in count(1):
        place = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        # Another session's log beside the place would be taken for the log of the file that comes there.
        if any(_beside(place, ending).exists() for ending in (*_COMPANIONS, VIEWS)):
            continue
        with contextlib.suppress(FileExistsError):
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return place
    raise AssertionError


def _move(path: Path, target: Path) -> None:
    """Move a session with what is beside it: all of it, or nothing."""
    moved: list[tuple[Path, Path]] = []
    try:
        for ending in reversed((*_COMPANIONS, VIEWS)):
            here, there = _beside(path, ending), _beside(target, ending)
            if here.exists():
                here.replace(there)
                moved.append((here, there))
    except OSError:
        for here, there in reversed(moved):
            there.replace(here)
        raise
