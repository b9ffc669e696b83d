"""The types of maker's own form of tests, as a schema: what does not fit it is refused before anything reads it."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

_TEXT: dict[str, Any] = {"type": "string"}
_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9_\-.]{1,130}$"}
_FLAG = {"type": "boolean"}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _row(*of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": [*of], "minItems": len(of), "maxItems": len(of)}


def _record(properties: dict[str, Any], needed: str = "") -> dict[str, Any]:
    """Return the schema of a record; what is not needed has a default, so that older sessions open later on."""
    required = needed.split() or [*properties]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_PAIRS = _list(_row(_TEXT, _TEXT))
_CRITERIA = _list(_record({"kind": _TEXT, "condition": _TEXT, "context": _TEXT}))
_ACTIONS = _list(
    _record(
        {
            "kind": {"enum": ["retry", "goto", "end"]},
            "criteria": _CRITERIA,
            "after_s": {"type": "number", "minimum": 0, "maximum": 3_600},
            "limit": {"type": "integer", "minimum": 0, "maximum": 20},
            "target": _TEXT,
            "workflow": _TEXT,
        },
        "kind criteria after_s limit target",
    )
)
_OPERATION = {"anyOf": [{"type": "null"}, _record({"request": _TEXT, "responses": _PAIRS})]}
_TEST = _record(
    {
        "id": _NAME, "workflow": _NAME, "step": _NAME, "url": _TEXT,
        "method": {"type": "string", "pattern": "^[A-Z]{3,7}$"},
        "path": _PAIRS, "query": _PAIRS, "headers": _PAIRS, "body": _TEXT, "content_type": _TEXT,
        "criteria": _CRITERIA, "on_success": _ACTIONS, "on_failure": _ACTIONS, "outputs": _PAIRS,
        "needs": _list(_NAME), "after": _list(_NAME),
        "priority": {"type": "integer", "minimum": -1_000, "maximum": 1_000},
        "setup": _FLAG, "critical": _FLAG, "cleanup": _FLAG, "safe_again": _FLAG, "undo": _TEXT,
        "operation": _OPERATION,
        "timeout_s": {"type": "number", "minimum": 0.05, "maximum": 600}, "puzzle": _TEXT,
        "probe": _TEXT,
    },
    "id workflow step method url",
)  # fmt: skip
_PROBLEM: Any = Draft202012Validator(
    _record(
        {
            "format": _TEXT, "title": _TEXT, "base_url": _TEXT, "tests": _list(_TEST),
            "inputs": _list(_row(_TEXT, _TEXT, _TEXT)),
            "workflow_outputs": _list(_row(_TEXT, _TEXT, _TEXT)),
            "calls": _list(_row(_TEXT, _TEXT, _TEXT)), "schemas": _TEXT,
            "deletable": _list(_TEXT), "notes": _PAIRS,
            "parallel": {"type": "integer", "minimum": 1, "maximum": 50},
            "rate": {"type": "number", "minimum": 0, "maximum": 1_000}, "faults": _TEXT,
        },
        "format title base_url tests",
    )
)  # fmt: skip


def misfit(whole: Any) -> str:
    """Say in one line where a document is not of this form; "" where it is."""
    error = next(_PROBLEM.iter_errors(whole), None)
    if error is None:
        return ""
    place = ".".join(str(part) for part in error.absolute_path) or "the whole"
    return f"{place}: {error.message[:100]}"
