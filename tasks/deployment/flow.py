"""What is done at each state, and what comes of it: operations, probe windows, the reverse, and the last check."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import Do, Done, Safety, Status
from maker_engine.printable import one_line

from . import commands
from .judging import WORDS, row
from .planning import candidates, is_finished, reverse, right
from .problem import PROCESSES, Problem
from .state import (
    ACT,
    CHECK,
    CHOOSE,
    CLOSE,
    EVEN,
    HOLD,
    JUDGE,
    MIGRATE,
    NEW,
    OLD,
    OPEN,
    OVER,
    PROMOTE,
    PROMOTED,
    REVERSE,
    ROLLED_BACK,
    SHIFT,
    START,
    STUCK,
    WATCH,
    Evidence,
    Fleet,
    Judge,
    Operation,
    Side,
    State,
    Totals,
    fleet_of,
    with_fleet,
)  # fmt: skip

EFFECT = "deployment"
"""Name of the effect that runs the bundled servers."""
OPEN_S, OPERATION_S, MIGRATION_S = 120.0, 60.0, 3_600.0
RETRIES = 1
"""Times that a failed operation of a rollback is tried again."""


def begin(problem: Problem) -> State:
    """Return the state in which the old versions run, or are to be started."""
    fleets = tuple(
        Fleet(
            one.replicas, share=0 if one.canary and one.changes else EVEN, available=one.replicas, lowest=one.replicas
        )
        for one in problem.services
    )
    return settled(problem, State(OPEN if problem.target == PROCESSES else CHOOSE, fleets))


def most_operations(problem: Problem) -> int:
    """Return how many operations and windows there may be before what is under way is rolled back."""
    return sum(4 * one.replicas + 2 * len(one.canary) + 4 for one in problem.services) * (problem.holds + 2)


def settled(problem: Problem, state: State) -> State:
    """Return the state after all that needs neither a vote nor an effect."""
    if state.phase == CHOOSE:
        found = candidates(problem, state)
        if not found:
            return replace(state, phase=CHECK, operation=None)
        best = right(found)
        if best is None or state.count > most_operations(problem):
            names = [one.service.name for one in found if one.begun] or [found[0].service.name]
            return rolled_back(problem, state, names[0], f"{names[0]}: no operation is left that may be done")
    return state


def rolled_back(problem: Problem, state: State, failed: str, why: str) -> State:
    """Return the state in which a service, or all, are to go back."""
    left = reverse(problem, state, failed)
    return _backwards(replace(
        state, phase=REVERSE, operation=None, left=left, tries=0, why=one_line(why, 200), sub=0, tally=(), holds=0,
        fleets=with_fleet(problem, state, failed, replace(fleet_of(problem, state, failed), verdict=ROLLED_BACK)),
    ))  # fmt: skip


def _backwards(state: State) -> State:
    """Return the state of a rollback after what has been reversed so far."""
    return state if state.left else replace(state, phase=CHECK)


def act(problem: Problem, state: State) -> Do | None:
    """Return the effect that is next, None where there is none."""
    if state.phase in (OVER, CHOOSE, JUDGE):
        return None
    if state.phase == ACT and state.operation is not None and state.operation.verb == MIGRATE:
        return migration(problem, state.operation)
    if problem.target != PROCESSES:
        return commands.part(problem, state)
    arguments, words = _order(problem, state)
    return Do(
        EFFECT, json.dumps(arguments), safety=Safety.IDEMPOTENT, writes=state.phase not in (WATCH, CHECK),
        label=words[:60],
        timeout_s=OPEN_S if state.phase == OPEN else OPERATION_S + 2 * problem.window_s + 2 * problem.grace_s,
    )  # fmt: skip


def migration(problem: Problem, operation: Operation) -> Do:
    """Return the gate before a service: the migration task, run as a program of its own."""
    service = problem.of(operation.service)
    argv = ["maker", "run", "migration", "--problem", service.migration, "--apply", "yes", "--headless", "--json"]
    if service.database:
        argv += ["--database", service.database, "--allow", f"write:sql:{service.database}"]
    arguments = json.dumps({"argv": argv, "receipt": True})
    return Do("process", arguments, safety=Safety.ASKABLE, label=operation.words[:60], timeout_s=MIGRATION_S)


def _order(problem: Problem, state: State) -> tuple[dict[str, Any], str]:
    """Return what the bundled servers are asked for, and the words for it."""
    if state.phase == OPEN:
        return {"open": _spec(problem)}, "start the old versions and the front port"
    order: dict[str, Any] = {"stage": state.stage}
    if state.phase == CHECK:
        return order | {"look": True}, "look which versions serve"
    if state.phase == CLOSE:
        return order | {"close": True}, "end all processes"
    if state.phase == WATCH:
        name = commands.watched(state)
        share = fleet_of(problem, state, name).share
        load = 100 if share == EVEN else share or problem.of(name).canary[0]
        return order | {"watch": name, "seconds": problem.window_s, "load": load}, f"observe {name}"
    operation = state.left[0] if state.phase == REVERSE else state.operation
    assert operation is not None  # noqa: S101 - an operation is chosen before it is done
    if operation.verb == SHIFT:
        return order | {"shift": operation.service, "share": operation.number}, operation.words
    which = {"service": operation.service, "side": operation.side, "number": operation.number}
    return order | {operation.verb: which}, operation.words


def _spec(problem: Problem) -> dict[str, Any]:
    faults = dict(reversed(problem.faults))
    services = [
        {"name": one.name, "old": one.old, "new": one.new, "replicas": one.replicas, "least": one.least,
         "fault": faults.get(one.name, ""), "share": 0 if one.canary and one.changes else EVEN}
        for one in problem.services
    ]  # fmt: skip
    return {"services": services, "rate": problem.rate, "grace_s": problem.grace_s, "lease_s": problem.lease_s,
            "port": problem.port, "probes": problem.probes, "window_s": problem.window_s}  # fmt: skip


def finished(problem: Problem, state: State, done: Done) -> State:
    """Return the state after an effect."""
    value = _fields(done) if done.ok else None
    is_gate = state.phase == ACT and state.operation is not None and state.operation.verb == MIGRATE
    if problem.target != PROCESSES and not is_gate and done.status is not Status.REFUSED:
        taken = commands.taken(problem, state, done)
        if isinstance(taken, State):
            return taken
        value = None if taken.get("shifted") is False else taken
    state = replace(state, sub=0, tally=())
    take = _TAKERS.get(state.phase, _closed)
    return settled(problem, take(problem, state, done, value))


def _fields(done: Done) -> dict[str, Any]:
    found = done.fields if done.value else {}
    return found if isinstance(found, dict) else {}


def _migration_said(value: dict[str, Any]) -> str:
    """Return why a migration failed: what its own result says, else how it ended."""
    try:
        reason = json.loads(str(value.get("stdout", "")))["reason"]
    except (ValueError, TypeError, KeyError, RecursionError):
        reason = str(value.get("stderr", "")).strip() or f"it ended with status {value.get('exit')}"
    return one_line(str(reason), 120)


def _reason(done: Done) -> str:
    value = _fields(done)
    return one_line(str(value.get("error") or value.get("stderr") or f"status {done.status}"), 150)


def _opened(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    if value is None:
        return replace(state, phase=OVER, why=f"the old versions cannot be started: {_reason(done)}")
    ready = value["available"]
    state = replace(state, phase=CHOOSE, stage=value["stage"], port=value["port"])
    missing = [one.name for one in problem.services if ready.get(one.name, 0) < one.replicas]
    return replace(state, phase=CLOSE, why=f"the old version of {missing[0]} is not ready") if missing else state


def _with_available(fleet: Fleet, available: int) -> Fleet:
    return replace(fleet, available=available, lowest=min(fleet.lowest, available))


def changed(fleet: Fleet, operation: Operation) -> Fleet:
    """Return the instances after an operation."""
    if operation.verb == SHIFT:
        return replace(fleet, share=operation.number)
    if operation.verb == MIGRATE:
        return replace(fleet, migrated=True)
    step = 1 if operation.verb == START else -1
    return replace(fleet, old=fleet.old + step) if operation.side == OLD else replace(fleet, new=fleet.new + step)


def _acted(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    operation = state.operation
    assert operation is not None  # noqa: S101 - an operation is chosen before it is done
    name, count = operation.service, state.count + 1
    if operation.verb == MIGRATE:
        if value is None or value.get("exit") != 0:
            why = _reason(done) if value is None else _migration_said(value)
            return rolled_back(problem, replace(state, count=count), name, f"{name}: the migration failed: {why}")
    elif done.status is Status.REFUSED:
        return rolled_back(problem, replace(state, count=count), name, f"{operation.words}: {_reason(done)}")
    if value is not None and value.get("stopped") is False:
        fleet = _with_available(fleet_of(problem, state, name), value["available"])
        return replace(state, phase=WATCH, count=count, fleets=with_fleet(problem, state, name, fleet))
    fleet = changed(fleet_of(problem, state, name), operation)
    if value is not None and "available" in value:
        fleet = _with_available(fleet, value["available"])
    state = replace(
        state, fleets=with_fleet(problem, state, name, fleet), done=(*state.done, operation), count=count, holds=0,
        evidence=None,
    )  # fmt: skip
    if value is None:  # whether it has happened is not known: it is taken back in any case
        return rolled_back(problem, state, name, f"{operation.words}: {_reason(done)}")
    observed = operation.verb in (START, SHIFT) or is_finished(problem.of(name), fleet)
    return replace(state, phase=WATCH if observed else CHOOSE)


def _watched(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    name = commands.watched(state)
    state = replace(state, count=state.count + 1)
    if value is None:
        if state.holds >= problem.holds:
            return rolled_back(problem, state, name, f"{name}: it cannot be observed: {_reason(done)}")
        return replace(state, holds=state.holds + 1)
    fleet = _with_available(fleet_of(problem, state, name), value["available"])
    evidence = Evidence(name, Side(**value[NEW]), Side(**value[OLD]), value["ready"], value["due"])
    return replace(state, phase=JUDGE, evidence=evidence, fleets=with_fleet(problem, state, name, fleet))


def judged(problem: Problem, state: State, answer: Judge) -> State:
    """Return the state after a verdict."""
    evidence = state.evidence
    assert evidence is not None  # noqa: S101 - a verdict is on something
    name = evidence.service
    if answer.verdict == HOLD and state.holds < problem.holds:
        return replace(state, phase=WATCH, holds=state.holds + 1)
    if answer.verdict != PROMOTE:
        number = row(evidence, problem.probes, state.holds, problem.holds)
        return rolled_back(problem, state, name, f"{name}: {WORDS[number]}")
    fleet = fleet_of(problem, state, name)
    if is_finished(problem.of(name), fleet):
        fleet = replace(fleet, verdict=PROMOTED)
    state = replace(state, phase=CHOOSE, operation=None, evidence=None, holds=0)
    return settled(problem, replace(state, fleets=with_fleet(problem, state, name, fleet)))


def _reversed(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    operation = state.left[0]
    name = operation.service
    well = value is not None and value.get("ready", True) and value.get("stopped", True)
    state = replace(state, count=state.count + 1)
    if not well:
        if state.tries < RETRIES:
            return replace(state, tries=state.tries + 1)
        how = _reason(done) if value is None else "it failed twice"
        why = f"{state.why}; the rollback stopped at {operation.words}: {how}"
        fleet = replace(fleet_of(problem, state, name), verdict=STUCK)
        return replace(state, phase=CHECK, why=one_line(why, 300), fleets=with_fleet(problem, state, name, fleet))
    fleet = replace(changed(fleet_of(problem, state, name), operation), verdict=ROLLED_BACK)
    if value is not None and "available" in value:
        fleet = _with_available(fleet, value["available"])
    last = max(at for at, one in enumerate(state.done) if one.service == name and one.verb != MIGRATE)
    left = replace(
        state, left=state.left[1:], tries=0, done=state.done[:last] + state.done[last + 1 :],
        fleets=with_fleet(problem, state, name, fleet),
    )  # fmt: skip
    return _backwards(left)


def _checked(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    phase = CLOSE if problem.target == PROCESSES else OVER
    if value is None:
        return replace(
            state, phase=phase, why=one_line(f"{state.why} it cannot be seen what serves: {_reason(done)}".strip(), 300)
        )
    fleets = []
    for service, fleet in zip(problem.services, state.fleets, strict=True):
        seen = value["serving"].get(service.name, {})
        fleets.append(_with_available(fleet, seen.get(OLD, 0) + seen.get(NEW, 0)))
        if (seen.get(OLD, 0), seen.get(NEW, 0)) != (fleet.old, fleet.new) and not state.why:
            state = replace(
                state, why=f"{service.name} serves with {seen.get(OLD, 0)} old and {seen.get(NEW, 0)} new instances"
            )
    return replace(state, phase=phase, fleets=tuple(fleets))


def _closed(problem: Problem, state: State, done: Done, value: dict[str, Any] | None) -> State:
    if value is None:
        return replace(
            state, phase=OVER, why=one_line(f"{state.why} the processes cannot be ended: {_reason(done)}".strip(), 300)
        )
    fleets = tuple(
        replace(fleet, lowest=min(fleet.lowest, value["lowest"].get(service.name, fleet.lowest)))
        for service, fleet in zip(problem.services, state.fleets, strict=True)
    )
    return replace(
        state,
        phase=OVER,
        fleets=fleets,
        totals=Totals(**{name: value[name] for name in ("requests", "errors", "lost", "planned")}),
    )


_TAKERS = {OPEN: _opened, ACT: _acted, WATCH: _watched, REVERSE: _reversed, CHECK: _checked}
