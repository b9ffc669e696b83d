"""Collects the values that a plan marks as sensitive, so that they are known also where they are not marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_DEEPEST = 60


def secrets_of(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sensitive texts of a Terraform plan: of variables, outputs, changes, drift, and the prior state."""
    yield from _of_variables(document)
    for key in ("resource_changes", "resource_drift"):
        changes = document.get(key)
        for one in changes if isinstance(changes, list) else ():
            yield from _of_change(one.get("change") if isinstance(one, dict) else None)
    for one in _mapping(document.get("output_changes")).values():
        yield from _of_change(one)
    for whole in (document.get("planned_values"), _mapping(document.get("prior_state")).get("values")):
        for output in _mapping(_mapping(whole).get("outputs")).values():
            if _mapping(output).get("sensitive") is True:
                yield from texts(output.get("value"))
        yield from _of_module(_mapping(whole).get("root_module"), 0)


def _of_variables(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of variables that the configuration marks, in the root or in a module it calls."""
    values = _mapping(document.get("variables"))
    modules = [_mapping(_mapping(document.get("configuration")).get("root_module"))]
    for depth, module in enumerate(modules):
        for name, one in _mapping(module.get("variables")).items():
            if _mapping(one).get("sensitive") is True:
                yield from texts(_mapping(one).get("default"))
                yield from texts(_mapping(values.get(name)).get("value") if depth == 0 else None)
        for call in _mapping(module.get("module_calls")).values():
            inner = _mapping(_mapping(call).get("module"))
            modules.append(inner)
            for key, one in _mapping(inner.get("variables")).items():
                if _mapping(one).get("sensitive") is True:
                    given = _mapping(_mapping(_mapping(call).get("expressions")).get(key))
                    yield from texts(given.get("constant_value"))


def _of_change(change: object) -> Iterator[str]:
    one = _mapping(change)
    for key in ("before", "after"):
        yield from marked(one.get(key), one.get(f"{key}_sensitive"))


def _of_module(module: object, depth: int) -> Iterator[str]:
    one = _mapping(module)
    for resource in one.get("resources") or []:
        yield from marked(_mapping(resource).get("values"), _mapping(resource).get("sensitive_values"))
    for inner in one.get("child_modules") or [] if depth < _DEEPEST else []:
        yield from _of_module(inner, depth + 1)


def marked(value: Any, mark: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a value at the places where `mark`, of the same shape, is true."""
    if mark is True or depth > _DEEPEST:
        yield from texts(value)
    elif isinstance(mark, dict) and isinstance(value, dict):
        for key, one in mark.items():
            yield from marked(value.get(key), one, depth + 1)
    elif isinstance(mark, list) and isinstance(value, list):
        for one, part in zip(mark, value, strict=False):
            yield from marked(part, one, depth + 1)


def texts(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts and numbers in a value, however deep, as text."""
    if isinstance(value, dict | list) and depth < _DEEPEST:
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one, depth + 1)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield json.dumps(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
