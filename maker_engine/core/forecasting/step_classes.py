"""Classes of steps, each with its own share, p and v: how a model's steps differ, as far as anyone knows.

Which class a step is of is drawn for every step alone. What voting makes of their p is a matter of their law
(`laws`); what is kept beside it here is v, since steps that are hard to answer in the demanded form cost samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from maker_engine.core.forecasting.laws import Law, single


class StepClass(NamedTuple):
    """Steps that are alike.

    Attributes:
        share: Which part of all steps they are, 0 to 1.
        p: Probability that a valid sample of such a step is right, 0 to 1; the wrong ones all agree.
        v: Probability that a sample of such a step carries no red flag, above 0.
    """

    share: float
    p: float
    v: float = 1.0


def law_of(classes: Sequence[StepClass]) -> Law:
    """Return the law of p of these classes."""
    return Law.of((p, share) for share, p, _ in classes)


def expected_samples(classes: Sequence[StepClass], k: int) -> float:
    """Return the samples a step takes in the mean under ahead-by-k, flagged ones included."""
    return math.fsum(share * single(p).votes(k) / v for share, p, v in classes if share)


def expected_rounds(classes: Sequence[StepClass], k: int) -> float:
    """Return the rounds of sampling a step takes in the mean, in which flagged samples are drawn again."""
    return math.fsum(share * single(p).rounds(k) / v for share, p, v in classes if share)


def of_pool(voters: Sequence[Sequence[StepClass]]) -> tuple[StepClass, ...]:
    """Return the classes of voters that take turns on every step, where one die says for all what a step is like."""
    ends = [[0.0, *accumulate(one.share for one in classes)] for classes in voters]
    cuts = sorted({min(1.0, round(end, 12)) for own in ends for end in own})
    merged = []
    for low, high in pairwise([*cuts[:-1], 1.0]):
        middle = (low + high) / 2
        found = [_at(classes, middle) for classes in voters]
        p, v = (math.fsum(values) / len(found) for values in zip(*(one[1:] for one in found), strict=True))
        merged.append(StepClass(high - low, p, v))
    return tuple(merged)


def _at(classes: Sequence[StepClass], die: float) -> StepClass:
    """Return the class that a die from 0 to 1 represents."""
    for one, end in zip(classes, accumulate(each.share for each in classes), strict=True):
        if die < end:
            return one
    return classes[-1]
