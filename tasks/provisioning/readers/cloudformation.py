"""Reads `aws cloudformation describe-change-set`, with the stack's template for what depends on what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..changes import Change, Plan
from ..jobs import CREATE, DELETE, NOTHING, REPLACE_LATER, UPDATE, Node
from .parts import mapping, objects, texts

_ACTIONS = {"Add": CREATE, "Modify": UPDATE, "Remove": DELETE, "Import": NOTHING, "Dynamic": UPDATE}
_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")


def is_change_set(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a change set."""
    return isinstance(document.get("Changes"), list)


def read_change_set(document: Mapping[str, Any], template: Mapping[str, Any]) -> Plan:
    """Read a change set.

    Args:
        document: As the AWS command prints it.
        template: The stack's template; without resources nothing is known to depend on anything.

    Raises:
        ProblemError: It is none that could be executed.
    """
    if document.get("NextToken"):
        raise ProblemError("this change set is partial: it has a NextToken; fetch all pages into one Changes list")
    if document.get("Status", "CREATE_COMPLETE") != "CREATE_COMPLETE":
        raise ProblemError(f"this change set is not whole: its Status is {one_line(str(document['Status']), 40)}")
    given = template.get("Resources")
    resources: Mapping[str, Any] = given if isinstance(given, dict) else {}
    changes = tuple(_change(one, number, resources) for number, one in enumerate(document["Changes"], 1))
    changed = {one.address: one for one in changes}
    nodes = [
        Node(
            name,
            changed[name].type if name in changed else "",
            changed[name].action if name in changed else NOTHING,
            frozenset(_needed(resources.get(name))) - {name},
        )
        for name in sorted({*resources, *changed})
    ]
    return Plan("cloudformation", changes, tuple(nodes), secrets=frozenset(_secrets(document, template)))


def _change(one: object, number: int, resources: Mapping[str, Any]) -> Change:
    change = one.get("ResourceChange") if isinstance(one, dict) else None
    name = change.get("LogicalResourceId") if isinstance(change, dict) else None
    if not isinstance(change, dict) or not isinstance(name, str) or not isinstance(change.get("ResourceType"), str):
        raise ProblemError(f"Changes[{number}] must have a ResourceChange with LogicalResourceId and ResourceType")
    if str(change.get("Action")) not in _ACTIONS:
        raise ProblemError(f"Changes[{number}] of {one_line(name, 60)}: Action must be one of {', '.join(_ACTIONS)}")
    action = _ACTIONS[change["Action"]]
    said = [change["Action"]]
    if action == UPDATE and change.get("Replacement") in ("True", "Conditional"):
        action = REPLACE_LATER
        said.append(f"Replacement: {change['Replacement']}")
    if action == DELETE and change.get("PolicyAction") == "Retain":
        action = NOTHING
    template = resources.get(name)
    properties = template.get("Properties") if isinstance(template, dict) else None
    before, after = _context(change, "BeforeContext"), _context(change, "AfterContext")
    paths = tuple(sorted({path for detail in objects(change.get("Details")) for path in _path(detail)}))
    if after is None and action != DELETE:
        after = properties
    return Change(name, change["ResourceType"], tuple(said), action, before=before, after=after, paths=paths)


def _context(change: Mapping[str, Any], key: str) -> Any:
    """Return the properties in one of the texts that hold JSON."""
    try:
        whole = json.loads(str(change.get(key) or "null"))
    except (ValueError, RecursionError):
        return None
    return whole.get("Properties", whole) if isinstance(whole, dict) else None


def _path(detail: object) -> Iterator[str]:
    target = detail.get("Target") if isinstance(detail, dict) else None
    if isinstance(target, dict):
        yield ".".join(str(target[key]) for key in ("Attribute", "Name") if target.get(key))


def _needed(resource: object) -> Iterator[str]:
    if not isinstance(resource, dict):
        return
    depends = resource.get("DependsOn")
    yield from [depends] if isinstance(depends, str) else texts(depends)
    for key, one in resource.items():
        if key != "DependsOn":
            yield from _referred(one, 0)


def _referred(value: object, depth: int) -> Iterator[str]:
    """Yield the logical ids, parameters among them, that `Ref`, `Fn::GetAtt` and `Fn::Sub` name."""
    if depth > 60:
        return
    if isinstance(value, list):
        for one in value:
            yield from _referred(one, depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref" and isinstance(one, str):
                yield one
            elif key == "Fn::GetAtt":
                yield one.split(".")[0] if isinstance(one, str) else str((one or [""])[0])
            elif key == "Fn::Sub":
                text = one[0] if isinstance(one, list) and one else one
                yield from _IN_TEXT.findall(text) if isinstance(text, str) else ()
                yield from _referred(one, depth + 1)
            else:
                yield from _referred(one, depth + 1)


def _secrets(document: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of parameters that the template says not to echo."""
    declared = mapping(template.get("Parameters"))
    hidden = {name for name, one in declared.items() if str(mapping(one).get("NoEcho")).lower() == "true"}
    for name in hidden:
        yield str(declared[name].get("Default", ""))
    for one in objects(document.get("Parameters")):
        if str(one.get("ParameterKey")) in hidden:
            yield str(one.get("ParameterValue", ""))
