"""What each field of each row was decided as, by whom and how clearly, read from a session a row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask, Said, Undecided
from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import Field
from maker_engine.labelling.units import TOO_LONG, Units, passage_of, units_in
from maker_engine.printable import one_line
from maker_engine.records.people import Answers
from maker_engine.sessions.queries.ballots import Counted, ballot_of
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.tables.row import Row

VOTES, PERSON, RULE, UNDECIDED, FAILED, OPEN = "votes", "person", "rule", "undecided", "failed", "open"
COLUMNS = ("value", "margin", "votes", "runner_up", "decided_by", "flags", "cost_usd", "model", "carried_from")
"""What is written for each field, after its name and a dot; the value bears the name alone."""


@dataclass(frozen=True)
class Decision:
    """What one field of one row was decided as.

    Attributes:
        value: The canonical answer, None where there is none.
        decided_by: `VOTES`, `PERSON`, `RULE`, or `UNDECIDED`, `FAILED` and `OPEN`, which have no value.
        margin: Votes that the value is ahead of the next.
        votes: Votes cast.
        runner_up: The answer with the next most votes, None for none.
        flags: Red flags raised.
        cost_usd: What its calls cost, None where that is not known; what an earlier run paid, where it is carried over.
        reason: Why it has no value.
        step: The step of the run that decided it, 0-based, None for none.
        leader: The answer that the votes were for, whoever decided; None for none.
        before: What `decided_by` was before people answered later; empty where they have not.
        model: Whose votes they are; of several that took turns the last one. Empty for nobody's.
        carried_from: The session that it was carried over from; empty where this run has decided it.
        counted: The votes themselves; None where nothing was asked.
    """

    value: Any
    decided_by: str
    margin: int = 0
    votes: int = 0
    runner_up: Any = None
    flags: int = 0
    cost_usd: float | None = 0.0
    reason: str = ""
    step: int | None = None
    leader: Any = None
    before: str = ""
    model: str = ""
    carried_from: str = ""
    counted: Counted | None = None

    @property
    def agreement(self) -> float:
        """The margin as a share of the votes: 1 where nobody dissented, 0 where there were none."""
        return self.margin / self.votes if self.votes else 0.0


def units_of(task: AnyTask, path: Path) -> Units:
    """Return what is asked of the rows of a session.

    Raises:
        InputError: It is no session of records.
    """
    units = units_in(task)
    if units is None:
        raise InputError(f"session {path} is of {task.name}, and this is about records")
    return units


def decision_of(stored: StoredStep) -> Decision:
    """Return what a step was decided as."""
    counted = ballot_of(stored)
    counts, answer = counted.votes, stored.answer
    ranked = [one for one in counts.most_common() if one[0] != answer]
    second = ranked[0] if ranked else (None, 0)
    known = Decision(
        answer, VOTES, counts[answer] - second[1], counts.total(), second[0], counted.flags, counted.cost_usd,
        step=stored.step, leader=next(iter(counts.most_common(1)), (None,))[0], model=counted.model,
        carried_from=counted.carried_from, counted=counted,
    )  # fmt: skip
    if isinstance(answer, Undecided):
        leaders = [*counts.most_common(2), (None, 0), (None, 0)]
        return replace(
            known, value=None, decided_by=UNDECIDED, reason=answer.reason, runner_up=leaders[0][0],
            margin=leaders[0][1] - leaders[1][1],
        )  # fmt: skip
    if isinstance(answer, Said):
        return replace(known, value=answer.text, decided_by=PERSON)
    return replace(known, decided_by=PERSON) if counted.voter else known


def decisions(reader: Reader, task: AnyTask) -> Iterator[tuple[int, Decision]]:
    """Give the decisions of all steps so far with their numbers, in order."""
    return ((stored.step, decision_of(stored)) for stored in reader.steps(task))


class Decided:
    """The rows of a session with what they were decided as, in the order of the table.

    Args:
        reader: The session.
        task: What it decides.
        people: What people have answered since.
    """

    def __init__(self, reader: Reader, task: AnyTask, people: Answers | None = None) -> None:
        self._reader, self._task = reader, task
        self.units = units_of(task, reader.path)
        self._people = people

    def __iter__(self) -> Iterator[tuple[Row, str, Mapping[str, Decision]]]:
        """Give each row with its id and the decision on each field."""
        fields = self.units.codebook.fields
        steps = self._reader.steps(self._task)
        for row in self.units.table:
            key, first = self.units.id_of(row), self.units.asked_at(row.number)
            if isinstance(first, str):
                found = [Decision(None, FAILED if first == TOO_LONG else RULE, reason=first)] * len(fields)
            elif self.units.is_first(row.number):
                found = [self._of(next(steps, None)) for _ in fields]
            else:
                again = self._reader.steps(self._task, first, first + len(fields))
                found = [replace(self._of(next(again, None)), cost_usd=0.0) for _ in fields]
            pairs = zip(fields, found, strict=True)
            yield row, key, {field.name: self._with_people(row, key, field, one) for field, one in pairs}

    def _of(self, stored: StoredStep | None) -> Decision:
        return Decision(None, OPEN, reason="the run has not come to it") if stored is None else decision_of(stored)

    def _with_people(self, row: Row, key: str, field: Field, decision: Decision) -> Decision:
        text = None if self._people is None else self._people.settled(key, field.name)
        if text is None:
            if decision.decided_by == PERSON and isinstance(decision.value, str):
                value = field.read(decision.value, passage_of(row, field, self.units.shown))
                return replace(decision, value=decision.value if value is None else value)
            return decision
        value = field.read(text, passage_of(row, field, self.units.shown))
        return replace(decision, value=value, decided_by=PERSON, reason="", before=decision.decided_by)


def result_columns(units: Units, own: Sequence[str] | None = None) -> list[str]:
    """Return the columns of results: the table's own, and those of every field.

    Args:
        units: What is asked.
        own: The columns of the whole table, None for those of these rows.
    """
    own = units.table.columns if own is None else own
    return [*own, *(name for names in _added(units, own) for name in names)]


def _added(units: Units, own: Sequence[str]) -> list[list[str]]:
    """Return the columns of each field; where one is there already, of an earlier run or a field, they get a number."""
    found: list[list[str]] = []
    taken = {*own}
    for field in units.codebook.fields:
        names, number = _names(field.name), 2
        while not taken.isdisjoint(names):
            names, number = _names(f"{field.name}.{number}"), number + 1
        found.append(names)
        taken.update(names)
    return found


def _names(name: str) -> list[str]:
    return [name, *(f"{name}.{one}" for one in COLUMNS[1:])]


def result_rows(decided: Decided, own: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Give the rows of results: the table's own cells unchanged, and what was decided; `own` as in `result_columns`."""
    units = decided.units
    named = _added(units, units.table.columns if own is None else own)
    for row, _, found in decided:
        made: dict[str, Any] = dict(row.values)
        for field, names in zip(units.codebook.fields, named, strict=True):
            passage = passage_of(row, field, units.shown)
            made.update(zip(names, _cells(field, found[field.name], passage), strict=True))
        yield made


def _cells(field: Field, one: Decision, passage: str) -> tuple[Any, ...]:
    return (
        written(field, one.value, passage), one.margin, one.votes, written(field, one.runner_up, passage),
        one.decided_by, one.flags, None if one.cost_usd is None else round(one.cost_usd, 8), one_line(one.model),
        one.carried_from,
    )  # fmt: skip


def written(field: Field, value: Any, passage: str = "") -> str:
    """Return an answer as text, empty for none."""
    return "" if value is None else field.write(value, passage or " ")
