"""The ladder: which technique a state asks for, and where. This fixes the question, so that one action is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from .grid import (
    ALL,
    BIT,
    BOX_OF,
    COLUMN_OF,
    DIGITS,
    GUESS,
    PLACE,
    ROW_OF,
    STRIKE,
    UNDO,
    UNITS,
    Action,
    Mark,
    Marks,
    State,
    action,
)

NAKED_SINGLE, HIDDEN_SINGLE, LOCKED, GUESSING, UNDOING = (
    "naked single", "hidden single", "locked candidates", "guess", "undo",
)  # fmt: skip


class Focus(NamedTuple):
    """The question of a step.

    Attributes:
        technique: Name of the rung.
        units: The units in question (0 to 26); of a fish the lines that hold it, of locked candidates where the
            digit has to stand and where it is struck.
        digits: The digits in question, ascending.
        cells: The cells in question where they are given: the cell of a naked single, pivot and wings of a wing.
        right: The one right action.
    """

    technique: str
    units: tuple[int, ...]
    digits: tuple[int, ...]
    cells: tuple[int, ...]
    right: Action


@lru_cache(maxsize=4096)
def find(state: State) -> Focus | None:
    """Return what a state asks for; None where it is solved, broken, or contradicts itself with no guess open."""
    if state.broken:
        return None
    clash = contradiction(state)
    if clash is not None:
        if not state.guesses:
            return None
        cell, digit, *_ = state.guesses[-1]
        return Focus(UNDOING, clash[0], clash[1], clash[2], Action(UNDO, ((cell, digit),)))
    if not any(state.marks):
        return None
    for rung in _rungs():
        focus = rung(state.marks)
        if focus is not None:
            return focus
    return None


@lru_cache(maxsize=1)
def _rungs() -> tuple[Callable[[Marks], Focus | None], ...]:
    from . import patterns  # noqa: PLC0415 - the higher rungs stand on this file's `Focus`

    naked, hidden, fish = patterns.naked_set, patterns.hidden_set, patterns.fish
    return (
        naked_single, hidden_single, locked,
        partial(naked, 2), partial(hidden, 2), partial(naked, 3), partial(hidden, 3),
        partial(fish, 2), patterns.xy_wing, partial(fish, 3), partial(naked, 4), partial(hidden, 4), partial(fish, 4),
        guess,
    )  # fmt: skip


def contradiction(state: State) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] | None:
    """Find a proof that a grid has no solution: units, digits and cells in question; None where none is to be seen.

    First a cell without a digit left, then a unit with a digit twice, then a unit with no place for a digit.
    """
    values, marks = state.values, state.marks
    for cell in range(81):
        if not marks[cell] and values[cell] == ".":
            return (), (), (cell,)
    missing: tuple[int, int] | None = None
    for unit, cells in enumerate(UNITS):
        held = possible = 0
        for cell in cells:
            bit = BIT[values[cell]]
            if held & bit:
                return (unit,), DIGITS[bit], ()
            held |= bit
            possible |= marks[cell]
        if missing is None and held | possible != ALL:
            missing = unit, DIGITS[ALL & ~(held | possible)][0]
    return None if missing is None else ((missing[0],), (missing[1],), ())


def naked_single(marks: Marks) -> Focus | None:
    """Find the first cell, in reading order, with one digit left."""
    for cell, mask in enumerate(marks):
        if mask and not mask & (mask - 1):
            digits = DIGITS[mask]
            return Focus(NAKED_SINGLE, (), digits, (cell,), Action(PLACE, ((cell, digits[0]),)))
    return None


def hidden_single(marks: Marks) -> Focus | None:
    """Find the first unit, and in it the lowest digit, with one place left."""
    for unit, cells in enumerate(UNITS):
        once = twice = 0
        for cell in cells:
            mask = marks[cell]
            twice |= once & mask
            once |= mask
        single = once & ~twice
        if single:
            digit = DIGITS[single][0]
            cell = next(cell for cell in cells if marks[cell] >> (digit - 1) & 1)
            return Focus(HIDDEN_SINGLE, (unit,), (digit,), (), Action(PLACE, ((cell, digit),)))
    return None


def locked(marks: Marks) -> Focus | None:
    """Find the first unit, and in it the lowest digit, whose places all lie in one crossing unit too.

    The digit is struck from the rest of that unit; only where that strikes something.
    """
    for unit, cells in enumerate(UNITS):
        for digit in range(1, 10):
            bit = 1 << (digit - 1)
            places = [cell for cell in cells if marks[cell] & bit]
            if not 2 <= len(places) <= 3:
                continue
            for crossing in _crossings(unit, places):
                struck = [(cell, digit) for cell in UNITS[crossing] if marks[cell] & bit and cell not in cells]
                if struck:
                    return strike(LOCKED, (unit, crossing), (digit,), (), struck)
    return None


def _crossings(unit: int, places: list[int]) -> Iterator[int]:
    """Give the other units that hold all `places`."""
    for offset, unit_of in ((0, ROW_OF), (9, COLUMN_OF), (18, BOX_OF)):
        first = unit_of[places[0]]
        if offset + first != unit and all(unit_of[cell] == first for cell in places):
            yield offset + first


def guess(marks: Marks) -> Focus | None:
    """Take the first cell with the fewest digits left, and the lowest of them."""
    count, cell = min((mask.bit_count(), cell) for cell, mask in enumerate(marks) if mask)
    return Focus(GUESSING, (), (), (), Action(GUESS, ((cell, DIGITS[marks[cell]][0]),))) if count else None


def strike(
    technique: str, units: tuple[int, ...], digits: tuple[int, ...], cells: tuple[int, ...], struck: list[Mark]
) -> Focus:
    """Make the question of an elimination."""
    return Focus(technique, units, digits, cells, action(STRIKE, struck))
