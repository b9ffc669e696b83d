"""What the ballots of a run say of p while it runs: p with its interval, and the law of p over the steps.

No one knows which answer was right, so a ballot that ended a : b speaks for p by p^a·(1−p)^b + (1−p)^a·p^b with p > ½.
When a ballot stops is decided by its votes alone, so the likelihood needs no account of the rule. What cannot be seen
so are steps with p < ½, whose ballots agree on a wrong answer, and samples that err together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from maker_engine.core.forecasting.laws import Law

Ballots = Mapping[tuple[int, int], int]
"""How many ballots ended with so many votes for the decided answer, and so many against it."""
GRID = (
    0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.84, 0.87, 0.9, 0.92, 0.94, 0.955, 0.97, 0.98, 0.985, 0.99, 0.993, 0.996,
    0.998, 0.999, 0.9995, 0.9998, 1.0,
)  # fmt: skip
DROP = 1.9207
"""By how much the log likelihood falls at the ends of a 95 % interval: half the quantile of χ² with one degree."""
FEWEST_ROUNDS, MOST_ROUNDS = 100, 1_000
"""Rounds of a fit, more of them the more ballots there are to distinguish hard steps from noise."""
STILL = 1e-5
"""The fit ends when no weight moves by more in a round."""
_LEAST = 1e-4
MOST_KEPT = 500
"""Kinds of ballots that a session keeps: a run at k = 3 has a few dozen."""


def kept_ballots(ballots: Ballots) -> list[list[int]]:
    """Return ballots as a session keeps them: [votes for, votes against, ballots], the commonest first."""
    commonest = sorted(ballots.items(), key=lambda one: (-one[1], one[0]))[:MOST_KEPT]
    return [[won, lost, number] for (won, lost), number in commonest]


def ballots_of(kept: Iterable[Sequence[int]]) -> dict[tuple[int, int], int]:
    """Return the ballots that `kept_ballots` has written."""
    return {(won, lost): number for won, lost, number in kept}


class LiveP(NamedTuple):
    """An estimate of p and the ends of its 95 % interval."""

    p: float
    low: float
    high: float


def live_p(ballots: Ballots) -> LiveP | None:
    """Estimate the p that all steps share; None where the ballots say nothing, as with one vote each."""
    kept = [(a, b, n) for (a, b), n in sorted(ballots.items()) if a + b > 1]
    if not kept:
        return None

    def likelihood(p: float) -> float:
        return math.fsum(n * _log(p, a, b) for a, b, n in kept)

    best = _highest(likelihood)
    floor = likelihood(best) - DROP
    return LiveP(best, _crossing(likelihood, floor, 0.5, best), _crossing(likelihood, floor, 1.0, best))


def _log(p: float, a: int, b: int) -> float:
    chance = p**a * (1 - p) ** b + (1 - p) ** a * p**b
    return math.log(chance) if chance > 0 else a * math.log(p) + (b * math.log(1 - p) if p < 1 else -1e9 * b)


def _highest(of: object) -> float:
    """Find the top of the likelihood between ½ and 1, which has one."""
    assert callable(of)  # noqa: S101 - for the type checker
    low, high = 0.5, 1.0
    for _ in range(60):
        third = (high - low) / 3
        if of(low + third) < of(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2 if of(1.0) <= of((low + high) / 2) else 1.0


def _crossing(of: object, floor: float, end: float, best: float) -> float:
    """Find where the likelihood falls below `floor` between the top and `end`; `end` where it does not."""
    assert callable(of)  # noqa: S101 - for the type checker
    if of(end) >= floor:
        return end
    inside, outside = best, end
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if of(middle) >= floor else (inside, middle)
    return inside


def _relative(a: int, b: int) -> list[float]:
    """Return how likely a ballot is at each p of the grid, the likeliest being 1: a long one would be 0 at all."""
    logs = [_log(p, a, b) for p in GRID]
    most = max(logs)
    return [math.exp(one - most) for one in logs]


def live_law(ballots: Ballots) -> Law | None:
    """Fit the law of p over the steps on a grid from ½ to 1, by maximum likelihood; None where nothing is known."""
    kept = [(a, b, n) for (a, b), n in sorted(ballots.items()) if a + b > 1]
    if not kept:
        return None
    rows = [_relative(a, b) for a, b, _ in kept]
    numbers = [n for _, _, n in kept]
    total = sum(numbers)
    weights = [1 / len(GRID)] * len(GRID)
    for _ in range(min(MOST_ROUNDS, FEWEST_ROUNDS + total // 10)):  # expectation and maximisation
        shares = [0.0] * len(GRID)
        for row, number in zip(rows, numbers, strict=True):
            each = [weight * chance for weight, chance in zip(weights, row, strict=True)]
            scale = number / (sum(each) or 1.0)
            shares = [share + one * scale for share, one in zip(shares, each, strict=True)]
        before, weights = weights, [share / total for share in shares]
        if max(abs(one - other) for one, other in zip(before, weights, strict=True)) < STILL:
            break
    return Law.of((p, weight) for p, weight in zip(GRID, weights, strict=True) if weight > _LEAST / 10)
