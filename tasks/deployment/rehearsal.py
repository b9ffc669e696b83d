"""What the world might answer, without one: the bundled servers with their faults, and commands that go well."""

from __future__ import annotations

import json
from typing import Any

from maker_engine.core.decomposition import Do, Done, Status

from .problem import Problem
from .state import NEW, OLD, Fleet, State, fleet_of

REQUESTS = 40
"""Requests of a window that goes well, or as many as a verdict asks for where that is more."""
STAGE = 16 * "0"
FAILURES = (
    (Status.FAILED, {"error": "the processes do not answer", "kind": "connection"}),
    (Status.TIMED_OUT, {"error": "it did not end within 60 s", "kind": "timeout"}),
    (Status.CANCELLED, {"error": "the run was stopped", "kind": "stopped"}),
    (Status.REFUSED, {"error": "there was no consent", "kind": "consent"}),
)
BAD = {
    "dies": {"failures": 3}, "unhealthy": {"failures": 1}, "slow": {"p95_ms": 450}, "errors": {"errors": 2},
    "wrong-version": {"wrong": 20},
}  # fmt: skip


def rehearsed(problem: Problem, state: State, do: Do, variant: int) -> Done:
    """Imitate the outcome of an effect at `state`; variant 0 is the world with its faults, others fail at times."""
    if variant % 5 == 4:
        status, value = FAILURES[variant // 5 % len(FAILURES)]
        return Done(status, json.dumps(value))
    arguments: dict[str, Any] = json.loads(do.arguments)
    if do.effect == "process_end":
        return Done(Status.OK, json.dumps({"state": ("ended", "not_begun", "cut_off")[variant % 3], "exit": 0}))
    if do.effect == "wait":
        return Done(Status.OK, "{}")
    if do.effect in ("process", "http"):
        return _of_command(problem, do, arguments, fails=variant % 5 == 3)
    return Done(Status.OK, json.dumps(_answer(problem, state, arguments, variant)))


def _of_command(problem: Problem, do: Do, arguments: dict[str, Any], *, fails: bool) -> Done:
    if "url" in arguments:
        return Done(Status.OK, json.dumps({"status": 503 if fails else 200, "headers": {}, "body": "", "cut": False}))
    version = ""
    if do.label.startswith("version new "):
        version = problem.of(do.label.split()[2]).new
    return Done(Status.OK, json.dumps({"exit": int(fails), "stdout": version + "\n", "stderr": "", "cut": False}))


def _answer(problem: Problem, state: State, given: dict[str, Any], variant: int) -> dict[str, Any]:
    if "open" in given:
        return {"stage": STAGE, "port": 0, "available": {one.name: one.replicas for one in problem.services}}
    if "watch" in given:
        return _window(problem, state, given["watch"], variant)
    if "close" in given:
        return {"requests": 0, "errors": 0, "lost": 0, "planned": 0, "lowest": {}}
    if "look" in given:
        pairs = zip(problem.services, state.fleets, strict=True)
        return {"serving": {one.name: {OLD: fleet.old, NEW: fleet.new} for one, fleet in pairs}}
    return _operation(problem, state, given, variant)


def _operation(problem: Problem, state: State, given: dict[str, Any], variant: int) -> dict[str, Any]:
    if "shift" in given:
        return {"did": ["shift", given["shift"], "", given["share"]], "shifted": True}
    verb = "start" if "start" in given else "stop"
    did = [verb, *given[verb].values()]
    name = (given.get("start") or given["stop"])["service"]
    available = fleet_of(problem, state, name).available
    if "start" in given:
        ready = not (given["start"]["side"] == NEW and _fault(problem, name) == "dies") and variant % 5 != 3
        return {"did": did, "ready": ready, "available": available + ready}
    stopped = variant % 5 != 3
    return {"did": did, "stopped": stopped, "available": available - stopped}


def _fault(problem: Problem, name: str) -> str:
    return dict(reversed(problem.faults)).get(name, "")


def _window(problem: Problem, state: State, name: str, variant: int) -> dict[str, Any]:
    fleet: Fleet = fleet_of(problem, state, name)
    fault = _fault(problem, name)
    many = max(REQUESTS, problem.probes)
    clean = {"requests": many, "errors": 0, "p95_ms": 5, "failures": 0, "wrong": 0}
    new = {**clean, **BAD.get(fault, {})}
    ready = fleet.new - (fault == "dies")
    if fault == "slow-start" and not state.holds:
        new, ready = {**clean, "requests": 0}, fleet.new - 1
    if variant % 5 in (1, 2):
        odd = (
            {"errors": 1 + variant // 5 % 3},
            {"requests": variant // 5 % problem.probes},
            {"failures": 1},
            {"wrong": 1},
        )
        new = {**clean, **odd[variant % 4]}
        ready = fleet.new - variant // 7 % 2
    return {NEW: new, OLD: clean, "ready": max(0, ready), "due": fleet.new, "available": fleet.available}
