"""Bodies against the schemas of an OpenAPI document: no reference leaves the document, no pattern runs away."""

from __future__ import annotations

from typing import Any

from .exchange import MISSING, Reply, Request
from .problem import Operation

DEEPEST = 40


def of_openapi(schema: Any, depth: int = 0) -> Any:
    """Turn a schema of OpenAPI 3.0 into one of JSON Schema 2020-12; one of 3.1 stays as it is.

    Raises:
        ValueError: A reference leaves the document, or it is nested too deeply.
    """
    if depth > DEEPEST:
        raise ValueError("a schema is nested too deeply")
    if isinstance(schema, list):
        return [of_openapi(one, depth + 1) for one in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if reference is not None and not str(reference).startswith("#/components/schemas/"):
        raise ValueError(f"the reference {str(reference)[:60]!r} leaves the document's schemas")
    made = {key: of_openapi(one, depth + 1) for key, one in schema.items() if key not in ("nullable", "example", "xml")}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
        if isinstance(made.get("enum"), list):
            made["enum"] = [*made["enum"], None]
    return _bounded(schema, made)


def _bounded(schema: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose bounds are exclusive by a number, as they are by a flag in OpenAPI 3.0."""
    for limit, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(limit), bool):
            del made[limit]
            if schema[limit] and bound in made:
                made[limit] = made.pop(bound)
    return made


def breach(schema: str, schemas: str, value: Any) -> str:
    """Say in one line how a value breaks a schema; "" where it does not, or where the schema cannot be used.

    Args:
        schema: JSON text.
        schemas: JSON text of the schemas it refers to, by name.
        value: A JSON value, or `MISSING`.
    """
    if not schema:
        return ""
    if value is MISSING:
        return "there is no JSON body"
    from .validation import error_of  # noqa: PLC0415 - its library costs a start 30 ms

    return error_of(schema, schemas, value)


def documented(operation: Operation | None, status: int) -> str | None:
    """Return the schema that is documented for a status; None where the status is not documented at all."""
    if operation is None or not operation.responses:
        return ""
    known = dict(operation.responses)
    for key in (str(status), f"{status // 100}XX", "default"):
        if key in known:
            return known[key]
    return None


def reply_breach(operation: Operation | None, schemas: str, reply: Reply) -> str:
    """Say in one line how an answer is not what the document says; "" where it is, or where nothing is said."""
    schema = documented(operation, reply.status)
    if schema is None:
        return f"status {reply.status} is not documented"
    return breach(schema, schemas, reply.body if reply.is_json else MISSING) if schema else ""


def request_breach(operation: Operation | None, schemas: str, request: Request) -> str:
    """Say in one line how a request's body is not what the document asks for; "" where it is, or nothing is said."""
    if operation is None or not operation.request:
        return ""
    return breach(operation.request, schemas, request.body)
