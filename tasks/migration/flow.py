"""What comes of every answer: of votes, of a person's, and of the world's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import Done, Status
from maker_engine.printable import one_line

from .acting import change_of, deed_of, in_batches
from .problem import Change, Problem
from .rules import ready
from .state import (
    ALL,
    ASK,
    BACKUP,
    CHECK,
    CHOOSE,
    COPY,
    END,
    FINISH,
    GATE,
    GO_ON,
    KEEP,
    NOTHING,
    PART,
    RECHECK,
    RESTORE,
    REVERT,
    RUN,
    UNANSWERED,
    UNWIND,
    UNWOUND,
    VERDICT,
    Deed,
    Evidence,
    State,
)  # fmt: skip
from .surveys import lost, merged, schema, whole

MOST_FINDING = 300


def chosen(state: State, name: str) -> State:
    """Return the state in which a change is at hand."""
    deed = Deed(name, before=whole(state.tables), head=state.head)
    return replace(state, stage=GATE, deed=deed, statement=0, above=None, longest=0.0, wrote=(), evidence=None)


def settled(problem: Problem, state: State) -> State:
    """Go on to what is next: a choice, the only change that is ready, taking all back, or the end."""
    late = problem.max_downtime and state.downtime > problem.max_downtime
    if late and not any("downtime" in one for one in state.findings):
        words = f"writers were held up for {state.downtime:.1f} s, more than the {problem.max_downtime} s allowed"
        state = replace(state, findings=(*state.findings, f"downtime: {words}"))
        if problem.apply:
            state = replace(state, stop=state.stop or words)
    found = [] if state.stop else ready(problem, state)
    if len(found) == 1:
        return chosen(state, found[0].name)
    if found:
        return replace(state, stage=CHOOSE, deed=None, evidence=None)
    if problem.revert and not problem.apply and not state.stop and state.applied:
        return unwinding(problem, replace(state, deed=None, evidence=None))
    return replace(state, stage=FINISH, deed=None, evidence=None)


def unwinding(problem: Problem, state: State) -> State:
    """Go on to take the last change back, or to the end."""
    if not state.applied:
        return replace(state, stage=FINISH)
    change = problem.changes[problem.index[state.applied[-1]]]
    if change.revert or not change.deploy:
        return replace(state, stage=UNWIND if change.revert else UNWOUND, wrote=())
    words = f"{change.name}: it cannot be taken back: it has no revert script"
    return replace(state, stage=FINISH, findings=(*state.findings, words))


def gated(problem: Problem, state: State, word: str) -> State:
    """Return the state after the gate's decision."""
    deed = deed_of(state)
    stage = {BACKUP: BACKUP, ASK: ASK}.get(word, RUN)
    state = replace(state, stage=stage, deed=replace(deed, gates=(*deed.gates, word)))
    if stage == RUN and not change_of(problem, state).deploy:
        return replace(state, stage=CHECK)
    return state


def answered(problem: Problem, state: State, text: str) -> State:
    """Return the state after a person has said whether to continue."""
    if text == GO_ON:
        return replace(state, stage=GATE)
    name = deed_of(state).name
    return settled(problem, _fault(replace(state, stop=f"a person stopped it before {name}"), f"{name}: not allowed"))


def judged(problem: Problem, state: State, word: str) -> State:
    """Return the state after the decision about a change."""
    deed, evidence = deed_of(state), state.evidence or Evidence()
    deed = replace(deed, verdict=word, why=one_line(reasons(evidence), MOST_FINDING))
    state = replace(state, deed=deed)
    if word == KEEP:
        dirty = state.dirty or deed.changed > 0 or change_of(problem, state).risk >= 4
        kept = replace(state, applied=(*state.applied, deed.name), dirty=dirty)
        return settled(problem, _filed(kept, whole(kept.tables)))
    if evidence.left == NOTHING:
        return _taken_back(problem, state)
    if word == REVERT and change_of(problem, state).revert:
        return replace(state, stage=REVERT)
    return replace(state, stage=RESTORE)


def reasons(evidence: Evidence) -> str:
    """Say what a change's checks found, "" for nothing."""
    found = [evidence.error, f"verify: {evidence.verify}" if evidence.verify else ""]
    if evidence.broken[1] > evidence.broken[0]:
        found.append(f"{evidence.broken[1] - evidence.broken[0]:,} more rows have a foreign key that leads nowhere")
    if evidence.lost:
        found.append(f"lost and not declared: {', '.join(evidence.lost)}")
    return "; ".join(one for one in found if one)


