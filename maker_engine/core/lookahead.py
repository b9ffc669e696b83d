"""Steps in flight: the open step, and behind it those opened from predicted states.

While a ballot is open its leader (before the first vote, a draft) is the predicted answer, and the next step opens
from the state it leads to. A step whose origin turns out otherwise is squashed with all behind it. Squashed work never
reaches a decision: it is only ever waste.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Step, Vote
from maker_engine.core.errors import TaskError
from maker_engine.core.events import (
    Event,
    ResponseFlagged,
    SampleAsked,
    StepOpened,
    StepReused,
    StepUndecided,
    VoteCast,
)
from maker_engine.core.poll import Counted, Poll
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.core.settings import Settings

REMEMBERED = 100_000
"""Decisions kept for reuse; the oldest go first."""


class Objections(dict[Hashable, Flag | None]):
    """What a task objects to in each answer at one state. It is asked once: most answers of a step are the same."""

    def __init__(self, task: AnyTask, state: Hashable) -> None:
        super().__init__()
        self._task = task
        self._state = state

    def __missing__(self, answer: Hashable) -> Flag | None:
        flag = self[answer] = self._task.objection(self._state, answer)
        return flag


@dataclass(slots=True, eq=False)
class OpenStep:
    """One step in flight.

    Attributes:
        number: Step of the run, 0-based.
        state: State it starts from, predicted unless it is the first in flight.
        origin: Answer of the step before that led to this state; None for the first.
        step: What has to be answered, None when the task ends at this state.
        poll: Its poll, None when agents do not vote on it.
        serial: Number of this ballot, unique in the run.
        objections: What the task objects to in the answers given to it.
        counted: Samples counted while it was not yet the first.
        draft: The draft's answer, None before there is one.
        draft_asked: True when a draft model was asked.
        voter: Who answers all of its samples, None for the pool in turn.
        reused_from: The earlier step with the same prompt whose decision was taken over; None for none.
    """

    number: int
    state: Hashable
    origin: Hashable
    step: Step | None
    poll: Poll | None
    serial: int
    objections: Objections
    counted: list[Counted] = field(default_factory=list)
    draft: Hashable = None
    draft_asked: bool = False
    voter: int | None = None
    reused_from: int | None = None

    @property
    def prediction(self) -> Hashable:
        """What this step will probably decide; None while nobody has an idea.

        A draft stands until another answer is two votes ahead of it: a single wrong vote must not squash a window.
        """
        if self.poll is None:
            return None
        if self.poll.winner is None and self.draft is not None and self.poll.lead_over(self.draft) < 2:
            return self.draft
        return self.poll.leader

    def told(self) -> list[Event]:
        """Tell of this step, which is now the open one, as far as it has come; nothing where the task has ended."""
        if self.step is None:
            return []
        events: list[Event] = [StepOpened(self.number, self.state)]
        if self.poll is None:
            return events
        if self.reused_from is not None:
            events.append(StepReused(self.number, self.reused_from, self.poll.winner))
        events += [SampleAsked(self.number, sample) for sample in range(self.poll.asked)]
        events += [told_of(self.number, counted) for counted in self.counted]
        self.counted = []
        if self.poll.exhausted:
            events.append(StepUndecided(self.number, self.poll.counted))
        return events


def told_of(step: int, counted: Counted) -> Event:
    """Tell what became of a sample whose turn has come."""
    sample, response, verdict = counted
    if isinstance(verdict, Flag):
        return ResponseFlagged(step, sample, verdict, response)
    return VoteCast(step, sample, verdict, response)


class Waste(NamedTuple):
    """A sample drawn for nothing."""

    step: int
    sample: int
    response: Response | None


def fault_of(task: AnyTask, what: str, step: int, error: Exception) -> TaskError:
    """Turn whatever a task raised into its own fault, with the place named."""
    return TaskError(f"task {task.name} fails in {what} at step {step}: {error}")


class Lookahead:
    """The steps in flight, in order; `first` is the one that is committed next."""

    def __init__(self, task: AnyTask, settings: Settings, state: Hashable, number: int) -> None:
        self._task = task
        self._settings = settings
        self._new_poll = settings.polls()
        self._serial = 0
        self._decided: OrderedDict[Prompt, tuple[int, Hashable]] = OrderedDict()
        self.steps: list[OpenStep] = [self._open(number, state, None)]

    @property
    def first(self) -> OpenStep:
        """The step that is committed next."""
        return self.steps[0]

    @property
    def exposed(self) -> int:
        """Samples asked for steps that may yet be squashed."""
        return sum(one.poll.asked for one in self.steps[1:] if one.poll is not None)

    def find(self, serial: int) -> OpenStep | None:
        """Return the step of a ballot, None when it is no longer in flight."""
        for one in self.steps:
            if one.serial == serial:
                return one
        return None

    def extend(self) -> bool:
        """Open the next step from the prediction of the last one; False when there is none to open.

        Only votes are looked ahead to: an effect is never run, and a person never asked, on a guess.
        """
        last = self.steps[-1]
        answer = last.prediction
        if answer is None and self._settings.draft == "task" and last.poll is not None:
            answer = last.draft = self._task.draft(last.state)
        if answer is None:
            return False
        try:
            ahead = self._open(last.number + 1, self._task.apply(last.state, answer), answer)
        except Exception:  # noqa: BLE001 - a task that fails on a guess gets to fail, or not, on the decision
            return False
        if ahead.poll is None:
            return False
        self.steps.append(ahead)
        return True

    def steer(self, changed: OpenStep) -> list[Waste]:
        """Squash what was opened from another answer than `changed` now predicts."""
        place = self.steps.index(changed) + 1
        if place == len(self.steps) or self.steps[place].origin == changed.prediction:
            return []
        return self._squash(place)

    def advance(self, state: Hashable) -> list[Waste]:
        """Drop the first step, which is decided; `state` is the state after it."""
        done = self.steps.pop(0)
        if self._settings.reuse:
            self._remember(done)
        waste = _waste_of(done)
        if self.steps and self.steps[0].state != state:
            waste += self._squash(0)
        if not self.steps:
            self.steps.append(self._open(done.number + 1, state, None))
        return waste

    def reopen(self, voter: int) -> list[Waste]:
        """Give the first step a fresh ballot, answered by `voter`."""
        first = self.first
        waste = self._squash(1)
        fresh = self._open(first.number, first.state, first.origin)
        fresh.voter = voter
        self.steps = [fresh]
        return waste

    def abandon(self) -> list[Waste]:
        """Drop all that is looked ahead to, and what is in flight for the first step."""
        return self._squash(1) + _waste_of(self.first)

    def _squash(self, place: int) -> list[Waste]:
        squashed, self.steps = self.steps[place:], self.steps[:place]
        waste = []
        for one in squashed:
            waste += [Waste(one.number, counted.sample, counted.response) for counted in one.counted]
            waste += _waste_of(one)
        return waste

    def _open(self, number: int, state: Hashable, origin: Hashable) -> OpenStep:
        self._serial += 1
        try:
            hash(state)
            step = self._task.step(state)
        except Exception as error:
            raise fault_of(self._task, "step", number, error) from error
        poll = self._new_poll() if isinstance(step, Vote) else None
        opened = OpenStep(number, state, origin, step, poll, self._serial, Objections(self._task, state))
        if self._decided and isinstance(step, Vote) and poll is not None and step.prompt in self._decided:
            opened.reused_from, poll.winner = self._decided[step.prompt]
        return opened

    def _remember(self, done: OpenStep) -> None:
        if isinstance(done.step, Vote) and done.poll is not None and done.reused_from is None:
            self._decided[done.step.prompt] = (done.number, done.poll.winner)
            if len(self._decided) > REMEMBERED:
                self._decided.popitem(last=False)


def _waste_of(one: OpenStep) -> list[Waste]:
    return [] if one.poll is None else [Waste(one.number, *unused) for unused in one.poll.unused()]
