"""Modules by hand, in YAML or JSON: `module: [what it needs]`, or a mapping with needs by kind, seconds and path."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..collecting import Collection, clean, shown
from ..problem import KINDS, Kind, Problem

_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,6})?")
_KEYS = ("needs", *KINDS, "seconds", "path")
_MEND = "write `module: [what it needs]`, one a line"


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # PyYAML has no types
    """Reads every scalar as text, so that `no` and `1.10` are names; takes no key twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping whose keys are all different."""
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise ProblemError(f"there are two of the module {shown(key.value)}: keep one")
                seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def read_own(content: str) -> Problem:
    """Read modules in YAML.

    Raises:
        ProblemError: They are none.
    """
    try:
        whole = yaml.load(content, _Loader)  # noqa: S506 - it makes nothing but texts, lists and mappings
    except yaml.YAMLError as error:
        raise ProblemError(f"the modules are not YAML: {one_line(str(error), 120)}") from None
    except (RecursionError, ValueError, TypeError) as error:
        raise ProblemError(f"the modules cannot be read: {one_line(str(error), 120)}") from None
    return collected(whole, "yaml")


def read_json(content: str) -> Problem:
    """Read modules in JSON, as in YAML.

    Raises:
        ProblemError: They are none.
    """
    try:
        whole = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"the modules are not JSON: {one_line(str(error), 120)}") from None
    return collected(whole, "json")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ProblemError(f"there are two of the module {shown(twice)}: keep one")
    return found


def collected(whole: object, kind: str) -> Problem:
    """Make the problem of parsed modules; a mapping with the one key `modules` holds them.

    Raises:
        ProblemError: They are no modules.
    """
    if isinstance(whole, Mapping) and [*whole] == ["modules"] and isinstance(whole["modules"], Mapping):
        whole = whole["modules"]
    if not isinstance(whole, Mapping):
        raise ProblemError(f"the problem must be a mapping of modules: {_MEND}")
    found = Collection(kind)
    for name, value in whole.items():
        _add(found, name, value if isinstance(value, Mapping) else {})
    for name, value in whole.items():
        parts = value if isinstance(value, Mapping) else {"needs": value}
        for key, others in parts.items():
            if key not in ("seconds", "path"):
                for other in _names(others, f"{key} of {shown(name)}"):
                    found.need(clean(name), clean(other), KINDS.get(key, Kind.REQUIRED))
    return found.problem()


def _add(found: Collection, name: object, given: Mapping[str, object]) -> None:
    if unknown := [key for key in given if key not in _KEYS]:
        raise ProblemError(f"unknown key {shown(unknown[0])} in {shown(name)}: known are {', '.join(_KEYS)}")
    path = given.get("path", "")
    if not isinstance(path, str):
        raise ProblemError(f"path of {shown(name)} must be text, got {shown(path)}")
    found.add(clean(name), name, seconds=_seconds(given.get("seconds"), name), path=path)


def _seconds(value: object, name: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not _SECONDS.fullmatch(str(value)):
        raise ProblemError(f"seconds of {shown(name)} must be a number such as 12 or 2.5, got {shown(value)}")
    return float(str(value))


def _names(value: object, where: str) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ProblemError(f"{where} must be a list of names, got {shown(value)}: {_MEND}")
    return value
