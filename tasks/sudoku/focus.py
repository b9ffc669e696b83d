"""The question of a step: which technique, and where. It fixes what is asked, so that one action is right."""

from __future__ import annotations

from typing import NamedTuple

from .grid import STRIKE, Action, Mark, action

NAKED_SINGLE, HIDDEN_SINGLE, LOCKED, GUESSING, UNDOING = (
    "naked single", "hidden single", "locked candidates", "guess", "undo",
)  # fmt: skip


class Focus(NamedTuple):
    """The question of a step.

    Attributes:
        technique: Name of the rung.
        units: The units in question (0 to 26); of a fish the lines that hold it, of locked candidates where the
            digit has to be and where it is struck.
        digits: The digits in question, ascending.
        cells: The cells in question where they are given: the cell of a naked single, pivot and wings of a wing.
        right: The one right action.
    """

    technique: str
    units: tuple[int, ...]
    digits: tuple[int, ...]
    cells: tuple[int, ...]
    right: Action


def strike(
    technique: str, units: tuple[int, ...], digits: tuple[int, ...], cells: tuple[int, ...], struck: list[Mark]
) -> Focus:
    """Make the question of an elimination."""
    return Focus(technique, units, digits, cells, action(STRIKE, struck))
