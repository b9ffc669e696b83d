"""Where each interview can be: every start and room that hours, pauses, calendars and capacities leave open.

What a slot takes is one whole number with a bit for each (person or room, unit of time): two slots clash where these
share a bit, and a slot is open where it shares none with the slots that are taken. A break after an interview is
taken like the interview itself, in the bits of those who need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import gcd

from maker_engine.core.errors import ProblemError

from .problem import Interval, Interview, Person, Problem, Room, Rule, at
from .windows import score

MOST_SLOTS = 60_000
"""Of all interviews together."""
KEPT = 1_000_000
"""What an interview's staying where it was is worth: more than all preferences together (a repair moves the fewest)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One start and one room.

    Attributes:
        start: Minutes since 1970.
        room: Index into the problem's rooms, −1 where there are none.
        value: Weight of the preferences kept, and `KEPT` where the interview was here before.
        bits: What it takes.
    """

    start: int
    room: int
    value: int
    bits: int


class Board:
    """All slots of all interviews.

    Args:
        problem: The rounds.
        rules: All preferences, those that came of free text included.
    """

    def __init__(self, problem: Problem, rules: tuple[Rule, ...]) -> None:
        self.problem, self.rules = problem, rules
        self.unit = gcd(problem.slot, 5, problem.candidate_break, problem.panel_break)
        self._open = {one.id: [*_open_times(problem, one)] for one in problem.people}
        self._open_rooms = [[*_room_times(problem, one)] for one in problem.rooms]

    @cached_property
    def slots(self) -> tuple[tuple[Slot, ...], ...]:
        """The slots of each interview, by start and then room.

        Raises:
            ProblemError: There are too many of them.
        """
        found: list[tuple[Slot, ...]] = []
        for interview in self.problem.interviews:
            found.append(tuple(self._slots_of(interview)))
            if sum(map(len, found)) > MOST_SLOTS:
                raise ProblemError(
                    f"more than {MOST_SLOTS:,} slots: give fewer days or rooms, or a longer slot_minutes"
                )
        return tuple(found)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """All times at which an interview may begin, by the clock of the problem's zone."""
        problem = self.problem
        hours = [person.hours for person in problem.people if person.zone == problem.zone] or [(0, 24 * 60)]
        first = min(start for start, _ in hours)
        times = {
            at(day, minutes, problem.zone)
            for day in problem.days
            for minutes in range(first % problem.slot, 24 * 60, problem.slot)
        }
        return tuple(sorted(times))

    @cached_property
    def _twins(self) -> tuple[int, ...]:
        """Return for each room the first one that every interview can have at the same times for the same value."""
        kinds: dict[frozenset[tuple[int, int, int]], int] = {}
        uses: list[set[tuple[int, int, int]]] = [set() for _ in self.problem.rooms]
        for number, slots in enumerate(self.slots):
            for slot in slots:
                if slot.room >= 0:
                    uses[slot.room].add((number, slot.start, slot.value))
        return tuple(kinds.setdefault(frozenset(use), room) for room, use in enumerate(uses))

    def room_state(self, room: int, taken: int) -> tuple[int, int]:
        """Return what is equal for two rooms where a schedule in the one is as good in the other from here on."""
        if room < 0:
            return -1, 0
        width = len(self._days) * (60 // self.unit)
        return self._twins[room], taken >> (len(self._lanes) + room) * width & (1 << width) - 1

    def name_of(self, room: int) -> str:
        """Return a room's name; "" for none."""
        return self.problem.rooms[room].id if room >= 0 else ""

    def is_open(self, name: str, start: int) -> bool:
        """Tell whether a person or a room is free for one `slot` from `start` on, leaving aside what is placed."""
        times = self._open.get(name)
        if times is None:
            number = next(number for number, room in enumerate(self.problem.rooms) if room.id == name)
            times = self._open_rooms[number]
        return _covers(times, start, start + self.unit)

    def _slots_of(self, interview: Interview) -> Iterator[Slot]:
        rooms = [
            (number, self._open_rooms[number])
            for number, room in enumerate(self.problem.rooms)
            if room.capacity >= len(interview.people)
        ]
        if not self.problem.rooms:
            rooms = [(-1, [])]
        before = next((one for one in self.problem.earlier if one.interview == interview.id), None)
        for start in self.starts:
            end = start + interview.minutes
            if not all(_covers(self._open[name], start, end) for name in interview.people):
                continue
            for number, times in rooms:
                if number >= 0 and not _covers(times, start, end):
                    continue
                name = self.name_of(number)
                value = score(self.problem, self.rules, interview, start, name)
                stays = before is not None and (before.start, before.room) == (start, name)
                yield Slot(start, number, value + KEPT * stays, self._bits(interview, start, number))

    def _bits(self, interview: Interview, start: int, room: int) -> int:
        problem = self.problem
        bits = 0
        for name in interview.people:
            rest = problem.candidate_break if name in self._candidates else problem.panel_break
            bits |= self._span(start, start + interview.minutes + rest, self._lanes[name])
        if room >= 0:
            bits |= self._span(start, start + interview.minutes, len(self._lanes) + room)
        return bits

    @cached_property
    def _candidates(self) -> frozenset[str]:
        return self.problem.candidates

    @cached_property
    def _lanes(self) -> dict[str, int]:
        return {one.id: number for number, one in enumerate(self.problem.people)}

    @cached_property
    def _days(self) -> dict[int, int]:
        """Number the hours (since 1970) that any start lies in, so that nights and weekends cost no bits."""
        longest = max(one.minutes for one in self.problem.interviews)
        longest += max(self.problem.candidate_break, self.problem.panel_break)
        hours = {hour for start in self.starts for hour in range(start // 60, (start + longest) // 60 + 1)}
        return {hour: number for number, hour in enumerate(sorted(hours))}

    def _span(self, start: int, end: int, lane: int) -> int:
        per_hour = 60 // self.unit
        width = len(self._days) * per_hour
        bits = 0
        for minute in range(start, end, self.unit):
            bits |= 1 << (lane * width + self._days[minute // 60] * per_hour + minute % 60 // self.unit)
        return bits


def _open_times(problem: Problem, person: Person) -> Iterator[Interval]:
    """Give the times at which a person can be there, ascending: the hours of their zone, less pauses and busy times."""
    spans = [
        (at(day, person.hours[0], person.zone), at(day, person.hours[1], person.zone)) for day in _own_days(problem)
    ]
    closed = [
        (at(day, pause[0], person.zone), at(day, pause[1], person.zone))
        for day in _own_days(problem)
        for pause in person.pauses
    ]
    yield from _without(spans, [*closed, *person.busy])


def _own_days(problem: Problem) -> list[date]:
    """Return the problem's days and their neighbours: a day elsewhere begins or ends on another one here."""
    near = {day + timedelta(step) for day in problem.days for step in (-1, 0, 1)}
    return sorted(near)


def _room_times(problem: Problem, room: Room) -> Iterator[Interval]:
    whole = [(at(day, 0, problem.zone), at(day, 24 * 60, problem.zone)) for day in problem.days]
    yield from _without(whole, room.busy)


def _without(spans: Iterable[Interval], closed: Iterable[Interval]) -> Iterator[Interval]:
    """Give what is left of spans when closed intervals are cut out."""
    cuts = sorted(closed)
    for start, end in sorted(spans):
        begin = start
        for cut_start, cut_end in cuts:
            if cut_end <= begin or cut_start >= end:
                continue
            if cut_start > begin:
                yield begin, cut_start
            begin = max(begin, cut_end)
        if begin < end:
            yield begin, end


def _covers(times: list[Interval], start: int, end: int) -> bool:
    return any(begin <= start and end <= close for begin, close in times)
