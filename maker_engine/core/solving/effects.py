"""The effects of a run that have begun and not been taken in by its task yet: in flight, or ended and not awaited."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from maker_engine.core.decomposition import AnyTask, Await, Do, Done, Finished, Start, Started
from maker_engine.core.errors import TaskError
from maker_engine.core.record.events import ConsentGiven, EffectFinished, EffectIntended, EffectRecovered

ActingStep: TypeAlias = Do | Start | Await
ACTING = (Do, Start, Await)
KEY_CHARACTERS = 32


class Flight(NamedTuple):
    """One effect on its way.

    Attributes:
        step: The step that began it, 0-based.
        state: The state of that step.
        do: The effect.
        tag: What the task calls it, "" for that of a step which waits for it.
        key: Its idempotency key.
    """

    step: int
    state: Hashable
    do: Do
    tag: str
    key: str


@dataclass(slots=True)
class Outstanding:
    """What a record says of effects, up to some moment: a fold of its events and decisions.

    Attributes:
        begun: What was begun and has no outcome, by the step that began it.
        landed: What ended and was not awaited yet, in the order in which it ended.
        outcome: What has come of the effect for which the open step waits, None while that is not known.
        consents: What a person has allowed.
    """

    begun: dict[int, EffectIntended] = field(default_factory=dict)
    landed: deque[Finished] = field(default_factory=deque)
    outcome: Done | None = None
    consents: list[str] = field(default_factory=list)

    def take_all(self, events: Iterable[object]) -> None:
        """Take the events of one step in, in order, or its entries; those of other kinds say nothing here."""
        for event in events:
            match event:
                case EffectIntended():
                    self.begun[event.step] = event
                case EffectFinished():
                    self._end(event.step, event.tag, event.done)
                case EffectRecovered() if event.done is not None:  # else it is still to be done
                    self._end(event.step, event.tag, event.done)
                case ConsentGiven():
                    self.consents.append(event.scope)

    def _end(self, step: int, tag: str, done: Done) -> None:
        self.begun.pop(step, None)
        if tag:
            self.landed.append(Finished(tag, done))
        else:
            self.outcome = done

    def decide(self, answer: Hashable) -> bool:
        """Take a step's decision in; False where it is an outcome that the record does not have."""
        known, self.outcome = self.outcome, None
        if isinstance(answer, Done):
            return answer == known
        if isinstance(answer, Finished):
            if answer not in self.landed:
                return False
            self.landed.remove(answer)
        if isinstance(answer, Started):
            tags = {one.tag for one in self.begun.values()} | {one.tag for one in self.landed}
            return answer.tag in tags
        return True


def key_of(identity: str, branch: int, step: int) -> str:
    """Return the idempotency key of the effect that a step, 0-based, of a branch of the session `identity` begins."""
    return sha256(f"{identity}/{branch}/{step}".encode()).hexdigest()[:KEY_CHARACTERS]


def most_in_flight(task: AnyTask) -> int:
    """Return how many started effects a task lets be in flight.

    Raises:
        TaskError: It says so otherwise than by a whole number from 1.
    """
    most: object = task.most_in_flight
    if type(most) is not int or most < 1:
        raise TaskError(f"task {task.name} has {most!r:.40} for most_in_flight: it must be a whole number from 1")
    return most


def do_of(task: AnyTask, state: Hashable) -> tuple[Do, str]:
    """Return the effect that the step at `state` begins, and its tag.

    Raises:
        TaskError: It begins none, so that its record is not this task's.
    """
    step = task.step(state)
    if isinstance(step, Do):
        return step, ""
    if isinstance(step, Start):
        return step.do, step.tag
    raise TaskError(f"task {task.name} has changed: a step that began an effect begins none")
