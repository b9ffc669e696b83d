"""Typed looks into parsed files, and requirements by name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")


def toml_of(text: str, what: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ProblemError: It is none.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"the {what} is not TOML: {one_line(str(error), 120)}") from None


def json_of(text: str, what: str) -> dict[str, Any]:
    """Parse JSON that is an object.

    Raises:
        ProblemError: It is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"the {what} is not JSON: {one_line(str(error), 120)}") from None
    return mapping(found, f"the {what}")


def mapping(value: object, where: str) -> dict[str, Any]:
    """Return a mapping; None is an empty one.

    Raises:
        ProblemError: It is none.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ProblemError(f"{one_line(where, 120)} must be a mapping of names, got {one_line(repr(value)[:200], 60)}")
    return dict(value)


def rows(value: object, where: str) -> list[dict[str, Any]]:
    """Return a list of mappings; None is an empty one.

    Raises:
        ProblemError: It is none.
    """
    return [mapping(one, f"{where}[{number}]") for number, one in enumerate(listed(value, where), 1)]


def listed(value: object, where: str) -> list[Any]:
    """Return a list; None is an empty one.

    Raises:
        ProblemError: It is none.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise ProblemError(f"{one_line(where, 120)} must be a list, got {one_line(repr(value)[:200], 60)}")
    return value


def text(value: object, where: str, default: str | None = None) -> str:
    """Return a text, or the default where there is none.

    Raises:
        ProblemError: It is none.
    """
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ProblemError(f"{one_line(where, 120)} must be text, got {one_line(repr(value)[:200], 60)}")
    return value


def known_version(value: object, known: tuple[object, ...], what: str, mend: str) -> None:
    """Refuse a file of a version whose meaning no one has said.

    Raises:
        ProblemError: The version is none of those known.
    """
    if type(value) not in (int, str) or value not in known:
        known_names = ", ".join(map(str, known))
        got = "none" if value is None else one_line(repr(value)[:200], 40)
        raise ProblemError(f"the {what} has version {got}, known are {known_names}: {mend}")


def requirement(value: object, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the normalised name and the extras of a Python requirement.

    Raises:
        ProblemError: It begins with no name.
    """
    found = _REQUIREMENT.match(text(value, where))
    if found is None:
        raise ProblemError(f"{one_line(where, 120)} is not a requirement: {one_line(str(value), 60)!r}")
    extras = tuple(part.strip() for part in (found[2] or "").split(",") if part.strip())
    return canonical(found[1]), extras


def canonical(name: str) -> str:
    """Return the name of a Python package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def grouped(groups: Mapping[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (group, entry) for each entry of named lists of mappings."""
    for name, entries in groups.items():
        for entry in rows(entries, f"{where}.{name}"):
            yield name, entry
