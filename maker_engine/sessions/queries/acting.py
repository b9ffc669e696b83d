"""What a session says of effects: which were begun and have no outcome, which ended unawaited, what was allowed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from maker_engine.core.decomposition import AnyTask, Done, Finished
from maker_engine.core.record.step_flags import StepFlag
from maker_engine.core.solving.effects import Flight, Outstanding, do_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import entries_of, moment


@dataclass(frozen=True, slots=True)
class SavedEffects:
    """The effects of a saved run, as it is now.

    Attributes:
        lost: Those that were begun and of whose end the record knows nothing.
        landed: Those that ended and were not awaited yet, in the order in which they ended.
        outcome: What has come of the effect for which the open step waits, None while that is not known.
        consents: What persons have allowed on this branch, as `--allow` takes it.
    """

    lost: tuple[Flight, ...] = ()
    landed: tuple[Finished, ...] = field(default_factory=tuple)
    outcome: Done | None = None
    consents: tuple[str, ...] = ()


def saved_effects(reader: Reader, task: AnyTask, step: int) -> SavedEffects:
    """Return what the branch of `reader` says of effects when `step` (0-based) is open.

    Raises:
        TaskError: The task begins no effect where the record has one.
    """
    found = outstanding(reader, task, step)
    found.take_all(entries_of(reader, task, step))
    lost = tuple(_flight(reader, task, begun, event.tag, event.key) for begun, event in found.begun.items())
    return SavedEffects(lost, tuple(found.landed), found.outcome, tuple(found.consents))


def outstanding(reader: Reader, task: AnyTask, step: int) -> Outstanding:
    """Return what the record says of effects before `step` (0-based)."""
    first = next((at for at, flags in reader.remarkable(0, step) if flags & StepFlag.ACTED), step)
    found = Outstanding()
    for stored in reader.steps(task, first, step):
        found.take_all(stored.entries)
        found.decide(stored.answer)
        if reader.owner(stored.step) != reader.branch.id:
            found.consents.clear()  # what was allowed a parent is not allowed its fork
    return found


def _flight(reader: Reader, task: AnyTask, step: int, tag: str, key: str) -> Flight:
    state: Hashable = moment(reader, task, step, flags_shown=0).state
    do, _ = do_of(task, state)
    return Flight(step, state, do, tag, key)
