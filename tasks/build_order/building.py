"""The modules are built: each by its command, in the order, as many at once as there are slots."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from maker_engine.core.decomposition import (
    Await,
    Do,
    Done,
    Finished,
    NotDone,
    Safety,
    Start,
    Started,
    Status,
    Unknown,
)
from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .collecting import shown
from .plan import Plan
from .problem import STOP, Problem
from .state import Work, lowest

MODULE, PATH = "{module}", "{path}"
_FILLED_IN = "${env:"
_LABEL = 60
_WHY = 160


@dataclass(frozen=True)
class Line:
    """The order as it is built from: every list has one entry a unit, in the order.

    Attributes:
        plan: The plan.
        units: The units.
        place: Of each unit, its place here.
        unit_of: Of each module, the place of its unit.
    """

    plan: Plan
    units: list[int]
    place: dict[int, int]
    unit_of: dict[int, int]

    @classmethod
    def of(cls, plan: Plan, units: Sequence[int]) -> Line:
        """Make the line of an order."""
        place = {unit: at for at, unit in enumerate(units)}
        return cls(plan, [*units], place, {one: place[unit] for unit in units for one in plan.members[unit]})

    def first(self) -> int:
        """Return what can be built at once, as bits of places."""
        return self.able(Work())

    def able(self, work: Work) -> int:
        """Return what can be begun, as bits of places: all it needs is built, and nothing of it runs or has failed."""
        found = 0
        busy = {*work.running, *(module for module, _ in work.failed)}
        for at, unit in enumerate(self.units):
            members = self.plan.members[unit]
            if busy.isdisjoint(members) and not self.whole(unit, work.built):
                found |= (1 << at) * all(self.whole(need, work.built) for need in self.plan.needs[unit])
        return found

    def whole(self, unit: int, built: int) -> bool:
        """Return whether all modules of a unit are built."""
        return all(built >> one & 1 for one in self.plan.members[unit])

    def following(self, at: int, work: Work) -> int:
        """Return the module of a place that is begun next: those of one unit follow each other in order of name."""
        return next(one for one in self.plan.members[self.units[at]] if not work.built >> one & 1)


def check_command(problem: Problem) -> Problem:
    """Return the problem if its command can be run for each module.

    Raises:
        ProblemError: A name or a path would be read as a flag, or as a secret's place.
    """
    if problem.settings.command:
        words = shlex.split(problem.settings.command)
        for module in problem.modules:
            filled = _filled(words, module.name, module.path)
            if any(one.startswith("-") and not word.startswith("-") for one, word in zip(filled, words, strict=True)):
                raise ProblemError(
                    f"the module {shown(module.name)} would be read as a flag by its command: write ./{MODULE} or"
                    f" --name={MODULE}"
                )
            if _FILLED_IN in module.name or _FILLED_IN in module.path:
                raise ProblemError(f"the module {shown(module.name)} would be filled in with a secret: rename it")
    return problem


def _filled(words: Sequence[str], name: str, path: str) -> list[str]:
    """Return the words of a command for a module; what is filled in is not examined again."""
    return [path.join(part.replace(MODULE, name) for part in word.split(PATH)) for word in words]


def next_step(line: Line, problem: Problem, work: Work) -> Start | Await | None:
    """Say what is to be done: begin the first module that can be, wait for one, or nothing more."""
    settings = problem.settings
    goes_on = not work.failed or settings.failures != STOP
    if goes_on and work.able and len(work.running) < settings.slots:
        module = line.following(lowest(work.able), work)
        return Start(_do(problem, module), problem.modules[module].name)
    return Await() if work.running else None


def _do(problem: Problem, module: int) -> Do:
    one = problem.modules[module]
    words = _filled(shlex.split(problem.settings.command), one.name, one.path or one.name)
    return Do(
        "process",
        json.dumps({"argv": words, "receipt": True}),
        safety=Safety.ASKABLE,
        label=one_line(f"build {one.name}", _LABEL),
        timeout_s=float(problem.settings.timeout),
    )


def after(line: Line, places: dict[str, int], work: Work, outcome: Started | Finished) -> Work | None:
    """Return the work after an outcome, None where that makes no sense there.

    Args:
        line: The order.
        places: The place of each module by its name.
        work: The work before.
        outcome: What has come.
    """
    module = places.get(outcome.tag)
    if module is None or module not in line.unit_of:
        return None
    at = line.unit_of[module]
    if isinstance(outcome, Started):
        if module in work.running or work.built >> module & 1:
            return None
        return replace(work, able=work.able & ~(1 << at), running=tuple(sorted((*work.running, module))))
    if module not in work.running:
        return None
    running = tuple(one for one in work.running if one != module)
    why = failure(outcome.done)
    if why:
        return replace(work, running=running, failed=(*work.failed, (module, why)))
    built = work.built | 1 << module
    return Work(work.able | _freed(line, at, built, work), running, built, work.failed)


def _freed(line: Line, at: int, built: int, work: Work) -> int:
    """Return what can be begun now that a module of the unit at a place is built."""
    unit = line.units[at]
    if not line.whole(unit, built):
        return 1 << at
    found = 0
    for other in line.plan.needed_by[unit]:
        if other in line.place and all(line.whole(need, built) for need in line.plan.needs[other]):
            members = line.plan.members[other]
            begun = any(one in members for one in work.running) or any(one in members for one, _ in work.failed)
            if not begun and not line.whole(other, built):
                found |= 1 << line.place[other]
    return found


def failure(done: Done) -> str:
    """Say in one line why a command has failed, "" where it has not."""
    value: Any = done.fields
    fields = value if isinstance(value, dict) else {}
    if not done.ok:
        return one_line(f"{done.status.value}: {fields.get('error', '')}".rstrip(": "), _WHY)
    if fields.get("exit") == 0:
        return ""
    last = [part for part in str(fields.get("stderr") or fields.get("stdout") or "").splitlines() if part.strip()][-1:]
    return one_line(": ".join([f"exit status {fields.get('exit')}", *last]), _WHY)


def recover() -> Do:
    """Return the effect that shows how a command has ended, from the receipt that was written when it did."""
    return Do("process_end", "{}", safety=Safety.IDEMPOTENT, writes=False, label="see how a build has ended")


def recovered(done: Done) -> Done | NotDone | Unknown:
    """Read how a command has ended. What was cut off in the middle is not built, and is begun anew."""
    value: Any = done.fields if done.ok else {}
    if value.get("state") == "ended":
        return Done(Status.OK, json.dumps({"exit": value["exit"], "stdout": "", "stderr": "", "cut": True}))
    if value.get("state") in ("not_begun", "cut_off"):
        return NotDone()
    return Unknown("it may still run" if done.status is Status.TIMED_OUT else "there is no receipt of it here")


def rehearsed(do: Do, variant: int) -> Done:
    """Imitate how a command ends: variant 0 is well, and of four others one fails."""
    if variant % 4 == 3:
        return Done(Status.FAILED, json.dumps({"error": "there is no such program", "kind": "program"}))
    code = int(variant % 4 == 2)
    return Done(
        Status.OK, json.dumps({"exit": code, "stdout": "", "stderr": f"{do.label}: no" if code else "", "cut": False})
    )
