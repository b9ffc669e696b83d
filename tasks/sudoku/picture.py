"""The grid as text, with the question beside it.

Glyphs tell everything without colour:

`5` given, `5'` placed, `5?` guessed, `»5«` and `»·«` touched by the last action, `[ ]` the cell in question,
`•` an open cell of the unit in question, `·` any other open cell.
"""

from __future__ import annotations

from typing import TypeAlias

from rich.text import Text

from .answers import brief
from .focus import GUESSING, UNDOING, Focus
from .grid import DIGITS, OPEN, PLACE, UNITS, State, cell_name, unit_name

Piece: TypeAlias = tuple[str, str]
"""Some characters and their role."""
Line: TypeAlias = list[Piece]

_WIDE, _NARROW = 34, 13  # cells across of a grid with ruled boxes, and of one with a character a cell
_TALL = 14  # lines of a ruled grid with its column numbers
_GAP = 2
_LEAST_PANEL = 18


def draw(givens: str, state: State, focus: Focus | None, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells; below 9 lines only the rows around the question.

    Args:
        givens: The puzzle.
        state: The grid.
        focus: The question, None where there is none.
        columns: Cells across.
        rows: Lines.
    """
    ruled = columns >= _WIDE and rows >= _TALL
    wide = columns >= _WIDE
    look = _Look(givens, state, focus)
    grid = look.ruled() if ruled else look.plain(wide=wide)
    width = _WIDE if wide else _NARROW
    room = columns - width - _GAP
    if room >= _LEAST_PANEL:
        shown = _window(grid, look.row, rows)
        panel = [line[:room] for line in _panel(state, focus, rows)]
        lines = [
            [*(shown[at] if at < len(shown) else [(" " * width, "plain")]),
             (" " * _GAP + panel[at] if at < len(panel) else "", "label")]
            for at in range(max(len(shown), len(panel)))
        ]  # fmt: skip
    else:
        lines = [[(text[:columns], "label")] for text in _summary(state, focus)[: max(0, rows - len(grid)) or 1]]
        lines = [*_window(grid, look.row, rows - len(lines)), *lines]
    picture = Text()
    for number, line in enumerate(lines):
        picture.append("\n" if number else "")
        for text, role in line:
            picture.append(text, role)
    return picture


def _window(grid: list[Line], row: int, rows: int) -> list[Line]:
    """Cut the lines around the row in question out of a grid that is too tall."""
    if len(grid) <= rows:
        return grid
    first = min(max(0, row - rows // 2), len(grid) - rows)
    return grid[first : first + rows]


class _Look:
    """How each cell looks: its mark and its role."""

    def __init__(self, givens: str, state: State, focus: Focus | None) -> None:
        self._givens = givens
        self._state = state
        self._guessed = {guess.cell for guess in state.guesses}
        self._asked = set(focus.cells) if focus else set()
        self._units = {cell for unit in focus.units for cell in UNITS[unit]} if focus else set()
        self._touched = {cell for cell, _ in state.last.marks} if state.last else set()
        self._clash = focus is not None and focus.technique == UNDOING
        about = sorted(self._asked or self._units or self._touched)
        self.row = about[0] // 9 if about else 0

    def _cell(self, cell: int) -> Piece:
        value = self._state.values[cell]
        body = ("•" if cell in self._units else "·") if value == OPEN else value
        if cell in self._asked:
            return f"[{value if value != OPEN else ' '}]", "conflict" if self._clash else "target"
        if cell in self._touched:
            return f"»{body}«", "moved"
        if value == OPEN:
            return f" {body} ", "source" if cell in self._units else "rail"
        if self._clash and cell in self._units:
            return f" {value} ", "conflict"
        if self._givens[cell] != OPEN:
            return f" {value} ", "given"
        return (f" {value}?", "hue.3") if cell in self._guessed else (f" {value}'", "plain")

    def _row(self, row: int, rail: str, *, wide: bool) -> Line:
        line: Line = []
        for column in range(9):
            if column in (3, 6):
                line.append((rail, "rail"))
            text, role = self._cell(9 * row + column)
            narrow = "?" if text == "[ ]" else text[1]
            line.append((text if wide else narrow, role))
        return line

    def plain(self, *, wide: bool) -> list[Line]:
        """Draw nine rows without rulings across."""
        if not wide:
            return [[(f"{row + 1} ", "label"), *self._row(row, "│", wide=False)] for row in range(9)]
        return [
            [(f" {row + 1} │", "label"), *self._row(row, "│", wide=True), ("│", "rail")] for row in range(9)
        ]  # fmt: skip

    def ruled(self) -> list[Line]:
        """Draw the grid with its boxes and the numbers of rows and columns."""
        numbers = " ".join("".join(f" {box + at} " for at in range(3)) for box in (1, 4, 7))
        bar = "─" * 9
        lines: list[Line] = [[(f"    {numbers} ", "label")], [(f"   ┌{bar}┬{bar}┬{bar}┐", "rail")]]
        for row, line in enumerate(self.plain(wide=True)):
            if row in (3, 6):
                lines.append([(f"   ├{bar}┼{bar}┼{bar}┤", "rail")])
            lines.append([(f" {row + 1} ", "label"), ("│", "rail"), *line[1:]])
        lines.append([(f"   └{bar}┴{bar}┴{bar}┘", "rail")])
        return lines


def _summary(state: State, focus: Focus | None) -> list[str]:
    """Tell the question in few short lines, the first one first."""
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


def _panel(state: State, focus: Focus | None, rows: int) -> list[str]:
    lines = _summary(state, focus)
    tail = [f"{state.values.count(OPEN)} open"]
    if state.guesses:
        latest = state.guesses[-1]
        tail.append(f"guess {len(state.guesses)}: {cell_name(latest.cell)}:{latest.digit}")
    if state.last is not None:
        tail.append(f"last: {brief(state.last)}")
    if focus is None:
        return [*lines, *tail][:rows]
    room = max(0, rows - len(lines) - len(tail) - 2)
    lists = [
        f"{cell_name(cell)}  {' '.join(map(str, DIGITS[state.marks[cell]])) or '—'}" for cell in _listed(state, focus)
    ]
    if len(lists) > room:
        lists = [*lists[: max(0, room - 1)], "…"][:room]
    return [*lines, *([""] if room and lists else []), *lists, *([""] if room else []), *tail][:rows]


def _listed(state: State, focus: Focus) -> list[int]:
    """Choose the cells whose digits are shown: those in question."""
    if focus.technique == GUESSING:
        open_cells = [cell for cell in range(81) if state.marks[cell]]
        return sorted(open_cells, key=lambda cell: state.marks[cell].bit_count())
    if focus.cells:
        return [*focus.cells]
    cells = [cell for unit in focus.units for cell in UNITS[unit] if state.marks[cell]]
    return list(dict.fromkeys(cells))
