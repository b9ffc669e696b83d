"""States and answers as JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from maker_engine.core.decomposition import Json

from .problem import Rule
from .state import Answer, Infeasible, Place, Reading, State, Struck, Undo


def state_json(state: State) -> Json:
    """Return [heard, rules, pending, placed, struck, ended]."""
    return [
        state.heard,
        [[rule.subject, rule.window, rule.weight, rule.wanted] for rule in state.rules],
        None if state.pending is None else answer_json(state.pending),
        [_place(place) for place in state.placed],
        [[_place(one.place), [_place(place) for place in sorted(one.beside)]] for one in state.struck],
        state.ended,
    ]


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into an equal state."""
    heard, rules, pending, placed, struck, ended = value
    read = None if pending is None else answer_from(pending)
    return State(
        heard,
        tuple(Rule(*rule) for rule in rules),
        read if isinstance(read, Reading) else None,
        tuple(Place(*place) for place in placed),
        tuple(Struck(Place(*one), frozenset(Place(*place) for place in beside)) for one, beside in struck),
        ended,
    )


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its parts."""
    if isinstance(answer, Place):
        return ["place", *_parts(answer)]
    if isinstance(answer, Undo):
        return ["undo", answer.interview]
    if isinstance(answer, Reading):
        return ["reading", [[wanted, window] for wanted, window in answer.rules]]
    return ["infeasible"]


def moves_of(answers: Iterable[object]) -> list[list[Any]]:
    """Return the answers that change the schedule as `answer_json` writes them."""
    found: list[list[Any]] = []
    for answer in answers:
        if isinstance(answer, Place):
            found.append(["place", *_parts(answer)])
        elif isinstance(answer, Undo):
            found.append(["undo", answer.interview])
        elif isinstance(answer, Infeasible):
            found.append(["infeasible"])
    return found


def answer_from(value: Any) -> Answer:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, *parts = value
    if kind == "place":
        return Place(*parts)
    if kind == "undo":
        return Undo(*parts)
    if kind == "reading":
        return Reading(tuple((wanted, window) for wanted, window in parts[0]))
    if kind == "infeasible":
        return Infeasible()
    raise ValueError(f"{kind!r} is not an answer of a schedule")


def _place(place: Place) -> list[Json]:
    return [*_parts(place)]


def _parts(place: Place) -> tuple[str, int, str]:
    return place.interview, place.start, place.room
