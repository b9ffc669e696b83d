"""Holds a run to its limits: before a call goes out, the costliest it can be is set aside, and what is left given back.

What is spent is what was answered, whatever became of it, and what calls may have cost that brought no answer. So a
limit holds through anything but a server that bills more than it was allowed to use.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from maker_engine.core.errors import ProviderError
from maker_engine.core.record.events import Event, ResponseRefused, UsageEstimated
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Response, SampleRequest, UnusableError
from maker_engine.models.port import Model
from maker_engine.models.prices import estimated_usage
from maker_engine.runtime.limits import Limits
from maker_engine.wording import count_of

MARGIN = 1.25
"""A prompt may have so many times the tokens that the densest one before it had, by its length. Until a voter's first
answer shows how dense its prompts are, one call goes out at a time."""
ROUNDING = 1 + 1e-9
"""Sums of dollars are sums of floating-point numbers."""


class Spending(NamedTuple):
    """Tokens and dollars; as many as one likes are infinitely many."""

    tokens: float = 0
    usd: float = 0.0

    def plus(self, other: Spending, sign: int = 1) -> Spending:
        """Return the sum, or the difference."""
        return Spending(self.tokens + sign * other.tokens, self.usd + sign * other.usd)


class UnwantedError(Exception):
    """A call is not made again, since no one waits for its answer any more."""


class Budget:
    """What a run has spent, what its calls in flight may yet cost, and what is left of its limits.

    Args:
        limits: The limits.
        totals: The run's totals, as they grow.
        tell: Called with what was paid for and is no sample of the run.
        wake: Called when a call has to wait for money, perhaps for ever.

    Attributes:
        limits: The limits.
        drawn: Samples asked for so far.
        checking: Calls of a check of the model that are not in the totals yet.
        model: Who is asked; quotes calls.
        density: Prompt tokens for each of the upper estimate, by voter, at most; a voter that never answered has none.
    """

    def __init__(
        self, limits: Limits, totals: Totals, tell: Callable[[Event], None], wake: Callable[[], None] = lambda: None
    ) -> None:
        self.limits = limits
        self.drawn: Callable[[], int] = int
        self.checking = 0
        self.model: Model | None = None
        self._totals = totals
        self._tell = tell
        self._wake = wake
        self._spent = _of(totals)
        self._set_aside: dict[int, Spending] = {}  # by id of the request, which its call keeps alive
        self._reserved = Spending()
        self._asking: set[int] = set()
        self._out: Counter[int] = Counter()  # calls in flight, by voter
        self._parked: dict[int, Spending] = {}
        self.density: dict[int, float] = {}
        self._last = Spending()  # quoted
        self._highest_usd = 0.0  # of an answer, for models whose price is not known
        self._freed = asyncio.Event()

    def count_on(self, drawn: Callable[[], int], density: Mapping[int, float]) -> None:
        """Count samples by `drawn`, and start from the densities (below) that an earlier process saw."""
        self.drawn = drawn
        self.density.update(density)

    @property
    def parked(self) -> int:
        """Calls that wait to be made again until there is money for them."""
        return len(self._parked)

    @property
    def estimated(self) -> bool:
        """Whether a limit counts what no one reported."""
        return self.limits.money and (self._totals.tokens_estimated > 0 or self._totals.usd_estimated > 0)

    @property
    def owed(self) -> Spending:
        """What may be spent that the totals do not show yet: answers that wait for their turn, and calls in flight."""
        if self.model is None or self.model.simulated:
            return Spending()
        ahead = self._now().plus(_of(self._totals), -1)
        return ahead.plus(self._reserved)

    @property
    def _called(self) -> int:
        """Samples asked for, with those whose answer was refused and the calls of a check."""
        return self.drawn() + self._totals.refused + self._totals.checks + self.checking

    def asking(self, request: SampleRequest) -> bool:
        """Return whether a request is with the provider now."""
        return id(request) in self._asking

    def bound(self, request: SampleRequest) -> Spending:
        """Return the most that a call can use and cost."""
        if self.model is None:
            return Spending()
        quote = self.model.quote(request)
        prompt = math.ceil(quote.tokens_in * self.density.get(request.voter, 1.0))
        usd = self._highest_usd if quote.price is None else quote.price.dearest(prompt, quote.tokens_out)
        self._last = Spending(prompt + quote.tokens_out, usd)
        return self._last

    def left(self, request: SampleRequest | None, elapsed_s: float) -> float:
        """Return how many samples may still be asked for, if they are like `request`, or like the last one if None."""
        limits = self.limits
        if limits.overdue(elapsed_s):
            return 0
        left = math.inf if limits.samples is None else limits.samples - self._called
        if not limits.money or left <= 0:
            return max(0, left)
        bound, free = self._last if request is None else self.bound(request), self._free()
        if not _fits(bound, free) or (request is not None and self._first_is_out(request)):
            return 0
        calls = [room // most for room, most in zip(free, bound, strict=True) if most and room < math.inf]
        return min([left, *(max(1, number) for number in calls)])

    def afford(self, request: SampleRequest) -> bool:
        """Set aside what a call may cost at most; False, and nothing set aside, where that is more than is left."""
        bound = self.bound(request)
        if self.limits.money and (not _fits(bound, self._free()) or self._first_is_out(request)):
            return False
        self._set_aside[id(request)] = bound
        self._out[request.voter] += 1
        self._reserved = self._reserved.plus(bound)
        return True

    async def hold(self, request: SampleRequest, wanted: Callable[[SampleRequest], bool] = lambda _: True) -> None:
        """See to it that what a call may cost is set aside; where it is made again, wait until there is room for it.

        Args:
            request: The call.
            wanted: Returns whether its answer can still count.

        Raises:
            UnwantedError: It is made again, and its answer cannot count any more.
        """
        while id(request) not in self._set_aside:
            if not wanted(request):
                raise UnwantedError
            if self._may_repeat() and self.afford(request):
                return
            self._parked[id(request)] = self.bound(request)
            self._wake()
            self._freed.clear()
            try:
                await self._freed.wait()
            finally:
                del self._parked[id(request)]

    def holds(self, request: SampleRequest) -> bool:
        """Return whether what a call may cost is set aside."""
        return id(request) in self._set_aside

    def hold_now(self, request: SampleRequest) -> bool:
        """See to it that what a call may cost is set aside; False where there is no room for it now."""
        return self.holds(request) or (self._may_repeat() and self.afford(request))

    def paying(self, *requests: SampleRequest) -> Paying:
        """Count what becomes of a call that is made in this block, but for its answers: see `answered`, `refused`.

        Args:
            requests: What the call is to bring.
        """
        return Paying(self, requests)

    def begun(self, requests: Sequence[SampleRequest]) -> None:
        """Note that a call is with the provider."""
        self._asking.update(map(id, requests))

    def ended(self, requests: Sequence[SampleRequest], error: BaseException | None) -> None:
        """Note that a call is no longer with the provider; `error` is why it has brought nothing."""
        self._asking.difference_update(map(id, requests))
        if isinstance(error, UnusableError):
            self._released(requests)
            self.refused(requests[0], error.response, error.kind.value)
        elif isinstance(error, ProviderError):
            bound = self._released(requests)
            if error.maybe_billed:
                self._lose(requests[0], bound)
        elif isinstance(error, asyncio.CancelledError):
            self._lose(requests[0], self._released(requests))

    def refused(self, request: SampleRequest, response: Response, kind: str) -> None:
        """Count an answer that is not used: a copy, another model's, or one too many."""
        self.answered(request, response)
        self._tell(ResponseRefused(request.step, request.sample, kind, response))

    def answered(self, request: SampleRequest, response: Response) -> None:
        """Count an answer, whatever becomes of it, and give back what it did not use."""
        self.release(request)
        tokens_in, tokens_out = response.tokens_in, response.tokens_out
        self._highest_usd = max(self._highest_usd, response.cost_usd or 0.0)
        self._spent = self._now().plus(Spending((tokens_in or 0) + (tokens_out or 0), response.cost_usd or 0.0))
        if self.model is None:
            return
        quote = self.model.quote(request)
        # An answer that came with others shows its share of the prompt only.
        density = MARGIN * tokens_in * response.shared / max(1, quote.tokens_in) if tokens_in else 1.0
        self.density[request.voter] = max(self.density.get(request.voter, 0.0), density)
        if tokens_in is None or tokens_out is None:
            prompt, output = estimated_usage(request, response)
            usd = 0.0 if quote.price is None or response.cost_usd is not None else quote.price.dearest(prompt, output)
            self._estimate(request, Spending(prompt + output - (tokens_in or 0) - (tokens_out or 0), usd))

    def reached(self, request: SampleRequest | None, elapsed_s: float) -> str:
        """Name the limit that allows no further call, in one line; empty while none forbids it.

        Args:
            request: The sample that is needed next, None where none is.
            elapsed_s: Going time.
        """
        free = self._free()
        against = [self._against(bound, free, self._may_repeat()) for bound in self._parked.values()]
        if request is not None:
            more = self.limits.samples is None or self._called < self.limits.samples
            against.append(self._against(self.bound(request), free, more))
        if against and all(against):
            return against[-1]
        if self.limits.seconds is not None and self.limits.overdue(elapsed_s):
            digits = 0 if self.limits.seconds >= 10 else 1
            return f"ran for {elapsed_s:,.{digits}f} of {self.limits.seconds:,.{digits}f} s"
        return ""

    def _against(self, bound: Spending, free: Spending, more: bool) -> str:
        """Say what forbids a call; `more` says whether the limit on samples allows it."""
        limits, totals, spent = self.limits, self._totals, self._now()
        if not more and limits.samples is not None:
            return f"drew {self._called - self.parked:,} of {count_of(limits.samples, 'sample')}"
        if not limits.money or _fits(bound, free):
            return ""
        if limits.usd is not None and (bound.usd > free.usd or free.usd <= 0):
            about = " (in part estimated)" if totals.usd_estimated else ""
            costs = f"${free.usd:.4f} left, the dearest call costs ${bound.usd:.4f}"
            return f"spent ${spent.usd:.4f}{about} of ${limits.usd:g}: {costs}"
        about = " (in part estimated)" if totals.tokens_estimated else ""
        takes = f"{free.tokens:,} left, the longest call takes {bound.tokens:,}"
        return f"used {spent.tokens:,}{about} of {count_of(limits.tokens or 0, 'token')}: {takes}"

    def _may_repeat(self) -> bool:
        """Return whether the limit on samples lets a call drawn before be repeated: refused answers count too."""
        return self.limits.samples is None or self._called <= self.limits.samples

    def _first_is_out(self, request: SampleRequest) -> bool:
        """Return whether a voter's first call, which shows how many tokens its prompts have, is not answered yet."""
        simulated = self.model is None or self.model.simulated
        return not simulated and request.voter not in self.density and self._out[request.voter] > 0

    def _lose(self, request: SampleRequest, bound: Spending | None) -> None:
        """Count a call at its costliest that went out and brought no answer: it may be billed all the same."""
        if bound is not None and self.model is not None and not self.model.simulated:
            self._estimate(request, bound)

    def _estimate(self, request: SampleRequest, spending: Spending) -> None:
        self._spent = self._now().plus(spending)
        self._tell(UsageEstimated(request.step, request.sample, int(spending.tokens), spending.usd))

    def _now(self) -> Spending:
        """Return what is spent: answers that are counted by now, and those whose turn has not come."""
        counted = _of(self._totals)
        self._spent = Spending(max(self._spent.tokens, counted.tokens), max(self._spent.usd, counted.usd))
        return self._spent

    def _free(self) -> Spending:
        """Return what is neither spent nor set aside; no end of it where there is no limit."""
        limits, used = self.limits, self._now().plus(self._reserved)
        return Spending(
            math.inf if limits.tokens is None else max(0, limits.tokens - used.tokens),
            math.inf if limits.usd is None else max(0.0, limits.usd * ROUNDING - used.usd),
        )

    def _released(self, requests: Sequence[SampleRequest]) -> Spending | None:
        """Give back what is set aside for a call; return the most that it has cost: its prompt counts once."""
        bounds = [bound for request in requests if (bound := self.release(request)) is not None]
        if not bounds:
            return None
        prompt = self._prompt(requests[0])
        total = Spending(sum(bound.tokens for bound in bounds), sum(bound.usd for bound in bounds))
        again = len(bounds) - 1
        return total.plus(Spending(again * prompt.tokens, again * prompt.usd), -1)

    def _prompt(self, request: SampleRequest) -> Spending:
        """Return the most that the prompt of a call can use and cost."""
        if self.model is None:
            return Spending()
        quote = self.model.quote(request)
        prompt = math.ceil(quote.tokens_in * self.density.get(request.voter, 1.0))
        return Spending(prompt, 0.0 if quote.price is None else quote.price.dearest(prompt, 0))

    def release(self, request: SampleRequest) -> Spending | None:
        """Give back what is set aside for a call; return it, None where nothing is."""
        bound = self._set_aside.pop(id(request), None)
        if bound is not None:
            self._out[request.voter] -= 1
            self._reserved = self._reserved.plus(bound, -1) if self._set_aside else Spending()
            self._freed.set()
        return bound


class Paying:
    """The time for which a call is with the provider."""

    __slots__ = ("_budget", "_requests")

    def __init__(self, budget: Budget, requests: Sequence[SampleRequest]) -> None:
        self._budget = budget
        self._requests = requests

    def __enter__(self) -> None:
        self._budget.begun(self._requests)

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._budget.ended(self._requests, error)


def _fits(bound: Spending, free: Spending) -> bool:
    return bound.tokens <= free.tokens and bound.usd <= free.usd and free.usd > 0


def _of(totals: Totals) -> Spending:
    tokens = totals.tokens_in + totals.tokens_out + totals.tokens_estimated
    return Spending(tokens, totals.cost_usd + totals.usd_estimated)
