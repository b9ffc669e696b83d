"""The independent check of a whole recursion: it is walked through again as a recursion, on whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class _FaultError(Exception):
    pass


def replay(left: int, right: int, deepest: int, answers: Iterable[Any]) -> list[str]:
    """Check every decomposition, value and composition that was decided for.

    Args:
        left: The first number.
        right: The second number.
        deepest: Depth from which products are asked for outright, 0 being the whole one's.
        answers: The results of the steps in order: what was gathered has `proposals`, a choice a `number`, a value a
            `value`; read once.

    Returns:
        What is wrong, one sentence; empty when the last value is the product, rightly come by.
    """
    given = iter(answers)
    try:
        _multiply(left, right, deepest, given)
    except _FaultError as fault:
        return [str(fault)]
    return ["steps follow after the result"] if next(given, None) is not None else []


def _multiply(left: int, right: int, depth_left: int, given: Iterator[Any]) -> None:
    what = f"{_short(left)} × {_short(right)}"
    nothing: tuple[int, ...] = ()
    parts = _chosen(given, 3, f"decomposition of {what}") if depth_left else (nothing, nothing, 0)
    first, second, power = parts
    if len(first) != 2 or len(second) != 2:
        value = getattr(_next(given, f"value of {what}"), "value", None)
        if value != left * right:
            raise _FaultError(f"the value of {what} is false")
        return
    if first[0] * first[1] * 10**power + second[0] * second[1] != left * right:
        raise _FaultError(f"the decomposition of {what} does not give it")
    _multiply(first[0], first[1], depth_left - 1, given)
    _multiply(second[0], second[1], depth_left - 1, given)
    (value,) = _chosen(given, 1, f"composition of {what}")
    if value != left * right:
        raise _FaultError(f"the composition of {what} is false")


def _chosen(given: Iterator[Any], fields: int, what: str) -> Any:
    """Return the proposal that was voted for, of so many fields; gatherings of which none was are passed over."""
    while True:
        gathered = getattr(_next(given, what), "proposals", None)
        number = getattr(_next(given, what), "number", None)
        if gathered is None or number is None or number > len(gathered):
            raise _FaultError(f"the {what} is not a gathering and a choice from it")
        if number:
            chosen = sorted(proposal for proposal, _ in gathered)[number - 1]
            if len(chosen) != fields:
                raise _FaultError(f"what was chosen is no {what}")
            return chosen


def _next(given: Iterator[Any], what: str) -> Any:
    answer = next(given, None)
    if answer is None:
        raise _FaultError(f"it ends before the {what}")
    return answer


def _short(number: int) -> str:
    text = str(number)
    return text if len(text) <= 12 else f"{text[:4]}…{text[-4:]}"
