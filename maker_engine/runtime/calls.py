"""One sample, through the provider's bad moments: a passing fault is waited out and the same sample asked for again.

A fault is neither a vote nor a red flag: it says nothing about the answer, and a run's decisions do not depend on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import Event, Outcome, RunEnded, SampleFailed
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Alike, Response, SampleRequest, UnusableError, alone
from maker_engine.models.port import ImmediateModel, Model, SeveralModel
from maker_engine.runtime.admission import Admission, SwitchError
from maker_engine.runtime.breaker import Breaker, stated_wait_s
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.call_log import CANCELLED, CallLog
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.grouping import alike, grouped
from maker_engine.runtime.hours import hour, span
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.rate import RateLimit
from maker_engine.runtime.retry_policy import RetriesExhaustedError, RetryPolicy, Tries
from maker_engine.runtime.throttle import Throttle
from maker_engine.runtime.timeouts import Deadlines, OverdueError

SURPLUS = "surplus"
"""Why an answer is refused that no one asked for."""


class Drawn(NamedTuple):
    """What one call has brought.

    Attributes:
        answers: Requests with their responses, in order; the other requests have to be sent again.
        wait_s: Seconds to wait before they are.
    """

    answers: list[tuple[SampleRequest, Response]]
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How a provider is called.

    Attributes:
        concurrency: Most calls in flight.
        timeout_s: Seconds that a call may take from when it is likely to have left the server's queue.
        near: The server is on this machine or network.
        rate: Spaces the calls, None for no limit.
        budget: Counts what they cost, None for one without limits.
        admit: Makes the list of whose answers are let through, for each model that is turned to.
        wanted: Returns whether the answer to a request can still count.
        log: Gets a line for each call, None for no log. A model that answers at once is then called like any other.
    """

    concurrency: int = 8
    timeout_s: float = 120.0
    near: bool = False
    rate: RateLimit | None = None
    budget: Budget | None = None
    admit: Callable[[], Admission] = Admission
    wanted: Callable[[SampleRequest], bool] = lambda _: True
    log: CallLog | None = None


