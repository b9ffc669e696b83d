"""The kinds of event of a step: how it is opened and decided, and what else may come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.decomposition import AnyTask, Gathered, Undecided
from maker_engine.core.errors import InputError
from maker_engine.core.poll import Poll
from maker_engine.core.record import fields
from maker_engine.core.record.acts import act_form
from maker_engine.core.record.commands import Decide
from maker_engine.core.record.entries import Act, Doubted
from maker_engine.core.record.events import (
    StepDecided,
    StepEscalated,
    StepHopeless,
    StepOpened,
    StepReused,
    StepUndecided,
    WrongDecisionFound,
)
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.kind import Form, Kind, Line, Row
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.record.values import fits
from maker_engine.core.responses import PROBES

HOTTEST = 2
"""No model takes a higher temperature."""
_DOUBTED: Mapping[str, Any] = {
    "samples": int, "rule": str, "cause": str, "text": str, "starved": bool, "temperature": float | None,
    "reminder": str,
}  # fmt: skip


def _open(run: RunFold, event: StepOpened) -> None:
    run.clear(event.step)
    run.is_open = True
    run.state = event.state
    run.counts.proposals, run.counts.rule = event.proposals, event.rule


def _decide(run: RunFold, event: StepDecided) -> None:
    counts, totals, answer = run.counts, run.totals, event.answer
    ballot, voted = counts.ballot, True
    if isinstance(answer, Undecided):
        voted = False
        totals.undecided += 1
        totals.dissent += len(ballot) > 1
    elif isinstance(answer, Gathered):
        voted = False
    elif len(ballot) > 1:
        totals.dissent += 1
    if run.is_open:
        run.decided = (counts, answer)
        if voted and (total := ballot.total) and not counts.decider:
            won = ballot.most if answer is ballot.leader else ballot.votes(answer)
            ended = won, total - won
            run.ballots[ended] = run.ballots.get(ended, 0) + 1
    totals.steps += 1
    run.question = run.hopeless = None
    run.undecided = False
    run.state = event.state
    run.is_open = False


def _undecided(run: RunFold, _: StepUndecided) -> None:
    run.undecided = True


def _wrong(run: RunFold, event: WrongDecisionFound) -> None:
    run.totals.wrong += 1
    run.wrong = event


def _escalate(run: RunFold, event: StepEscalated) -> None:
    run.clear(event.step)
    run.totals.escalated += 1


def _reuse(run: RunFold, _: StepReused) -> None:
    run.totals.reused += 1


def _doubt(run: RunFold, event: StepHopeless) -> None:
    run.hopeless = event
    run.counts.reminder = "\n\n".join(filter(None, (run.counts.reminder, event.reminder)))


def _doubted_row(entry: Doubted, interned: Interned) -> Row:
    values = entry if interned.texts_kept else entry._replace(text="")
    return 9, *values


def _read_doubted(row: Row, _: Values) -> Doubted:
    entry = Doubted(*row[1:])
    sound = all(fits(value, kind) for value, kind in zip(entry, _DOUBTED.values(), strict=True))
    if not sound or not 0 <= (entry.temperature or 0) <= HOTTEST:
        raise ValueError("a doubt is not as maker writes it")
    return entry


def _doubted_line(entry: Doubted, _: AnyTask) -> Line:
    return {"event": "hopeless", **entry._asdict()}


def _read_doubted_line(line: Mapping[str, Any], _: AnyTask) -> Doubted:
    lowest = fields.maybe(line, "temperature", float)
    if lowest is not None and not 0 <= lowest <= HOTTEST:
        raise InputError(f"'temperature' is not from 0 to {HOTTEST}")
    return Doubted(
        samples=fields.number(line, "samples", PROBES),
        rule=fields.word(line, "rule"),
        cause=fields.word(line, "cause"),
        text=fields.word(line, "text"),
        starved=fields.of(line, "starved", bool),
        temperature=lowest,
        reminder=fields.of(line, "reminder", str),
    )


def _fresh(poll: Poll, _: Act, most: int) -> Poll:
    return Poll(poll.rule, most)


KINDS = (
    Kind(StepOpened, _open, leaves_no_trace=True),
    Kind(StepDecided, _decide),
    Kind(StepUndecided, _undecided),
    Kind(WrongDecisionFound, _wrong),
    Kind(
        StepEscalated,
        _escalate,
        act_form(
            7, "escalated", lambda step, act: StepEscalated(step, act.who),
            keep=lambda event: Act("escalated", event.model, None), count=_fresh,
            resume=lambda solver, act: solver.escalate(act.who),
        ),
        watch=lambda watch, _: watch.begin_anew(),
    ),
    Kind(
        StepReused,
        _reuse,
        act_form(
            8, "reused", lambda step, act: StepReused(step, int(act.who), act.answer), who=str.isdecimal,
            keep=lambda event: Act("reused", str(event.origin), event.answer),
            resume=lambda solver, act: solver.obey(Decide(act.answer, act.who)),
        ),
        watch=lambda watch, _: watch.act(),
    ),
    Kind(
        StepHopeless,
        _doubt,
        Form(
            tags=(9,), word="hopeless", entry=Doubted,
            keep=lambda event: Doubted(*(getattr(event, name) for name in Doubted._fields)),
            events=lambda step, entry: [StepHopeless(step, *entry)], row=_doubted_row, read_row=_read_doubted,
            line=_doubted_line, read_line=_read_doubted_line,
            resume=lambda solver, step, entry: solver.answer_hopeless(StepHopeless(step, *entry)),
        ),
    ),
)  # fmt: skip
