"""Curves in a terminal: plotille draws them in braille, and every series is told by a letter, not by a colour.

plotille is imported when the first curve is drawn: 40 ms that no other screen waits for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text

from maker_tui.figures import count
from maker_tui.roles import line

TICK_CELLS = 10
"""plotille marks the horizontal axis this often."""
AROUND_COLUMNS, AROUND_ROWS = 14, 3
"""Cells that axes and their figures take."""
LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Series:
    """Points joined by lines.

    Attributes:
        mark: The letter at each point, empty for a bare line.
        name: What it is.
        role: Of the letter.
        points: (x, y) pairs.
    """

    mark: str
    name: str
    role: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        name: What is counted along it.
        most: Its end; it begins at `least`.
        least: Its beginning.
        told: Writes a place on it, given half the distance between two ticks: what is not worth telling is empty.
    """

    name: str
    most: float
    told: Callable[[float, float], str]
    least: float = 0.0


def whole(value: float, half: float) -> str:
    """Write the places of whole numbers, each once."""
    return count(round(value)) if abs(value - round(value)) <= min(half, 0.5) else ""


def power(value: float, half: float) -> str:
    """Write the powers of ten on an axis of logarithms."""
    return count(10 ** round(value)) if abs(value - round(value)) <= half else ""


def percent(value: float, _half: float) -> str:
    """Write a share."""
    return f"{100 * value:.1f} %"


def curves(series: Sequence[Series], x: Axis, y: Axis, width: int, height: int) -> list[Text]:
    """Draw series within `width` × `height` cells, a legend above them."""
    import plotille  # noqa: PLC0415 - see above

    names = [((f"{one.mark or '─'} ", one.role), (f"{one.name}   ", "label")) for one in series]
    legend = line(*(part for pair in names for part in pair))
    ticks = max(1, (width - AROUND_COLUMNS) // TICK_CELLS)
    figure = plotille.Figure()
    figure.width, figure.height = ticks * TICK_CELLS, max(LEAST_ROWS, height - AROUND_ROWS - 1)
    figure.with_colors = False
    figure.x_label, figure.y_label = x.name, y.name
    spread = x.most - x.least
    each = max(1, math.ceil(spread / ticks)) if spread > 2 else spread / ticks or 1.0
    x_end, y_end = x.least + each * ticks, y.most if y.most > y.least else y.least + 1
    figure.set_x_limits(min_=x.least, max_=x_end)
    figure.set_y_limits(min_=y.least, max_=y_end)
    half = (y_end - y.least) / figure.height / 2

    def told(value: float, chars: int, left: bool = False, **_: float) -> str:
        return x.told(value, each / 2).ljust(chars) if left else y.told(value, half).rjust(chars)

    figure.register_label_formatter(float, told)
    for one in series:
        inside = [(a, min(b, y_end)) for a, b in one.points if b >= y.least and a <= x_end]
        if inside:
            figure.plot([a for a, _ in inside], [b for _, b in inside], marker=one.mark or None)
    roles = {one.mark: one.role for one in series if one.mark}
    return [legend, *(_in_roles(row, roles) for row in str(figure.show()).split("\n"))]


def _in_roles(row: str, roles: dict[str, str]) -> Text:
    """Give the letters within the axes their roles."""
    axis = row.find("|")
    text = line(row.replace("⠀", " "))  # the empty braille pattern is not empty in every font
    text.stylize("label", 0, axis + 1)
    for place in range(axis + 1, len(row)):
        if row[place] in roles:
            text.stylize(roles[row[place]], place, place + 1)
    return text
