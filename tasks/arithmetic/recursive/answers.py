"""Reading proposals, choices and values strictly: the last one has to be whole, and no other may contradict it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .prompts import written
from .work import ATOM, CHOOSE, SETTLE, SPLIT, Choice, Part, Split, Value

Answer: TypeAlias = Split | Choice | Value

MOST_PLACES = 250
"""Digits a number may have in an answer: more than any product of two numbers of a hundred digits."""

_N = rf"(0|[1-9][0-9]{{0,{MOST_PLACES - 1}}})"
_END = r"(?![\w.,*+^])"
_PRODUCT = rf"(?:{_N}\s*\*\s*{_N}|none)"
_SPLIT = re.compile(
    rf"p1\s*=\s*{_PRODUCT}\s+p2\s*=\s*{_PRODUCT}\s+c\s*=\s*(?:p1\s*\*\s*10\^([0-9]{{1,3}})\s*\+\s*p2|none)(?![\w*+^])",
)
_CHOICE = re.compile(rf"choice\s*=\s*([0-9]{{1,3}}){_END}")
_VALUE = re.compile(rf"value\s*=\s*{_N}{_END}")
_NAMES = {name: re.compile(rf"(?<!\w){name}\s*=") for name in ("p1", "choice", "value")}


def read_answer(stage: str, text: str) -> Answer | Flag:
    """Read what the stage of a product asks for.

    Args:
        stage: One of the stages of `work` in which something is asked.
        text: The response, any text at all.
    """
    if stage == SPLIT:
        return _read(text, "p1", _SPLIT, _split)
    if stage in (CHOOSE, SETTLE):
        return _read(text, "choice", _CHOICE, lambda found: Choice(int(found[1])))
    return _read(text, "value", _VALUE, lambda found: Value(int(found[1])))


def _read(text: str, name: str, form: re.Pattern[str], make: Callable[[re.Match[str]], Answer]) -> Answer | Flag:
    lowered = text.lower()
    places = [match.start() for match in _NAMES[name].finditer(lowered)]
    if not places:
        return Flag(MALFORMED, f"no `{name} =`", excerpt(text[-120:]))
    found = [form.match(lowered, place) for place in places]
    last = found[-1]
    if last is None:
        return Flag(MALFORMED, f"`{name} =` is not followed by what was asked for", excerpt(lowered, places[-1]))
    answer = make(last)
    if any(other is not None and make(other) != answer for other in found):
        return Flag(INCONSISTENT, "two different answers", excerpt(lowered, places[0]))
    return answer


def _split(found: re.Match[str]) -> Split:
    a, b, c, d, power = found.groups()
    return Split(
        () if a is None else (int(a), int(b)),
        () if c is None else (int(c), int(d)),
        0 if power is None else int(power),
    )


def objection(part: Part, answer: Answer) -> Flag | None:
    """Flag what cannot be an answer to the question, without looking at which one is right."""
    if isinstance(answer, Split):
        missing = (not answer.first, not answer.second, not answer.power)
        if any(missing) and not all(missing):
            return Flag(INCONSISTENT, "of P1, P2 and C some are none and some are not", excerpt(written(answer)))
        longest = max(len(str(part.left)), len(str(part.right)))
        if answer.power >= max(2, longest + 1):
            return Flag(ILLEGAL, f"10^{answer.power} splits off more than there is", excerpt(written(answer)))
    elif isinstance(answer, Choice):
        if answer.number > len(part.offers):
            reason = f"there is no proposal {answer.number}, only {len(part.offers)}"
            return Flag(ILLEGAL, reason, f"choice = {answer.number}")
    elif len(str(answer.value)) > most_places(part):
        return Flag(ILLEGAL, f"more than the {most_places(part)} digits there can be", excerpt(str(answer.value)))
    return None


def most_places(part: Part) -> int:
    """Return how many digits a value can have at most."""
    if part.stage == ATOM or part.split is None:
        return len(str(part.left)) + len(str(part.right))
    return max(len(str(part.first)) + part.split.power, len(str(part.second))) + 1


def describe(answer: Answer) -> str:
    """Describe an answer in at most 24 characters."""
    if isinstance(answer, Choice):
        return f"proposal {answer.number}" if answer.number else "none of them"
    if isinstance(answer, Value):
        text = f"= {answer.value}"
    elif not answer.first and not answer.second:
        text = "atomic"
    else:
        text = " ".join("none" if not part else f"{part[0]}×{part[1]}" for part in (answer.first, answer.second))
    return text if len(text) <= 24 else f"{text[:23]}…"


def to_json(answer: Answer) -> list[Any]:
    """Turn an answer into JSON; numbers as text, since they may be longer than other readers of JSON take."""
    match answer:
        case Split():
            return ["split", [str(n) for n in answer.first], [str(n) for n in answer.second], answer.power]
        case Choice():
            return ["choice", answer.number]
        case Value():
            return ["value", str(answer.value)]


def from_json(value: Any) -> Answer:
    """Turn what `to_json` gave back into an equal answer."""
    match value:
        case ["split", first, second, power]:
            return Split(_numbers(first), _numbers(second), power)
        case ["choice", number]:
            return Choice(number)
        case ["value", digits]:
            return Value(int(digits))
    raise ValueError(f"{value!r} is not an answer of a recursive multiplication")


def _numbers(value: list[str]) -> tuple[int, ...]:
    return tuple(map(int, value))
