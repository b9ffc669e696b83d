"""The scaling laws of a run whose steps are not alike: classes of steps, each with its own share and its own p.

Which class a step is of is drawn for every step alone. So the chance that a step is decided rightly is the mean over
the classes, and that of a run is its s-th power. That is exact: with two classes it equals the sum, over how many of
the s steps are hard, of the chance of that number times the product over the classes.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from maker_engine.core import scaling
from maker_engine.core.errors import InputError

MOST_K = 400
"""Beyond it no margin is tried where some steps are wrong more often than right."""
_COIN = 0.5 + 1e-6


class StepClass(NamedTuple):
    """Steps that are alike.

    Attributes:
        share: Which part of all steps they are, 0 to 1.
        p: Probability that a valid sample of such a step is right, 0 to 1; the wrong ones all agree.
    """

    share: float
    p: float


def step_error(p: float, k: int) -> float:
    """1 − Eq. 9 for any p from 0 to 1: that a step with one rival is decided wrongly."""
    if p <= 0 or p >= 1:
        return 1.0 - p
    return 1 / (1 + math.exp(min(700.0, k * (math.log(p) - math.log1p(-p)))))


def run_success(classes: Sequence[StepClass], k: int, steps: int) -> float:
    """Return the probability that all `steps` are decided rightly."""
    return math.exp(_log_run_success(classes, k, steps))


def _log_run_success(classes: Sequence[StepClass], k: int, steps: int) -> float:
    wrong = math.fsum(share * step_error(p, k) for share, p in classes)
    return steps * math.log1p(-wrong) if wrong < 1 else -math.inf


def k_min(classes: Sequence[StepClass], steps: int, target: float) -> int | None:
    """Return the smallest k with which the run is right with probability at least `target`; None where none is.

    Raises:
        InputError: The first class has p ≤ 0.5, there is no step, or the target is not between 0 and 1.
    """
    alone = scaling.k_min(classes[0].p, steps, target)
    if len(classes) == 1:
        return alone

    def reaches(k: int) -> bool:
        return _log_run_success(classes, k, steps) >= math.log(target)

    if any(share and p <= 0.5 for share, p in classes):  # more votes make such a step no righter
        return next((k for k in range(1, MOST_K + 1) if reaches(k)), None)
    most = alone
    while not reaches(most):
        most *= 2
    return bisect_left(range(most + 1), True, lo=1, key=reaches)


def best_k(classes: Sequence[StepClass], steps: int) -> int:
    """Return the smallest k that comes closest to certainty where no k reaches a target."""
    return max(range(1, MOST_K + 1), key=lambda k: (round(_log_run_success(classes, k, steps), 9), -k))


def expected_votes(classes: Sequence[StepClass], k: int) -> float:
    """Return the votes that a step takes in the mean."""
    return _mean(classes, lambda p: scaling.expected_votes(p, k))


def expected_rounds(classes: Sequence[StepClass], k: int) -> float:
    """Return the sampling rounds that a step takes in the mean."""
    return _mean(classes, lambda p: scaling.expected_rounds(p, k))


def _mean(classes: Sequence[StepClass], of: Callable[[float], float]) -> float:
    """Take the mean of what does not care which of two candidates is the right one; a fair coin is one next to fair."""
    return math.fsum(share * of(max(p, 1 - p, _COIN)) for share, p in classes)


def classes_of(p: float, hard: float, hard_p: float) -> tuple[StepClass, ...]:
    """Return the classes of a run of which a share is hard.

    Raises:
        InputError: `hard` is no share.
    """
    if not 0 <= hard <= 1:
        raise InputError(f"the share of hard steps lies between 0 and 1, got {hard:g}")
    return (StepClass(1 - hard, p), StepClass(hard, hard_p)) if hard else (StepClass(1.0, p),)
