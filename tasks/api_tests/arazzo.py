"""Arazzo 1.0.1: workflows of steps over the operations of an OpenAPI document. What is not understood is noted."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maker_engine.core.errors import ProblemError

from .criteria import CriterionError, check_criterion, expressions_in_criterion
from .expressions import expressions_in, input_in, is_expression, steps_in
from .nodes import Node, Notes
from .openapi import METHODS, Api, Described
from .ordering import ordered
from .problem import Action, Criterion, Problem, Test

MOST_RETRIES, LONGEST_WAIT_S = 20, 3_600.0
_STEP = (
    "stepId description operationId operationPath x-operation workflowId parameters requestBody successCriteria"
    " onSuccess onFailure outputs dependsOn x-maker-priority x-maker-setup x-maker-critical x-maker-cleanup"
    " x-maker-idempotent x-maker-undo x-maker-timeout x-maker-depends-on"
)
_WORKFLOW = "workflowId summary description inputs dependsOn steps successActions failureActions outputs parameters"
_ROOT = "arazzo info sourceDescriptions workflows components x-maker"
_OWN = "parallel rate faults base-url"


@dataclass
class _Workflow:
    """A workflow on its way to tests.

    Attributes:
        node: In the document.
        id: Its id.
        ids: Ids of tests by step.
        inputs: Values of its inputs by name.
        needs: Ids of the workflows it depends on.
        tests: Its tests, in order.
    """

    node: Node
    id: str
    ids: dict[str, str]
    inputs: dict[str, Any]
    needs: list[str]
    tests: list[Test] = field(default_factory=list)

    @property
    def last(self) -> tuple[str, ...]:
        """Return the tests that no other one of it needs, clean-up left out."""
        needed = {need for test in self.tests if not test.cleanup for need in test.needs}
        return tuple(test.id for test in self.tests if test.id not in needed and not test.cleanup)


@dataclass
class _Reading:
    """What one reading goes by."""

    root: Node
    api: Api | None
    notes: Notes
    given: Mapping[str, Any]
    workflows: dict[str, _Workflow] = field(default_factory=dict)
    plain: bool = False


def read_arazzo(whole: dict[str, Any], api: Api | None, given: Mapping[str, Any], notes: Notes) -> Problem:
    """Read an Arazzo document.

    Args:
        whole: The document.
        api: The OpenAPI document of its operations, None where none was given.
        given: Values of inputs by name.
        notes: Takes what is not understood.

    Raises:
        ProblemError: It is none, an operation or an input is unknown, or steps depend on one another in a circle.
    """
    root = Node(whole, "")
    if not re.match(r"1\.[01]\.", root.text("arazzo")):
        raise ProblemError(f"Arazzo {root.text('arazzo')[:10]} is not read: convert it to 1.0.1")
    root.note_others(_ROOT, notes)
    reading = _Reading(root, api, notes, given)
    for node in root.nodes("workflows"):
        _open(reading, node)
    order = ordered([*reading.workflows], {one.id: one.needs for one in reading.workflows.values()}, "workflow")
    for name in order:
        _fill(reading, reading.workflows[name])
    own = root.mapping("x-maker")
    own.note_others(_OWN, notes)
    return Problem(
        root.mapping("info").text("title", "API tests"),
        own.text("base-url") or (api.base_url if api is not None else ""),
        tuple(test for name in order for test in reading.workflows[name].tests),
        tuple(
            (one.id, key, json.dumps(value)) for one in reading.workflows.values() for key, value in one.inputs.items()
        ),
        tuple(_workflow_outputs(reading)),
        api.schemas if api is not None else "",
        api.deletable if api is not None else (),
        tuple(notes.found),
        int(own.number("parallel", 3, 1, 50)),
        own.number("rate", 0, 0, 1_000),
        own.text("faults"),
    )


def _open(reading: _Reading, node: Node) -> None:
    name = node.name("workflowId")
    if name in reading.workflows:
        raise ProblemError(f"two workflows are called {name}: give one of them another name")
    node.note_others(_WORKFLOW, reading.notes)
    several = len(reading.root.values("workflows")) > 1
    ids: dict[str, str] = {}
    for step in node.nodes("steps"):
        called = step.name("stepId")
        if called in ids:
            raise ProblemError(f"two steps of {name} are called {called}: give one of them another name")
        ids[called] = f"{name}.{called}" if several else called
    needs = [one.rpartition("workflows.")[2] if one.startswith("$") else one for one in node.texts("dependsOn")]
    reading.workflows[name] = _Workflow(node, name, ids, _inputs(reading, node, name), needs)


def _inputs(reading: _Reading, node: Node, workflow: str) -> dict[str, Any]:
    schema = node.mapping("inputs")
    reference = schema.value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/inputs/"):
        schema = reading.root.mapping("components").mapping("inputs").mapping(reference.rpartition("/")[2])
    values: dict[str, Any] = {}
    for name, one in schema.mapping("properties").items():
        if f"{workflow}.{name}" in reading.given or name in reading.given:
            text = reading.given.get(f"{workflow}.{name}", reading.given.get(name))
            values[name] = _of_type(text, one.text("type"))
        elif "default" in one.value:
            values[name] = one.value["default"]
    for name, text in reading.given.items():
        if "." not in name:
            values.setdefault(name, text)
    return values


def _of_type(text: Any, kind: str) -> Any:
    """Turn what was typed into what the document asks for; what is no such thing stays a text."""
    if kind in ("integer", "number") and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", str(text)):
        return float(text) if "." in str(text) else int(text)
    return {"true": True, "false": False}.get(str(text), text) if kind == "boolean" else text


def _workflow_outputs(reading: _Reading) -> list[tuple[str, str, str]]:
    found = []
    for one in reading.workflows.values():
        outputs = one.node.mapping("outputs")
        for name, expression in outputs.value.items():
            if not isinstance(expression, str) or not is_expression(expression):
                reading.notes.add(outputs.at(name), f"{str(expression)[:60]} is no expression that is understood")
                continue
            found.append((one.id, name, expression))
    return found


def _fill(reading: _Reading, workflow: _Workflow) -> None:
    """Make the tests of a workflow; those it depends on have theirs."""
    steps = workflow.node.nodes("steps")
    free = any("dependsOn" in step.value or "x-maker-depends-on" in step.value for step in steps)
    before = [test for need in workflow.needs for test in reading.workflows[need].last]
    made: dict[str, Test] = {}
    previous: tuple[str, ...] = ()
    for step in steps:
        test = _test(reading, workflow, step)
        needs = [*_named(workflow, step), *_used(reading, workflow, step, test), *(() if free else previous)]
        needs = needs or before
        made[test.id] = replace(test, needs=tuple(dict.fromkeys(one for one in needs if one != test.id)))
        previous = (test.id,) if not test.cleanup else previous
    names = ordered(
        [*made],
        {one.id: [need for need in one.needs if need in made or not _known(reading, need)] for one in made.values()},
        "step",
    )
    workflow.tests = [made[name] for name in names]


def _known(reading: _Reading, test: str) -> bool:
    return any(test in workflow.ids.values() for workflow in reading.workflows.values())


def _named(workflow: _Workflow, step: Node) -> list[str]:
    """Return the tests that a step says it depends on."""
    found = []
    for name in (*step.texts("dependsOn"), *step.texts("x-maker-depends-on")):
        called = name.rpartition("steps.")[2] if name.startswith("$") else name
        found.append(workflow.ids.get(called, called))
    return found


def _used(reading: _Reading, workflow: _Workflow, step: Node, test: Test) -> list[str]:
    """Return the tests whose values a step uses, and refuse values that nobody gives.

    Raises:
        ProblemError: An input has no value, or a step or a workflow is unknown.
    """
    texts = [text for pairs in (test.path, test.query, test.headers) for _, text in pairs]
    values = [json.loads(text) for text in (*texts, test.body) if text]
    criteria = [*test.criteria, *(one for action in (*test.on_success, *test.on_failure) for one in action.criteria)]
    found = [one for value in values for one in expressions_in(value)] if not test.puzzle else []
    if not test.puzzle:
        found += [one for criterion in criteria for one in expressions_in_criterion(criterion)]
    needs = []
    for one in found:
        needs += _givers(reading, workflow, step, one)
    return needs


def _givers(reading: _Reading, workflow: _Workflow, step: Node, expression: str) -> list[str]:
    name = input_in(expression)
    if name and name not in workflow.inputs:
        raise ProblemError(f"{step.place} needs the input {name}, which has no value: give --input {name}=VALUE")
    other, called = steps_in(expression)
    if called:
        return [_step_id(workflow, step, called)]
    if not other:
        return []
    if other not in reading.workflows:
        raise ProblemError(f"{step.place} uses the workflow {other}, which there is not: mend its name")
    if other not in workflow.needs:
        raise ProblemError(f"{step.place} uses the workflow {other}: name it in dependsOn of {workflow.id}")
    outputs = reading.workflows[other].node.mapping("outputs").value
    made = outputs.get(expression.rpartition(".")[2].partition("#")[0])
    inner = steps_in(made)[1] if isinstance(made, str) else ""
    return [_step_id(reading.workflows[other], step, inner)] if inner else []


def _step_id(workflow: _Workflow, step: Node, called: str) -> str:
    if called not in workflow.ids:
        raise ProblemError(f"{step.place} uses the step {called}, which {workflow.id} has not: mend its name")
    return workflow.ids[called]


def _test(reading: _Reading, workflow: _Workflow, step: Node) -> Test:
    step.note_others(_STEP, reading.notes)
    method, url, described = _request(reading, step)
    name = step.text("stepId")
    if step.value.get("workflowId") is not None:
        reading.notes.add(step.at("workflowId"), "a step that calls another workflow is not understood")
    parameters = _parameters(reading, workflow, step, described)
    body, content_type = _body(reading, step)
    undo = step.text("x-maker-undo")
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
        timeout_s=step.number("x-maker-timeout", 10, 0.05, 600),
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


def _request(reading: _Reading, step: Node) -> tuple[str, str, Described | None]:
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


def _referred(reading: _Reading, node: Node, kind: str) -> Node:
    """Return what a reusable object refers to, or itself."""
    reference = node.value.get("reference")
    if reference is None:
        return node
    name = str(reference).removeprefix(f"$components.{kind}.")
    found = reading.root.mapping("components").mapping(kind).value.get(name)
    if not isinstance(found, dict):
        raise ProblemError(f"{node.at('reference')} names {str(reference)[:60]}, which there is not: mend its name")
    changed = {"value": node.value["value"]} if "value" in node.value else {}
    return Node({**found, **changed}, node.place)


def _parameters(
    reading: _Reading, workflow: _Workflow, step: Node, described: Described | None
) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[tuple[str, str], str] = {}
    for given in (*workflow.node.nodes("parameters"), *step.nodes("parameters")):
        node = _referred(reading, given, "parameters")
        place, name = node.text("in"), node.text("name")
        if place not in ("path", "query", "header"):
            reading.notes.add(node.at("in"), f"parameters in {place[:20] or 'nothing'} are not understood")
            continue
        value = node.value.get("value")
        _noted(reading, node.at("value"), value)
        found[place, name] = json.dumps(value)
    for place, name, required, example in described.parameters if described is not None else ():
        if required and (place, name) not in found and place != "path":
            reading.notes.add(step.at("parameters"), f"the required parameter {name} in {place} has no value")
        del example
    return {
        kind: tuple((name, text) for (place, name), text in found.items() if place == kind)
        for kind in ("path", "query", "header")
    }


def _noted(reading: _Reading, place: str, value: Any) -> None:
    for one in expressions_in(value):
        if not is_expression(one):
            reading.notes.add(place, f"the expression {one[:60]} is not understood")


def _body(reading: _Reading, step: Node) -> tuple[str, str]:
    node = step.mapping("requestBody")
    if "payload" not in node.value:
        return "", "application/json"
    payload = node.value["payload"]
    kind = node.text("contentType", "application/json")
    if isinstance(payload, str) and kind.endswith("json") and payload.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            payload = json.loads(payload)
    if node.value.get("replacements"):
        reading.notes.add(node.at("replacements"), "replacements in a payload are not understood")
    _noted(reading, node.at("payload"), payload)
    return json.dumps(payload), kind


def _criteria(reading: _Reading, node: Node, key: str) -> tuple[Criterion, ...]:
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


def _actions(reading: _Reading, workflow: _Workflow, step: Node, key: str, common: str) -> tuple[Action, ...]:
    kind = "successActions" if key == "onSuccess" else "failureActions"
    given = [*step.nodes(key), *workflow.node.nodes(common)]
    return tuple(_action(reading, workflow, _referred(reading, node, kind)) for node in given)


def _action(reading: _Reading, workflow: _Workflow, node: Node) -> Action:
    kind = node.text("type")
    if kind not in ("retry", "goto", "end"):
        raise ProblemError(f"{node.at('type')} must be retry, goto or end, not {kind[:20]!r}")
    target = ""
    if "stepId" in node.value:
        target = _step_id(workflow, node, node.text("stepId"))
    elif "workflowId" in node.value:
        other = node.text("workflowId")
        if other not in reading.workflows:
            raise ProblemError(f"{node.place} leads to the workflow {other[:60]}, which there is not: mend its name")
        reading.notes.add(node.at("workflowId"), "a way to another workflow is not followed: each runs in its own turn")
    if kind == "retry" and target:
        reading.notes.add(node.place, "a retry by way of another step is not understood")
        target = ""
    return Action(
        kind,
        _criteria(reading, node, "criteria"),
        node.number("retryAfter", 0, 0, LONGEST_WAIT_S),
        int(node.number("retryLimit", 1, 0, MOST_RETRIES)),
        target,
    )


def _outputs(reading: _Reading, step: Node) -> tuple[tuple[str, str], ...]:
    node = step.mapping("outputs")
    found = []
    for name, expression in node.value.items():
        if isinstance(expression, str) and is_expression(expression):
            found.append((name, expression))
        else:
            reading.notes.add(node.at(name), f"{str(expression)[:60]} is no expression that is understood")
    return tuple(found)
