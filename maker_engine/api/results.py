"""The result of a run, as frozen values with a display: in a line, and in a notebook as a small table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import FrozenInstanceError, dataclass, field, fields
from html import escape
from pathlib import Path
from typing import Any, Self

from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Flag
from maker_engine.printable import one_line

SHOWN = 12
"""Steps, or ballots, that are shown before it is said how many more there are."""


class FinalTotals(Totals):
    """Totals of a run that has ended: they count no more."""

    __slots__ = ()

    @classmethod
    def copied(cls, totals: Totals) -> Self:
        """Return totals as they are now."""
        made = object.__new__(cls)
        for one in fields(totals):
            object.__setattr__(made, one.name, getattr(totals, one.name))
        return made

    def __reduce__(self) -> tuple[Callable[[Totals], FinalTotals], tuple[Totals]]:
        return FinalTotals.copied, (Totals(**{one.name: getattr(self, one.name) for one in fields(self)}),)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name!r}: the run has ended")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name!r}: the run has ended")


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step of a run, with its vote.

    Attributes:
        number: Its number, 0-based.
        answer: What it was decided as, None where it was not; `Gathered` after a `Gather`, `Said` after an `Ask`.
        votes: (answer, votes) pairs, the decided answer first; of a `Gather`, the proposals.
        flags: The red flags of the samples that were discarded, in order.
        margin: Votes that the answer is ahead of the next.
        texts: The response texts of all its samples, in order; hostile until they are made printable.
    """

    number: int
    answer: Any
    votes: tuple[tuple[Any, int], ...] = ()
    flags: tuple[Flag, ...] = ()
    margin: int = 0
    texts: tuple[str, ...] = field(default=(), repr=False)

    @property
    def samples(self) -> int:
        """Samples counted: votes and flags."""
        return sum(votes for _, votes in self.votes) + len(self.flags)


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """A run that has ended.

    Attributes:
        outcome: How: "solved" is solved and verified, "finished" every step decided in a task without a check of the
            whole, "infeasible" shown to have no solution; then "unsolved", "undecided", "out_of_budget", "stopped",
            "failed".
        reason: Why, in one sentence.
        answers: What the steps were decided as, in order.
        state: The task's state at the end.
        result: What a run that is ok resulted in, as JSON holds it; None of any other.
        totals: Counts, tokens and dollars of the whole run.
        steps: The decided steps.
        open: The step that was open at the end, with its votes so far; None for none.
        model: Who answered.
        simulated: It was the simulated model: nothing of it is a real model's answer.
        k: The margin that decided.
        problem: The problem in a few words.
        assumptions: What was assumed of the model before the run, a sentence each.
        elapsed_s: Seconds it took.
        session: Its file, None for none.
    """

    outcome: Outcome
    reason: str
    answers: tuple[Any, ...]
    state: Hashable
    result: Any
    totals: Totals
    steps: tuple[RunStep, ...]
    open: RunStep | None
    model: str
    simulated: bool
    k: int
    problem: str
    assumptions: tuple[str, ...]
    elapsed_s: float
    session: Path | None

    @property
    def ok(self) -> bool:
        """True where every step is decided and nothing is wrong with the whole, as far as the task can check it."""
        return self.outcome.gives_result

    @property
    def verified(self) -> bool:
        """True where the task has checked the whole: a solution, or that there is none."""
        return self.outcome in (Outcome.SOLVED, Outcome.INFEASIBLE)

    def __repr__(self) -> str:
        rows = self._rows()[:-1] if self.ok else self._rows()
        return f"<Run {', '.join(f'{name} {one_line(text, 200)}' for name, text in rows)}>"

    def _repr_html_(self) -> str:
        """Show the run as a small table, its first steps in a second one."""
        figures = _table([(name, text) for name, text in self._rows()])
        head = ("step", "answer", "votes", "flagged", "margin")
        steps = _table([_row(step) for step in self.steps[:SHOWN]], head)
        more = f"<p>and {len(self.steps) - SHOWN:,} more steps</p>" if len(self.steps) > SHOWN else ""
        return f"<div>{figures}{steps}{more}</div>"

    def _rows(self) -> list[tuple[str, str]]:
        totals = self.totals
        cost = totals.cost(simulated=self.simulated)
        return [
            ("outcome", str(self.outcome.value)),
            ("problem", self.problem),
            ("model", f"{self.model}{' (simulated)' if self.simulated else ''}"),
            ("k", str(self.k)),
            ("steps", f"{totals.steps:,}"),
            ("votes", f"{totals.votes:,}"),
            ("flagged", f"{totals.flagged:,}"),
            ("cost", "unknown" if cost is None else f"${cost:.4f}"),
            ("reason", self.reason),
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Ballot:
    """One vote that was taken.

    Attributes:
        prompt: What was asked.
        answer: What it was decided as; None where it was not.
        votes: (answer, votes) pairs, the decided answer first, else in order of first appearance.
        flags: The red flags of the samples that were discarded, in order.
        margin: Votes that the leader is ahead of the next.
        reason: Why it is undecided; empty where it is decided.
        model: Who answered.
        simulated: It was the simulated model.
    """

    prompt: str
    answer: Any
    votes: tuple[tuple[Any, int], ...]
    flags: tuple[Flag, ...]
    margin: int
    reason: str
    model: str
    simulated: bool

    @property
    def ok(self) -> bool:
        """True where it is decided."""
        return self.answer is not None

    def __repr__(self) -> str:
        shown = f"answer {self.answer!r}" if self.ok else f"undecided ({self.reason})"
        votes = ", ".join(f"{answer!r}: {number}" for answer, number in self.votes)
        simulated = ", simulated" if self.simulated else ""
        return f"<Ballot {shown}, votes {{{votes}}}, {len(self.flags)} flagged, margin {self.margin}{simulated}>"

    def _repr_html_(self) -> str:
        """Show the ballot as a small table."""
        rows = [(_words(answer), str(number)) for answer, number in self.votes] + [("flagged", str(len(self.flags)))]
        shown = f"{_words(self.answer)}, margin {self.margin}" if self.ok else f"undecided: {self.reason}"
        simulated = " (simulated)" if self.simulated else ""
        return f"<div><p>{_html(shown)}{simulated}</p>{_table(rows, ('answer', 'votes'))}</div>"


def _row(step: RunStep) -> tuple[str, ...]:
    votes = sum(number for _, number in step.votes)
    return (str(step.number), _words(step.answer), str(votes), str(len(step.flags)), str(step.margin))


def _words(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _html(text: str) -> str:
    return escape(one_line(text, 200))


def _table(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> str:
    top = "".join(f"<th>{_html(cell)}</th>" for cell in head)
    lines = ["".join(f"<td>{_html(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in ([top] if top else []) + lines)
    return f"<table>{body}</table>"
