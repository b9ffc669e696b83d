"""Kinds of option values: how each is read, from text or from a typed value, and what is said of one that cannot be.

There is one reader for all who give options: flags, the form, the settings file and Python. What is wrong is said as
the end of a sentence that begins with the option's name: "must be a whole number or auto, got 'x'".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from maker_engine.core.errors import InputError
from maker_engine.input_files import path_of
from maker_engine.printable import one_line

Value: TypeAlias = Any
"""What an option holds: a number, a text, a path, true or false, None, or a tuple of texts."""
AUTO, NONE = "auto", "none"
_DIGITS = 40
_WHOLE = re.compile(r"[+-]?\d{1,3}(?:[,_]\d{3})+|[+-]?\d+", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are read and written.

    Attributes:
        expects: What a value must be, such as "a whole number or auto".
        read: Makes a value of a text; raises InputError with the end of a sentence.
        metavar: Placeholder of a value in a help text.
        choices: The values there are, where they are few; empty else.
        empty: The word that is written for None.
        several: The value is a tuple, of which `read` makes one item.
        range: The bounds in a few words, for the docs; empty where there are none.
    """

    expects: str
    read: Callable[[str], Value]
    metavar: str
    choices: tuple[str, ...] = ()
    empty: str = ""
    several: bool = False
    range: str = ""

    def value_of(self, given: object) -> Value:
        """Make a value of a text, or of a value as Python and TOML have it; of None where None is one.

        Raises:
            InputError: It is none of this kind; the text is the end of a sentence.
        """
        if self.several:
            many = given if isinstance(given, list | tuple) else (given,)
            return tuple(self._one(item) for item in many)
        return self._one(given)

    def _one(self, given: object) -> Value:
        if given is None and self.empty:
            return None
        if isinstance(given, bool) != (self.choices == SWITCHED) and not isinstance(given, str):
            raise self.wrong(given)
        if not isinstance(given, str | int | float | Path):
            raise self.wrong(given)
        if isinstance(given, int) and abs(given) >= 10**_DIGITS:
            raise self.wrong(given)
        text = given if isinstance(given, str) else plain(given)
        return None if self.empty and text.strip().lower() in ("", self.empty) else self.read(text.strip())

    def wrong(self, given: object) -> InputError:
        """Say that a value is of another kind."""
        return wrong(self.expects, given)

    def text_of(self, value: Value) -> str:
        """Write a value as `value_of` reads it; several with commas between them."""
        if value is None:
            return self.empty
        return ", ".join(map(plain, value)) if self.several else plain(value)


SWITCHED = ("true", "false")


def wrong(expects: str, given: object) -> InputError:
    """Say what a value must be, and what it is."""
    try:
        shown = given if isinstance(given, str) else repr(given)
    except ValueError:  # Python writes no whole number of so many digits
        shown = "a number of thousands of digits"
    return InputError(f"must be {expects}, got {one_line(shown, _DIGITS)!r}")


