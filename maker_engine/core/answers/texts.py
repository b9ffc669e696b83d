"""Answers that are text: a line, a passage of a given text, a date."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from maker_engine.core.answers.form import AnswerForm
from maker_engine.core.answers.reading import undressed
from maker_engine.core.errors import InputError
from maker_engine.core.flags import ILLEGAL, Flag

_ONE_LINE = "root ::= [^\\n]+"
_WORDS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")
"""What simulated agents say where any text will do."""


_PLAIN = str.maketrans(
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}“”\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "''\"\"--"
)
"""Typography that models change when they copy, to what a keyboard has."""


def _trimmed(text: str) -> str:
    """Take the stop, or the dots of an omission, off the ends of a passage, so that votes for it are not parted."""
    return text.strip(" …").removeprefix("...").rstrip(" .,;:")


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@dataclass(frozen=True)
class Text(AnswerForm[str]):
    """One line of text; votes are compared without outer dress and with single spaces.

    Attributes:
        pattern: Regular expression that the whole text must match; empty for any text.
        words: What is asked for in words, such as "three capital letters"; empty for the pattern itself.
        examples: Texts that match, for the simulated model; needed where there is a pattern and a run is simulated.
        longest: Most characters.

    Raises:
        InputError: The pattern is none, or an example does not match it.
    """

    pattern: str = ""
    words: str = ""
    examples: tuple[str, ...] = ()
    longest: int = 400

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise InputError(f"the pattern {self.pattern!r} is not a regular expression: {error}") from None
        for example in self.examples:
            if self.value_of(example) != example:
                raise InputError(f"the example {example!r} is not in the form that it is an example of")

    @property
    def is_open(self) -> bool:  # type: ignore[override]
        """Any line is an answer where there is no pattern."""
        return not self.pattern

    @property
    def demand(self) -> str:
        """The words, or the pattern."""
        return self.words or (f"text that matches the regular expression {self.pattern}" if self.pattern else "text")

    def value_of(self, text: str) -> str | Flag | None:
        """Return the text; without a pattern, the text without its dress."""
        bare = _tidy(text)
        if not self.pattern:
            *_, (bare, _) = undressed(bare)
        elif not re.fullmatch(self.pattern, bare):
            return None
        if not bare.isprintable():
            return Flag(ILLEGAL, "it holds characters that are not printable")
        return bare if len(bare) <= self.longest else Flag(ILLEGAL, f"more than {self.longest} characters")

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of a string, with the pattern where there is one."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", "maxLength": self.longest, **pattern}

    def grammar(self) -> str | None:
        """Return a grammar of one line; None for a pattern, which only a schema can hold."""
        return None if self.pattern else _ONE_LINE

    def example(self, number: int) -> str:
        """Return an example that was given, or some words."""
        if self.examples:
            return self.examples[number % len(self.examples)]
        if self.pattern:
            raise InputError(f"the simulated model needs examples of {self.pattern!r}: give Text(…, examples=(…,))")
        return " ".join(_WORDS[number // len(_WORDS) ** place % len(_WORDS)] for place in range(2))

    def slip(self, answer: str, number: int) -> str:
        """Return another example."""
        tries = (self.example(number + more) for more in range(len(self.examples) or len(_WORDS)))
        return next((one for one in tries if one != answer), answer)


@dataclass(frozen=True)
class Span(AnswerForm[str]):
    """A passage of a given text, copied word for word; the answer is the passage as it is written there.

    Attributes:
        of: The text, of at least one word.
        longest: Most characters of the passage.

    Raises:
        InputError: The text is empty.
    """

    of: str = field(repr=False)
    longest: int = 400

    def __post_init__(self) -> None:
        if not self.of.strip():
            raise InputError("a span needs a text that it is a passage of, got an empty one")

    @property
    def demand(self) -> str:
        """What is asked for."""
        return "a passage copied from the text, word for word"

    @property
    def is_open(self) -> bool:  # type: ignore[override]
        """Reasoning may quote the text as well: only the last line is the answer, or a marked one."""
        return True

    def value_of(self, text: str) -> str | Flag | None:
        """Return the passage without a stop at its end; spaces, case and typography do not count where one is left."""
        bare, source = _trimmed(_tidy(text).translate(_PLAIN)), _tidy(self.of)
        if not bare or len(bare) > self.longest:
            return None
        plain = source.translate(_PLAIN)  # character by character: what is found there is where it is in the source
        for case in (re.NOFLAG, re.IGNORECASE):
            spelt = {source[found.start() : found.end()] for found in re.finditer(re.escape(bare), plain, case)}
            if spelt:
                return spelt.pop() if len(spelt) == 1 else None
        return None

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of a string."""
        return {"type": "string", "maxLength": self.longest}

    def grammar(self) -> str:
        """Return a grammar of one line."""
        return _ONE_LINE

    def example(self, number: int) -> str:
        """Return up to three words of the text."""
        words = _tidy(self.of).split()
        start = number % len(words)
        for length in (3, 2, 1):
            found = self.value_of(" ".join(words[start : start + length]))
            if isinstance(found, str):
                return found
        return words[start][: self.longest]

    def slip(self, answer: str, number: int) -> str:
        """Return another passage, most often one that overlaps."""
        tries = (self.example(number + more) for more in range(len(self.of.split())))
        return next((one for one in tries if one != answer), answer)


