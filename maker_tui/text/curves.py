"""Curves in a terminal: plotille draws them in braille, and every series is marked by a letter, not by a colour.

plotille is imported when the first curve is drawn: 40 ms that no other screen waits for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text

from maker_tui.text.figures import count
from maker_tui.text.roles import line

TICK_CELLS = 10
"""plotille marks the horizontal axis this often."""
AROUND_COLUMNS, AROUND_ROWS = 14, 5
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
        label: Writes a place on it.
        least: Its beginning.
        whole: Only whole numbers are written.
    """

    name: str
    most: float
    label: Callable[[float], str]
    least: float = 0.0
    whole: bool = True


def power(value: float) -> str:
    """Write a place on an axis of logarithms to the base of ten."""
    return count(10**value)


def percent(value: float) -> str:
    """Write a share."""
    return f"{100 * value:.3g} %"


class _Frame:
    """The cells that the curves are drawn in, and what a cell is on each axis.

    Args:
        x: The axis across.
        y: The axis upwards.
        width: Cells for curves, axes and figures together.
        height: Likewise.
    """

    def __init__(self, x: Axis, y: Axis, width: int, height: int) -> None:
        ticks = max(1, (width - AROUND_COLUMNS) // TICK_CELLS)
        self.x, self.y = x, y
        self.columns, self.rows = ticks * TICK_CELLS, max(LEAST_ROWS, height - AROUND_ROWS)
        each = _step((x.most - x.least) / ticks, (1, 2, 3, 4, 5, 6, 8, 10), whole=x.whole)
        self.x_end, y_end = x.least + each * ticks, y.most if y.most > y.least else y.least + 1
        # plotille leaves out the letter of a point on the very edge
        self.y_end = y_end + (y_end - y.least) / self.rows / 2
        self._row = (self.y_end - y.least) / self.rows
        self._between = _step(2 * self._row, (1, 2, 5, 10), whole=y.whole)

    def inside(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return the points that are to be drawn; what is above the frame is drawn at its top."""
        return [(a, min(b, self.y_end)) for a, b in points if b >= self.y.least and a <= self.x_end]

    def label(self, value: float, chars: int, left: bool = False, **_: float) -> str:
        """Write the figure at a place of an axis, as plotille asks for it."""
        if left:
            return self.x.label(value).ljust(chars)
        nearest = round(value / self._between) * self._between
        return (self.y.label(nearest) if abs(value - nearest) < self._row / 2 * 1.001 else "").rjust(chars)


def curves(series: Sequence[Series], x: Axis, y: Axis, width: int, height: int) -> list[Text]:
    """Draw series within `width` × `height` cells, a legend above them."""
    frame = _Frame(x, y, width, height)
    top, *rows, axis, last = _drawn(series, frame).split("\n")
    across = frame.columns + AROUND_COLUMNS - 1
    named = f"{top.replace('^', '↑').ljust(across - len(x.name) - 2)}{x.name} →"
    places = last.rstrip().replace("|", " ")
    if len(places) > width:  # the last figure does not fit: none rather than half of one
        places = places[:width].rpartition(" ")[0]
    rows = [named, *map(_beside_axis, rows), _axis(axis.partition("->")[0]), places]
    names = [((f"{one.mark or '─'} ", one.role), (f"{one.name}   ", "label")) for one in series]
    roles = {one.mark: one.role for one in series if one.mark}
    return [line(*(part for pair in names for part in pair)), *(_in_roles(row, roles) for row in rows)]


def _drawn(series: Sequence[Series], frame: _Frame) -> str:
    """Let plotille draw the curves with their axes."""
    import plotille  # noqa: PLC0415 - see above

    figure = plotille.Figure()
    figure.width, figure.height = frame.columns, frame.rows
    figure.with_colors = False
    figure.x_label, figure.y_label = frame.x.name, frame.y.name
    figure.set_x_limits(min_=frame.x.least, max_=frame.x_end)
    figure.set_y_limits(min_=frame.y.least, max_=frame.y_end)
    figure.register_label_formatter(float, frame.label)
    for one in series:
        if inside := frame.inside(one.points):
            figure.plot([a for a, _ in inside], [b for _, b in inside], marker=one.mark or None)
    return str(figure.show())


def _beside_axis(row: str) -> str:
    """Draw the piece of the vertical axis in a row, with a tick where it has a figure."""
    figure, _, rest = row.partition("|")
    return f"{figure}{'┤' if figure.strip() else '│'}{rest}"


def _axis(row: str) -> str:
    """Draw the horizontal axis, with a tick above each figure."""
    before, _, rest = row.partition("|")
    return f"{' ' * len(before)}└{rest.replace('-', '─').replace('|', '┬')}"


def _step(least: float, times: Sequence[int], *, whole: bool) -> float:
    """Return the smallest of `times` × a power of ten that is not below `least`; at least 1 if it is to be whole."""
    if least <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(least))
    found = next(unit * one for one in times if unit * one >= least * 0.999)
    return max(1.0, found) if whole else found


def _in_roles(row: str, roles: dict[str, str]) -> Text:
    """Give the letters within the axes their roles."""
    axis = max(map(row.find, "│┤└"))
    text = line(row.replace("⠀", " "))  # the empty braille pattern is not empty in every font
    text.stylize("label", 0, axis + 1)
    for place in range(axis + 1, len(row)):
        if row[place] in roles and "⣿" >= row[axis + 2 : axis + 3] >= "⠀":
            text.stylize(roles[row[place]], place, place + 1)
    return text
