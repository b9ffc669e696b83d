"""The figures of every step as columns of numbers, by which a run of any length is put in order.

A step takes 4 bytes a column, so a million of them are 28 MB, and another order needs no further look at the record.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.sample_kinds import COST, FOUND, LATENCY, TOKENS_IN, TOKENS_OUT, is_sample
from maker_engine.sessions.queries.inspection import facts_of
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.packing import Packed, open_packed
from maker_engine.sessions.store.reader import Reader, Row

NAMES: Final = ("votes", "samples", "flags", "margin", "tokens", "cost", "slowest")
"""What steps can be ordered by; the slowest sample in seconds, the cost in dollars."""
MOST_RANKED = 10_000
"""Steps at the front of an order that are kept; no one scrolls further, and another order shows its other end."""
UNKNOWN = math.nan
Values = tuple[float, ...]


class Columns:
    """The figures of the first steps of one branch, as far as they have been read.

    One thread may read on while others look: what there is only ever grows.

    Args:
        task: What the run solves.
    """

    def __init__(self, task: AnyTask) -> None:
        self._task = task
        self._columns = {name: array("f") for name in NAMES}

    def __len__(self) -> int:
        """Return how many steps have been read."""
        return len(self._columns[NAMES[-1]])

    def of(self, name: str) -> Sequence[float]:
        """Return the figures in one of `NAMES` by step, 0-based; NaN where a figure is not known."""
        return self._columns[name]

    def read(self, reader: Reader, last: int) -> None:
        """Take in the next steps, up to `last` (0-based, exclusive).

        Raises:
            SessionError: The file is damaged.
        """
        dictionary = reader.dictionary()
        found = [self._figures(reader, row, dictionary) for row in reader.rows(len(self), last)]
        for column, values in zip(self._columns.values(), zip(*found, strict=True), strict=False):
            column.extend(values)

    def _figures(self, reader: Reader, row: Row, dictionary: bytes | None) -> Values:
        packed = open_packed(decompress(row.votes, dictionary))
        if row.action in packed.answers and all(map(is_sample, packed.rows)):
            return _of_samples(packed)
        facts = facts_of(reader.stored(self._task, row), lambda _: "")
        cost, slowest = (UNKNOWN if one is None else one for one in (facts.cost, facts.latency))
        return facts.votes, facts.samples, len(facts.flags), facts.margin, facts.tokens, cost, slowest


def _of_samples(packed: Packed) -> Values:
    """Return the figures of a step that no one but agents had a hand in, without making entries of its rows."""
    votes: Counter[int] = Counter()
    tokens, cost, slowest = 0, 0.0, 0.0
    for row in packed.rows:
        if isinstance(row[FOUND], int):
            votes[row[FOUND]] += 1
        tokens += (row[TOKENS_IN] or 0) + (row[TOKENS_OUT] or 0)
        cost += UNKNOWN if row[COST] is None else row[COST]
        slowest = max(slowest, row[LATENCY] or 0.0)
    cast = votes.total()
    (_, first), (_, second) = (*votes.most_common(2), (None, 0), (None, 0))[:2]
    samples = len(packed.rows)
    return cast, samples, samples - cast, first - second, tokens, cost, slowest or UNKNOWN


class Ranking:
    """The front of an order of steps, put together a stretch at a time.

    Args:
        columns: The figures.
        name: Which of `NAMES` it goes by.
        descending: The largest first. Equal steps stay in the order of the run; unknown figures come last either way.
        among: Steps that are ranked, ascending; None for all of them. They may become more.
        keep: How many steps at the front are kept.

    Attributes:
        steps: Those at the front, 0-based, at most `keep`: a new list whenever there are others.
    """

    def __init__(
        self, columns: Columns, name: str, *, descending: bool, among: Sequence[int] | None = None,
        keep: int = MOST_RANKED,
    ) -> None:  # fmt: skip
        self.name, self.descending, self.among = name, descending, among
        self.steps: list[int] = []
        self._columns = columns
        self._keep, self._sign = keep, -1 if descending else 1
        self._front: list[tuple[float, int]] = []
        self._taken = 0

    def go_on(self, most: int) -> bool:
        """Rank the next `most` steps that have been read; return whether there are more."""
        known, among, first = len(self._columns), self.among, self._taken
        if among is None:
            steps: Iterable[int] = range(first, min(known, first + most))
        else:
            steps = [step for step in among[first : first + most] if step < known]
        taken = self._take(steps)
        self._taken += taken
        return taken == most

    def _take(self, steps: Iterable[int]) -> int:
        figures, sign, taken = self._columns.of(self.name), self._sign, 0
        worst = self._front[-1] if len(self._front) >= self._keep else (math.inf, 1 << 62)
        found: list[tuple[float, int]] = []
        for step in steps:
            taken += 1
            figure = figures[step]
            key = (sign * figure if figure == figure else math.inf, step)  # noqa: PLR0124 - NaN alone is not itself
            if key < worst:
                found.append(key)
        if found:
            self._front = sorted(self._front + found)[: self._keep]
            self.steps = [step for _, step in self._front]
        return taken
