"""Keeps the outlook of a run up, and has an assumed k follow what the first steps show."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from maker_engine.core.forecasting.outlook import Expected, Outlook, Voting, k_for, outlook
from maker_engine.core.record.events import Event, SettingsChanged
from maker_engine.core.record.state import RunState
from maker_engine.core.solver import Solver
from maker_engine.runtime.view import Forecast, nothing

FIRST_STEPS = 50
"""Steps after which an assumed k is examined for the first time; then whenever there are twice as many."""
MOST_ADAPTED_K = 60
FIRST_S = 1.0
"""Seconds into a run before it has an outlook."""
GROWTH = 2.0
"""There is another outlook when there are so many times the steps of the last one: some milliseconds each."""
AUTO = "auto"
"""Under this name the record has a change of k that no person made."""
MEASURED = "measured in this run"


def outlook_of(run: RunState, expected: Expected) -> Outlook | None:
    """Return how a run is likely to end, by all its votes; None while they say nothing."""
    started = run.started
    if started is None or not run.ballots:
        return None
    voting = Voting(started.rule, started.k, started.steps, started.has_oracle)
    return outlook(run.ballots, run.totals, voting, expected, run.totals.cost(simulated=started.simulated))


def later(run: RunState, expected: Expected) -> Forecast:
    """Return what works the outlook of a run as it is now out, once, when it is asked for: most views no one reads."""
    as_now = replace(run, ballots=dict(run.ballots), totals=replace(run.totals))
    return cache(lambda: outlook_of(as_now, expected))


class Adapting:
    """Watches the votes of a run.

    Args:
        run: The run's state.
        expected: What was expected before it.
    """

    def __init__(self, run: RunState, expected: Expected) -> None:
        self._run = run
        self._expected = expected
        self._last: Forecast | None = None
        self._steps = 0
        self._due = FIRST_STEPS

    def forecast(self, elapsed_s: float) -> Forecast:
        """Return what works out how the run is likely to end, as of a few steps ago.

        It says nothing of a run under way that is not yet a second old, which may be over before anyone can read it.
        """
        run, last = self._run, self._last
        if run.started is None or not run.ballots:
            return nothing
        over = run.outcome is not None
        if last is None and not over and elapsed_s < FIRST_S:
            return nothing
        if last is None or run.totals.steps >= GROWTH * self._steps or (over and self._steps != run.totals.steps):
            last, self._steps = later(run, self._expected), run.totals.steps
            self._last = last
        return last

    def changed(self, solver: Solver) -> list[Event]:
        """Go over to the k that the votes show, where k follows them and it is time to look; return what came of it."""
        run = self._run
        if not self._expected.adapts or run.totals.steps < self._due or run.started is None or not run.started.steps:
            return []
        self._due = 2 * run.totals.steps
        self._last = later(run, self._expected)
        self._steps = run.totals.steps
        if (found := self._last()) is None:
            return []
        k = k_for(found, run.started.steps, self._expected.target, MOST_ADAPTED_K)
        if k is None:
            return []
        self._expected = replace(self._expected, k_from=MEASURED)
        measured = replace(found, k_from=MEASURED)
        self._last = lambda: measured
        return [] if k == run.started.k else solver.change(SettingsChanged(solver.step, AUTO, k))
