"""Solving by search, for the problem reader and the maker of puzzles: how many solutions, and which."""

from __future__ import annotations

from random import Random

from .grid import ALL, BIT, DIGITS, OPEN, PEERS, UNDO, UNITS, Action, State, carry_out, pencilled
from .ladder import contradiction, find

MOST_NODES = 5_000
"""Cells tried before the ladder takes over: it proves at once what trying out may need millions for."""
MOST_STEPS = 10_000
"""Steps of the ladder after which a puzzle is given up; the hardest known take a quarter of them."""


class TooHardError(Exception):
    """The search was given up."""


def solutions(values: str, most: int = 2, dice: Random | None = None) -> list[str]:
    """Return the first `most` solutions as 81 digits; `dice` shuffles the order in which digits are tried.

    Raises:
        TooHardError: Settled neither by `MOST_NODES` cells tried nor by `MOST_STEPS` steps of the ladder.
    """
    masks = [BIT[value] or ALL for value in values]
    settled = [cell for cell, value in enumerate(values) if value != OPEN]
    found: list[str] = []
    pending = [masks] if _settle(masks, settled) else []
    nodes = 0
    while pending and len(found) < most:
        nodes += 1
        if nodes > MOST_NODES:
            return _by_ladder(values, most)
        here = pending.pop()
        fewest, cell = min(((mask.bit_count(), cell) for cell, mask in enumerate(here) if mask & (mask - 1)),
                           default=(0, 0))  # fmt: skip
        if not fewest:
            found.append("".join(str(DIGITS[mask][0]) for mask in here))
            continue
        digits = list(DIGITS[here[cell]])
        if dice is not None:
            dice.shuffle(digits)
        tried = [_assign(here, cell, digit) for digit in reversed(digits)]
        pending += [masks for masks in tried if masks is not None]
    return found


def _by_ladder(values: str, most: int) -> list[str]:
    """Solve as a run does, each solution's last guess being undone for the next one."""
    state, found = State(values, pencilled(values)), list[str]()
    for _ in range(MOST_STEPS):
        focus = find(state)
        if focus is not None:
            state = carry_out(state, focus.right)
            continue
        if OPEN not in state.values and contradiction(state) is None:
            found.append(state.values)
        if len(found) == most or not state.guesses:
            return found
        last = state.guesses[-1]
        state = carry_out(state, Action(UNDO, ((last.cell, last.digit),)))
    raise TooHardError


def _assign(masks: list[int], cell: int, digit: int) -> list[int] | None:
    """Return the masks with a digit put into a cell and followed to the end; None at a contradiction."""
    masks = masks.copy()
    masks[cell] = 1 << (digit - 1)
    return masks if _settle(masks, [cell]) else None


def _settle(masks: list[int], settled: list[int]) -> bool:
    """Follow settled cells, and all single digits and places after them, to the end; False at a contradiction."""
    while True:
        if not _clear_peers(masks, settled) or not _single_places(masks, settled):
            return False
        if not settled:
            return True


def _clear_peers(masks: list[int], settled: list[int]) -> bool:
    """Take the digits of settled cells from their peers, and of those that this settles; False where none is left."""
    while settled:
        done = settled.pop()
        gone = masks[done]
        for peer in PEERS[done]:
            left = masks[peer] & ~gone
            if left != masks[peer]:
                if not left:
                    return False
                masks[peer] = left
                if not left & (left - 1):
                    settled.append(peer)
    return True


def _single_places(masks: list[int], settled: list[int]) -> bool:
    """Settle the first digits that have one place in a unit; False where a digit has none."""
    for cells in UNITS:
        once = twice = 0
        for cell in cells:
            mask = masks[cell]
            twice |= once & mask
            once |= mask
        if once != ALL:
            return False
        single = once & ~twice
        for cell in cells:
            here = masks[cell] & single
            if here and masks[cell] != here:
                if here & (here - 1):
                    return False
                masks[cell] = here
                settled.append(cell)
        if settled:
            return True
    return True
