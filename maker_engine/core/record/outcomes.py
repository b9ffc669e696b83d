"""The ways in which a run ends."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended. A plurality is never passed off as a decision.

    `SOLVED` is solved and verified, and `INFEASIBLE` a problem that was shown, and verified, to have no solution.
    `FINISHED` is that every step is decided, of a task that checks no whole solution. These are the successes.
    """

    SOLVED = "solved"
    FINISHED = "finished"
    INFEASIBLE = "infeasible"
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    OUT_OF_BUDGET = "out_of_budget"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def gives_result(self) -> bool:
        """True where the run reached what was asked for."""
        return self in (Outcome.SOLVED, Outcome.FINISHED, Outcome.INFEASIBLE)

    @property
    def concluded(self) -> bool:
        """True where no step is left to continue with."""
        return self.gives_result or self is Outcome.UNSOLVED
