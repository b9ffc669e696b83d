"""The grid's own lines: how each cell looks, at three sizes.

Glyphs show everything without colour: `5` given, `5'` placed, `5?` guessed, `»5«` and `»·«` touched by the last action,
`[ ]` the cell in question, `•` an open cell of the unit in question, `·` any other open cell.
"""

from __future__ import annotations

from typing import TypeAlias

from .focus import UNDOING, Focus
from .grid import OPEN, UNITS, State

Piece: TypeAlias = tuple[str, str]
"""Some characters and their role."""
Line: TypeAlias = list[Piece]

WIDTHS = {3: 34, 2: 23, 1: 13}
"""Cells across of a grid whose cells are so many characters."""
RULED_ROWS = 14
"""Lines of the ruled grid with its column numbers."""
_OPENING, _EMPTY = "»[", "[ ]"
_GIVES_WAY = " '│"
"""What the first mark of a cell of two characters may take the place of, just before it."""


class Look:
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
            return _EMPTY if value == OPEN else f"[{value}]", "conflict" if self._clash else "target"
        if cell in self._touched:
            return f"»{body}«", "moved"
        if value == OPEN:
            return f" {body} ", "source" if cell in self._units else "rail"
        if self._clash and cell in self._units:
            return f" {value} ", "conflict"
        if self._givens[cell] != OPEN:
            return f" {value} ", "given"
        return (f" {value}?", "hue.3") if cell in self._guessed else (f" {value}'", "plain")

    @property
    def legend(self) -> list[str]:
        """What the marks behind digits say, those that there are."""
        placed = [cell for cell, value in enumerate(self._state.values) if value not in (OPEN, self._givens[cell])]
        marks = {"? guessed" if cell in self._guessed else "' placed" for cell in placed}
        return sorted(marks)

    def _row(self, row: int, cells: int) -> Line:
        """Draw a row of the grid, a cell being 3, 2 or 1 characters."""
        line: Line = [(f"{row + 1}│" if cells == 2 else f" {row + 1} │" if cells == 3 else f"{row + 1} ", "label")]
        for column in range(9):
            if column in (3, 6):
                line.append(("│", "rail"))
            text, role = self._cell(9 * row + column)
            if cells == 2:
                if text[0] in _OPENING and text != _EMPTY:
                    _close_up(line, (text[0], role))
                text = "[]" if text == _EMPTY else text[1:]
            elif cells == 1:
                text = "?" if text == _EMPTY else text[1]
            line.append((text, role))
        return line if cells == 1 else [*line, ("│", "rail")]

    def plain(self, cells: int) -> list[Line]:
        """Draw nine rows without rulings across, a cell being 3, 2 or 1 characters."""
        return [self._row(row, cells) for row in range(9)]

    def ruled(self) -> list[Line]:
        """Draw the grid with its boxes and the numbers of rows and columns."""
        numbers = " ".join("".join(f" {box + at} " for at in range(3)) for box in (1, 4, 7))
        bar = "─" * 9
        lines: list[Line] = [[(f"    {numbers} ", "label")], [(f"   ┌{bar}┬{bar}┬{bar}┐", "rail")]]
        for row, (_, *line) in enumerate(self.plain(3)):
            if row in (3, 6):
                lines.append([(f"   ├{bar}┼{bar}┼{bar}┤", "rail")])
            lines.append([(f" {row + 1} ", "label"), ("│", "rail"), *line])
        lines.append([(f"   └{bar}┴{bar}┴{bar}┘", "rail")])
        return lines


def _close_up(line: Line, mark: Piece) -> None:
    """Put the first mark of a narrow cell into the character before it, where nothing that matters is there."""
    text, role = line[-1]
    if text == "[]":  # the cell in question is then as in the smallest grid
        line[-1:] = [("?", role), mark]
    elif text[-1] in _GIVES_WAY:
        line[-1:] = [(text[:-1], role), mark]
