"""The check of a model at the beginning of a run: whether there is one, what it may cost, and what follows from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from maker_engine.core.record.events import Event, ModelChecked, Outcome, RunEnded
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.responses import SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calls import Caller, resets_too_late
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.plan import Plan, waiting_no_longer
from maker_engine.runtime.preflight import Preflight, trial_of
from maker_engine.runtime.retry_policy import RetriesExhaustedError


class Checked(NamedTuple):
    """What came of a check.

    Attributes:
        events: What happened.
        ended: How the run ends by it, None where it continues.
        fault: For what the run ends, None for nothing.
    """

    events: list[Event]
    ended: RunEnded | None = None
    fault: Exception | None = None


class Checking:
    """Checks the model of a run by a few calls, where the plan says so.

    Args:
        plan: The run.
        solver: Knows the step whose prompt is sent.
        caller: Draws the samples.
        budget: Holds the calls to the run's limits.
        elapsed: Returns the going time in seconds.
        news: Called when there is something to show.
    """

    def __init__(
        self,
        plan: Plan,
        solver: Solver,
        caller: Caller,
        budget: Budget,
        elapsed: Callable[[], float],
        news: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._solver = solver
        self._caller = caller
        self._budget = budget
        self._elapsed = elapsed
        self._news = news
        self._limited = plan.limits != Limits()
        self._preflight: Preflight | None = None

    @property
    def place(self) -> tuple[int, int] | None:
        """The number of the call under way, from 1, and of all calls; None while nothing is checked."""
        return None if self._preflight is None else self._preflight.place

    async def conduct(self, interrupted: Callable[[], bool], wait: Callable[[], Awaitable[None]]) -> Checked:
        """Make the calls while others have their turn.

        Args:
            interrupted: Lets commands in; True once no further call is to be waited for.
            wait: Waits until there is something to look at.
        """
        plan, solver = self._plan, self._solver
        if plan.preflight is None or plan.model.simulated:
            return Checked([])
        trial = trial_of(plan, solver.step, solver.state)
        preflight = self._preflight = Preflight(plan, trial, solver.step, self._caller, self._affords, self._news)
        fault = await preflight.conduct(lambda: interrupted() or self._is_over(), wait)
        self._preflight, check = None, preflight.check()
        self._budget.checking = 0  # they are in the totals from now on
        events: list[Event] = [ModelChecked(check)] if check.findings else []
        if isinstance(fault, RetriesExhaustedError):
            return Checked(events, waiting_no_longer(fault))
        return Checked(events, RunEnded(Outcome.FAILED, check.refusal) if check.refusal else None, fault)

    def _affords(self, check: ModelCheck, request: SampleRequest) -> bool:
        """Set aside what a call may cost at most; False where the limits do not allow it."""
        self._budget.checking = check.calls
        within = not self._limited or self._budget.left(request, self._elapsed()) > 0
        return within and self._budget.afford(request)

    def _is_over(self) -> bool:
        limits, elapsed = self._plan.limits, self._elapsed()
        if not self._limited:
            return False
        if self._budget.parked and self._budget.reached(None, elapsed):  # there is no money to ask once more
            return True
        return limits.overdue(elapsed) or resets_too_late(self._caller, limits, elapsed) is not None
