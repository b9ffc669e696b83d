"""One decided step as one packed row: every sample with its verdict and text, texts stored once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from itertools import count, product
from types import NoneType
from typing import Any, NamedTuple, TypeAlias

import msgpack

from maker_engine.core import decisions
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.events import (
    CandidateStruck,
    Event,
    PersonAmended,
    PersonAnswered,
    PersonDecided,
    PersonVoted,
    ProbeAnswered,
    ResponseFlagged,
    SampleAsked,
    SettingsChanged,
    StepEscalated,
    StepHopeless,
    StepReused,
    VoteCast,
)
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.sessions.store.asides import Aside, aside_in, aside_of, events_of_aside, flag_in, row_of
from maker_engine.sessions.store.record import LARGEST

MOST_PARTS, _UNCOUNTED = 2_000_000, 4 * 2**20
"""Most lists and objects of a step, and from how many bytes on they are counted: an empty list is one byte in a file,
and fifty in memory."""
_TEXT, _COUNT, _FIGURE = {str}, (int, NoneType), (float, int, NoneType)
_SAMPLE_KINDS = frozenset(product([int], _COUNT, _COUNT, [str, NoneType], _FIGURE, _FIGURE, _COUNT, [int]))
"""Types of what stands in a sample's row, for a file may be anybody's: looked up at once, since there are millions."""
_MOST = float(LARGEST)
JSON_TEXT = 1
"""MessagePack extension for a value that only JSON can hold."""


class Act(NamedTuple):
    """Something that was done to a ballot besides voting.

    `kind` is "voted", "decided", "struck", "answered" or "amended" by the person `who`; "escalated" to the model
    `who`, with no answer; or "reused", the decision of step number `who` being taken over.
    """

    kind: str
    who: str
    answer: Hashable


Entry: TypeAlias = Sample | Act | Aside
_ACTS: dict[type, str] = {
    PersonVoted: "voted", PersonDecided: "decided", CandidateStruck: "struck",
    PersonAnswered: "answered", PersonAmended: "amended",
}  # fmt: skip
Kept: TypeAlias = (
    VoteCast
    | ResponseFlagged
    | PersonVoted
    | PersonDecided
    | CandidateStruck
    | PersonAnswered
    | PersonAmended
    | StepEscalated
    | StepReused
    | ProbeAnswered
    | SettingsChanged
    | StepHopeless
)
"""The events that make up a step's entries."""


def entry_of(event: Kept) -> Entry:
    """Turn an event into what is kept of it."""
    match event:
        case VoteCast():
            return Sample(event.sample, event.answer, event.response)
        case ResponseFlagged():
            return Sample(event.sample, event.flag, event.response)
        case ProbeAnswered() | SettingsChanged() | StepHopeless():
            return aside_of(event)
        case StepEscalated():
            return Act("escalated", event.model, None)
        case StepReused():
            return Act("reused", str(event.origin), event.answer)
        case _:
            return Act(_ACTS[type(event)], event.voter, event.answer)


def events_of(step: int, entry: Entry) -> list[Event]:
    """Turn an entry back into the events that it came from, the asking included."""
    if isinstance(entry, Sample):
        asked, (number, verdict, response) = SampleAsked(step, entry.sample), entry
        if isinstance(verdict, Flag):
            return [asked, ResponseFlagged(step, number, verdict, response)]
        return [asked, VoteCast(step, number, verdict, response)]
    if isinstance(entry, Aside):
        return events_of_aside(step, entry)
    if entry.kind == "escalated":
        return [StepEscalated(step, entry.who)]
    if entry.kind == "reused":
        return [StepReused(step, int(entry.who), entry.answer)]
    made = {kind: event for event, kind in _ACTS.items()}[entry.kind]
    return [made(step, entry.who, entry.answer)]


to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Writes JSON as compactly as it goes, in ASCII, so that lone surrogates survive every store."""


_pack = msgpack.Packer(unicode_errors="surrogatepass").pack


def dense(value: object) -> bytes:
    """Write a JSON value in about a third of the bytes that JSON takes."""
    try:
        packed: bytes = _pack(value)
    except OverflowError:  # an integer of more than 64 bits
        packed = msgpack.packb(msgpack.ExtType(JSON_TEXT, to_json(value).encode()))
    return packed


def _unpacked(packed: bytes) -> Any:
    """Unpack MessagePack; a long text of it may not come to lists without number.

    Raises:
        ValueError: It is none, or made of more than `MOST_PARTS` lists and objects.
    """
    if len(packed) <= _UNCOUNTED:
        return msgpack.unpackb(packed, unicode_errors="surrogatepass")
    numbers = count(1)

    def counted(part: Any) -> Any:
        if next(numbers) > MOST_PARTS:
            raise ValueError(f"a step is made of more than {MOST_PARTS:,} parts")
        return part

    return msgpack.unpackb(packed, unicode_errors="surrogatepass", list_hook=counted, object_hook=counted)


def undense(packed: bytes) -> Any:
    """Turn what `dense` gave back into an equal value."""
    value = _unpacked(packed)
    return json.loads(value.data) if isinstance(value, msgpack.ExtType) else value


def pack(entries: Sequence[Entry], task: AnyTask) -> bytes:
    """Pack a step's entries, in order, uncompressed. Texts, answers and model names are stored once."""
    return pack_step(entries, task).packed


