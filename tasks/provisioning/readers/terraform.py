"""Reads `terraform show -json PLAN`, and what OpenTofu writes alike: the changes, and what each depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..changes import Change, Plan
from ..jobs import CREATE, DELETE, NOTHING, REPLACE, REPLACE_LATER, UPDATE, Node
from .parts import mapping, objects, texts
from .references import Configuration, Path, Target, read_configuration
from .secrets import secrets_of

MAJOR = "1"
"""The format's major version: within it, fields are only added."""
_ACTIONS = {
    ("no-op",): NOTHING, ("read",): NOTHING, ("create",): CREATE, ("update",): UPDATE, ("delete",): DELETE,
    ("delete", "create"): REPLACE, ("create", "delete"): REPLACE_LATER, ("forget",): NOTHING,
    ("create", "forget"): CREATE,
}  # fmt: skip
_EDGE = re.compile(r'^\s*"([^"\s]+)" -> "([^"\s]+)";', re.MULTILINE)
_MODULE = re.compile(r"module\.([^.\[]+)((?:\[(?:\"(?:\\.|[^\"\\])*\"|\d+)\])?)\.?")


def is_plan(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a plan, or something else that Terraform writes."""
    return "format_version" in document or {"terraform_version", "resources"} <= document.keys()


def read_plan(document: Mapping[str, Any], graph: str = "") -> Plan:
    """Read a plan.

    Args:
        document: As Terraform prints it.
        graph: What `terraform graph` prints, for what depends on something through locals; "" without.

    Raises:
        ProblemError: It is none that could be applied.
    """
    _refuse(document)
    changes = [_change(one, number) for number, one in enumerate(document.get("resource_changes") or [], 1)]
    configuration = read_configuration(document.get("configuration"))
    if graph:
        _add_graph(configuration, graph)
    return Plan(
        "terraform",
        tuple(changes),
        tuple(_nodes(changes, configuration, _stored(document))),
        tuple(sorted(configuration.locals)),
        frozenset(secrets_of(document)),
    )


def _add_graph(configuration: Configuration, graph: str) -> None:
    """Add the edges of a graph between resources.

    Raises:
        ProblemError: It has none.
    """
    edges = _EDGE.findall(graph)
    if not edges:
        raise ProblemError("the graph has no edges: give what `terraform graph` prints, without -plan or -type")
    for later, sooner in edges:
        (path, _, name, _), (other, _, needed, _) = split(later), split(sooner)
        if (path, name) in configuration.targets:
            configuration.targets[path, name].add(Target(other, needed))
    configuration.locals.clear()


def _refuse(document: Mapping[str, Any]) -> None:
    """Say what else a document is.

    Raises:
        ProblemError: It is something else, or a plan that cannot be applied.
    """
    version = document.get("format_version")
    if not isinstance(version, str):
        raise ProblemError("this is a state file, not a plan: give what `terraform show -json PLAN` prints")
    if version.partition(".")[0] != MAJOR:
        raise ProblemError(f"plan format {one_line(version, 20)} is not known: this reads {MAJOR}.x")
    if "resource_changes" not in document and "values" in document:
        raise ProblemError("this is a state, not a plan: give what `terraform show -json PLAN` prints of a saved plan")
    if "resource_changes" not in document and "planned_values" not in document:
        raise ProblemError("this is not a plan: it has neither resource_changes nor planned_values")
    if document.get("errored") is True:
        raise ProblemError("this plan has errored, so it is not whole: fix what `terraform plan` complains of")
    if document.get("complete") is False or document.get("deferred_changes"):
        raise ProblemError(
            "this plan is partial (-target, or deferred changes): plan the whole, or one part after the other"
        )
    if not isinstance(document.get("resource_changes", []), list | None):
        raise ProblemError("resource_changes must be a list")


def _change(one: object, number: int) -> Change:
    where = f"resource_changes[{number}]"
    if not isinstance(one, dict) or not isinstance(one.get("change"), dict):
        raise ProblemError(f"{where} must be an object with a change")
    change, address = one["change"], one.get("address")
    if not isinstance(address, str) or not address or not isinstance(one.get("type"), str):
        raise ProblemError(f"{where} must have an address and a type")
    given = change.get("actions")
    actions = tuple(given) if isinstance(given, list) and all(isinstance(name, str) for name in given) else ()
    if actions not in _ACTIONS:
        raise ProblemError(
            f"{where}.change.actions of {one_line(address, 80)} are not known: {one_line(str(given), 60)}"
        )
    deposed = one.get("deposed")
    return Change(
        address + (f" (deposed {deposed})" if isinstance(deposed, str) else ""),
        one["type"],
        actions,
        _ACTIONS[actions],
        data=one.get("mode") == "data",
        before=change.get("before"),
        after=change.get("after"),
        unknown=change.get("after_unknown"),
        before_sensitive=change.get("before_sensitive"),
        after_sensitive=change.get("after_sensitive"),
    )


def split(address: str) -> tuple[Path, str, str, str]:
    """Return the modules of an address without indexes, the same with them, the resource's name, and its index."""
    rest, path, whole = address.partition(" (deposed ")[0], [], ""
    while found := _MODULE.match(rest):
        path.append(found[1])
        whole += found[0]
        rest = rest[found.end() :]
    name, bracket, index = rest.partition("[")
    return tuple(path), whole, name, index[:-1] if bracket else ""


def _stored(document: Mapping[str, Any]) -> dict[str, frozenset[tuple[Path, str]]]:
    """Return for each resource of the prior state what it depends on, as resources of the configuration."""
    found: dict[str, frozenset[tuple[Path, str]]] = {}
    values = mapping(mapping(document.get("prior_state")).get("values"))
    for resource in _resources(values.get("root_module"), 0):
        if isinstance(resource.get("address"), str):
            parts = [split(one) for one in texts(resource.get("depends_on"))]
            found[resource["address"]] = frozenset((path, name) for path, _, name, _ in parts)
    return found


def _resources(module: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 60:
        return
    yield from objects(mapping(module).get("resources"))
    for inner in objects(mapping(module).get("child_modules")):
        yield from _resources(inner, depth + 1)


def _nodes(
    changes: list[Change], configuration: Configuration, stored: Mapping[str, frozenset[tuple[Path, str]]]
) -> Iterator[Node]:
    """Yield a node for each change, and one for each resource of the configuration, which its instances need."""
    instances: dict[tuple[Path, str], list[tuple[str, str]]] = {}
    for change in changes:
        path, _, name, index = split(change.address)
        instances.setdefault((path, name), []).append((change.address, index))

    def reached(target: Target) -> Iterator[str]:
        yield _whole(target.path, target.name)
        for address, index in instances.get((target.path, target.name), []):
            if target.index in ("", index):
                yield address

    for (path, name), targets in configuration.targets.items():
        needs = frozenset(one for target in targets for one in reached(target))
        yield Node(_whole(path, name), "", NOTHING, needs)
    for change in changes:
        path, whole, name, _ = split(change.address)
        of_state = stored.get(change.address)
        known = None if of_state is None else frozenset(
            address for key in of_state for address, _ in instances.get(key, [])
        )  # fmt: skip
        needs = frozenset({_whole(path, name)})
        yield Node(change.address, change.type, change.action, needs, known, (".".join(path), whole))


def _whole(path: Path, name: str) -> str:
    """Return what a resource of the configuration is called among the nodes; no address has a blank in front."""
    return " " + ".".join((*(f"module.{one}" for one in path), name))
