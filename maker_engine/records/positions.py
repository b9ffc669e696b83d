"""Position bias: whether agents favour an option for its place in the list, by two shares that random order makes fair.

All votes: each place has 1/m of them in the long run, whatever is right; the interval over rows is wide, since all
votes of a row mostly go to one place. Dissenting votes: where the right answer is at one place, the other options are
at the others in random order, so that each of those has 1/(m − 1) of the row's dissent in the long run, whatever is
mistaken for what. That is the sharper one. How far a share differs from the fair one by chance follows from the votes
of each row and the drawing of its order: an interval is that wide, over rows, whose votes hang together, and for all
places at once. (Its width as estimated from the shares would be too small where few rows have most of the dissent.)
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple

LEAST_ROWS = 30
"""Rows, and rows with dissent, from which on a mean has a normal interval."""
_SURE = 0.95


class Share(NamedTuple):
    """A share and what it would be without a favour.

    Attributes:
        share: As counted.
        fair: Without a favour.
        low: Lower end of the interval of the share, None where there are fewer than `LEAST_ROWS` rows.
        high: Upper end.
    """

    share: float
    fair: float
    low: float | None
    high: float | None

    @property
    def favoured(self) -> bool:
        """Whether the interval leaves the fair share out."""
        return self.low is not None and self.high is not None and not self.low <= self.fair <= self.high


class Place(NamedTuple):
    """What is known of one place in the list.

    Attributes:
        place: 1 for the option that is offered first.
        votes: The share of votes for it, each row counted once.
        dissent: The share of dissenting votes for it, None where nobody dissented or there are but two options.
    """

    place: int
    votes: Share
    dissent: Share | None


class Positions:
    """Counts the votes of rows by the places of their options.

    Attributes:
        rows: Rows that were counted.
        by_gold: How many of them were held against gold; the others against their own decision, which hides what is
            favoured so much that it is decided.
        dissenting: Votes for a listed option that is not the right one.
    """

    def __init__(self) -> None:
        self.rows = self.by_gold = self.dissenting = 0
        self._split = 0  # rows with dissent
        self._shares: list[float] = []
        self._share_variance: list[float] = []  # of those shares, if the order is drawn
        self._dissent: list[int] = []
        self._fair: list[float] = []
        self._variance: list[float] = []  # of the dissent at the place, if its labels are there by chance

    def add(self, order: Sequence[str], votes: Mapping[Hashable, int], right: Hashable, *, gold: bool) -> None:
        """Count a row; one whose right answer is not in the list says nothing of places.

        Args:
            order: Its options as they were offered, at least two.
            votes: Its votes by answer.
            right: The right answer.
            gold: People have said so, and not the votes.
        """
        counts = [votes.get(option, 0) for option in order]
        whole, size = sum(counts), len(order)
        if not whole or right not in order or size < 2:
            return
        if len(self._shares) != size:
            for name in ("_shares", "_share_variance", "_fair", "_variance"):
                setattr(self, name, [0.0] * size)
            self._dissent = [0] * size
        place_of_right = order.index(str(right))
        dissent = whole - counts[place_of_right]
        self.rows += 1
        self.by_gold += gold
        self.dissenting += dissent
        self._split += dissent > 0
        fair = dissent / (size - 1)
        share_variance = sum((count / whole) ** 2 for count in counts) / size - 1 / size**2
        variance = (sum(count**2 for count in counts) - counts[place_of_right] ** 2) / (size - 1) - fair**2
        for place, count in enumerate(counts):
            self._shares[place] += count / whole
            self._share_variance[place] += share_variance
            if place != place_of_right:
                self._dissent[place] += count
                self._fair[place] += fair
                self._variance[place] += variance

    def places(self) -> list[Place]:
        """Return what is known of each place, the first one first; empty where nothing was counted."""
        size = len(self._shares)
        return [Place(place + 1, self._votes_at(place), self._dissent_at(place)) for place in range(size)]

    def _z(self) -> float:
        return NormalDist().inv_cdf(1 - (1 - _SURE) / (4 * len(self._shares)))  # two intervals a place, two ends each

    def _votes_at(self, place: int) -> Share:
        whole, fair = self._shares[place], 1 / len(self._shares)
        if self.rows < LEAST_ROWS:
            return Share(whole / self.rows, fair, None, None)
        return _within(whole / self.rows, fair, self._z() * math.sqrt(self._share_variance[place]) / self.rows)

    def _dissent_at(self, place: int) -> Share | None:
        if not self.dissenting or len(self._shares) == 2:  # of two options the other one has all of the dissent
            return None
        whole, fair = self.dissenting, self._fair[place]
        if self._split < LEAST_ROWS:
            return Share(self._dissent[place] / whole, fair / whole, None, None)
        width = self._z() * math.sqrt(self._variance[place]) / whole
        return _within(self._dissent[place] / whole, fair / whole, width)


def _within(share: float, fair: float, width: float) -> Share:
    return Share(share, fair, max(0.0, share - width), min(1.0, share + width))