class PackedStep(NamedTuple):
    """A step packed.

    Attributes:
        packed: Its entries, uncompressed.
        answers: Each answer made `dense`; the step's own is mostly one of them.
        only_votes: True where every entry is a sample that was not flagged.
    """

    packed: bytes
    answers: dict[Hashable, bytes]
    only_votes: bool


def pack_step(entries: Sequence[Entry], task: AnyTask, *, texts_kept: bool = True) -> PackedStep:
    """Pack as `pack` does.

    Args:
        entries: What happened in the step.
        task: Encodes the answers.
        texts_kept: False to leave the responses' texts out; they come back empty, as no vote's text can be.
    """
    # Each maps a value to its number, in order of appearance.
    answers: dict[Hashable, int] = {}
    texts: dict[str, int] = {}
    models: dict[str, int] = {}
    rows: list[tuple[Any, ...]] = []
    only_votes = True
    for entry in entries:
        if not isinstance(entry, Sample):
            only_votes = False
            if isinstance(entry, Aside):
                rows.append(row_of(entry, answers, texts_kept=texts_kept))
            else:
                index = None if entry.answer is None else answers.setdefault(entry.answer, len(answers))
                rows.append((entry.kind, entry.who, index))
            continue
        number, verdict, response = entry
        finish, latency = None, response.latency_s
        found: int | tuple[str, ...]
        if isinstance(verdict, Flag):
            only_votes = False
            found, finish = tuple(verdict), response.finish_reason  # a vote's is "stop", or it would not be a vote
        else:
            found = answers.setdefault(verdict, len(answers))
        row = (
            number,
            found,
            texts.setdefault(response.text, len(texts)) if texts_kept else None,
            response.tokens_in,
            response.tokens_out,
            finish,
            response.cost_usd,
            latency and round(latency, 4),
            models.setdefault(response.model, len(models)),
        )
        plain = response.tokens_reasoning is None and response.shared == 1
        rows.append(row if plain else (*row, response.tokens_reasoning, response.shared))
    encoded = {answer: dense(decisions.encode(task, answer)) for answer in answers}
    packed: bytes = _pack(([*encoded.values()], [*texts], [*models], rows))
    return PackedStep(packed, encoded, only_votes)


def repacked(answers: Sequence[bytes], *others: Any) -> bytes:
    """Pack a step again that `open_packed` has taken apart."""
    packed: bytes = _pack((answers, *others))
    return packed


class Packed(NamedTuple):
    """A packed step taken apart one level.

    Attributes:
        answers: Each answer made `dense`, in order of appearance.
        texts: Each text once.
        models: Each model's name once.
        rows: A row an entry: three values for an act or an aside; nine for a sample, whose second is the number of
            its answer or the flag, and eleven for one with reasoning tokens or with others from the same call.
    """

    answers: list[bytes]
    texts: list[str]
    models: list[str]
    rows: list[list[Any]]


def open_packed(packed: bytes) -> Packed:
    """Take a packed step apart without making entries of it."""
    return Packed._make(_unpacked(packed))


def unpack(packed: bytes, task: AnyTask) -> list[Entry]:
    """Turn what `pack` gave back into equal entries."""
    encoded, texts, models, rows = open_packed(packed)
    if not {*map(type, texts), *map(type, models)} <= _TEXT:
        raise ValueError("a text is not as maker writes it")
    answers = [decisions.decode(task, undense(answer)) for answer in encoded]
    entries: list[Entry] = []
    for row in rows:
        if len(row) == 3:
            kind, who, index = row
            if type(kind) is not str or type(who) is not str:
                raise ValueError("an act is not as maker writes it")
            if isinstance(index, dict):
                entries.append(aside_in(kind, who, index, answers))
                continue
            entries.append(Act(kind, who, None if index is None else answers[index]))
            continue
        number, verdict, text, tokens_in, tokens_out, finish, cost, latency, model, *further = row
        reasoning, shared = further or (None, 1)
        kinds = (
            type(number), type(tokens_in), type(tokens_out), type(finish), type(cost), type(latency), type(reasoning),
            type(shared),
        )  # fmt: skip
        if kinds not in _SAMPLE_KINDS or not (-_MOST <= (cost or 0) <= _MOST and -_MOST <= (latency or 0) <= _MOST):
            raise ValueError("a sample is not as maker writes it")
        said = "" if text is None else texts[text]
        response = Response(
            said, tokens_in, tokens_out, finish or "stop", cost, latency, models[model], "", reasoning, shared
        )
        entries.append(Sample(number, answers[verdict] if isinstance(verdict, int) else flag_in(verdict), response))
    return entries
