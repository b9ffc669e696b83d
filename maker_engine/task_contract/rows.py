"""Checks of a task whose steps do not depend on each other: `row` says at once what the walk comes to."""

from __future__ import annotations

from maker_engine.core.decomposition import Gather, Undecided, Vote
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.subject import Subject

MOST_ROWS = 200
"""Steps that are compared from the start on."""


def stand_alone(subject: Subject) -> int:
    """Check that each step at `row(n)` is the step of the run, even where all before it were given up."""
    if not subject.family.independent:
        return 0
    return sum(_compared(problem) for problem in subject.problems)


def _compared(problem: Guarded) -> int:
    state, family = problem.start(), problem.task
    for number in range(MOST_ROWS):
        alone = problem.row(number)
        step, same = problem.step(state), problem.step(alone)
        if step != same:
            raise problem.breach(f"step gives another step at row({number}) than in a run", state)
        if step is None:
            return number
        if family.has_oracle and isinstance(step, Vote | Gather) and problem.oracle(state) != problem.oracle(alone):
            raise problem.breach(f"oracle gives another answer at row({number}) than in a run", state)
        state = problem.apply(state, Undecided("nobody agreed"))
    return MOST_ROWS