def _taken_back(problem: Problem, state: State) -> State:
    """Stop after a change that did not come through and is out of the database again."""
    deed = deed_of(state)
    why = deed.why or "taken back by vote"
    state = replace(state, reverted=(*state.reverted, deed.name), stop=f"{deed.name} did not come through")
    return settled(problem, _filed(_fault(state, f"{deed.name}: {why}"), deed.before))


def _filed(state: State, after: str) -> State:
    return replace(state, deeds=(*state.deeds, replace(deed_of(state), after=after)), deed=None)


def _fault(state: State, words: str) -> State:
    return replace(state, findings=(*state.findings, one_line(words, MOST_FINDING)))


class _UnequalError(Exception):
    """A backup is not equal to the database."""


def done(problem: Problem, state: State, outcome: Done) -> State:
    """Return the state after an effect."""
    value: Any = outcome.fields
    error = "" if outcome.ok else _error(outcome, value)
    if not error:
        try:
            return _done(problem, state, value)
        except _UnequalError as wrong:
            error = str(wrong)
        except (LookupError, TypeError, ValueError, AttributeError) as wrong:
            error = f"the effect gave no such value as it should: {wrong}"
    return _failed(problem, state, error, outcome)


def _error(outcome: Done, value: Any) -> str:
    words = str(value.get("error", "")) if isinstance(value, dict) else ""
    return one_line(words or outcome.status.value, 240)


def _done(problem: Problem, state: State, value: dict[str, Any]) -> State:
    return _AFTER[state.stage](problem, state, value)


def _backed_up(problem: Problem, state: State, value: dict[str, Any]) -> State:  # noqa: ARG001 - as the others
    if value["integrity"] != "ok" or value["digest"] != whole(state.tables):
        raise _UnequalError("the restored backup is not equal to the database: stop what else writes to it")
    return replace(state, stage=GATE, backup=str(value["head"]), dirty=False)


def _reverted(problem: Problem, state: State, value: dict[str, Any]) -> State:  # noqa: ARG001 - as the others
    wrote = value.get("wrote")
    return replace(
        state,
        stage=RECHECK if state.stage == REVERT else UNWOUND,
        head=str(value["head"]),
        downtime=_sum(state.downtime, float(value.get("took", 0))),
        wrote=None if wrote is None else tuple(map(str, wrote)),
    )


def _rechecked(problem: Problem, state: State, value: dict[str, Any]) -> State:
    tables = merged((), value["survey"])
    deed = deed_of(state)
    if whole(tables) != deed.before:
        return _fault(replace(state, stage=RESTORE), f"{deed.name}: its revert script does not put back what was")
    return _taken_back(problem, replace(state, tables=tables))


def _sum(total: float, more: float) -> float:
    return round(total + more, 3)


def _copied(problem: Problem, state: State, value: dict[str, Any]) -> State:
    tables = merged((), value["survey"])
    state = replace(
        state, work=str(value["work"]), head=str(value["head"]), tables=tables, first=tables,
        schemas=(schema(value["survey"]),), backup="" if problem.apply else str(value["head"]),
        had=tuple(map(str, value.get("had", ()))),
    )  # fmt: skip
    if value.get("odd"):
        words = one_line(str(value["odd"]), MOST_FINDING)
        return replace(_fault(state, words), stage=FINISH, stop=words)
    if value["integrity"] != "ok":
        words = f"the database is damaged: {one_line(str(value['integrity']), 120)}"
        return replace(_fault(state, words), stage=FINISH, stop=words)
    return settled(problem, state)


def _ran(problem: Problem, state: State, value: dict[str, Any]) -> State:
    took = float(value.get("took", 0))
    deed, change = deed_of(state), change_of(problem, state)
    wrote = value.get("wrote")
    names = None if wrote is None or state.wrote is None else tuple(sorted({*state.wrote, *map(str, wrote)}))
    deed = replace(deed, changed=deed.changed + int(value["changed"]), took=_sum(deed.took, took))
    state = replace(state, head=str(value["head"]), wrote=names, deed=deed)
    if not in_batches(state):
        return replace(state, stage=CHECK, downtime=_sum(state.downtime, took))
    split = bool(change.deploy[state.statement].batch)
    state = replace(state, deed=replace(deed, batches=deed.batches + 1), longest=max(state.longest, took))
    if split and value.get("more"):
        return replace(state, above=int(value["upto"]))
    state = replace(state, statement=state.statement + 1, above=None)
    if state.statement < len(change.deploy):
        return state
    return replace(state, stage=CHECK, downtime=_sum(state.downtime, state.longest))


