"""The best that a schedule can still come to, by branch and bound: exact, or said to be unknown.

Effort is counted in nodes and never in time, so that every machine finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from .slots import Board, Slot

NODES = 2_000
"""Nodes of one search for what can still be reached."""
TOGETHER, TURN_NODES, WANTED = 7, 400, 6
"""Interviews placed anew together, nodes of one such turn, and slots that are looked at for who is in the way."""
PROOF_NODES = 200_000
"""Nodes of the search for whether there is any schedule at all."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found.

    Attributes:
        value: The most value of a schedule that is complete, None where none was found.
        exact: Whether it was shown that there is no more to be had, or where `value` is None, nothing.
        slots: The slots of that schedule, by interview; empty where none was found.
    """

    value: int | None
    exact: bool
    slots: tuple[tuple[int, Slot], ...] = ()


class _Search:
    """One search; its fields are what it has come to."""

    def __init__(self, board: Board, nodes: int, enough: int) -> None:
        self.board = board
        self.left = nodes
        self.enough = enough
        self.best: int | None = None
        self.found: tuple[tuple[int, Slot], ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing better can be found, or no more may be tried."""
        return self.left <= 0 or self.best == self.enough

    def go(self, open_slots: dict[int, list[Slot]], value: int, taken: int, chosen: list[tuple[int, Slot]]) -> None:
        """Place what is left, the interview with the fewest open slots first, its most valuable slot first."""
        if not open_slots:
            if self.best is None or value > self.best:
                self.best, self.found = value, tuple(chosen)
            return
        bound = value + sum(slots[0].value for slots in open_slots.values())
        if self.best is not None and bound <= self.best:
            return
        interview = min(open_slots, key=lambda one: (len(open_slots[one]), one))
        rest = {one: slots for one, slots in open_slots.items() if one != interview}
        tried: set[tuple[int, int, int]] = set()
        for slot in open_slots[interview]:
            if self.over:
                return
            alike = (slot.start, *self.board.room_state(slot.room, taken))
            if alike in tried:
                continue
            tried.add(alike)
            self.left -= 1
            remaining = _narrowed(rest, slot.bits)
            if remaining is not None:
                chosen.append((interview, slot))
                self.go(remaining, value + slot.value, taken | slot.bits, chosen)
                chosen.pop()


def _narrowed(open_slots: dict[int, list[Slot]], bits: int) -> dict[int, list[Slot]] | None:
    """Return the slots that share nothing with `bits`; None where an interview has none left."""
    narrowed: dict[int, list[Slot]] = {}
    for interview, slots in open_slots.items():
        left = [slot for slot in slots if not slot.bits & bits]
        if not left:
            return None
        narrowed[interview] = left
    return narrowed


def reach(board: Board, unplaced: Sequence[int], taken: int, nodes: int = NODES) -> Reach:
    """Find the most value that `unplaced` interviews can have together.

    Args:
        board: All slots.
        unplaced: Indices of those to be placed.
        taken: Bits that are taken.
        nodes: Most nodes.
    """
    open_slots = _open(board, unplaced, taken)
    if open_slots is None:
        return Reach(None, exact=True)
    bound = sum(left[0].value for left in open_slots.values())
    search = _Search(board, nodes // 2, bound)
    search.go(open_slots, 0, taken, [])
    if search.best is None:
        return Reach(None, search.left > 0)
    exact = search.left > 0 or search.best == bound
    found = dict(search.found) if exact else _improved(board, dict(search.found), taken, nodes // 2)
    value = sum(slot.value for slot in found.values())
    return Reach(value, exact or value == bound, tuple(found.items()))


def _open(board: Board, unplaced: Iterable[int], taken: int) -> dict[int, list[Slot]] | None:
    """Return the open slots of each interview, the most valuable first; None where one has none."""
    open_slots: dict[int, list[Slot]] = {}
    for interview in unplaced:
        left = [slot for slot in board.slots[interview] if not slot.bits & taken]
        if not left:
            return None
        open_slots[interview] = sorted(left, key=lambda slot: -slot.value)
    return open_slots


def _improved(board: Board, schedule: dict[int, Slot], taken: int, nodes: int) -> dict[int, Slot]:
    """Take a few interviews that are in each other's way out of a schedule and place them anew, by turns."""
    turn, unchanged = 0, 0
    while nodes > 0 and unchanged < len(schedule):
        first = sorted(schedule)[turn % len(schedule)]
        some = _rivals(board, schedule, first)
        turn += 1
        fixed = taken
        for interview, slot in schedule.items():
            fixed |= 0 if interview in some else slot.bits
        open_slots = _open(board, some, fixed) or {}
        before = sum(schedule[interview].value for interview in some)
        search = _Search(board, min(nodes, TURN_NODES), sum(left[0].value for left in open_slots.values()))
        search.best = before
        search.go(open_slots, 0, fixed, [])
        nodes -= min(nodes, TURN_NODES) - search.left + 1
        unchanged = 0 if search.found else unchanged + 1
        schedule.update(search.found)
    return schedule


def _rivals(board: Board, schedule: dict[int, Slot], first: int) -> list[int]:
    """Return `first` and those that hold what its better slots need, in the order of what those are worth."""
    some = [first]
    for one in some:
        better = [slot for slot in board.slots[one] if slot.value > schedule[one].value] or board.slots[one]
        wanted = sorted(better, key=lambda slot: -slot.value)[:WANTED]
        for slot in wanted:
            some += [other for other, held in schedule.items() if held.bits & slot.bits and other not in some]
            if len(some) >= TOGETHER:
                return some[:TOGETHER]
    return some


def clash(board: Board, size: int = 4) -> tuple[int, ...] | None:
    """Find a smallest set of interviews that cannot all be placed: no smaller set clashes.

    Sets of up to `size` are tried by size; beyond, one is left of which no part clashes.

    Returns:
        Indices, ascending; None where it could not be shown that any set clashes.
    """
    everything = tuple(range(len(board.slots)))
    for count in range(1, min(size, len(board.slots)) + 1):
        for some in combinations(everything, count):
            found = reach(board, some, 0, PROOF_NODES // 100)
            if found.value is None and found.exact:
                return some
    whole = reach(board, everything, 0, PROOF_NODES)
    if whole.value is not None or not whole.exact:
        return None
    kept = [*everything]
    for interview in everything:
        rest = [one for one in kept if one != interview]
        found = reach(board, rest, 0, PROOF_NODES)
        if found.value is None and found.exact:
            kept = rest
    return tuple(kept)
