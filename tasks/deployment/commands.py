"""The target "commands": each verb is an argument list of the user's own, and health is a command or an address.

What the bundled servers answer at once is here made of parts: a start and the health that follows it, the probes of a
window, the look at every instance. `State.sub` counts the parts, `State.tally` keeps what they have shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from maker_engine.core.decomposition import Do, Done, NotDone, Safety, Unknown

from .problem import Problem
from .state import ACT, CHECK, NEW, OLD, REVERSE, SHIFT, START, STOP, WATCH, Fleet, Operation, Side, State, fleet_of

PAUSE_S = 0.5
"""Seconds between two questions for health after a start."""
COMMAND_S = 120.0
_MOST_BYTES = 10_000
_ENDED = '{{"exit": {}, "stdout": "", "stderr": "", "cut": false}}'

Instance = tuple[str, str, int]
"""Service, side, number from 1."""


def command(problem: Problem, verb: str, instance: Instance, weight: int = 0, timeout_s: float = COMMAND_S) -> Do:
    """Return the effect that runs a verb's command for an instance."""
    name, side, number = instance
    service = problem.of(name)
    version = service.old if side == OLD else service.new
    filled = {"service": name, "side": side, "instance": str(number), "version": version, "weight": str(weight)}
    argv = [_filled(word, filled) for word in problem.templates[verb]]
    words = f"{verb} {side} {name} {number}" if verb != SHIFT else f"shift {name} to {weight} %"
    reads = verb in ("health", "version")
    is_repeatable = reads or verb == SHIFT or problem.idempotent
    return Do(
        "process",
        json.dumps({"argv": argv, "most_bytes": _MOST_BYTES, "receipt": not is_repeatable}),
        safety=Safety.IDEMPOTENT if is_repeatable else Safety.ASKABLE,
        writes=not reads,
        label=words[:60],
        timeout_s=timeout_s,
    )


def _filled(word: str, values: Mapping[str, str]) -> str:
    """Fill in what is in braces; what is filled in is not read again."""
    parts = word.split("{")
    found = parts[0]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        found += values[name] + rest if closed and name in values else "{" + part
    return found


def health(problem: Problem, instance: Instance) -> Do:
    """Return the effect that asks an instance for its health."""
    if not problem.health_url:
        return command(problem, "health", instance, timeout_s=10.0)
    name, side, number = instance
    version = problem.of(name).old if side == OLD else problem.of(name).new
    url = _filled(problem.health_url, {"service": name, "side": side, "instance": str(number), "version": version})
    words = f"health of {side} {name} {number}"
    arguments = json.dumps({"url": url, "most_bytes": _MOST_BYTES})
    return Do("http", arguments, safety=Safety.IDEMPOTENT, writes=False, label=words[:60], timeout_s=10.0)


def _fields(done: Done) -> dict[str, Any]:
    found = done.fields
    return found if isinstance(found, dict) else {}


def is_well(done: Done) -> bool:
    """Return whether a command ended with 0, or an address answered with a status below 400."""
    if not done.ok:
        return False
    value = _fields(done)
    status = value.get("status")
    return value.get("exit") == 0 if status is None else isinstance(status, int) and status < 400


def instance_of(operation: Operation) -> Instance:
    """Return the instance that an operation is on; of a shift the first new one."""
    return operation.service, operation.side or NEW, operation.number if operation.side else 1


def running(problem: Problem, name: str, fleet: Fleet) -> list[Instance]:
    """Return the instances of a service that run."""
    replicas = problem.of(name).replicas
    old = [(name, OLD, number) for number in range(replicas - fleet.old + 1, replicas + 1)]
    return old + [(name, NEW, number) for number in range(1, fleet.new + 1)]


def _probed(problem: Problem, state: State, name: str) -> list[tuple[str, Instance]]:
    """Return (verb, instance) of every part of a window: probes by turns, and one question for each version."""
    fleet = fleet_of(problem, state, name)
    sides = {
        side: [one for one in running(problem, name, fleet) if one[1] == side]
        for side in ((NEW, OLD) if fleet.old else (NEW,))
    }
    found = [("health", many[turn % len(many)]) for turn in range(problem.probes) for many in sides.values() if many]
    if "version" in problem.templates:
        found += [("version", one) for one in sides[NEW]]
    return found or [("health", (name, OLD, problem.of(name).replicas))]


def _all(problem: Problem, state: State) -> list[Instance]:
    return [
        one
        for service, fleet in zip(problem.services, state.fleets, strict=True)
        for one in running(problem, service.name, fleet)
    ]


def watched(state: State) -> str:
    """Return the service that is observed."""
    return state.operation.service if state.operation else ""


