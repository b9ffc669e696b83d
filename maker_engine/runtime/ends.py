"""Ends that a run's limits bring about, or a step that has used up its samples."""

from __future__ import annotations

from maker_engine.core.record.events import Outcome, RunEnded, StepUndecided
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import SampleRequest
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calls import Caller, resets_too_late
from maker_engine.runtime.in_flight import InFlight
from maker_engine.runtime.limits import Limits
from maker_engine.wording import count_of


def end_by_limit(
    limits: Limits, budget: Budget, calls: InFlight, caller: Caller, run: RunState, due: SampleRequest | None,
    elapsed_s: float,
) -> RunEnded | None:  # fmt: skip
    """Return how a run ends that has reached a limit, None while it goes on; `due` is what it needs next."""
    reached = budget.reached(due, elapsed_s)
    # Calls in flight are waited for where they are paid for, but not through an outage when the time is up.
    if calls.arrived:
        return None
    in_vain = limits.overdue(elapsed_s) and (run.failure is not None or not caller.paid)
    if reached and (in_vain or calls.calls <= budget.parked):
        return RunEnded(Outcome.OUT_OF_BUDGET, reached)
    return resets_too_late(caller, limits, elapsed_s)


def used_up(event: StepUndecided) -> str:
    """Say of a step that it is undecided, and after how much."""
    return f"undecided after {count_of(event.samples, 'sample')}"


def undecided(event: StepUndecided) -> RunEnded:
    """Return how a run ends that goes no further than an undecided step."""
    return RunEnded(Outcome.UNDECIDED, f"step {event.step + 1:,} is {used_up(event)}")