class Caller:
    """Draws samples from a model, trying again after passing faults.

    Args:
        model: Who answers.
        clock: Waits between attempts.
        tell: Called with every failed attempt that will be repeated, and with what the circuit breaker does.
        manner: How it is called.

    Attributes:
        answer: Asks a model that answers at once, None for one that has to be waited for.
        paid: A call has a known price: one that is cut has been paid for, as far as anyone knows.
        breaker: Keeps everybody from asking while the provider rests.
        throttle: Says how many calls may be in flight.
        deadlines: Cuts the calls that take too long.
        budget: Counts what they cost.
    """

    def __init__(
        self, model: Model, clock: Clock, tell: Callable[[Event], None], manner: CallPolicy | None = None
    ) -> None:
        manner = manner or CallPolicy()
        self.budget = manner.budget or Budget(Limits(), Totals(), tell)
        self._admit, self._wanted, self._log = manner.admit, manner.wanted, manner.log
        self.turn_to(model)
        self._clock = clock
        self._tell = tell
        self._rate = manner.rate or RateLimit(None, None, clock)
        self.breaker = Breaker(clock, tell)
        self.throttle = Throttle(manner.concurrency)
        self.deadlines = Deadlines(manner.timeout_s)
        self._patience = RetryPolicy(clock, self.breaker, self.deadlines, near=manner.near)

    def turn_to(self, model: Model) -> None:
        """Ask `model` from now on; calls in flight stay with whom they were sent to."""
        self._several = model if isinstance(model, SeveralModel) else None
        self._model, self._admission = model, self._admit()  # who is a stranger depends on who is asked
        self.budget.model = model
        self.paid = model.figures.usd_per_token_out is not None
        at_once = isinstance(model, ImmediateModel) and model.immediate and self._log is None
        self.answer = model.answer if isinstance(model, ImmediateModel) and at_once else None

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered, and why; one line each."""
        return self._model.adjustments

    def accept_switch(self) -> None:
        """Let a model answer from now on that has taken another's place, if one has."""
        self._admission.accept_switch()

    def figures(self) -> dict[str, Any]:
        """Return what a view shows of the calls."""
        breaker, deadlines = self.breaker, self.deadlines
        return {
            "rest_s": breaker.rest_s, "resets_at": breaker.resets_at, "oldest_call_s": deadlines.oldest_s,
            "concurrency": self.throttle.limit, "concurrency_ordered": self.throttle.most,
            "timeout_s": deadlines.ordered_s, "deadline_s": deadlines.base_s,
            "usd_per_token_in": self._model.figures.usd_per_token_in,
        }  # fmt: skip

    @property
    def alike(self) -> Alike:
        """Returns what requests of one call have in common, and how many of them one call may bring now."""
        return alone if self._several is None else self._alike

    def _alike(self, request: SampleRequest) -> tuple[Hashable, int]:
        key, most = alike(self._several, request)
        return key, min(most, self.throttle.limit)

    def grouped(self, requests: Sequence[SampleRequest]) -> list[list[SampleRequest]]:
        """Put those requests together that one call is to bring, in their order."""
        return grouped(requests, self.alike)

    async def draw(self, request: SampleRequest) -> Response:
        """Draw one sample, whoever wants it: the check of a model asks for samples that no ballot knows.

        Raises:
            OutOfPatienceError: A provider that has answered before is waited for no longer.
            SwitchError: Another model answers now.
            ProviderError: The fault does not pass, or has not passed in reasonable time.
        """
        return (await self.draw_many((request,), wanted=lambda _: True)).answers[0][1]

    async def draw_many(
        self,
        requests: Sequence[SampleRequest],
        after_s: float = 0.0,
        wanted: Callable[[SampleRequest], bool] | None = None,
    ) -> Drawn:
        """Draw samples by one call, which is made again as it was where it fails.

        Args:
            requests: What to ask for; all of them are alike.
            after_s: Seconds to wait first.
            wanted: Returns whether the answer to a request can still count, None for how it was set up.

        Raises:
            ProviderError: As `draw`.
            UnwantedError: The call would be made again, and its answer cannot count any more.
        """
        wanted = wanted or self._wanted
        tries, asked = Tries(), (self._model, self._admission)  # the requests' voter is one of this model's
        wait_s = after_s
        try:
            while True:
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                outcome = await self._call(await self._held(requests, wanted), tries, *asked)
                if isinstance(outcome, Drawn):
                    return outcome
                wait_s = outcome
        finally:
            for request in requests:
                self.budget.release(request)

    async def _held(
        self, requests: Sequence[SampleRequest], wanted: Callable[[SampleRequest], bool]
    ) -> list[SampleRequest]:
        """Return what to ask for now: what there is money for and, where a call is made again, what can still count."""
        first, *others = [one for one in requests if self.budget.holds(one) or wanted(one)] or requests[:1]
        await self.budget.hold(first, wanted)
        return [first, *filter(self.budget.hold_now, others)]

    async def _call(
        self, requests: Sequence[SampleRequest], tries: Tries, model: Model, admission: Admission
    ) -> Drawn | float:
        """Make one call; return what it brought, or the seconds to wait before the next."""
        number = await self.throttle.enter(len(requests))
        try:
            trying = await self.breaker.admit()
            try:
                return await self._ask(requests, tries, model, admission)
            except ProviderError as error:
                if error.kind is Fault.TIMEOUT:
                    self.throttle.timed_out(number)
                return self._failed(requests, error, tries)
            finally:
                if trying:
                    self.breaker.tried()
        finally:
            self.throttle.leave(len(requests))

    async def _ask(self, requests: Sequence[SampleRequest], tries: Tries, model: Model, admission: Admission) -> Drawn:
        first, answers = requests[0], len(requests)
        await self._rate.admit(first, answers)
        tries.allowed_s = max(tries.allowed_s, self.deadlines.base_s)
        with self.budget.paying(*requests):
            began_s = self._clock.wall()
            if self._log is None and answers == 1:  # most calls
                responses = [await self.deadlines.within(tries.allowed_s, model.sample(first))]
            else:
                responses = await self._logged(requests, model, tries.allowed_s)
            responses = [one.begun(began_s) for one in responses]
            self._rate.used(first, *responses, answers=answers)
        for surplus in responses[answers:]:
            self.budget.refused(requests[-1], surplus, SURPLUS)
        drawn = self._admitted(list(zip(requests, responses, strict=False)), admission)
        self.breaker.answered()
        self.throttle.answered(len(drawn.answers))
        self._patience.answered(first)
        return drawn

    async def _logged(self, requests: Sequence[SampleRequest], model: Model, allowed_s: float) -> list[Response]:
        """Ask, and note in the log what comes of it."""
        sampling = self.deadlines.within(allowed_s, _sampled(model, requests))
        if self._log is None:
            return await sampling
        clock, began = self._clock, self._clock.now()
        try:
            responses = await sampling
        except (ProviderError, asyncio.CancelledError) as error:
            kind = error.kind.value if isinstance(error, ProviderError) else CANCELLED
            self._log.failed(requests, kind, str(error), model.name, clock.wall(), clock.now() - began)
            raise
        self._log.answered(requests, responses, clock.wall())
        return responses

    def _admitted(self, brought: Sequence[tuple[SampleRequest, Response]], admission: Admission) -> Drawn:
        """Return what is let through; an answer that is not is paid for, and its sample asked for again.

        Raises:
            ProviderError: Nothing is let through.
        """
        answers: list[tuple[SampleRequest, Response]] = []
        refusals: list[tuple[SampleRequest, UnusableError]] = []
        for request, response in brought:
            try:
                admission.admit(request, response)
            except UnusableError as error:
                self.budget.refused(request, response, error.kind.value)
                refusals.append((request, error))
            else:
                self.budget.answered(request, response)
                answers.append((request, response))
        if not answers:
            raise max((refusal for _, refusal in refusals), key=lambda refusal: isinstance(refusal, SwitchError))
        waits = [0.0]
        for request, refusal in refusals:
            waits.append(stated_wait_s(refusal) or 0.0)
            self._tell(SampleFailed(request.step, request.sample, refusal.kind.value, str(refusal), waits[-1]))
        return Drawn(answers, max(waits))

    def _failed(self, requests: Sequence[SampleRequest], error: ProviderError, tries: Tries) -> Drawn | float:
        first = requests[0]
        if error.kind is Fault.POLICY and (declined := self._patience.declined(first, error)) is not None:
            self.breaker.answered()
            return Drawn([(request, declined) for request in requests])
        if isinstance(error, SwitchError):
            self.breaker.answered()
            raise error
        try:
            wait = self._patience.fail(first, error, tries)
        except ProviderError as last:
            if isinstance(error, OverdueError) or isinstance(last, RetriesExhaustedError):  # for the counts
                self._tell(SampleFailed(first.step, first.sample, error.kind.value, str(error), 0.0))
            raise
        if error.kind in (Fault.COPY, Fault.STRANGER):
            self.breaker.answered()  # not well, but the provider is there
        else:
            self.breaker.failed(error, self._patience.rest_s(error))
        note, wait_s = self._patience.note(error, tries), stated_wait_s(error) or wait
        self._tell(SampleFailed(first.step, first.sample, error.kind.value, note, wait_s))
        return wait


async def _sampled(model: Model, requests: Sequence[SampleRequest]) -> list[Response]:
    if len(requests) > 1 and isinstance(model, SeveralModel):
        return await model.sample_many(requests)
    return [await model.sample(requests[0])]


def resets_too_late(caller: Caller, limits: Limits, elapsed_s: float) -> RunEnded | None:
    """Return how a run ends whose provider can be asked again only when the run's time is up; None for any other."""
    resets_at, left = caller.breaker.resets_at, caller.breaker.rest_s
    if resets_at is None or left is None or limits.seconds is None or len(caller.deadlines):
        return None
    if elapsed_s + left <= limits.seconds:
        return None
    at = f"the provider's limit resets at {hour(resets_at, resets_at - left)}, in {span(left)}"
    return RunEnded(Outcome.OUT_OF_BUDGET, f"{at}, after the run's limit of {span(limits.seconds)}")
