"""Steps in flight where none depends on another, such as the rows of a table: each is keyed by its number.

They open at once, up to the samples that may be in flight, and are decided in any order; what one of them decides
squashes no other. They are committed in order of their number, so that the run's state is the fold of its answers.
Nothing here takes longer with more of them in flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice

from maker_engine.core.decomposition import AnyTask, Gather, Vote
from maker_engine.core.record.events import Event, SampleArrived, SampleAsked
from maker_engine.core.responses import ESCALATED, Afford, Alike, Prompt, Sample, SampleRequest
from maker_engine.core.solving.lookahead import Stakes, hedges_of
from maker_engine.core.solving.open_step import OpenStep, event_of
from maker_engine.core.solving.opener import Opener, Waste, counted_waste, waste_of
from maker_engine.core.solving.settings import Settings

SECOND = 2_048
"""Added to the numbers of samples of an escalated ballot that are reported before the turn of their step."""
MOST_OPEN = 10_000
"""Steps that may wait behind one that takes long: some kilobytes each, and at 1,000 calls a second half a minute."""
OPENED_AT_ONCE = 200
"""Steps that want nothing, since they are carried over, which are opened before others get a turn."""


class Frontier:
    """The steps in flight, in order of their number; `first` is the one that is committed next.

    Args:
        task: An independent one.
        settings: How to vote.
        state: State of the first step.
        number: Its number, 0-based.

    Attributes:
        more: `ahead` has opened many steps that want nothing, and is to be called again when others have had a turn.
    """

    def __init__(self, task: AnyTask, settings: Settings, state: Hashable, number: int) -> None:
        self._task = task
        self._settings = settings
        self._opener = Opener(task, settings)
        self.more = False
        self._closed = False  # nothing is opened behind the last step, before that is the first
        self._wanting: list[tuple[int, int]] = []  # number and ballot of steps that may want samples: a heap
        self._unsent: deque[SampleRequest] = deque()  # asked for in an earlier sitting, whose answers were lost
        self._touched: list[OpenStep] = []  # steps with an answer since the last look for slow ones
        self.steps: deque[OpenStep] = deque()
        self._by_ballot: dict[int, OpenStep] = {}
        self._append(self._opener.open(number, state, None))

    @property
    def first(self) -> OpenStep:
        """The step that is committed next."""
        return self.steps[0]

    def find(self, serial: int) -> OpenStep | None:
        """Return the step of a ballot, None when it is no longer in flight."""
        return self._by_ballot.get(serial)

    def ahead(
        self,
        room: int,
        stakes: Stakes,  # noqa: ARG002 - nothing is at stake: no sample of these steps is drawn on a guess
        afford: Afford | None = None,
        alike: Alike | None = None,
    ) -> list[SampleRequest]:
        """Ask for samples of the steps behind the first, those of the lowest number first, opening further ones.

        Before any answer of a run could be read nothing is asked behind its first step: where none ever can be, that
        costs a few samples.

        Args:
            room: Most requests to return.
            stakes: As for `Lookahead.ahead`.
            afford: As for `OpenStep.votes`.
            alike: As for `OpenStep.votes`. Where a step has no room for all, none further ahead gets what is left.
        """
        self.more = False
        doubt = self.first.doubt
        if doubt is not None and doubt.opening:
            return []
        requests: list[SampleRequest] = []
        most = len(self.steps) + room + OPENED_AT_ONCE
        while len(requests) < room and (one := self._next(most)) is not None:
            requests += one.votes(room - len(requests), afford, alike)
            if one.poll is not None and one.poll.wanted:
                break  # no room for all of it, or no money
            heappop(self._wanting)
        return requests

    @property
    def owes(self) -> bool:
        """Whether samples of an earlier sitting, whose answers were lost, have yet to be asked for once more."""
        return bool(self._unsent)

    def asked_again(self, room: int, afford: Afford | None = None) -> list[SampleRequest]:
        """Ask for those samples, at most `room`, counting nothing as asked: their steps have counted them before."""
        requests: list[SampleRequest] = []
        while self._unsent and len(requests) < room:
            request = self._unsent[0]
            one = self._by_ballot.get(request.ballot)
            if one is not None and one.poll is not None and one.poll.expects(request.sample):
                if afford is not None and not afford(request):
                    break
                requests.append(request)
            elif one is not None and one.poll is not None:
                one.poll.forget(request.sample)  # it was decided without
            self._unsent.popleft()
        return requests

    def hedges(self, room: int, afford: Afford | None = None) -> list[SampleRequest]:
        """Ask a second time for samples that hold a step up, at most `room` in all."""
        touched, self._touched = self._touched, []
        still_open = (one for one in touched if one.serial in self._by_ballot)
        return hedges_of(still_open, room, self._settings.hedge, afford)

    def steer(self, changed: OpenStep) -> list[Waste]:
        """Take note that a step has an answer: it may want further samples. It squashes nothing."""
        self._may_want(changed)
        if self._settings.hedge:
            self._touched.append(changed)
        return []

    def kept(self, one: OpenStep, sample: int, counted: Sequence[Sample]) -> list[Event]:
        """Tell of an answer whose turn has not come, so that it can be kept and is not asked for again.

        Args:
            one: Whose answer it is.
            sample: Its number within the step, 0-based.
            counted: What it made count.
        """
        if counted and one is self.steps[0]:
            return []  # the events of its step tell of it
        arrived = counted[0] if counted else None if one.poll is None else one.poll.held(sample)
        if arrived is None:
            return []
        if not self._settings.stronger:
            return [SampleArrived(one.number, *arrived)]
        if sample >= SECOND:
            return []  # it could not be distinguished, and is asked for again after a crash
        number, verdict, response = arrived
        return [SampleArrived(one.number, number + SECOND * (one.voter == ESCALATED), verdict, response)]

    def escalate(self, one: OpenStep) -> list[Waste]:
        """Give a step behind the first a fresh ballot of the stronger model, if its own is exhausted."""
        if one.poll is None or not one.poll.exhausted or one.voter == ESCALATED:
            return []
        fresh = self._opener.open(one.number, one.state, one.origin)
        fresh.escalate(ESCALATED)
        fresh.former = one.counted
        self.steps[one.number - self.first.number] = self._by_ballot[fresh.serial] = fresh
        del self._by_ballot[one.serial]
        self._may_want(fresh)
        return waste_of(one)

    def restore(self, number: int, samples: Mapping[int, Sample]) -> tuple[int, list[Event]]:
        """Give a step what an earlier sitting received for it before its turn.

        Args:
            number: The step, 0-based; at least the first one's. Those between are opened.
            samples: By their numbers within the step; those in between that are missing are asked for once more.

        Returns:
            How many of them had a place, and what there is to tell of the first step.
        """
        if number < self.first.number:
            return 0, []
        while self.steps[-1].number < number:
            if self._extend() is None:
                return 0, []
        one = self.steps[number - self.first.number]
        if one.poll is None or one.poll.settled:
            return 0, []
        taken = one.restore({sample: each for sample, each in samples.items() if sample < SECOND})
        if one is not self.steps[0] and one.poll.exhausted and self._settings.stronger:
            self.escalate(one)
            one = self.steps[number - self.first.number]
            second = {n - SECOND: each._replace(sample=n - SECOND) for n, each in samples.items() if n >= SECOND}
            taken += one.restore(second)
        self._unsent.extend(one.request(sample) for sample in ([] if one.poll is None else one.poll.missing))
        self._may_want(one)
        if one is not self.steps[0]:
            return len(taken), []
        counted, one.counted = one.counted, []
        events: list[Event] = [SampleAsked(number, sample) for sample in taken]
        return len(taken), events + [event_of(number, each) for each in counted]

    def advance(self, state: Hashable) -> list[Waste]:
        """Drop the first step, which is decided; `state` is the state after it.

        Raises:
            TaskError: The task fails at that state; the first step is still there.
        """
        done = self.steps[0]
        self._opener.remember(done)
        if len(self.steps) > 1:
            self.steps[1].state = state
        else:
            self._closed = False
            self._append(self._opener.open(done.number + 1, state, None))
        self.steps.popleft()
        self._by_ballot.pop(done.serial, None)
        return self._waste_of(done)

    def reopen(self, voter: int) -> list[Waste]:
        """Give the first step a fresh ballot, answered by `voter`."""
        first = self.first
        waste = self._waste_of(first)
        fresh = self._opener.open(first.number, first.state, first.origin)
        fresh.escalate(voter)
        del self._by_ballot[first.serial]
        self.steps[0] = self._by_ballot[fresh.serial] = fresh
        return waste

    def resettle(self, settings: Settings, prompt: Prompt | None, *, anew: bool) -> list[Waste]:
        """Vote by other settings from the first step on.

        Args:
            settings: How to vote.
            prompt: What further samples of the first step read, None for what they read now.
            anew: Others answer from now on, and the steps behind the first are asked anew. Where it is False, these
                are decided by what has arrived for them, as if the settings had held from their first sample on.
        """
        self._settings = self._opener.settings = settings
        waste = self._squash() if anew else self._recount()
        unused = self.first.resettle(settings, prompt)
        if unused:
            del self._by_ballot[self.first.serial]
            self.first.serial = self._opener.next_serial()  # what is in flight is of a decision that was taken back
            self._by_ballot[self.first.serial] = self.first
        return waste + [Waste(self.first.number, *one) for one in unused]

    def abandon(self) -> list[Waste]:
        """Drop what is in flight; what was received for steps behind the first is kept for another sitting."""
        waste = [each for one in self.steps for each in self._waste_of(one) if each.response is None]
        first = self.first
        self.steps = deque([first])
        self._by_ballot = {first.serial: first}
        return waste

    def _append(self, one: OpenStep) -> None:
        self.steps.append(one)
        self._by_ballot[one.serial] = one

    def _may_want(self, one: OpenStep) -> None:
        if one is not self.steps[0] and one.poll is not None and one.poll.wanted:
            heappush(self._wanting, (one.number, one.serial))

    def _next(self, most: int) -> OpenStep | None:
        """Return the step of the lowest number behind the first that wants samples, opening steps where none does.

        Args:
            most: Steps that may be open before others get a turn.
        """
        while True:
            while self._wanting:
                one = self._by_ballot.get(self._wanting[0][1])
                if one is not None and one is not self.steps[0] and one.poll is not None and one.poll.wanted:
                    return one
                heappop(self._wanting)
            if len(self.steps) >= most:
                self.more = True
                return None
            if self._extend() is None:
                return None

    def _extend(self) -> OpenStep | None:
        """Open the step behind the last one, None where there is none to open now.

        Only votes and gatherings are opened early: an effect is begun, and a person asked, in their turn.
        """
        last = self.steps[-1]
        if self._closed or last.step is None or len(self.steps) >= MOST_OPEN:
            return None
        number = last.number + 1
        try:
            one = self._opener.open(number, self._task.row(number), None)
        except Exception:  # noqa: BLE001 - a task that fails there gets to fail when the turn of the step has come
            self._closed = True
            return None
        if not isinstance(one.step, Vote | Gather):
            self._closed = True
            return None
        self._append(one)
        self._may_want(one)
        return one

    def _recount(self) -> list[Waste]:
        """Let the steps behind the first vote by other settings on what has arrived for them."""
        waste: list[Waste] = []
        behind, self.steps = islice(self.steps, 1, None), deque([self.first])
        for before in [*behind]:
            one = self._recounted(before, waste)
            self._append(one)
            if self._settings.stronger:
                waste += self.escalate(one)
            self._may_want(one)
        return waste

    def _recounted(self, one: OpenStep, waste: list[Waste]) -> OpenStep:
        """Return a step voted anew on what has arrived; what it does not need is kept until it is done.

        Where a decision is taken back, what came after it was not kept, and is asked for once more.
        """
        before = one.poll
        if not isinstance(one.step, Vote) or before is None or before.settled:
            return one
        fresh = self._opener.open(one.number, one.state, one.origin)
        fresh.serial, fresh.former = one.serial, one.former
        if one.voter is not None:
            fresh.escalate(one.voter)
        known = [*one.counted, *before.early]
        numbers = {sample.sample for sample in known}
        forgotten = before.unexpected(numbers)
        if _recount(fresh, known, before.asked, forgotten):
            return fresh
        lost = forgotten if before.winner is None else [each for each in range(before.asked) if each not in numbers]
        if lost:
            waste += self._sent(one, [Waste(one.number, each, None) for each in lost if each not in forgotten])
            del self._by_ballot[one.serial]
            fresh.serial = self._opener.next_serial()
            self._unsent.extend(map(fresh.request, lost))
        return fresh

    def _waste_of(self, one: OpenStep) -> list[Waste]:
        """Return what was asked for a step and is not counted."""
        return self._sent(one, waste_of(one))

    def _sent(self, one: OpenStep, waste: list[Waste]) -> list[Waste]:
        """Leave out what has yet to be asked for once more: it was never drawn."""
        if not (self._unsent and waste):
            return waste
        unsent = {request.sample for request in self._unsent if request.ballot == one.serial}
        return [each for each in waste if each.sample not in unsent]

    def _squash(self) -> list[Waste]:
        """Drop all steps behind the first."""
        waste = [each for one in islice(self.steps, 1, None) for each in (*counted_waste(one), *self._waste_of(one))]
        first = self.first
        self.steps = deque([first])
        self._by_ballot = {first.serial: first}
        self._wanting.clear()
        self._closed = False
        return waste


def _recount(fresh: OpenStep, known: Sequence[Sample], asked: int, forgotten: Sequence[int]) -> bool:
    """Give a step what another ballot of it has; return whether that decides it.

    Args:
        fresh: The step; nothing was asked for it.
        known: Samples that were read, in the order of counting.
        asked: How many were asked for.
        forgotten: Those of these that no one expects any more.
    """
    poll = fresh.poll
    if poll is None:
        return False
    while poll.asked < asked:
        poll.ask()
    for sample in known:
        if poll.winner is not None or poll.exhausted:
            poll.put_aside(sample)
        else:
            fresh.counted += fresh.take(sample.sample, sample.response, sample.verdict)
    if poll.winner is None:
        return False
    for number in forgotten:
        poll.forget(number)
    return True
