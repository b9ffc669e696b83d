"""The clock's side of a run: how long it has been going, and how fast."""

from __future__ import annotations

from collections import deque

from maker_engine.runtime.clock import Clock

WINDOW_S, WINDOW_STEPS = 5.0, 8
"""Speed is that of the last few seconds and at least of the last few steps, whatever they took: so the ETA follows a
run that slows down, and there is one however long a step takes."""


class Meter:
    """Measures going time, pauses excluded, and steps per second, on from what a resumed run has gone before."""

    def __init__(self, clock: Clock, gone_s: float = 0.0, steps: int = 0) -> None:
        self._clock = clock
        self._gone = gone_s
        self._since: float | None = clock.now()
        self._marks: deque[tuple[float, int]] = deque([(gone_s, steps)])  # whenever there were more steps

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
        now, marks = self.elapsed_s, self._marks
        if steps != marks[-1][1]:
            marks.append((now, steps))
        while len(marks) > 2 and marks[1][0] <= now - WINDOW_S and marks[1][1] <= steps - WINDOW_STEPS:
            marks.popleft()
        (then, before), (last, done) = marks[0], marks[-1]
        if done == before or last <= then:
            return 0.0
        # A step that takes longer than those before it slows the run down already while it lasts.
        return min((done - before) / (last - then), (done - before + 1) / (now - then))
