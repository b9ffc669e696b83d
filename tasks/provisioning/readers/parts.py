"""Looks into a parsed file that may hold anything: what is of another kind than it should be counts as empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a list."""
    return [one for one in items(value) if isinstance(one, dict)]


def texts(value: object) -> list[str]:
    """Return the texts in a list."""
    return [one for one in items(value) if isinstance(one, str)]
