"""Collects the values that a plan marks as sensitive, so that they are known also where they are not marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .parts import mapping, objects

_DEEPEST = 60


def secrets_of(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sensitive texts of a Terraform plan: of variables, outputs, changes, drift, and the prior state."""
    yield from _of_variables(document)
    for key in ("resource_changes", "resource_drift"):
        for one in objects(document.get(key)):
            yield from _of_change(one.get("change"))
    for one in mapping(document.get("output_changes")).values():
        yield from _of_change(one)
    for whole in (document.get("planned_values"), mapping(document.get("prior_state")).get("values")):
        for output in mapping(mapping(whole).get("outputs")).values():
            if mapping(output).get("sensitive") is True:
                yield from texts(output.get("value"))
        yield from _of_module(mapping(whole).get("root_module"), 0)


def _of_variables(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of variables that the configuration marks, in the root or in a module it calls."""
    values = mapping(document.get("variables"))
    modules = [mapping(mapping(document.get("configuration")).get("root_module"))]
    for depth, module in enumerate(modules):
        for name, one in mapping(module.get("variables")).items():
            if mapping(one).get("sensitive") is True:
                yield from texts(mapping(one).get("default"))
                yield from texts(mapping(values.get(name)).get("value") if depth == 0 else None)
        for call in mapping(module.get("module_calls")).values():
            inner = mapping(mapping(call).get("module"))
            modules.append(inner)
            for key, one in mapping(inner.get("variables")).items():
                if mapping(one).get("sensitive") is True:
                    given = mapping(mapping(mapping(call).get("expressions")).get(key))
                    yield from texts(given.get("constant_value"))


def _of_change(change: object) -> Iterator[str]:
    one = mapping(change)
    for key in ("before", "after"):
        yield from marked(one.get(key), one.get(f"{key}_sensitive"))


def _of_module(module: object, depth: int) -> Iterator[str]:
    one = mapping(module)
    for resource in objects(one.get("resources")):
        yield from marked(resource.get("values"), resource.get("sensitive_values"))
    for inner in objects(one.get("child_modules")) if depth < _DEEPEST else []:
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
