"""Time, as a port: the system's clock, or one that a test turns by hand."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Tells time and waits."""

    def now(self) -> float:
        """Seconds that never go backwards."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's monotonic clock."""

    now = staticmethod(time.monotonic)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock on which waiting is instant: a sleep moves its hands, and what was waited for is kept in `slept`."""

    def __init__(self) -> None:
        self._now = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since it was made."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move the hands on and let others run."""
        self.slept.append(seconds)
        self._now += seconds
        await asyncio.sleep(0)
