"""The rounds to be scheduled, as frozen values. Times are whole minutes since 1970 in UTC, intervals half-open."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[int, int]
"""From a minute, inclusive, to a minute, exclusive."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A preference: its weight counts where it is kept.

    Attributes:
        subject: Id of a person (all of their interviews are meant) or of one interview.
        window: When, as `windows.read_window` takes it, or `room NAME`.
        weight: 1 to `MOST_WEIGHT`.
        wanted: Whether the window is preferred; else it is to be avoided.
    """

    subject: str
    window: str
    weight: int
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on a panel, or a candidate.

    Attributes:
        id: What prompts and the result call them.
        zone: IANA name of the zone that their hours are in.
        hours: From and to, minutes after midnight.
        pauses: Closed times of each day, likewise; lunch, mostly.
        busy: Taken times, ascending and disjoint.
        wishes: Preferences in free text, "" for none.
        email: For invitations, "" for none.
    """

    id: str
    zone: str
    hours: Interval
    pauses: tuple[Interval, ...] = ()
    busy: tuple[Interval, ...] = ()
    wishes: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A room.

    Attributes:
        id: Its name.
        capacity: Most people in it.
        busy: Taken times, ascending and disjoint.
    """

    id: str
    capacity: int
    busy: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Interview:
    """One meeting to be placed.

    Attributes:
        id: Its name.
        candidate: Id of the candidate.
        panel: Ids of everybody else who must be there.
        minutes: How long it takes.
    """

    id: str
    candidate: str
    panel: tuple[str, ...]
    minutes: int

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who must be there, the candidate first."""
        return (self.candidate, *self.panel)


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where an interview was in the schedule that is repaired.

    Attributes:
        interview: Its id.
        start: When.
        room: Name of the room, "" for none.
        sequence: How often its invitation was changed.
    """

    interview: str
    start: int
    room: str
    sequence: int = 0
    end: int = 0
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """All rounds.

    Attributes:
        name: What the rounds are called.
        zone: IANA name of the zone that days and start times are in.
        days: The days, ascending.
        slot: Minutes between possible starts.
        people: All of them, by id in the file's order.
        rooms: All of them; without any, interviews need none.
        interviews: All of them.
        rules: The preferences.
        candidate_break: Least minutes between two interviews of one candidate.
        panel_break: Likewise, of anyone else.
        earlier: The schedule to change as little as possible; empty for a new one.
    """

    name: str
    zone: str
    days: tuple[date, ...]
    slot: int
    people: tuple[Person, ...]
    rooms: tuple[Room, ...]
    interviews: tuple[Interview, ...]
    rules: tuple[Rule, ...] = ()
    candidate_break: int = 0
    panel_break: int = 0
    earlier: tuple[Earlier, ...] = ()
    _people: dict[str, Person] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        self._people.update({person.id: person for person in self.people})

    def person(self, name: str) -> Person:
        """Return the person called `name`."""
        return self._people[name]

    @property
    def interview_ids(self) -> tuple[str, ...]:
        """Ids of all interviews, in the file's order."""
        return tuple(one.id for one in self.interviews)

    @property
    def candidates(self) -> frozenset[str]:
        """Ids of all candidates."""
        return frozenset(one.candidate for one in self.interviews)


def minute_of(moment: datetime) -> int:
    """Return an aware moment as minutes since 1970, rounded down."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int, zone: str = "UTC") -> datetime:
    """Return minutes since 1970 as an aware moment in `zone`."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))


def at(day: date, minutes: int, zone: str) -> int:
    """Return wall-clock `minutes` after midnight of `day` in `zone` as minutes since 1970.

    A time that the clocks leave out is read with the offset before the change; one that comes twice is the first.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - the wall's clock first
    return minute_of(wall.replace(tzinfo=ZoneInfo(zone)))


def edge(day: date, minutes: int, zone: str) -> int:
    """Return when hours or a pause begin or end, as `at` does; a time that the clocks leave out is when they change."""
    first, wall = at(day, minutes, zone), datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - as above
    if moment_of(first, zone).replace(tzinfo=None) == wall:
        return first
    later = moment_of(first, zone).utcoffset()
    while moment_of(first - 1, zone).utcoffset() == later:
        first -= 1
    return first


def merged(intervals: list[Interval]) -> tuple[Interval, ...]:
    """Return intervals ascending, with those that overlap or touch as one; empty ones are left out."""
    joined: list[Interval] = []
    for start, end in sorted(one for one in intervals if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def to_text(problem: Problem) -> str:
    """Write a problem as JSON that `reading.read_problem` reads back as an equal one, calendars as busy times."""
    people = {
        one.id: {
            "zone": one.zone,
            "hours": _clock(one.hours),
            "pauses": [_clock(pause) for pause in one.pauses],
            "busy": [_stamps(busy) for busy in one.busy],
            **({"wishes": one.wishes} if one.wishes else {}),
            **({"email": one.email} if one.email else {}),
        }
        for one in problem.people
    }
    rooms = {one.id: {"capacity": one.capacity, "busy": [_stamps(busy) for busy in one.busy]} for one in problem.rooms}
    interviews = [
        {"id": one.id, "candidate": one.candidate, "panel": [*one.panel], "minutes": one.minutes}
        for one in problem.interviews
    ]
    rules = [
        {"for": one.subject, "prefer" if one.wanted else "avoid": one.window, "weight": one.weight}
        for one in problem.rules
    ]
    whole = {
        "name": problem.name,
        "zone": problem.zone,
        "days": [day.isoformat() for day in problem.days],
        "slot_minutes": problem.slot,
        "candidate_break_minutes": problem.candidate_break,
        "panel_break_minutes": problem.panel_break,
        "people": people,
        "rooms": rooms,
        "interviews": interviews,
        "preferences": rules,
    }
    if problem.earlier:
        whole["earlier"] = {one.interview: earlier_json(one) for one in problem.earlier}
    return json.dumps(whole, ensure_ascii=False)


def earlier_json(one: Earlier) -> dict[str, object]:
    """Write where an interview was, as the written schedule has it."""
    return {
        "start": stamp(one.start),
        "end": stamp(one.end),
        "room": one.room or None,
        "people": [*one.people],
        "sequence": one.sequence,
    }


def stamp(minute: int) -> str:
    """Write minutes since 1970 as `2026-12-01T09:00Z`."""
    return f"{moment_of(minute):%Y-%m-%dT%H:%MZ}"


def _stamps(busy: Interval) -> list[str]:
    return [stamp(busy[0]), stamp(busy[1])]


def _clock(hours: Interval) -> str:
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in hours)
