"""The clock's side of a run: how long it has been going, and how fast."""

from __future__ import annotations

from collections import deque

from maker_engine.runtime.clock import Clock

WINDOW_S = 5.0
"""Speed is that of the last few seconds, so that the ETA follows a run that slows down."""


class Meter:
    """Measures going time, pauses excluded, and steps per second, on from what a resumed run has gone before."""

    def __init__(self, clock: Clock, gone_s: float = 0.0, steps: int = 0) -> None:
        self._clock = clock
        self._gone = gone_s
        self._since: float | None = clock.now()
        self._marks: deque[tuple[float, int]] = deque([(gone_s, steps)])

    @property
    def elapsed_s(self) -> float:
        """Seconds gone, pauses excluded."""
        return self._gone + (0.0 if self._since is None else self._clock.now() - self._since)

    def pause(self) -> None:
        """Stop counting."""
        self._gone, self._since = self.elapsed_s, None

    def go_on(self) -> None:
        """Count again."""
        if self._since is None:
            self._since = self._clock.now()

    def speed(self, steps: int) -> float:
        """Note that `steps` are done now; return steps per second over the window, 0 while nothing is known."""
        now = self.elapsed_s
        self._marks.append((now, steps))
        while len(self._marks) > 2 and self._marks[1][0] <= now - WINDOW_S:
            self._marks.popleft()
        then, before = self._marks[0]
        return (steps - before) / (now - then) if now > then else 0.0
