"""How often a runner does what it need not do at every turn."""

from __future__ import annotations

import asyncio
import math

from maker_engine.runtime.clock import Clock

PUBLISH_S = 1 / 15
"""Screens are updated at most this often, however fast the run is."""
COUNTDOWN_S = 1.0
"""And at least this often while something counts down."""
BREATH_S = 0.05
"""A model that answers at once must still let commands in this often."""
FLUSH_S = 0.2
"""And the journal out this often. Where calls are waited for, it is out before every wait."""
LOOK_S = 0.004
"""With a model that answers at once there is a look at the inbox about this often, and none at every step: what is
done for many steps together is done faster, since the processor has it at hand."""
MOST_STEPS = 16
"""Steps between two looks at most."""
COMMITTED_AT_ONCE = 200
"""Decided steps after which others get a turn; so many are there at once only where decisions are carried over."""


class Intervals:
    """Describes what is due; each answer of yes begins the time again.

    Attributes:
        steps: Steps to take before the next look, where nothing has to be waited for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._published = self._breathed = self._flushed = self._polled_at = clock.now()
        self.steps = 1

    def picture_due(self, *, at_once: bool) -> bool:
        """Return whether screens are to be updated now; always when it has to be `at_once`."""
        now = self._clock.now()
        if not at_once and now - self._published < PUBLISH_S:
            return False
        self._published = now
        return True

    def breath_due(self) -> bool:
        """Return whether others are to have their turn; asked every time, it learns how many steps fit between two."""
        now = self._clock.now()
        if now - self._polled_at > LOOK_S:
            self.steps = max(1, self.steps // 2)
        elif now - self._polled_at < LOOK_S / 2:
            self.steps = min(MOST_STEPS, self.steps * 2)
        self._polled_at = now
        if now - self._breathed < BREATH_S:
            return False
        self._breathed = now
        return True

    def flush_due(self) -> bool:
        """Return whether the journal is to go out although nothing is waited for."""
        now = self._clock.now()
        if now - self._flushed < FLUSH_S:
            return False
        self._flushed = now
        return True

    def patience(self, *, news: bool, counting: bool) -> float | None:
        """Return the most seconds to sleep: few with news to show, one while something counts down; None for ever."""
        if news:
            return PUBLISH_S
        return COUNTDOWN_S if counting else None


class Alarm:
    """Ends the wait for an event that does not come in time. Its one timer is set again only when it has rung.

    Args:
        wake: The event.
    """

    def __init__(self, wake: asyncio.Event) -> None:
        self._wake = wake
        self._timer: asyncio.TimerHandle | None = None
        self._due_at = math.inf
        self._rang = False

    async def wait(self, seconds: float | None) -> bool:
        """Wait for the event, at most so many seconds, None for ever; return whether it came, and clear it."""
        if not self._wake.is_set():
            loop = asyncio.get_running_loop()
            self._due_at = math.inf if seconds is None else loop.time() + seconds
            if self._timer is None or self._timer.when() > self._due_at:
                self._set(loop)
            await self._wake.wait()
        came, self._rang = not self._rang, False
        self._due_at = math.inf
        self._wake.clear()
        return came

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if self._due_at == math.inf else loop.call_at(self._due_at, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake who waits; one who has been woken since, and waits again, is due later."""
        self._timer = None
        if loop.time() < self._due_at:
            self._set(loop)
        else:
            self._rang = True
            self._wake.set()
