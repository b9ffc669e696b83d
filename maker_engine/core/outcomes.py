"""The ways in which a run ends."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended. A plurality is never passed off as a decision.

    `SOLVED` and `INFEASIBLE` are successes: the latter is a problem that was shown, and verified, to have no solution.
    """

    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    OUT_OF_BUDGET = "out_of_budget"
    STOPPED = "stopped"
    FAILED = "failed"


ANSWERED = (Outcome.SOLVED, Outcome.INFEASIBLE)
"""The outcomes that answer the problem, verified."""
CONCLUDED = (*ANSWERED, Outcome.UNSOLVED)
"""The outcomes with no step left to go on with."""
