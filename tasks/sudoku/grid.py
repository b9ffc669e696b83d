"""The grid: its cells and units, its states, and what an action makes of them.

Cells are 0 to 80 in reading order, units 0 to 26: nine rows, nine columns, nine boxes in reading order. People and
models read `r4c5` and `box 6` (1-based). A set of digits is a bit mask, digit d being bit d − 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

PLACE, STRIKE, GUESS, UNDO = "place", "strike", "guess", "undo"
KINDS = (PLACE, STRIKE, GUESS, UNDO)
OPEN = "."
ALL = 0b111_111_111

ROWS = tuple(tuple(range(9 * row, 9 * row + 9)) for row in range(9))
COLUMNS = tuple(tuple(range(column, 81, 9)) for column in range(9))
BOXES = tuple(
    tuple(27 * (box // 3) + 3 * (box % 3) + 9 * row + column for row in range(3) for column in range(3))
    for box in range(9)
)
UNITS = ROWS + COLUMNS + BOXES

ROW_OF = tuple(cell // 9 for cell in range(81))
COLUMN_OF = tuple(cell % 9 for cell in range(81))
BOX_OF = tuple(cell // 27 * 3 + cell % 9 // 3 for cell in range(81))
UNITS_OF = tuple((ROW_OF[cell], 9 + COLUMN_OF[cell], 18 + BOX_OF[cell]) for cell in range(81))
PEERS = tuple(tuple(sorted({other for unit in UNITS_OF[cell] for other in UNITS[unit]} - {cell})) for cell in range(81))

BIT = {OPEN: 0, **{str(digit): 1 << (digit - 1) for digit in range(1, 10)}}
"""The bit of a cell's character."""
DIGITS = tuple(tuple(digit for digit in range(1, 10) if mask >> (digit - 1) & 1) for mask in range(512))
"""The digits of a mask, ascending."""

Marks: TypeAlias = tuple[int, ...]
"""The pencilled digits of each cell as masks; 0 where a digit is placed."""
Mark: TypeAlias = tuple[int, int]
"""A cell and a digit."""


class Action(NamedTuple):
    """What is voted on.

    Attributes:
        kind: One of `KINDS`.
        marks: The cells and digits it is about, ascending and each once: one of them, but for a strike.
    """

    kind: str
    marks: tuple[Mark, ...]


class Guess(NamedTuple):
    """An open guess, with the grid as it was before it.

    Attributes:
        cell: Where.
        digit: What.
        values: Characters of the 81 cells before it.
        marks: Their pencilled digits before it.
    """

    cell: int
    digit: int
    values: str
    marks: Marks


class State(NamedTuple):
    """What is known before a step.

    Attributes:
        values: 81 characters: a digit, or `.` for an open cell. Answers put them there, so they may clash.
        marks: The pencilled digits.
        guesses: The open guesses, oldest first.
        last: The action that led here, None at the start.
        broken: Whether an action that cannot be carried out was voted for: the run ends there.
    """

    values: str
    marks: Marks
    guesses: tuple[Guess, ...] = ()
    last: Action | None = None
    broken: bool = False


def action(kind: str, marks: Iterable[Mark]) -> Action:
    """Make an action of cells and digits in any order."""
    return Action(kind, tuple(sorted(set(marks))))


def cell_name(cell: int) -> str:
    """Name a cell as `r4c5`."""
    return f"r{cell // 9 + 1}c{cell % 9 + 1}"


def unit_name(unit: int) -> str:
    """Name a unit as `box 4`."""
    return f"{('row', 'column', 'box')[unit // 9]} {unit % 9 + 1}"


def pencilled(values: str) -> Marks:
    """Pencil into each open cell every digit that none of its peers holds."""
    bits = [BIT[value] for value in values]
    return tuple(0 if bits[cell] else ALL & ~_union(bits, PEERS[cell]) for cell in range(81))


def _union(bits: list[int], cells: tuple[int, ...]) -> int:
    union = 0
    for cell in cells:
        union |= bits[cell]
    return union


def carry_out(state: State, done: Action) -> State:
    """Return the state after an action; one that cannot be carried out breaks the game off."""
    if not _possible(state, done):
        return state._replace(last=done, broken=True)
    (cell, digit) = done.marks[0]
    if done.kind == STRIKE:
        return state._replace(marks=_without(state.marks, done.marks), last=done)
    if done.kind == UNDO:
        at = next(number for number, guess in enumerate(state.guesses) if (guess.cell, guess.digit) == (cell, digit))
        before = state.guesses[at]
        return State(before.values, _without(before.marks, done.marks), state.guesses[:at], done)
    guesses = state.guesses
    if done.kind == GUESS:
        guesses = (*guesses, Guess(cell, digit, state.values, state.marks))
    marks = list(state.marks)
    keep = ~(1 << (digit - 1))
    for peer in PEERS[cell]:
        marks[peer] &= keep
    marks[cell] = 0
    values = f"{state.values[:cell]}{digit}{state.values[cell + 1 :]}"
    return State(values, tuple(marks), guesses, done)


def _possible(state: State, done: Action) -> bool:
    if done.kind == UNDO:
        return any(((guess.cell, guess.digit),) == done.marks for guess in state.guesses)
    if done.kind == PLACE:
        return state.values[done.marks[0][0]] == OPEN
    return all(listed(state.marks, mark) for mark in done.marks)


def listed(marks: Marks, mark: Mark) -> bool:
    """Return whether a digit is pencilled into a cell."""
    cell, digit = mark
    return bool(marks[cell] >> (digit - 1) & 1)


def _without(marks: Marks, struck: Iterable[Mark]) -> Marks:
    left = list(marks)
    for cell, digit in struck:
        left[cell] &= ~(1 << (digit - 1))
    return tuple(left)
