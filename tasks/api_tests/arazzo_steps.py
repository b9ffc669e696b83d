"""A step of an Arazzo workflow as a test: request, criteria, actions and outputs. What is not understood is noted."""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maker_engine.core.errors import ProblemError

from .criteria import CriterionError, check_criterion
from .expressions import expressions_in, is_expression, pointed
from .nodes import Node, Notes
from .openapi import METHODS, Api, Described
from .problem import Action, Criterion, Test

MOST_RETRIES, LONGEST_WAIT_S = 20, 3_600.0
_STEP = (
    "stepId description operationId operationPath x-operation workflowId parameters requestBody successCriteria"
    " onSuccess onFailure outputs dependsOn x-maker-priority x-maker-setup x-maker-critical x-maker-cleanup"
    " x-maker-idempotent x-maker-probe x-maker-undo x-maker-timeout x-maker-depends-on"
)


@dataclass
class Workflow:
    """A workflow on its way to tests.

    Attributes:
        node: In the document.
        id: Its id.
        ids: Ids of tests by step.
        inputs: Values of its inputs by name.
        needs: Ids of the workflows it depends on.
        tests: Its tests, in order.
        calls: Workflows that its steps call, by step.
        caller: The workflow that calls it, None where it runs by itself.
        renamed: What the step that calls it gives its outputs for names: (name, its output).
    """

    node: Node
    id: str
    ids: dict[str, str]
    inputs: dict[str, Any]
    needs: list[str]
    tests: list[Test] = field(default_factory=list)
    calls: dict[str, Workflow] = field(default_factory=dict)
    caller: Workflow | None = None
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def last(self) -> tuple[str, ...]:
        """Return the tests that no other one of it needs, clean-up left out."""
        needed = {need for test in self.tests if not test.cleanup for need in test.needs}
        return tuple(test.id for test in self.tests if test.id not in needed and not test.cleanup)


@dataclass
class Reading:
    """What one reading goes by."""

    root: Node
    api: Api | None
    notes: Notes
    given: Mapping[str, Any]
    workflows: dict[str, Workflow] = field(default_factory=dict)


def step_id(workflow: Workflow, step: Node, called: str) -> str:
    """Return the id of the test that a step of a workflow is.

    Raises:
        ProblemError: The workflow has no such step.
    """
    if called not in workflow.ids:
        raise ProblemError(f"{step.place} uses the step {called}, which {workflow.id} has not: correct its name")
    return workflow.ids[called]


def read_step(reading: Reading, workflow: Workflow, step: Node) -> Test:
    """Return the test that a step is, without what it needs.

    Raises:
        ProblemError: It is none.
    """
    step.note_others(_STEP, reading.notes)
    method, url, described = _request(reading, step)
    name = step.text("stepId")
    if step.value.get("workflowId") is not None:
        reading.notes.add(step.at("workflowId"), "a step that calls a workflow of another document is not understood")
    parameters = _parameters(reading, workflow, step, described)
    body, content_type = _body(reading, step)
    undo, probe = step.text("x-maker-undo"), step.text("x-maker-probe")
    _noted(reading, step.at("x-maker-probe"), probe)
    test = Test(
        workflow.ids[name], workflow.id, name, method, url,
        parameters["path"], parameters["query"], parameters["header"], body, content_type,
        _criteria(reading, step, "successCriteria"),
        _actions(reading, workflow, step, "onSuccess", "successActions"),
        _actions(reading, workflow, step, "onFailure", "failureActions"),
        _outputs(reading, step),
        priority=int(step.number("x-maker-priority", 0, -1_000, 1_000)),
        setup=step.flag("x-maker-setup"), critical=step.flag("x-maker-critical"),
        cleanup=step.flag("x-maker-cleanup"), safe_again=step.flag("x-maker-idempotent"),
        undo=undo, operation=described.operation if described is not None else None,
        timeout_s=step.number("x-maker-timeout", 10, 0.05, 600), probe=probe,
    )  # fmt: skip
    _missing_path(step, test)
    return replace(test, puzzle=_puzzle(reading.notes.of(step.place)))


_HARMLESS = ("is not known, and ignored",)


def _puzzle(notes: tuple[tuple[str, str], ...]) -> str:
    """Return why a step cannot be sent: the first of its notes that is more than a key ignored."""
    found = (f"{place}: {what}" for place, what in notes if what not in _HARMLESS)
    return next(found, "")


def _missing_path(step: Node, test: Test) -> None:
    given = {name for name, _ in test.path}
    for name in re.findall(r"\{([A-Za-z0-9_\-]{1,60})\}", test.url):
        if name not in given:
            raise ProblemError(
                f"{step.place} has no value for {{{name}}} of {test.url[:60]}: give it as a parameter in path"
            )


def _request(reading: Reading, step: Node) -> tuple[str, str, Described | None]:
    """Return the method, the address or path, and the operation of a step.

    Raises:
        ProblemError: The operation is not known.
    """
    own = step.mapping("x-operation")
    if own.value:
        method, url = own.text("method").lower(), own.text("url")
        if method not in METHODS or not url.startswith(("http://", "https://", "/")):
            raise ProblemError(f"{own.place} must have a method and a url that begins with http or /")
        return method.upper(), url, None
    if step.value.get("workflowId") is not None:
        return "GET", "/", None
    if reading.api is None:
        raise ProblemError(f"{step.place} names an operation of an OpenAPI document: give it with --openapi FILE")
    name, path = step.text("operationId"), step.text("operationPath")
    described = reading.api.operations.get(name.rpartition(".")[2] if name.startswith("$") else name)
    if path:
        parts = path.partition("#/paths/")[2].split("/")
        described = (
            reading.api.at(parts[0].replace("~1", "/").replace("~0", "~"), parts[-1]) if len(parts) == 2 else None
        )
    if described is None:
        known = ", ".join(sorted(reading.api.operations)[:5])
        raise ProblemError(
            f"{step.place} names the operation {(name or path)[:60]!r}, which is unknown: it has {known}"
        )
    return described.method, described.path, described


