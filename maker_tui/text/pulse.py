"""How a run's figures went over the time it has been going, in as many cells as there are: a sparkline a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from maker_engine.core.record.snapshot import Totals

MOST_SPANS = 64
"""Once there are more, every two become one twice as long, so that the whole run stays in view."""
FIRST_SPAN_S = 1.0
_BARS = "▁▂▃▄▅▆▇█"
Figure = Callable[[Totals], float]

FIGURES: dict[str, Figure] = {
    "steps/s": lambda totals: totals.steps,
    "samples/s": lambda totals: totals.samples,
    "$/min": lambda totals: 60 * totals.cost_usd,
    "flags/s": lambda totals: totals.flagged,
}
"""What grows, by the name of its rate."""


class Pulse:
    """Totals of one run at even distances in time. It has no clock: the run's own going time is passed to it."""

    def __init__(self) -> None:
        self._span = FIRST_SPAN_S
        self._marks: list[tuple[float, ...]] = []
        self._last: tuple[float, ...] = ()
        self._begun = self._at = 0.0

    def take(self, elapsed_s: float, totals: Totals) -> None:
        """Note the totals after so many seconds; of a run that begins anew, or goes back, what was noted is dropped."""
        now = tuple(figure(totals) for figure in FIGURES.values())
        if elapsed_s < self._at or any(new < old for new, old in zip(now, self._last, strict=False)):
            self._marks = []
        if not self._marks:
            self._marks, self._span, self._begun = [now], FIRST_SPAN_S, elapsed_s
        self._at, self._last = elapsed_s, now
        while elapsed_s - self._begun >= self._span * len(self._marks):
            self._marks.append(now)
            if len(self._marks) > MOST_SPANS:
                self._marks, self._span = self._marks[::2], 2 * self._span

    def rates(self, name: str) -> list[float]:
        """Return the rate named so in each span that is over, oldest first."""
        place = [*FIGURES].index(name)
        values = [mark[place] for mark in self._marks]
        return [(after - before) / self._span for before, after in pairwise(values)]


def sparkline(rates: Sequence[float], width: int) -> str:
    """Draw rates as bars of up to a cell's height, the highest full; of more than `width`, neighbours share a cell."""
    if not rates or width <= 0:
        return ""
    each = -(-len(rates) // width)
    cells = [max(rates[at : at + each]) for at in range(0, len(rates), each)]
    most = max(cells)
    return "".join(_BARS[min(len(_BARS) - 1, int(len(_BARS) * cell / most))] if most else _BARS[0] for cell in cells)
