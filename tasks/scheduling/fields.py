"""Typed looks into a parsed file: what is there is taken or refused by the name of its place."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from unicodedata import normalize
from zoneinfo import ZoneInfo

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .problem import Interval, minute_of

LONGEST_NAME = 40
_NAME = re.compile(r"[^\s,;:|=][^\n,;|=]*")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Place:
    """A value, and where it is in the file.

    Attributes:
        value: As parsed.
        path: Such as `people.ada.hours`; "" for the whole file.
    """

    value: object
    path: str = ""

    def refuse(self, kind: str) -> ProblemError:
        """Make the error that says what should be here."""
        shown = one_line(reprlib.repr(self.value), 60)
        return ProblemError(f"{self.path or 'the problem'} must be {kind}, got {shown}")

    def mapping(self, known: Sequence[str] = ()) -> dict[str, Place]:
        """Return the entries of a mapping; with `known`, no other keys are taken."""
        if not isinstance(self.value, Mapping):
            raise self.refuse("a mapping")
        for key in self.value:
            if not isinstance(key, str | int) or isinstance(key, bool) or (known and key not in known):
                where = f" in {self.path}" if self.path else ""
                hint = f"known are {', '.join(known)}" if known else "write it in quotes"
                raise ProblemError(f"unknown key {one_line(reprlib.repr(key), 60)}{where}: {hint}")
        return {str(key): Place(value, f"{self.path}.{key}".lstrip(".")) for key, value in self.value.items()}

    def items(self) -> list[Place]:
        """Return the entries of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("a list")
        return [Place(value, f"{self.path}[{number}]") for number, value in enumerate(self.value, 1)]

    def text(self, longest: int = 1_000) -> str:
        """Return text, its blanks made single."""
        if not isinstance(self.value, str) or len(self.value) > longest:
            raise self.refuse(f"text of at most {longest} characters")
        return " ".join(one_line(self.value, longest).split())

    def name(self) -> str:
        """Return a name: of a person, a room or an interview."""
        value = str(self.value) if isinstance(self.value, int) and not isinstance(self.value, bool) else self.value
        if isinstance(value, str):
            value = normalize("NFC", value.strip())  # one name, however a keyboard or a file system writes it
            if value.isprintable() and len(value) <= LONGEST_NAME and _NAME.fullmatch(value):
                return value
        raise self.refuse(f"a name of at most {LONGEST_NAME} characters without , ; | or =")

    def whole(self, least: int, most: int) -> int:
        """Return a whole number."""
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.refuse(f"a whole number, {least} to {most:,}")
        return self.value

    def zone(self) -> str:
        """Return the name of a time zone."""
        return known_zone(self.text(), self.path or "zone")

    def hours(self) -> Interval:
        """Return a time of the day such as `09:00-17:00`, in minutes after midnight."""
        found = _CLOCK.fullmatch(self.value.strip()) if isinstance(self.value, str) else None
        if found is None:
            raise self.refuse("a time of the day such as '09:00-17:00'")
        start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if not start < end <= 24 * 60:
            raise self.refuse("a time of the day that ends after its start")
        return start, end

    def day(self) -> date:
        """Return a day."""
        if isinstance(self.value, datetime):
            raise self.refuse("a day such as 2026-12-01")
        if isinstance(self.value, date):
            return self.value
        try:
            return date.fromisoformat(str(self.value).strip())
        except ValueError:
            raise self.refuse("a day such as 2026-12-01") from None

    def moment(self, zone: str) -> int:
        """Return a moment as minutes since 1970; without an offset it is in `zone`."""
        value = self.value
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                raise self.refuse("a time such as 2026-12-01T10:00") from None
        if not isinstance(value, datetime) or not 1971 <= value.year <= 9998:
            raise self.refuse("a time such as 2026-12-01T10:00")
        return minute_of(value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))

    def interval(self, zone: str) -> Interval:
        """Return a pair of moments, in order."""
        ends = self.items()
        if len(ends) != 2:
            raise self.refuse("a start and an end")
        start, end = ends[0].moment(zone), ends[1].moment(zone)
        if end <= start:
            raise self.refuse("a start and a later end")
        return start, end


def known_zone(name: str, where: str) -> str:
    """Return the name of a time zone that there is.

    Raises:
        ProblemError: There is none of that name.
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # one that is not found is an OSError's or a KeyError's child, by the name's kind
        pass
    except KeyError:
        pass
    else:
        return name
    raise ProblemError(f"{where}: there is no time zone {one_line(name, 60)!r}: give one such as Europe/Berlin or UTC")
