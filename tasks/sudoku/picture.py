"""The picture: the grid, and beside it the question with the digits of its cells where there is room."""

from __future__ import annotations

from textwrap import wrap

from rich.text import Text

from .answers import brief
from .focus import GUESSING, Focus
from .grid import DIGITS, OPEN, PLACE, UNITS, State, cell_name, unit_name
from .look import RULED_ROWS, WIDTHS, Line, Look

_LAYOUTS = ((54, 3), (38, 2), (34, 3))
"""From so many columns on, a cell of the grid takes so many characters: below 54 a panel needs a smaller grid."""
_LEAST_PANEL = 14


def draw(givens: str, state: State, focus: Focus | None, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells; below 9 lines only the rows around the question.

    Args:
        givens: The puzzle.
        state: The grid.
        focus: The question, None where there is none.
        columns: Cells across.
        rows: Lines.
    """
    cells = next((cells for least, cells in _LAYOUTS if columns >= least), 1)
    look = Look(givens, state, focus)
    grid = look.ruled() if cells == 3 and rows >= RULED_ROWS else look.plain(cells)
    room = columns - WIDTHS[cells] - cells // 2 - 1
    if room >= _LEAST_PANEL:
        panel = _panel(state, focus, look.legend if cells > 1 else [], room, rows)
        lines = _beside(_window(grid, look.row, rows), panel, WIDTHS[cells], columns - WIDTHS[cells] - room)
    else:
        lines = [[(text[:columns], "label")] for text in _summary(state, focus)[: max(0, rows - len(grid)) or 1]]
        lines = [*_window(grid, look.row, rows - len(lines)), *lines]
    return Text("\n").join(Text.assemble(*line) for line in lines)


def _beside(grid: list[Line], panel: list[str], width: int, gap: int) -> list[Line]:
    """Put the panel to the right of the grid."""
    lines: list[Line] = []
    for at in range(max(len(grid), len(panel))):
        left = grid[at] if at < len(grid) else [(" " * width, "plain")]
        lines.append([*left, (" " * gap + panel[at] if at < len(panel) else "", "label")])
    return lines


def _window(grid: list[Line], row: int, rows: int) -> list[Line]:
    """Cut the lines around the row in question out of a grid that is too tall."""
    if len(grid) <= rows:
        return grid
    first = min(max(0, row - rows // 2), len(grid) - rows)
    return grid[first : first + rows]


def _summary(state: State, focus: Focus | None) -> list[str]:
    """Show the question in few short lines, the first one first."""
    if focus is None:
        ended = "broken off" if state.broken else "solved" if OPEN not in state.values else "contradiction"
        lines = [ended]
    else:
        where = [unit_name(unit) for unit in focus.units] or [cell_name(cell) for cell in focus.cells]
        if len(where) > 2 and focus.units:
            where = [f"{unit_name(focus.units[0]).split()[0]}s {' '.join(str(unit % 9 + 1) for unit in focus.units)}"]
        digits = " ".join(map(str, focus.digits)) if focus.right.kind != PLACE or focus.units else ""
        lines = [focus.technique, ", ".join(where), f"digit{'s' if len(focus.digits) > 1 else ''} {digits}"]
        lines = [line for line in lines if line not in ("", "digit ")]
    return lines


def _panel(state: State, focus: Focus | None, marks: list[str], columns: int, rows: int) -> list[str]:
    """Show the question, the digits of its cells, how many cells are open, the last guess and the last action.

    What the marks of the grid mean is written below, where there is room for it.
    """
    lines = [part for line in _summary(state, focus) for part in wrap(line, columns)]
    tail = [f"{state.values.count(OPEN)} open"]
    if state.guesses:
        latest = state.guesses[-1]
        tail.append(f"guess {len(state.guesses)}: {cell_name(latest.cell)}:{latest.digit}")
    if state.last is not None:
        last = f"last: {brief(state.last)}"
        tail.append(last if len(last) <= columns else last.removeprefix("last: "))
    lists = [] if focus is None else [
        f"{cell_name(cell)}  {' '.join(map(str, DIGITS[state.marks[cell]])) or 'none'}"
        for cell in _listed(state, focus)
    ]  # fmt: skip
    airy = rows >= RULED_ROWS
    room = max(0, rows - len(lines) - len(tail) - 2 * airy)
    if len(lists) > room:
        lists = [*lists[: room - 1], "…"] if room else []
    gap = [""] if airy and lists else []
    drawn = [line[:columns] for line in (*lines, *gap, *lists, *gap, *tail)][:rows]
    together = "  ".join(marks)
    legend = marks if len(together) > columns else [together]
    spare = rows - len(drawn) - len(legend)
    return [*drawn, *([""] if spare > 0 else []), *legend] if marks and spare >= 0 else drawn


def _listed(state: State, focus: Focus) -> list[int]:
    """Choose the cells whose digits are shown: those in question."""
    if focus.technique == GUESSING:
        open_cells = [cell for cell in range(81) if state.marks[cell]]
        return sorted(open_cells, key=lambda cell: state.marks[cell].bit_count())
    if focus.cells:
        return [*focus.cells]
    cells = [cell for unit in focus.units for cell in UNITS[unit] if state.marks[cell]]
    return list(dict.fromkeys(cells))
