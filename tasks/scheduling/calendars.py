"""Busy times out of RFC 5545 calendars. Titles, descriptions and addresses are never examined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .problem import Interval, merged, minute_of

LARGEST = 20_000_000
"""Bytes of a calendar file."""
MOST_EVENTS = 20_000
"""Events of a file, and occurrences within the days asked for."""
_TZID = re.compile(r"^[A-Z-]+;(?:[^:\n]*;)?TZID=(?:\"([^\"\n]+)\"|([^\":;\n]+))", re.MULTILINE | re.IGNORECASE)
_HECTIC = re.compile(
    r"^RRULE[^:\n]*:[^\n]*(?:FREQ=(?:SECONDLY|MINUTELY)|BY(?:SECOND|MINUTE)=\d+,)", re.MULTILINE | re.IGNORECASE
)
_STANDING = re.compile(r"^RRULE[^:\n]*:[^\n]*INTERVAL=0+\b", re.MULTILINE | re.IGNORECASE)
_HOURLY = re.compile(r"^RRULE[^:\n]*:[^\n]*(?:FREQ=HOURLY|BYHOUR=\d+,)", re.MULTILINE | re.IGNORECASE)
MOST_HOURLY = 5
"""Rules of a file that repeat within the day: each is followed from its first event on, hour by hour."""
_BEGINNINGS, _ENDS = (re.compile(rf"^{word}:\w", re.MULTILINE | re.IGNORECASE) for word in ("BEGIN", "END"))
_EVENTS = re.compile(r"^BEGIN:(?:VEVENT|VFREEBUSY)\s*$", re.MULTILINE)
_FREE = ("FREE",)


def busy_times(text: str, name: str, first: date, last: date, zone: str) -> tuple[Interval, ...]:
    """Return the busy times of a calendar, merged.

    Cancelled and transparent events take no time. A time without a zone, and a day as a whole, are in `zone`.

    Args:
        text: The calendar.
        name: What it is called in errors.
        first: The first day of interest.
        last: The last one, inclusive.
        zone: IANA name of the zone of whoever's calendar it is.

    Raises:
        ProblemError: It is no calendar, or one that cannot be relied on; the text is one line with the fix.
    """
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    _check(unfolded, name)
    window = (datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2),
              datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3))  # fmt: skip
    try:
        found = [
            interval for calendar in Calendar.from_ical(text, multiple=True) for interval in _of(calendar, window, zone)
        ]
    except RecursionError:
        raise ProblemError(f"calendar {name} cannot be read: it is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - whatever a stranger's calendar makes a parser raise
        kind = type(error).__name__  # its text may quote a title
        raise ProblemError(f"calendar {name} cannot be read ({kind}): export it again as iCalendar (.ics)") from None
    if len(found) > MOST_EVENTS:
        raise ProblemError(f"calendar {name} has more than {MOST_EVENTS:,} events in these days")
    return merged(found)


def _check(text: str, name: str) -> None:
    if len(text) > LARGEST:
        raise ProblemError(f"calendar {name} is larger than {LARGEST:,} characters: export fewer days")
    if "BEGIN:VCALENDAR" not in text.upper()[:10_000]:
        raise ProblemError(f"{name} is not a calendar: export it as iCalendar (.ics)")
    if not _BEGINNINGS.search(text) or len(_BEGINNINGS.findall(text)) != len(_ENDS.findall(text)):
        raise ProblemError(f"calendar {name} is cut off: an end is missing, so export it again")
    if len(_EVENTS.findall(text)) > MOST_EVENTS:
        raise ProblemError(f"calendar {name} has more than {MOST_EVENTS:,} events: export fewer days")
    _check_rules(text, name)
    own = {one.strip() for one in re.findall(r"^TZID:(.+)$", text, re.MULTILINE)}
    for zone in sorted({(quoted or plain).strip() for quoted, plain in _TZID.findall(text)} - own):
        if not _known(zone):
            raise ProblemError(
                f"calendar {name}: there is no time zone {one_line(zone, 60)!r}: export it with its zones"
            )


def _check_rules(text: str, name: str) -> None:
    """Refuse rules that are followed for ever, or for minutes."""
    if _HECTIC.search(text):
        raise ProblemError(f"calendar {name} has an event that repeats within the hour: take it out, or make it one")
    if _STANDING.search(text):
        raise ProblemError(f"calendar {name} has an event that repeats every 0 days or weeks: take it out")
    if len(_HOURLY.findall(text)) > MOST_HOURLY:
        raise ProblemError(
            f"calendar {name} has more than {MOST_HOURLY} events that repeat within the day: export less"
        )


def _known(zone: str) -> bool:
    if zone in WINDOWS_TO_OLSON:
        return True
    try:
        ZoneInfo(zone.lstrip("/"))
    except (ValueError, OSError, KeyError):
        return False
    return True


def _of(calendar: Any, window: tuple[datetime, datetime], zone: str) -> Iterator[Interval]:
    for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(*window):
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            continue
        yield _span(event.start, event.end, zone)
    for block in calendar.walk("VFREEBUSY"):
        periods = block.get("FREEBUSY", [])
        for some in periods if isinstance(periods, list) else [periods]:
            if str(some.params.get("FBTYPE", "BUSY")).upper() not in _FREE:
                yield from _periods(some, zone)


def _periods(some: Any, zone: str) -> Iterator[Interval]:
    """Give the periods of one FREEBUSY line: each ends at a time, or after one."""
    for period in getattr(some, "dts", [some]):
        start, end = period.dt if hasattr(period, "dt") and isinstance(period.dt, tuple) else (period.start, period.end)
        close = start + end if isinstance(end, timedelta) else end
        yield _minutes(start, zone), _minutes(close, zone)


def _span(start: date | datetime, end: date | datetime, zone: str) -> Interval:
    """Return when an event takes place; one in an hour that the clocks leave out is as long as its own times say."""
    begin, close = _minutes(start, zone), _minutes(end, zone)
    if isinstance(start, datetime) and isinstance(end, datetime) and close <= begin:
        close = begin + max(0, int((end.replace(tzinfo=None) - start.replace(tzinfo=None)).total_seconds() // 60))
    return begin, close


def _minutes(value: date | datetime, zone: str) -> int:
    """Return a time as minutes since 1970; a day is its midnight in `zone`, and what has no zone is in `zone`."""
    whole = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001 - its zone follows
    return minute_of(whole if whole.tzinfo is not None else whole.replace(tzinfo=ZoneInfo(zone)))
