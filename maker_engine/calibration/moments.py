"""What two votes a step show of a rule, without a fitted law: bounds on its error by the first two moments of p.

E[p] is how often a vote is right, E[p²] how often two votes of a step both are. Of all laws that have these moments the
error of a step is smallest, and largest, under one with three points at most; all threes of a grid are tried. How
well a sample knows the moments comes on top. Source: "Two Calls, Two Moments" (arXiv 2605.03379).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

from maker_engine.calibration.law_fit import GRID, Counts
from maker_engine.core.forecasting.intervals import Interval, mean_of_shares

_FURTHER = (0.0, 0.25, 0.35, 0.44, 0.53, 0.56, 0.58, 0.615, 0.645, 0.68, 0.715, 0.745, 0.78, 0.815)
_ROUNDING = 1e-9


class Moments(NamedTuple):
    """The first two moments of p over the steps."""

    first: float
    second: float


def moments_within(steps: Iterable[Counts], level: float) -> tuple[Moments, Moments] | None:
    """Return the moments that make steps weakest, and those that make them soundest, of all that a sample allows.

    A step counts once, by how often its votes, and its pairs of votes, are right. More spread, which is a larger second
    moment beside the same first one, makes more weak steps.

    Args:
        steps: Right and wrong votes of each step; one with fewer than two says nothing.
        level: Level of the interval of each moment.
    """
    paired = [(right, right + wrong) for right, wrong in steps if right + wrong > 1]
    if not paired:
        return None
    first = mean_of_shares([right / votes for right, votes in paired], level)
    second = mean_of_shares([right * (right - 1) / (votes * (votes - 1)) for right, votes in paired], level)
    return Moments(first.low, second.high), Moments(first.high, second.low)


def bounds_within(steps: Iterable[Counts], level: float, error: Callable[[float], float]) -> Interval | None:
    """Return bounds on a figure that falls with p, by all moments a sample allows; None without a pair of votes."""
    found = moments_within(steps, level)
    return None if found is None else Interval(bounds(found[1], error).low, bounds(found[0], error).high)


def bounds(moments: Moments, error: Callable[[float], float]) -> Interval:
    """Return the smallest and the largest mean of a figure under any law that has the moments.

    Args:
        moments: The moments; a second one that no law has, by chance of the sample, counts as the nearest that one has.
        error: The figure of a step with a p from 0 to 1.
    """
    mean = moments.first
    square = min(max(moments.second, mean * mean), mean)
    spots = sorted({*GRID, *_FURTHER, mean})
    figures = {p: error(p) for p in spots}
    low, high = math.inf, -math.inf
    for three in combinations(spots, 3):
        weights = _weights(three, mean, square)
        if min(weights) >= -_ROUNDING:
            found = sum(weight * figures[p] for weight, p in zip(weights, three, strict=True))
            low, high = min(low, found), max(high, found)
    return Interval(max(0.0, low), min(1.0, high))


def _weights(three: tuple[float, ...], mean: float, square: float) -> tuple[float, float, float]:
    """Return the weights with which three points have the moments; one below 0 where they cannot."""
    a, b, c = three
    return (
        (square - (b + c) * mean + b * c) / ((a - b) * (a - c)),
        (square - (a + c) * mean + a * c) / ((b - a) * (b - c)),
        (square - (a + b) * mean + a * b) / ((c - a) * (c - b)),
    )
