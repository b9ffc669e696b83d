"""Events of effects: what a run is about to do to the world, what came of it, and who allowed it."""

from __future__ import annotations

from dataclasses import dataclass

from maker_engine.core.record.events.event import Event
from maker_engine.core.task.steps import Done, Safety


@dataclass(frozen=True, slots=True)
class EffectIntended(Event):
    """An effect is about to begin; it is on disk before it does.

    Attributes:
        step: The step that begins it, 0-based.
        tag: What the task calls it among those in flight; empty for a step that waits for its effect.
        key: Its idempotency key, the same whenever it is begun again.
        effect: Name of the kind of effect.
        arguments: JSON text, secrets masked.
        writes: It may change something outside the run.
        safety: What may be done where it is unknown whether it has happened.
        at_s: When, in seconds since 1970.
    """

    step: int
    tag: str
    key: str
    effect: str
    arguments: str
    writes: bool
    safety: Safety
    at_s: float


@dataclass(frozen=True, slots=True)
class EffectFinished(Event):
    """An effect has ended. Fields as in `EffectIntended`; `done` is what has come of it."""

    step: int
    tag: str
    key: str
    done: Done
    at_s: float


@dataclass(frozen=True, slots=True)
class EffectRecovered(Event):
    """It was found out what had come of an effect that a run, cut off, had begun and not seen end.

    Attributes:
        step: The step that began it, 0-based.
        tag: As in `EffectIntended`.
        key: Likewise.
        how: One word: "again", "asked", "not_done" or "person", or another that says how.
        done: What has come of it, None where it has not happened.
    """

    step: int
    tag: str
    key: str
    how: str
    done: Done | None


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    """A person allowed effects.

    Attributes:
        scope: Which, as `--allow` takes it.
        by: Who allowed it.
    """

    scope: str
    by: str
