"""Parts of a split table that are run, anywhere: one call begins a part, resumes it, or finds that it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.input_files import exists
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


@dataclass(frozen=True)
class PartOrder:
    """A part that is to be run.

    Attributes:
        order: What it is begun with; it names the rows, the session and the codebook by absolute paths.
        given: Options that were given for it beside those of the split, by their names.
    """

    order: RunOrder
    given: Mapping[str, Value]

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


def ended(session: Path) -> PartEnd | None:
    """Return how a part's session has ended, None where it is not there or has not ended.

    Raises:
        SessionError: It cannot be read.
    """
    if not _begun(session):
        return None
    with Reader(session) as reader:
        found = reader.meta().get("ended")
    return None if found is None else PartEnd(str(found["outcome"]), str(found["reason"]))


def prepared_part(part: PartOrder) -> PreparedRun:
    """Make a part ready to be begun, or to be resumed where it stopped or was killed.

    Raises:
        InputError: It was begun with another model, k or codebook than is given now.
        SessionError: Its session cannot be read.
    """
    path = part.session
    if not _begun(path):
        if exists(path) and writer_of(path) is None:
            storage.remove(path)  # of a process that was killed before it had begun
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
    return exists(session) and not storage.holds_nothing(session)


def run_part(part: PartOrder) -> PartEnd:
    """Run a part to its end in this process; one that is done stays as it is.

    Raises:
        MakerError: It cannot be run, or not be recorded.
    """
    found = ended(part.session)
    if found is not None and found.done:
        return found
    view = asyncio.run(drive(prepared_part(part)))
    outcome = view.snapshot.outcome
    return PartEnd(Outcome.STOPPED.value if outcome is None else outcome.value, view.snapshot.reason)
