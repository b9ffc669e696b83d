"""What people are to be asked of a table while its run is under way: what votes did not decide, or not clearly."""

from __future__ import annotations

from heapq import merge

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.step_flags import StepFlag
from maker_engine.records.decided import UNDECIDED, VOTES, Decision, decision_of
from maker_engine.sessions.store.reader import Reader

BATCH = 20_000
"""Steps that are examined at once."""


class Queue:
    """Finds the steps that people are to be asked about while a run decides them; each step is examined once.

    Args:
        task: What the session decides.
        below: What votes decided with less agreement than this is asked about too, 0 for none of it.

    Attributes:
        examined: How many steps are examined.
    """

    def __init__(self, task: AnyTask, below: float = 0.0) -> None:
        self._task, self._below = task, below
        self.examined = 0

    def more(self, reader: Reader, most: int = BATCH) -> list[tuple[int, Decision]]:
        """Return what has come since, in order: the steps, 0-based, with their decisions; of at most `most` steps."""
        first, last = self.examined, min(reader.steps_done(), self.examined + most)
        self.examined = max(first, last)
        return [*merge(self._given_up(reader, first, last), self._unclear(reader, first, last), key=_step)]

    def rest(self, reader: Reader) -> list[tuple[int, Decision]]:
        """Return all that has come since."""
        found = []
        while self.examined < reader.steps_done():
            found += self.more(reader)
        return found

    def _given_up(self, reader: Reader, first: int, last: int) -> list[tuple[int, Decision]]:
        found = []
        for step in reader.undecided(first, last):
            decision = decision_of(next(reader.steps(self._task, step, step + 1)))
            found += [(step, decision)] if decision.decided_by == UNDECIDED else []
        return found

    def _unclear(self, reader: Reader, first: int, last: int) -> list[tuple[int, Decision]]:
        if self._below <= 0:
            return []
        flags = StepFlag.DISSENT if self._below <= 1 else 0  # where nobody dissented the agreement is 1
        found = ((one.step, decision_of(one)) for one in reader.steps(self._task, first, last, flags))
        return [(step, one) for step, one in found if one.decided_by == VOTES and one.agreement < self._below]


def _step(one: tuple[int, Decision]) -> int:
    return one[0]