def plain(value: object) -> str:
    """Write a value without ornament."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e12 else str(value)


def whole_number(text: str, expects: str = "a whole number") -> int:
    """Read a whole number: 1000, 1,000 and 1e3 are the same.

    Raises:
        InputError: It is none; the text is the end of a sentence.
    """
    text = text.strip()
    if _WHOLE.fullmatch(text) and len(text) <= _DIGITS:
        return int(text.replace(",", "").replace("_", ""))
    if re.fullmatch(r"[+-]?[\d.]{1,20}[eE]\+?\d{1,2}", text, re.ASCII) and text.count(".") <= 1:
        try:
            number = float(text)
        except ValueError:
            raise wrong(expects, text) from None
        if number.is_integer():
            return int(number)
    raise wrong(expects, text)


def _bounded(number: float, least: float, most: float, *, above: bool) -> None:
    low = number <= least if above else number < least
    if not low and number <= most:
        return
    got = f"got {number:,.10g}" if abs(number) < 1e15 else f"got {number:.3g}"
    bound = f"{'above' if above else 'at least'} {least:g}" if low else f"at most {most:,.10g}"
    raise InputError(f"must be {bound}, {got}")


def _bounds(least: float, most: float, *, above: bool) -> str:
    if math.isfinite(most):
        return f"above {least:g} and below {most:g}" if above else f"{least:,.10g} to {most:,.10g}"
    return f"above {least:g}" if above else f"at least {least:g}"


def whole(least: int = 1, most: float = math.inf, *, empty: str = "") -> Kind:
    """Make the kind of whole numbers from `least` to `most`, or else the word `empty`."""
    expects = f"a whole number or {empty}" if empty else "a whole number"

    def read(text: str) -> int:
        number = whole_number(text, expects)
        _bounded(number, least, most, above=False)
        return number

    bounds = _bounds(least, most, above=False) if math.isfinite(least) else ""
    return Kind(expects, read, f"N|{empty}" if empty == AUTO else "N", empty=empty, range=bounds)


def any_whole() -> Kind:
    """Make the kind of whole numbers without bounds."""
    return Kind("a whole number", whole_number, "N")


def number(metavar: str = "N", *, below: float = math.inf, empty: str = "") -> Kind:
    """Make the kind of numbers above 0, and below a bound, or else the word `empty`."""
    expects = f"a number or {empty}" if empty else "a number"

    def read(text: str) -> float:
        try:  # a comma parts thousands: 0,5 is not taken for 5
            found = float(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
        except ValueError:
            raise wrong(expects, text) from None
        if not math.isfinite(found):
            raise wrong(expects, text)
        if found >= below:
            raise InputError(f"must be above 0 and below {below:g}, got {found:g}")
        _bounded(found, 0, below, above=True)
        return found

    return Kind(expects, read, metavar, empty=empty, range=_bounds(0, below, above=True))


def share() -> Kind:
    """Make the kind of shares, from 0 to 1, also written in per cent."""

    def read(text: str) -> float:
        digits, percent = text.removesuffix("%").strip(), text.endswith("%")
        try:
            found = float(digits) / (100 if percent else 1)
        except ValueError:
            found = math.nan
        if math.isnan(found):
            raise wrong("a share such as 10% or 0.1", text)
        if not 0 <= found <= 1:
            raise InputError(f"must be a share from 0 to 100 %, got {one_line(text, _DIGITS)}")
        return found

    return Kind("a share such as 10% or 0.1", read, "10%", range="0 to 1")


def choice(*choices: str, empty: str = "") -> Kind:
    """Make the kind of a few words, or else the word `empty`."""
    words = (empty, *choices) if empty else choices
    expects = f"{', '.join(words[:-1])} or {words[-1]}"

    def read(text: str) -> str:
        if text not in choices:
            raise wrong(expects, text)
        return text

    return Kind(expects, read, f"{{{','.join(words)}}}", words, empty)


def switch() -> Kind:
    """Make the kind of true and false."""

    def read(text: str) -> bool:
        if text not in SWITCHED:
            raise wrong("true or false", text)
        return text == SWITCHED[0]

    return Kind("true or false", read, "", SWITCHED)


def text(metavar: str, check: Callable[[str], object] | None = None, *, expects: str = "text", empty: str = "") -> Kind:
    """Make the kind of texts, or else the word `empty`; `check` raises InputError at one that cannot be."""

    def read(given: str) -> str:
        if check is not None:
            check(given)
        return given

    return Kind(expects, read, metavar, empty=empty)


def texts(metavar: str, check: Callable[[str], object] | None = None) -> Kind:
    """Make the kind of several texts."""

    def read(given: str) -> str:
        if not given:
            raise wrong("text that is not empty", given)
        if check is not None:
            check(given)
        return given

    return Kind("text", read, metavar, several=True)


def path(metavar: str, *, empty: str) -> Kind:
    """Make the kind of file paths, where `~` is the user's home directory, or else the word `empty`."""
    return Kind("a path", path_of, metavar, empty=empty)


def special(metavar: str, expects: str, read: Callable[[str], Value], bounds: str = "") -> Kind:
    """Make a kind of its own reader, which raises InputError with the end of a sentence."""
    return Kind(expects, read, metavar, range=bounds)
