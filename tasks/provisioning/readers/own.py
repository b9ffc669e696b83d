"""Reads the task's own format: resources with what they need, how long they take and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..clock import ERRORS
from ..fields import Place
from ..jobs import ACTIONS, CREATE, DELETE, UPDATE, Job, Node, jobs_of, refuse_circles
from ..problem import (
    DEFAULT_RETRIES,
    DEFAULT_SLOTS,
    MOST_JOBS,
    MOST_RETRIES,
    MOST_SLOTS,
    TOOLS,
    Problem,
)

_TOP = ("name", "slots", "retries", "quotas", "resources", "jobs", "unresolved", "tool", "workspace")
_RESOURCE = ("name", "type", "needs", "seconds", "destroy_seconds", "cost_per_hour", "action", "fails")
_JOB = ("id", "address", "type", "action", "needs", "seconds", "cost_per_hour", "fails")
_MOST_COST, _MOST_FAILS = 1e6, 20


def is_own(document: Mapping[str, Any]) -> bool:
    """Return whether a document is in this format."""
    return "jobs" in document or isinstance(document.get("resources"), list) or document.keys() <= {*_TOP}


def read_own(document: Mapping[str, Any]) -> Problem:
    """Read a problem.

    Raises:
        ProblemError: It is none.
    """
    top = Place(document).mapping(_TOP)
    if ("resources" in top) == ("jobs" in top):
        raise ProblemError("the file must have resources: a list of name, type, needs, seconds and cost_per_hour")
    slots = top["slots"].whole(1, MOST_SLOTS) if "slots" in top else DEFAULT_SLOTS
    retries = top["retries"].whole(0, MOST_RETRIES) if "retries" in top else DEFAULT_RETRIES
    quotas = {}
    if "quotas" in top:
        quotas = {name: one.whole(1, MOST_SLOTS) for name, one in top["quotas"].mapping().items()}
    jobs = _resources(top["resources"]) if "resources" in top else _jobs(top["jobs"])
    return Problem(
        tuple(jobs),
        slots,
        tuple(sorted(quotas.items())),
        retries,
        top["name"].text() if "name" in top and top["name"].value != "" else "",
        tuple(one.text() for one in top["unresolved"].items()) if "unresolved" in top else (),
        top["tool"].one_of(TOOLS) if "tool" in top else "",
        str(top["workspace"].value) if "workspace" in top else "",
    )


def _entries(place: Place, keys: tuple[str, ...]) -> list[dict[str, Place]]:
    found = [one.mapping(keys) for one in place.items()]
    if not found:
        raise ProblemError(f"{place.path} is empty: there is nothing to do")
    if len(found) > MOST_JOBS:
        raise ProblemError(f"{place.path} has {len(found):,} entries, more than {MOST_JOBS:,}: order a part at a time")
    for number, one in enumerate(found, 1):
        if keys[0] not in one:
            raise ProblemError(f"{place.path}[{number}] must have a {keys[0]}")
    return found


def _needs(entries: list[dict[str, Place]], key: str) -> dict[str, frozenset[str]]:
    """Return what each entry needs, by name; every name is one of an entry and comes once."""
    names = [one[key].text() for one in entries]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError(f"{one_line(twice, 80)} comes twice: every {key} must be another")
    found = {}
    for name, one in zip(names, entries, strict=True):
        needed = [need.text() for need in one["needs"].items()] if "needs" in one else []
        for need in needed:
            if need not in {*names}:
                raise ProblemError(f"{one_line(name, 80)} needs {one_line(need, 80)}, which is not in the file")
        found[name] = frozenset(needed)
    return found


def _resources(place: Place) -> list[Job]:
    entries = _entries(place, _RESOURCE)
    needs = _needs(entries, "name")
    refuse_circles(needs)
    by_name = {one["name"].text(): one for one in entries}
    nodes = [
        Node(
            name,
            one["type"].text() if "type" in one else "",
            one["action"].one_of(ACTIONS) if "action" in one else CREATE,
            needs[name],
        )
        for name, one in by_name.items()
    ]
    return [_filled(job, by_name[job.address]) for job in jobs_of(nodes)]


def _filled(job: Job, one: Mapping[str, Place]) -> Job:
    """Return a job with what its entry says of time, cost and failures; of a replace, the create fails."""
    create = one["seconds"].millis() if "seconds" in one else 0
    if job.action == DELETE:
        return replace(job, millis=one["destroy_seconds"].millis() if "destroy_seconds" in one else create)
    return replace(job, millis=create, cost=_cost(one), fails=_fails(one))


def _cost(one: Mapping[str, Place]) -> float:
    return one["cost_per_hour"].number(_MOST_COST) if "cost_per_hour" in one else 0.0


def _fails(one: Mapping[str, Place]) -> tuple[str, ...]:
    given = one["fails"].items() if "fails" in one else []
    if len(given) > _MOST_FAILS:
        raise one["fails"].refuse(f"a list of at most {_MOST_FAILS} failures")
    return tuple(item.one_of(ERRORS) for item in given)


def _jobs(place: Place) -> list[Job]:
    entries = _entries(place, _JOB)
    needs = _needs(entries, "id")
    refuse_circles(needs)
    found = []
    for one in entries:
        name = one["id"].text()
        found.append(
            Job(
                name,
                one["address"].text() if "address" in one else name,
                one["type"].text() if "type" in one and one["type"].value else "",
                one["action"].one_of((CREATE, UPDATE, DELETE)) if "action" in one else CREATE,
                tuple(sorted(needs[name])),
                one["seconds"].millis() if "seconds" in one else 0,
                _cost(one),
                _fails(one),
            )
        )
    return sorted(found, key=lambda job: job.id)
