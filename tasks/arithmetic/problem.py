"""Reading a problem: which numbers, multiplied or added, by which method. Whatever is wrong is reported in one line."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from maker_engine.core.errors import ProblemError

MULTIPLY, ADD = "multiply", "add"
DIGITS, RECURSIVE = "digits", "recursive"
MOST_DIGITS = 2_000
"""Of one number: the product then stays below the 4,300 digits that Python turns into text at once."""
MOST_RECURSIVE = 100
"""Digits of a number for the recursion: its last composition is one single step, on twice as many digits."""
MOST_NUMBERS = 100
DEFAULT_DIGITS, DEFAULT_PROPOSALS, MOST_PROPOSALS = 6, 5, 50

_EXAMPLE = "12345 * 678, or 12 + 34 + 56"
_SIGNS = {"*": MULTIPLY, "x": MULTIPLY, "X": MULTIPLY, "×": MULTIPLY, "·": MULTIPLY, "+": ADD}
_PARTS = re.compile(r"[*xX×·+]|[^*xX×·+\s]+")
_KEYS = ("expression", "method", "proposals")


class Problem(NamedTuple):
    """One instance.

    Attributes:
        operation: `MULTIPLY`, of exactly two numbers, or `ADD`, of two or more.
        numbers: In decimal digits, without leading zeros.
        method: `DIGITS` or `RECURSIVE`.
        proposals: How many proposals a recursive step gathers.
    """

    operation: str
    numbers: tuple[str, ...]
    method: str
    proposals: int


def read_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make a problem of a source, the option `expression`, or numbers thrown from a seed, whichever is given first.

    Raises:
        ProblemError: Not a legal instance.
    """
    fields: dict[str, Any] = {} if source is None else _fields(source)
    if source is not None and options.get("expression"):
        raise ProblemError("an expression and a problem file are given: leave one of them out")
    method = _chosen("method", DIGITS, options, fields)
    if method not in (DIGITS, RECURSIVE):
        raise ProblemError(f"method must be {DIGITS} or {RECURSIVE}, got {reprlib.repr(method)}")
    proposals = _chosen("proposals", DEFAULT_PROPOSALS, options, fields)
    _check_whole("proposals", proposals, 1, MOST_PROPOSALS)
    text = options.get("expression") or _thrown(options) if source is None else fields["expression"]
    operation, numbers = _expression(text)
    if method == RECURSIVE and operation != MULTIPLY:
        raise ProblemError("the method recursive multiplies two numbers: use --method digits to add")
    if method == RECURSIVE and max(map(len, numbers)) > MOST_RECURSIVE:
        raise ProblemError(f"the method recursive takes up to {MOST_RECURSIVE} digits: use --method digits")
    # Proposals are the recursive method's alone: what makes no difference must not make problems differ.
    return Problem(operation, numbers, str(method), int(proposals) if method == RECURSIVE else DEFAULT_PROPOSALS)


def _chosen(name: str, default: object, options: Mapping[str, int | str], fields: Mapping[str, Any]) -> Any:
    """Return an option, or where it is at its default what the file says: a form hands every default over."""
    chosen = options.get(name, default)
    return fields.get(name, default) if chosen == default else chosen


def write_problem(problem: Problem) -> str:
    """Write a problem as the source text that reads back as it."""
    return json.dumps({"expression": expression(problem), "method": problem.method, "proposals": problem.proposals})


def expression(problem: Problem) -> str:
    """Write the numbers with their sign."""
    return (" * " if problem.operation == MULTIPLY else " + ").join(problem.numbers)


def _thrown(options: Mapping[str, int | str]) -> str:
    digits, seed = options.get("digits", DEFAULT_DIGITS), options.get("numbers-seed", 1)
    operation = options.get("operation", MULTIPLY)
    _check_whole("digits", digits, 1, MOST_DIGITS)
    _check_whole("numbers-seed", seed, 0, 10**9)
    if operation not in (MULTIPLY, ADD):
        raise ProblemError(f"operation must be {MULTIPLY} or {ADD}, got {reprlib.repr(operation)}")
    dice = Random(f"{digits} {seed}")  # noqa: S311 - numbers to calculate with are no secret
    numbers = [str(dice.randrange(10 ** (int(digits) - 1), 10 ** int(digits))) for _ in range(2)]
    return (" * " if operation == MULTIPLY else " + ").join(numbers)


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        shown = "a far larger number" if isinstance(value, int) and abs(value) > 10**12 else reprlib.repr(value)
        raise ProblemError(f"{name} must be a whole number from {least} to {most:,}, got {shown}")


def _fields(source: str) -> dict[str, Any]:
    if not source.lstrip().startswith("{"):
        return {"expression": source}
    try:
        fields = json.loads(source)
    except (ValueError, RecursionError):
        raise ProblemError(f"the problem is not JSON: write the expression alone, as in {_EXAMPLE}") from None
    strange = next((key for key in fields if key not in _KEYS), None)
    if strange is not None:
        raise ProblemError(f"unknown key {ascii(strange)[:40]}: a problem has {', '.join(_KEYS)}")
    if "expression" not in fields:
        raise ProblemError(f"the problem has no expression: write it as {_EXAMPLE}")
    return dict(fields)


def _expression(text: object) -> tuple[str, tuple[str, ...]]:
    if not isinstance(text, str):
        raise ProblemError(f"the expression must be text such as {_EXAMPLE}, got {reprlib.repr(text)}")
    parts = _PARTS.findall(text)
    numbers, signs = parts[::2], parts[1::2]
    strange = next((part for part in numbers if not re.fullmatch(r"[0-9]+", part)), None)
    if strange is not None:
        raise ProblemError(f"{_shown(strange)} is not a whole number of digits 0 to 9: write {_EXAMPLE}")
    wrong = next((sign for sign in signs if sign not in _SIGNS), None)
    if wrong is not None:
        raise ProblemError(f"{_shown(wrong)} is where * or + should be: write {_EXAMPLE}")
    if len(numbers) != len(signs) + 1 or not signs:
        raise ProblemError(f"{_shown(text)} is not a sum or product of numbers: write {_EXAMPLE}")
    operations = {_SIGNS[sign] for sign in signs}
    if len(operations) > 1 or (MULTIPLY in operations and len(numbers) != 2):
        raise ProblemError(f"multiply two numbers, or add up to {MOST_NUMBERS}: write {_EXAMPLE}")
    if len(numbers) > MOST_NUMBERS:
        raise ProblemError(f"{len(numbers)} numbers are given: add at most {MOST_NUMBERS}")
    longest = max(map(len, numbers))
    if longest > MOST_DIGITS:
        raise ProblemError(f"a number has {longest:,} digits: give at most {MOST_DIGITS:,}")
    return operations.pop(), tuple(number.lstrip("0") or "0" for number in numbers)


def _shown(text: str) -> str:
    short = text.strip()[:24]
    return ascii(short if len(short) == len(text.strip()) else f"{short}...")
