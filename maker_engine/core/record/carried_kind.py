"""The kind of event of a decision that was carried over from an earlier run, with the votes that it had there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from maker_engine.core.decomposition import AnyTask, Undecided
from maker_engine.core.errors import InputError
from maker_engine.core.poll import Poll
from maker_engine.core.record import decisions, fields
from maker_engine.core.record.commands import Decide
from maker_engine.core.record.entries import Carried
from maker_engine.core.record.events import StepCarried
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.kind import Form, Kind, Line, Row
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.record.step_flags import StepFlag
from maker_engine.core.record.values import LARGEST, fits

_TAG, WORD = 16, "carried"
_PLAIN: Mapping[str, Any] = {
    "session": str, "origin": int, "flags": int, "cost_usd": float | None, "model": str, "voter": str, "stronger": str,
}  # fmt: skip


def _fold(run: RunFold, _: StepCarried) -> None:
    run.totals.carried += 1


def _settle(poll: Poll, entry: Carried, _: int) -> Poll:
    poll.settle(entry.answer)
    return poll


def _row(entry: Carried, interned: Interned) -> Row:
    votes = [[interned.answer(answer), count] for answer, count in entry.votes]
    return (
        _TAG, entry.session, entry.origin, interned.answer(entry.answer), votes, entry.flags, entry.cost_usd,
        entry.model, entry.voter, entry.stronger,
    )  # fmt: skip


def _read_row(row: Row, values: Values) -> Carried:
    _, session, origin, answer, votes, *others = row
    counted = tuple((values.answers[place], count) for place, count in votes)
    entry = Carried(session, origin, values.answers[answer], counted, *others)
    if not _is_sound(entry):
        raise ValueError("a decision that was carried over is not as maker writes it")
    return entry


def _is_sound(entry: Carried) -> bool:
    plain = all(fits(getattr(entry, name), kind) for name, kind in _PLAIN.items())
    counts: list[int] = [count for _, count in entry.votes]
    whole = all(type(one) is int and 0 <= one <= LARGEST for one in (*counts, entry.origin, entry.flags))
    by_hand = bool(entry.voter) or isinstance(entry.answer, Undecided)
    leads = by_hand or 0 < dict(entry.votes).get(entry.answer, 0) == max(counts)
    return plain and whole and leads and abs(entry.cost_usd or 0) <= LARGEST


def _line(entry: Carried, task: AnyTask) -> Line:
    votes = [[decisions.encode(task, answer), count] for answer, count in entry.votes]
    return {"event": WORD, **entry._asdict(), "answer": decisions.encode(task, entry.answer), "votes": votes}


def _read_line(line: Mapping[str, Any], task: AnyTask) -> Carried:
    found: list[tuple[Hashable, int]] = []
    for pair in fields.of(line, "votes", list):
        if not (isinstance(pair, list) and len(pair) == len(("answer", "votes"))):
            raise InputError("'votes' is not a list of answers with their votes")
        found.append((fields.answer({"answer": pair[0]}, task), pair[1]))
    entry = Carried(
        session=fields.of(line, "session", str),
        origin=fields.number(line, "origin", LARGEST),
        answer=fields.answer(line, task),
        votes=tuple(found),
        flags=fields.number(line, "flags", LARGEST),
        cost_usd=fields.maybe(line, "cost_usd", float),
        model=fields.of(line, "model", str),
        voter=fields.of(line, "voter", str),
        stronger=fields.of(line, "stronger", str),
    )
    if not _is_sound(entry):
        raise InputError("a decision that was carried over is not as maker writes it")
    return entry


KINDS = (
    Kind(
        StepCarried,
        _fold,
        Form(
            tags=(_TAG,), word=WORD, entry=Carried,
            keep=lambda event: Carried(*(getattr(event, name) for name in Carried._fields)),
            events=lambda step, entry: [StepCarried(step, *entry)], row=_row, read_row=_read_row, line=_line,
            read_line=_read_line, count=_settle, marks=StepFlag.NOT_BY_VOTES_ALONE.value,
            resume=lambda solver, _, entry: solver.obey(Decide(entry.answer, entry.session)),
        ),
        watch=lambda watch, _: watch.act(),
    ),
)  # fmt: skip
