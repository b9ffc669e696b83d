"""The library of sessions in the user data directory."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from maker_engine.core.errors import InputError, SessionError
from maker_engine.sessions import schema, storage, upgrade
from maker_engine.sessions.lock import writer_of
from maker_engine.sessions.reader import Reader

SUFFIX = ".maker"
FOLDER = "sessions"
"""Of the user's own library, under `home()`."""
NAMED = 5
"""So many candidates are named where a session is not named clearly."""


def home() -> Path:
    """Return the directory that sessions live under: `MAKER_HOME`, or the user data directory."""
    given = os.environ.get("MAKER_HOME")
    return Path(given).expanduser() if given else user_data_path("maker", appauthor=False)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One line of the library.

    Attributes:
        path: The file.
        task: Id of the task, "?" in a file that cannot be read.
        problem: Label of the problem.
        model: Name of the model.
        simulated: True for the simulated model.
        outcome: How it ended, None while it has not, or was killed.
        steps_done: Decided steps.
        steps: Expected steps, None when unknown.
        samples: Counted samples.
        created: Seconds since the epoch; for display only.
        damaged: Why it cannot be read, in one line; None for a sound file.
        name: What the user calls it, empty for no name.
        forks: How many other runs go on from one of its steps.
        busy: True while another process writes it.
    """

    path: Path
    task: str
    problem: str
    model: str
    simulated: bool
    outcome: str | None
    steps_done: int
    steps: int | None
    samples: int
    created: float
    damaged: str | None = None
    name: str = ""
    forks: int = 0
    busy: bool = False

    @property
    def label(self) -> str:
        """What it is called where there is room for one thing: its name, its problem, or its file."""
        return self.name or self.problem or self.path.name


class Library:
    """All sessions in one directory. One that is listed again reads only the files that have changed.

    Args:
        directory: Where they are, None for the user's own.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or home() / FOLDER
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

    def list(self) -> list[SessionSummary]:
        """Return every session, newest first; one that cannot be read is listed with the reason."""
        self._listed = {path: self._current(path) for path in self.files()}
        found = (summary for _, summary in self._listed.values())
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
    if path.is_file():
        return path
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


def summarise(path: Path) -> SessionSummary:
    """Read the one-line summary of a session."""
    try:
        meta, forks = _record(path)
        started, totals = meta["started"], meta["totals"]
        return SessionSummary(
            path=path,
            task=str(started["task"]),
            problem=str(started["problem"]),
            model=str(started["model"]),
            simulated=bool(started["simulated"]),
            outcome=meta["ended"]["outcome"] if "ended" in meta else None,
            steps_done=int(totals["steps"]),
            steps=started["steps"],
            samples=int(totals["votes"]) + int(totals["flagged"]),
            created=float(meta["created"]),
            name=str(meta.get("name", "")),
            forks=forks,
            busy=writer_of(path) is not None,
        )
    except (SessionError, KeyError, TypeError, ValueError) as error:
        reason = str(error) if isinstance(error, SessionError) else f"session {path} is incomplete"
        return SessionSummary(path, "?", "", "", False, None, 0, None, 0, _modified(path), reason)


def _record(path: Path) -> tuple[dict[str, Any], int]:
    """Return the record of a session's newest branch, and how many forks it has."""
    opened = storage.open_reader(path)
    try:
        if opened.format < schema.FORMAT:
            record = upgrade.meta_of(opened.connection)
            return {key: json.loads(value) for key, value in record.items()}, 0
        with Reader(path, connection=opened.connection) as reader:
            own = reader.record(0)
            return {"name": json.loads(own.get("name", '""')), **reader.meta()}, len(reader.branches) - 1
    except sqlite3.Error as error:
        raise storage.damaged(path, error) from None
    finally:
        opened.close()


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


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
