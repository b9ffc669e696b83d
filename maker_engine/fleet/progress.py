"""How far each part of a split table is, read from its session while it is run, by this process or another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from maker_engine.core.errors import SessionError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.fleet.shards import Manifest, Part
from maker_engine.input_files import exists, modified_at
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader

NOT_BEGUN, RUNNING, INTERRUPTED, UNREADABLE = "not begun", "running", "interrupted", "unreadable"


@dataclass(frozen=True)
class PartState:
    """How far a part is; what is counted is each field of each row with a content of its own.

    Attributes:
        part: Its name.
        state: `NOT_BEGUN`, `RUNNING`, `INTERRUPTED` (it has not ended, and nobody who shares the folder drives it),
            `UNREADABLE` (its session is damaged), or the outcome that it has ended with.
        rows: Rows that it has.
        decided: What is decided, or was given up.
        of: What there is to decide, None where that is not known yet.
        undecided: What was given up.
        votes: Valid votes.
        usd: Dollars, None where they are not known.
        going_s: Seconds that it has been run.
        model: Who answers, empty where that is not known yet.
        written_s: Seconds since its session was written last, None where it is not begun.
    """

    part: str
    state: str
    rows: int
    decided: int = 0
    of: int | None = None
    undecided: int = 0
    votes: int = 0
    usd: float | None = 0.0
    going_s: float = 0.0
    model: str = ""
    written_s: float | None = None

    @property
    def done(self) -> bool:
        """Whether it has a result."""
        return self.state in {*Outcome} and Outcome(self.state).gives_result

    @property
    def per_s(self) -> float | None:
        """How much it decides a second; None before it has decided anything."""
        return self.decided / self.going_s if self.decided and self.going_s else None

    @property
    def eta_s(self) -> float | None:
        """Seconds to its end at this rate, None where that is not known."""
        if self.done:
            return 0.0
        if self.of is None or self.per_s is None:
            return None
        return (self.of - self.decided) / self.per_s


def states(manifest: Manifest) -> Iterator[PartState]:
    """Give how far each part is, in the order of the rows."""
    return (_state(part, manifest.folder / part.session) for part in manifest.parts)


def _state(part: Part, session: Path) -> PartState:
    if not exists(session):
        return PartState(part.name, NOT_BEGUN, part.count)
    try:
        return _read(part, session)
    except SessionError:
        driven = writer_of(session) is not None  # it is just being made, or is driven over a network file system
        return PartState(part.name, RUNNING if driven else UNREADABLE, part.count)


def _read(part: Part, session: Path) -> PartState:
    written = max(
        map(modified_at, (session, session.with_name(f"{session.name}-wal")))
    )  # reading tidies up after a crash
    if storage.holds_nothing(session):
        return PartState(part.name, NOT_BEGUN if writer_of(session) is None else RUNNING, part.count)
    with Reader(session) as reader:
        meta: dict[str, Any] = reader.meta()
    started, totals = meta.get("started", {}), Totals.of(meta.get("totals", {}))
    end = meta.get("ended")
    driven = writer_of(session) is not None
    state = RUNNING if driven else INTERRUPTED if end is None else str(end["outcome"])
    return PartState(
        part.name, state, part.count, totals.steps,
        started.get("steps"), totals.undecided, totals.votes, totals.cost(simulated=bool(started.get("simulated"))),
        float(meta.get("elapsed_s", 0.0)), str(started.get("model", "")),
        max(0.0, time() - written),
    )  # fmt: skip
