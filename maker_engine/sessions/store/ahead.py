"""What was received for independent steps before their turn: kept, so that a crash has nothing asked for again.

It is in the table of the open steps' votes, under ids of its own that say the step and the sample. What is decided
before it is written is never written here, and what is committed is removed in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.events import SampleArrived
from maker_engine.core.responses import Sample
from maker_engine.sessions.store.commit import Vote, vote_of
from maker_engine.sessions.store.schema import AHEAD, LAST_AHEAD, MOST_KEPT, SAMPLE_BITS, ahead_id, early_step

Received: TypeAlias = Mapping[int, Mapping[int, Sample]]
"""Samples by their steps, and within those by their numbers; both are 0-based."""


class Ahead:
    """What a branch has received before its turn.

    Args:
        branch: The branch.
        written: Ids of the rows that are in the file.

    Attributes:
        dropped: Ids of rows to remove, from the first to before the last; None for none.
    """

    def __init__(self, branch: int, written: Iterable[int] = ()) -> None:
        self._branch = branch
        self._written: dict[int, set[int]] = {}  # ids of rows, by step
        for row in written:
            self._written.setdefault(early_step(row), set()).add(row)
        self._new: dict[int, dict[int, Sample]] = {}  # by step, and by the id of the row
        self.dropped: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Rows that are in the file once what is new is written."""
        known, new = self._written, self._new
        again = sum(len(known[step] & rows.keys()) for step, rows in new.items() if step in known)
        return sum(map(len, known.values())) + sum(map(len, new.values())) - again

    def take(self, event: SampleArrived) -> None:
        """Take in what was received; of a step beyond a hundred million, or a sample beyond 4,096, nothing is kept."""
        if event.step < MOST_KEPT and event.sample < 1 << SAMPLE_BITS:
            sample = Sample(event.sample, event.verdict, event.response)
            row = ahead_id(self._branch, AHEAD | event.step << SAMPLE_BITS | event.sample)
            self._new.setdefault(event.step, {})[row] = sample

    def drop(self, step: int) -> None:
        """Keep nothing any more of a step, 0-based: it is the first of those in flight."""
        self._new.pop(step, None)
        if self._written.pop(step, None):
            self._remove(AHEAD | (step + 1) << SAMPLE_BITS)

    def drop_all(self) -> None:
        """Keep nothing any more."""
        self._new.clear()
        if self._written:
            self._written.clear()
            self._remove(LAST_AHEAD)

    def _remove(self, end: int) -> None:
        """Remove the rows before the place `end`; those of earlier steps are gone by now."""
        last = ahead_id(self._branch, end)
        self.dropped = ahead_id(self._branch, AHEAD), max(last, self.dropped[1]) if self.dropped else last

    def rows(self, task: AnyTask) -> list[Vote]:
        """Return the rows of what is new."""
        return [vote_of(row, sample, task) for samples in self._new.values() for row, sample in samples.items()]

    def forget(self) -> None:
        """Take it that what is new is in the file, and what was dropped is not."""
        for step, samples in self._new.items():
            self._written.setdefault(step, set()).update(samples)
        self._new.clear()
        self.dropped = None
