"""Windows of time that preferences speak of, and what a time says of them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from .problem import Interview, Problem, Rule, moment_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MORNING, AFTERNOON, ROOM = "morning", "afternoon", "room "
NOON = 12 * 60
FORMS = "morning, afternoon, monday … sunday, before HH:MM, after HH:MM, YYYY-MM-DD, or room NAME"

_CLOCK = re.compile(r"(before|after) ([01]?\d|2[0-4]):([0-5]\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_window(text: str) -> str | None:
    """Return a window in its one spelling, None where it is none.

    `morning` ends by 12:00, `afternoon` begins at 12:00 or later; `before` means ended by, `after` begun at or later;
    all in the problem's zone.
    """
    plain = " ".join(text.split())
    lowered = plain.lower()
    if lowered.startswith(ROOM):
        return ROOM + plain[len(ROOM) :]
    lowered = lowered.removesuffix("s") if lowered.removesuffix("s") in (MORNING, AFTERNOON, *WEEKDAYS) else lowered
    if lowered in (MORNING, AFTERNOON, *WEEKDAYS):
        return lowered
    clock = _CLOCK.fullmatch(lowered)
    if clock is not None and int(clock[2]) * 60 + int(clock[3]) <= 24 * 60:
        return f"{clock[1]} {int(clock[2]):02}:{clock[3]}"
    if _DAY.fullmatch(lowered):
        try:
            return date.fromisoformat(lowered).isoformat()
        except ValueError:
            return None
    return None


@lru_cache(maxsize=100_000)
def _within(window: str, start: int, end: int, zone: str) -> bool:
    begun, ended = moment_of(start, zone), moment_of(end, zone)
    from_midnight = begun.hour * 60 + begun.minute
    to_midnight = from_midnight + (end - start) if ended.date() != begun.date() else ended.hour * 60 + ended.minute
    if window == MORNING:
        return to_midnight <= NOON
    if window == AFTERNOON:
        return from_midnight >= NOON
    if window in WEEKDAYS:
        return WEEKDAYS[begun.weekday()] == window
    side, _, clock = window.partition(" ")
    if side in ("before", "after"):
        hours, _, minutes = clock.partition(":")
        mark = int(hours) * 60 + int(minutes)
        return to_midnight <= mark if side == "before" else from_midnight >= mark
    return begun.date().isoformat() == window


def kept(rule: Rule, interview: Interview, start: int, room: str, zone: str) -> bool:
    """Return whether an interview at `start` in `room` keeps a rule that speaks of it."""
    if rule.window.startswith(ROOM):
        inside = rule.window.removeprefix(ROOM) == room
    else:
        inside = _within(rule.window, start, start + interview.minutes, zone)
    return inside is rule.wanted


def speaks_of(rule: Rule, interview: Interview) -> bool:
    """Return whether a rule is about an interview."""
    return rule.subject == interview.id or rule.subject in interview.people


def score(problem: Problem, rules: tuple[Rule, ...], interview: Interview, start: int, room: str) -> int:
    """Return the weight of all rules that an interview at `start` in `room` keeps."""
    return sum(
        rule.weight for rule in rules if speaks_of(rule, interview) and kept(rule, interview, start, room, problem.zone)
    )
