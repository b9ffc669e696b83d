"""Parts of a split table that are run, anywhere: one call begins a part, resumes it, or finds that it is done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any, NamedTuple

from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.fleet.shards import Manifest, Part
from maker_engine.input_files import exists, modified
from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import PreparedRun, drive, prepare
from maker_engine.runtime.order_options import changes_of, values_of_order
from maker_engine.runtime.run_order import RunOrder
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.tables.opening import also_in

ALTERABLE = frozenset({
    "limit_samples", "limit_usd", "limit_tokens", "limit_minutes", "max_samples", "api_base", "timeout", "undecided",
    "max_tokens", "max_reasoning_tokens", "concurrency", "rpm", "tpm",
})  # fmt: skip
"""Options that a part may be resumed with another value of; by the others its votes would be of two kinds."""
NOT_BEGUN, RUNNING, INTERRUPTED, UNREADABLE = "not begun", "running", "interrupted", "unreadable"


@dataclass(frozen=True)
class PartOrder:
    """A part that is to be run.

    Attributes:
        order: What it is begun with; it names the rows, the session and the codebook by absolute paths.
        given: Options that were given for it beside those of the split, by their names.
        sha256: The digest of its rows, empty where that is not to be held against its session.
    """

    order: RunOrder
    given: Mapping[str, Value]
    sha256: str = ""

    @property
    def session(self) -> Path:
        """Where it is recorded."""
        if self.order.session is None:
            raise TypeError("a part has a session")
        return self.order.session


class PartEnd(NamedTuple):
    """How a part has ended.

    Attributes:
        outcome: As of a run.
        reason: In one line.
    """

    outcome: str
    reason: str

    @property
    def done(self) -> bool:
        """Whether it has a result."""
        return Outcome(self.outcome).gives_result


def ended(session: Path, digest: str = "") -> PartEnd | None:
    """Return how a part's session has ended, None where it is not there or has not ended.

    Args:
        session: The session.
        digest: The SHA-256 of the part's rows, empty where that is not to be held against it.

    Raises:
        InputError: It is a session of other rows.
        SessionError: It cannot be read.
    """
    if not _begun(session):
        return None
    with Reader(session) as reader:
        meta = reader.meta()
    if digest and _digest_of_rows(meta["order"].get("source")) != digest:
        raise InputError(f"{session.name} is a session of other rows: move it away, and the part is begun anew")
    found = meta.get("ended")
    return None if found is None else PartEnd(str(found["outcome"]), str(found["reason"]))


def _digest_of_rows(source: Any) -> str:
    """Return the digest of the rows that a session keeps or names, empty where it is of none."""
    try:
        rows = json.loads(source)["rows"]
        return str(rows.get("sha256") or sha256(rows["text"].encode("utf-8", "surrogateescape")).hexdigest())
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def prepared_part(part: PartOrder) -> PreparedRun:
    """Make a part ready to be begun, or to be resumed where it stopped or was killed.

    Raises:
        InputError: It was begun with another model, k or codebook than is given now.
        SessionError: Its session cannot be read.
    """
    path = part.session
    if not _begun(path):
        return prepare(part.order)
    with Reader(path) as reader:
        begun = values_of_order(reader.meta()["order"])
    for name, value in part.given.items():
        if name not in ALTERABLE and begun.get(name, BY_NAME[name].default) != value:
            raise InputError(
                f"{path.name} was begun with another {BY_NAME[name].flag} than {value}: leave it out, or move the"
                " session away to begin anew"
            )
    changes = changes_of({name: value for name, value in part.given.items() if name in ALTERABLE})
    with also_in(path.parent):
        return prepare_resume(path, changes)


def _begun(session: Path) -> bool:
    return exists(session) and not storage.is_empty(session)


def run_part(part: PartOrder) -> PartEnd:
    """Run a part to its end in this process; one that is done stays as it is.

    Raises:
        MakerError: It cannot be run, or not be recorded.
    """
    found = ended(part.session, part.sha256)
    if found is not None and found.done:
        return found
    view = asyncio.run(drive(prepared_part(part)))
    outcome = view.snapshot.outcome
    return PartEnd(Outcome.STOPPED.value if outcome is None else outcome.value, view.snapshot.reason)


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
    written = max(map(modified, (session, session.with_name(f"{session.name}-wal"))))  # reading tidies up after a crash
    if storage.is_empty(session):
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
