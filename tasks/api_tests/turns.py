"""What can be sent at a state, in which order by the rule, and which tests depend on one."""

from __future__ import annotations

from collections.abc import Sequence

from .problem import Problem, Test
from .state import DEPENDANT, FAILED, OVER, PASSED, SENT, SETTLED, SKIPPED, STOPPED, WAITING, State, Trial

MOST_OFFERED = 40
"""Ready tests that are offered at once; of more, the first by id."""
SATISFIED = (PASSED, OVER)


def dependants(problem: Problem) -> dict[str, int]:
    """Return how many tests need each test, directly or by way of others; clean-up does not count."""
    if not problem.dependants:
        needed: dict[str, set[str]] = {test.id: set() for test in problem.tests}
        for test in reversed(problem.tests):
            for need in () if test.cleanup else test.needs:
                needed[need] |= {test.id, *needed[test.id]}
        problem.dependants.update((name, len(others)) for name, others in needed.items())
    return problem.dependants


def ready(problem: Problem, state: State) -> list[Test]:
    """Return the tests that can be sent now, by id."""
    trials = state.trials
    work = any(
        trial.status not in SETTLED for test, trial in zip(problem.tests, trials, strict=True) if not test.cleanup
    )
    found = []
    for test, trial in zip(problem.tests, trials, strict=True):
        if trial.status != WAITING or (test.cleanup and work) or (state.stopped and not test.cleanup):
            continue
        needed = trial.free or all(trials[problem.index[need]].status in SATISFIED for need in test.needs)
        if needed and all(trials[problem.index[one]].status in SETTLED for one in (*test.after, *trial.behind)):
            found.append(test)
    return sorted(found, key=lambda test: test.id)[:MOST_OFFERED]


def first(problem: Problem, offered: Sequence[Test]) -> Test:
    """Return the test that the rule puts first: set-up, priority, most dependants, id."""
    counts = dependants(problem)
    return min(offered, key=lambda test: (not test.setup, -test.priority, -counts[test.id], test.id))


def in_flight(state: State) -> int:
    """Return how many tests wait for their answers."""
    return sum(trial.status == SENT for trial in state.trials)


def with_skipped(problem: Problem, trials: Sequence[Trial], stopped: str) -> tuple[Trial, ...]:
    """Return trials in which every test is skipped that can no longer be sent."""
    found = list(trials)
    for place, test in enumerate(problem.tests):  # a test comes after those it needs
        trial = found[place]
        if trial.status != WAITING:
            continue
        lacking = [need for need in test.needs if found[problem.index[need]].status in (FAILED, SKIPPED)]
        if lacking and not trial.free:
            found[place] = skipped(trial, DEPENDANT, f"it needs {lacking[0]}, which has not passed")
        elif stopped and not test.cleanup:
            found[place] = skipped(trial, STOPPED, stopped)
    return tuple(found)


def skipped(trial: Trial, verdict: str, why: str) -> Trial:
    """Return the trial of a test that is not sent."""
    return Trial(SKIPPED, trial.tries, trial.code, trial.ms, verdict, why)
