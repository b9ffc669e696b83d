"""How long a provider's faults are waited out, for one sample: again, or no more.

before the provider's first answer        a final fault (a wrong key, no such model) ends the run at once;
                                          anything else is tried six times, or for some seconds
    … that is loading, busy or not up yet for two minutes at least
after it                                  a passing fault is waited out for a day without any answer,
                                          a refusal in final words for two minutes,
                                          an answer that is too slow until the longest deadline was missed thrice
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.runtime.breaker import FAILURES, LONGEST_REST_S, Breaker, stated_wait_s
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.hours import hour, span
from maker_engine.runtime.timeouts import Deadlines, OverdueError

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
COPIES = 3
"""A sample that is answered by a copy this often comes from a cache, and will again."""
STRANGER_S = 15.0
"""Seconds for which a provider that has never answered is tried: a mistyped address looks like an outage."""
LOADING_S = 120.0
"""Seconds for which a server is waited for that may be loading its model; longer where the deadline of a call is."""
LOADING_LOOK_S = 5.0
"""A server that may be loading is asked at least this often."""
REFUSED_S = 120.0
"""Seconds for which a call is made again that is refused in final words, by a provider that has answered others: such
words are also used of overload, of a model that was unloaded, of a proxy that stumbled."""
SLOW = 3
"""Calls of one sample that miss the longest deadline before it is no more asked for: to continue until a short answer
comes would choose answers by their length."""
PATIENCE_S = 24 * 3600.0
"""Seconds without one usable response, or until a stated time, for which a provider is waited for."""


class RetriesExhaustedError(ProviderError):
    """A provider that has answered before is waited for no longer: the run holds, or stops and can be resumed."""


@dataclass(slots=True)
class Tries:
    """The failed calls of one sample so far.

    Attributes:
        allowed_s: Seconds that the next call may take, 0 for as many as any.
        failed: How many failed, copies included.
        copies: How many brought a copy.
        slow: How many missed the longest deadline.
        refused_at: When the first was refused in final words, on the clock; None while none was.
    """

    allowed_s: float = 0.0
    failed: int = 0
    copies: int = 0
    slow: int = 0
    refused_at: float | None = None


class RetryPolicy:
    """Says whether a failed call is made again, and when.

    Args:
        clock: Gives the time.
        breaker: Knows what became of the other calls.
        deadlines: Knows how long a call may take.
        near: The server is on this machine or network, where one that refuses connections may not be up yet.
    """

    def __init__(self, clock: Clock, breaker: Breaker, deadlines: Deadlines, *, near: bool = False) -> None:
        self._clock = clock
        self._breaker = breaker
        self._deadlines = deadlines
        self._near = near
        self._answered: set[int] = set()  # by voter
        self._refused = 0  # prompts, before the first answer
        self.loading_s = max(LOADING_S, deadlines.ordered_s)

    def answered(self, request: SampleRequest) -> None:
        """Note a usable response."""
        self._answered.add(request.voter)

    def declined(self, request: SampleRequest, error: ProviderError) -> Response | None:
        """Return what represents the answer to a prompt that the provider's policy refuses, to be flagged.

        None where it refuses whatever it is asked: it has refused several and answered none.
        """
        if request.voter not in self._answered:
            self._refused += 1
            if self._refused >= FAILURES:
                return None
        return Response(str(error), 0, 0, finish_reason="content_filter", cost_usd=0.0)

    def rest_s(self, error: ProviderError) -> float:
        """Return how long the circuit may rest at most after `error`, in seconds."""
        return LOADING_LOOK_S if self._loads(error) else LONGEST_REST_S

    def fail(self, request: SampleRequest, error: ProviderError, tries: Tries) -> float:
        """Note a failed call; return the seconds to wait before the next, 0 where the circuit's rest is all.

        Raises:
            OutOfPatienceError: The provider has answered before, and is waited for no longer.
            ProviderError: It has not, and there is no point in trying again.
        """
        tries.failed += 1
        if error.kind is Fault.COPY:
            tries.copies += 1
            if tries.copies == COPIES:
                raise error
        if error.kind in (Fault.COPY, Fault.STRANGER):
            return max(error.retry_after_s or 0.0, self._backoff(tries))
        if isinstance(error, OverdueError):
            self._be_slow(tries)
        stated = stated_wait_s(error)
        if stated is None and not error.kind.passing and tries.refused_at is None:
            tries.refused_at = self._clock.now()
        if self._answered:
            self._check(request, error, tries)
        else:
            self._check_stranger(error, tries)
        if stated is None:
            return self._backoff(tries, LOADING_LOOK_S if self._loads(error) else LONGEST_WAIT_S)
        if stated > PATIENCE_S:
            raise RetriesExhaustedError(error.kind, self._too_late(stated, error))
        return 0.0

    def note(self, error: ProviderError, tries: Tries) -> str:
        """Report a failed call that is made again, in one line."""
        if isinstance(error, OverdueError):
            return f"{error}; asked for again with {span(tries.allowed_s)}"
        if self._loads(error):
            return f"not up yet, or loading its model; waited for up to {span(self.loading_s)}: {error}"
        return str(error)

    def _be_slow(self, tries: Tries) -> None:
        longest = self._deadlines.longest_s
        tries.slow += tries.allowed_s >= longest
        tries.allowed_s = min(2 * tries.allowed_s, longest)

    def _check(self, request: SampleRequest, error: ProviderError, tries: Tries) -> None:
        """Give up on a provider that has answered before, where its time is over."""
        now, failing = self._clock.now(), self._breaker.failing_since
        place = f"sample {request.sample + 1:,} of step {request.step + 1:,}"
        kind, why = error.kind, f"({error.kind.value}): {error}"
        if tries.slow >= SLOW:
            often = f"{place} was not complete within {span(self._deadlines.longest_s)}, {SLOW} times over"
            raise RetriesExhaustedError(kind, f"{often}: it needs a longer --timeout")
        if tries.refused_at is not None and not error.kind.passing:
            if request.voter not in self._answered:  # this one of the pool is a stranger still
                raise error
            if now - tries.refused_at >= REFUSED_S:
                raise RetriesExhaustedError(kind, f"the provider refuses {place} {why}")
        if failing is not None and now - failing > PATIENCE_S:
            raise RetriesExhaustedError(kind, f"the provider has not answered for {span(now - failing)} {why}")

    def _check_stranger(self, error: ProviderError, tries: Tries) -> None:
        """Give up on a provider that has never answered, where its time is over."""
        failing = self._breaker.failing_since
        tried_s, often = 0.0 if failing is None else self._clock.now() - failing, tries.failed >= FAILURES
        if stated_wait_s(error) is not None:
            over = often and tried_s >= self.loading_s
        elif not error.kind.passing:
            over = True
        elif isinstance(error, OverdueError):
            over = tries.slow > 0
        elif self._loads(error) or error.kind in (Fault.RATE, Fault.OVERLOAD):
            over = tried_s >= self.loading_s
        else:
            over = often or tried_s >= STRANGER_S
        if over:
            raise error

    def _too_late(self, stated_s: float, error: ProviderError) -> str:
        now = self._clock.wall()
        at = f"the provider's limit resets at {hour(now + stated_s, now)}, in {span(stated_s)}"
        return f"{at}; no longer than {span(PATIENCE_S)} is waited ({error})"

    def _loads(self, error: ProviderError) -> bool:
        """Return whether the server may be loading its model, or not be up yet."""
        if self._answered:
            return False
        return error.kind is Fault.LOADING or (self._near and error.kind in (Fault.CONNECTION, Fault.OVERLOAD))

    def _backoff(self, tries: Tries, longest_s: float = LONGEST_WAIT_S) -> float:
        """Return the seconds before the next call: a doubling bound with jitter, so that samples return apart."""
        bound = min(longest_s, FIRST_WAIT_S * 2.0 ** min(tries.failed - 1, 10))
        return bound * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret
