"""The best that a schedule can still reach, by branch and bound: exact, or said to be unknown.

Effort is counted in nodes and never in time, so that every machine finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from .conflicts import Conflicts, Open, numbers

NODES = 2_000
"""Nodes of one search for what can still be reached."""
TOGETHER, TURN_NODES, WANTED = 7, 400, 6
"""Interviews placed again together, nodes of one such turn, and slots that are examined for who is in the way."""
PROOF_NODES = 200_000
"""Nodes of the search for whether there is any schedule at all."""

Chosen = tuple[int, int]
"""An interview, by its index, and its slot, by its number."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found.

    Attributes:
        value: The most value of a schedule that is complete, None where none was found.
        exact: Whether it was shown that there is no more to be had, or where `value` is None, nothing.
        slots: That schedule; empty where none was found.
    """

    value: int | None
    exact: bool
    slots: tuple[Chosen, ...] = ()


class _Search:
    """One search; its fields are what it has found."""

    def __init__(self, conflicts: Conflicts, placed: Sequence[Chosen], nodes: int, enough: int) -> None:
        self.conflicts, self.board = conflicts, conflicts.board
        self.held = [0] * len(self.board.problem.rooms)
        for interview, number in placed:
            slot = self.board.slots[interview][number]
            if slot.room >= 0:
                self.held[slot.room] |= slot.span
        self.left = nodes
        self.enough = enough
        self.best: int | None = None
        self.found: tuple[Chosen, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing better can be found, or no more may be tried."""
        return self.left <= 0 or self.best == self.enough

    def go(self, open_slots: Open, value: int, chosen: list[Chosen]) -> None:
        """Place what is left, the interview with the fewest open slots first, its most valuable slot first."""
        if not open_slots:
            if self.best is None or value > self.best:
                self.best, self.found = value, tuple(chosen)
            return
        if self.best is not None and value + bound_of(self.conflicts, open_slots) <= self.best:
            return
        interview = _fewest(open_slots)
        tried: set[tuple[int, int, int]] = set()
        for number in numbers(open_slots[interview]):
            if self.over:
                return
            slot = self.board.slots[interview][number]
            alike = (slot.start, *self.board.room_state(slot.room, self.held))
            if alike in tried:
                continue
            tried.add(alike)
            self.left -= 1
            remaining = self.conflicts.left(open_slots, interview, number)
            if remaining is not None:
                chosen.append((interview, number))
                before = self._hold(slot.room, slot.span)
                self.go(remaining, value + slot.value, chosen)
                if slot.room >= 0:
                    self.held[slot.room] = before
                chosen.pop()

    def _hold(self, room: int, span: int) -> int:
        """Let a room hold a time more; return what it held before."""
        if room < 0:
            return 0
        before = self.held[room]
        self.held[room] |= span
        return before


def bound_of(conflicts: Conflicts, open_slots: Open) -> int:
    """Return what open slots are worth at most: the best one of each interview, of which each has one."""
    values = conflicts.values
    return sum([values[one][(some & -some).bit_length() - 1] for one, some in open_slots.items()])


def _fewest(open_slots: Open) -> int:
    """Return the interview with the fewest open slots, of several the first; a loop, since every node does it."""
    found, fewest = -1, 1 << 62
    for one, some in open_slots.items():
        count = some.bit_count()
        if count < fewest or (count == fewest and one < found):
            found, fewest = one, count
    return found


def reach(conflicts: Conflicts, open_slots: Open, placed: Sequence[Chosen] = (), nodes: int = NODES) -> Reach:
    """Find the most value that the interviews of `open_slots` can have together.

    Args:
        conflicts: What each slot takes from the others.
        open_slots: What is open for those to be placed.
        placed: What is placed already.
        nodes: Most nodes.
    """
    if not all(open_slots.values()):
        return Reach(None, exact=True)
    bound = bound_of(conflicts, open_slots)
    search = _Search(conflicts, placed, nodes // 2, bound)
    search.go(open_slots, 0, [])
    if search.best is None:
        return Reach(None, search.left > 0)
    exact = search.left > 0 or search.best == bound
    found = dict(search.found)
    if not exact:
        found = _improved(conflicts, open_slots, found, placed, nodes // 2)
    value = sum(conflicts.board.slots[one][number].value for one, number in found.items())
    return Reach(value, exact or value == bound, tuple(found.items()))


def _improved(
    conflicts: Conflicts, open_slots: Open, schedule: dict[int, int], placed: Sequence[Chosen], nodes: int
) -> dict[int, int]:
    """Take a few interviews that are in each other's way out of a schedule and place them again, by turns."""
    turn, unchanged = 0, 0
    order = sorted(schedule)
    while nodes > 0 and unchanged < len(schedule):
        some = _rivals(conflicts, schedule, order[turn % len(order)])
        turn += 1
        fixed = [one for one in schedule.items() if one[0] not in some]
        left = {one: open_slots[one] for one in some}
        for interview, number in fixed:
            taken = conflicts.taken_by(interview, number)
            for one in some:
                left[one] &= ~taken.get(one, 0)
        slots = conflicts.board.slots
        search = _Search(conflicts, [*placed, *fixed], min(nodes, TURN_NODES), bound_of(conflicts, left))
        search.best = sum(slots[one][schedule[one]].value for one in some)
        search.go(left, 0, [])
        nodes -= min(nodes, TURN_NODES) - search.left + 1
        unchanged = 0 if search.found else unchanged + 1
        schedule.update(search.found)
    return schedule


def _rivals(conflicts: Conflicts, schedule: dict[int, int], first: int) -> list[int]:
    """Return `first` and those that hold what its better slots need, in the order of what those are worth."""
    some = [first]
    slots = conflicts.board.slots
    for one in some:
        held = slots[one][schedule[one]].value
        better = sum(1 for slot in slots[one][: schedule[one]] if slot.value > held) or len(slots[one])
        for wanted in range(min(better, WANTED)):
            taken = conflicts.taken_by(one, wanted)
            some += [
                other for other, number in schedule.items() if taken.get(other, 0) >> number & 1 and other not in some
            ]
            if len(some) >= TOGETHER:
                return some[:TOGETHER]
    return some


def clash(conflicts: Conflicts, size: int = 4) -> tuple[int, ...] | None:
    """Find a smallest set of interviews that cannot all be placed: no smaller set clashes.

    Sets of up to `size` are tried by size; beyond, one is left of which no part clashes.

    Returns:
        Indices, ascending; None where it could not be shown that any set clashes.
    """
    everything = conflicts.everything

    def clashing(some: Sequence[int], nodes: int) -> bool:
        found = reach(conflicts, {one: everything[one] for one in some}, nodes=nodes)
        return found.value is None and found.exact

    for count in range(1, min(size, len(everything)) + 1):
        for some in combinations(conflicts.crowded(count), count):
            if clashing(some, PROOF_NODES // 100):
                return some
    if not clashing([*everything], PROOF_NODES):
        return None
    kept = [*everything]
    for interview in everything:
        rest = [one for one in kept if one != interview]
        if clashing(rest, PROOF_NODES):
            kept = rest
    return tuple(kept)
