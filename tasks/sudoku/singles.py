"""The ladder's lower rungs, singles and locked candidates, and the guess. Each finds its first case or None."""

from __future__ import annotations

from collections.abc import Iterator

from .focus import GUESSING, HIDDEN_SINGLE, LOCKED, NAKED_SINGLE, Focus, strike
from .grid import BOX_OF, COLUMN_OF, DIGITS, GUESS, PLACE, ROW_OF, UNITS, Action, Marks


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
