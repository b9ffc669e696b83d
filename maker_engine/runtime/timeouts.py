"""How long a call may take, counted from when it is likely to have left the server's queue.

A server with one slot answers one call after another, and nothing shows from outside how many slots there are. So a
call's time begins when it is sent, and again whenever a call that was sent before it ends. On one slot that is when its
turn has come; on many slots the calls before it soon end, and a call that hangs is found out one deadline later. A call
that is cut at its deadline begins no one's time again: where nothing comes back at all, all are cut together.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TypeVar

from maker_engine.core.errors import Fault, ProviderError

LONGEST = 8
"""A sample that timed out is asked for again with twice the deadline, up to so many times the one that was ordered."""
TOTAL = 16
"""A call is cut after so many times the ordered deadline, whatever comes back before it."""
LATE_S = 1.0
"""A deadline found to be over by more than this was slept through, by the process or by its machine. An answer may lie
there unread: it is given as long again to be read."""
FEW = 64
"""So many calls that have ended are not worth forgetting."""

Answer = TypeVar("Answer")


class OverdueError(ProviderError):
    """A call was cut at our own deadline."""


class _Call:
    """A call on its way; times are those of the event loop."""

    __slots__ = ("allowed_s", "limit", "number", "sent")

    def __init__(self, allowed_s: float, now: float, number: int) -> None:
        self.allowed_s = allowed_s
        self.sent = now
        self.number = number
        self.limit = asyncio.timeout(None)


class Deadlines:
    """Cuts the calls that take too long. Time is the event loop's own, like that of the connections it is about.

    Args:
        ordered_s: Seconds that a call may take.

    Attributes:
        ordered_s: The same.
        base_s: Seconds that a call may take now: as ordered, or longer since a complete answer took longer.
    """

    def __init__(self, ordered_s: float) -> None:
        self.ordered_s = self.base_s = ordered_s
        self._numbers = count()
        self._calls: dict[int, _Call] = {}  # in the order in which they were sent
        # Numbers of calls that have ended, and when, both rising: a later end of an earlier call outdoes an entry.
        self._ended: list[int] = []
        self._ends_s: list[float] = []
        self._looks: list[tuple[float, int]] = []  # when to look at which call: a heap, ended calls among them
        self._timer: asyncio.TimerHandle | None = None  # of the first of them

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def longest_s(self) -> float:
        """Seconds that a call may take at most from when it has left the queue."""
        return LONGEST * self.ordered_s

    @property
    def oldest_s(self) -> float | None:
        """Seconds since the oldest call in flight was sent, None where none is."""
        first = next(iter(self._calls.values()), None)
        return None if first is None else asyncio.get_running_loop().time() - first.sent

    async def within(self, allowed_s: float, answer: Awaitable[Answer]) -> Answer:
        """Await a call's answer.

        Args:
            allowed_s: Seconds that it may take from when it has left the queue.
            answer: Sends the call when it is awaited.

        Raises:
            OverdueError: It took longer.
        """
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        call = self._calls[number] = _Call(allowed_s, loop.time(), number)
        self._arm(call, self._due(call))
        try:
            async with call.limit:
                given = await answer
            self._learn(loop.time() - self._since(call))
        except TimeoutError:
            if call.limit.expired():
                reason = f"no complete answer within {allowed_s:g} s"
                raise OverdueError(Fault.TIMEOUT, reason, maybe_billed=True) from None
            raise
        else:
            return given
        finally:
            del self._calls[number]
            self._forget_ended()
            if not call.limit.expired():
                self._move_up(number, loop.time())

    def _due(self, call: _Call) -> float:
        return min(self._since(call) + call.allowed_s, call.sent + TOTAL * self.ordered_s)

    def _arm(self, call: _Call, when: float) -> None:
        heappush(self._looks, (when, call.number))
        if self._timer is None or when < self._timer.when():
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(self._looks[0][0], self._ring) if self._looks else None

    def _ring(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        while self._looks and self._looks[0][0] <= now:
            when, number = heappop(self._looks)
            if number in self._calls:
                self._look(self._calls[number], when)
        self._set_timer()

    def _forget_ended(self) -> None:
        """Look no more at calls that have ended, where they are most, or all."""
        if len(self._looks) > 2 * len(self._calls) + FEW or not self._calls:
            self._looks = [look for look in self._looks if look[1] in self._calls]
            heapify(self._looks)
            self._set_timer()

    def _look(self, call: _Call, expected: float) -> None:
        """Cut a call that is overdue. Its time may have begun again since this look was appointed."""
        now, due = asyncio.get_running_loop().time(), self._due(call)
        if due > now:
            self._arm(call, due)
        elif now - expected > LATE_S:
            self._arm(call, now + LATE_S)
        else:
            call.limit.reschedule(now)

    def _move_up(self, number: int, now: float) -> None:
        """Begin the time of the calls behind one that has ended: they find it when it is asked for."""
        place = bisect_left(self._ended, number)
        self._ended[place:], self._ends_s[place:] = [number], [now]
        if place > 2 * len(self._calls):  # of those before the oldest call in flight only the last one counts
            oldest = next(iter(self._calls), number + 1)
            known = max(0, bisect_left(self._ended, oldest) - 1)
            del self._ended[:known], self._ends_s[:known]

    def _since(self, call: _Call) -> float:
        """Return when the time of a call began: when it was sent, or when the last one before it ended."""
        place = bisect_left(self._ended, call.number)
        return max(call.sent, self._ends_s[place - 1]) if place else call.sent

    def _learn(self, took_s: float) -> None:
        """Allow all calls what a complete answer took: a shorter deadline would keep long answers out of the vote."""
        while self.base_s < min(took_s, self.longest_s):
            self.base_s = min(2 * self.base_s, self.longest_s)
