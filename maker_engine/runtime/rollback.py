"""Rolling back: the world is put back to what it was at a step, and a fork of the run begins there.

It is the one effect that begins at no open step: a person asks for it. Its fork is added once the world is put back, so
that one cut off by a crash leaves the record as it was; whichever run is resumed then puts the world where it needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maker_engine.blame import blaming
from maker_engine.core.decomposition import AnyTask, Do, Done
from maker_engine.core.errors import InputError, MakerError
from maker_engine.effects.consent import Scope, consent_of
from maker_engine.effects.port import EffectError
from maker_engine.effects.world import RealWorld, World
from maker_engine.printable import one_line
from maker_engine.runtime.continuing import fork
from maker_engine.sessions.queries.saved import task_of
from maker_engine.sessions.store.lock import WriterLock
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import bring_up


class RollbackError(MakerError):
    """The world could not be put back, and is as it was; the text says why."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """What would be put back, and how.

    Attributes:
        path: The session.
        branch: Which of its runs.
        step: The step whose state is put back, 0-based.
        task: What the run solves.
        do: The effect.
        description: What it will do, one line.
        scope: What it needs consent for, None for nothing.
        ends: Nothing is left to be decided at that step, so that no fork begins there.
    """

    path: Path
    branch: int
    step: int
    task: AnyTask
    do: Do
    description: str
    scope: Scope | None
    ends: bool


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What was put back.

    Attributes:
        words: What it is, and how that was checked, one line.
        fork: The run that continues from there, None where nothing is left to be decided.
        value: What the effect gave.
    """

    words: str
    fork: int | None
    value: Any


def plan_rollback(
    path: Path, step: int, branch: int | None = None, family: type[AnyTask] | None = None, world: World | None = None
) -> Rollback:
    """Find out what rolling back to a step would do; nothing is done.

    Args:
        path: The session.
        step: The step whose state is to be put back, 0-based.
        branch: Which of its runs, None for the newest.
        family: As for `open_saved`.
        world: What effects act on, None for the real one.

    Raises:
        InputError: There is no such step, or its task cannot put the world back to it.
        SessionError: The session cannot be read.
    """
    bring_up(path)
    with Reader(path, branch) as reader:
        task = task_of(reader.meta(), family)
        if not 0 <= step <= reader.branch.steps:
            raise _no_such_step(step, reader)
        with blaming(type(task)):
            state = reader.state(task, step)
            do = task.rollback(state, _later(reader, task, state, step))
            ends = task.step(state) is None
        number = reader.branch.id
    if do is None:
        raise InputError(f"task {task.name} puts nothing back: maker sessions fork runs on from a step")
    world = world or RealWorld()
    try:
        scope = world.scope(do)
    except EffectError as error:
        raise InputError(one_line(f"step {step + 1:,} cannot be rolled back to: {error}", 400)) from None
    return Rollback(path, number, step, task, do, world.describe(do), scope, ends)


def _no_such_step(step: int, reader: Reader) -> InputError:
    number = reader.branch.id
    run = f"fork {number}" if number else "the run"
    other = ": --fork chooses another run of the session, 0 the first" if number else ""
    return InputError(f"{run} has steps 1 to {reader.branch.steps + 1:,}, not {step + 1:,}{other}")


def _later(reader: Reader, task: AnyTask, state: Any, step: int) -> Iterator[Any]:
    for answer in reader.answers(task, step):
        state = task.apply(state, answer)
        yield state


def roll_back(
    plan: Rollback, allow: Sequence[str] = (), *, trusted: bool = False, world: World | None = None
) -> RolledBack:
    """Put the world back, and add a fork that begins there.

    Args:
        plan: What is to be done.
        allow: What is allowed, as `--allow` takes it.
        trusted: As for `fork`.
        world: What effects act on, None for the real one.

    Raises:
        InputError: It needs consent that is not given.
        RollbackError: It could not be done.
        UntrustedError, SessionError: As for `fork`.
    """
    if not consent_of(allow).allows(plan.scope):
        raise InputError(f"to {plan.description}, give --allow {plan.scope}")
    ended: list[tuple[str, Any]] = []

    def carry_out() -> str:
        ended.append(_carried_out(plan, world or RealWorld()))
        return f"rolled back: {ended[0][0]}"

    number = None
    if plan.ends:
        carry_out()
    else:
        number = fork(
            plan.path, plan.step, {}, branch=plan.branch, family=type(plan.task), trusted=trusted, before=carry_out
        )
    ((words, value),) = ended
    return RolledBack(words, number, value)


def _carried_out(plan: Rollback, world: World) -> tuple[str, Any]:
    """Carry the effect out while no one writes the session; return what has come of it in words, and its value."""
    with WriterLock(plan.path):
        done: Done = asyncio.run(world.carry_out(plan.do, f"rollback/{plan.branch}/{plan.step}"))
    value: Any = done.fields
    said = value if isinstance(value, dict) else {}
    if not done.ok:
        words = said.get("error") or done.status
        raise RollbackError(one_line(f"step {plan.step + 1:,} is not rolled back to: {words}", 400))
    return one_line(str(said.get("words", "put back")), 300), value
