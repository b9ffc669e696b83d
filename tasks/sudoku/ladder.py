"""The ladder: which technique a state asks for, the lowest rung that applies."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from .focus import UNDOING, Focus
from .grid import ALL, BIT, DIGITS, OPEN, UNDO, UNITS, Action, Marks, State
from .patterns import fish, hidden_set, naked_set, xy_wing
from .singles import guess, hidden_single, locked, naked_single

RUNGS: tuple[Callable[[Marks], Focus | None], ...] = (
    naked_single, hidden_single, locked,
    partial(naked_set, 2), partial(hidden_set, 2), partial(naked_set, 3), partial(hidden_set, 3),
    partial(fish, 2), xy_wing, partial(fish, 3),
    partial(naked_set, 4), partial(hidden_set, 4), partial(fish, 4),
    guess,
)  # fmt: skip


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
    for rung in RUNGS:
        focus = rung(state.marks)
        if focus is not None:
            return focus
    return None


def contradiction(state: State) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] | None:
    """Find a proof that a grid has no solution: units, digits and cells in question; None where none is to be seen.

    First a cell without a digit left, then a unit with a digit twice, then a unit with no place for a digit.
    """
    values, marks = state.values, state.marks
    for cell in range(81):
        if not marks[cell] and values[cell] == OPEN:
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
