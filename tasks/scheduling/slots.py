"""Where each interview can be: every start and room that hours, pauses, calendars and capacities leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import gcd

from maker_engine.core.errors import ProblemError

from .problem import Interval, Interview, Person, Problem, Room, Rule, at, edge, moment_of
from .windows import score

MOST_SLOTS = 30_000
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
        span: The time that it takes, a bit for each unit: what a room holds is such bits together.
    """

    start: int
    room: int
    value: int
    span: int


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
        """The slots of each interview, the most valuable first, then by start and room.

        Raises:
            ProblemError: There are too many of them.
        """
        found: list[tuple[Slot, ...]] = []
        for interview in self.problem.interviews:
            found.append(tuple(sorted(self._slots_of(interview), key=lambda slot: -slot.value)))
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
    def _ends(self) -> dict[int, int]:
        """When the day ends that a time at which an interview may begin is in."""
        zone = self.problem.zone
        by_day = {day: at(day, 24 * 60, zone) for day in self.problem.days}
        return {start: by_day.get(moment_of(start, zone).date(), start) for start in self.starts}

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

    def room_state(self, room: int, held: Sequence[int]) -> tuple[int, int]:
        """Return what is equal for two rooms where a schedule in the one is as good in the other from here on.

        Args:
            room: Index of the room, −1 for none.
            held: What each room holds, as `Slot.span`.
        """
        return (-1, 0) if room < 0 else (self._twins[room], held[room])

    def name_of(self, room: int) -> str:
        """Return a room's name; "" for none."""
        return self.problem.rooms[room].id if room >= 0 else ""

    def is_open(self, name: str, start: int) -> bool:
        """Return whether a person or a room is free for one `slot` from `start` on, leaving aside what is placed."""
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
            if end > self._ends[start] or not all(_covers(self._open[name], start, end) for name in interview.people):
                continue
            span = self._span(start, end)
            for number, times in rooms:
                if number >= 0 and not _covers(times, start, end):
                    continue
                name = self.name_of(number)
                value = score(self.problem, self.rules, interview, start, name)
                stays = before is not None and (before.start, before.room) == (start, name)
                yield Slot(start, number, value + KEPT * stays, span)

    @cached_property
    def _days(self) -> dict[int, int]:
        """Number the hours (since 1970) that any start lies in, so that nights and weekends cost no bits."""
        longest = max(one.minutes for one in self.problem.interviews)
        hours = {hour for start in self.starts for hour in range(start // 60, (start + longest) // 60 + 1)}
        return {hour: number for number, hour in enumerate(sorted(hours))}

    def _span(self, start: int, end: int) -> int:
        bits = 0
        for minute in range(start, end, self.unit):
            bits |= 1 << self._days[minute // 60] * (60 // self.unit) + minute % 60 // self.unit
        return bits


def _open_times(problem: Problem, person: Person) -> Iterator[Interval]:
    """Give the times at which a person can be there, ascending: the hours of their zone, less pauses and busy times."""
    spans = [
        (edge(day, person.hours[0], person.zone), edge(day, person.hours[1], person.zone)) for day in _own_days(problem)
    ]
    closed = [
        (edge(day, pause[0], person.zone), edge(day, pause[1], person.zone))
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
    cuts = sorted(cut for cut in closed if cut[0] < cut[1])
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