_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = re.compile(r"^([0-9]{4})([/.])([0-9]{2})\2([0-9]{2})$")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Date(AnswerForm[str]):
    """A day of the Gregorian calendar; the answer is its text, YYYY-MM-DD, which sorts as days do.

    Attributes:
        first: Earliest that is allowed, as YYYY-MM-DD; empty for no bound.
        last: Latest that is allowed, likewise.

    Raises:
        InputError: A bound is no day.
    """

    first: str = ""
    last: str = ""
    _grammar: ClassVar[str] = 'root ::= [0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'

    def __post_init__(self) -> None:
        for bound in filter(None, (self.first, self.last)):
            if not _is_day(bound):
                raise InputError(f"{bound!r} is not a day: write it as 2026-01-31")
        if self.first and self.last and self.first > self.last:
            raise InputError(f"no day is from {self.first} to {self.last}")

    @property
    def demand(self) -> str:
        """Such as "a date as YYYY-MM-DD, 2026-01-01 or later"."""
        first = f", {self.first} or later" if self.first else ""
        last = f", {self.last} or earlier" if self.last else ""
        return f"a date as YYYY-MM-DD{first}{last}"

    def value_of(self, text: str) -> str | Flag | None:
        """Return the day, the year first; other ways to write one can be read in two ways, and are not read."""
        text = _YEAR_FIRST.sub(r"\1-\3-\4", text.translate(_PLAIN))
        if not _DATE.fullmatch(text):
            return None
        if not _is_day(text):
            return Flag(ILLEGAL, f"there is no day {text}")
        return text if self._within(text) else Flag(ILLEGAL, f"{text} is not{self.demand.partition(',')[2]}")

    def _within(self, day: str) -> bool:
        return (not self.first or day >= self.first) and (not self.last or day <= self.last)

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of a date."""
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}

    def grammar(self) -> str:
        """Return a grammar of a date."""
        return self._grammar

    def example(self, number: int) -> str:
        """Return a day, the first or the last one allowed where a year chosen by `number` is outside."""
        day = f"{2000 + number % 40:04}-{1 + number // 40 % 12:02}-{1 + number // 480 % 28:02}"
        return day if self._within(day) else self.first or self.last

    def slip(self, answer: str, number: int) -> str:
        """Return the day beside it, or the same day of another month or year."""
        year, month, day = map(int, answer.split("-"))
        near = [
            *((year, month, day + off) for off in (1, -1)),
            *((year, month + off, day) for off in (1, -1)),
            *((year + off, month, day) for off in (1, -1)),
        ]
        days = [f"{y:04}-{m:02}-{d:02}" for y, m, d in near]
        possible = [one for one in days if _is_day(one) and self._within(one)]
        return possible[number % len(possible)] if possible else answer


def _is_day(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] + (leap and month == 2)
