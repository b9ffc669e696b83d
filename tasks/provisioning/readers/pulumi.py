"""Reads `pulumi preview --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..changes import Change, Plan
from ..jobs import CREATE, DELETE, NOTHING, REPLACE, REPLACE_LATER, UPDATE, Node
from .parts import objects

_ACTIONS = {
    "create": CREATE, "update": UPDATE, "delete": DELETE, "same": NOTHING, "read": NOTHING, "refresh": NOTHING,
    "import": NOTHING, "create-replacement": REPLACE_LATER, "replace": REPLACE_LATER, "delete-replaced": REPLACE,
    "import-replacement": REPLACE_LATER, "read-replacement": NOTHING, "discard": NOTHING, "discard-replaced": NOTHING,
    "read-discard": NOTHING, "remove-pending-replace": NOTHING,
}  # fmt: skip
_OURS = "pulumi:"
"""How the types of Pulumi's own bookkeeping begin: stacks and providers."""
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key that marks a secret, not one
"""The key of a value that says what kind it is, and of a secret."""


def is_preview(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a preview."""
    return isinstance(document.get("steps"), list) and ("changeSummary" in document or "config" in document)


def read_preview(document: Mapping[str, Any]) -> Plan:
    """Read a preview.

    Raises:
        ProblemError: It is none that could be applied.
    """
    errors = [one for one in objects(document.get("diagnostics")) if one.get("severity") == "error"]
    if errors:
        raise ProblemError(f"this preview has errored: {one_line(str(errors[0].get('message')), 120)}")
    steps: dict[str, list[dict[str, Any]]] = {}
    for number, one in enumerate(document["steps"], 1):
        if not isinstance(one, dict) or not isinstance(one.get("urn"), str) or str(one.get("op")) not in _ACTIONS:
            raise ProblemError(f"steps[{number}] must have a urn, and an op that is known")
        steps.setdefault(one["urn"], []).append(one)
    changes = [_change(urn, several) for urn, several in steps.items()]
    kept = tuple(one for one in changes if not one.type.startswith(_OURS))
    nodes = [
        Node(
            one.address,
            one.type,
            NOTHING if one.type.startswith(_OURS) else one.action,
            frozenset(_needed(steps[one.address], "newState") or _needed(steps[one.address], "oldState"))
            & steps.keys() - {one.address},
            frozenset(_needed(steps[one.address], "oldState")) & steps.keys() or None,
        )
        for one in changes
    ]
    return Plan("pulumi", kept, tuple(nodes))


def _change(urn: str, steps: list[dict[str, Any]]) -> Change:
    """Make one change of the steps of a resource: a replace is written as three."""
    ops = [one["op"] for one in steps]
    actions = [_ACTIONS[op] for op in ops]
    action = next((one for one in (REPLACE_LATER, REPLACE, CREATE, UPDATE, DELETE) if one in actions), NOTHING)
    if action == REPLACE_LATER and "delete-replaced" in ops and ops[0] == "delete-replaced":
        action = REPLACE
    if ops == ["delete-replaced"]:
        action = DELETE
    old, new = _state(steps, "oldState"), _state(steps, "newState")
    before, after = old.get("inputs"), new.get("inputs")
    kind = urn.split("::")[2].rsplit("$", maxsplit=1)[-1] if urn.count("::") > 2 else str((new or old).get("type", ""))
    return Change(
        urn, kind, tuple(ops), action,
        before=before, after=None if action == DELETE else after,
        before_sensitive=_marks(before), after_sensitive=_marks(after),
    )  # fmt: skip


def _state(steps: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next((one[key] for one in steps if isinstance(one.get(key), dict)), {})


def _needed(steps: list[dict[str, Any]], key: str) -> list[str]:
    state = _state(steps, key)
    given = state.get("dependencies")
    found = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    parent, provider = state.get("parent"), str(state.get("provider") or "").rpartition("::")[0]
    return [*found, *(one for one in (parent, provider) if isinstance(one, str) and one)]


def _marks(value: object, depth: int = 0) -> Any:
    """Return the shape of a value with true where it is a secret."""
    if depth > 60:
        return True
    if isinstance(value, dict):
        return True if _SECRET in value else {key: _marks(one, depth + 1) for key, one in value.items()}
    return [_marks(one, depth + 1) for one in value] if isinstance(value, list) else False
