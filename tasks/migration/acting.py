"""The effect that each stage of a migration begins."""

from __future__ import annotations

import json
from typing import Any

from maker_engine.core.decomposition import Do, Safety

from .problem import Change, Problem, Statement
from .state import (
    BACKUP,
    BATCHES,
    CHECK,
    COPY,
    FINISH,
    RECHECK,
    RESTORE,
    REVERT,
    RUN,
    UNANSWERED,
    UNWIND,
    UNWOUND,
    VERDICT,
    Deed,
    State,
)  # fmt: skip
from .surveys import whole
from .version_table import marks, plan_of

EFFECT = "migration"
LONG_S = 6 * 3600.0


def change_of(problem: Problem, state: State) -> Change:
    """Return the change at hand."""
    return problem.changes[problem.index[deed_of(state).name]]


def deed_of(state: State) -> Deed:
    """Return what is at hand."""
    assert state.deed is not None  # noqa: S101 - those stages have one
    return state.deed


def in_batches(state: State) -> bool:
    """Return whether the change at hand goes in batches."""
    return deed_of(state).gates[-1:] == (BATCHES,)


def has_digest(state: State) -> bool:
    """Return whether the tables of a state are those of its database, and so give its digest: not within a change.

    Nor after a restore that failed, or a check of what was reverted at the end.
    """
    if state.stage == UNWOUND:
        return False
    if state.deed is None:
        return not any(f": {stage} fails: " in state.stop for stage in (UNWOUND, RESTORE))
    if state.deed.head == state.head:
        return True
    found = state.evidence
    checked = found is not None and not found.error and not found.verify.startswith(UNANSWERED)
    return checked and state.stage in (VERDICT, REVERT, RESTORE)


def acting(problem: Problem, state: State) -> Do:
    """Return the effect of the stage."""
    if state.stage == COPY:
        read = {} if problem.since else {"tool": problem.tool, "project": problem.project, "plan": plan_of(problem)}
        label = "back the database up" if problem.apply else "copy the database"
        return _do(problem, state, COPY, "", label=label, **read)
    if state.stage == FINISH:
        empty = [one for one in problem.changes if one.name in state.applied and not one.deploy]
        note = [sql for one in empty for sql in marks(problem, one, (*state.had, *state.applied))]
        return _do(problem, state, FINISH, "", label="check the whole", note=note)
    if state.stage in (UNWIND, UNWOUND):
        change = problem.changes[problem.index[state.applied[-1]]]
    else:
        change = change_of(problem, state)
    if state.stage in (UNWIND, REVERT):
        return _run(problem, state, change, change.revert, REVERT)
    if state.stage in (UNWOUND, RECHECK, CHECK):
        verify = change.verify if state.stage == CHECK else ()
        return _check(problem, state, change.name, verify, None if state.stage == RECHECK else state.wrote)
    return _forward(problem, state, change)


def _forward(problem: Problem, state: State, change: Change) -> Do:
    """Return the effect that backs up, deploys, or puts back."""
    if state.stage == BACKUP:
        return _do(problem, state, BACKUP, change.name, label=f"back up before {change.name}")
    if state.stage == RUN:
        if in_batches(state):
            return _batch(problem, state, change)
        return _run(problem, state, change, change.deploy, "deploy")
    label = f"put back what was before {change.name}"
    return _do(problem, state, RESTORE, change.name, to=deed_of(state).head, label=label)


def _run(problem: Problem, state: State, change: Change, script: tuple[Statement, ...], direction: str) -> Do:
    alone = any(one.alone for one in script)
    note = marks(problem, change, (*state.had, *state.applied), back=direction == REVERT)
    return _do(
        problem, state, RUN, change.name, sql=[one.sql for one in script], direction=direction,
        label=f"{direction} {change.name}", alone=alone, note=note,
    )  # fmt: skip


def _batch(problem: Problem, state: State, change: Change) -> Do:
    one = change.deploy[state.statement]
    set_before = [other.sql for other in change.deploy[: state.statement] if other.sql[:6].upper() == "PRAGMA"]
    label = f"{change.name}, statement {state.statement + 1}, batch {deed_of(state).batches + 1}"
    last = state.statement + 1 == len(change.deploy)
    note = marks(problem, change, (*state.had, *state.applied)) if last else []
    if not one.batch:
        return _do(
            problem,
            state,
            RUN,
            change.name,
            sql=[*set_before, one.sql],
            direction="deploy",
            label=label,
            alone=one.alone,
            note=note,
        )
    return _do(
        problem, state, "batch", change.name, sql=[*set_before, one.sql], table=one.batch, above=state.above,
        rows=problem.batch_rows, direction="deploy", label=label, note=note,
    )  # fmt: skip


def _check(
    problem: Problem, state: State, name: str, verify: tuple[Statement, ...], tables: tuple[str, ...] | None
) -> Do:  # fmt: skip
    only = None if tables is None else sorted(tables)
    return _do(
        problem, state, CHECK, name, tables=only, verify=[one.sql for one in verify], label=f"check {name}",
    )  # fmt: skip


def _do(problem: Problem, state: State, op: str, change: str, *, label: str, **more: Any) -> Do:
    arguments: dict[str, Any] = {"op": op, "database": problem.database, "apply": problem.apply}
    if op != "copy":
        digest = whole(state.tables) if has_digest(state) else ""
        arguments |= {"work": state.work, "at": state.head, "digest": digest}
    if change:
        arguments["change"] = change
    arguments |= {key: value for key, value in more.items() if key not in ("alone", "note") or value}
    return Do(
        EFFECT,
        json.dumps(arguments, ensure_ascii=False),
        safety=Safety.ASKABLE if more.get("alone") else Safety.IDEMPOTENT,
        writes=op not in (CHECK, RECHECK),
        label=label[:60],
        timeout_s=problem.verify_seconds if op == CHECK else LONG_S,
    )
