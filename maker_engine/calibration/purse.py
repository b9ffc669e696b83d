"""The money of a sweep, shared by its models: the costliest case of a job is set aside before it is drawn."""

from __future__ import annotations

import asyncio

_ROUNDING = 1 + 1e-9


class Purse:
    """Dollars that all models of a sweep may spend together.

    Args:
        limit: How many, None for no limit.
    """

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self._spent = 0.0
        self._reserved = 0.0
        self._under_way = 0
        self._freed = asyncio.Event()

    def pay(self, usd: float) -> None:
        """Count what was spent before."""
        self._spent += usd

    def reserve(self, usd: float) -> bool:
        """Set dollars aside; False, and nothing set aside, where there are not so many left."""
        if self._limit is not None and self._spent + self._reserved + usd > self._limit * _ROUNDING:
            return False
        self._reserved += usd
        self._under_way += 1
        return True

    def settle(self, reserved: float, spent: float) -> None:
        """Give back what was set aside, and count what was spent of it."""
        self._under_way -= 1
        self._reserved = max(0.0, self._reserved - reserved) if self._under_way else 0.0
        self._spent += spent
        self._freed.set()

    async def wait(self) -> bool:
        """Wait until a job of another model gives something back; False where none is under way."""
        if not self._under_way:
            return False
        self._freed.clear()
        await self._freed.wait()
        return True
