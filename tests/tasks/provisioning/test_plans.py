"""Plans are read as Terraform applies them: who waits for whom is what `terraform graph -plan` says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from maker_tasks.provisioning import Provisioning
from maker_tasks.provisioning.jobs import closure, jobs_of
from maker_tasks.provisioning.readers.terraform import read_plan

PLANS = Path(__file__).with_name("plans")
NAMES = sorted(file.stem for file in PLANS.glob("*.dot"))
_DEPOSED = re.compile(r" \(destroy deposed \w+\)")
_EDGE = re.compile(r'"\[root\] (.+)" -> "\[root\] (.+)"')


def waits_by_terraform(name):
    """Return for each node of the apply graph all that it waits for."""
    direct = {}
    for edge in _EDGE.findall((PLANS / f"{name}.dot").read_text()):
        later, sooner = (_DEPOSED.sub(" (destroy)", re.sub(r"\\(.)", r"\1", one)) for one in edge)
        direct.setdefault(later, set()).add(sooner)
        direct.setdefault(sooner, set())
    return closure(direct)


@pytest.mark.parametrize("name", NAMES)
def test_the_closure_is_that_of_terraforms_own_graph(name):
    """Each job waits, over any number of edges, for exactly the jobs that Terraform's apply graph has it wait for."""
    graph = PLANS / f"{name}.graph"
    text = graph.read_text() if graph.exists() else ""
    jobs = jobs_of(read_plan(json.loads((PLANS / f"{name}.json").read_text()), text).nodes)
    ours = closure({job.id: job.needs for job in jobs})
    called = {
        job.id: job.id if job.action != "delete" or " (destroy)" in job.id else f"{job.id} (destroy)" for job in jobs
    }
    theirs = waits_by_terraform(name)
    assert ours
    for job in jobs:
        expected = {other.id for other in jobs if called[other.id] in theirs.get(called[job.id], ())}
        assert ours[job.id] == expected, job.id


def test_a_local_that_is_in_no_plan_is_named():
    """What may lead through a local is told of, until the graph that Terraform prints fills it in."""
    document = json.loads((PLANS / "create_locals.json").read_text())
    assert read_plan(document).unresolved == ("local.x", "local.y")
    assert read_plan(document, (PLANS / "create_locals.graph").read_text()).unresolved == ()


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("replace", {"a": "", "b": "a", "c": "ab", "d": "abc"}),
        ("destroy", {"a": "bcd", "b": "cd", "c": "d", "d": "", "e": ""}),
        ("create_chain", {"a": "", "b": "a", "c": "ab", "d": "abc", "e": ""}),
    ],
)
def test_dependencies_are_what_a_resource_needs(name, needed):
    """The result names what each resource needs; of those that go, what goes before, and a replace makes no circle."""
    found = Provisioning.load({}, (PLANS / f"{name}.json").read_text())._flow.problem.dependencies
    short = {address.rpartition(".")[2]: [one.rpartition(".")[2] for one in needs] for address, needs in found.items()}
    own = {name: "".join(one for one in needs if len(one) == 1 and one in needed) for name, needs in short.items()}
    assert {name: own[name] for name in needed} == needed
