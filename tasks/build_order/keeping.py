"""States and answers as JSON, and back."""

from __future__ import annotations

from typing import Any

from maker_engine.core.decomposition import Json

from .state import Answer, Build, Choice, Drop, State, Unite, lowest_clear


def state_json(state: State) -> Json:
    """Return [choices, lowest unit left, the units beyond it that are built, turns, wasted]."""
    first = lowest_clear(state.built)
    return [
        [answer_json(choice) for choice in state.choices],
        first,
        f"{state.built >> first:x}",
        [[*turn] for turn in state.turns],
        state.wasted,
    ]


def state_parts(value: Any) -> tuple[tuple[Choice, ...], int, tuple[tuple[int, int], ...], int]:
    """Turn what `state_json` gave back into choices, built, turns and wasted; what is ready follows from them.

    Raises:
        ValueError: It is no such thing.
    """
    choices, first, beyond, turns, wasted = value
    read = [answer_from(one) for one in choices]
    return (
        tuple(one for one in read if not isinstance(one, Build)),
        int(beyond, 16) << first | ((1 << first) - 1),
        tuple((place, unit) for place, unit in turns),
        wasted,
    )


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its parts."""
    if isinstance(answer, Build):
        return ["build", answer.module]
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
    if kind == "unite":
        return Unite()
    raise ValueError(f"{kind!r} is no answer of a build order")
