"""Time travel: a run as it was at any moment, folded from a snapshot and the journal. No one is asked again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import AnyTask, Ask, Gather, Gathered, Vote
from maker_engine.core.record.decisions import is_voted
from maker_engine.core.record.entries import Change, Entry
from maker_engine.core.record.events import (
    PersonAsked,
    RunStarted,
    SettingsChanged,
    StepDecided,
    StepOpened,
    WrongDecisionFound,
)
from maker_engine.core.record.registry import events_of
from maker_engine.core.record.snapshot import FLAG_TAIL, Snapshot, Totals
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Flag
from maker_engine.core.voting import rule_of_step
from maker_engine.sessions.store.change_in_effect import change_in_effect, started_at
from maker_engine.sessions.store.model_record import checks
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag


def moment(reader: Reader, task: AnyTask, step: int, counted: int | None = 0, flags_shown: int = FLAG_TAIL) -> RunState:
    """Fold a run up to a moment.

    What no decision rests on (samples that were wasted, calls that failed) is shown as it was at the snapshot before.

    Args:
        reader: The branch.
        task: What it solves.
        step: The step that is open at that moment, 0-based; at most the number of decided steps.
        counted: How many entries of its ballot have been counted; None for all that are recorded.
        flags_shown: Most red flags in the log.
    """
    # From a snapshot before the step that was decided last, since its ballot is part of the picture.
    begun, value, totals = reader.snapshot(max(0, step - 1))
    run = RunState()
    owner = reader.owner(step)  # by whose order it was voted on then
    run.record(RunStarted(**reader.meta(owner)["started"]))
    _fold_flags(run, reader, task, begun, flags_shown)
    run.totals = Totals.of(totals) if totals else Totals()
    state = task.start() if value is None else task.decode_state(value)
    if begun:
        before = reader.last_steps(task, 1, begun)[0]
        # The snapshot was taken at the decision, before the oracle spoke.
        run.totals.wrong += bool(before.flags & StepFlag.WRONG)
    for check in checks(reader):
        if begun <= check.step <= step:
            run.check = run.check or check
            run.totals.add_check(check)
    if (changed := change_in_effect(reader, task, begun, owner)) is not None:
        run.record(SettingsChanged(begun, *changed))
    for stored in reader.steps(task, begun, step):
        state = _decided(run, task, state, stored, own=reader.owner(stored.step) == owner)
    run.state = state
    due = task.step(state)
    if due is not None:
        rule = rule_of_step(due.certificate) if isinstance(due, Vote) else ""
        run.record(StepOpened(step, state, due.n if isinstance(due, Gather) else 0, rule))
        if isinstance(due, Ask):
            run.record(PersonAsked(step, due))
        for entry in entries_of(reader, task, step)[:counted]:
            run.record_all(events_of(step, entry))
    return run


def as_decided(reader: Reader, task: AnyTask, step: int) -> Snapshot:
    """Return the picture of a moment in which the open step shows how it was decided, and under which settings.

    Args:
        reader: The branch.
        task: What it solves.
        step: The step, 0-based; at most the number of decided steps. One that is open still is shown as it is now.
    """
    snapshot = moment(reader, task, step, counted=None).snapshot()
    snapshot = replace(snapshot, started=started_at(reader, task, step))
    stored = next(reader.steps(task, step, step + 1), None)
    if stored is None or snapshot.open is None:
        return snapshot
    wrong = bool(stored.flags & StepFlag.WRONG)
    right = right_answer(task, snapshot.state, stored.answer) if wrong else None
    tally = replace(snapshot.open, winner=stored.answer, proposals=0, wrong=wrong, right=right)
    return replace(snapshot, open=tally, question=None, undecided=False, hopeless=None)


def right_answer(task: AnyTask, state: Any, decided: Hashable) -> Hashable:
    """Return what the task's oracle has in place of what was decided, None where no oracle knows; never raises."""
    if not task.has_oracle or not is_voted(decided):
        return None
    try:
        answer: Hashable = task.oracle(state)
    except Exception:  # noqa: BLE001 - a stranger's oracle may fail where it was never meant to be asked
        return None
    return answer


def entries_of(reader: Reader, task: AnyTask, step: int) -> Sequence[Entry]:
    """Return what happened in a step, decided or open, in order."""
    if step == reader.steps_done():
        return reader.open_entries(task)
    return next(reader.steps(task, step, step + 1)).entries


def _decided(run: RunState, task: AnyTask, state: Any, stored: StoredStep, *, own: bool) -> Any:
    proposals = sum(made for _, made in stored.answer.proposals) if isinstance(stored.answer, Gathered) else 0
    run.record(StepOpened(stored.step, state, proposals))
    for entry in stored.entries:
        if isinstance(entry, Change) and not own:
            continue  # how a parent voted: this branch began with an order of its own
        run.record_all(events_of(stored.step, entry))
    after = task.apply(state, stored.answer)
    run.record(StepDecided(stored.step, stored.answer, after))
    if stored.flags & StepFlag.WRONG:
        run.record(WrongDecisionFound(stored.step, stored.answer, right_answer(task, state, stored.answer)))
    return after


def _fold_flags(run: RunState, reader: Reader, task: AnyTask, before: int, most: int) -> None:
    """Fold the red flags of the steps before `before`, for the log."""
    for stored in reader.last_steps(task, most, before, StepFlag.FLAGGED):
        for sample in stored.samples:
            if isinstance(sample.verdict, Flag):
                run.record_all(events_of(stored.step, sample))
