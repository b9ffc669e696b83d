"""Laws of p: how the probability that a valid sample is right differs from step to step, and what voting makes of it.

A law is a list of (p, weight): that share of all steps has that p. Which point a step is of is drawn for every step
alone, so the chance that a step is decided rightly is the mean over the points, and that of a run is its s-th power.
Every figure is exact for two candidates, the right one and one rival that holds all the wrong mass; with one point they
are the paper's (Eqs. 9, 13, 14, 16).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from maker_engine.core import scaling
from maker_engine.core.errors import InputError

MOST_K = 400
"""Beyond it no margin is tried where some steps are wrong more often than right."""
_COIN = 0.5 + 1e-6


@dataclass(frozen=True, slots=True)
class Law:
    """A law of p over the steps of a task.

    Attributes:
        points: (p, weight) pairs: p from 0 to 1, weights above 0 that sum to 1.

    Raises:
        InputError: It has no point, a p is no probability, or the weights do not sum to 1.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise InputError("a law of p has at least one point (p, weight)")
        for p, weight in self.points:
            if not (0 <= p <= 1 and 0 < weight <= 1 + 1e-9):
                raise InputError(f"a point of a law is a p from 0 to 1 and a weight above 0, got ({p:g}, {weight:g})")
        total = math.fsum(weight for _, weight in self.points)
        if abs(total - 1) > 1e-6:
            raise InputError(f"the weights of a law sum to 1, these sum to {total:.9g}")

    @classmethod
    def of(cls, weighed: Iterable[tuple[float, float]]) -> Law:
        """Make one of points whose weights are scaled to sum to 1; those without weight are left out."""
        kept = [(p, weight) for p, weight in weighed if weight > 0]
        total = math.fsum(weight for _, weight in kept)
        return cls(tuple((p, weight / total) for p, weight in kept))

    @property
    def mean(self) -> float:
        """The mean p, which is all that one call a step can show."""
        return self.moment(1)

    @property
    def hard_share(self) -> float:
        """The share of steps with p < ½, which no vote can fix."""
        return math.fsum(weight for p, weight in self.points if p < 0.5)

    def moment(self, order: int) -> float:
        """Return E[p^order]: that so many samples of one step are all right."""
        return math.fsum(weight * p**order for p, weight in self.points)

    def with_hard(self, share: float, p: float) -> Law:
        """Return the same with a share of steps, 0 to 1, taken by hard ones of another p."""
        if not 0 <= share <= 1:
            raise InputError(f"the share of hard steps lies between 0 and 1, got {share:g}")
        return Law.of([*((one, weight * (1 - share)) for one, weight in self.points), (p, share)])

    def above_half(self) -> Law:
        """Return the noise law: the steps with p > ½ alone.

        Raises:
            InputError: There are none.
        """
        if self.hard_share >= 1:
            raise InputError("no step of this law has p above 0.5: voting makes the right answer win only there")
        return Law.of((p, weight) for p, weight in self.points if p >= 0.5)

    def step_error(self, k: int) -> float:
        """Return the probability that ahead-by-k decides a step wrongly."""
        return math.fsum(weight * step_error(p, k) for p, weight in self.points)

    def log_run_success(self, k: int, steps: int) -> float:
        """Return the natural log of `run_success`, exact where that rounds to 1 or 0."""
        wrong = self.step_error(k)
        return steps * math.log1p(-wrong) if wrong < 1 else -math.inf

    def run_success(self, k: int, steps: int) -> float:
        """Return the probability that ahead-by-k decides all `steps` rightly (Eq. 13 over the law)."""
        return math.exp(self.log_run_success(k, steps))

    def k_min(self, steps: int, target: float = 0.95) -> int | None:
        """Return the smallest k with which the run is right with probability `target` or more; None where none is.

        Raises:
            InputError: The mean p is not above 0.5, there is no step, or the target is not between 0 and 1.
        """
        alone = scaling.k_min(min(self.mean, 1.0), steps, target)
        if len(self.points) == 1:
            return alone

        def reaches(k: int) -> bool:
            return self.log_run_success(k, steps) >= math.log(target)

        if any(p <= 0.5 for p, _ in self.points):  # more votes make such a step no righter
            return next((k for k in range(1, MOST_K + 1) if reaches(k)), None)
        most = alone
        while not reaches(most):
            most *= 2
        return bisect_left(range(most + 1), True, lo=1, key=reaches)

    def best_k(self, steps: int) -> int:
        """Return the smallest k that comes closest to certainty where no k reaches a target."""
        return max(range(1, MOST_K + 1), key=lambda k: (round(self.log_run_success(k, steps), 9), -k))

    def k_as_accurate(self, error: float) -> int | None:
        """Return the smallest k whose step error is at most `error`; None where no k up to `MOST_K` is so accurate."""
        rounded = error * (1 + 1e-9)
        return next((k for k in range(1, MOST_K + 1) if self.step_error(k) <= rounded), None)

    def votes(self, k: int) -> float:
        """Return the votes that a step takes in the mean (Eq. 16 over the law)."""
        return self._mean(lambda p: scaling.expected_votes(p, k))

    def rounds(self, k: int) -> float:
        """Return the sampling rounds that a step takes in the mean, each of k − margin samples at once."""
        return self._mean(lambda p: scaling.expected_rounds(p, k))

    def _mean(self, of: Callable[[float], float]) -> float:
        """Take the mean of what does not depend on which of two candidates is right; a coin is one next to fair."""
        return math.fsum(weight * of(max(p, 1 - p, _COIN)) for p, weight in self.points)


def single(p: float) -> Law:
    """Return the law of steps that are all alike."""
    return Law(((p, 1.0),))


def step_error(p: float, k: int) -> float:
    """1 − Eq. 9 for any p from 0 to 1: that a step with one rival is decided wrongly."""
    if p <= 0 or p >= 1:
        return 1.0 - p
    return 1 / (1 + math.exp(min(700.0, k * (math.log(p) - math.log1p(-p)))))


def beta(alpha: int, cells: int = 200) -> Law:
    """Return Beta(`alpha`, 1), the law with P(p ≤ x) = x^alpha, in cells: each has its exact weight and mean."""
    edges = [0.0, *(0.5 + 0.5 * cell / cells for cell in range(cells + 1))]
    points = []
    for low, high in pairwise(edges):
        weight = high**alpha - low**alpha
        points.append((alpha / (alpha + 1) * (high ** (alpha + 1) - low ** (alpha + 1)) / weight, weight))
    return Law.of(points)


@lru_cache
def named_laws() -> dict[str, Law]:
    """Return the laws that have a name, by it: A to E, with which rules and calibrations are compared.

    A: one step in a hundred is harder. B: one in a thousand is nearly a coin. C: Beta(40, 1), a smooth spread.
    D: one in twenty is harder. E: A, and one in ten thousand is wrong more often than right.
    """
    return {
        "A": Law(((0.999, 0.99), (0.7, 0.01))),
        "B": Law(((0.9995, 0.999), (0.6, 0.001))),
        "C": beta(40),
        "D": Law(((0.98, 0.95), (0.75, 0.05))),
        "E": Law(((0.999, 0.9899), (0.7, 0.01), (0.3, 0.0001))),
    }


def named_law(name: str) -> Law:
    """Return the law of this name, in capitals or not.

    Raises:
        InputError: There is none.
    """
    laws = named_laws()
    if name.upper() not in laws:
        raise InputError(f"there is no law of p called {name!r}; known: {', '.join(laws)}")
    return laws[name.upper()]
