"""What a run does about a step that is hopeless (`solving.hopeless`): hold it, end the run, or try to warm it up."""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Outcome, RunEnded, StepHopeless
from maker_engine.core.solver import Solver
from maker_engine.core.solving.hopeless import HOLD, POLICIES, STOP, WARM
from maker_engine.models.sampling import NO_TEMPERATURE
from maker_engine.printable import one_line
from maker_engine.runtime.plan import ESCALATE, SKIP, Plan

HOTTER = (0.5, 1.0)
"""Temperatures to try in turn. At the paper's 0.1 a short answer is mostly said again word for word; at 0.5 a small
model is right about as often, and varies."""
SHOWN, LONGEST_CAUSE = 80, 160
"""Characters of a response, and of a cause, in one line."""


def policy_of(ordered: str | None, *, attended: bool) -> str:
    """Return what is to be done in the end; to hold a run is of use only where a person attends it.

    Raises:
        InputError: There is no such policy.
    """
    if ordered is not None and ordered not in POLICIES:
        raise InputError(f"a hopeless step is to {', '.join(POLICIES[:-1])} or {WARM}, got {ordered!r}")
    if ordered == WARM:
        return WARM
    return HOLD if attended and ordered != STOP else STOP


def respond(plan: Plan, solver: Solver, found: StepHopeless, *, escalated: bool) -> tuple[StepHopeless, str]:
    """Decide what is done about the open step.

    Args:
        plan: What the run is to do about such steps.
        solver: Whose open step it is.
        found: What was found.
        escalated: The stronger model has had its turn.

    Returns:
        What goes on record, with what is changed for further samples, and what happens next: `WARM` to continue with
        that, `ESCALATE`, `SKIP` where others could be read, `HOLD` or `STOP`.
    """
    if plan.hopeless == WARM and not found.starved:
        changed = _warmed(plan, solver, found)
        if changed.warmed:
            return changed, WARM
    # A run that starves from the start would do so at every step: a stronger model is no answer to a wrong limit.
    if plan.stronger and not escalated and not (found.starved and solver.unread):
        return found, ESCALATE
    if plan.gives_up and solver.could_read:
        return found, SKIP
    if plan.hopeless == WARM:
        return found, HOLD if plan.attended else STOP
    return found, plan.hopeless


def _warmed(plan: Plan, solver: Solver, found: StepHopeless) -> StepHopeless:
    """Return the next thing to try: a higher temperature where one is taken, then the demanded form once more."""
    now = solver.temperature
    hotter = [] if now is None or not takes_temperature(plan) else [one for one in HOTTER if one > now]
    if hotter:
        return replace(found, temperature=hotter[0])
    return found if solver.reminded else replace(found, reminder=plan.task.reminder)


def takes_temperature(plan: Plan) -> bool:
    """Return whether the run's temperature reaches those who answer."""
    return not plan.temperatures_named and not any(NO_TEMPERATURE in line for line in plan.model.adjustments)


def sentence(found: StepHopeless, *, quoting: bool = True) -> str:
    """Say what was found in one printable line."""
    quoted = f"; one says “{one_line(found.text, SHOWN)}”" if quoting and found.text.strip() else ""
    reason = f"{found.samples} samples in a row were flagged, {one_line(found.cause, LONGEST_CAUSE)}"
    return f"step {found.step + 1:,} looks hopeless: {reason}{quoted}"


def ending(plan: Plan, found: StepHopeless) -> RunEnded:
    """Return how a run ends at a hopeless step; it can be continued."""
    mend = ""
    if not found.starved:
        tried = plan.hopeless == WARM
        mend = "; warming did not help" if tried else "; --hopeless warm tries another temperature and a reminder"
    return RunEnded(Outcome.UNDECIDED, sentence(found) + mend)
