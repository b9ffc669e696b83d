"""Reads rounds out of YAML, JSON or CSV, and refuses in one line what is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.documents import read_yaml
from maker_engine.printable import one_line

from .fields import Place as Value
from .problem import Earlier, Interval, Interview, Person, Problem, Room, Rule, merged
from .state import Place
from .windows import FORMS, ROOM, read_window

MOST_PEOPLE, MOST_ROOMS, MOST_INTERVIEWS, MOST_DAYS, MOST_WEIGHT = 200, 50, 120, 31, 1_000
KEYS = (
    "name", "zone", "days", "hours", "lunch", "slot_minutes", "candidate_break_minutes", "panel_break_minutes",
    "people", "rooms", "interviews", "preferences", "earlier",
)  # fmt: skip
PERSON_KEYS = ("zone", "hours", "pauses", "lunch", "busy", "wishes", "email", "calendar")
COLUMNS = ("id", "candidate", "panel", "minutes")
_MEND = "write YAML with days and interviews, as docs/scheduling.md shows"


def read_problem(text: str, defaults: Mapping[str, object] | None = None) -> tuple[Problem, dict[str, str]]:
    """Read rounds.

    Args:
        text: YAML, JSON, or CSV with the columns `COLUMNS` (a panel's names parted by semicolons).
        defaults: Top-level keys that hold where the text has none.

    Returns:
        The problem, and the name of each person's or room's calendar file where the text gives one.

    Raises:
        ProblemError: It is none; the text names the place and the fix.
    """
    parsed = _parsed(text)
    if isinstance(parsed, Mapping):
        parsed = {**(defaults or {}), **parsed}
    top = Value(parsed).mapping(KEYS)
    for key in ("days", "interviews"):
        if key not in top:
            raise ProblemError(f"the problem has no {key}: {_MEND}")
    zone = top["zone"].zone() if "zone" in top else "UTC"
    interviews = _interviews(top["interviews"])
    calendars: dict[str, str] = {}
    people = _people(top, zone, interviews, calendars)
    rooms = _rooms(top.get("rooms"), zone, calendars)
    if both := {person.id for person in people} & {room.id for room in rooms}:
        raise ProblemError(f"{min(both)} is both a person and a room: call one of them otherwise")
    problem = Problem(
        name=top["name"].text(60) if "name" in top else "interviews",
        zone=zone,
        days=_days(top["days"]),
        slot=top["slot_minutes"].whole(5, 240) if "slot_minutes" in top else 30,
        people=people,
        rooms=rooms,
        interviews=interviews,
        candidate_break=_minutes(top.get("candidate_break_minutes")),
        panel_break=_minutes(top.get("panel_break_minutes")),
        earlier=_earlier(top["earlier"]) if "earlier" in top else (),
    )
    return replace(problem, rules=_rules(top.get("preferences"), problem)), calendars


def _parsed(text: str) -> Any:
    first = text.lstrip("\ufeff \n").partition("\n")[0]
    if "candidate" in first.lower().split(",") and ":" not in first:
        return {"interviews": _rows(text)}
    try:
        return read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        reason = one_line(str(getattr(error, "problem", None) or "it is not a text that YAML has"), 80)
        raise ProblemError(f"the problem is not YAML{where}: {reason}") from None
    except (RecursionError, ValueError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else one_line(str(error), 80)
        raise ProblemError(f"the problem cannot be read: {reason}") from None


def _rows(text: str) -> list[dict[str, object]]:
    """Turn CSV into the list that YAML would hold."""
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), skipinitialspace=True)
    names = [name.strip().lower() for name in table.fieldnames or ()]
    if missing := [name for name in COLUMNS if name not in names]:
        raise ProblemError(f"the CSV has no column {missing[0]}: it needs {', '.join(COLUMNS)}")
    table.fieldnames = names
    found: list[dict[str, object]] = []
    try:
        for row in table:
            minutes = (row["minutes"] or "").strip()
            found.append({
                "id": (row["id"] or "").strip(),
                "candidate": (row["candidate"] or "").strip(),
                "panel": [name.strip() for name in (row["panel"] or "").split(";") if name.strip()],
                "minutes": int(minutes) if minutes.isdecimal() and len(minutes) < 6 else minutes,
            })  # fmt: skip
    except csv.Error as error:
        raise ProblemError(f"the CSV cannot be read: {one_line(str(error), 80)}") from None
    return found


def _days(place: Value) -> tuple[date, ...]:
    """Read a list of days, or `first..last` without weekends."""
    if isinstance(place.value, str) and ".." in place.value:
        first, _, last = place.value.partition("..")
        begin, end = Value(first, place.path).day(), Value(last, place.path).day()
        days = [begin + timedelta(number) for number in range(min(366, (end - begin).days + 1))]
        days = [day for day in days if day.weekday() < 5]
    else:
        days = [one.day() for one in place.items()] if isinstance(place.value, list) else [place.day()]
    if not 1 <= len(days) <= MOST_DAYS or len({*days}) < len(days):
        raise place.refuse(f"1 to {MOST_DAYS} different days, as a list or first..last")
    if not all(1971 <= day.year <= 9998 for day in days):
        raise place.refuse("days after 1970")
    return tuple(sorted(days))


def _minutes(place: Value | None) -> int:
    return 0 if place is None else place.whole(0, 240)


def _interviews(place: Value) -> tuple[Interview, ...]:
    found: list[Interview] = []
    for one in place.items():
        keys = one.mapping(COLUMNS)
        for key in COLUMNS:
            if key not in keys:
                raise ProblemError(f"{one.path} has no {key}: each interview needs {', '.join(COLUMNS)}")
        panel = tuple(name.name() for name in keys["panel"].items())
        interview = Interview(keys["id"].name(), keys["candidate"].name(), panel, keys["minutes"].whole(5, 480))
        if interview.minutes % 5:
            raise keys["minutes"].refuse("a multiple of 5")
        if not panel or len({*interview.people}) < len(interview.people):
            raise keys["panel"].refuse("one or more different people, without the candidate")
        found.append(interview)
    if not 1 <= len(found) <= MOST_INTERVIEWS:
        raise place.refuse(f"1 to {MOST_INTERVIEWS} interviews")
    _different([one.id for one in found], "interview", "interviews")
    return tuple(found)


def _people(
    top: Mapping[str, Value], zone: str, interviews: Iterable[Interview], calendars: dict[str, str]
) -> tuple[Person, ...]:
    """Read the people, and add those of the interviews that are not described."""
    hours = top["hours"].hours() if "hours" in top else (9 * 60, 17 * 60)
    lunch = _pauses(top["lunch"]) if "lunch" in top else ()
    found: dict[str, Person] = {}
    for name, place in (top["people"].mapping() if "people" in top else {}).items():
        keys = place.mapping(PERSON_KEYS) if place.value is not None else {}
        known = Value(name, "people").name()
        if known in found:
            raise ProblemError(f"people: there are two called {known!r}: give each a name of its own")
        own = keys["zone"].zone() if "zone" in keys else zone
        pauses = [_pauses(keys[key]) for key in ("pauses", "lunch") if key in keys]
        found[known] = Person(
            known,
            own,
            keys["hours"].hours() if "hours" in keys else hours,
            tuple(pause for some in pauses for pause in some) if pauses else lunch,
            _busy(keys["busy"], own) if "busy" in keys else (),
            keys["wishes"].text(400) if "wishes" in keys else "",
            _email(keys["email"]) if "email" in keys else "",
        )
        if "calendar" in keys:
            calendars[known] = keys["calendar"].text(300)
    for interview in interviews:
        for name in interview.people:
            found.setdefault(name, Person(name, zone, hours, lunch))
    if len(found) > MOST_PEOPLE:
        raise ProblemError(f"people: at most {MOST_PEOPLE} can be scheduled together, got {len(found)}")
    return tuple(found.values())


def _email(place: Value) -> str:
    address = place.text(200)
    name, sign, host = address.partition("@")
    if not (name and sign and host) or set(address) & set(" <>\"'():;,\\"):
        raise place.refuse("an address such as ada@example.org")
    return address


def _pauses(place: Value) -> tuple[Interval, ...]:
    """Read one closed time of the day, or a list of them."""
    return tuple(one.hours() for one in (place.items() if isinstance(place.value, list) else [place]))


def _busy(place: Value, zone: str) -> tuple[Interval, ...]:
    return merged([one.interval(zone) for one in place.items()])


def _rooms(place: Value | None, zone: str, calendars: dict[str, str]) -> tuple[Room, ...]:
    found: list[Room] = []
    for name, one in (place.mapping() if place is not None else {}).items():
        if isinstance(one.value, int):
            one = Value({"capacity": one.value}, one.path)  # noqa: PLW2901 - the short form of the same
        keys = one.mapping(("capacity", "busy", "calendar"))
        if "capacity" not in keys:
            raise ProblemError(f"{one.path} has no capacity: say how many people it holds")
        busy = _busy(keys["busy"], zone) if "busy" in keys else ()
        known = Value(name, "rooms").name()
        if known in {room.id for room in found}:
            raise ProblemError(f"rooms: there are two called {known!r}: give each a name of its own")
        found.append(Room(known, keys["capacity"].whole(1, 10_000), busy))
        if "calendar" in keys:
            calendars[known] = keys["calendar"].text(300)
    if len(found) > MOST_ROOMS:
        raise ProblemError(f"rooms: at most {MOST_ROOMS}, got {len(found)}")
    return tuple(found)


def _rules(place: Value | None, problem: Problem) -> tuple[Rule, ...]:
    subjects = {*problem.interview_ids, *(one.id for one in problem.people)}
    if both := {*problem.interview_ids} & {one.id for one in problem.people}:
        raise ProblemError(f"{min(both)} is both a person and an interview: call one of them otherwise")
    found: list[Rule] = []
    for one in place.items() if place is not None else []:
        keys = one.mapping(("for", "prefer", "avoid", "weight"))
        if "for" not in keys or ("prefer" in keys) is ("avoid" in keys):
            raise ProblemError(f"{one.path} needs 'for', and either 'prefer' or 'avoid'")
        subject = keys["for"].name()
        if subject not in subjects:
            raise ProblemError(f"{one.path}: {subject} is not a person or an interview of this problem")
        side = keys.get("prefer") or keys["avoid"]
        window = read_window(str(side.value))
        if window is None or not _known_room(window, problem):
            raise side.refuse(FORMS)
        weight = keys["weight"].whole(1, MOST_WEIGHT) if "weight" in keys else 1
        found.append(Rule(subject, window, weight, "prefer" in keys))
    return tuple(found)


def _known_room(window: str, problem: Problem) -> bool:
    return not window.startswith(ROOM) or window.removeprefix(ROOM) in {room.id for room in problem.rooms}


def _earlier(place: Value) -> tuple[Earlier, ...]:
    """Read the interviews of a written schedule."""
    found: list[Earlier] = []
    for name, one in place.mapping().items():
        keys = one.mapping(("start", "end", "room", "people", "sequence"))
        if "start" not in keys:
            raise ProblemError(f"{one.path} has no start: give the schedule.json that --out has written")
        room = keys.get("room")
        start = keys["start"].moment("UTC")
        found.append(
            Earlier(
                Value(name, one.path).name(),
                start,
                room.name() if room is not None and room.value is not None else "",
                keys["sequence"].whole(0, 10**6) if "sequence" in keys else 0,
                keys["end"].moment("UTC") if "end" in keys else start,
                tuple(who.name() for who in keys["people"].items()) if "people" in keys else (),
            )
        )
    return tuple(found)


def read_earlier(text: str) -> dict[str, object]:
    """Return the interviews of a written `schedule.json`, as `earlier` has them in a problem.

    Raises:
        ProblemError: It is no such file.
    """
    try:
        whole = read_yaml(text)
        found = whole["interviews"]
    except (yaml.YAMLError, TypeError, KeyError, RecursionError, ValueError):
        raise ProblemError(
            "the schedule to repair has no interviews: give the schedule.json that --out wrote"
        ) from None
    _earlier(Value(found, "interviews"))
    return dict(found)


def placed_of(schedule: Mapping[str, object]) -> list[Place]:
    """Return where the interviews of a written schedule are."""
    return [Place(one.interview, one.start, one.room) for one in _earlier(Value(dict(schedule), "interviews"))]


def _different(names: list[str], what: str, where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ProblemError(f"{where}: there are two of the {what} {name!r}: give each a name of its own")
