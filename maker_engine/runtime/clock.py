"""Time, as a port: the system's clocks, or ones that a test turns by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

LOOK_S = 1.0
"""A wait looks at the clocks this often: after a sleep of the machine it ends no later than this."""


class Clock(Protocol):
    """Describes time and waits."""

    def now(self) -> float:
        """Return the seconds that never go backwards; a sleep of the machine may not count."""

    def wall(self) -> float:
        """Return the seconds since 1970, a sleep of the machine included; setting the clock moves them either way."""

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed by either clock."""


class SystemClock:
    """The machine's clocks.

    Args:
        now: The monotonic clock, which is stopped on most systems while the machine sleeps.
        wall: The time of day.
        look_s: Seconds between two looks at both.
    """

    def __init__(
        self, now: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time, look_s: float = LOOK_S
    ) -> None:
        self.now = now
        self.wall = wall
        self._look_s = look_s

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        end, wall_end = self.now() + seconds, self.wall() + seconds
        left = seconds
        while True:
            await asyncio.sleep(min(max(0.0, left), self._look_s))
            left = min(end - self.now(), wall_end - self.wall())
            if left <= 0:
                return


class ManualClock:
    """A clock on which waiting is instant: a sleep moves its hands, and what was waited for is kept in `slept`."""

    def __init__(self) -> None:
        self._now = 0.0
        self._ahead = 0.0  # of the wall clock before the other one
        self._away = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Return the seconds since it was made."""
        return self._now

    def wall(self) -> float:
        """Return the same, and the time that the machine was asleep."""
        return self._now + self._ahead

    def suspend(self, seconds: float) -> None:
        """Let the machine be asleep for so long at the beginning of the next wait."""
        self._away += seconds

    async def sleep(self, seconds: float) -> None:
        """Move the hands on and let others run."""
        away, self._away = self._away, 0.0
        self.slept.append(seconds)
        self._ahead += away
        self._now += max(0.0, seconds - away)
        await asyncio.sleep(0)
