"""Tests out of an OpenAPI document alone: one an operation, and a link is a value that one gives to another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import ProblemError

from .nodes import Notes
from .openapi import Api, Described
from .ordering import ordered
from .problem import Criterion, Problem, Test

_SAFE = ("GET", "HEAD", "OPTIONS")
_LOCAL = "response.body"


def read_links(api: Api, given: Mapping[str, Any], notes: Notes) -> Problem:
    """Make a test of each operation that has a value for all it needs; the others are noted.

    Raises:
        ProblemError: None has.
    """
    names = {one.id: _name(one.id) for one in api.operations.values()}
    values: dict[str, dict[str, tuple[str, str]]] = {}
    outputs: dict[str, dict[str, str]] = {}
    for one in api.operations.values():
        for link in one.links:
            for name, text in link.parameters:
                _join(names, values, outputs, one, link.target, name, json.loads(text))
    tests = [
        _test(one, names, values.get(one.id, {}), outputs.get(one.id, {}), given, notes)
        for one in api.operations.values()
    ]
    by_name = {test.id: test for test in tests}
    order = ordered([*by_name], {test.id: test.needs for test in tests}, "operation")
    if not order:
        raise ProblemError("the OpenAPI document has no operations: add paths")
    return Problem(
        api.title or "API", api.base_url, tuple(by_name[name] for name in order),
        schemas=api.schemas, deletable=api.deletable, notes=tuple(notes.found),
    )  # fmt: skip


def _name(text: str) -> str:
    return "".join(one if one.isalnum() and one.isascii() else "_" for one in text).strip("_")[:60] or "operation"


def _join(
    names: Mapping[str, str],
    values: dict[str, dict[str, tuple[str, str]]],
    outputs: dict[str, dict[str, str]],
    giver: Described,
    target: str,
    name: str,
    value: Any,
) -> None:
    """Note that `giver` gives a value to the parameter `name` of `target`; the first giver is taken."""
    taken = values.setdefault(target, {})
    if name in taken or target == giver.id:
        return
    if isinstance(value, str) and value.startswith("$"):
        outputs.setdefault(giver.id, {})[name] = value
        taken[name] = (names[giver.id], f"$steps.{names[giver.id]}.outputs.{name}")
    else:
        taken[name] = ("", value)


def _test(
    one: Described,
    names: Mapping[str, str],
    linked: Mapping[str, tuple[str, str]],
    outputs: Mapping[str, str],
    given: Mapping[str, Any],
    notes: Notes,
) -> Test:
    found: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": []}
    needs, puzzle = [], ""
    for place, name, required, example in one.parameters:
        if name in linked and place in found:
            giver, value = linked[name]
            needs += [giver] if giver else []
            found[place].append((name, json.dumps(value)))
        elif name in given and place in found:
            found[place].append((name, json.dumps(given[name])))
        elif required and example and place in found:
            found[place].append((name, example))
        elif required:
            puzzle = f"{one.place}: the parameter {name} has no link, example or --input"
    if one.body_required and not one.body:
        puzzle = f"{one.place}.requestBody: the body has no example"
    if puzzle:
        notes.add(one.place, puzzle.partition(": ")[2])
    return Test(
        names[one.id], "links", names[one.id], one.method, one.path,
        tuple(found["path"]), tuple(found["query"]), tuple(found["header"]),
        body=one.body, content_type=one.content_type,
        criteria=(Criterion("simple", "$statusCode < 400"),),
        outputs=tuple(outputs.items()), needs=tuple(dict.fromkeys(needs)),
        cleanup=one.method == "DELETE" and bool(needs), safe_again=one.method in (*_SAFE, "PUT", "DELETE"),
        operation=one.operation, puzzle=puzzle,
    )  # fmt: skip
