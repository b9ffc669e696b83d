"""The figures of a whole run as they build up while its record is read: votes a step, agreement, length, flags."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from maker_engine.core.record.sample_kinds import FOUND, LONG, REASONING, TOKENS_OUT, is_sample
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.packing import Packed, open_packed
from maker_engine.sessions.store.reader import Reader, Row
from maker_engine.sessions.store.schema import StepFlag

BLOCK_STEPS = 256
"""Steps read in one go."""
LENGTHS = (50, 100, 150, 200, 300, 400, 500, 600, 700, 800, 1_000, 1_300, 1_600, 2_000)
"""Upper ends, in output tokens, of all bins of length but the last."""


class Bin(NamedTuple):
    """Samples of one length.

    Attributes:
        samples: All of them.
        flagged: Those that were flagged.
        votes: Those that voted, of steps whose decision is not known to be wrong.
        against: Votes among these for another answer than the decided one.
    """

    samples: int = 0
    flagged: int = 0
    votes: int = 0
    against: int = 0


@dataclass(slots=True)
class Survey:
    """Figures of the decided steps that have been read.

    Attributes:
        read_steps: Steps read.
        steps: Those of them that were decided for an answer with votes. Where agents only propose, or a person
            answered, there is no vote to count.
        rounds: How many steps were decided by so many samples, flagged ones included.
        votes: How many steps were decided by so many votes.
        cast: Votes.
        against: Votes for another answer than the decided one.
        flagged: Flagged samples.
        lengths: What came of samples of each length, a bin for each of `LENGTHS` and one above; those whose length
            is not known are in none.
    """

    read_steps: int = 0
    steps: int = 0
    rounds: Counter[int] = field(default_factory=Counter)
    votes: Counter[int] = field(default_factory=Counter)
    cast: int = 0
    against: int = 0
    flagged: int = 0
    lengths: list[list[int]] = field(default_factory=lambda: [[0, 0, 0, 0] for _ in range(len(LENGTHS) + 1)])

    @property
    def p(self) -> float | None:
        """Share of the votes that agree with the decision: an estimate of p. None before the first vote."""
        return 1 - self.against / self.cast if self.cast else None

    @property
    def v(self) -> float | None:
        """Share of the samples that are not flagged: an estimate of v. None before the first sample."""
        samples = self.cast + self.flagged
        return self.cast / samples if samples else None

    def bins(self) -> list[Bin]:
        """Return the samples by length."""
        return [Bin(*counts) for counts in self.lengths]

    def undecided(self) -> list[int]:
        """Return how many of the steps were undecided after 0, 1, … samples, to the first with none."""
        left, found = self.steps, []
        for count in range(max(self.rounds, default=0) + 1):
            left -= self.rounds[count]
            found.append(left)
        return found

    def read(self, reader: Reader, first: int, last: int) -> None:
        """Take in steps `first` to `last` (0-based, exclusive).

        Raises:
            SessionError: The file is damaged.
        """
        dictionary = reader.dictionary()
        for row in reader.rows(first, last):
            self._take(row, open_packed(decompress(row.votes, dictionary)))

    def _take(self, row: Row, packed: Packed) -> None:
        voted_on = row.action in packed.answers
        decided = packed.answers.index(row.action) if voted_on else None
        judged = voted_on and not row.flags & StepFlag.WRONG
        votes = flagged = against = 0
        for one in packed.rows:
            if not is_sample(one):
                continue
            verdict = one[FOUND]
            voted = isinstance(verdict, int)
            votes += voted
            flagged += not voted
            against += voted and verdict != decided
            self._measure(one, voted=voted and judged, against=voted and verdict != decided and judged)
        self.read_steps += 1
        if voted_on:
            self.steps += 1
            self.cast += votes
            self.against += against
            self.flagged += flagged
            self.votes[votes] += 1
            self.rounds[votes + flagged] += 1

    def _measure(self, sample: Sequence[Any], *, voted: bool, against: bool) -> None:
        length = sample[TOKENS_OUT]
        if length is not None:
            if sample[0] == LONG:  # the limit, and so the plot, is about the answer
                length -= sample[REASONING] or 0
            counts = self.lengths[bisect_left(LENGTHS, length)]
            counts[0] += 1
            counts[1] += not isinstance(sample[FOUND], int)
            counts[2] += voted
            counts[3] += against


def spread(total: int) -> Iterator[tuple[int, int]]:
    """Give the blocks of `total` steps, each once, so that those given so far are spread evenly over all of them.

    Yields:
        First step of a block, 0-based, and the one after its last.
    """
    blocks = -(-total // BLOCK_STEPS)
    bits = max(0, blocks - 1).bit_length()
    for number in range(1 << bits if blocks else 0):
        block = int(f"{number:0{bits}b}"[::-1], 2) if bits else 0
        if block < blocks:
            yield block * BLOCK_STEPS, min(total, (block + 1) * BLOCK_STEPS)
