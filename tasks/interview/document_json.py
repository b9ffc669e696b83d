"""A document as JSON and back, to an equal one. What cannot be read is named by its place, as in `lines[3].status`."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias, TypeVar

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import ProblemError

from .document import Conflict, Document, GateResult, Kind, Line, Source, Spill, Status, Tally

FORMAT = "maker-requirements/1"

T = TypeVar("T")
Reader: TypeAlias = Callable[[Any, str], Any]


def to_fields(document: Document) -> dict[str, Json]:
    """Turn a document into an object that JSON can hold."""
    fields: dict[str, Any] = asdict(document)
    return {"format": FORMAT, "simulated": fields.pop("simulated"), **fields}


def to_json(document: Document) -> str:
    """Write a document as indented JSON in ASCII: control and bidi characters in it are escaped."""
    return json.dumps(to_fields(document), indent=2) + "\n"


def from_json(text: str) -> Document:
    """Read what `to_json` wrote.

    Raises:
        ProblemError: It is no such document; the text names the place.
    """
    try:
        return from_fields(json.loads(text))
    except json.JSONDecodeError as error:
        raise ProblemError(f"the document is not JSON ({error.msg}, line {error.lineno})") from None
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        raise ProblemError(
            "the document is not JSON that can be read: nested too deeply, or a number too long"
        ) from None


def from_fields(value: Any) -> Document:
    """Read what `to_fields` gave, tuples as lists.

    Raises:
        ProblemError: It is no such document; the text names the place.
    """
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ProblemError(f'the document does not say "format": "{FORMAT}": give one that maker exported')
    document: Document = _DOCUMENT({name: item for name, item in value.items() if name != "format"}, "")
    _check_ids(document)
    return document


def _check_ids(document: Document) -> None:
    seen: set[str] = set()
    for number, line in enumerate(document.lines):
        digits = line.id.removeprefix(f"{line.kind.prefix}-")
        if digits == line.id or not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise _wrong(f"lines[{number}].id", f"an id such as {line.kind.prefix}-001", line.id)
        if line.id in seen:
            raise ProblemError(f"the document has the id {line.id} twice (lines[{number}]): give each line its own")
        seen.add(line.id)


def _wrong(place: str, wanted: str, got: Any) -> ProblemError:
    return ProblemError(f"the document's {place or 'content'} must be {wanted}, got {reprlib.repr(got)}")


def _plain(kind: type[T], wanted: str, value: Any, place: str) -> T:
    if type(value) is not kind:  # exactly: True is an int to isinstance
        raise _wrong(place, wanted, value)
    return value


def _choice(kind: type[StrEnum], value: Any, place: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise _wrong(place, f"one of {', '.join(kind)}", value) from None


def _many(item: Reader, value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong(place, "a list", value)
    return tuple(item(each, f"{place}[{number}]") for number, each in enumerate(value))


def _pair(first: Reader, second: Reader, value: Any, place: str) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _wrong(place, "a list of two", value)
    return first(value[0], f"{place}[0]"), second(value[1], f"{place}[1]")


def _or_none(item: Reader, value: Any, place: str) -> Any:
    return None if value is None else item(value, place)


def _object(kind: type[Any], readers: dict[str, Reader], value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(place, "an object", value)
    strange = next((name for name in value if name not in readers), None)
    if strange is not None:
        raise ProblemError(f"the document's {place or 'content'} has an unknown key {reprlib.repr(strange)}")
    needed = [each.name for each in fields(kind) if each.default is MISSING]
    missing = next((name for name in needed if name not in value), None)
    if missing is not None:
        raise ProblemError(f"the document's {place or 'content'} has no {missing!r}")
    inside = f"{place}." if place else ""
    return kind(**{name: readers[name](item, inside + name) for name, item in value.items()})


_text: Reader = partial(_plain, str, "text")
_number: Reader = partial(_plain, int, "a whole number")
_flag: Reader = partial(_plain, bool, "true or false")
_step: Reader = partial(_or_none, _number)
_texts: Reader = partial(_many, _text)

_SOURCE: Reader = partial(_object, Source, {"step": _step, "voter": _text, "words": _text, "chosen": _text})
_TALLY: Reader = partial(
    _object,
    Tally,
    {
        "step": _step,
        "counts": partial(_many, partial(_pair, _text, _number)),
        "persons": partial(_many, partial(_pair, _text, _text)),
        "k": _step,
    },
)
_GATE: Reader = partial(_object, GateResult, {"gate": _text, "rule": _text, "words": _text, "why": _text})
_LINE: Reader = partial(
    _object,
    Line,
    {
        "id": _text,
        "kind": partial(_choice, Kind),
        "text": _text,
        "source": _SOURCE,
        "status": partial(_choice, Status),
        "reason": _text,
        "traces": _texts,
        "tallies": partial(_many, _TALLY),
        "gates": partial(_many, _GATE),
    },
)
_CONFLICT: Reader = partial(
    _object, Conflict, {"about": _text, "sides": partial(_many, partial(_pair, _text, _texts)), "settled": _text}
)
_SPILL: Reader = partial(
    _object,
    Spill,
    {"text": _text, "drafts": _number, "kept": partial(_or_none, _flag), "line": _text, "step": _step},
)
_DOCUMENT: Reader = partial(
    _object,
    Document,
    {
        "title": _text,
        "idea": _text,
        "persons": _texts,
        "lines": partial(_many, _LINE),
        "conflicts": partial(_many, _CONFLICT),
        "spill": partial(_many, _SPILL),
        "drafts": _number,
        "simulated": _flag,
    },
)
