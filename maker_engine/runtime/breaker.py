"""The circuit breaker: when nothing comes back from a provider any more, everybody waits, and one call tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import CircuitClosed, CircuitOpened, Event
from maker_engine.runtime.clock import Clock

FAILURES = 6
"""Failures in a row, of any calls, after which the circuit opens."""
FIRST_REST_S, LONGEST_REST_S = 1.0, 300.0
SAME_S = 1.0
"""Two stated times no further apart than this are the same."""
NONSENSE_S = 32 * 24 * 3600.0
"""A stated wait of more seconds than this is no statement."""


def stated_wait_s(error: ProviderError) -> float | None:
    """Return the seconds after which the provider says that it can be asked again; None where it says nothing.

    Nought seconds, or a time that has passed, says nothing: the call that learns this was just refused. Nor does a time
    beside words that are final at any time, such as those about a wrong key.
    """
    wait, meant = error.retry_after_s, error.kind.passing or error.kind is Fault.QUOTA
    return wait if wait is not None and meant and 0 < wait <= NONSENSE_S else None


class Breaker:
    """Counts failures in a row over all calls of a run, and keeps everybody from asking while the provider rests.

    A rest is as long as the provider states, at least. Where it states nothing, the first rest is short and each
    further one twice as long, since nothing distinguishes a limit that is over in a second from an outage of hours.

    Args:
        clock: Gives the time and waits.
        tell: Called when the circuit opens and closes.

    Attributes:
        failing_since: When the first of the failures in a row came, on the clock; None while calls succeed.
        resets_at: When the provider can be asked again by its own statement, in seconds since 1970; None where it
            states nothing, or does not rest.
    """

    def __init__(self, clock: Clock, tell: Callable[[Event], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._failures = 0
        self._rest_s = FIRST_REST_S
        self._until: tuple[float, float] | None = None  # on either clock; None: closed
        self._trying = False
        self._tried = asyncio.Event()
        self.failing_since: float | None = None
        self.resets_at: float | None = None

    @property
    def rest_s(self) -> float | None:
        """Seconds until the next call is tried, None while the circuit is closed."""
        if self._until is None:
            return None
        until, wall_until = self._until
        return max(0.0, min(until - self._clock.now(), wall_until - self._clock.wall()))

    async def admit(self) -> bool:
        """Wait while the circuit is open; True for the call that tries, which has to say `tried` when it is through.

        The first to wait is the one that tries; the others wait for it.
        """
        while self._until is not None:
            if self._trying:
                # The next one, not an earlier one: a circuit that closes and opens again has been reported before.
                self._tried.clear()
                await self._tried.wait()
                continue
            self._trying = True
            try:
                while left := self.rest_s:  # it may have grown meanwhile
                    await self._clock.sleep(left)
            except asyncio.CancelledError:
                self.tried()
                raise
            return True
        return False

    def answered(self) -> None:
        """Note a usable response."""
        self._failures, self._rest_s = 0, FIRST_REST_S
        self.failing_since = self.resets_at = None
        if self._until is not None:
            self._until = None
            self._tried.set()  # whoever waits may go
            self._tell(CircuitClosed())

    def failed(self, error: ProviderError, longest_rest_s: float = LONGEST_REST_S) -> None:
        """Note that a call failed; a rest that no one stated lasts at most so many seconds."""
        self._failures += 1
        if self.failing_since is None:
            self.failing_since = self._clock.now()
        rest, left, stated = min(self._rest_s, longest_rest_s), self.rest_s, stated_wait_s(error)
        many = self._failures >= FAILURES
        backs_off = not left and (many or (stated is None and self._until is not None))
        if backs_off:
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
        if stated is not None:
            if not left or stated > left + SAME_S:
                # One that states the same short time again and again is asked less and less often all the same.
                seconds = max(stated, rest) if many else stated
                self._rest(seconds, error)
                self.resets_at = self._clock.wall() + stated if seconds == stated else None
        elif backs_off:
            self._rest(rest, error)
            self.resets_at = None

    def ask_now(self) -> None:
        """End the rest, since a person says so; the next one is a short one again."""
        self._rest_s, self.resets_at = FIRST_REST_S, None
        if self._until is not None:
            self._until = (self._clock.now(), self._clock.wall())

    def tried(self) -> None:
        """Note that the call that tries has been answered, has failed, or was cut short: another may try."""
        self._trying = False
        self._tried.set()

    def _rest(self, seconds: float, error: ProviderError) -> None:
        self._until = (self._clock.now() + seconds, self._clock.wall() + seconds)
        self._tell(CircuitOpened(seconds, str(error)))
