"""How many steps are hard, with p < ½, held against the truth: bounds that hold whatever the law of p is.

Of a hard step at least one of m votes is wrong with probability 1 − 2^−m or more, and half of them or more with
probability ½ or more. So exact limits (Clopper-Pearson) on how often these were seen are limits on hard steps too. Of
any other step, all m votes are wrong at most 1/(2^m − 1) times as often as any is: what is beyond that is hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from maker_engine.core.forecasting.intervals import at_most, clopper_pearson

_SIDE = 0.975
"""Each limit holds at this level, since the better of two is taken."""
_MOST_STEPS = 0.75
"""So many of the steps must have the votes that are examined."""


class HardShare(NamedTuple):
    """The share of steps with p < ½, and its limits at 95 %."""

    share: float
    low: float
    high: float


def hard_share(votes: Sequence[Sequence[bool]], majority_wrong: float = 0.0) -> HardShare:
    """Estimate the share of hard steps.

    Args:
        votes: Of each step, whether its votes were right, in their order.
        majority_wrong: How often half the votes or more of a step that is not hard would be wrong.
    """
    least = _least(votes)
    opened = [step[:least] for step in votes if len(step) >= least]
    number = len(opened)
    if not number or not least:
        return HardShare(0.0, 0.0, 1.0)
    some = sum(not all(step) for step in opened)
    half = sum(2 * sum(step) <= least for step in opened)
    all_of_them = sum(not any(step) for step in opened)
    some_at_most = at_most(some, number, _SIDE)
    high = min(1.0, some_at_most / (1 - 0.5**least), 2 * at_most(half, number, _SIDE))
    surely = clopper_pearson(all_of_them, number, 2 * _SIDE - 1).low
    low = max(0.0, surely - some_at_most / (2**least - 1))
    return HardShare(min(high, max(low, half / number - majority_wrong)), low, high)


def _least(votes: Sequence[Sequence[bool]]) -> int:
    """Return how many votes nearly all steps have."""
    lengths = sorted(map(len, votes), reverse=True)
    return lengths[min(len(lengths) - 1, int(_MOST_STEPS * len(lengths)))] if lengths else 0
