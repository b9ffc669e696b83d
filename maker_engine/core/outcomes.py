"""The ways in which a run ends."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended. Only `SOLVED` is a success; a plurality is never passed off as a decision."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    OUT_OF_BUDGET = "out_of_budget"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def gives_result(self) -> bool:
        """True where the run has come to what was asked for."""
        return self is Outcome.SOLVED
