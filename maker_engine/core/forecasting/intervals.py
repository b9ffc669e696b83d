"""Intervals for shares and means that hold at any sample size, since a normal one fails where errors are rare.

Sources: Clopper and Pearson (1934); Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting"
(JRSS B 2024), whose interval holds at any time, so that a calibration may stop when it has seen enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

LEVEL = 0.95
"""Confidence of every interval of a calibration."""
_BOLDNESS = 0.9
"""Largest share of its money that a bet risks."""
_HALVINGS = 50


class Interval(NamedTuple):
    """An interval; both ends belong to it."""

    low: float
    high: float


def clopper_pearson(hits: int, trials: int, level: float = LEVEL) -> Interval:
    """Return the exact interval of a share of which `hits` in `trials` were seen; (0, 1) of no trial."""
    if not trials:
        return Interval(0.0, 1.0)
    tail = (1 - level) / 2
    low = 0.0 if not hits else _first(lambda share: _at_most(hits - 1, trials, share) <= 1 - tail)
    high = 1.0 if hits == trials else _first(lambda share: _at_most(hits, trials, share) <= tail)
    return Interval(low, high)


def at_most(hits: int, trials: int, level: float = LEVEL) -> float:
    """Return the exact upper limit alone, at `level`: of 0 hits about 3 in `trials`."""
    return clopper_pearson(hits, trials, 2 * level - 1).high


def _first(holds: Callable[[float], bool]) -> float:
    """Return the smallest number from 0 to 1 from which on a condition holds."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _at_most(hits: int, trials: int, share: float) -> float:
    """P(no more than `hits` of `trials`), each with probability `share`."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(hits >= trials)
    if hits > trials // 2:
        return 1 - _at_most(trials - hits - 1, trials, 1 - share)
    log_odds = math.log(share) - math.log1p(-share)
    log_term, total = trials * math.log1p(-share), 0.0
    for number in range(hits + 1):
        total += math.exp(log_term)
        log_term += math.log(trials - number) - math.log(number + 1) + log_odds
    return min(1.0, total)


def mean_of_shares(shares: Sequence[float], level: float = LEVEL) -> Interval:
    """Return an interval for the mean of independent values from 0 to 1, whatever their law: one value a step.

    The calls of one step are not independent of each other, so a step counts once, by its share.
    """
    if not shares:
        return Interval(0.0, 1.0)
    stakes = _stakes(shares, level)
    enough = math.log(2 / (1 - level))

    def beats(mean: float, *, above: bool) -> bool:
        """Return whether betting that the mean lies above, or below, `mean` has won enough to say so."""
        sign, most = (1, _BOLDNESS / mean) if above else (-1, _BOLDNESS / (1 - mean))
        won = 0.0
        for share, stake in zip(shares, stakes, strict=True):
            won += math.log1p(sign * min(stake, most) * (share - mean))
            if won >= enough:
                return True
        return False

    low = 0.0 if not any(shares) else _first(lambda mean: mean > 0 and not (mean < 1 and beats(mean, above=True)))
    high = 1 - (
        0.0
        if all(share == 1 for share in shares)
        else _first(lambda rest: rest > 0 and not (rest < 1 and beats(1 - rest, above=False)))
    )
    return Interval(min(low, high), max(low, high))


def _stakes(shares: Sequence[float], level: float) -> list[float]:
    """Return how much is bet on each value, by what the ones before it say."""
    stakes, total, squares = [], 0.5, 0.25
    weight = 2 * math.log(2 / (1 - level)) / len(shares)
    for number, share in enumerate(shares, 1):
        stakes.append(math.sqrt(weight / (squares / number)))
        total += share
        squares += (share - total / (number + 1)) ** 2
    return stakes


def mean_of_costs(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Return an interval for the mean of figures without an upper bound, such as dollars a call: normal, and wider.

    Dollars a call are sums of many tokens, of which a normal interval is good; a quarter more is for small samples.
    """
    if not values:
        return Interval(0.0, math.inf)
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return Interval(0.0, math.inf)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
    reach = 1.25 * _quantile(level) * spread
    return Interval(max(0.0, mean - reach), mean + reach)


def _quantile(level: float) -> float:
    """Return how many standard errors to each side hold `level` of a normal law."""
    return _first(lambda share: math.erf(10 * share / math.sqrt(2)) >= level) * 10
