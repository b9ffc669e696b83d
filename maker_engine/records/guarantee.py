"""What may be said of accepted answers after an audit by people: at most so many are wrong, however one stops.

Accepted answers are drawn at random without being put back, and are labelled blind. Somebody bets against the claim
"more than a share m of them is wrong": under it their money is not expected to grow, so that it is 1/δ with probability
at most δ, at whatever moment one looks (Ville). All m that would have made it so are ruled out, and the least that is
left is the limit. Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (JRSS B
2024), §5 on sampling without replacement. With no errors the first stake makes this the exact limit, 300 for 1 % at
95 %; the others keep a little for the case that there are some.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_STAKES = ((1.0, 0.982), (0.95, 0.006), (0.85, 0.004), (0.7, 0.004), (0.5, 0.002), (0.25, 0.002))
"""Shares of what can be lost at once that are bet, and how the money is divided among them."""
_HALVINGS = 40
_ROUNDING = 1e-9
LEVELS = (1.0, 0.75, 0.6, 0.45, 0.0)
"""Least shares of agreement that are tried; fixed beforehand, so that the error is divided among them."""


def limit(errors: Sequence[bool], population: int, delta: float) -> float:
    """Return the share of errors that is not exceeded, with probability 1 − delta.

    Args:
        errors: Whether each audited answer was wrong, in the order in which they were drawn.
        population: How many were accepted in all.
        delta: How often the limit may be wrong, whenever one stops.
    """
    low, high = sum(errors) / population if population else 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _ruled_out(middle, errors, population, delta) else (middle, high)
    return high


def certified(errors: Sequence[bool], population: int, alpha: float, delta: float) -> bool:
    """Return whether at most a share `alpha` of the population is wrong, with probability 1 − delta."""
    most = math.floor(alpha * population + _ROUNDING)
    if sum(errors) > most:
        return False
    return most >= population or _ruled_out((most + 1) / population, errors, population, delta)


def _ruled_out(share: float, errors: Sequence[bool], population: int, delta: float) -> bool:
    """Return whether a share of errors of at least `share` has been shown not to be; it is more than have been seen."""
    left, size = share * population, population
    logs = [math.log(weight) for _, weight in _STAKES]
    for wrong in errors:
        mean = min(1.0, left / size)
        if mean >= 1:
            if not wrong:
                return True
        else:
            for place, (stake, _) in enumerate(_STAKES):
                factor = 1 + stake * mean / (1 - mean) if not wrong else 1 - stake
                logs[place] = logs[place] + math.log(factor) if factor > 0 else -math.inf
        left -= wrong
        size -= 1
        best = max(logs)
        if best > -math.inf and best + math.log(sum(math.exp(one - best) for one in logs)) >= -math.log(delta):
            return True
    return left > size + _ROUNDING  # fewer are left than would have to be wrong


def needed(population: int, alpha: float, delta: float) -> int:
    """Return how many audited answers without an error show at most a share `alpha` wrong; all if none do."""
    low, high = 0, population
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if certified([False] * middle, population, alpha, delta) else (middle + 1, high)
    return low


def best_level(
    drawn: Sequence[tuple[float, bool]], populations: Sequence[int], alpha: float, delta: float
) -> float | None:
    """Return the least share of agreement at which what is accepted keeps to `alpha`; None where none of `LEVELS` does.

    Args:
        drawn: The agreement and whether it was wrong, of each audited answer in the order of drawing.
        populations: How many are accepted at each of `LEVELS`.
        alpha: Greatest share of errors.
        delta: How often the claim may be wrong.
    """
    passed = [
        level
        for level, population in zip(LEVELS, populations, strict=True)
        if population
        and certified(
            [wrong for agreement, wrong in drawn if agreement >= level], population, alpha, delta / len(LEVELS)
        )
    ]
    return min(passed, default=None)
