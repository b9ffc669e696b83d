"""The cube unfolded, a letter on each filled sticker, with what is going on beside it, below it, or in one line.

Where there is no room for the net, the faces are in a row, or are written out two to a line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from typing import TypeAlias

from rich.text import Text

from .facelets import ORDER

Piece: TypeAlias = tuple[str, str]
"""Some characters and their role."""
Line: TypeAlias = list[Piece]

_FILL = {face: f"fill.{number}" for number, face in enumerate("RFUDLB", 1)}
_NET = ((None, "U", None, None), ("L", "F", "R", "B"), (None, "D", None, None))
_BESIDE = {3: 18, 2: 12}
"""Least width of the words beside the net, by the width of its stickers."""
_GAP = 2  # cells between net and words


def draw(letters: str, marked: Collection[int], facts: Sequence[Piece], columns: int, rows: int) -> Text:
    """Draw a cube within `columns` × `rows` cells; 20 × 4 is enough.

    Args:
        letters: The 54 stickers.
        marked: Cells (0 to 53) of the piece that is searched for.
        facts: What is going on, the most important line first, each with its role.
        columns: Cells across.
        rows: Lines.
    """
    for cell, words in _BESIDE.items():
        width = 12 * cell + 3
        if rows >= 9 and columns >= width + _GAP + words:
            net = _net(letters, marked, cell, spaced=rows >= 11)
            return _joined(_beside(net, width, _panel(facts, columns - width - _GAP, len(net))))
        if rows >= 11 and columns >= width:
            net = _net(letters, marked, cell, spaced=rows >= 14)
            return _joined([*net, *_cut(facts, columns, rows - len(net))])
    in_a_row = columns >= 23
    lines = _in_a_row(letters) if in_a_row else _written_out(letters)
    return _joined([*lines, *_cut(facts, columns, rows - len(lines))])


def _net(letters: str, marked: Collection[int], cell: int, *, spaced: bool) -> list[Line]:
    """Draw three bands of faces, each sticker `cell` cells wide: ` U `, marked `[U]`; or `U `, marked `U*`."""
    lines: list[Line] = []
    for number, band in enumerate(_NET):
        if spaced and number:
            lines.append([])
        for row in range(3):
            line: Line = []
            for face in band:
                if face is None:
                    line.append((" " * (3 * cell + 1), "plain"))
                    continue
                start = 9 * ORDER.index(face) + 3 * row
                line += [_sticker(letters[at], cell, marked=at in marked) for at in range(start, start + 3)]
                line.append((" ", "plain"))
            lines.append(line[:-1])
    return lines


def _sticker(letter: str, cell: int, *, marked: bool) -> Piece:
    if cell == 2:
        return (letter + (" *"[marked]), _FILL[letter])
    return (f"[{letter}]" if marked else f" {letter} ", _FILL[letter])


def _panel(facts: Sequence[Piece], width: int, rows: int) -> list[Line]:
    """Wrap the facts into a column, with a blank line between two where there is room for it."""
    wrapped = [[[(part, role)] for part in textwrap.wrap(text, width)] for text, role in facts]
    blanks: list[Line] = [[]] if sum(map(len, wrapped)) + len(wrapped) - 1 <= rows else []
    return [line for group in wrapped for line in [*group, *blanks]][:rows]


def _beside(net: list[Line], width: int, panel: list[Line]) -> list[Line]:
    """Set the panel beside the net, cut to its height."""
    lines = []
    for number, line in enumerate(net):
        beside = panel[number] if number < len(panel) else []
        used = sum(len(text) for text, _ in line)
        lines.append([*line, (" " * (width + _GAP - used), "plain"), *beside])
    return lines


def _in_a_row(letters: str) -> list[Line]:
    lines: list[Line] = []
    for row in range(3):
        line: Line = []
        for face in "ULFRBD":
            start = 9 * ORDER.index(face) + 3 * row
            line += [(letter, _FILL[letter]) for letter in letters[start : start + 3]]
            line.append((" ", "plain"))
        lines.append(line[:-1])
    return lines


def _written_out(letters: str) -> list[Line]:
    return [
        [(letter, _FILL[letter]) for letter in letters[start : start + 9]]
        + [(" ", "plain")]
        + [(letter, _FILL[letter]) for letter in letters[start + 9 : start + 18]]
        for start in (0, 18, 36)
    ]


def _cut(facts: Sequence[Piece], columns: int, rows: int) -> list[Line]:
    return [[(text if len(text) <= columns else text[: columns - 1] + "…", role)] for text, role in facts[:rows]]


def _joined(lines: list[Line]) -> Text:
    return Text("\n").join(Text.assemble(*line) for line in lines)