def _referred(reading: Reading, node: Node, kind: str) -> Node:
    """Return what a reusable object refers to, or itself."""
    reference = node.value.get("reference")
    if reference is None:
        return node
    name = str(reference).removeprefix(f"$components.{kind}.")
    found = reading.root.mapping("components").mapping(kind).value.get(name)
    if not isinstance(found, dict):
        raise ProblemError(f"{node.at('reference')} names {str(reference)[:60]}, which there is not: correct its name")
    changed = {"value": node.value["value"]} if "value" in node.value else {}
    return Node({**found, **changed}, node.place)


def _parameters(
    reading: Reading, workflow: Workflow, step: Node, described: Described | None
) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[tuple[str, str], str] = {}
    for given in (*workflow.node.nodes("parameters"), *step.nodes("parameters")):
        node = _referred(reading, given, "parameters")
        place, name = node.text("in"), node.text("name")
        if place not in ("path", "query", "header", "cookie"):
            reading.notes.add(node.at("in"), f"parameters in {place[:20] or 'nothing'} are not understood")
            continue
        value = node.value.get("value")
        _noted(reading, node.at("value"), value)
        found[place, name] = json.dumps(value)
    for place, name, required, _ in described.parameters if described is not None else ():
        if required and (place, name) not in found and place != "path":
            reading.notes.add(step.at("parameters"), f"the required parameter {name} in {place} has no value")
    if cookies := [_cookie(name, json.loads(text)) for (place, name), text in found.items() if place == "cookie"]:
        found["header", "Cookie"] = json.dumps("; ".join(cookies))
    return {
        kind: tuple((name, text) for (place, name), text in found.items() if place == kind)
        for kind in ("path", "query", "header")
    }


def _cookie(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{name}={{{text}}}" if is_expression(text) else f"{name}={text}"


def _noted(reading: Reading, place: str, value: Any) -> None:
    for one in expressions_in(value):
        if not is_expression(one):
            reading.notes.add(place, f"the expression {one[:60]} is not understood")


def _body(reading: Reading, step: Node) -> tuple[str, str]:
    node = step.mapping("requestBody")
    if "payload" not in node.value:
        return "", "application/json"
    payload = copy.deepcopy(node.value["payload"])
    kind = node.text("contentType", "application/json")
    if isinstance(payload, str) and kind.endswith("json") and payload.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            payload = json.loads(payload)
    for replacement in node.nodes("replacements"):
        if not replaced(payload, replacement.text("target"), replacement.value.get("value")):
            reading.notes.add(replacement.place, "the target of the replacement is not in the payload")
    _noted(reading, node.at("payload"), payload)
    return json.dumps(payload), kind


def replaced(payload: Any, target: str, value: Any) -> bool:
    """Put a value where a JSON pointer leads to in a payload; return whether it leads anywhere."""
    *parts, last = [part.replace("~1", "/").replace("~0", "~") for part in target.split("/")[1:]] or [""]
    inner = pointed(payload, "".join(f"/{part}" for part in parts))
    if isinstance(inner, dict) and target.startswith("/"):
        inner[last] = value
        return True
    if isinstance(inner, list) and last.isdecimal() and len(last) < 7 and int(last) < len(inner):
        inner[int(last)] = value
        return True
    return False


def _criteria(reading: Reading, node: Node, key: str) -> tuple[Criterion, ...]:
    found = []
    for one in node.nodes(key):
        kind = one.value.get("type", "simple")
        criterion = Criterion(
            str(kind.get("type") if isinstance(kind, dict) else kind), one.text("condition"), one.text("context")
        )
        try:
            check_criterion(criterion)
        except CriterionError as error:
            reading.notes.add(one.place, str(error))
            continue
        found.append(criterion)
    return tuple(found)


def _actions(reading: Reading, workflow: Workflow, step: Node, key: str, common: str) -> tuple[Action, ...]:
    kind = "successActions" if key == "onSuccess" else "failureActions"
    given = [*step.nodes(key), *workflow.node.nodes(common)]
    return tuple(_action(reading, workflow, _referred(reading, node, kind)) for node in given)


def _action(reading: Reading, workflow: Workflow, node: Node) -> Action:
    kind = node.text("type")
    if kind not in ("retry", "goto", "end"):
        raise ProblemError(f"{node.at('type')} must be retry, goto or end, not {kind[:20]!r}")
    target, other = "", ""
    if "stepId" in node.value:
        target = step_id(workflow, node, node.text("stepId"))
    elif "workflowId" in node.value:
        other = node.text("workflowId")
        if other not in reading.workflows:
            raise ProblemError(f"{node.place} leads to the workflow {other[:60]}, which there is not: mend its name")
    return Action(
        kind,
        _criteria(reading, node, "criteria"),
        node.number("retryAfter", 0, 0, LONGEST_WAIT_S),
        int(node.number("retryLimit", 1, 0, MOST_RETRIES)),
        target,
        other,
    )


def _outputs(reading: Reading, step: Node) -> tuple[tuple[str, str], ...]:
    node = step.mapping("outputs")
    found = []
    for name, expression in node.value.items():
        if isinstance(expression, str) and is_expression(expression):
            found.append((name, expression))
        else:
            reading.notes.add(node.at(name), f"{str(expression)[:60]} is not an expression that is understood")
    return tuple(found)
