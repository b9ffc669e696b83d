"""A schedule on paper: `schedule.json`, a table, and a calendar for each person and each room."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event, vCalAddress

from .problem import Earlier, Problem, earlier_json, moment_of
from .state import Place

_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_GONE = "-cancelled"


def schedule(problem: Problem, placed: Iterable[Place]) -> dict[str, Earlier]:
    """Return each placed interview with its people; its sequence is one more where it is elsewhere than before."""
    before = {one.interview: one for one in problem.earlier}
    by_id = {one.id: one for one in problem.interviews}
    found: dict[str, Earlier] = {}
    for place in sorted(placed, key=lambda one: (one.start, one.interview)):
        interview = by_id[place.interview]
        old = before.get(place.interview)
        end = place.start + interview.minutes
        same = old is not None and (old.start, old.end, old.room, {*old.people}) == (
            place.start, end, place.room, {*interview.people},
        )  # fmt: skip
        sequence = 0 if old is None else old.sequence + (not same)
        found[place.interview] = Earlier(place.interview, place.start, place.room, sequence, end, interview.people)
    return found


def papers(problem: Problem, placed: Sequence[Place], result: Mapping[str, object]) -> dict[str, str]:
    """Return the files of a whole schedule, as {relative path: text}."""
    whole = schedule(problem, placed)
    files = {
        "schedule.json": _json(problem, whole, result),
        "schedule.txt": table(problem, whole),
    }
    before = {one.interview: one for one in problem.earlier}
    people = [one.id for one in problem.people]
    people += sorted({who for one in before.values() for who in one.people} - {*people})
    files |= _calendars(problem, "people", people, whole, before, lambda one: one.people)
    rooms = [one.id for one in problem.rooms]
    rooms += sorted({one.room for one in before.values() if one.room} - {*rooms})
    return files | _calendars(problem, "rooms", rooms, whole, before, lambda one: (one.room,))


def _calendars(
    problem: Problem,
    folder: str,
    owners: Sequence[str],
    whole: Mapping[str, Earlier],
    before: Mapping[str, Earlier],
    whose: Callable[[Earlier], Sequence[str]],
) -> dict[str, str]:
    """Return the calendar of everybody who has interviews, and what is no longer theirs."""
    files: dict[str, str] = {}
    for owner, file in _files(owners).items():
        own = [one for one in whole.values() if owner in whose(one)]
        kept = {one.interview for one in own}
        gone = [one for name, one in before.items() if owner in whose(one) and name not in kept]
        if own:
            files[f"{folder}/{file}.ics"] = _calendar(problem, own, "REQUEST")
        if gone:
            files[f"{folder}/{file}{_GONE}.ics"] = _calendar(problem, gone, "CANCEL")
    return files


def table(problem: Problem, whole: Mapping[str, Earlier]) -> str:
    """Write a schedule as a table, in the problem's zone."""
    rows = [("day", "time", "room", "interview", "people")]
    for one in whole.values():
        start, end = moment_of(one.start, problem.zone), moment_of(one.end, problem.zone)
        times = f"{start:%H:%M}-{end:%H:%M}"
        rows.append((f"{start:%a %Y-%m-%d}", times, one.room or "-", one.interview, ", ".join(one.people)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    ]
    return f"{problem.name} ({problem.zone})\n" + "\n".join(line.rstrip() for line in lines) + "\n"


def uid(problem: Problem, interview: str) -> str:
    """Return an interview's UID: the same in every schedule of the same rounds."""
    digest = sha256(f"{problem.name}\0{interview}".encode()).hexdigest()[:24]
    return f"{digest}@interviews.maker"


def _calendar(problem: Problem, some: Iterable[Earlier], method: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", "-//maker//interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    emails = {person.id: person.email for person in problem.people}
    # The moment of writing would make the same schedule another file each time; only its order among changes counts.
    stamped = datetime(*problem.days[0].timetuple()[:3], tzinfo=UTC) - timedelta(days=366)
    for one in some:
        event = Event()
        event.add("uid", uid(problem, one.interview))
        event.add("sequence", one.sequence + (method == "CANCEL"))
        event.add("dtstamp", stamped + timedelta(minutes=one.sequence))
        event.add("dtstart", moment_of(one.start))
        event.add("dtend", moment_of(one.end))
        event.add("summary", f"{one.interview}: {', '.join(one.people)}")
        event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
        if one.room:
            event.add("location", one.room)
        for person in one.people:
            address = vCalAddress(f"mailto:{emails[person]}" if emails.get(person) else f"urn:person:{_file(person)}")
            address.params["CN"] = person
            event.add("attendee", address, encode=False)
        calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _json(problem: Problem, whole: Mapping[str, Earlier], result: Mapping[str, object]) -> str:
    interviews = {name: earlier_json(one) for name, one in whole.items()}
    more = {name: value for name, value in result.items() if name != "interviews"}
    return json.dumps({"name": problem.name, "zone": problem.zone, "interviews": interviews, **more}, indent=2) + "\n"


def _files(names: Iterable[str]) -> dict[str, str]:
    """Return for each name that of its file: one that every file system takes, and no other's, whatever its case."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        file = _file(name)
        if file.casefold() in used or file.endswith(_GONE):
            file = f"{file}-{_digest(name)}"
        used.add(file.casefold())
        found[name] = file
    return found


def _file(name: str) -> str:
    """Return a name that every file system takes; of one that is none itself, with a digest that makes it unique."""
    plain = _PLAIN.sub("-", name).strip(".-")
    fits = plain == name and not _DEVICE.match(name)
    return plain if fits else f"{plain or 'x'}-{_digest(name)}"


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:6]
