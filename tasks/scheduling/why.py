"""Why an interview cannot be at a time: every breach by name; and where there is none, what it would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .problem import Interval, Interview, Problem, Room, at, edge, moment_of
from .reading import placed_of
from .state import Place
from .windows import kept, score, speaks_of


def reasons(problem: Problem, schedule: Mapping[str, object], name: str, start: int) -> list[str]:
    """Say why an interview is not at a time.

    Args:
        problem: The rounds, with calendars as busy times.
        schedule: The interviews of a written schedule, `{}` for none.
        name: Id of the interview.
        start: Minutes since 1970.

    Returns:
        A line each; of a time that is possible, what preferences say of it.
    """
    interview = next(one for one in problem.interviews if one.id == name)
    placed = [place for place in placed_of(schedule) if place.interview != name]
    found = [*_clocks(problem, interview, start), *_people(problem, interview, start)]
    found += _others(problem, interview, start, placed)
    found += _rooms(problem, interview, start, placed)
    if found:
        return found
    now = next((place for place in placed_of(schedule) if place.interview == name), None)
    return [f"{name} can be at {_when(problem, start)}", *_preferences(problem, interview, start, now)]


def _when(problem: Problem, minute: int) -> str:
    return f"{moment_of(minute, problem.zone):%a %Y-%m-%d %H:%M}"


def _clocks(problem: Problem, interview: Interview, start: int) -> Iterator[str]:
    day = moment_of(start, problem.zone).date()
    if day not in problem.days:
        yield f"{day} is none of the days"
    elif (start - at(day, 0, problem.zone)) % problem.slot:
        yield f"{interview.id} begins at a multiple of {problem.slot} minutes"
    if day in problem.days and start + interview.minutes > at(day, 24 * 60, problem.zone):
        yield f"{interview.id} would end on the next day"


def _people(problem: Problem, interview: Interview, start: int) -> Iterator[str]:
    end = start + interview.minutes
    for name in interview.people:
        person = problem.person(name)
        day = moment_of(start, person.zone).date()
        opens, closes = (edge(day, minutes, person.zone) for minutes in person.hours)
        if start < opens or end > closes:
            yield f"{name} is there {_clock(person.hours)} in {person.zone}"
        for pause in person.pauses:
            if _meets((start, end), (edge(day, pause[0], person.zone), edge(day, pause[1], person.zone))):
                yield f"{name} has a pause {_clock(pause)}"
        yield from (f"{name} is busy {_span(problem, busy)}" for busy in person.busy if _meets((start, end), busy))


def _others(problem: Problem, interview: Interview, start: int, placed: list[Place]) -> Iterator[str]:
    """Give the placed interviews of the same people that are too near."""
    by_id = {one.id: one for one in problem.interviews}
    for place in placed:
        other = by_id.get(place.interview)
        if other is None:
            continue
        for name in [one for one in interview.people if one in other.people]:
            pause = problem.candidate_break if name in problem.candidates else problem.panel_break
            taken = place.start, place.start + other.minutes
            if _meets((start - pause, start + interview.minutes + pause), taken):
                near = "" if _meets((start, start + interview.minutes), taken) else f", less than {pause} minutes away"
                yield f"{name} is in {other.id} {_span(problem, taken)}{near}"


def _rooms(problem: Problem, interview: Interview, start: int, placed: list[Place]) -> Iterator[str]:
    """Say what takes each room, where none is left."""
    held = {room.id: _takes(problem, room, interview, start, placed) for room in problem.rooms}
    if problem.rooms and all(held.values()):
        yield from (f"{name} {why}" for name, why in held.items())


def _takes(problem: Problem, room: Room, interview: Interview, start: int, placed: list[Place]) -> str:
    if room.capacity < len(interview.people):
        return f"holds {room.capacity}, and {len(interview.people)} come"
    span = start, start + interview.minutes
    by_id = {one.id: one for one in problem.interviews}
    for busy in room.busy:
        if _meets(span, busy):
            return f"is taken {_span(problem, busy)}"
    for place in placed:
        if place.room == room.id and place.interview in by_id:
            taken = place.start, place.start + by_id[place.interview].minutes
            if _meets(span, taken):
                return f"holds {place.interview} {_span(problem, taken)}"
    return ""


def _preferences(problem: Problem, interview: Interview, start: int, now: Place | None) -> Iterator[str]:
    rooms = [room.id for room in problem.rooms] or [""]
    room = max(rooms, key=lambda one: score(problem, problem.rules, interview, start, one))
    there = score(problem, problem.rules, interview, start, room)
    here = "" if now is None else f"; where it is now: {score(problem, problem.rules, interview, now.start, now.room)}"
    yield f"the weight of its preferences that are kept there: {there}{here}"
    for rule in problem.rules:
        if speaks_of(rule, interview) and not kept(rule, interview, start, room, problem.zone):
            yield f"{rule.subject} would {'prefer' if rule.wanted else 'avoid'} {rule.window} (weight {rule.weight})"


def _meets(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _span(problem: Problem, span: Interval) -> str:
    start, end = (moment_of(minute, problem.zone) for minute in span)
    return f"{start:%a %H:%M}-{end:%H:%M}" if start.date() == end.date() else f"{start:%a %H:%M} to {end:%a %H:%M}"


def _clock(hours: Interval) -> str:
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in hours)