def part(problem: Problem, state: State) -> Do:
    """Return the effect of the part that is next."""
    if state.phase == WATCH:
        verb, instance = _probed(problem, state, watched(state))[state.sub]
        return health(problem, instance) if verb == "health" else command(problem, verb, instance, timeout_s=10.0)
    if state.phase == CHECK:
        return health(problem, _all(problem, state)[state.sub])
    operation = state.left[0] if state.phase == REVERSE else state.operation
    assert operation is not None  # noqa: S101 - an operation is chosen before it is done
    if operation.verb != START or not state.sub:
        return command(problem, operation.verb, instance_of(operation), max(0, operation.number))
    if state.sub % 2:
        return health(problem, instance_of(operation))
    return Do("wait", json.dumps({"seconds": PAUSE_S}), safety=Safety.IDEMPOTENT, writes=False, label="wait for health")


def taken(problem: Problem, state: State, done: Done) -> State | dict[str, Any]:
    """Return the state before the next part, or, after the last, what the bundled servers would have answered."""
    if state.phase == WATCH:
        return _window(problem, state, done)
    if state.phase == CHECK:
        return _look(problem, state, done)
    operation = state.left[0] if state.phase == REVERSE else state.operation
    assert state.phase in (ACT, REVERSE)  # noqa: S101 - in no other phase is there an effect
    assert operation is not None  # noqa: S101 - likewise
    fleet = fleet_of(problem, state, operation.service)
    if operation.verb == START:
        return _starting(state, fleet, done, 1 + 2 * int(problem.patience_s / PAUSE_S))
    if operation.verb == STOP:
        return {"stopped": is_well(done), "available": fleet.available - is_well(done)}
    return {"shifted": is_well(done)}


def _starting(state: State, fleet: Fleet, done: Done, last: int) -> State | dict[str, Any]:
    if state.sub % 2 and is_well(done):
        return {"ready": True, "available": fleet.available + 1}
    if (not state.sub and not is_well(done)) or state.sub >= last:
        return {"ready": False, "available": fleet.available}
    return replace(state, sub=state.sub + 1)


def _milliseconds(done: Done) -> int:
    return max(0, round(1000 * (done.ended - done.started)))


def _window(problem: Problem, state: State, done: Done) -> State | dict[str, Any]:
    parts = _probed(problem, state, watched(state))
    verb, (name, side, _) = parts[state.sub]
    well = is_well(done)
    if verb == "version":
        side, well = "version", well and str(_fields(done).get("stdout", "")).strip() == problem.of(name).new
    tally = (*state.tally, (side, well, _milliseconds(done)))
    if state.sub + 1 < len(parts):
        return replace(state, sub=state.sub + 1, tally=tally)
    fleet = fleet_of(problem, state, name)
    sides = {side: _side(tally, side) for side in (NEW, OLD)}
    sides[NEW] = replace(sides[NEW], wrong=sum(not ok for one, ok, _ in tally if one == "version"))
    return {
        **{side: asdict(seen) for side, seen in sides.items()},
        "ready": fleet.new, "due": fleet.new, "available": fleet.available,
    }  # fmt: skip


def _side(tally: Sequence[tuple[str, bool, int]], side: str) -> Side:
    mine = [(ok, took) for one, ok, took in tally if one == side]
    times = sorted(took for _, took in mine)
    p95 = times[max(0, -(-95 * len(times) // 100) - 1)] if times else 0
    return Side(len(mine), sum(not ok for ok, _ in mine), p95)


def _look(problem: Problem, state: State, done: Done) -> State | dict[str, Any]:
    everyone = _all(problem, state)
    tally = (*state.tally, (everyone[state.sub][1], is_well(done), 0))
    if state.sub + 1 < len(everyone):
        return replace(state, sub=state.sub + 1, tally=tally)
    serving = {one.name: {OLD: 0, NEW: 0} for one in problem.services}
    for (name, side, _), (_, well, _) in zip(everyone, tally, strict=True):
        serving[name][side] += well
    return {"serving": serving}


def recover(problem: Problem, state: State, do: Do) -> Do | None:
    """Return the question whether a command was run: of an instance its health, by its address; else its receipt."""
    if do.safety is not Safety.ASKABLE:
        return None
    operation = _operation(state)
    if problem.health_url and operation is not None and operation.side:
        return health(problem, instance_of(operation))
    return Do(
        "process_end", "{}", safety=Safety.IDEMPOTENT, writes=False, label="how it has ended", timeout_s=COMMAND_S
    )


def _operation(state: State) -> Operation | None:
    return state.left[0] if state.phase == REVERSE and state.left else state.operation


def recovered(problem: Problem, state: State, done: Done) -> Done | NotDone | Unknown:
    """Read the answer: an instance that is well has been started, and not been stopped; a receipt says how it ended."""
    operation = _operation(state)
    if not done.ok or operation is None:
        return Unknown("it cannot be asked")
    value = _fields(done)
    if problem.health_url and operation.side:
        happened = is_well(done) == (operation.verb == START)
        return replace(done, value=_ENDED.format(0)) if happened else NotDone()
    if value.get("state") == "not_begun":
        return NotDone()
    if value.get("state") == "ended":
        return replace(done, value=_ENDED.format(int(value.get("exit") or 0)))
    return Unknown(
        "it was cut off in the middle" if value.get("state") == "cut_off" else "there is no receipt of it here"
    )
