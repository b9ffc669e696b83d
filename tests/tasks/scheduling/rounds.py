"""Rounds to test on, and a reader of written calendars that knows nothing of how they are written."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import combinations
from random import Random

from icalendar import Calendar
from maker_tasks.scheduling import Scheduling

WINDOWS = ("morning", "afternoon", "tuesday", "before 11:00", "after 15:00")


def rounds(seed, count=8, people=4, rooms=2, fill=0.3):
    """Make random rounds over two days as they would be in a file."""
    dice = Random(seed)
    panel = [f"p{number}" for number in range(people)]

    def busy():
        return [
            [f"2026-12-0{day}T{hour:02}:00", f"2026-12-0{day}T{hour + 1:02}:00"]
            for day in (1, 2)
            for hour in range(9, 17)
            if dice.random() < fill
        ]

    return {
        "days": ["2026-12-01", "2026-12-02"],
        "lunch": "12:00-13:00",
        "candidate_break_minutes": 30,
        "people": {name: {"busy": busy()} for name in panel},
        "rooms": {f"R{number}": {"capacity": 4, "busy": busy()[:2]} for number in range(rooms)},
        "interviews": [
            {
                "id": f"i{number:02}",
                "candidate": f"c{number // 3}",
                "panel": dice.sample(panel, dice.choice([1, 2])),
                "minutes": dice.choice([30, 60]),
            }
            for number in range(count)
        ],
        "preferences": [
            {
                "for": dice.choice(panel),
                dice.choice(["prefer", "avoid"]): dice.choice(WINDOWS),
                "weight": dice.randint(1, 5),
            }
            for _ in range(6)
        ],
    }


def load(whole, **options):
    """Make the task of rounds."""
    return Scheduling.load(options, json.dumps(whole))


def follow(task):
    """Follow the oracle to the end; return the answers and the last state."""
    state, answers = task.start(), []
    while task.step(state) is not None:
        answers.append(task.oracle(state))
        state = task.apply(state, answers[-1])
    return answers, state


def events_of(papers, folder):
    """Read the calendars of a folder: (owner, uid, start, end, location, who) of each event, times in UTC."""
    found = []
    for name, text in papers.items():
        if name.startswith(folder) and not name.endswith("-cancelled.ics"):
            owner = name.removeprefix(f"{folder}/").removesuffix(".ics")
            for event in Calendar.from_ical(text).walk("VEVENT"):
                who = event.get("ATTENDEE", [])
                people = sorted(str(one.params["CN"]) for one in (who if isinstance(who, list) else [who]))
                start, end = event.decoded("DTSTART"), event.decoded("DTEND")
                found.append((owner, str(event["UID"]), start, end, str(event.get("LOCATION", "")), people))
    return found


def breaches(whole, papers):
    """Say what is wrong with written calendars, by the rounds' own words (zone UTC, hours 9 to 17)."""
    theirs, in_rooms = events_of(papers, "people"), events_of(papers, "rooms")
    due = {tuple(sorted((one["candidate"], *one["panel"]))) for one in whole["interviews"]}
    found = [] if due == {tuple(event[5]) for event in theirs} else ["not every panel is complete"]
    if {event[1] for event in in_rooms} != {event[1] for event in theirs}:
        found.append("people and rooms do not hold the same")
    return [*found, *_untimely(whole, theirs), *_too_near(whole, theirs), *_doubled(in_rooms)]


def _untimely(whole, events):
    for owner, _, start, end, _, _ in events:
        lunch = start.replace(hour=12, minute=0), start.replace(hour=13, minute=0)
        if start.hour < 9 or (end.hour, end.minute) > (17, 0) or (start < lunch[1] and lunch[0] < end):
            yield f"{owner} outside hours at {start}"
        for from_, to in whole["people"].get(owner, {}).get("busy", []):
            if start < utc(to) and utc(from_) < end:
                yield f"{owner} is busy at {start}"


def _too_near(whole, events):
    candidates = {one["candidate"] for one in whole["interviews"]}
    for one, other in combinations(events, 2):
        if one[0] == other[0]:
            first, second = sorted((one, other), key=lambda event: event[2])
            if (second[2] - first[3]).total_seconds() < (30 * 60 if one[0] in candidates else 0):
                yield f"{one[0]} twice at {second[2]}"


def _doubled(events):
    for one, other in combinations(events, 2):
        if one[0] == other[0] and one[2] < other[3] and other[2] < one[3]:
            yield f"{one[0]} holds two at {one[2]}"


def utc(text):
    return datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
