"""Puts the steps of a run in another order bit by bit, beside everything else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from maker_engine.core.decomposition import AnyTask
from maker_engine.sessions.queries.columns import MOST_RANKED, Columns, Ranking
from maker_engine.sessions.store.reader import Reader
from maker_tui.runs.records import Records
from maker_tui.text.figures import count, share

TELL_S = 0.25
BITE_S = 0.02
"""One look takes so long: whoever wants a page meanwhile waits no longer."""
BLOCK_STEPS = 256
"""Steps read in one go."""
RANKED_STEPS = 2_048
"""Steps ranked in one go."""


class Ordering:
    """At most one order at a time; the figures that were read for one serve the next.

    Args:
        records: The record.
        task: What the run solves.
        tell: Called when there is more to show, a few times a second.
    """

    def __init__(self, records: Records, task: AnyTask, tell: Callable[[], None]) -> None:
        self._columns = Columns(task)
        self._ranking: Ranking | None = None
        self._records = records
        self._tell = tell
        self._going = False
        self._reported_at = 0.0

    @property
    def steps(self) -> Sequence[int] | None:
        """The steps at the front of the order, 0-based; None where the steps are in their own."""
        return None if self._ranking is None else self._ranking.steps

    @property
    def status(self) -> str:
        """Say how far it is, and how much of it is shown; empty where that is all."""
        if self._ranking is None:
            return ""
        read, total = len(self._columns), self._records.steps
        if read < total:
            return f"{share(read, total)} read"
        return f"the first {count(MOST_RANKED)}" if len(self._ranking.steps) == MOST_RANKED else ""

    def begin(self, name: str, *, descending: bool, among: Sequence[int] | None = None) -> None:
        """Order the steps by a column of `columns.NAMES`, all of them or those `among` them, ascending."""
        self._ranking = Ranking(self._columns, name, descending=descending, among=among)
        self.go_on()

    def end(self) -> None:
        """Leave the steps in their own order."""
        self._ranking = None

    def go_on(self) -> None:
        """Take in what was decided, or picked, since."""
        if self._ranking is not None and not self._going:
            self._going = True
            self._records.look(self._bite, self._bitten)

    def _bite(self, reader: Reader) -> bool:
        """Read and rank for a while; return whether there is more to do."""
        ranking, done, end = self._ranking, reader.steps_done(), time.monotonic() + BITE_S
        while ranking is not None and time.monotonic() < end:
            read = len(self._columns)
            if read < done:
                self._columns.read(reader, min(done, read + BLOCK_STEPS))
            if not ranking.go_on(RANKED_STEPS) and len(self._columns) == done:
                return False
        return ranking is not None

    def _bitten(self, more: bool) -> None:
        self._going = False
        if not more or time.monotonic() - self._reported_at > TELL_S:
            self._reported_at = time.monotonic()
            self._tell()
        if more:
            self.go_on()
