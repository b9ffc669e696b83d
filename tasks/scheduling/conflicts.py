"""Which slots cannot be taken together, as one whole number for each pair of interviews.

The slots of an interview are numbered, the most valuable first; a set of them is a whole number with a bit for each.
So a slot that is taken costs every other interview one operation, however many slots there are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property

from .problem import Interview
from .slots import Board, Slot

Open = dict[int, int]
"""The open slots of each interview (by its index), as a set."""


class _Times:
    """The slots of one interview by when they begin."""

    def __init__(self, slots: tuple[Slot, ...], rooms: int) -> None:
        by_start: dict[int, int] = {}
        self.in_room = [0] * rooms
        for number, slot in enumerate(slots):
            by_start[slot.start] = by_start.get(slot.start, 0) | 1 << number
            if slot.room >= 0:
                self.in_room[slot.room] |= 1 << number
        self._starts = sorted(by_start)
        self._before = [0]  # what begins before each of the starts; one more for all
        for start in self._starts:
            self._before.append(self._before[-1] | by_start[start])

    def within(self, after: int, before: int) -> int:
        """Return the slots that begin after a minute and before another one."""
        first, last = bisect_right(self._starts, after), bisect_left(self._starts, before)
        return self._before[last] ^ self._before[first] if first < last else 0


class Conflicts:
    """What each slot takes from the others.

    Args:
        board: All slots.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self._found: dict[tuple[int, int], Mapping[int, int]] = {}

    @cached_property
    def everything(self) -> Open:
        """Every slot of every interview."""
        return {one: (1 << len(slots)) - 1 for one, slots in enumerate(self.board.slots)}

    @cached_property
    def values(self) -> list[list[int]]:
        """The value of each slot of each interview."""
        return [[slot.value for slot in slots] for slots in self.board.slots]

    @cached_property
    def _times(self) -> list[_Times]:
        return [_Times(slots, len(self.board.problem.rooms)) for slots in self.board.slots]

    @cached_property
    def _pauses(self) -> list[dict[int, int]]:
        """For each interview those that share a person, with the longest break that one of them needs."""
        problem = self.board.problem
        candidates = problem.candidates

        def pause(one: Interview, other: Interview) -> int | None:
            shared = {*one.people} & {*other.people}
            rests = (problem.candidate_break if who in candidates else problem.panel_break for who in shared)
            return max(rests, default=None)

        found: list[dict[int, int]] = []
        for one in problem.interviews:
            rests = ((number, pause(one, other)) for number, other in enumerate(problem.interviews) if other is not one)
            found.append({number: rest for number, rest in rests if rest is not None})
        return found

    def taken_by(self, interview: int, number: int) -> Mapping[int, int]:
        """Return what a slot takes from each other interview; those that lose nothing are left out."""
        key = interview, number
        if key not in self._found:
            self._found[key] = self._taken_by(interview, self.board.slots[interview][number])
        return self._found[key]

    def _taken_by(self, interview: int, slot: Slot) -> Mapping[int, int]:
        problem, pauses = self.board.problem, self._pauses[interview]
        end = slot.start + problem.interviews[interview].minutes
        found: dict[int, int] = {}
        for other, times in enumerate(self._times):
            if other == interview:
                continue
            minutes, rest = problem.interviews[other].minutes, pauses.get(other)
            taken = 0 if rest is None else times.within(slot.start - minutes - rest, end + rest)
            if slot.room >= 0 and times.in_room[slot.room]:
                taken |= times.in_room[slot.room] & times.within(slot.start - minutes, end)
            if taken:
                found[other] = taken
        return found

    def left(self, open_slots: Open, interview: int, number: int) -> Open | None:
        """Return what is open for the others once a slot is taken; None where one of them has nothing left."""
        left = dict(open_slots)
        left.pop(interview, None)
        for other, taken in self.taken_by(interview, number).items():
            if other in left:
                rest = left[other] & ~taken
                if not rest:
                    return None
                left[other] = rest
        return left

    def after(self, placed: Iterable[tuple[int, int]]) -> Open:
        """Return what is open for everybody else beside slots that are taken; it may be nothing."""
        left = dict(self.everything)
        for interview, number in placed:
            left.pop(interview, None)
            for other, taken in self.taken_by(interview, number).items():
                if other in left:
                    left[other] &= ~taken
        return left

    def crowded(self, count: int) -> list[int]:
        """Return the interviews that may be in a clash of `count` of which no part clashes.

        One with more slots than all others of such a set can take from it is always placed last without harm.
        """
        return [one for one, slots in enumerate(self.board.slots) if len(slots) <= (count - 1) * self._most_taken[one]]

    @cached_property
    def _most_taken(self) -> list[int]:
        """A bound on how many slots of each interview one slot of another one takes."""
        problem = self.board.problem
        longest = max(one.minutes for one in problem.interviews)
        rest = max(problem.candidate_break, problem.panel_break)
        found = []
        for one, interview in enumerate(problem.interviews):
            starts = sorted(slot.start for slot in self.board.slots[one])
            width = interview.minutes + longest + 2 * rest
            found.append(max((bisect_left(starts, start + width) - at for at, start in enumerate(starts)), default=0))
        return found


def numbers(some: int) -> list[int]:
    """Return the numbers of some slots, the most valuable first."""
    found = []
    while some:
        lowest = some & -some
        found.append(lowest.bit_length() - 1)
        some ^= lowest
    return found
