"""How a run ends at a step that has used up its samples, and how that is said."""

from __future__ import annotations

from maker_engine.core.record.events import Outcome, RunEnded, StepUndecided
from maker_engine.wording import count_of


def used_up(event: StepUndecided) -> str:
    """Say of a step that it is undecided, and after how much."""
    return f"undecided after {count_of(event.samples, 'sample')}"


def undecided(event: StepUndecided) -> RunEnded:
    """Return how a run ends that goes no further than an undecided step."""
    return RunEnded(Outcome.UNDECIDED, f"step {event.step + 1:,} is {used_up(event)}")
