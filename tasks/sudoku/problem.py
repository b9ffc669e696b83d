"""Reading a puzzle out of a line, a grid or a list of many, and refusing what is none, in one line with the fix."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping

from maker_engine.core.errors import ProblemError

from .generator import GRADES, make
from .grid import BIT, OPEN, UNITS, cell_name, unit_name
from .search import TooHardError, solutions

LEAST_GIVENS = 17
"""Fewer never leave one solution (McGuire, Tugemann, Civario 2012)."""
MOST_SEED = 10**9

_BLANKS = str.maketrans("0_*?xX", "......")
_LINE = re.compile(r"(?<![0-9.*_?xX])[0-9.*_?xX]{81}(?![0-9.*_?xX])")
_RULING = str.maketrans("", "", " \t\r|!¦│┃║‖+,;'\"[](){}─━═┼╋╬├┤╠╣┌┐└┘┬┴╔╗╚╝╦╩-=:")
_HEADING = re.compile(r"\s*(?:#|\[[A-Za-z]|//)")
_MEND = "give 81 cells, 1 to 9 and . or 0 for an open one, in one line or in nine rows"


def read_puzzle(options: Mapping[str, int | str], source: str | None) -> str:
    """Make the puzzle out of a problem file, the option `puzzle`, or a grade and a seed, whichever is given first.

    Returns:
        81 characters, `.` for an open cell; it has exactly one solution.

    Raises:
        ProblemError: It is none, contradicts itself, or has no solution or several.
    """
    grade, seed = options.get("grade", GRADES[0]), _whole(options, "puzzle-seed", 0, MOST_SEED)
    which = _whole(options, "which", 1, None)
    if grade not in GRADES:
        raise ProblemError(f"grade must be one of {', '.join(GRADES)}, got {reprlib.repr(grade)}")
    typed = options.get("puzzle", "")
    if source is not None and typed:
        raise ProblemError("a puzzle and a problem file are given: leave one of them out")
    text = typed if source is None else source
    if source is None and not typed:
        return make(str(grade), seed)
    if not isinstance(text, str):
        raise ProblemError(f"the puzzle must be text, got {reprlib.repr(text)}: {_MEND}")
    puzzles = _split(text)
    if which > len(puzzles):
        have = f"{len(puzzles)} puzzles are" if len(puzzles) > 1 else "1 puzzle is"
        raise ProblemError(f"{have} given: which must be 1 to {len(puzzles)}, got {reprlib.repr(which)}")
    puzzle = puzzles[which - 1].translate(_BLANKS)
    _check(puzzle)
    return puzzle


def _whole(options: Mapping[str, int | str], name: str, least: int, most: int | None) -> int:
    value = options.get(name, 1)
    if type(value) is not int or value < least or (most is not None and value > most):
        upper = "or more" if most is None else f"to {most:,}"
        shown = value if type(value) is int and abs(value) < 10**12 else reprlib.repr(str(type(value).__name__))
        raise ProblemError(f"{name} must be a whole number, {least} {upper}, got {shown}")
    return value


def _split(text: str) -> list[str]:
    """Return the puzzles of a text: the first 81 cells of each line, or else grids of nine rows."""
    lines = [line for line in text.splitlines() if not _HEADING.match(line)]
    found = [_LINE.search(line) for line in lines]
    if any(found):
        puzzles = [match[0] for match in found if match is not None]
        for number, (line, match) in enumerate(zip(lines, found, strict=True), 1):
            if match is None and number > 1 and line.strip():
                raise ProblemError(f"line {number} of the list, {_shown(line)}, holds no puzzle of 81 cells: {_MEND}")
        return puzzles
    cells = "".join(line.translate(_RULING) for line in lines)
    strange = re.search(r"[^0-9.*_?xX]", cells)
    if strange is not None:
        raise ProblemError(f"{_shown(strange[0])} is not allowed in a cell of a puzzle: {_MEND}")
    if not cells or len(cells) % 81:
        raise ProblemError(f"the puzzle has {len(cells):,} cells, not 81: {_MEND}")
    return [cells[at : at + 81] for at in range(0, len(cells), 81)]


def _check(puzzle: str) -> None:
    """Refuse a puzzle that does not have exactly one solution."""
    givens = 81 - puzzle.count(OPEN)
    for unit, cells in enumerate(UNITS):
        seen: dict[str, int] = {}
        for cell in cells:
            value = puzzle[cell]
            if value in seen:
                both = f"{cell_name(seen[value])} and {cell_name(cell)}"
                raise ProblemError(f"{unit_name(unit)} has {value} twice, in {both}: correct one of them")
            if BIT[value]:
                seen[value] = cell
    if givens < LEAST_GIVENS:
        raise ProblemError(
            f"{givens} givens never leave one solution alone: give {LEAST_GIVENS} or more",
        )
    try:
        found = solutions(puzzle)
    except TooHardError:
        raise ProblemError("whether the puzzle has one solution could not be settled: give more cells") from None
    if not found:
        raise ProblemError("the puzzle has no solution: compare its givens with where it comes from")
    if len(found) > 1:
        cell = next(cell for cell in range(81) if found[0][cell] != found[1][cell])
        either = " or ".join(sorted((found[0][cell], found[1][cell])))
        raise ProblemError(
            f"the puzzle has several solutions, {cell_name(cell)} may be {either} "
            f"({found[0]}, {found[1]}): give more cells"
        )


def _shown(text: str) -> str:
    return ascii(text.strip()[:24])
