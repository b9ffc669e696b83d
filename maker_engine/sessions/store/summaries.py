"""One session in one line of the library. One that cannot be read has one too, with the reason."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maker_engine.core.errors import SessionError
from maker_engine.core.record.snapshot import Totals
from maker_engine.sessions.store import schema, storage, upgrade
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.record import read_record

LONGEST_LABEL = 1_000
"""Characters of a name, a problem or a model that are kept in a line of the library."""


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
        forks: How many other runs continue from one of its steps.
        busy: True while another process writes it.
        k: Margin needed, None in a file that cannot be read.
        cost_usd: Dollars spent by its newest run, None where that is not known.
        size: Of its file, in bytes.
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
    k: int | None = None
    cost_usd: float | None = None
    size: int = 0

    @property
    def label(self) -> str:
        """What it is called where there is room for one thing: its name, its problem, or its file."""
        return self.name or self.problem or self.path.name


def summarise(path: Path) -> SessionSummary:
    """Read the one-line summary of a session. Whatever is in the file, this raises nothing."""
    size, written = _on_disk(path)
    try:
        meta, forks = _record(path)
        started, totals = meta["started"], meta["totals"]
        cost = Totals.of(totals).cost(simulated=started["simulated"])
        return SessionSummary(
            path=path,
            task=_label(started["task"]),
            problem=_label(started["problem"]),
            model=_label(started["model"]),
            simulated=started["simulated"],
            outcome=meta["ended"]["outcome"] if "ended" in meta else None,
            steps_done=totals["steps"],
            steps=started["steps"],
            samples=totals["votes"] + totals["flagged"],
            created=float(meta["created"]),
            name=_label(meta.get("name", "")),
            forks=forks,
            busy=writer_of(path) is not None,
            k=started["k"],
            cost_usd=cost,
            size=size,
        )
    except SessionError as error:
        reason = str(error)
    except KeyError:
        reason = f"session {path} is incomplete"
    except Exception as error:  # noqa: BLE001 - each file is judged alone: no damage of one may hide the others
        reason = str(storage.damaged(path, f"its record cannot be read ({type(error).__name__}: {error})"))
    return SessionSummary(path, "?", "", "", False, None, 0, None, 0, written, reason, size=size)


def _label(text: str) -> str:
    return text[:LONGEST_LABEL]


def _record(path: Path) -> tuple[dict[str, Any], int]:
    """Return the record of a session's newest branch, and how many forks it has."""
    opened = storage.open_at_rest(path) or storage.open_reader(path)
    try:
        if opened.format < schema.FORMAT:
            return read_record(upgrade.meta_of(opened.connection)), 0
        with Reader(path, connection=opened.connection) as reader:
            meta = reader.meta()
            first = meta if reader.branch.id == 0 else reader.meta(0)
            return {**meta, "name": first.get("name", "")}, len(reader.branches) - 1
    except sqlite3.Error as error:
        raise storage.damaged(path, error) from None
    finally:
        opened.close()


def _on_disk(path: Path) -> tuple[int, float]:
    """Return a file's bytes, and when it was written last."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0.0
    return found.st_size, found.st_mtime
