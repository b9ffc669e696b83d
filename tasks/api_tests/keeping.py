"""States and answers as JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from typing import Any

from maker_engine.core.decomposition import Done, Finished, Json, Started
from maker_engine.core.task.plain import listed, tupled

from .state import Answer, Choose, Entry, Fault, Judge, Made, State, Trial


def state_json(state: State) -> Json:
    """Return the state's fields in their order, each record as a list of its own."""
    found: Json = listed(astuple(state))
    return found


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into an equal state."""
    trials, chosen, flying, paced, made, log, stopped, jumps, server = tupled(value)
    return State(
        tuple(_trial(one) for one in trials), chosen, flying, paced,
        tuple(Made(*one) for one in made), tuple(Entry(*one) for one in log), stopped, jumps, server,
    )  # fmt: skip


def _trial(fields: tuple[Any, ...]) -> Trial:
    whole = Trial(*fields)
    kept: Any = whole.fault  # as it was kept, a tuple of its fields
    return whole if kept is None else replace(whole, fault=Fault(*kept))


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its parts."""
    if isinstance(answer, Choose):
        return ["choose", answer.test]
    return ["judge", answer.kind, answer.after_s, answer.then]


def answer_from(value: Any) -> Answer:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, *parts = value
    if kind == "choose":
        return Choose(*parts)
    if kind == "judge":
        return Judge(*parts)
    raise ValueError(f"{kind!r} is not an answer of API tests")


def moves_of(answers: Iterable[object]) -> list[tuple[Any, ...]]:
    """Return the decisions of a run in plain values, as the check of the whole reads them."""
    found: list[tuple[Any, ...]] = []
    for answer in answers:
        if isinstance(answer, Choose | Judge):
            found.append(
                ("choose", answer.test)
                if isinstance(answer, Choose)
                else ("judge", answer.kind, answer.after_s, answer.then)
            )
        elif isinstance(answer, Started):
            found.append(("started", answer.tag))
        elif isinstance(answer, Finished):
            found.append(("finished", answer.tag, answer.done.status.value, answer.done.value))
        elif isinstance(answer, Done):
            found.append(("done",))
    return found
