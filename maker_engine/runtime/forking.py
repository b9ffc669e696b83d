"""Ordering a fork: another run from a step of a saved one on, with another k, model, pool of voters or decision."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.runtime.order import PreparedRun, prepare, prepare_resume, reordered
from maker_engine.sessions import forks
from maker_engine.sessions.moment import moment
from maker_engine.sessions.packing import Act
from maker_engine.sessions.reader import Reader
from maker_engine.sessions.saved import task_of
from maker_engine.sessions.upgrade import bring_up


def fork(
    path: Path,
    step: int,
    changes: Mapping[str, Any],
    *,
    branch: int | None = None,
    decision: Hashable = None,
    voter: str = "",
    note: str = "",
    family: type[AnyTask] | None = None,
) -> int:
    """Add a fork to a session; return its number. Nothing is run yet, and nobody is called.

    Args:
        path: The session.
        step: First step that the fork decides itself, 0-based.
        changes: Fields of `RunOrder` that differ.
        branch: Which branch to fork, None for the newest.
        decision: What that step is decided as, None to let it be voted on.
        voter: The person who decides.
        note: For a person.
        family: As for `open_saved`.

    Raises:
        InputError: There is no such step, or a change cannot be used.
        SessionError: The session cannot be read or written.
    """
    bring_up(path)
    with Reader(path, branch) as reader:
        meta, parent = reader.meta(), reader.branch.id
        task = task_of(meta, family)
        if not 0 <= step <= reader.branch.steps:
            raise forks.no_such_step(step, reader.branch.steps)
        run = moment(reader, task, step, flags_shown=0)
        number = reader.branches[-1].id + 1
    if task.step(run.state) is None:
        raise InputError(f"the run has ended at step {step:,}: there is nothing left to decide differently")
    if decision is not None and (objection := task.objection(run.state, decision)) is not None:
        raise InputError(f"step {step + 1:,} cannot be decided so: {objection.reason}")
    seed = forks.seed_of(int(meta["order"].get("seed", 0)), number)
    prepared = prepare(reordered(meta["order"], path, {"seed": seed, **changes}), type(task))
    entries = () if decision is None else (Act("decided", voter, decision),)
    return forks.add_fork(
        path,
        task,
        forks.NewFork(parent, step, prepared.record(), prepared.plan.started, run.totals, entries, note),
    )


def prepare_fork(path: Path, step: int, changes: Mapping[str, Any], **chosen: Any) -> PreparedRun:
    """Add a fork as `fork` does, and make it ready to run."""
    number = fork(path, step, changes, **chosen)
    return prepare_resume(path, {}, chosen.get("family"), number)
