"""The circuit breaker: when nothing comes back from a provider any more, everybody waits, and one call tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from maker_engine.core.errors import ProviderError
from maker_engine.core.events import CircuitClosed, CircuitOpened, Event
from maker_engine.runtime.clock import Clock

FAILURES = 6
"""Failures in a row, of any calls, after which the circuit opens."""
FIRST_REST_S, LONGEST_REST_S = 15.0, 300.0
PATIENCE_S = 24 * 3600.0
"""Seconds without one usable response after which a run that had answers before is given up."""


class Breaker:
    """Counts failures in a row over all calls of a run.

    A provider that has never answered is given up after `FAILURES` attempts of one call: nothing tells a mistyped
    endpoint from an outage. One that has answered is waited for, a longer rest each time, up to `PATIENCE_S`.

    Args:
        clock: Tells time and waits.
        tell: Told when the circuit opens and closes.
    """

    def __init__(self, clock: Clock, tell: Callable[[Event], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._failures = 0
        self._rest_s = FIRST_REST_S
        self._until: float | None = None  # None: closed
        self._answered_at: float | None = None
        self._trying = False
        self._tried = asyncio.Event()

    @property
    def rest_s(self) -> float | None:
        """Seconds until the next call is tried, None while the circuit is closed."""
        return None if self._until is None else max(0.0, self._until - self._clock.now())

    async def admit(self) -> bool:
        """Wait while the circuit is open; True for the call that tries, which has to say `tried` when it is through.

        The first to wait is the one that tries; the others wait for it.
        """
        while self._until is not None:
            if self._trying:
                # The next one, not an earlier one: a circuit that closes and opens again has been told of before.
                self._tried.clear()
                await self._tried.wait()
                continue
            self._trying = True
            try:
                await self._clock.sleep(self.rest_s or 0.0)
            except asyncio.CancelledError:
                self.tried()
                raise
            return True
        return False

    def answered(self) -> None:
        """Note a usable response."""
        self._answered_at = self._clock.now()
        self._failures, self._rest_s = 0, FIRST_REST_S
        if self._until is not None:
            self._until = None
            self._tried.set()  # whoever waits may go
            self._tell(CircuitClosed())

    def failed(self, error: ProviderError, attempt: int) -> None:
        """Note that a call failed, for the `attempt`-th time (from 1).

        Raises:
            ProviderError: `error` itself, when there is no point in waiting any longer.
        """
        self._failures += 1
        now = self._clock.now()
        if self._answered_at is None:
            if attempt >= FAILURES:
                raise error
            return
        if now - self._answered_at > PATIENCE_S:
            raise error
        if self._failures >= FAILURES and (self._until is None or self._until <= now):
            rest = min(max(self._rest_s, error.retry_after_s or 0.0), LONGEST_REST_S)
            self._until = now + rest
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
            self._tell(CircuitOpened(rest, str(error)))

    def tried(self) -> None:
        """Note that the call that tries has been answered, has failed, or was cut short: another may try."""
        self._trying = False
        self._tried.set()
