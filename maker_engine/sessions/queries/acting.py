"""What a session says of effects: which were begun and have no outcome, which ended unawaited, what was allowed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from maker_engine.core.decomposition import AnyTask, Done, Finished
from maker_engine.core.effects import Flight, Outstanding, do_of
from maker_engine.sessions.store.moment import entries_of, moment
from maker_engine.sessions.store.packing import events_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag


@dataclass(frozen=True, slots=True)
class SavedEffects:
    """The effects of a saved run, as it stands.

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
    first = next((at for at, flags in reader.remarkable(0, step) if flags & StepFlag.ACTED), None)
    here = [event for entry in entries_of(reader, task, step) for event in events_of(step, entry)]
    found = Outstanding()
    if first is not None:
        for stored in reader.steps(task, first, step):
            own = reader.owner(stored.step) == reader.branch.id
            found.take_all(event for entry in stored.entries for event in events_of(stored.step, entry))
            found.decide(stored.answer)
            if not own:
                found.consents.clear()  # what was allowed a parent is not allowed its fork
    found.take_all(here)
    lost = tuple(_flight(reader, task, begun, event.tag, event.key) for begun, event in found.begun.items())
    return SavedEffects(lost, tuple(found.landed), found.outcome, tuple(found.consents))


def _flight(reader: Reader, task: AnyTask, step: int, tag: str, key: str) -> Flight:
    state: Hashable = moment(reader, task, step, flags_shown=0).state
    do, _ = do_of(task, state)
    return Flight(step, state, do, tag, key)
