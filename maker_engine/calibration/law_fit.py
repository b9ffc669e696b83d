"""The law of p over steps, from a few votes at each, and the bounds on what voting would make of it.

A step of which r valid samples were right and w wrong has likelihood p^r·(1−p)^w. The law is the non-parametric
maximum-likelihood one on a grid (Lindsay 1995): EM, with squared steps (Varadhan and Roland 2008).

A bound on a figure that is a mean over the law, such as the error of a step, is its largest value among all laws whose
log-likelihood is at most ln 20 below the best. Such a law is found by counting further observations that speak for the
figure, as if they had been made. Where nothing was seen of a kind of step, that gives the rule of three: 3/N.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from operator import mul
from typing import NamedTuple, TypeAlias

from maker_engine.core.forecasting.laws import Law

Counts: TypeAlias = tuple[int, int]
"""Valid samples of a step that were right, and that were wrong."""
DROP = math.log(20)
"""How far below the best a law's log-likelihood may be: a share of which nothing was seen is then at most 3/N."""
LEAST_SOUND = 0.6
"""Of steps with less, and more than ½, few samples tell whether they are hard; they are counted as one or the other."""
HARD = (0.01, 0.1, 0.2, 0.3, 0.4, 0.47, 0.499)
SOUND = (
    LEAST_SOUND, 0.63, 0.66, 0.7, 0.73, 0.76, 0.8, 0.83, 0.86, 0.89, 0.91, 0.93, 0.95, 0.965, 0.975, 0.98, 0.985, 0.99,
    0.993, 0.996, 0.998, 0.999, 0.9995, 0.9998, 1.0,
)  # fmt: skip
GRID = (*HARD, *SOUND)
"""The p that a step can have."""
_SETTLED = 1e-4
"""A likelihood that rises by less in a round has been reached."""
_MOST_ROUNDS = 150


class Bound(NamedTuple):
    """The largest, or the smallest, mean of a figure that a sample allows, and the weights of the law that has it."""

    value: float
    weights: Sequence[float]

    @property
    def law(self) -> Law:
        """The law."""
        return law_of(self.weights)


class LawFit:
    """What a sample says of the law of p.

    Args:
        counts: How many steps had which counts; one without a valid sample says nothing.
    """

    def __init__(self, counts: Counter[Counts]) -> None:
        counted = {count: number for count, number in sorted(counts.items()) if sum(count)}
        self.steps = sum(counted.values())
        """Steps that say something."""
        self.extremes: list[Sequence[float]] = []
        """Weights of the laws that have been found at a bound: what fails under one of them needs no other."""
        self._numbers = [float(number) for number in counted.values()]
        self._rows = [[p**right * (1 - p) ** wrong for p in GRID] for right, wrong in counted]

    @cached_property
    def law(self) -> Law:
        """The likeliest law; that of steps without an error where nothing was seen."""
        return law_of(self._best[0]) if self.steps else Law(((1.0, 1.0),))

    def mean(self, figures: Sequence[float]) -> float:
        """Return the mean of a figure under the likeliest law; `figures` are its values at each p of the grid."""
        return math.fsum(map(mul, self._best[0], figures))

    def highest(self, figures: Sequence[float]) -> Bound:
        """Return the largest mean of a figure that the sample allows."""
        least = min(figures)
        return self._extreme(figures, [figure - least for figure in figures])

    def lowest(self, figures: Sequence[float]) -> Bound:
        """Return the smallest mean of a figure that the sample allows."""
        most = max(figures)
        return self._extreme(figures, [most - figure for figure in figures])

    @cached_property
    def _best(self) -> tuple[list[float], float]:
        return self._fitted([1 / len(GRID)] * len(GRID), self._numbers, self._rows)

    def _extreme(self, figures: Sequence[float], speaks: Sequence[float]) -> Bound:
        largest = max(speaks)
        if not largest:
            return Bound(figures[0], self._best[0])
        if not self.steps:
            weights = [float(speak == largest) for speak in speaks]
            return Bound(figures[speaks.index(largest)], weights)
        best, reached = self._best[1], self._best[0]
        low, high, bracketed = 0.0, 2 * DROP, False
        while high - low > 0.04 * high and high < 1e7:
            further = (low + high) / 2 if bracketed else high
            start = [0.98 * weight + 0.02 / len(GRID) for weight in reached]
            rows = [*self._rows, [speak / largest for speak in speaks]]
            weights, _ = self._fitted(start, [*self._numbers, further], rows)
            if best - self._likelihood(weights) <= DROP:
                low, reached = further, weights
                high = high if bracketed else 4 * high
            else:
                high, bracketed = further, True
        # Of a figure that is next to nothing the fit's own roughness may be larger than what there is to move.
        reached = max(reached, self._best[0], key=lambda weights: sum(map(mul, weights, speaks)))
        self.extremes.append(reached)
        return Bound(sum(map(mul, reached, figures)), reached)

    def _likelihood(self, weights: Sequence[float]) -> float:
        return _likelihood(weights, self._numbers, self._rows)

    def _fitted(
        self, start: Sequence[float], numbers: Sequence[float], rows: Sequence[Sequence[float]]
    ) -> tuple[list[float], float]:
        """Return the likeliest weights, and their log-likelihood."""
        total, columns = sum(numbers), list(zip(*rows, strict=True))

        def better(weights: Sequence[float]) -> list[float]:
            shares = [number / sum(map(mul, weights, row)) / total for number, row in zip(numbers, rows, strict=True)]
            return [weight * sum(map(mul, shares, column)) for weight, column in zip(weights, columns, strict=True)]

        weights, before = list(start), -math.inf
        for _ in range(_MOST_ROUNDS):
            weights, now = _leap(weights, better, numbers, rows)
            if now - before < _SETTLED:
                break
            before = now
        return weights, now


def _leap(
    weights: Sequence[float],
    better: Callable[[Sequence[float]], list[float]],
    numbers: Sequence[float],
    rows: Sequence[Sequence[float]],
) -> tuple[list[float], float]:
    """Make two steps of EM, and one as far as both together point; return the likelier weights, and how likely."""
    first = better(weights)
    second = better(first)
    change = [b - a for a, b in zip(weights, first, strict=True)]
    bend = [c - b - d for b, c, d in zip(first, second, change, strict=True)]
    size, curve = sum(map(mul, change, change)), sum(map(mul, bend, bend))
    reach = max(1.0, math.sqrt(size / curve)) if curve else 1.0
    far = [
        max(a + 2 * reach * d + reach * reach * e, 0.1 * c)
        for a, c, d, e in zip(weights, second, change, bend, strict=True)
    ]
    whole = sum(far)
    far = better([one / whole for one in far])
    there, near = _likelihood(far, numbers, rows), _likelihood(second, numbers, rows)
    return (far, there) if there >= near else (second, near)


def _likelihood(weights: Sequence[float], numbers: Sequence[float], rows: Sequence[Sequence[float]]) -> float:
    return sum(
        number * math.log(max(sum(map(mul, weights, row)), 1e-300)) for number, row in zip(numbers, rows, strict=True)
    )


def law_of(weights: Sequence[float]) -> Law:
    """Return the law that has these weights on the grid; specks of weight are left out."""
    return Law.of((p, weight) for p, weight in zip(GRID, weights, strict=True) if weight > 1e-7)
