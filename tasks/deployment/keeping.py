"""States and answers as JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from typing import Any

from maker_engine.core.decomposition import Done, Json
from maker_engine.core.task.plain import listed

from .state import Choose, Evidence, Fleet, Judge, Operation, Side, State, Totals


def state_json(state: State) -> Json:
    """Return the state's fields in their order, each record as a list of its own."""
    found: Json = listed(astuple(state))
    return found


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into an equal state.

    Raises:
        ValueError: It is no such thing.
    """
    made = State(*value)
    evidence: Any = made.evidence
    return replace(
        made,
        fleets=tuple(Fleet(*one) for one in value[1]),
        operation=None if made.operation is None else Operation(*value[3]),
        done=tuple(Operation(*one) for one in value[4]),
        left=tuple(Operation(*one) for one in value[5]),
        evidence=None
        if evidence is None
        else Evidence(evidence[0], Side(*evidence[1]), Side(*evidence[2]), evidence[3], evidence[4]),
        totals=Totals(*value[11]),
        tally=tuple((side, well, took) for side, well, took in value[13]),
    )


def answer_json(answer: Any) -> Json:
    """Return the answer's kind and its parts."""
    if isinstance(answer, Choose):
        return ["choose", *astuple(answer.operation)]
    return ["judge", answer.verdict]


def answer_from(value: Any) -> Choose | Judge:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, *parts = value
    if kind == "choose":
        return Choose(Operation(*parts))
    if kind == "judge":
        return Judge(*parts)
    raise ValueError(f"{kind!r} is no answer of a rollout")


def moves_of(answers: Iterable[object]) -> list[tuple[Any, ...]]:
    """Return the decisions and outcomes of a run in plain values, as the check of the whole reads them."""
    found: list[tuple[Any, ...]] = []
    for answer in answers:
        if isinstance(answer, Choose):
            found.append(("choose", *astuple(answer.operation)))
        elif isinstance(answer, Judge):
            found.append(("judge", answer.verdict))
        elif isinstance(answer, Done):
            found.append(("done", answer.status.value, answer.value))
    return found
