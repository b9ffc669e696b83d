"""How many calls may be in flight: fewer when calls time out, one more now and then while they are answered."""

from __future__ import annotations

import asyncio
from collections import deque

FEWEST_ROUNDS, MOST_ROUNDS = 8, 256
"""Rounds of answers before as many calls are tried again as once timed out; twice as many each time in vain."""


class Throttle:
    """Halves what may be in flight when calls time out, and adds one for every round of answers, up to the order.

    To the number that timed out it goes back more slowly: each try in vain costs the work of a whole round. The calls
    that are to go out beyond the limit wait in the order in which they came.

    Args:
        most: Calls that may be in flight as ordered.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._allowed = float(most)
        self._too_many = most + 1  # so many timed out
        self._rounds = FEWEST_ROUNDS
        self._out = 0
        self._number = 0  # of the next call
        self._halved_at = 0  # calls from this number on were sent since the limit was halved
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._allowed)

    async def enter(self) -> int:
        """Wait for a place; return the call's number."""
        if self._queue or self._out >= self.limit:
            await self._turn()
        else:
            self._out += 1
        self._number += 1
        return self._number - 1

    def leave(self) -> None:
        """Give the place back."""
        self._out -= 1
        self._admit()

    def answered(self) -> None:
        """Note an answer."""
        if self._allowed < self.most:
            rounds = self._rounds if self.limit + 1 == self._too_many else 1
            self._allowed = min(float(self.most), self._allowed + 1 / (self.limit * rounds))
            self._admit()

    def timed_out(self, number: int) -> None:
        """Note that a call timed out, before it leaves.

        Calls that were sent together time out together and halve the limit once. One that was alone tells nothing
        about how many are too many.
        """
        if number < self._halved_at or self._out < 2:
            return
        out = min(self.limit, self._out)
        self._rounds = min(2 * self._rounds, MOST_ROUNDS) if out == self._too_many else FEWEST_ROUNDS
        self._too_many, self._allowed, self._halved_at = out, float(max(1, out // 2)), self._number

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._queue.remove(turn)
            else:
                self.leave()  # it had got a place by then
            raise

    def _admit(self) -> None:
        while self._queue and self._out < self.limit:
            turn = self._queue.popleft()
            if not turn.done():
                self._out += 1
                turn.set_result(None)
