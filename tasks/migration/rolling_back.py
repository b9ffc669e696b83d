"""Rolling back: the database is put back to what it was at a step, and held against a digest that is on record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath

from maker_engine.core.decomposition import Do, Safety
from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .acting import EFFECT, LONG_S, has_digest
from .problem import DEMO, Problem
from .state import State
from .surveys import whole


def put_back(problem: Problem, state: State, later: Iterable[State]) -> Do:
    """Return the effect that puts the database back to what it was at `state`.

    A state in the middle of a change has no digest of its own: it is remade, and so is the first one after it that has.

    Args:
        problem: The plan.
        state: The state.
        later: Those that the run had after it, in order.

    Raises:
        ProblemError: There was no copy yet, or the record has no digest to hold it against.
    """
    if not state.work:
        raise ProblemError("nothing is copied yet before step 2: roll back to step 2 or later")
    known: dict[str, str] = {}
    proof = ""
    now = state
    for one in (state, *later):
        now = one
        if one.work and has_digest(one):
            known.setdefault(one.head, whole(one.tables))
            proof = proof or one.head
    if not proof:
        raise ProblemError("the record has no digest from this step on to hold the database against: choose one before")
    arguments = {
        "op": "rollback", "database": problem.database, "apply": problem.apply, "work": state.work, "to": state.head,
        "proof": proof, "known": known, "say": f"{_there(state)} of {len(problem.changes)} changes applied",
    }  # fmt: skip
    return Do(
        EFFECT, json.dumps(arguments, ensure_ascii=False), safety=Safety.IDEMPOTENT, label=_label(problem, state, now),
        timeout_s=LONG_S,
    )  # fmt: skip


def _there(state: State) -> int:
    """Return how many changes the database has, those before the run included."""
    return len(state.had) + len(state.applied)


def _label(problem: Problem, state: State, now: State) -> str:
    name = problem.database.removeprefix(DEMO) if problem.database.startswith(DEMO) else ""
    what = f"the demo with {int(name):,} rows" if name.isdigit() else PurePath(problem.database.rpartition("@")[2]).name
    where = one_line(what, 40) if problem.apply else f"the copy of {one_line(what, 40)}"
    gone = [one for one in now.applied if one not in state.applied]
    taken = f", taking {gone[0]}{f' and {len(gone) - 1} more' if len(gone) > 1 else ''} out" if gone else ""
    return one_line(f"put {where} back to {_there(state)} of {len(problem.changes)} changes{taken}", 160)
