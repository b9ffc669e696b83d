"""Arazzo 1.0.1: workflows of steps over the operations of an OpenAPI document. What is not understood is noted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
        workflow = reading.workflows[name]
        _fill(reading, workflow, [test for need in workflow.needs for test in reading.workflows[need].last])
    whole_list = [one for name in order for one in (reading.workflows[name], *_called_by(reading.workflows[name]))]
    own = root.mapping("x-maker")
    own.note_others(_OWN, notes)
    return Problem(
        root.mapping("info").text("title", "API tests"),
        own.text("base-url") or (api.base_url if api is not None else ""),
        tuple(test for name in order for test in reading.workflows[name].tests),
        tuple((one.id, key, json.dumps(value)) for one in whole_list for key, value in one.inputs.items()),
        tuple(row for one in whole_list for row in _workflow_outputs(reading, one)),
        api.schemas if api is not None else "",
        api.deletable if api is not None else (),
        tuple((called.id, one.id, step) for one in whole_list for step, called in one.calls.items()),
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


def _called_by(workflow: Workflow) -> Iterator[Workflow]:
    """Yield the workflows that steps of one call, and those that they call."""
    for one in workflow.calls.values():
        yield one
        yield from _called_by(one)


def _workflow_outputs(reading: Reading, workflow: Workflow) -> Iterator[tuple[str, str, str]]:
    outputs = workflow.node.mapping("outputs")
    for name, of in workflow.renamed:
        expression = outputs.value.get(of)
        if name not in outputs.value and isinstance(expression, str) and is_expression(expression):
            yield workflow.id, name, expression
    for name, expression in outputs.value.items():
        if isinstance(expression, str) and is_expression(expression):
            yield workflow.id, name, expression
        elif workflow.caller is None:
            reading.notes.add(outputs.at(name), f"{str(expression)[:60]} is not an expression that is understood")


def _fill(reading: Reading, workflow: Workflow, before: Sequence[str]) -> None:
    """Make the tests of a workflow, the first of which need those `before`."""
    steps = workflow.node.nodes("steps")
    free = any("dependsOn" in step.value or "x-maker-depends-on" in step.value for step in steps)
    made: dict[str, Test] = {}
    previous: tuple[str, ...] = ()
    for step in steps:
        name = step.text("workflowId")
        if name and not name.startswith("$"):
            called = _open_call(reading, workflow, step)
            needs = [*_named(workflow, step), *_passed(reading, workflow, step, called), *(() if free else previous)]
            _fill(reading, called, _with(needs, made, before))
            made |= {test.id: test for test in called.tests}
            previous = called.last
            continue
        test = read_step(reading, workflow, step)
        needs = [*_named(workflow, step), *_used(reading, workflow, step, test), *(() if free else previous)]
        needs = [one for one in _with(needs, made, before) if one != test.id]
        made[test.id] = replace(test, needs=tuple(dict.fromkeys(needs)))
        previous = (test.id,) if not test.cleanup else previous
    own = {name for one in (workflow, *workflow.calls.values()) for name in one.ids.values()}
    within = {one.id: [need for need in one.needs if need in made or need in own] for one in made.values()}
    workflow.tests = [made[name] for name in ordered([*made], within, "step")]


def _with(needs: list[str], made: Mapping[str, Test], before: Sequence[str]) -> list[str]:
    """Return what a step needs: where that is nothing of its own workflow, also what the workflow comes after."""
    return needs if any(need in made for need in needs) else [*needs, *before]


def _open_call(reading: Reading, workflow: Workflow, step: Node) -> Workflow:
    """Return a workflow as a step calls it: with tests and inputs of its own.

    Raises:
        ProblemError: There is none of that name, or it calls itself.
    """
    name, calling = step.text("workflowId"), step.text("stepId")
    if name not in reading.workflows:
        raise ProblemError(f"{step.place} calls the workflow {name[:60]}, which there is not: correct its name")
    target = reading.workflows[name]
    above: Workflow | None = workflow
    while above is not None:
        if above.node is target.node or above.node.place == target.node.place:
            raise ProblemError(f"{step.place} calls the workflow {name}, which calls it: take one call out")
        above = above.caller
    renamed = []
    outputs = step.mapping("outputs")
    for key, value in outputs.value.items():
        if str(value).startswith("$outputs."):
            renamed.append((key, str(value).removeprefix("$outputs.")))
        else:
            reading.notes.add(outputs.at(key), f"{str(value)[:60]} is not an output of the workflow that is called")
    for key in ("successCriteria", "onSuccess", "onFailure", "requestBody"):
        if key in step.value:
            reading.notes.add(step.at(key), "is ignored at a step that calls a workflow")
    inputs = {**target.inputs, **{one.text("name"): one.value.get("value") for one in step.nodes("parameters")}}
    prefix = workflow.ids[calling]
    ids = {key: f"{prefix}.{key}" for key in target.ids}
    called = Workflow(target.node, f"{workflow.id}.{calling}", ids, inputs, target.needs, caller=workflow)
    called.renamed = tuple(renamed)
    workflow.calls[calling] = called
    return called


def _passed(reading: Reading, workflow: Workflow, step: Node, called: Workflow) -> list[str]:
    """Return the tests whose values a step passes on to the workflow that it calls."""
    expressions = [one for value in called.inputs.values() for one in expressions_in(value)]
    return [test for one in expressions for test in _givers(reading, workflow, step, one)]


def _named(workflow: Workflow, step: Node) -> list[str]:
    """Return the tests that a step says it depends on."""
    found: list[str] = []
    for name in (*step.texts("dependsOn"), *step.texts("x-maker-depends-on")):
        called = name.rpartition("steps.")[2] if name.startswith("$") else name
        found += workflow.calls[called].last if called in workflow.calls else (workflow.ids.get(called, called),)
    return found


def _used(reading: Reading, workflow: Workflow, step: Node, test: Test) -> list[str]:
    """Return the tests whose values a step uses, and refuse values that no one gives.

    Raises:
        ProblemError: An input has no value, or a step or a workflow is unknown.
    """
    texts = [text for pairs in (test.path, test.query, test.headers) for _, text in pairs]
    texts.append(json.dumps(test.probe))
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
    if called in workflow.calls:
        return [*workflow.calls[called].last]
    if called:
        return [step_id(workflow, step, called)]
    if not other:
        return []
    if other not in reading.workflows:
        raise ProblemError(f"{step.place} uses the workflow {other}, which there is not: correct its name")
    if other not in workflow.needs:
        raise ProblemError(f"{step.place} uses the workflow {other}: name it in dependsOn of {workflow.id}")
    outputs = reading.workflows[other].node.mapping("outputs").value
    made = outputs.get(expression.rpartition(".")[2].partition("#")[0])
    inner = steps_in(made)[1] if isinstance(made, str) else ""
    if inner in reading.workflows[other].calls:
        return [*reading.workflows[other].calls[inner].last]
    return [step_id(reading.workflows[other], step, inner)] if inner else []
