"""The ladder's higher rungs: pairs, triples and quads, fish, and the xy-wing. Each finds its first case or None."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from .focus import Focus, strike
from .grid import COLUMNS, DIGITS, PEERS, ROWS, UNITS, Mark, Marks

_SIZES = {2: "pair", 3: "triple", 4: "quad"}
FISH = {2: "x-wing", 3: "swordfish", 4: "jellyfish"}
XY_WING = "xy-wing"


def naked_set(size: int, marks: Marks) -> Focus | None:
    """Find `size` digits of a unit that are all that `size` of its cells have left: struck from its other cells.

    The first unit, in it the lowest digits; only where that strikes something.
    """
    for unit, cells in enumerate(UNITS):
        open_cells = [cell for cell in cells if marks[cell]]
        if len(open_cells) <= size or sum(marks[cell].bit_count() <= size for cell in open_cells) < size:
            continue
        for digits, mask in _digit_sets(open_cells, marks, size):
            inside = [cell for cell in open_cells if not marks[cell] & ~mask]
            if len(inside) == size:
                struck = _marks(marks, [cell for cell in open_cells if cell not in inside], mask)
                if struck:
                    return strike(f"naked {_SIZES[size]}", (unit,), digits, (), struck)
    return None


def hidden_set(size: int, marks: Marks) -> Focus | None:
    """Find `size` digits of a unit that have the same `size` cells left: all others are struck from these.

    The first unit, in it the lowest digits; only where that strikes something.
    """
    for unit, cells in enumerate(UNITS):
        open_cells = [cell for cell in cells if marks[cell]]
        if len(open_cells) <= size:
            continue
        for digits, mask in _digit_sets(open_cells, marks, size):
            holding = [cell for cell in open_cells if marks[cell] & mask]
            if len(holding) == size:
                struck = _marks(marks, holding, ~mask)
                if struck:
                    return strike(f"hidden {_SIZES[size]}", (unit,), digits, (), struck)
    return None


def _digit_sets(cells: list[int], marks: Marks, size: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Give the sets of `size` digits that the cells list, lowest first, with their masks."""
    union = 0
    for cell in cells:
        union |= marks[cell]
    for digits in combinations(DIGITS[union], size):
        mask = 0
        for digit in digits:
            mask |= 1 << (digit - 1)
        yield digits, mask


def _marks(marks: Marks, cells: list[int], mask: int) -> list[Mark]:
    return [(cell, digit) for cell in cells for digit in DIGITS[marks[cell] & mask]]


def fish(size: int, marks: Marks) -> Focus | None:
    """Find `size` rows whose places for a digit lie in as many columns: struck from the rest of these; or turned.

    The lowest digit, rows before columns, the first lines; only where that strikes something.
    """
    for digit in range(1, 10):
        bit = 1 << (digit - 1)
        for offset, lines, across in ((0, ROWS, COLUMNS), (9, COLUMNS, ROWS)):
            places = [[at for at, cell in enumerate(line) if marks[cell] & bit] for line in lines]
            fitting = [line for line in range(9) if 2 <= len(places[line]) <= size]
            for chosen in combinations(fitting, size):
                covers = {at for line in chosen for at in places[line]}
                if len(covers) != size:
                    continue
                struck = [
                    (across[at][line], digit)
                    for at in covers
                    for line in range(9)
                    if line not in chosen and marks[across[at][line]] & bit
                ]
                if struck:
                    return strike(FISH[size], tuple(offset + line for line in chosen), (digit,), (), struck)
    return None


def xy_wing(marks: Marks) -> Focus | None:
    """Find a cell with digits x and y that sees a cell with x and z and one with y and z.

    One of the two holds z, so z is struck from what sees both. Pivot, first wing, second wing in reading order; only
    where that strikes something.
    """
    for pivot in range(81):
        if marks[pivot].bit_count() != 2:
            continue
        wings = [
            cell
            for cell in PEERS[pivot]
            if marks[cell].bit_count() == 2 and (marks[cell] & marks[pivot]).bit_count() == 1
        ]
        for one, other in combinations(wings, 2):
            z = marks[one] & marks[other] & ~marks[pivot]
            if not z or (marks[one] | marks[other]) & marks[pivot] != marks[pivot]:
                continue
            seen = [cell for cell in PEERS[one] if cell in PEERS[other] and cell != pivot]
            struck = _marks(marks, seen, z)
            if struck:
                return strike(XY_WING, (), DIGITS[z], (pivot, one, other), struck)
    return None
