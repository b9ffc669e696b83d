"""Finds out what a file is, by its content, and reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.input_files import path_of, read_named
from maker_engine.printable import one_line

from .changes import Plan
from .durations import read_durations, timed
from .fields import LONGEST_NAME
from .jobs import jobs_of
from .problem import DEFAULT_SLOTS, MOST_JOBS, MOST_SLOTS, Problem
from .readers import cloudformation, own, pulumi, terraform
from .templates import load

LARGEST = 64_000_000
"""Bytes of a plan; one of 10,000 resources has 20 MB."""
MOST_CHANGES = 20_000
SAMPLES = ("regions", "failing", "replacing")


@dataclass(frozen=True, slots=True)
class Given:
    """What a file holds: one of these.

    Attributes:
        plan: A plan, None where it is none.
        problem: A problem in the task's own format, None where it is none.
    """

    plan: Plan | None = None
    problem: Problem | None = None


def sample(name: str) -> str:
    """Return the text of a bundled sample."""
    return (files(__package__) / "data" / f"{name}.yaml").read_text("utf-8")


def sample_plan() -> str:
    """Return the plan that a review is tried with."""
    return (files(__package__) / "data" / "plan.json").read_text("utf-8")


def sample_project() -> str:
    """Return Terraform's plan of the bundled project."""
    return (files(__package__) / "data" / "project.json").read_text("utf-8")


def read_any(text: str, template: str = "", graph: str = "") -> Given:
    """Read a plan or a problem.

    Args:
        text: The file's.
        template: Path of the CloudFormation template that belongs to a change set; "" for none.
        graph: Path of what `terraform graph` prints, for what depends on something through locals; "" for none.

    Raises:
        ProblemError: It is neither.
    """
    document = load(text, "the file")
    if cloudformation.is_change_set(document):
        return Given(plan=_small(cloudformation.read_change_set(document, _template(document, template))))
    if pulumi.is_preview(document):
        return Given(plan=_small(pulumi.read_preview(document)))
    if terraform.is_plan(document):
        return Given(plan=_small(terraform.read_plan(document, read_file(graph, "graph") if graph else "")))
    if {"version", "deployment"} <= document.keys():
        raise ProblemError("this is a stack's state, not a preview: give what `pulumi preview --json` prints")
    if own.is_own(document):
        return Given(problem=own.read_own(document))
    keys = one_line(", ".join(map(str, [*document][:5])), 80)
    raise ProblemError(
        f"no known plan begins with {keys or 'nothing'}: give `terraform show -json PLAN`, `pulumi preview --json`,"
        " a described change set, or resources of your own"
    )


def _small(plan: Plan) -> Plan:
    if len(plan.changes) > MOST_CHANGES:
        raise ProblemError(
            f"the plan has {len(plan.changes):,} resources, more than {MOST_CHANGES:,}: review it in parts"
        )
    names = [one.address for one in plan.changes]
    for name in (*names, *{one.type for one in plan.changes if one.type}):
        if not (name.isprintable() and 0 < len(name.strip()) <= LONGEST_NAME) or name != name.strip():
            raise ProblemError(f"{one_line(repr(name), 60)} is not a name of a resource or of a type")
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError(f"{one_line(twice, 80)} comes twice in the plan")
    return plan


def _template(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    within = document.get("Template", document.get("TemplateBody"))
    if path:
        return load(read_file(path, "template"), "the template")
    if isinstance(within, str):
        return load(within, "the template")
    return within if isinstance(within, dict) else {}


def problem_of(given: Given, durations: str, slots: int) -> Problem:
    """Return the jobs of what was read.

    Args:
        given: What was read.
        durations: Path of a table of durations for a plan; "" for the one that comes with the task.
        slots: How many at a time; 0 for what the file says, or 3.

    Raises:
        ProblemError: There is nothing to do, or too much.
    """
    if not 0 <= slots <= MOST_SLOTS:
        raise ProblemError(f"slots must be 1 to {MOST_SLOTS}, got {slots}")
    if given.problem is not None:
        own_one = given.problem
        return replace(own_one, slots=slots) if slots else own_one
    if given.plan is None:
        raise ProblemError("there is no plan")
    table = read_durations(read_file(durations, "durations"), "the durations") if durations else ()
    count = sum(change.counts for change in given.plan.changes)
    if not count:
        raise ProblemError("the plan changes nothing, so there is no order to find")
    if count > MOST_JOBS:
        raise ProblemError(f"the plan changes {count:,} resources, more than {MOST_JOBS:,}: order a part (-target)")
    jobs = tuple(timed(job, table) for job in jobs_of(given.plan.nodes))
    return Problem(jobs, slots or DEFAULT_SLOTS, unresolved=given.plan.unresolved)


def read_file(path: str, what: str) -> str:
    """Return the text of a file that a user names.

    Raises:
        ProblemError: It cannot be read.
    """
    try:
        return read_named(path_of(path), what, LARGEST)
    except InputError as error:
        raise ProblemError(one_line(str(error), 300)) from None