def _checked(problem: Problem, state: State, value: dict[str, Any]) -> State:
    tables = merged(state.tables, value["survey"])
    before = sum(table.broken for table in state.tables)
    found = Evidence(
        verify=one_line(str(value["verify"]), 240),
        broken=(before, sum(table.broken for table in tables)),
        lost=lost(state.tables, tables, change_of(problem, state)),
    )
    return replace(state, stage=VERDICT, tables=tables, evidence=found)


def _restored(problem: Problem, state: State, value: dict[str, Any]) -> State:
    took = float(value.get("took", 0))
    tables = merged((), value["survey"])
    state = replace(state, head=str(value["head"]), tables=tables, downtime=_sum(state.downtime, took))
    if whole(tables) != deed_of(state).before:
        words = f"{deed_of(state).name}: what was put back is not what was before"
        return replace(_fault(state, words), stage=FINISH, stop=words)
    return _taken_back(problem, state)


def _unwound(problem: Problem, state: State, value: dict[str, Any]) -> State:
    """Hold what a revert leads to against the database before the change."""
    tables = merged(state.tables, value["survey"])
    name = state.applied[-1]
    due = next(deed.before for deed in reversed(state.deeds) if deed.name == name)
    state = replace(state, tables=tables, applied=state.applied[:-1], reverted=(*state.reverted, name))
    if whole(tables) != due:
        words = f"{name}: its revert script does not put back what was"
        return replace(_fault(state, words), stage=FINISH, stop=words)
    return unwinding(problem, state)


def _finished(problem: Problem, state: State, value: dict[str, Any]) -> State:  # noqa: ARG001 - as the others
    tables = merged((), value["survey"])
    if whole(tables) != whole(state.tables):
        state = _fault(state, "the whole: its digest is not that of its parts: another program has changed it")
    if value["integrity"] != "ok":
        state = _fault(state, f"the whole: {value['integrity']}")
    return replace(state, stage=END, tables=tables, schemas=(*state.schemas, schema(value["survey"])))


_AFTER: dict[str, Callable[[Problem, State, dict[str, Any]], State]] = {
    COPY: _copied, BACKUP: _backed_up, RUN: _ran, CHECK: _checked, REVERT: _reverted, RECHECK: _rechecked,
    RESTORE: _restored, UNWIND: _reverted, UNWOUND: _unwound, FINISH: _finished,
}  # fmt: skip
"""What comes of each stage's effect."""


def _failed(problem: Problem, state: State, error: str, outcome: Done) -> State:
    """Return the state after an effect that did not succeed."""
    if state.stage == RUN:
        unknown = outcome.status is Status.CANCELLED
        begun = deed_of(state).batches > 0 or change_of(problem, state).alone or unknown
        found = Evidence(error=error, left=PART if begun else NOTHING)
        return replace(state, stage=VERDICT, evidence=found)
    if state.stage == CHECK:
        return replace(state, stage=VERDICT, evidence=Evidence(verify=f"{UNANSWERED} {error}", left=ALL))
    if state.stage in (REVERT, RECHECK):
        return replace(_fault(state, f"{deed_of(state).name}: its revert fails: {error}"), stage=RESTORE)
    name = (
        deed_of(state).name if state.deed is not None else state.applied[-1] if state.stage in (UNWIND, UNWOUND) else ""
    )
    words = f"{name or 'the database'}: {state.stage} fails: {error}"
    state = replace(_fault(state, words), stop=state.stop or words, deed=None, evidence=None)
    return replace(state, stage=END if state.stage in (COPY, FINISH, RESTORE) else FINISH)


def plan_marks(problem: Problem, state: State) -> list[tuple[Change, str]]:
    """Return each change with its status: "there" before, "applied", "reverted", "at hand" or "waiting"."""
    at_hand = state.deed.name if state.deed is not None else ""
    words = dict.fromkeys(state.had, "there") | dict.fromkeys(state.reverted, "reverted")
    words |= dict.fromkeys(state.applied, "applied")
    if at_hand:
        words[at_hand] = "at hand"
    return [(change, words.get(change.name, "waiting")) for change in problem.changes]
