"""Arazzo 1.0.1: workflows of steps over the operations of an OpenAPI document. What is not understood is noted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maker_engine.core.errors import ProblemError

from .arazzo_steps import Reading, Workflow, read_step, step_id
from .criteria import expressions_in_criterion
from .expressions import expressions_in, input_in, is_expression, steps_in
from .nodes import Node, Notes
from .openapi import Api
from .ordering import ordered
from .problem import Problem, Test

_WORKFLOW = "workflowId summary description inputs dependsOn steps successActions failureActions outputs parameters"
_ROOT = "arazzo info sourceDescriptions workflows components x-maker"
_OWN = "parallel rate faults base-url"


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
    reading = Reading(root, api, notes, given)
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


def _open(reading: Reading, node: Node) -> None:
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
    reading.workflows[name] = Workflow(node, name, ids, _inputs(reading, node, name), needs)


def _inputs(reading: Reading, node: Node, workflow: str) -> dict[str, Any]:
    schema = node.mapping("inputs")
    reference = schema.value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/inputs/"):
        schema = reading.root.mapping("components").mapping("inputs").mapping(reference.rpartition("/")[2])
    values: dict[str, Any] = {}
    for name, one in schema.mapping("properties").entries():
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


def _workflow_outputs(reading: Reading) -> list[tuple[str, str, str]]:
    found = []
    for one in reading.workflows.values():
        outputs = one.node.mapping("outputs")
        for name, expression in outputs.value.items():
            if not isinstance(expression, str) or not is_expression(expression):
                reading.notes.add(outputs.at(name), f"{str(expression)[:60]} is no expression that is understood")
                continue
            found.append((one.id, name, expression))
    return found


def _fill(reading: Reading, workflow: Workflow) -> None:
    """Make the tests of a workflow; those it depends on have theirs."""
    steps = workflow.node.nodes("steps")
    free = any("dependsOn" in step.value or "x-maker-depends-on" in step.value for step in steps)
    before = [test for need in workflow.needs for test in reading.workflows[need].last]
    made: dict[str, Test] = {}
    previous: tuple[str, ...] = ()
    for step in steps:
        test = read_step(reading, workflow, step)
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


def _known(reading: Reading, test: str) -> bool:
    return any(test in workflow.ids.values() for workflow in reading.workflows.values())


def _named(workflow: Workflow, step: Node) -> list[str]:
    """Return the tests that a step says it depends on."""
    found = []
    for name in (*step.texts("dependsOn"), *step.texts("x-maker-depends-on")):
        called = name.rpartition("steps.")[2] if name.startswith("$") else name
        found.append(workflow.ids.get(called, called))
    return found


def _used(reading: Reading, workflow: Workflow, step: Node, test: Test) -> list[str]:
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


def _givers(reading: Reading, workflow: Workflow, step: Node, expression: str) -> list[str]:
    name = input_in(expression)
    if name and name not in workflow.inputs:
        raise ProblemError(f"{step.place} needs the input {name}, which has no value: give --input {name}=VALUE")
    other, called = steps_in(expression)
    if called:
        return [step_id(workflow, step, called)]
    if not other:
        return []
    if other not in reading.workflows:
        raise ProblemError(f"{step.place} uses the workflow {other}, which there is not: mend its name")
    if other not in workflow.needs:
        raise ProblemError(f"{step.place} uses the workflow {other}: name it in dependsOn of {workflow.id}")
    outputs = reading.workflows[other].node.mapping("outputs").value
    made = outputs.get(expression.rpartition(".")[2].partition("#")[0])
    inner = steps_in(made)[1] if isinstance(made, str) else ""
    return [step_id(reading.workflows[other], step, inner)] if inner else []
