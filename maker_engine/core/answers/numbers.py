"""Answers that are numbers: whole ones, and exact decimals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Any

from maker_engine.core.answers.form import AnswerForm
from maker_engine.core.errors import InputError
from maker_engine.core.flags import ILLEGAL, Flag

_MOST_DIGITS = 400
_WHOLE = re.compile(rf"[+-]?(?:[0-9]{{1,{_MOST_DIGITS}}}|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}}){{1,130}})")
_EXACT = re.compile(
    rf"([+-]?)([0-9]{{1,{_MOST_DIGITS}}}|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}}){{1,130}})(?:\.([0-9]{{1,60}}))?"
)
_SPAN = 100
"""Whole numbers an unbounded form gives as examples."""


def _bounds(low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f", at least {low}" if high is None else f", at most {high}"
    return f" from {low} to {high}"


@dataclass(frozen=True)
class Integer(AnswerForm[int]):
    """A whole number, in digits.

    Attributes:
        low: Least that is allowed, None for no bound.
        high: Greatest that is allowed, None for no bound.

    Raises:
        InputError: The bounds leave nothing.
    """

    low: int | None = None
    high: int | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InputError(f"no whole number is at least {self.low} and at most {self.high}")

    @property
    def demand(self) -> str:
        """Such as "a whole number from 0 to 9"."""
        return f"a whole number{_bounds(self.low, self.high)}"

    def value_of(self, text: str) -> int | Flag | None:
        """Return the number; thousands may be parted by commas."""
        plain = text.replace("−", "-")
        return self._allowed(int(plain.replace(",", ""))) if _WHOLE.fullmatch(plain) else None

    def from_json(self, value: Any) -> int | Flag | None:
        """Return a number that is whole."""
        return self._allowed(value) if type(value) is int else super().from_json(value)

    def _allowed(self, number: int) -> int | Flag:
        if self._within(number):
            return number
        return Flag(ILLEGAL, f"{number:.60g} is not{_bounds(self.low, self.high) or ' allowed'}")

    def _within(self, number: int) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of an integer within the bounds."""
        bounds = {"minimum": self.low, "maximum": self.high}
        return {"type": "integer", **{name: bound for name, bound in bounds.items() if bound is not None}}

    def grammar(self) -> str:
        """Return a grammar of a number with no more digits than the bounds have."""
        minus = "" if self.low is not None and self.low >= 0 else '"-"? '
        known = self.low is not None and self.high is not None
        digits = max(len(str(abs(self.low or 0))), len(str(abs(self.high or 0)))) if known else 18
        more = f" [0-9]{{0,{digits - 1}}}" if digits > 1 else ""
        return f'root ::= {minus}("0" | [1-9]{more})'

    def example(self, number: int) -> int:
        """Return a number within the bounds."""
        if self.low is not None:
            return self.low + number % (_SPAN if self.high is None else self.high - self.low + 1)
        return number % _SPAN if self.high is None else self.high - number % _SPAN

    def slip(self, answer: int, number: int) -> int:
        """Return a number that is off by one, by ten, or has two digits exchanged."""
        text = str(abs(answer))
        swapped = int(text[:-2] + text[-1] + text[-2]) * (-1 if answer < 0 else 1) if len(text) > 1 else answer + 2
        near = [answer + 1, answer - 1, answer + 10, answer - 10, swapped, answer + 2, answer - 2]
        possible = [one for one in dict.fromkeys(near) if one != answer and self._within(one)]
        return possible[number % len(possible)] if possible else answer


@dataclass(frozen=True)
class Decimal(AnswerForm[Number]):
    """An exact number with digits after the point; the answer is a `decimal.Decimal`.

    Attributes:
        places: Digits after the point, at least 1. Fewer may be given, more are not rounded but flagged.
        low: Least that is allowed, None for no bound.
        high: Greatest that is allowed, None for no bound.

    Raises:
        InputError: The bounds leave nothing, or there are no digits after the point.
    """

    places: int = 2
    low: int | Number | None = None
    high: int | Number | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.places <= 60:
            raise InputError(f"a decimal has 1 to 60 digits after the point, got {self.places}: for 0 take Integer")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InputError(f"no number is at least {self.low} and at most {self.high}")

    @property
    def demand(self) -> str:
        """Such as "a number with exactly 2 digits after the point"."""
        digits = f"{self.places} digit{'s' if self.places > 1 else ''}"
        return f"a number{_bounds(self.low, self.high)}, with exactly {digits} after the point"

    def value_of(self, text: str) -> Number | Flag | None:
        """Return the number; thousands may be parted by commas."""
        found = _EXACT.fullmatch(text.replace("−", "-"))
        if found is None or len(found[3] or "") > self.places:
            return None
        digits = found[2].replace(",", "").lstrip("0") or "0"
        number = Number(f"{found[1]}{digits}.{(found[3] or '').ljust(self.places, '0')}")
        return self._allowed(number or abs(number))

    def from_json(self, value: Any) -> Number | Flag | None:
        """Return a number as it is written, or a whole one."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        return self.value_of(value if isinstance(value, str) else repr(value))

    def _allowed(self, number: Number) -> Number | Flag:
        if self._within(number):
            return number
        return Flag(ILLEGAL, f"{str(number)[:60]} is not{_bounds(self.low, self.high)}")

    def _within(self, number: Number) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of a number written as a string, since a float is not exact."""
        return {"type": "string", "pattern": rf"^-?[0-9]+\.[0-9]{{{self.places}}}$"}

    def grammar(self) -> str:
        """Return a grammar of digits, a point, and as many digits as are asked for."""
        return f'root ::= "-"? ("0" | [1-9] [0-9]{{0,17}}) "." [0-9]{{{self.places}}}'

    def example(self, number: int) -> Number:
        """Return a number within the bounds."""
        unit = Number(1).scaleb(-self.places)
        if self.low is None:
            return (Number(self.high) if self.high is not None else Number(_SPAN)) - unit * (number % 10_000)
        low = Number(self.low)
        room = 10_000 if self.high is None else int((Number(self.high) - low) / unit) + 1
        return (low + unit * (number % room)).quantize(unit)

    def slip(self, answer: Number, number: int) -> Number:
        """Return a number that is off in one place."""
        near = [answer + sign * Number(1).scaleb(power) for power in range(-self.places, 2) for sign in (1, -1)]
        possible = [one for one in near if self._within(one)]
        return possible[number % len(possible)] if possible else answer
