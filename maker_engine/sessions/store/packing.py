"""One decided step as one packed row: every sample with its verdict and text, texts stored once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from itertools import count
from typing import Any, NamedTuple

import msgpack

from maker_engine.core import decisions
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.registry import BY_TAG, form_of
from maker_engine.core.record.sample_kinds import sample_row
from maker_engine.core.record.values import LATEST_S, to_json
from maker_engine.core.responses import Flag, Sample
from maker_engine.sessions.store import former

MOST_PARTS, _UNCOUNTED = 2_000_000, 4 * 2**20
"""Most lists and objects of a step, and from how many bytes on they are counted: an empty list is one byte in a file,
and fifty in memory."""
JSON_TEXT = 1
"""MessagePack extension for a value that only JSON can hold."""

_pack = msgpack.Packer(unicode_errors="surrogatepass").pack


def dense(value: object) -> bytes:
    """Write a JSON value in about a third of the bytes that JSON takes."""
    try:
        packed: bytes = _pack(value)
    except OverflowError:  # an integer of more than 64 bits
        packed = msgpack.packb(msgpack.ExtType(JSON_TEXT, to_json(value).encode()))
    return packed


def unpacked(packed: bytes) -> Any:
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
    value = unpacked(packed)
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
    interned = Interned(texts_kept=texts_kept)
    rows = []
    only_votes = True
    for entry in entries:
        if isinstance(entry, Sample):
            only_votes = only_votes and not isinstance(entry.verdict, Flag)
            rows.append(sample_row(entry, interned))
        else:
            only_votes = False
            rows.append(form_of(entry).row(entry, interned))
    encoded = {answer: dense(decisions.encode(task, answer)) for answer in interned.answers}
    packed = repacked(Packed([*encoded.values()], [*interned.texts], [*interned.models], rows, interned.began_ms))
    return PackedStep(packed, encoded, only_votes)


class Packed(NamedTuple):
    """A packed step taken apart one level.

    Attributes:
        answers: Each answer made `dense`, in order of appearance.
        texts: Each text once.
        models: Each model's name once.
        rows: A row an entry; what its first value says it is, `registry.BY_TAG` reads.
        began_ms: When its first sample that has a time was begun, in ms since 1970; 0 for none.
    """

    answers: list[bytes]
    texts: list[str]
    models: list[str]
    rows: list[Any]
    began_ms: int


def repacked(step: Packed) -> bytes:
    """Pack a step again that `open_packed` has taken apart."""
    packed: bytes = _pack(step)
    return packed


def open_packed(packed: bytes) -> Packed:
    """Take a packed step apart without making entries of it; one of an older format is given as it would be now."""
    parts = unpacked(packed)
    if len(parts) == former.PARTS:
        answers, texts, models, rows = parts
        return Packed(answers, texts, models, former.tagged(rows), 0)
    return Packed._make(parts)


def unpack(packed: bytes, task: AnyTask) -> list[Entry]:
    """Turn what `pack` gave back into equal entries."""
    encoded, texts, models, rows, began_ms = open_packed(packed)
    if not {*map(type, texts), *map(type, models)} <= {str}:
        raise ValueError("a text is not as maker writes it")
    if type(began_ms) is not int or not 0 <= began_ms <= 1000 * LATEST_S:
        raise ValueError("a time is not as maker writes it")
    values = Values([decisions.decode(task, undense(answer)) for answer in encoded], texts, models, began_ms)
    forms = BY_TAG
    return [forms[row[0]].read_row(row, values) for row in rows]
