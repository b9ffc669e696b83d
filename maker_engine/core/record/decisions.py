"""What a step may be decided as, whatever its kind: described, and turned into JSON and back.

Votes and proposals are the task's to encode; what the engine makes of them, what a person said, and what has come of
an effect is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, TypeAlias

from maker_engine.core.decomposition import (
    Amendment,
    AnyTask,
    Done,
    Finished,
    Gathered,
    Json,
    Said,
    Started,
    Status,
    Undecided,
)

MARK = "maker"
"""The key that marks an object as the engine's own."""
DESCRIPTION_LIMIT = 24
UNDECIDED = "undecided"
"""How a step that was given up is described; why it was is in its reason."""
_EXIT = re.compile(r'\{"exit": (-?[1-9][0-9]{0,5})[,}]')
"""The exit status of a program that failed, which is the first field of its value."""
Fields: TypeAlias = dict[str, Json]


class Kind(NamedTuple):
    """A kind of decision that is the engine's own.

    Attributes:
        mark: What its object says under `MARK`.
        encode: Gives the fields of its object.
        decode: Reads them back; raises KeyError, TypeError or ValueError on what are none.
        describe: Describes it, at any length.
    """

    mark: str
    encode: Callable[[AnyTask, Any], Fields]
    decode: Callable[[AnyTask, Fields], Any]
    describe: Callable[[Any], str]


def is_voted(decision: Hashable) -> bool:
    """Return whether a decision is of the kind that agents vote on; no oracle knows what was gathered, said or done."""
    return type(decision) not in _KINDS


def encode(task: AnyTask, decision: Hashable) -> Json:
    """Turn a decision, a vote or a proposal into JSON."""
    kind = _KINDS.get(type(decision))
    return task.encode_answer(decision) if kind is None else {MARK: kind.mark, **kind.encode(task, decision)}


def decode(task: AnyTask, value: Any) -> Any:
    """Turn what `encode` gave back into an equal decision.

    Raises:
        ValueError: It is marked as the engine's, and is nothing the engine wrote.
    """
    if not (isinstance(value, dict) and MARK in value):
        return task.decode_answer(value)
    kind = _BY_MARK.get(str(value[MARK]))
    if kind is not None:
        try:
            return kind.decode(task, value)
        except (KeyError, TypeError, ValueError):
            pass
    raise ValueError(f"a decision of the kind {value[MARK]!r} is not known")


def is_outcome(decision: Hashable) -> bool:
    """Return whether a decision is of a step that acts."""
    return isinstance(decision, Done | Started | Finished)


def is_gathered(value: Any) -> bool:
    """Return whether `encode` gave `value` for proposals."""
    return isinstance(value, dict) and value.get(MARK) == "gathered"


def describe(task: AnyTask, decision: Hashable) -> str:
    """Describe a decision, a vote or a proposal in at most 24 characters, which may yet have to be made printable.

    A task that cannot describe an answer must not end its own run, or its report: its error is shown instead.
    """
    kind = _KINDS.get(type(decision))
    if kind is not None:
        text = kind.describe(decision)
        return text if len(text) <= DESCRIPTION_LIMIT else text[: DESCRIPTION_LIMIT - 1] + "…"
    try:
        return task.describe(decision)
    except Exception as error:  # noqa: BLE001 - it is named where the answer would be
        return f"({type(error).__name__})"


def decided_first(rows: Iterable[tuple[Hashable, int]], decided: Hashable) -> tuple[tuple[Hashable, int], ...]:
    """Return the rows of a ballot with the decided answer in front; with no votes where only a person wanted it.

    What was gathered, said or done is no row of its own: then the rows stay as they are.
    """
    rows = tuple(rows)
    if not is_voted(decided):
        return rows
    return ((decided, dict(rows).get(decided, 0)), *(row for row in rows if row[0] != decided))


def done_fields(done: Done) -> Fields:
    """Turn what has come of an effect into the fields of a JSON object."""
    return {"status": done.status.value, "value": done.value, "started": done.started, "ended": done.ended}


def read_done(fields: dict[str, Any]) -> Done:
    """Turn the fields of `done_fields` back into what has come of an effect.

    Raises:
        ValueError: They are none.
    """
    match fields:
        case {
            "status": str(status),
            "value": str(text),
            "started": int() | float() as began,
            "ended": int() | float() as ended,
        }:
            json.loads(text)
            return Done(Status(status), text, float(began), float(ended))
    raise ValueError("the outcome of an effect has a status, a value, and the times of its beginning and end")


def _undecided(_: AnyTask, fields: dict[str, Any]) -> Undecided:
    ask_later = fields["ask_later"]
    if not isinstance(ask_later, bool):
        raise TypeError("ask_later is neither true nor false")
    return Undecided(_text(fields, "reason"), ask_later)


def _gathered(task: AnyTask, fields: dict[str, Any]) -> Gathered:
    match fields:
        case {"proposals": [*pairs]}:
            return Gathered(tuple((task.decode_answer(one), _count(n)) for one, n in pairs))
    raise ValueError("there are no proposals")


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"a proposal is made by at least one agent, got {value!r}")
    return value


def _text(fields: Fields, key: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not text")
    return value


def _counted(gathered: Gathered) -> str:
    different = len(gathered.proposals)
    return f"{different} proposal{'s' if different != 1 else ''}"


def _words(kind: type[Said | Amendment], mark: str) -> Kind:
    return Kind(
        mark,
        lambda _, said: {"text": said.text, "voter": said.voter},
        lambda _, fields: kind(_text(fields, "text"), _text(fields, "voter")),
        lambda said: " ".join(said.text.split()) or "nothing",
    )


def _came_to(done: Done) -> str:
    """Tell in a word or two what has come of an effect: its status, or a program's exit that is not 0."""
    failed = _EXIT.match(done.value) if done.ok else None
    return f"exit {failed[1]}" if failed else done.status.value


def _tagged(tag: str, word: str) -> str:
    """Tell what an effect that was started has come to; of a long tag the end goes, never the word."""
    room = DESCRIPTION_LIMIT - len(word) - 1
    return f"{tag if len(tag) <= room else tag[: room - 1] + '…'} {word}"


_KINDS: dict[type, Kind] = {
    Gathered: Kind(
        "gathered",
        lambda task, gathered: {"proposals": [[task.encode_answer(one), n] for one, n in gathered.proposals]},
        _gathered,
        _counted,
    ),
    Undecided: Kind(
        "undecided",
        lambda _, given_up: {"reason": given_up.reason, "ask_later": given_up.ask_later},
        _undecided,
        lambda _: UNDECIDED,
    ),
    Said: _words(Said, "said"),
    Amendment: _words(Amendment, "amendment"),
    Done: Kind("done", lambda _, done: done_fields(done), lambda _, fields: read_done(fields), _came_to),
    Started: Kind(
        "started",
        lambda _, started: {"tag": started.tag},
        lambda _, fields: Started(_text(fields, "tag")),
        lambda started: _tagged(started.tag, "started"),
    ),
    Finished: Kind(
        "finished",
        lambda _, ended: {"tag": ended.tag, **done_fields(ended.done)},
        lambda _, fields: Finished(_text(fields, "tag"), read_done(fields)),
        lambda ended: _tagged(ended.tag, _came_to(ended.done)),
    ),
}
_BY_MARK = {kind.mark: kind for kind in _KINDS.values()}
