"""The fields of an exported event, each examined: a stranger may have written any of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record import decisions
from maker_engine.core.record.values import LARGEST, LATEST_S, to_json
from maker_engine.core.responses import Flag, Prompt, Response

LONGEST_LINE = 32 * 2**20
"""Characters of an event."""
LONGEST_WORD = 10_000
"""Characters of a name, a reason or whatever else is no response's text or prompt."""
MOST = 2**53
"""The largest count: every program that reads JSON holds it exactly."""

Value = TypeVar("Value")


def event_in(line: str) -> dict[str, Any]:
    """Read one line.

    Raises:
        InputError: It is no JSON object, or too long.
        ValueError: It is no JSON.
        RecursionError: It is nested too deep.
    """
    if len(line) > LONGEST_LINE:
        raise InputError(f"longer than {LONGEST_LINE:,} characters")
    event = json.loads(line, parse_constant=_no_number)
    if not isinstance(event, dict):
        raise InputError("it is not a JSON object")
    return event


def _no_number(name: str) -> NoReturn:
    raise InputError(f"{name} is not a JSON number")


def of(event: Mapping[str, Any], key: str, kind: type[Value]) -> Value:
    """Return a field of the right type; a bool is no int, and an int will do for a float.

    Raises:
        InputError: It is missing, of another type, or beyond what a session holds.
    """
    if key not in event:
        raise InputError(f"{key!r} is missing")
    value = event[key]
    if kind is float and type(value) is int and -LARGEST <= value <= LARGEST:
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InputError(f"{key!r} is no {kind.__name__}")
    if isinstance(value, float) and not -LARGEST <= value <= LARGEST:
        raise InputError(f"{key!r} is a number that cannot be")
    return value


def maybe(event: Mapping[str, Any], key: str, kind: type[Value]) -> Value | None:
    """Return a field of the right type, or null; raises as `of` does."""
    return None if key in event and event[key] is None else of(event, key, kind)


def word(event: Mapping[str, Any], key: str) -> str:
    """Return a short text; raises as `of` does."""
    value = of(event, key, str)
    if len(value) > LONGEST_WORD:
        raise InputError(f"{key!r} is longer than {LONGEST_WORD:,} characters")
    return value


def number(event: Mapping[str, Any], key: str, most: int = MOST, least: int = 0) -> int:
    """Return a whole number from `least` to `most`; raises as `of` does."""
    value = of(event, key, int)
    if not least <= value <= most:
        raise InputError(f"{key!r} is not from {least} to {most:,}")
    return value


def answer(event: Mapping[str, Any], task: AnyTask) -> Any:
    """Return the answer that the task reads out of a field, which it has to write in the same way.

    Raises:
        InputError: It does not. What the task raises is raised as it is.
    """
    if "answer" not in event:
        raise InputError("'answer' is missing")
    found = decisions.decode(task, event["answer"])
    hash(found)  # votes are counted by it
    if to_json(decisions.encode(task, found)) != to_json(event["answer"]):
        raise InputError("'answer' is not written as the task writes it")
    return found


def verdict(event: Mapping[str, Any], task: AnyTask) -> Any:
    """Return what a sample votes for, or the flag that discarded it; raises as `answer` does."""
    if ("flag" in event) == ("answer" in event):
        raise InputError("it has to have either an answer or a flag")
    if "answer" in event:
        return answer(event, task)
    flag = of(event, "flag", dict)
    return Flag(word(flag, "rule"), word(flag, "reason"), word(flag, "excerpt"))


def prompt(event: Mapping[str, Any]) -> Prompt | None:
    """Return the prompt of an event, None for the step's own; raises as `of` does."""
    found = maybe(event, "prompt", dict)
    return None if found is None else Prompt(of(found, "system", str), of(found, "user", str))


def response(event: Mapping[str, Any]) -> Response:
    """Return the response of a sample or a probe; raises as `of` does."""
    cost, latency = maybe(event, "cost_usd", float), of(event, "latency_s", float)
    if latency < 0 or (cost is not None and cost < 0):
        raise InputError("'latency_s' or 'cost_usd' is negative")
    return Response(
        text=of(event, "text", str),
        tokens_in=_tokens(event, "tokens_in"),
        tokens_out=_tokens(event, "tokens_out"),
        finish_reason=word(event, "finish_reason"),
        cost_usd=cost,
        latency_s=latency,
        model=word(event, "model"),
        tokens_reasoning=_tokens(event, "tokens_reasoning") if "tokens_reasoning" in event else None,
        shared=number(event, "shared", MOST, 1) if "shared" in event else 1,
        began_s=_began(event) if "began_s" in event else None,
    )


def _began(event: Mapping[str, Any]) -> float | None:
    began = maybe(event, "began_s", float)
    if began is not None and not 0 <= began <= LATEST_S:
        raise InputError("'began_s' is not a point in time since 1970")
    return began


def _tokens(event: Mapping[str, Any], key: str) -> int | None:
    return None if maybe(event, key, int) is None else number(event, key)


def names(event: Mapping[str, Any], key: str) -> Sequence[str]:
    """Return a list of short texts; raises as `of` does."""
    return [word({key: one}, key) for one in of(event, key, list)]
