"""What a step may be decided as, whatever its kind, told and turned into JSON and back.

Votes and proposals are the task's to encode; what the engine makes of them, and what a person said, is not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from maker_engine.core.decomposition import Amendment, AnyTask, Gathered, Json, Said

MARK = "maker"
"""The key that marks an object as the engine's own."""
TOLD_CHARACTERS = 24
_NOT_VOTED = frozenset({Gathered, Said, Amendment})


def is_voted(decision: Hashable) -> bool:
    """Tell whether a decision is of the kind that agents vote on; no oracle knows what was gathered, or said."""
    return type(decision) not in _NOT_VOTED


def encode(task: AnyTask, decision: Hashable) -> Json:
    """Turn a decision, a vote or a proposal into JSON."""
    match decision:
        case Gathered():
            return {MARK: "gathered", "proposals": [[task.encode_answer(one), n] for one, n in decision.proposals]}
        case Said():
            return {MARK: "said", "text": decision.text, "voter": decision.voter}
        case Amendment():
            return {MARK: "amendment", "text": decision.text, "voter": decision.voter}
        case _:
            return task.encode_answer(decision)


def decode(task: AnyTask, value: Any) -> Any:
    """Turn what `encode` gave back into an equal decision.

    Raises:
        ValueError: It is marked as the engine's, and is nothing the engine wrote.
    """
    if not (isinstance(value, dict) and MARK in value):
        return task.decode_answer(value)
    match value:
        case {"maker": "gathered", "proposals": [*pairs]}:
            return Gathered(tuple((task.decode_answer(one), _count(n)) for one, n in pairs))
        case {"maker": "said", "text": str(text), "voter": str(voter)}:
            return Said(text, voter)
        case {"maker": "amendment", "text": str(text), "voter": str(voter)}:
            return Amendment(text, voter)
    raise ValueError(f"a decision of the kind {value[MARK]!r} is not known")


def is_gathered(value: Any) -> bool:
    """Tell whether `encode` gave `value` for proposals."""
    return isinstance(value, dict) and value.get(MARK) == "gathered"


def describe(task: AnyTask, decision: Hashable) -> str:
    """Tell a decision, a vote or a proposal in at most 24 characters, which may yet have to be made printable.

    A stranger's task that cannot tell an answer must not end its own run, or its report: its error is told instead.
    """
    match decision:
        case Gathered():
            different = len(decision.proposals)
            return f"{different} proposal{'s' if different != 1 else ''}"
        case Said() | Amendment():
            text = " ".join(decision.text.split()) or "nothing"
            return text if len(text) <= TOLD_CHARACTERS else text[: TOLD_CHARACTERS - 1] + "…"
        case _:
            try:
                return task.describe(decision)
            except Exception as error:  # noqa: BLE001 - it is named where the answer would stand
                return f"({type(error).__name__})"


def decided_first(rows: Iterable[tuple[Hashable, int]], decided: Hashable) -> tuple[tuple[Hashable, int], ...]:
    """Return the rows of a ballot with the decided answer in front; with no votes where only a person wanted it.

    What was gathered, or said, is no row of its own: then the rows stay as they are.
    """
    rows = tuple(rows)
    if not is_voted(decided):
        return rows
    return ((decided, dict(rows).get(decided, 0)), *(row for row in rows if row[0] != decided))


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"a proposal is made by at least one agent, got {value!r}")
    return value
