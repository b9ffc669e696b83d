"""Runtime expressions of Arazzo: `$response.body#/id`, `$steps.login.outputs.token`, also in the middle of texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .exchange import MISSING, Reply, Request

_NAME = r"[A-Za-z0-9_\-]+"
_FIELD = r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+?"
_KNOWN = re.compile(
    rf"\$(?:(?P<plain>url|method|statusCode)"
    rf"|request\.(?P<asked>header|query|path)\.(?P<asked_name>{_FIELD})"
    rf"|response\.header\.(?P<header>{_FIELD})"
    rf"|(?P<whole>request|response)\.body"
    rf"|inputs\.(?P<input>{_NAME})"
    rf"|steps\.(?P<step>{_NAME})\.outputs\.(?P<output>{_NAME})"
    rf"|workflows\.(?P<workflow>{_NAME})\.(?P<of>outputs|inputs)\.(?P<made>{_NAME})"
    rf"|sourceDescriptions\.{_NAME}\.(?P<source>url))"
    r"(?P<pointer>#(?:/[^#]*)?)?",
    re.ASCII,
)
_EMBEDDED = re.compile(r"\{(\$[^{}]{1,300})\}")
LONGEST = 300
_DEEPEST_WORKFLOWS = 20


@dataclass(frozen=True)
class Scope:
    """Where expressions look.

    Attributes:
        inputs: Values of `$inputs` by name.
        output: Gives the value of a step's output in the same workflow.
        made: Gives a value of another workflow: its id, "outputs" or "inputs", and the name.
        base_url: Address of the API.
        request: The request that was sent, None before.
        reply: The answer, None before.
    """

    inputs: Mapping[str, Any]
    output: Callable[[str, str], Any]
    made: Callable[[str, str, str], Any]
    base_url: str
    request: Request | None = None
    reply: Reply | None = None


def is_expression(text: str) -> bool:
    """Return whether a whole text is an expression that is understood."""
    return len(text) <= LONGEST and _KNOWN.fullmatch(text) is not None


def looks_like_one(text: str) -> bool:
    """Return whether a text begins as an expression does, understood or not."""
    return re.match(r"\$[A-Za-z]+\.|\$(?:url|method|statusCode)\b", text) is not None


def expressions_in(value: Any) -> Iterator[str]:
    """Yield every expression in a JSON value, whole texts and embedded ones, understood or not."""
    if isinstance(value, str):
        if looks_like_one(value):
            yield value
        else:
            yield from _EMBEDDED.findall(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from expressions_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from expressions_in(one)


def steps_in(expression: str) -> tuple[str, str]:
    """Return the (workflow, step) whose values an expression needs, "" where it needs none."""
    found = _KNOWN.match(expression)
    if found is None:
        return "", ""
    return (found["workflow"] or "") if found["of"] == "outputs" else "", found["step"] or ""


def input_in(expression: str) -> str:
    """Return the input that an expression needs, "" for none."""
    found = _KNOWN.match(expression)
    return (found["input"] or "") if found is not None else ""


def evaluate(expression: str, scope: Scope) -> Any:
    """Return what an expression finds, `MISSING` where that is nothing."""
    found = _KNOWN.fullmatch(expression)
    if found is None:
        return MISSING
    value = _value(found, scope)
    return pointed(value, found["pointer"][1:]) if found["pointer"] else value


def _value(found: re.Match[str], scope: Scope) -> Any:
    if found["input"]:
        return scope.inputs.get(found["input"], MISSING)
    if found["step"]:
        return scope.output(found["step"], found["output"])
    if found["workflow"]:
        return scope.made(found["workflow"], found["of"], found["made"])
    if found["source"]:
        return scope.base_url
    return _exchanged(found, scope.request, scope.reply)


def _exchanged(found: re.Match[str], request: Request | None, reply: Reply | None) -> Any:
    if found["header"] or found["whole"] == "response" or found["plain"] == "statusCode":
        return MISSING if reply is None else _answered(found, reply)
    if request is None:
        return MISSING
    if found["asked"] == "header":
        return request.headers.get(found["asked_name"].lower(), MISSING)
    if found["asked"]:
        return getattr(request, found["asked"]).get(found["asked_name"], MISSING)
    if found["whole"]:
        return request.body
    return request.url if found["plain"] == "url" else request.method


def _answered(found: re.Match[str], reply: Reply) -> Any:
    if found["header"]:
        return reply.headers.get(found["header"].lower(), MISSING)
    if found["whole"]:
        return reply.body
    return reply.status or MISSING


def pointed(value: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) leads to, `MISSING` where that is nothing."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key, MISSING)
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,8}", key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return MISSING
    return value


def text_of(value: Any) -> str:
    """Return a value as it is now in an address, a header or a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def filled(value: Any, scope: Scope, missing: list[str]) -> Any:
    """Return a JSON value with its expressions replaced by what they find; those that find nothing join `missing`."""
    if isinstance(value, dict):
        return {key: filled(one, scope, missing) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, scope, missing) for one in value]
    if not isinstance(value, str):
        return value
    if is_expression(value):
        found = evaluate(value, scope)
        if found is MISSING:
            missing.append(value)
            return None
        return found

    def put(match: re.Match[str]) -> str:
        if not is_expression(match[1]):
            return match[0]
        found = evaluate(match[1], scope)
        if found is MISSING:
            missing.append(match[1])
            return ""
        return text_of(found)

    return _EMBEDDED.sub(put, value)
