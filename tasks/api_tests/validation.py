"""JSON values against JSON Schema 2020-12: nothing is fetched, and patterns are RE2's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from .patterns import found


def _pattern(_: Any, pattern: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and isinstance(pattern, str) and not found(pattern, value):
        yield ValidationError(f"{value[:40]!r} does not match {pattern[:40]!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    for pattern, schema in patterns.items() if isinstance(value, dict) else ():
        for key, one in value.items():
            if found(pattern, key):
                yield from validator.descend(one, schema, path=key, schema_path=pattern)


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})


@lru_cache(128)
def _validator(schema: str, schemas: str) -> Any:
    whole = {**json.loads(schema), "components": {"schemas": json.loads(schemas or "{}")}}
    return _Validator(whole, registry=Registry())


def error_of(schema: str, schemas: str, value: Any) -> str:
    """Say in one line how a value breaks a schema; arguments and result as those of `schemas.breach`."""
    try:
        error = next(_validator(schema, schemas).iter_errors(value), None)
    except Unresolvable as unresolvable:
        return f"its schema cannot be resolved: {unresolvable.ref[:60]}"
    except Exception:  # noqa: BLE001 - a schema out of a file can be wrong in any way; then it says nothing
        return ""
    if error is None:
        return ""
    place = "/".join(str(part) for part in error.absolute_path)
    return f"{place or 'the body'}: {' '.join(error.message.split())[:120]}"
