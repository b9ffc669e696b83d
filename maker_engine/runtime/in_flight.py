"""The calls in flight: started by the runner, cut short when their response cannot count any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from maker_engine.core.record.events import Outcome, RunEnded
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calls import Caller, Drawn, resets_too_late
from maker_engine.runtime.limits import Limits

TOGETHER = 8
"""Where steps are independent, the journal is written for an eighth of the samples in flight at a time."""


class InFlight:
    """Calls that wait for their response, and responses that wait to be counted.

    Args:
        caller: Draws the samples.
        wake: Set when a call has ended.
        wants: Returns whether a response to a request can still count.
        fail: Called with a fault that befell a call whose response could.
        independent: No step depends on another.

    Attributes:
        arrived: Responses that wait to be counted.
        new: Responses since the journal was written, which sets it to 0.
    """

    def __init__(
        self,
        caller: Caller,
        wake: asyncio.Event,
        wants: Callable[[SampleRequest], bool],
        fail: Callable[[SampleRequest, Exception], None],
        *,
        independent: bool = False,
    ) -> None:
        self._caller = caller
        self._wake = wake
        self._wants = wants
        self._independent = independent
        self._fail = fail
        # By id of the call's first request, which the entry keeps alive.
        self._calls: dict[int, tuple[list[SampleRequest], asyncio.Task[None]]] = {}
        self._samples = 0
        self._aside: list[SampleRequest] = []
        self.arrived: list[tuple[SampleRequest, Response]] = []
        self.new = 0

    def __len__(self) -> int:
        """Samples in flight; a call may bring several."""
        return self._samples

    @property
    def calls(self) -> int:
        """Calls in flight."""
        return len(self._calls)

    @property
    def gathering(self) -> bool:
        """Whether the journal waits for more answers of independent steps: it may, by what a crash loses anyhow."""
        return self._independent and self.new * TOGETHER < self._samples

    def start(self, requests: Sequence[SampleRequest], after_s: float = 0.0) -> None:
        """Send requests, after a wait; those that one call can bring are sent together."""
        for group in self._caller.grouped(requests):
            self._samples += len(group)
            self._calls[id(group[0])] = (group, asyncio.create_task(self._call(group, after_s)))

    def set_aside(self, request: SampleRequest) -> None:
        """Keep a request whose call failed for good, until someone says that it may be sent again."""
        self._aside.append(request)

    @property
    def aside(self) -> int:
        """Requests that are set aside."""
        return len(self._aside)

    def send_again(self) -> int:
        """Send what was set aside, where its response can still count; return how many samples that are."""
        again, self._aside = list(filter(self._wants, self._aside)), []
        self.start(again)
        return len(again)

    def cut_short(self) -> None:
        """Cancel the calls of whose responses none can count any more.

        With a limit on money, one that is with the provider is waited for: only its answer says what it cost.
        """
        budget = self._caller.budget
        for group, call in self._calls.values():
            kept = budget.limits.money and any(map(budget.asking, group))
            if not kept and not any(map(self._wants, group)):
                call.cancel()

    def drain(self) -> list[tuple[SampleRequest, Response]]:
        """Take what has arrived."""
        arrived, self.arrived = self.arrived, []
        return arrived

    async def hang_up(self) -> None:
        """Cancel the calls in flight; a cancelled call closes its connection."""
        for _, call in (calls := list(self._calls.values())):
            call.cancel()
        await asyncio.gather(*(call for _, call in calls), return_exceptions=True)

    async def _call(self, group: list[SampleRequest], after_s: float) -> None:
        drawn: Drawn | None = None
        try:
            drawn = await self._caller.draw_many(group, after_s)
            self.arrived += drawn.answers
            self.new += len(drawn.answers)
        except Exception as error:  # noqa: BLE001 - raised again, or named, by the loop that awaits
            for request in filter(self._wants, group):  # what befalls a squashed guess is no one's concern
                self._fail(request, error)
        finally:
            del self._calls[id(group[0])]
            self._samples -= len(group)
            if drawn is not None:
                self._send_rest(group, drawn)
            self._wake.set()

    def _send_rest(self, group: list[SampleRequest], drawn: Drawn) -> None:
        """Send again what a call has brought nothing for."""
        answered = {id(request) for request, _ in drawn.answers}
        rest = [request for request in group if id(request) not in answered and self._wants(request)]
        self.start(rest, drawn.wait_s)


def end_by_limit(
    limits: Limits, budget: Budget, calls: InFlight, caller: Caller, run: RunState, due: SampleRequest | None,
    elapsed_s: float,
) -> RunEnded | None:  # fmt: skip
    """Return how a run ends that has reached a limit, None while it runs; `due` is what it needs next."""
    reached = budget.reached(due, elapsed_s)
    # Calls in flight are waited for where they are paid for, but not through an outage when the time is up.
    if calls.arrived:
        return None
    in_vain = limits.overdue(elapsed_s) and (run.failure is not None or not caller.paid)
    if reached and (in_vain or calls.calls <= budget.parked):
        return RunEnded(Outcome.OUT_OF_BUDGET, reached)
    return resets_too_late(caller, limits, elapsed_s)
