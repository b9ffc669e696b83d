"""States and answers as JSON, and back."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from maker_engine.core.decomposition import Json

from .state import Answer, Choose, Deed, Evidence, Gate, State, Table, Verdict

_ANSWERS: dict[str, type[Choose | Gate | Verdict]] = {"choose": Choose, "gate": Gate, "verdict": Verdict}


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(one) for one in value) if isinstance(value, list) else value


def state_json(state: State) -> Json:
    """Return the state's fields in their order, each record as a list of its own."""
    found: Json = _listed(astuple(state))
    return found


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into an equal state."""
    fields = dict(zip(State.__dataclass_fields__, _tupled(value), strict=True))
    for name in ("tables", "first"):
        fields[name] = tuple(Table(*one) for one in fields[name])
    fields["deed"] = None if fields["deed"] is None else Deed(*fields["deed"])
    fields["evidence"] = None if fields["evidence"] is None else Evidence(*fields["evidence"])
    fields["deeds"] = tuple(Deed(*one) for one in fields["deeds"])
    return State(**fields)


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its word."""
    return [type(answer).__name__.lower(), answer.change if isinstance(answer, Choose) else answer.word]


def answer_from(value: Any) -> Answer:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, word = value
    if kind not in _ANSWERS or not isinstance(word, str):
        raise ValueError(f"{kind!r} is no answer of a migration")
    return _ANSWERS[kind](word)
