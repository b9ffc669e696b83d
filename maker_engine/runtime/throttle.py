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
        self._queue: deque[tuple[asyncio.Future[None], int]] = deque()

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._allowed)

    async def enter(self, answers: int = 1) -> int:
        """Wait for the places of a call that is to bring so many answers; return the call's number.

        One that is to bring more than the limit goes out when nothing else is in flight.
        """
        if self._queue or not self._fits(answers):
            await self._turn(answers)
        else:
            self._out += answers
        self._number += 1
        return self._number - 1

    def leave(self, answers: int = 1) -> None:
        """Give the places back."""
        self._out -= answers
        self._admit()

    def answered(self, answers: int = 1) -> None:
        """Note answers."""
        if self._allowed < self.most:
            rounds = self._rounds if self.limit + 1 == self._too_many else 1
            self._allowed = min(float(self.most), self._allowed + answers / (self.limit * rounds))
            self._admit()

    def timed_out(self, number: int) -> None:
        """Note that a call timed out, before it leaves.

        Calls that were sent together time out together and halve the limit once. One that was alone shows nothing
        about how many are too many.
        """
        if number < self._halved_at or self._out < 2:
            return
        out = min(self.limit, self._out)
        self._rounds = min(2 * self._rounds, MOST_ROUNDS) if out == self._too_many else FEWEST_ROUNDS
        self._too_many, self._allowed, self._halved_at = out, float(max(1, out // 2)), self._number

    def _fits(self, answers: int) -> bool:
        return not self._out or self._out + answers <= self.limit

    async def _turn(self, answers: int) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.append((turn, answers))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._queue.remove((turn, answers))
                self._admit()  # the next may fit where this one did not
            else:
                self.leave(answers)  # it had got its places by then
            raise

    def _admit(self) -> None:
        while self._queue and self._fits(self._queue[0][1]):
            turn, answers = self._queue.popleft()
            if not turn.done():
                self._out += answers
                turn.set_result(None)
