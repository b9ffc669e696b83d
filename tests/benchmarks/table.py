"""One row of the table, and the table in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

HEAD = "| what | ours | beside it, in the same run | figure | to reach | reached |\n|---|---|---|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        what: What was measured.
        ours: Ours, in words.
        beside: What it is held against, measured in the same run; empty where the goal is a plain number.
        figure: The figure that the goal is about.
        unit: Stands behind the figure, such as "× the sequential count".
        goal: What to reach.
        at_least: The figure is to be at least, not at most, the goal.
    """

    what: str
    ours: str
    beside: str
    figure: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the figure is as good as the goal."""
        return self.figure >= self.goal if self.at_least else self.figure <= self.goal

    def line(self) -> str:
        """Write the row in Markdown."""
        sign = "≥" if self.at_least else "≤"
        verdict = "yes" if self.reached else "**no**"
        figure = f"{number(self.figure)} {self.unit}".rstrip()
        return f"| {self.what} | {self.ours} | {self.beside} | {figure} | {sign} {number(self.goal)} | {verdict} |\n"


def number(value: float) -> str:
    """Write a number with as many digits as a reader can use."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def markdown(rows: Iterable[Row]) -> str:
    """Write the whole table."""
    return HEAD + "".join(row.line() for row in rows)
