"""What a task of three methods is shown and kept as: plain defaults for all that it does not say itself."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from maker_engine.core.answers.reading import parse_json
from maker_engine.core.answers.records import Record, frozen, thawed
from maker_engine.core.errors import ProblemError, TaskError
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from rich.text import Text

Json: TypeAlias = "bool | int | float | str | list[Json] | tuple[Json, ...] | dict[str, Json] | None"
T = TypeVar("T")
DESCRIPTION_CHARACTERS, LABEL_CHARACTERS = 24, 40
KIND = "kind"
"""The key of an object that represents a value which JSON does not have; no record's, since those have it escaped."""
_ENGINES_OWN = "maker"
_MOST_CHARACTERS = 4_000  # of a state that its picture is made of


def introduce(family: Any, root: type) -> None:
    """Give a task family a name, a title and a summary where it has none, and note whether it has an oracle."""
    named = {key for one in family.__mro__ if one is not root and root in one.__mro__ for key in vars(one)}
    taken = named | set(vars(family).get("__annotations__", ()))
    automatic = {key for key in getattr(family, "_automatic", ()) if key not in vars(family)}
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", family.__name__).replace("_", " ").strip()
    title = words[:1].upper() + words[1:].lower()
    doc = (vars(family).get("__doc__") or "").strip().partition("\n")[0].strip()
    plainly = {
        "name": re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "task",
        "title": one_line(title, LABEL_CHARACTERS),
        "summary": one_line(doc or f"{title}.", 400),
    }
    for key, text in plainly.items():
        if key not in taken or key in automatic:
            setattr(family, key, text)
            automatic.add(key)
    family._automatic = frozenset(automatic)  # noqa: SLF001 - its own note of what was given to it
    if "oracle" in vars(family) and "has_oracle" not in taken:
        family.has_oracle = True


def load(family: Callable[..., T], options: Mapping[str, int | str], source: str | None) -> T:
    """Call a task's constructor with options and the fields of a JSON object.

    Raises:
        ProblemError: It does not take them.
    """
    given: dict[str, Any] = dict(options)
    name = getattr(family, "name", "the task")
    if source is not None:
        try:
            value = parse_json(source)
        except ValueError as error:
            raise ProblemError(f"the problem is not JSON ({_shown(str(error), 80)}): {name} takes an object") from None
        if not isinstance(value, dict):
            raise ProblemError(f"the problem is not a JSON object: {name} takes one with what its constructor takes")
        given |= {key: decode(one) for key, one in value.items()}
    try:
        return family(**given)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"{name} takes no such problem: {_shown(str(error), 160)}") from None


def source(task: Any) -> str:
    """Return what a task's constructor was given as a JSON object.

    Raises:
        TaskError: It is not to be found in the task's attributes, or is nothing that JSON holds.
    """
    given = vars(task) if hasattr(task, "__dict__") else {}
    if is_dataclass(task):
        given = {field.name: getattr(task, field.name) for field in fields(task) if field.init}
    try:
        return json.dumps({name: encode(_held(value)) for name, value in given.items() if not name.startswith("_")})
    except TaskError as error:
        raise TaskError(f"task {task.name} cannot be kept ({error}): write `source` and `load`") from None


def _held(value: Any) -> Any:
    """Freeze what a constructor may be given that can be changed; it comes back as tuples and records."""
    return frozen(value) if isinstance(value, list | dict) else value


def label(task: Any) -> str:
    """Return the problem in at most 40 characters: what the constructor was given, or the title."""
    try:
        given = json.loads(source(task))
    except TaskError:
        given = {}
    words = ", ".join(f"{name} {one if isinstance(one, str) else json.dumps(one)}" for name, one in given.items())
    return _shown(words, LABEL_CHARACTERS) or _shown(task.title, LABEL_CHARACTERS)


def describe(answer: Any) -> str:
    """Describe an answer in 1 to 24 printable characters."""
    return _shown(_words(answer), DESCRIPTION_CHARACTERS) or "(empty)"


def _shown(text: str, most: int) -> str:
    """Return the start of a text on one line, without characters that have no glyph."""
    line = one_line(text, most)
    return (
        line
        if line.isprintable()
        else "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    )


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and not _names(value):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    """Return the names of the fields of a named tuple or a dataclass; none for anything else."""
    if is_dataclass(value):
        return tuple(field.name for field in fields(value))
    return tuple(getattr(value, "_fields", ())) if isinstance(value, tuple) else ()


def picture(state: Hashable, columns: int, rows: int) -> Text:
    """Draw a state as lines of text within `columns` × `rows` cells: a line a field, or a part of a tuple."""
    from rich.text import Text  # noqa: PLC0415 - 15 ms, which a program without a screen does not pay

    if names := _names(state):
        lines = [f"{name}: {_words(getattr(state, name))}" for name in names]
    elif isinstance(state, Mapping):
        lines = [f"{name}: {_words(one)}" for name, one in state.items()]
    elif isinstance(state, tuple):
        lines = [_words(one) for one in state]
    else:
        lines = [_words(state)]
    cells = [_cut(line[:_MOST_CHARACTERS], columns) for line in lines[-rows:]]
    if len(lines) > rows:  # the newest parts of a state are its last ones
        cells[0] = _cut(f"… {len(lines) - rows + 1:,} before", columns)
    drawn = Text("\n".join(cells), style="given")
    return drawn if drawn.plain.strip() else Text("nothing yet", style="label")


def _cut(line: str, columns: int) -> str:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - likewise

    shown = _shown(line, _MOST_CHARACTERS)
    return shown if cell_len(shown) <= columns else set_cell_size(shown, columns - 1).rstrip() + "…"


def encode(value: Any) -> Json:
    """Turn a plain value into JSON.

    Raises:
        TaskError: It is none.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case Decimal() if value.is_finite():
            return {KIND: "decimal", "value": str(value)}
        case Record():
            inner: Json = thawed(value)
            escaped = KIND in value or _ENGINES_OWN in value
            return {KIND: "record", "value": inner} if escaped else inner
        case tuple() if not _names(value):
            return [encode(one) for one in value]
    raise TaskError(f"JSON does not hold a {type(value).__name__} as it is: take text, numbers and tuples")


def decode(value: Any) -> Any:
    """Turn what `encode` gave back into an equal value."""
    match value:
        case {"kind": "decimal", "value": str(digits)}:
            return Decimal(digits)
        case {"kind": "record", "value": dict(inner)}:
            return Record(inner)
        case dict():
            return Record(value)
        case list():
            return tuple(map(decode, value))
    return value


def listed(value: Any) -> Any:
    """Turn tuples, at any depth, into lists, as JSON has them."""
    return [listed(one) for one in value] if isinstance(value, tuple) else value


def tupled(value: Any) -> Any:
    """Turn lists, at any depth, back into tuples."""
    return tuple(tupled(one) for one in value) if isinstance(value, list) else value


def encode_state(state: Hashable) -> Json:
    """Turn a state into JSON: a plain value, or a named tuple or dataclass of plain values.

    Raises:
        TaskError: It is none of these.
    """
    names = _names(state)
    try:
        return [encode(getattr(state, name)) for name in names] if names else encode(state)
    except TaskError as error:
        raise TaskError(f"a state cannot be kept ({error}), or write `encode_state` and `decode_state`") from None


def decode_state(value: Any, start: Callable[[], Any]) -> Any:
    """Turn what `encode_state` gave back into an equal state, of the same kind as the first one."""
    first = start()
    names = _names(first)
    if not names:
        return decode(value)
    return type(first)(**dict(zip(names, map(decode, value), strict=True)))
