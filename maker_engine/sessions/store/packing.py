"""One decided step as one packed row: every sample with its verdict and text, texts stored once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from itertools import count
from typing import Any, NamedTuple, cast

import msgpack

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record import decisions
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.registry import BY_TAG, form_of
from maker_engine.core.record.sample_kinds import sample_row, sample_rows
from maker_engine.core.record.values import to_json
from maker_engine.core.responses import Sample
from maker_engine.sessions.store import former
from maker_engine.sessions.store.times import pack_times, timed

MOST_PARTS, _UNCOUNTED = 2_000_000, 4 * 2**20
"""Most lists and objects of a step, and from how many bytes on they are counted: an empty list is one byte in a file,
and fifty in memory."""
FORM = 3
"""First part of a packed step, which says how the others are packed."""
JSON_TEXT = 1
"""MessagePack extension for a value that only JSON can hold."""

_pack = msgpack.Packer(unicode_errors="surrogatepass").pack
_SAMPLES = {Sample}
_READ = {tag: form.read_row for tag, form in BY_TAG.items()}


def dense(value: object) -> bytes:
    """Write a JSON value in about a third of the bytes that JSON takes."""
    try:
        packed: bytes = _pack(value)
    except OverflowError:  # an integer of more than 64 bits
        packed = msgpack.packb(msgpack.ExtType(JSON_TEXT, to_json(value).encode()))
    return packed


def unpacked(packed: bytes) -> Any:
    """Unpack MessagePack; a long text of it may not become lists without number.

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


class PackedStep(NamedTuple):
    """A step packed.

    Attributes:
        packed: Its entries, uncompressed.
        answers: Each answer made `dense`; the step's own is mostly one of them.
        only_votes: True where every entry is a sample that was not flagged.
        times: When its samples were begun, as `times.pack_times` gives it.
    """

    packed: bytes
    answers: dict[Hashable, bytes]
    only_votes: bool
    times: bytes | None


def pack_step(entries: Sequence[Entry], task: AnyTask, *, texts_kept: bool = True) -> PackedStep:
    """Pack a step's entries, in order, uncompressed. Texts, answers and model names are stored once.

    Args:
        entries: What happened in the step.
        task: Encodes the answers.
        texts_kept: False to leave the responses' texts out; they come back empty, as no vote's text can be.
    """
    interned = Interned(texts_kept=texts_kept)
    if {*map(type, entries)} <= _SAMPLES:  # most steps
        rows, flagged, has_times = sample_rows(cast("Sequence[Sample]", entries), interned)
        only_votes = not flagged
    else:
        only_votes, has_times = False, True  # a probe may have a time
        rows = [
            sample_row(entry, interned) if isinstance(entry, Sample) else form_of(entry).row(entry, interned)
            for entry in entries
        ]
    encoded = {answer: dense(decisions.encode(task, answer)) for answer in interned.answers}
    packed: bytes = _pack((FORM, [*encoded.values()], [*interned.texts], [*interned.models], rows))
    return PackedStep(packed, encoded, only_votes, pack_times(entries) if has_times else None)


class Packed(NamedTuple):
    """A packed step taken apart one level.

    Attributes:
        answers: Each answer made `dense`, in order of appearance.
        texts: Each text once.
        models: Each model's name once.
        rows: A row an entry; what its first value says it is, `registry.BY_TAG` reads.
    """

    answers: list[bytes]
    texts: list[str]
    models: list[str]
    rows: list[Any]


def repacked(step: Packed) -> bytes:
    """Pack a step again that `open_packed` has taken apart."""
    packed: bytes = _pack((FORM, *step))
    return packed


def open_packed(packed: bytes) -> Packed:
    """Take a packed step apart without making entries of it; one of an older format is given as it would be now."""
    parts = unpacked(packed)
    if parts[0] == FORM:
        return Packed._make(parts[1:])
    if len(parts) != former.PARTS:
        raise ValueError("it is packed in a way that is not known")
    answers, texts, models, rows = parts
    return Packed(answers, texts, models, former.tagged(rows))


def unpack(packed: bytes, task: AnyTask, times: Any = None) -> list[Entry]:
    """Turn what `pack_step` gave back into equal entries.

    Raises:
        ValueError: It is nothing that maker packed; what the task raises is raised as it is.
    """
    encoded, texts, models, rows = open_packed(packed)
    if not {*map(type, texts), *map(type, models)} <= {str}:
        raise ValueError("a text is not as maker writes it")
    values = Values([decisions.decode(task, undense(answer)) for answer in encoded], texts, models)
    return timed([_READ[row[0]](row, values) for row in rows], times)
