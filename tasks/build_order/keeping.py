"""States and answers as JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from maker_engine.core.decomposition import Done, Finished, Json, Started

from .state import Answer, Build, Choice, Drop, State, Unite, Work, lowest_clear


def choices_json(choices: Iterable[Choice]) -> list[Json]:
    """Return choices as `answer_json` writes them."""
    return [answer_json(choice) for choice in choices]


def state_json(state: State, choices: list[Json]) -> Json:
    """Return [choices, lowest unit left, units beyond it that are built, turns, wasted, work].

    Args:
        state: The state.
        choices: Its choices as `choices_json` writes them.
    """
    first = lowest_clear(state.built)
    return [
        choices,
        first,
        f"{state.built >> first:x}",
        [[*turn] for turn in state.turns],
        state.wasted,
        None
        if state.work is None
        else [[*state.work.running], f"{state.work.built:x}", [[*one] for one in state.work.failed]],
    ]


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into the state, but for what is ready or able, which follows from the rest.

    Raises:
        ValueError: It is no such thing.
    """
    choices, first, beyond, turns, wasted, work = value
    read = [answer_from(one) for one in choices]
    return State(
        tuple(one for one in read if isinstance(one, Drop | Unite)),
        int(beyond, 16) << first | ((1 << first) - 1),
        0,
        tuple((place, unit) for place, unit in turns),
        wasted,
        None if work is None else Work(0, tuple(work[0]), int(work[1], 16), tuple((one, why) for one, why in work[2])),
    )


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its parts."""
    if isinstance(answer, Build):
        return ["build", answer.module]
    if isinstance(answer, Started):
        return ["started", answer.tag]
    if isinstance(answer, Finished):
        done = answer.done
        return ["finished", answer.tag, done.status.value, done.value, done.started, done.ended]
    return ["drop", answer.module, answer.needed] if isinstance(answer, Drop) else ["unite"]


def answer_from(value: Any) -> Answer:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, *parts = value
    if kind == "build":
        return Build(*parts)
    if kind == "drop":
        return Drop(*parts)
    if kind == "started":
        return Started(*parts)
    if kind == "finished":
        return Finished(parts[0], Done(*parts[1:]))
    if kind == "unite":
        return Unite()
    raise ValueError(f"{kind!r} is not an answer of a build order")
