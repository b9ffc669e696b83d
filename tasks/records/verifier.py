"""Checks a table that is decided: an answer for everything that was asked, each one that the codebook allows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from maker_engine.core.decomposition import Said, Undecided

_MOST = 5
"""Findings that are named."""
UNKNOWN = "unknown"


def findings(source: str, expected: int, answers: Iterable[Any]) -> list[str]:
    """Return what is wrong with the answers, empty for nothing.

    Args:
        source: The problem as JSON.
        expected: How many answers there must be.
        answers: They, in order: field by field, row by row.
    """
    fields = [*json.loads(source)["codebook"]["fields"].items()]
    found: list[str] = []
    count = 0
    for count, answer in enumerate(answers, 1):
        name, field = fields[(count - 1) % len(fields)]
        if len(found) < _MOST and not _allowed(field, answer):
            found.append(f"answer {count:,} for {name} is {str(answer)[:40]!r}, which the codebook does not have")
    if count != expected:
        found.append(f"{count:,} answers are there, and {expected:,} were asked for")
    return found


def _allowed(field: dict[str, Any], answer: Any) -> bool:
    if isinstance(answer, Undecided | Said):
        return True
    if field["form"] in ("choice", "several"):
        named = answer if isinstance(answer, tuple) else (answer,)
        enough = len(named) >= field.get("least", 0)
        return enough and {*field["labels"]} >= {*named} and len({*named}) == len(named)
    if answer == UNKNOWN and field.get("unknown", True):
        return True
    if field["form"] == "number":
        bounds = field.get("low", answer), field.get("high", answer)
        return isinstance(answer, int | Decimal) and bool(bounds[0] <= answer <= bounds[1])
    if field["form"] == "date":
        return bool(field.get("first", "") <= _day(answer) <= field.get("last", "9999-12-31"))
    return answer is not None and answer != ""


def _day(answer: Any) -> str:
    """Return a day as it is; what is none comes after every last one."""
    try:
        return date.fromisoformat(answer).isoformat()
    except (TypeError, ValueError):
        return "none"
