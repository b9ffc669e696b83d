"""The form in which what was done to a ballot besides voting is kept: one form a kind, all made in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maker_engine.core.decomposition import Amendment, AnyTask, Said
from maker_engine.core.errors import InputError
from maker_engine.core.poll import Poll
from maker_engine.core.record import decisions, fields
from maker_engine.core.record.commands import Amend, Answer
from maker_engine.core.record.entries import Act
from maker_engine.core.record.events import Event
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.kind import Form, Line, Resuming, Row
from maker_engine.core.record.step_flags import StepFlag

LINE = "act"
"""What the exported lines of all acts are called; their `kind` says which."""


def settle(poll: Poll, act: Act, _: int) -> Poll:
    """Decide a ballot whatever its votes say."""
    poll.settle(act.answer)
    return poll


@dataclass(frozen=True, slots=True)
class _Codec:
    """Reads and writes the acts of one kind; fields as the arguments of `act_form`."""

    tag: int
    word: str
    who: Callable[[str], bool]

    def row(self, act: Act, interned: Interned) -> Row:
        return self.tag, act.who, None if act.answer is None else interned.answer(act.answer)

    def read_row(self, row: Row, values: Values) -> Act:
        _, name, index = row
        if type(name) is not str or not self.who(name):
            raise ValueError("an act is not as maker writes it")
        return Act(self.word, name, None if index is None else values.answers[index])

    def line(self, act: Act, task: AnyTask) -> Line:
        answer = None if act.answer is None else decisions.encode(task, act.answer)
        return {"event": LINE, "kind": self.word, "who": act.who, "answer": answer}

    def read_line(self, line: Mapping[str, Any], task: AnyTask) -> Act:
        answer = None if line.get("answer", 0) is None else fields.answer(line, task)
        name = fields.word(line, "who")
        if not self.who(name):
            raise InputError(f"{name!r} cannot be who {self.word} it")
        return Act(self.word, name, answer)


def act_form(
    tag: int,
    word: str,
    made: Callable[[int, Act], Event],
    *,
    keep: Callable[[Any], Act] | None = None,
    count: Callable[[Poll, Act, int], Poll] = settle,
    resume: Callable[[Resuming, Act], Any],
    may_follow: bool = False,
    who: Callable[[str], bool] = lambda _: True,
) -> Form:
    """Return the form of a kind of act.

    Args:
        tag: As in `Form.tags`.
        word: Its `Act.kind`.
        made: Makes the event again, of the open step and the act.
        keep: Makes the act of an event, None for one with a `voter` and an `answer`.
        count: As in `Form`.
        resume: What it does to a solver, unless a person said it: that is obeyed as it was.
        may_follow: As in `Form`.
        who: Returns whether a text can be its `Act.who`.
    """
    codec = _Codec(tag, word, who)
    return Form(
        tags=(tag,), word=word, entry=Act, keep=keep or (lambda event: Act(word, event.voter, event.answer)),
        events=lambda step, act: [made(step, act)], row=codec.row, read_row=codec.read_row, line=codec.line,
        read_line=codec.read_line, count=count, marks=StepFlag.NOT_BY_VOTES_ALONE.value, may_follow=may_follow,
        resume=lambda solver, _, act: _resume(solver, act, resume),
    )  # fmt: skip


def _resume(solver: Resuming, act: Act, otherwise: Callable[[Resuming, Act], Any]) -> None:
    if isinstance(act.answer, Said | Amendment):
        said = Answer if isinstance(act.answer, Said) else Amend
        solver.obey(said(act.answer.text, act.answer.voter))
    else:
        otherwise(solver, act)
