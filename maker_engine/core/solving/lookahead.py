"""Steps in flight: the open step, and behind it those opened from predicted states.

While a ballot is open its leader (before the first vote, a draft) is the predicted answer, and the next step opens
from the state it leads to. A step whose origin turns out otherwise is squashed with all behind it. Squashed work never
reaches a decision: it is only ever waste.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Gather, Vote
from maker_engine.core.responses import DRAFT, Afford, Alike, Prompt, SampleRequest
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.core.solving.opener import Opener, Waste, counted_waste, waste_of
from maker_engine.core.solving.settings import Settings


class Stakes(NamedTuple):
    """How much may be at stake on guesses.

    Attributes:
        share: Share of all samples drawn that may be thrown away, those that may yet be included.
        drawn: Samples drawn so far.
        lost: Samples of those that were thrown away because of a wrong guess.
        left: Samples that may still be drawn; as many as are at stake are kept back for the steps before.
    """

    share: float
    drawn: int
    lost: int
    left: float = math.inf

    def spare(self, exposed: int, asked: int) -> float:
        """Samples that may still be put at stake, with `exposed` at stake and `asked` drawn since.

        After n more, lost + exposed + n must be at most the share of drawn + asked + n, and what is left as many as
        are at stake.
        """
        kept_back = (self.left - asked - exposed) / 2
        if self.share >= 1:
            return kept_back
        return min(kept_back, (self.share * (self.drawn + asked) - self.lost - exposed) / (1 - self.share))


class Lookahead:
    """The steps in flight, in order; `first` is the one that is committed next."""

    more = False

    def __init__(self, task: AnyTask, settings: Settings, state: Hashable, number: int) -> None:
        self._task = task
        self._settings = settings
        self._opener = Opener(task, settings)
        self.steps: list[OpenStep] = [self._opener.open(number, state, None)]

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

        Only votes and gatherings are looked ahead to: an effect is never run, and a person never asked, on a guess.
        """
        last = self.steps[-1]
        answer = last.prediction
        if answer is None and self._settings.draft == "task" and isinstance(last.step, Vote):
            answer = last.draft = self._task.draft(last.state)
        if answer is None:
            return False
        try:
            ahead = self._opener.open(last.number + 1, self._task.apply(last.state, answer), answer)
        except Exception:  # noqa: BLE001 - a task that fails on a guess gets to fail, or not, on the decision
            return False
        if not isinstance(ahead.step, Vote | Gather):
            return False
        self.steps.append(ahead)
        return True

    def ahead(
        self, room: int, stakes: Stakes, afford: Afford | None = None, alike: Alike | None = None
    ) -> list[SampleRequest]:
        """Ask for samples of the steps behind the first, opening further ones.

        Args:
            room: Most requests to return.
            stakes: How many samples of steps that may yet be squashed there may be. A step is only opened when all
                that it needs in any case may be asked for.
            afford: As for `OpenStep.votes`.
            alike: As for `OpenStep.votes`. Where a step has no room for all, none further ahead gets what is left.
        """
        requests: list[SampleRequest] = []
        exposed, place = self.exposed, 1
        while len(requests) < room:
            spare = stakes.spare(exposed, len(requests))
            if place == len(self.steps):
                if place >= self._settings.window or spare < self._settings.k:
                    break
                if not self.extend():
                    requests += self._draft(self.steps[-1], afford)
                    break
            most = int(max(0, min(room - len(requests), spare)))
            asked = self.steps[place].votes(most, afford, alike)
            requests += asked
            exposed += len(asked)
            if alike is not None and self.steps[place].due is not None:
                break
            place += 1
        return requests

    def hedges(self, room: int, afford: Afford | None = None) -> list[SampleRequest]:
        """Ask a second time for samples that hold a step up, at most `room` in all."""
        return hedges_of(self.steps, room, self._settings.hedge, afford)

    def _draft(self, one: OpenStep, afford: Afford | None) -> list[SampleRequest]:
        idle = not isinstance(one.step, Vote) or one.draft_asked or one.prediction is not None
        if idle or self._settings.draft != "model":
            return []
        request = one.request(0, voter=DRAFT)
        if afford is not None and not afford(request):
            return []
        one.draft_asked = True
        return [request]

    def steer(self, changed: OpenStep) -> list[Waste]:
        """Squash what was opened from another answer than `changed` now predicts, unless both lead to one state."""
        place = self.steps.index(changed) + 1
        if place == len(self.steps) or self.steps[place].origin == changed.prediction:
            return []
        if self._leads_to(changed, self.steps[place].state):
            self.steps[place].origin = changed.prediction
            return []
        return self._squash(place)

    def _leads_to(self, one: OpenStep, state: Hashable) -> bool:
        """Return whether the answer that a step now predicts leads to `state`, as where steps are independent."""
        if one.prediction is None:
            return False
        try:
            return bool(self._task.apply(one.state, one.prediction) == state)
        except Exception:  # noqa: BLE001 - a task that fails on a guess gets to fail, or not, on the decision
            return False

    def advance(self, state: Hashable) -> list[Waste]:
        """Drop the first step, which is decided; `state` is the state after it.

        Raises:
            TaskError: The task fails at that state; the first step is still there.
        """
        done = self.steps[0]
        if self._settings.reuse:
            self._opener.remember(done)
        ready = len(self.steps) > 1 and self.steps[1].state == state
        fresh = None if ready else self._opener.open(done.number + 1, state, None)
        waste = waste_of(done)
        if fresh is not None:
            waste += self._squash(1)
            self.steps.append(fresh)
        self.steps.pop(0)
        return waste

    def reopen(self, voter: int) -> list[Waste]:
        """Give the first step a fresh ballot, answered by `voter`."""
        first = self.first
        waste = self._squash(1) + waste_of(first)
        fresh = self._opener.open(first.number, first.state, first.origin)
        fresh.escalate(voter)
        self.steps = [fresh]
        return waste

    def resettle(self, settings: Settings, prompt: Prompt | None, *, anew: bool) -> list[Waste]:  # noqa: ARG002 - always
        """Vote by other settings from the first step on; speculated steps are squashed."""
        waste = self._squash(1)
        self._settings = self._opener.settings = settings
        unused = self.first.resettle(settings, prompt)
        if unused:
            # What is still in flight is of a decision that was taken back.
            self.first.serial = self._opener.next_serial()
        return waste + [Waste(self.first.number, *one) for one in unused]

    def abandon(self) -> list[Waste]:
        """Drop all speculated steps, and what is in flight for the first step."""
        return self._squash(1) + waste_of(self.first)

    def _squash(self, place: int) -> list[Waste]:
        squashed, self.steps = self.steps[place:], self.steps[:place]
        waste = []
        for one in squashed:
            waste += counted_waste(one) + waste_of(one)
        return [each._replace(guess=True) for each in waste]


def hedges_of(steps: Iterable[OpenStep], room: int, most_each: int, afford: Afford | None) -> list[SampleRequest]:
    """Ask a second time for samples that hold steps up, at most `room` in all and `most_each` of a step."""
    requests: list[SampleRequest] = []
    for one in steps:
        if one.poll is None:
            continue
        for sample in one.poll.stragglers(min(room - len(requests), most_each)):
            request = one.request(sample, copy=1)
            if afford is None or afford(request):
                requests.append(request)
    return requests
