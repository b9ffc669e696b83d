"""When a provider is to be asked again, by its own statement: a header, a field, or a sentence in the body.

A statement is a number of seconds, a duration ("2h15m"), a date, a time of Unix, or the time on a clock. One that is
not understood is none, and so is one of no time at all or in the past: the runtime then waits by its own rule.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from maker_engine.models import litellm_clock

LONGEST_RESET_S = 32 * 86_400.0
"""A limit by the month is over by then; a later date is an error of the server's."""

_HEADER_RESET = re.compile(r"(?:rate-?limit.*reset|^x-reset-after)", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:x?ratelimit|quota|usage|limit)?(?:resets?|retry)(?:s|in|at|after|time|timestamp|delay|seconds|secs?|ms|on|date"
    r"|until)*|estimatedtime"
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_FIGURE = r"\d{1,9}(?:\.\d{1,9})?"
_UNIT = r"(?:milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])"
_PIECE = re.compile(rf"({_FIGURE})\s*({_UNIT})", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_FIGURE}\s*{_UNIT}(?:\s|,|and\b)*)+", re.IGNORECASE)
_ABOUT = r"\s+(?:about |approximately |around |~ ?)?"
_AGAIN = r"(?:\bagain|\bretry(?:ing)?|\bresets?|\bwait|\bavailable|\baccess|\brenews?|\brefresh(?:es)?)\b[^\n;]{0,40}?"
_IN = re.compile(rf"(?:{_AGAIN}\b(?:in|after|for|least)|\bwait){_ABOUT}", re.IGNORECASE)
_AT = re.compile(rf"(?:{_AGAIN}\b(?:at|on|after|until|by|time)\b:?|\bresets?:?)\s+|\breached\|", re.IGNORECASE)
_MOST_FIELDS = 2_000  # of a body that are examined


def stated(headers: Mapping[str, str], body: str, now: datetime) -> float | None:
    """Return the seconds until the latest moment that Retry-After or the body states, None for no statement.

    Args:
        headers: The answer's headers, names in any case.
        body: The answer's body, JSON or any text.
        now: This moment, with a zone; times on a clock without one are taken to be in its zone.
    """
    waits = [*_from_headers(headers, now), in_body(body, now)]
    return max((wait for wait in waits if wait is not None), default=None)


def in_body(body: str, now: datetime) -> float | None:
    """Return the seconds until the latest moment that the body states, None for no statement."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = body
    waits = [*_from_fields(fields, now), _from_sentence(body, now)]
    return max((wait for wait in waits if wait is not None), default=None)


def used_up(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until the latest of the limits is reset that the headers say are used up; None for none."""
    said = {name.lower(): value for name, value in headers.items()}
    waits = []
    for name, value in said.items():
        if _HEADER_RESET.search(name) and said.get(name.replace("reset", "remaining"), "0").strip() in {"0", "0.0"}:
            waits.append(_seconds(value, now))
    return max((wait for wait in waits if wait is not None), default=None)


def _from_headers(headers: Mapping[str, str], now: datetime) -> Iterator[float | None]:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            yield _seconds(value, now)
        elif name.lower() in {"retry-after-ms", "x-ms-retry-after-ms"}:
            yield _seconds(f"{value} ms", now)


def _from_fields(fields: object, now: datetime) -> Iterator[float | None]:
    """Look through a JSON body, into the JSON that is quoted in it too."""
    ahead: list[tuple[str, object]] = [("", fields)]
    for _ in range(_MOST_FIELDS):
        if not ahead:
            return
        name, value = ahead.pop()
        if isinstance(value, dict):
            ahead += [(str(key), part) for key, part in value.items()]
        elif isinstance(value, list):
            ahead += [(name, part) for part in value]
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            bare = re.sub(r"[^a-z]", "", name.lower()[:64])
            if _FIELD.fullmatch(bare):
                yield _seconds(f"{value} ms" if bare.endswith("ms") else value, now)


def _from_sentence(text: str, now: datetime) -> float | None:
    for opening in _IN.finditer(text):
        duration = _DURATION.match(text, opening.end())
        if duration is not None:
            return _sound(_added(duration[0]))
    for opening in _AT.finditer(text):
        moment = litellm_clock.read(text[opening.end() : opening.end() + 80], now)
        if moment is not None:
            return _sound((moment - now).total_seconds())
    return None


def _seconds(said: str | float, now: datetime) -> float | None:
    """Read one statement."""
    text = str(said).strip()[:80]
    try:
        number = float(text)
    except ValueError:
        if _DURATION.fullmatch(text):
            return _sound(_added(text))
        moment = _http_date(text) or litellm_clock.read(text, now)
        return None if moment is None else _sound((moment - now).total_seconds())
    return _sound(litellm_clock.unix_seconds(number, now) if math.isfinite(number) else number)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _added(duration: str) -> float:
    """Add up the pieces of a duration such as "2h15m"."""
    return sum(float(figure) * _UNITS[_unit(unit.lower())] for figure, unit in _PIECE.findall(duration))


def _unit(word: str) -> str:
    return "ms" if word.startswith(("mil", "ms")) else word[0]


def _sound(wait: float) -> float | None:
    return wait if 0 < wait <= LONGEST_RESET_S else None
