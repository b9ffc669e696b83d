"""One sample, through the provider's bad moments: a passing fault is waited out and the same sample asked for again.

A fault is neither a vote nor a red flag: it says nothing about the answer, and a run's decisions do not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import Event, Outcome, RunEnded, SampleFailed
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import ImmediateModel, Model
from maker_engine.runtime.admission import Admission
from maker_engine.runtime.breaker import Breaker, stated_wait_s
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.deadlines import Deadlines, OverdueError
from maker_engine.runtime.hours import hour, span
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.patience import OutOfPatienceError, Patience, Tries
from maker_engine.runtime.rate import RateLimit
from maker_engine.runtime.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Manner:
    """How a provider is called.

    Attributes:
        concurrency: Most calls in flight.
        timeout_s: Seconds that a call may take from when it is likely to have left the server's queue.
        near: The server is on this machine or network.
        rate: Spaces the calls, None for no limit.
    """

    concurrency: int = 8
    timeout_s: float = 120.0
    near: bool = False
    rate: RateLimit | None = None


class Caller:
    """Draws samples from a model, trying again after passing faults.

    Args:
        model: Who answers.
        clock: Waits between attempts.
        tell: Told of every failed attempt that will be repeated, and of the circuit breaker.
        manner: How it is called.

    Attributes:
        answer: Asks a model that answers at once, None for one that has to be waited for.
        paid: A call has a known price: one that is cut has been paid for, as far as anybody knows.
        breaker: Keeps everybody from asking while the provider rests.
        throttle: Says how many calls may be in flight.
        deadlines: Cuts the calls that take too long.
    """

    def __init__(self, model: Model, clock: Clock, tell: Callable[[Event], None], manner: Manner | None = None) -> None:
        manner = manner or Manner()
        self.turn_to(model)
        self._clock = clock
        self._tell = tell
        self._rate = manner.rate or RateLimit(None, None, clock)
        self.breaker = Breaker(clock, tell)
        self.throttle = Throttle(manner.concurrency)
        self.deadlines = Deadlines(manner.timeout_s)
        self._patience = Patience(clock, self.breaker, self.deadlines, near=manner.near)

    def turn_to(self, model: Model) -> None:
        """Ask `model` from now on; calls in flight stay with whom they were sent to."""
        self._model, self._admission = model, Admission()  # who is a stranger depends on who is asked
        self.paid = model.figures.usd_per_token_out is not None
        self.answer = model.answer if isinstance(model, ImmediateModel) and model.immediate else None

    def figures(self) -> dict[str, Any]:
        """Return what a view tells of the calls."""
        breaker, deadlines = self.breaker, self.deadlines
        return {
            "rest_s": breaker.rest_s, "resets_at": breaker.resets_at, "oldest_call_s": deadlines.oldest_s,
            "concurrency": self.throttle.limit, "concurrency_ordered": self.throttle.most,
            "timeout_s": deadlines.ordered_s, "deadline_s": deadlines.base_s,
        }  # fmt: skip

    async def draw(self, request: SampleRequest) -> Response:
        """Draw one sample.

        Raises:
            OutOfPatienceError: A provider that has answered before is waited for no longer.
            ProviderError: The fault does not pass, or has not passed in reasonable time.
        """
        tries, asked = Tries(), (self._model, self._admission)  # the request's voter is one of this model's
        while True:
            outcome = await self._call(request, tries, *asked)
            if isinstance(outcome, Response):
                return outcome
            if outcome > 0:
                await self._clock.sleep(outcome)

    async def _call(self, request: SampleRequest, tries: Tries, model: Model, admission: Admission) -> Response | float:
        """Make one call; return the response, or the seconds to wait before the next."""
        number = await self.throttle.enter()
        try:
            trying = await self.breaker.admit()
            try:
                return await self._ask(request, tries, model, admission)
            except ProviderError as error:
                if error.kind is Fault.TIMEOUT:
                    self.throttle.timed_out(number)
                return self._failed(request, error, tries)
            finally:
                if trying:
                    self.breaker.tried()
        finally:
            self.throttle.leave()

    async def _ask(self, request: SampleRequest, tries: Tries, model: Model, admission: Admission) -> Response:
        await self._rate.admit(request)
        tries.allowed_s = max(tries.allowed_s, self.deadlines.base_s)
        response = await self.deadlines.within(tries.allowed_s, model.sample(request))
        self._rate.used(request, response)
        admission.admit(request, response)
        self.breaker.answered()
        self.throttle.answered()
        self._patience.answered(request)
        return response

    def _failed(self, request: SampleRequest, error: ProviderError, tries: Tries) -> Response | float:
        if error.kind is Fault.POLICY and (declined := self._patience.declined(request, error)) is not None:
            self.breaker.answered()
            return declined
        try:
            wait = self._patience.fail(request, error, tries)
        except ProviderError as last:
            if isinstance(error, OverdueError) or isinstance(last, OutOfPatienceError):  # for the counts
                self._tell(SampleFailed(request.step, request.sample, error.kind.value, str(error), 0.0))
            raise
        if error.kind is Fault.COPY:
            self.breaker.answered()  # not well, but the provider is there
        else:
            self.breaker.failed(error, self._patience.rest_s(error))
        note, wait_s = self._patience.note(error, tries), stated_wait_s(error) or wait
        self._tell(SampleFailed(request.step, request.sample, error.kind.value, note, wait_s))
        return wait


def resets_too_late(caller: Caller, limits: Limits, elapsed_s: float) -> RunEnded | None:
    """Tell how a run ends whose provider can be asked again only when the run's time is up; None for any other."""
    resets_at, left = caller.breaker.resets_at, caller.breaker.rest_s
    if resets_at is None or left is None or limits.seconds is None or len(caller.deadlines):
        return None
    if elapsed_s + left <= limits.seconds:
        return None
    at = f"the provider's limit resets at {hour(resets_at, resets_at - left)}, in {span(left)}"
    return RunEnded(Outcome.OUT_OF_BUDGET, f"{at}, after the run's limit of {span(limits.seconds)}")
