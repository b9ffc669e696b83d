"""What a question's rule allows, found by trying everything out: shares nothing with the ladder but the focus.

A strike is right when the pattern in question leaves no room for the digit: put there, no way is left to fill the
pattern's cells, or to find places for its digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .focus import GUESSING, HIDDEN_SINGLE, LOCKED, NAKED_SINGLE, UNDOING, Focus
from .grid import DIGITS, GUESS, PEERS, PLACE, STRIKE, UNDO, UNITS, Action, Mark, State, action, listed
from .patterns import FISH, XY_WING


def allowed(state: State, focus: Focus) -> tuple[Action, ...]:
    """Return every action that the rule, as the prompt states it, makes right."""
    if focus.technique == NAKED_SINGLE:
        cell = focus.cells[0]
        held = {state.values[peer] for peer in PEERS[cell]}
        digits = [digit for digit in range(1, 10) if str(digit) not in held and listed(state.marks, (cell, digit))]
        return tuple(Action(PLACE, ((cell, digit),)) for digit in digits)
    if focus.technique == HIDDEN_SINGLE:
        digit = focus.digits[0]
        cells = [cell for cell in UNITS[focus.units[0]] if listed(state.marks, (cell, digit))]
        return tuple(Action(PLACE, ((cell, digit),)) for cell in cells)
    if focus.technique == UNDOING:
        last = state.guesses[-1]
        return (Action(UNDO, ((last.cell, last.digit),)),)
    if focus.technique == GUESSING:
        sizes = {cell: mask.bit_count() for cell, mask in enumerate(state.marks) if mask}
        first = [cell for cell in sizes if all((size, other) >= (sizes[cell], cell) for other, size in sizes.items())]
        return tuple(Action(GUESS, ((cell, min(DIGITS[state.marks[cell]])),)) for cell in first)
    required = _pattern(state, focus)
    struck = [mark for mark in _scope(state, focus) if not _fits([mark], required)]
    return (action(STRIKE, struck),) if struck else ()


def _pattern(state: State, focus: Focus) -> list[list[Mark]]:
    """List what must come true of the pattern: of each entry exactly one mark."""
    kind = focus.technique.split()[0]
    if focus.technique == XY_WING:
        return [_cell(state, cell) for cell in focus.cells]
    if focus.technique in FISH.values():
        return [_unit(state, unit, focus.digits[0]) for unit in focus.units]
    if focus.technique == LOCKED:
        return [_unit(state, focus.units[0], focus.digits[0])]
    if kind == "hidden":
        return [_unit(state, focus.units[0], digit) for digit in focus.digits]
    cells = [cell for cell in UNITS[focus.units[0]] if state.marks[cell]]
    return [_cell(state, cell) for cell in cells if set(DIGITS[state.marks[cell]]) <= set(focus.digits)]


def _scope(state: State, focus: Focus) -> list[Mark]:
    """List the marks that the prompt speaks about."""
    if focus.technique == LOCKED:
        return _unit(state, focus.units[1], focus.digits[0])
    if focus.technique in (XY_WING, *FISH.values()):
        return [(cell, focus.digits[0]) for cell in range(81) if listed(state.marks, (cell, focus.digits[0]))]
    return [mark for cell in UNITS[focus.units[0]] for mark in _cell(state, cell)]


def _cell(state: State, cell: int) -> list[Mark]:
    return [(cell, digit) for digit in DIGITS[state.marks[cell]]]


def _unit(state: State, unit: int, digit: int) -> list[Mark]:
    return [(cell, digit) for cell in UNITS[unit] if listed(state.marks, (cell, digit))]


def _fits(chosen: Sequence[Mark], required: Sequence[Iterable[Mark]]) -> bool:
    """Return whether one mark of each requirement can hold together with the chosen ones."""
    if not required:
        return True
    return any(
        _fits([*chosen, mark], required[1:]) for mark in required[0] if not any(_clash(mark, other) for other in chosen)
    )


def _clash(one: Mark, other: Mark) -> bool:
    if one[0] == other[0]:
        return one[1] != other[1]
    return one[1] == other[1] and other[0] in PEERS[one[0]]
