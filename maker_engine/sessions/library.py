"""The library of sessions in the user data directory."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from maker_engine.core.errors import SessionError
from maker_engine.sessions import schema, storage, upgrade
from maker_engine.sessions.lock import writer_of
from maker_engine.sessions.reader import Reader

SUFFIX = ".maker"


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
        name: What the user calls it, empty for nothing.
        forks: How many forks it has.
        busy: True while a process is writing it.
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


class Library:
    """All sessions in one directory.

    Args:
        directory: Where they are, None for the user's own.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or home() / "sessions"

    def new_path(self, task: str) -> Path:
        """Return a file name for a new session that no other has."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        stem = Path(task.partition(":")[0]).stem
        return self.directory / f"{stem}-{stamp}-{secrets.token_hex(2)}{SUFFIX}"

    def list(self) -> list[SessionSummary]:
        """Return every session, newest first; one that cannot be read is listed with the reason."""
        try:
            found = sorted(self.directory.glob(f"*{SUFFIX}"))
        except OSError:
            return []
        return sorted((summarise(path) for path in found), key=lambda one: (one.created, one.path.name), reverse=True)


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


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
