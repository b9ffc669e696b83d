"""Typed looks into a parsed file: what is there is taken, or refused by the name of its place."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .problem import LONGEST_MILLIS

LONGEST_NAME = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A value, and where it is in the file.

    Attributes:
        value: As parsed.
        path: Such as `resources[2].needs`; "" for the whole file.
    """

    value: object
    path: str = ""

    def refuse(self, kind: str) -> ProblemError:
        """Make the error that says what should be here."""
        return ProblemError(f"{self.path or 'the file'} must be {kind}, got {one_line(reprlib.repr(self.value), 60)}")

    def mapping(self, known: Sequence[str] = ()) -> dict[str, Place]:
        """Return the entries of a mapping; with `known`, no other keys are taken."""
        if not isinstance(self.value, Mapping):
            raise self.refuse("a mapping")
        for key in self.value:
            if not isinstance(key, str) or (known and key not in known):
                where = f" in {self.path}" if self.path else ""
                mend = f"known are {', '.join(known)}" if known else "write it in quotes"
                raise ProblemError(f"unknown key {one_line(reprlib.repr(key), 60)}{where}: {mend}")
        return {str(key): Place(value, f"{self.path}.{key}".lstrip(".")) for key, value in self.value.items()}

    def items(self) -> list[Place]:
        """Return the entries of a list; None is an empty one."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refuse("a list")
        return [Place(value, f"{self.path}[{number}]") for number, value in enumerate(self.value, 1)]

    def text(self, longest: int = LONGEST_NAME) -> str:
        """Return text on one line that is not empty; a number is taken as it is written."""
        value = str(self.value) if isinstance(self.value, int) and not isinstance(self.value, bool) else self.value
        if isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= longest:
            return value.strip()
        raise self.refuse(f"text of at most {longest} characters, on one line")

    def one_of(self, words: Sequence[str]) -> str:
        """Return one of a few words."""
        if self.value not in words:
            raise self.refuse(f"one of {', '.join(words)}")
        return str(self.value)

    def whole(self, least: int, most: int) -> int:
        """Return a whole number."""
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.refuse(f"a whole number, {least} to {most:,}")
        return self.value

    def number(self, most: float) -> float:
        """Return a number that is not negative."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refuse("a number")
        if not (math.isfinite(self.value) and 0 <= self.value <= most):
            raise self.refuse(f"a number, 0 to {most:,.0f}")
        return float(self.value)

    def millis(self) -> int:
        """Return seconds in milliseconds."""
        return round(self.number(LONGEST_MILLIS / 1000) * 1000)
