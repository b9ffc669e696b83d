"""What a screen is shown of a run: a frozen snapshot with the clock's figures, safe to read from another thread."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.snapshot import Snapshot
    from maker_engine.runtime.stops import Breakpoint, Held


@dataclass(frozen=True, slots=True)
class RunView:
    """One look at a run.

    Attributes:
        snapshot: The run's state.
        elapsed_s: Seconds it has been going, pauses excluded.
        steps_per_s: Decided steps a second over the last few seconds; 0 while none is known.
        session: The session's file.
        max_tokens: Limit on output tokens of a response.
        steps_ahead: Steps in flight behind the open one.
        in_flight: Calls in flight, for any step.
        rest_s: Seconds until the provider is tried again, None while it is not resting.
        breakpoints: The run's breakpoints, in order of their numbers.
        held: Where it holds and why, None while it goes on or a person has paused it.
        waiting: What the open step is decided as and not committed yet; None where it is not decided.
        refused: Why the last change that a person wished for was not made; empty where it was.
        checking: The call under way of a check of the model, from 1, and how many there are; None while there is none.
        adjustments: What is sent to the model otherwise than ordered, and why; one line each.
        notice: What stands in the way, or what a user should know of the session's place; empty for nothing.
    """

    snapshot: Snapshot
    elapsed_s: float
    steps_per_s: float
    session: Path
    max_tokens: int
    steps_ahead: int = 0
    in_flight: int = 0
    rest_s: float | None = None
    notice: str = ""
    breakpoints: tuple[Breakpoint, ...] = ()
    held: Held | None = None
    waiting: Hashable = None
    refused: str = ""
    checking: tuple[int, int] | None = None
    adjustments: tuple[str, ...] = ()

    @property
    def eta_s(self) -> float | None:
        """Seconds to go at the present speed, None while that cannot be told."""
        started, done = self.snapshot.started, self.snapshot.totals.steps
        if started is None or started.steps is None or self.steps_per_s <= 0:
            return None
        return max(0, started.steps - done) / self.steps_per_s
