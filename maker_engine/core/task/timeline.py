"""A schedule as a picture: bars over time, a line for each slot or resource, in roles like any picture of a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from maker_engine.core.task.pictures import LEAST_COLUMNS, LEAST_ROWS, PICTURE_COLUMNS, PICTURE_ROWS
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from rich.text import Text

LABEL_COLUMNS = 14
LONGEST_LABEL = 80
BLOCK, OPEN, FAILED, BEFORE, MARK = "█", "▒", "!", "·", "▼"
"""What has ended, what has not, what did not end well, time in which nothing is on, and a moment that is pointed at."""


class Span(NamedTuple):
    """Something that takes time.

    Attributes:
        lane: The slot or resource it is on, which is its line; "" to put it on the first slot that is free.
        label: What is written on it where there is room. Made printable.
        began: When it began, in s from any beginning.
        ended: When it ended, likewise; None while it runs.
        role: Its style, one of `decomposition.ROLES`.
        failed: It did not end well, and is drawn with `FAILED`.
    """

    lane: str
    label: str
    began: float
    ended: float | None = None
    role: str = "plain"
    failed: bool = False


def slotted(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order of their beginnings, those without a lane each on the first slot that is free, from 1."""
    free: list[float] = []  # until when each slot is taken
    placed: list[Span] = []
    for span in sorted(spans, key=lambda one: one.began):
        if span.lane:
            placed.append(span)
            continue
        end = float("inf") if span.ended is None else span.ended
        slot = next((number for number, until in enumerate(free) if until <= span.began), len(free))
        free[slot : slot + 1] = [end]
        placed.append(span._replace(lane=f"slot {slot + 1}"))
    return placed


def draw_timeline(
    spans: Sequence[Span],
    columns: int = PICTURE_COLUMNS,
    rows: int = PICTURE_ROWS,
    now: float | None = None,
    mark: float | None = None,
) -> Text:
    """Draw spans within `columns` × `rows` cells: a clock, then a line a lane.

    Lanes stand in the order in which `spans` has them, or of first beginnings where one has yet to find its lane.

    Args:
        spans: What to draw.
        columns: Width in cells, at least 20.
        rows: Height in lines, at least 4.
        now: Up to when to draw, on the spans' own clock; None for the last end or beginning.
        mark: A moment on that clock which is pointed at, None for none.
    """
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - 15 ms, which a program without a screen saves
    from rich.text import Text  # noqa: PLC0415 - likewise

    columns, rows = max(LEAST_COLUMNS, columns), max(LEAST_ROWS, rows)
    placed = [*spans] if all(span.lane for span in spans) else slotted(spans)
    if not placed:
        return Text("nothing has begun", style="label")
    lanes = list(dict.fromkeys(span.lane for span in placed))
    shown = lanes if len(lanes) <= rows - 1 else lanes[: rows - 2]
    first = min(span.began for span in placed)
    last = max((at for span in placed for at in (span.began, span.ended) if at is not None), default=first)
    last = max(first, last if now is None else now)
    width = min(LABEL_COLUMNS, max(cell_len(one_line(lane, LABEL_COLUMNS)) for lane in shown)) + 1
    cell = (
        None
        if mark is None
        else min(columns - width - 1, max(0, int((mark - first) * _scale(columns - width, first, last))))
    )
    text = Text(" " * width, style="label")
    for letter in _clock(columns - width, last - first, cell):
        text.append(letter, style="moved" if letter == MARK else "label")
    for lane in shown:
        text.append(f"\n{set_cell_size(one_line(lane, width - 1), width - 1)} ", style="label")
        _draw_lane(text, [span for span in placed if span.lane == lane], columns - width, first, last)
    if len(shown) < len(lanes):
        text.append(f"\n… and {len(lanes) - len(shown)} more", style="label")
    return text


def _clock(cells: int, seconds: float, mark: int | None) -> str:
    """Return the line of the clock; where the mark would be on its figures, they make room."""
    end = f"{seconds:,.1f} s" if seconds < 100 else f"{seconds:,.0f} s"
    if mark is None:
        return "0" + end.rjust(cells - 1)
    right = end.rjust(cells) if mark < cells - len(end) - 1 else f"{end} ".rjust(mark).ljust(cells)
    begin = "0" if mark else ""
    return (begin + right[len(begin) : mark] + MARK + right[mark + 1 :])[:cells]


def _draw_lane(text: Text, spans: Sequence[Span], cells: int, first: float, last: float) -> None:
    scale = _scale(cells, first, last)
    line: list[tuple[str, str]] = [(BEFORE, "rail")] * cells
    for span in spans:
        begin = min(cells - 1, int((span.began - first) * scale))
        end = cells if span.ended is None else int((span.ended - first) * scale)
        end = min(cells, max(begin + 1, end))
        glyph = FAILED if span.failed else OPEN if span.ended is None else BLOCK
        label = one_line(span.label, LONGEST_LABEL)[: end - begin - 2] if end - begin > 4 else ""
        drawn = f"{glyph}{label}".ljust(end - begin, glyph) if label.isascii() else glyph * (end - begin)
        line[begin:end] = [(letter, span.role) for letter in drawn]
    for letter, role in line:
        text.append(letter, style=role)


def _scale(cells: int, first: float, last: float) -> float:
    return cells / (last - first) if last > first else 0.0
