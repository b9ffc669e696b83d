"""JSON schemas: made of a dataclass, checked, and examples that follow them."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from maker_engine.core.answers.reading import parse_json
from maker_engine.core.errors import InputError

_SIMPLE: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_WORDS = ("alpha", "bravo", "charlie", "delta")


def schema_of(kind: Any) -> dict[str, Any]:
    """Make the schema of a dataclass, or of the type of one of its fields.

    Args:
        kind: A dataclass, str, int, float, bool, None, a Literal, an Optional or union of these, a list or a tuple.

    Raises:
        InputError: There is no JSON for such a type.
    """
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if is_dataclass(kind) and isinstance(kind, type):
        return _of_dataclass(kind)
    origin, given = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(given)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(one) for one in given]}
    if origin in (list, Sequence) or (origin is tuple and given[1:] == (...,)):
        return {"type": "array", "items": schema_of(given[0])}
    raise InputError(f"{getattr(kind, '__name__', kind)} has no JSON schema: take text, numbers, lists and dataclasses")


def _of_dataclass(kind: type) -> dict[str, Any]:
    try:
        hints = get_type_hints(kind)
    except NameError as error:
        raise InputError(f"the types of {kind.__name__} cannot be found: {error}") from None
    known = [field for field in fields(kind) if field.init]
    required = [one.name for one in known if one.default is MISSING and one.default_factory is MISSING]
    return {
        "type": "object",
        "properties": {field.name: schema_of(hints[field.name]) for field in known},
        "required": required,
        "additionalProperties": False,
    }


def checked(schema: Mapping[str, Any]) -> str:
    """Return the JSON of a schema, its keys sorted, once it is known to be a schema.

    Raises:
        InputError: It is none.
        TypeError: Something in it is not JSON.
    """
    try:
        text = json.dumps(schema, sort_keys=True)
    except TypeError:
        _check(schema)
        raise
    _check_text(text)
    return text


@lru_cache(maxsize=64)
def _check_text(text: str) -> None:
    """Check a schema once: it takes milliseconds, and a task makes its answer form anew in each step."""
    _check(json.loads(text))


def _check(schema: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - 40 ms that only JSON answers pay

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InputError(f"the JSON schema is none: {error.message}") from None


def objection(text: str, value: Any) -> str:
    """Say what speaks against a value by the schema whose JSON is `text`; empty for nothing."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - likewise

    error = best_match(_validator(text).iter_errors(value))
    return "" if error is None else f"{error.json_path}: {error.message[:160]}"


@lru_cache(maxsize=64)
def _validator(text: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - likewise
    from referencing import Registry  # noqa: PLC0415 - start-up

    return Draft202012Validator(parse_json(text), registry=Registry())  # nothing is ever fetched


def is_strict(schema: Any) -> bool:
    """Return whether every object in a schema names all its keys and allows no other, as strict providers want it."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "object":
            known = set(schema.get("properties", ()))
            if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != known:
                return False
        return all(map(is_strict, schema.values()))
    return all(map(is_strict, schema)) if isinstance(schema, list) else True


def example(schema: Mapping[str, Any], number: int) -> Any:
    """Return a value that a plain schema allows; any integer ≥ 0 chooses."""
    listed = [schema["const"]] if "const" in schema else schema.get("enum") or schema.get("examples")
    if listed:
        return listed[number % len(listed)]
    for choices in ("anyOf", "oneOf"):
        if schema.get(choices):
            return example(schema[choices][number % len(schema[choices])], number // 7)
    return _example_of_kind(schema, number)


def _example_of_kind(schema: Mapping[str, Any], number: int) -> Any:
    match schema.get("type"):
        case "object":
            known = schema.get("properties", {})
            return {name: example(one, number // (place + 1)) for place, (name, one) in enumerate(known.items())}
        case "array":
            length = max(schema.get("minItems", 0), min(1 + number % 2, schema.get("maxItems", 2)))
            return [example(schema.get("items", {"type": "string"}), number + place) for place in range(length)]
        case "integer" | "number":
            return _number(schema, number)
        case "boolean":
            return number % 2 == 0
        case "null":
            return None
    text = _WORDS[number % len(_WORDS)].ljust(schema.get("minLength", 0), "x")
    return text[: schema.get("maxLength", len(text))]


def _number(schema: Mapping[str, Any], number: int) -> Any:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return number % 100 if high is None else high - number % 100
    room = 100 if high is None else int(high - low) + 1
    return low + number % room
