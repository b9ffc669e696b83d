"""One sample, through the provider's bad moments: a passing fault is waited out and the same sample asked for again.

A fault is neither a vote nor a red flag: it says nothing about the answer, and a run's decisions do not depend on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import Event, SampleFailed
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import ImmediateModel, Model
from maker_engine.runtime.admission import Admission
from maker_engine.runtime.breaker import Breaker
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.rate import RateLimit

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
LONGEST_RETRY_AFTER_S = 300.0
"""A provider may ask for more patience than our own, but not for ever."""
COPIES = 3
"""A sample that is answered by a copy this often comes from a cache, and will go on doing so."""


class Caller:
    """Draws samples from a model, trying again after passing faults.

    Args:
        model: Who answers.
        clock: Waits between attempts.
        tell: Told of every failed attempt that will be repeated, and of the circuit breaker.
        rate: Spaces the calls, None for no limit.

    Attributes:
        answer: Asks a model that answers at once, None for one that has to be waited for.
    """

    def __init__(
        self, model: Model, clock: Clock, tell: Callable[[Event], None], rate: RateLimit | None = None
    ) -> None:
        self.turn_to(model)
        self._clock = clock
        self._tell = tell
        self._rate = rate or RateLimit(None, None, clock)
        self.breaker = Breaker(clock, tell)

    def turn_to(self, model: Model) -> None:
        """Ask `model` from now on; calls in flight stay with whom they were sent to."""
        self._model, self._admission = model, Admission()  # who is a stranger depends on who is asked
        self.answer = model.answer if isinstance(model, ImmediateModel) and model.immediate else None

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered, and why; one line each."""
        return self._model.adjustments

    async def draw(self, request: SampleRequest) -> Response:
        """Draw one sample.

        Raises:
            ProviderError: The fault does not pass, or has not passed in reasonable time.
        """
        attempt, copies = 0, 0
        model, admission = self._model, self._admission  # the request's voter is one of this model's
        while True:
            trying = await self.breaker.admit()
            try:
                await self._rate.admit(request)
                response = await model.sample(request)
                self._rate.used(request, response)
                admission.admit(request, response)
            except ProviderError as error:
                attempt += 1
                copies += error.kind is Fault.COPY
                if not error.kind.passing or copies == COPIES:
                    raise
                if error.kind is Fault.COPY:
                    self.breaker.answered()  # not well, but the provider is there
                else:
                    self.breaker.failed(error, attempt)
                wait = _wait(attempt, error)
                self._tell(SampleFailed(request.step, request.sample, error.kind.value, str(error), wait))
            else:
                self.breaker.answered()
                return response
            finally:
                if trying:
                    self.breaker.tried()
            await self._clock.sleep(wait)


def _wait(attempt: int, error: ProviderError) -> float:
    """Seconds before the next attempt: a doubling bound with jitter, so that waiting samples do not return as one."""
    if error.retry_after_s is not None:
        return min(error.retry_after_s, LONGEST_RETRY_AFTER_S)
    bound = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 10))
    return bound * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret
