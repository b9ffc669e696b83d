"""The three rules: which change goes next, what is done before it, what after it. Prompts have them in words."""

from __future__ import annotations

from dataclasses import dataclass

from .problem import KINDS, Change, Problem
from .state import ASK, BACKUP, BATCHES, KEEP, NOTHING, RESTORE, REVERT, RUN, Evidence, State

RISKY = 4
"""The risk from which there is a backup first."""
GATE_ROWS = {1: ASK, 2: BACKUP, 3: BATCHES, 4: RUN}
VERDICT_ROWS = {1: KEEP, 2: REVERT, 3: REVERT, 4: RESTORE}


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the gate is decided on.

    Attributes:
        risk: 1 to 5.
        kind: Of the change.
        rows: Of the largest table that it changes or goes through.
        lock: "none", "rows" or "table".
        split: It can be split into batches.
        fresh: There is a tested backup, and no data has changed since.
        person: A person is to be asked of such locks, and has not been: only where the database itself is changed.
    """

    risk: int
    kind: str
    rows: int
    lock: str
    split: bool
    fresh: bool
    person: bool


def ready(problem: Problem, state: State) -> list[Change]:
    """Return the changes that can go next, in plan order."""
    done = {*state.applied, *state.had}
    return [one for one in problem.changes if one.name not in done and done.issuperset(one.needs)]


def next_change(changes: list[Change]) -> Change:
    """Return the one that the rule chooses: additive, then data, then destructive; then the first in the plan."""
    return min(changes, key=lambda change: KINDS.index(change.kind))


def gate_facts(problem: Problem, state: State, change: Change) -> GateFacts:
    """Collect what the gate is decided on."""
    touched = {*change.tables, *(one.batch for one in change.deploy)}
    rows = max((table.rows for table in state.tables if table.name in touched), default=0)
    split = any(one.batch for one in change.deploy) and not change.alone
    asked = state.deed is not None and ASK in state.deed.gates
    fresh = bool(state.backup) and not state.dirty
    return GateFacts(change.risk, change.kind, rows, change.lock, split, fresh, problem.apply and not asked)


def gate(problem: Problem, facts: GateFacts) -> int:
    """Return the first row of the rule that fits, 1 to 4."""
    if facts.person and facts.lock == "table" and facts.rows > problem.ask_rows:
        return 1
    if facts.risk >= RISKY and not facts.fresh:
        return 2
    return 3 if facts.split and facts.rows > problem.batch_rows else 4


def verdict(evidence: Evidence, change: Change) -> int:
    """Return the first row of the rule that fits, 1 to 4."""
    if evidence.sound:
        return 1
    if evidence.left == NOTHING:
        return 2
    whole = not evidence.error and not evidence.lost
    return 3 if whole and change.revert else 4
