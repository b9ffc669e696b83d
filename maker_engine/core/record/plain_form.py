"""The form of an event that is kept as it is: its fields are its row and its line, each read by the type it has."""

from __future__ import annotations

import base64
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from typing import Any, NamedTuple, get_args, get_type_hints

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record import decisions
from maker_engine.core.record.events import Event
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.kind import Form, Line, Resuming, Row, nothing
from maker_engine.core.record.values import fits
from maker_engine.core.task.steps import Done, Safety

BASE64 = "base64"
"""Key of the object that bytes are in an exported line."""
_RENAMED = {"step": "of_step"}
"""In a line `step` is the step that is open; the step that an event is about has another key."""


class _Codec(NamedTuple):
    """How values of one type are kept: as a plain value of MessagePack in a row, and of JSON in a line."""

    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _plain(kind: type) -> _Codec:
    def read(value: Any) -> Any:
        if not fits(value, kind):
            raise ValueError(f"it is no {kind.__name__}")
        return float(value) if kind is float else value

    return _Codec(lambda value: value, read, lambda value: value, read)


def _bytes_in(value: Any) -> bytes:
    if not (isinstance(value, dict) and value.keys() == {BASE64} and isinstance(value[BASE64], str)):
        raise ValueError("these are not bytes")
    try:
        return base64.b64decode(value[BASE64], validate=True)
    except Base64Error:
        raise ValueError("it is not base64") from None


def _done_in(value: Any) -> Done:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise ValueError("it is not an outcome of an effect")
    return decisions.read_done(dict(zip(("status", "value", "started", "ended"), value, strict=True)))


_CODECS: Mapping[type, _Codec] = {
    **{kind: _plain(kind) for kind in (bool, int, float, str)},
    bytes: _Codec(
        lambda value: value,
        _plain(bytes).unpack,
        lambda value: {BASE64: base64.b64encode(value).decode("ascii")},
        _bytes_in,
    ),
    Safety: _Codec(lambda value: value.value, Safety, lambda value: value.value, Safety),
    Done: _Codec(
        lambda done: (done.status.value, done.value, done.started, done.ended),
        _done_in,
        decisions.done_fields,
        decisions.read_done,
    ),
}


def _codec(hint: Any) -> _Codec:
    """Return the codec of a field's type; of a union with None, that of the other with None let through."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] or [hint]
    found = _CODECS[kinds[0]]
    if kinds == [hint]:
        return found
    return _Codec(*(lambda value, one=one: None if value is None else one(value) for one in found))


def plain_form(
    tag: int,
    word: str,
    event: type[Event],
    *,
    marks: int = 0,
    words: Callable[[Any], tuple[str, str]],
    resume: Callable[[Resuming, int, Any], object] = nothing,
) -> Form:
    """Return the form of a kind of event that is its own entry.

    Args:
        tag: As in `Form.tags`.
        word: As in `Form`.
        event: Its class, a dataclass whose fields have a type that `_CODECS` knows, or that or None.
        words: As in `Form`.
        marks: As in `Form`.
        resume: As in `Form`.
    """
    hints: dict[str, Any] = get_type_hints(event)
    codecs = {one.name: _codec(hints[one.name]) for one in fields_of(event)}  # type: ignore[arg-type]  # every kind is one

    def row(entry: Event, _: Interned) -> Row:
        return tag, *(codec.pack(getattr(entry, name)) for name, codec in codecs.items())

    def read_row(row: Row, _: Values) -> Event:
        values = zip(codecs.values(), row[1:], strict=True)
        return event(*(codec.unpack(value) for codec, value in values))

    def line(entry: Event, _: AnyTask) -> Line:
        values = {_RENAMED.get(name, name): codec.write(getattr(entry, name)) for name, codec in codecs.items()}
        return {"event": word, **values}

    def read_line(line: Mapping[str, Any], _: AnyTask) -> Event:
        return event(*(_field(line, _RENAMED.get(name, name), codec) for name, codec in codecs.items()))

    return Form(
        tags=(tag,), word=word, entry=event, keep=lambda kept: kept, events=lambda _, entry: [entry], row=row,
        read_row=read_row, line=line, read_line=read_line, marks=marks, may_follow=True, resume=resume,
        words=words,
    )  # fmt: skip


def _field(line: Mapping[str, Any], key: str, codec: _Codec) -> Any:
    if key not in line:
        raise InputError(f"{key!r} is missing")
    try:
        return codec.read(line[key])
    except ValueError as error:
        raise InputError(f"{key!r}: {error}") from None
