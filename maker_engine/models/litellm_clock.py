"""A moment as people write it: "15:00", "3pm (Europe/Berlin)", "Nov 30th, 2026 10:14 AM", "2026-12-01 at 00:00 UTC"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

JUST_NOW = timedelta(minutes=5)
"""A time on a clock that was passed so lately is today's: what was said of it has happened."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_TH = r"(?:st|nd|rd|th)?\b"
_DATE = (
    rf"(?:(\d{{4}})-(\d\d)-(\d\d)|{_MONTH}\s+(\d{{1,2}}){_TH}(?:,?\s+(\d{{4}}))?"
    rf"|(\d{{1,2}}){_TH}\s+{_MONTH}(?:,?\s+(\d{{4}}))?)"
)
_CLOCK = r"(?:(midnight)|(\d{1,2})(?::(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(?:\s?([ap])\.?m\b\.?)?)"
_ZONE = r"(?:\s?\(?([A-Za-z]{1,20}/[A-Za-z_/]{1,30}|(?-i:Z|[A-Z]{2,5})\b|[+-]\d\d:?\d\d))"
_WHEN = re.compile(rf"(?:{_DATE}(?:[\s,T]|at\b|@)*)?(?:{_CLOCK})?{_ZONE}?", re.IGNORECASE)
_UNIX = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,9})?\b")

_OFFSETS = {
    "Z": 0, "UTC": 0, "GMT": 0, "BST": 1, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "JST": 9,
}  # fmt: skip
_NAMED = {"PT": "America/Los_Angeles", "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver"}


def unix_seconds(number: float, now: datetime) -> float:
    """Return the seconds from `now` that a number represents: itself, or a time of Unix in s or ms."""
    if number < 1e9:
        return number
    return number / (1000 if number > 1e11 else 1) - now.timestamp()


def read(text: str, now: datetime) -> datetime | None:
    """Read the moment that `text` begins with, None where it begins with none.

    Args:
        text: Any text; it is read as far as it goes.
        now: This moment, with a zone: a time without a zone is taken to be in it, one without a date to be the next.
    """
    text = text.lstrip(" \t\"'`([")
    unix = _UNIX.match(text)
    if unix is not None:
        return now + timedelta(seconds=unix_seconds(float(unix[0]), now))
    found = _WHEN.match(text)
    if found is None:
        return None
    parts = found.groups()
    zone = _zone(parts[14], now)
    clock = _clock(parts[9:14])
    if zone is None or (clock is None and parts[10] is not None):
        return None
    try:
        return _moment(parts[:9], clock, now.astimezone(zone))
    except (ValueError, OverflowError):
        return None


def _moment(date: tuple[str | None, ...], clock: tuple[int, int, int] | None, now: datetime) -> datetime | None:
    """Put date and clock together in the zone of `now`; raises ValueError for a date that is in no calendar."""
    hour, minute, second = clock or (0, 0, 0)
    at = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
    year = next((int(part) for part in (date[0], date[5], date[8]) if part), None)
    day = next((int(part) for part in (date[2], date[4], date[6]) if part), None)
    name = date[3] or date[7]
    if day is None:
        if clock is None:
            return None
        return at if at > now - JUST_NOW else at + timedelta(days=1)
    month = _MONTHS.index(name.lower()) + 1 if name else int(date[1] or 0)
    at = at.replace(year=year or now.year, month=month, day=day)
    return at.replace(year=now.year + 1) if year is None and at < now - timedelta(days=1) else at


def _clock(parts: tuple[str | None, ...]) -> tuple[int, int, int] | None:
    """Read hour, minute and second; None where there is no clock: a bare number is none."""
    midnight, hour, minute, second, half = parts
    if midnight:
        return 0, 0, 0
    if hour is None or (minute is None and half is None):
        return None
    twelve = half is not None
    hours = int(hour) % 12 if twelve else int(hour)
    return hours + 12 * (twelve and (half or "").lower() == "p"), int(minute or 0), int(second or 0)


def _zone(name: str | None, now: datetime) -> tzinfo | None:
    """Find a zone, that of `now` for no name; None where it is not known."""
    if name is None:
        return now.tzinfo
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[-2:])
        return timezone((1 if name[0] == "+" else -1) * timedelta(hours=min(hours, 23), minutes=min(minutes, 59)))
    if name in _OFFSETS:
        return timezone(timedelta(hours=_OFFSETS[name])) if _OFFSETS[name] else UTC
    try:
        return ZoneInfo(_NAMED.get(name, name)) if "/" in _NAMED.get(name, name) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
