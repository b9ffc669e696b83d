"""Events of a run as a whole: how it begins, waits, and ends."""

from __future__ import annotations

from dataclasses import dataclass

from maker_engine.core.record.events.event import Event
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.record.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run began.

    Attributes:
        task: Id of the task.
        title: Its name on the screen.
        problem: The problem's label.
        model: Name of the model.
        simulated: True for the built-in noisy model; every screen says so.
        k: Margin needed.
        rule: "ahead" (first-to-ahead-by-k), "first" (first-to-k), or one written out (`voting.named_rule`).
        seed: Seed of the simulated model.
        steps: Expected steps, None when that cannot be known.
        has_oracle: True where the task knows the right answers, so that wrong decisions are counted.
    """

    task: str
    title: str
    problem: str
    model: str
    simulated: bool
    k: int
    rule: str
    seed: int
    steps: int | None
    has_oracle: bool


@dataclass(frozen=True, slots=True)
class RunResumed(Event):
    """A run that had ended, or was cut off, continues from where its session stopped."""


@dataclass(frozen=True, slots=True)
class ModelChecked(Event):
    """The model was checked by a few calls, which are paid for and never vote."""

    check: ModelCheck


@dataclass(frozen=True, slots=True)
class CircuitOpened(Event):
    """The provider does not answer any more: everybody waits for `wait_s` seconds, then one call tries again."""

    wait_s: float
    message: str


@dataclass(frozen=True, slots=True)
class CircuitClosed(Event):
    """The provider answers again."""


@dataclass(frozen=True, slots=True)
class RunPaused(Event):
    """The run asks for no further samples until it is continued."""


@dataclass(frozen=True, slots=True)
class RunContinued(Event):
    """The run continues."""


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """The run is over; `reason` is one line for a person."""

    outcome: Outcome
    reason: str
