"""Going on from a saved run: from where it stopped, or as a fork from any of its steps, with changes to its order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record.entries import Act, Change, Entry
from maker_engine.core.record.state import RunState
from maker_engine.core.record.values import fits
from maker_engine.core.responses import Prompt
from maker_engine.core.solving.effects import ACTING
from maker_engine.models.port import Model
from maker_engine.runtime.order import NOT_KEPT, PreparedRun, RunOrder, prepare, sent_by
from maker_engine.runtime.preflight import Ordered
from maker_engine.runtime.trust import named_elsewhere, require_trust
from maker_engine.sessions.queries import forks
from maker_engine.sessions.queries.saved import SavedRun, open_saved, task_of
from maker_engine.sessions.store import origin, storage
from maker_engine.sessions.store.change_in_effect import change_in_effect
from maker_engine.sessions.store.kinds import refuse_to_run
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from maker_engine.sessions.store.upgrade import bring_up


def reordered(kept: Mapping[str, Any], path: Path, changes: Mapping[str, Any]) -> RunOrder:
    """Return the order that a session keeps, with changes; voters go when a model comes, and the other way round.

    Prices and models that may answer come on top of those that it keeps.

    Raises:
        SessionError: A field of what is kept is of another kind; it is named.
    """
    refuse_to_run(kept.get("task"))
    known = {name: kind for name, kind in get_type_hints(RunOrder).items() if name not in NOT_KEPT}
    order = {name: value for name, value in kept.items() if name in known}
    for name, value in order.items():
        if not fits(value, known[name]):
            raise storage.damaged(path, f"{name!r} in what was ordered is a {type(value).__name__}, or out of range")
    if "model" in changes:
        order["voters"] = ()
    if {"model", "voters"} & changes.keys() or ":" in str(changes.get("undecided", "")):
        order["cascade"] = ""  # which names other models
    added = {
        "prices": {**kept.get("prices", {}), **changes.get("prices", {})},
        "accept_models": (*kept.get("accept_models", ()), *changes.get("accept_models", ())),
        "allow": (*kept.get("allow", ()), *changes.get("allow", ())),
    }
    order = {**order, "session": path, **changes, **added}
    if "task" not in order:
        raise storage.damaged(path, "what was ordered names no task")
    return RunOrder(**{**order, "voters": tuple(order.get("voters", ()))})


def prepare_resume(
    path: Path,
    changes: Mapping[str, Any],
    family: type[AnyTask] | None = None,
    branch: int | None = None,
    *,
    trusted: bool = False,
    model: Model | None = None,
) -> PreparedRun:
    """Make a saved run ready to continue, with the same order but for `changes`: higher limits, another policy.

    Args:
        path: The session's file.
        changes: Fields of `RunOrder` to change.
        family: As for `open_saved`.
        branch: Which of its runs, None for the newest.
        trusted: The user agrees to what it names, wherever it came from.
        model: Who answers, None to open whom the order names.

    Raises:
        SessionError: It cannot be opened.
        UntrustedError: It came from elsewhere, and names a server or a model that the user has not.
        InputError: It is solved already, or a change cannot be used.
    """
    saved = open_saved(path, family, branch)
    if saved.run.outcome is not None and saved.run.outcome.concluded:
        raise InputError(f"session {path} has ended {saved.run.outcome.value}: there is no step left to resume")
    order = reordered(saved.order, path, changes)
    if not saved.own:  # consent was not given by this user
        order = replace(order, allow=tuple(changes.get("allow", ())), carry=changes.get("carry", ""))
        saved = replace(saved, effects=replace(saved.effects, consents=()))
    if not (saved.own or trusted):
        require_trust(path, named_elsewhere(order, changes, saved.voters))
    prepared = prepare(order, type(saved.task), model)
    if saved.voters and model is None:  # the order stays what it was: the record says from where on it was changed
        prepared = replace(prepared, plan=replace(prepared.plan, model=prepared.plan.open_pool(saved.voters)))
    checked = prepared.plan.preflight if _to_check(prepared.plan.preflight, saved) else None
    return replace(prepared, saved=saved, plan=replace(prepared.plan, preflight=checked))


def _to_check(ordered: Ordered | None, saved: SavedRun) -> bool:
    """Return whether the model is to be checked: only where something else is sent than was checked."""
    if ordered is None:
        return False
    check = saved.run.check
    if check is not None:
        return not check.complete or bool(check.refusal) or dict(check.ordered) != dict(ordered)
    begun = saved.step > 0 or bool(saved.entries)
    return not begun or sent_by(reordered(saved.before, saved.path, {})) != ordered


def fork(  # noqa: PLR0913 - a path, a step, and what a person can say of a fork
    path: Path,
    step: int,
    changes: Mapping[str, Any],
    *,
    branch: int | None = None,
    decision: Hashable = None,
    voter: str = "",
    note: str = "",
    prompt: Prompt | None = None,
    family: type[AnyTask] | None = None,
    trusted: bool = False,
    before: Callable[[], str] | None = None,
) -> int:
    """Add a fork to a session; return its number. Nothing is run yet, and no one is called.

    Args:
        path: The session.
        step: First step that the fork decides itself, 0-based.
        changes: Fields of `RunOrder` that differ.
        branch: Which branch to fork, None for the newest.
        decision: What that step is decided as, None to let it be voted on.
        voter: The person who decides, or wrote the prompt.
        note: For a person.
        prompt: What agents read at that step, and at no other, instead of what the task says; None for that.
        family: As for `open_saved`.
        trusted: As for `prepare_resume`.
        before: Called when nothing but a writer of the session can refuse the fork any more; returns its note.

    Raises:
        InputError: There is no such step, or a change cannot be used.
        UntrustedError: As for `prepare_resume`.
        SessionError: The session cannot be read or written.
    """
    bring_up(path)
    found = _found(path, step, branch, family)
    task = found.task
    _check_place(task, found.run.state, step, decision)
    order = _order_of_fork(path, found, changes)
    if not (found.own or trusted):
        require_trust(path, named_elsewhere(order, changes))
    prepared = prepare(order, type(task))
    entries: list[Entry] = [] if prompt is None else [Change(voter, prompt=prompt)]
    entries += [] if decision is None else [Act("decided", voter, decision)]
    started, totals = prepared.plan.started, found.run.totals
    note = note if before is None else before()
    new = forks.NewFork(found.parent, step, prepared.record(), started, totals, entries, note)
    return forks.add_fork(path, task, new)


class _Found(NamedTuple):
    """Where a fork is to begin.

    Attributes:
        task: What the run solves.
        run: Its state there.
        order: What was ordered of the branch that is forked.
        parent: Number of that branch.
        own: It was ordered here.
        change: What had been changed of how it is voted by then, None for nothing.
        number: The fork's number.
    """

    task: AnyTask
    run: RunState
    order: Mapping[str, Any]
    parent: int
    own: bool
    change: Change | None
    number: int


def _found(path: Path, step: int, branch: int | None, family: type[AnyTask] | None) -> _Found:
    with Reader(path, branch) as reader:
        meta, parent = reader.meta(), reader.branch.id
        task = task_of(meta, family)
        if not 0 <= step <= reader.branch.steps:
            raise forks.no_such_step(step, reader.branch.steps)
        run = moment(reader, task, step, flags_shown=0)
        own, change = origin.is_own(path, reader.record(parent)), change_in_effect(reader, task, step)
        return _Found(task, run, meta["order"], parent, own, change, reader.branches[-1].id + 1)


def _order_of_fork(path: Path, found: _Found, changes: Mapping[str, Any]) -> RunOrder:
    """Return what a fork runs: what its parent did, with what was changed then and is to be now."""
    seed = forks.seed_of(int(found.order.get("seed", 0)), found.number)
    order = reordered(found.order, path, {"seed": seed, **_inherited(found.change, changes)})
    # The world has moved on since: what was allowed then has to be allowed again.
    return replace(order, allow=tuple(changes.get("allow", ())))


def _check_place(task: AnyTask, state: Any, step: int, decision: Hashable) -> None:
    """See to it that a run can be forked at a state, and its step, 0-based, be decided so; None for no decision."""
    due = task.step(state)
    if due is None:
        raise InputError(f"the run has ended at step {step:,}: there is nothing left to decide differently")
    if decision is None:
        return
    if isinstance(due, ACTING):
        raise InputError(f"step {step + 1:,} acts on the world: it cannot be decided, only done or refused")
    if (objection := task.objection(state, decision)) is not None:
        raise InputError(f"step {step + 1:,} cannot be decided so: {objection.reason}")


def _inherited(change: Change | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes of a fork with what had been changed in its parent when it reached the fork's first step."""
    kept: dict[str, Any] = {}
    if change is not None and change.k is not None:
        kept["k"] = change.k
    if change is not None and change.voters and "model" not in changes:
        kept["voters"] = change.voters
    return {**kept, **changes}


def prepare_fork(path: Path, step: int, changes: Mapping[str, Any], **chosen: Any) -> PreparedRun:
    """Add a fork as `fork` does, and make it ready to run."""
    number = fork(path, step, changes, **chosen)
    here = {name: value for name, value in changes.items() if name in NOT_KEPT}  # true of this run, not of the fork
    return prepare_resume(path, here, chosen.get("family"), number, trusted=bool(chosen.get("trusted")))
