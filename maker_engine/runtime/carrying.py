"""Decisions of an earlier session that a new run need not ask for again: of every step whose question is unchanged.

Unchanged is what agents would read (the task's key of the step), who would read it and how (model, temperatures, red
flags), and that the votes it had there decide it by the rule that holds here. What is carried over is on record as
such, with those votes; of the earlier session nothing is changed.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask, Gathered, Said, Undecided
from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.offers import Questions
from maker_engine.core.record.entries import Act, Carried, Change, Doubted, Entry
from maker_engine.core.solving.settings import Settings
from maker_engine.core.voting import Ballot, VotingRule, most_dissent, named_rule
from maker_engine.input_files import exists, is_closed, is_file, modified
from maker_engine.planning.forecast import Forecast
from maker_engine.records.people import Answers, beside
from maker_engine.runtime.order_models import stronger_of
from maker_engine.runtime.plan import ASK_LATER, SKIP
from maker_engine.runtime.preflight import SENT
from maker_engine.runtime.run_order import RunOrder
from maker_engine.sessions.library.naming import files_in, find
from maker_engine.sessions.queries.ballots import ballot_of
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag, step_of
from maker_engine.sessions.store.upgrade import bring_up

ASKED_BY = (*SENT, "constrain", "paper_flags")
"""What of two orders has to be equal for the answers of one to be answers of the other."""
_PLAIN = ~(StepFlag.WRONG | StepFlag.FAILED_CALLS | StepFlag.PROBED).value
_READ_AHEAD = 64
MOST_EXAMINED = 20
"""Sessions that are examined for an earlier one of the same table."""
REUSED = "reused"
_NONE = -1


class CarriedOver:
    """What of an earlier session is an answer in a new run.

    Args:
        order: The new run's order, which names the session.
        task: What it solves.
        settings: How it votes.

    Attributes:
        path: The earlier session.
        steps: Steps of the new run.
        count: How many of them are carried over.
        why_not: Why nothing is, where that is so; empty otherwise.

    Raises:
        InputError: There is no such session, it is of another task, or the task's steps depend on each other.
        SessionError: It cannot be read.
    """

    def __init__(self, order: RunOrder, task: AnyTask, settings: Settings) -> None:
        questions = getattr(task, "questions", None)
        if not isinstance(questions, Questions):
            raise InputError(f"nothing is carried over into a run of {task.name}: its steps depend on each other")
        self._questions = questions
        self.path = _earlier(order)
        self._task = task
        self._order, self._rule, self._stronger = order, settings.rule, stronger_of(order)
        self._least_agreement = settings.least_agreement
        self._most = settings.decides_by()[1]
        self.steps, self.count, self.why_not = 0, 0, ""
        self._from = array("q")  # for each step the earlier one with the same question, −1 for none that may be taken
        self._same = bytearray()  # for each step whether the earlier session asks the same, answered or not
        self._reader: Reader | None = None
        self._next = 0
        self._ahead: deque[tuple[int, Carried | None]] = deque()
        bring_up(self.path)
        with Reader(self.path) as reader:
            order_there = reader.meta()["order"]
            if order_there.get("task") != order.task:
                raise InputError(
                    f"session {self.path} is of {order_there.get('task')}, and this run is of {order.task}"
                )
            limits = order_there.get("k"), order_there.get("max_samples")
            self._gives_up_alike = limits == (settings.k, order.max_samples)
            self._match(reader, order_there, settings.k)

    def _match(self, reader: Reader, there: Mapping[str, Any], k: int) -> None:
        places = self._usable(reader, k)
        asked_there = {key: step for step, key in enumerate(self._questions.keys_of(there["source"]))}
        for key in self._questions.own_keys():
            found = asked_there.get(key, _NONE)
            self._same.append(found != _NONE)
            self._from.append(found if 0 <= found < len(places) and places[found] else _NONE)
        self.steps = len(self._from)
        self.count = sum(one != _NONE for one in self._from)
        if not self.count and not self.why_not:
            held = f"its votes decide nothing by {self._rule} with k = {k}"
            self.why_not = held if any(self._same) else "it has been asked nothing that is asked here"

    def _usable(self, reader: Reader, k: int) -> bytearray:
        """Return for each decided step of the earlier session whether its decision holds here."""
        places = bytearray(reader.steps_done())
        rule = named_rule(self._rule, k)
        unanimous: dict[int, bool] = {}
        for segment in reader.segments:
            if changed := _changed(reader.meta(segment.branch)["order"], self._order):
                self.why_not = f"its {changed[0].replace('_', ' ')} is another one"
                continue
            for row in reader.rows(segment.first, segment.last):
                if row.flags & _PLAIN == 0 and row.n:  # all votes agree, and nobody had a hand in it
                    if row.n not in unanimous:
                        unanimous[row.n] = _decides(rule, ((True, row.n),), True)
                    places[step_of(row.id)] = unanimous[row.n]
                    continue
                stored = reader.stored(self._task, row)
                if any(isinstance(entry, Change) and entry.voters for entry in stored.entries):
                    self.why_not = f"from step {stored.step + 1:,} on others answered"
                    break  # from here on others answered
                places[stored.step] = self._holds(self._carried(stored), rule)
        return places

    def __call__(self, step: int, k: int) -> Carried | None:
        """Return the decision on a step, 0-based, None where it is to be asked; to be called from one thread."""
        there = self._from[step] if step < len(self._from) else _NONE
        if there == _NONE:
            return None
        carried = self._read(there)
        return carried if self._holds(carried, named_rule(self._rule, k)) else None

    def _read(self, there: int) -> Carried | None:
        """Read a step of the earlier session, and those behind it, which are probably the next ones."""
        while self._ahead and self._ahead[0][0] < there:
            self._ahead.popleft()
        if not self._ahead or self._ahead[0][0] != there:
            if self._reader is None:
                self._reader = Reader(self.path)
            many = _READ_AHEAD if there == self._next else 1  # rows in another order are read one by one
            last = min(there + many, self._reader.steps_done())
            self._next = last
            stored = self._reader.steps(self._task, there, last)
            self._ahead = deque((one.step, self._carried(one)) for one in stored)
        return self._ahead[0][1] if self._ahead else None

    def _carried(self, stored: StoredStep) -> Carried | None:
        """Return a step's decision as it would be carried over, None where its votes had read something else."""
        if isinstance(stored.answer, Gathered) or any(map(_otherwise, stored.entries)):
            return None
        earlier = next((entry for entry in stored.entries if isinstance(entry, Carried)), None)
        if earlier is not None:
            return earlier._replace(answer=self._given_up(earlier.answer))
        ballot = ballot_of(stored)
        voter = stored.answer.voter if isinstance(stored.answer, Said) else ""
        return Carried(
            self.path.name, stored.step, self._given_up(stored.answer), tuple(ballot.votes.most_common()),
            ballot.flags, ballot.cost_usd, ballot.model, ballot.voter or voter, ballot.stronger,
        )  # fmt: skip

    def _given_up(self, answer: Hashable) -> Hashable:
        """Return an answer; one that was given up is given up as this run does that."""
        if not isinstance(answer, Undecided):
            return answer
        return replace(answer, ask_later=self._order.undecided == ASK_LATER)

    def _holds(self, carried: Carried | None, rule: VotingRule) -> bool:
        """Return whether a decision would be one here: what was given up, where as many samples would be drawn."""
        if carried is None or carried.stronger not in ("", self._stronger):
            return False
        if isinstance(carried.answer, Undecided):
            drawn = sum(count for _, count in carried.votes) + carried.flags
            return self._order.undecided in (SKIP, ASK_LATER) and (self._gives_up_alike or drawn >= self._most)
        clear = carried.stronger or not self._least_agreement or not carried.votes
        if not clear:  # as the first model of a cascade would have had to decide it
            counts = [count for _, count in carried.votes]
            clear = sum(counts) - max(counts) <= most_dissent(rule.k, self._least_agreement)
        return bool(carried.voter) or (bool(clear) and _decides(rule, carried.votes, carried.answer))

    def close(self) -> None:
        """Close the earlier session, from the thread that has asked for decisions."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def whole(self) -> bool:
        """Whether nobody has to be asked anything."""
        return self.count == self.steps

    def carry_people(self, session: Path) -> int:
        """Put what people have answered to unchanged questions beside the new session; return how many answers.

        What people are asked does not depend on who votes, so that they are carried over from another model's run too.
        """
        if not is_file(beside(self.path)):
            return 0
        asked = {self._questions.asked(step) for step, same in enumerate(self._same) if same}
        answers = [one for one in Answers(self.path).every() if (one.id, one.field) in asked]
        if answers:
            Answers(session).add(answers)
        return len(answers)

    def line(self) -> str:
        """Say how much is carried over."""
        asked = self.steps - self.count
        if not self.count:
            return f"nothing is carried over from {self.path.name}: {self.why_not}; all {asked:,} are asked"
        return f"{self.count:,} of {self.steps:,} answers are carried over from {self.path.name}, {asked:,} are asked"


def reduced(expected: Forecast, carried: CarriedOver) -> Forecast:
    """Return a forecast without the steps that are carried over, which draw nothing."""
    share = 1 - carried.count / max(1, carried.steps)

    def part(figure: float | None) -> float | None:
        return None if figure is None else figure * share

    return replace(
        expected, votes=part(expected.votes), samples=part(expected.samples), cost_usd=part(expected.cost_usd),
        wall_s=part(expected.wall_s), undecided=expected.undecided * share,
        assumptions=(*expected.assumptions, carried.line()),
    )  # fmt: skip


def refuse_existing(task: AnyTask, session: Path | None) -> None:
    """See to it that the session of a new run, None for one that is resumed, is not there with decisions to carry over.

    Raises:
        InputError: It is.
    """
    if session is not None and isinstance(getattr(task, "questions", None), Questions) and _is_there(session):
        raise InputError(
            f"session {session} exists already: maker sessions resume continues it, and"
            f" --from {session} --session OTHER carries over what it has decided"
        )


def earlier_session(task: AnyTask, order: RunOrder) -> Path | None:
    """Return the newest session beside the new one, or in the library, that has decided things of the same table.

    None where there is none among the newest, or what is carried over is ordered already.
    """
    questions = getattr(task, "questions", None)
    if order.carry or not isinstance(questions, Questions):
        return None
    if order.session is not None and _is_there(order.session):
        return None
    folders = [None] if order.session is None else [None, order.session.absolute().parent]
    found = {path for folder in folders for path in files_in(folder)}
    for path in sorted(found, key=modified, reverse=True)[:MOST_EXAMINED]:
        with suppress(MakerError, KeyError), Reader(path) as reader:
            there = reader.meta()["order"]
            if there["task"] == order.task and reader.steps_done() and questions.is_akin(there["source"]):
                return path
    return None


def _is_there(session: Path) -> bool:
    return exists(session) and not storage.is_left_empty(session)


def _earlier(order: RunOrder) -> Path:
    path = Path(order.carry)
    if path.is_absolute() and not is_file(path) and not is_closed(path):
        raise InputError(f"session {path}, whose answers are carried over, is not there: put it back, or --from none")
    path = find(order.carry)
    if order.session is not None and order.session.absolute() == path.absolute():
        raise InputError(f"{path} is the session itself: name another file by --session")
    return path


def _otherwise(entry: Entry) -> bool:
    """Return whether votes on a step had read something else than the task says, or there were none of its own."""
    if isinstance(entry, Change):
        return entry.prompt is not None
    if isinstance(entry, Doubted):
        return bool(entry.reminder) or entry.temperature is not None
    return isinstance(entry, Act) and entry.kind == REUSED


def _changed(there: Mapping[str, Any], here: RunOrder) -> list[str]:
    """Return what of who is asked and how differs between two orders."""

    def plain(value: object) -> object:
        return [*value] if isinstance(value, tuple) else value

    return [name for name in ASKED_BY if plain(there.get(name)) != plain(getattr(here, name))]


def _decides(rule: VotingRule, votes: tuple[tuple[Hashable, int], ...], answer: Hashable) -> bool:
    """Return whether votes decide a ballot so."""
    ballot = Ballot()
    for candidate, count in votes:
        for _ in range(count):
            ballot.add(candidate)
    return ballot.votes(answer) > 0 and ballot.leader == answer and rule.wins(ballot, answer)
