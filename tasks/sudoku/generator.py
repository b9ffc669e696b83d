"""Puzzles made here, from a seed: a random solution, dug out while it stays the only one, and graded by the ladder."""

from __future__ import annotations

from random import Random

from .focus import GUESSING, HIDDEN_SINGLE, LOCKED, NAKED_SINGLE, UNDOING
from .grid import BIT, PEERS, UNITS, UNITS_OF, State, carry_out, pencilled
from .ladder import find
from .search import solutions

GRADES = ("easy", "medium", "hard", "extreme")
EASY_GIVENS = 36
_MEDIUM = (LOCKED, "naked pair", "hidden pair")


def make(grade: str, seed: int) -> str:
    """Make the puzzle of a grade and a seed: 81 characters with one solution.

    Easy is singles alone with `EASY_GIVENS` givens; the others can spare none of theirs, and need locked candidates
    or a pair (medium), a pattern above those (hard), a guess (extreme).
    """
    for attempt in range(10_000):
        dice = Random(f"{grade} {seed} {attempt}")  # noqa: S311 - a puzzle is no secret
        solution = solutions("." * 81, 1, dice)[0]
        puzzle = _dig(solution, dice, EASY_GIVENS if grade == "easy" else 17)
        if grade_of(techniques(puzzle)) == grade:
            return puzzle
    raise AssertionError(f"no puzzle of grade {grade} in ten thousand")


def techniques(puzzle: str) -> list[str]:
    """List the technique of each step of an errorless run."""
    state = State(puzzle, pencilled(puzzle))
    used = []
    while (focus := find(state)) is not None:
        used.append(focus.technique)
        state = carry_out(state, focus.right)
    return used


def grade_of(used: list[str]) -> str:
    """Describe the grade by the techniques that a solution uses."""
    needed = set(used)
    if needed & {GUESSING, UNDOING}:
        return "extreme"
    needed -= {NAKED_SINGLE, HIDDEN_SINGLE}
    if needed - set(_MEDIUM):
        return "hard"
    return "medium" if needed else "easy"


def _dig(solution: str, dice: Random, givens: int) -> str:
    """Take givens out in random order, as long as one solution is left and more than `givens` are there."""
    values = list(solution)
    left = 81
    for cell in dice.sample(range(81), 81):
        if left == givens:
            break
        value, values[cell] = values[cell], "."
        if _forced(values, cell, value) or len(solutions("".join(values))) == 1:
            left -= 1
        else:
            values[cell] = value
    return "".join(values)


def _forced(values: list[str], cell: int, value: str) -> bool:
    """Return whether a single puts `value` back into `cell` at once, which spares a search."""
    seen = 0
    for peer in PEERS[cell]:
        seen |= BIT[values[peer]]
    if seen.bit_count() == 8:
        return True
    return any(
        all(
            other == cell or values[other] != "." or any(values[peer] == value for peer in PEERS[other])
            for other in UNITS[unit]
        )
        for unit in UNITS_OF[cell]
    )
