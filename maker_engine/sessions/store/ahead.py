"""What was received for independent steps before their turn: kept, so that a crash has nothing asked for again.

It is in the table of the open steps' votes, under ids of its own that say the step and the sample. What is decided
before it is written is never written here, and what is committed is removed in the same transaction.
"""

from __future__ import annotations

from collections import Counter
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
        self._written = Counter(map(early_step, written))
        self._new: dict[int, list[Sample]] = {}
        self.dropped: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Rows that are in the file once what is new is written."""
        return sum(self._written.values()) + sum(map(len, self._new.values()))

    def take(self, event: SampleArrived) -> None:
        """Take in what was received; of a step beyond a hundred million, or a sample beyond 4,096, nothing is kept."""
        if event.step < MOST_KEPT and event.sample < 1 << SAMPLE_BITS:
            sample = Sample(event.sample, event.verdict, event.response)
            self._new.setdefault(event.step, []).append(sample)

    def drop(self, step: int | None = None) -> None:
        """Keep nothing any more of the steps up to `step`, 0-based; None for all steps."""
        last = MOST_KEPT if step is None else step
        if step is None:
            self._new.clear()
        else:
            self._new.pop(step, None)
        done = [one for one in self._written if one <= last] if step is None else [step]
        if any(self._written.pop(one, 0) for one in done):
            end = LAST_AHEAD if step is None else AHEAD | (step + 1) << SAMPLE_BITS
            self.dropped = ahead_id(self._branch, AHEAD), ahead_id(self._branch, end)

    def rows(self, task: AnyTask) -> list[Vote]:
        """Return the rows of what is new."""
        return [
            vote_of(ahead_id(self._branch, AHEAD | step << SAMPLE_BITS | sample.sample), sample, task)
            for step, samples in self._new.items()
            for sample in samples
        ]

    def forget(self) -> None:
        """Take it that what is new is in the file, and what was dropped is not."""
        for step, samples in self._new.items():
            self._written[step] += len(samples)
        self._new.clear()
        self.dropped = None
