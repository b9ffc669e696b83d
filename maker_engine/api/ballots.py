"""Votes without a task: one ballot, or many that do not depend on each other."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, Unpack, cast

from maker_engine.api.options import RunOptions, Session
from maker_engine.api.persons import Person
from maker_engine.api.results import SHOWN, Ballot, Run, RunStep
from maker_engine.api.running import ModelOption, prepared_of, run, settle
from maker_engine.core.answers import AnswerForm
from maker_engine.core.decomposition import Json, Task, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import Command, Continue, Decide
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Prompt
from maker_engine.core.task import plain
from maker_engine.runtime.hopeless import sentence
from maker_engine.runtime.plan import ASK
from maker_engine.runtime.run_order import TASK
from maker_engine.runtime.view import RunView
from maker_engine.wording import count_of

A = TypeVar("A", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a step is decided as whose vote failed, so that the others continue."""

    reason: str


@dataclass(frozen=True)
class Questions(Task[int, Any]):
    """Independent questions, one a step; the state is how many are done, so that no answer matters to another."""

    prompts: tuple[str | Prompt, ...]
    form: AnswerForm[Any]

    name = "vote"
    title = "Vote"
    summary = "Independent ballots, one a step."

    @property
    def label(self) -> str:
        """Such as `3 ballots`."""
        return f"{len(self.prompts):,} ballot{'' if len(self.prompts) == 1 else 's'}"

    @property
    def expected_steps(self) -> int:
        """One a question."""
        return len(self.prompts)

    def source(self) -> str:
        """Return the questions as JSON; their form is the program's."""
        return json.dumps({"prompts": [*map(_text, self.prompts)]})

    def start(self) -> int:
        """Return 0."""
        return 0

    def step(self, state: int) -> Vote | None:
        """Ask the next question."""
        return Vote(self.prompts[state], self.form) if state < len(self.prompts) else None

    def apply(self, state: int, answer: object) -> int:  # noqa: ARG002 - no answer matters to another question
        """Move to the next one."""
        return state + 1

    def draft(self, state: int) -> Undecided:  # noqa: ARG002 - any guess leads to the same next question
        """Guess anything, so that all questions are asked at once."""
        return Undecided("")

    def encode_answer(self, answer: Any) -> Json:
        """Return the answer, or that there is none."""
        return (
            {plain.KIND: "undecided", "value": answer.reason} if isinstance(answer, Undecided) else plain.encode(answer)
        )

    def decode_answer(self, value: Any) -> Any:
        """Turn what `encode_answer` gave back into an equal answer."""
        match value:
            case {"kind": "undecided", "value": str(reason)}:
                return Undecided(reason)
        return plain.decode(value)


class Ballots(tuple[Ballot, ...]):  # noqa: SLOT001 - a tuple has no slots to give beside its values
    """Ballots in the order of their prompts.

    Attributes:
        totals: Counts, tokens and dollars of all of them.
    """

    totals: Totals

    @classmethod
    def of(cls, ballots: Iterable[Ballot], totals: Totals) -> Ballots:
        """Put ballots together with what they took."""
        made = cls(ballots)
        made.totals = totals
        return made

    def _repr_html_(self) -> str:
        """Show the first ones, each as a small table."""
        more = f"<p>and {len(self) - SHOWN:,} more ballots</p>" if len(self) > SHOWN else ""
        return "".join(ballot._repr_html_() for ballot in self[:SHOWN]) + more


def vote(
    prompt: str | Prompt,
    form: AnswerForm[A],
    *,
    model: ModelOption | None = None,
    k: int | None = 3,
    session: Session = None,
    **options: Unpack[RunOptions],
) -> Ballot:
    """Take one vote. As `solve`, but that the model is not checked first where `preflight` does not say so.

    Args:
        prompt: What each agent reads; a text gets the sentence of the form at its end.
        form: The form of the answer.
        model: As for `solve`.
        k: As for `solve`.
        session: As for `solve`.
        options: As for `solve`.
    """
    return settle(avote(prompt, form, model=model, k=k, session=session, **options))


async def avote(
    prompt: str | Prompt,
    form: AnswerForm[A],
    *,
    model: ModelOption | None = None,
    k: int | None = 3,
    session: Session = None,
    **options: Unpack[RunOptions],
) -> Ballot:
    """As `vote`, for a program that awaits."""
    return (await avote_many((prompt,), form, model=model, k=k, session=session, **options))[0]


def vote_many(
    prompts: Iterable[str | Prompt],
    form: AnswerForm[A],
    *,
    model: ModelOption | None = None,
    k: int | None = 3,
    session: Session = None,
    **options: Unpack[RunOptions],
) -> Ballots:
    """Take votes that do not depend on each other, as many calls at once as `concurrency` allows; as `vote`.

    One that cannot be decided leaves the others alone. Limits are of all of them together.
    """
    return settle(avote_many(prompts, form, model=model, k=k, session=session, **options))


async def avote_many(
    prompts: Iterable[str | Prompt],
    form: AnswerForm[A],
    *,
    model: ModelOption | None = None,
    k: int | None = 3,
    session: Session = None,
    **options: Unpack[RunOptions],
) -> Ballots:
    """As `vote_many`, for a program that awaits."""
    task = _questions(prompts, form)
    all_at_once: RunOptions = {
        "undecided": ASK, "hopeless": "hold", "max_waste": 1.0, "draft": TASK, "preflight": False,
        "window": options.get("concurrency", 8),
    }  # fmt: skip
    prepared = prepared_of(task, model, k, session, {**all_at_once, **options}, attended=True)
    done = await run(prepared, Person(on_stuck=_give_up), keep=session is not None)
    return Ballots.of(_ballots(task, done), done.totals)


def _questions(prompts: Iterable[str | Prompt], form: AnswerForm[Any]) -> Questions:
    """Make the task of questions.

    Raises:
        InputError: One of them is no text, or the form is none.
    """
    given: object = prompts
    if isinstance(given, str | Prompt) or not isinstance(given, Iterable):
        what = "one text" if isinstance(given, str | Prompt) else f"a {type(given).__name__}"
        raise InputError(f"vote_many takes a list of prompts, got {what}: give vote that, or put it in a list")
    questions, kind = tuple(given), cast("object", form)
    for question in questions:
        if not isinstance(question, str | Prompt):
            raise InputError(f"a prompt is a text or a maker.Prompt, got {question!r:.60}")
    if not isinstance(kind, AnswerForm):
        raise InputError(f"a form of answer is one such as maker.Integer(0, 9), got {kind!r:.60}")
    return Questions(questions, form)


def _give_up(view: RunView) -> Sequence[Command]:
    """Leave a step undecided, and continue."""
    snapshot = view.snapshot
    counted = 0 if snapshot.open is None else snapshot.open.counted
    hopeless = snapshot.hopeless
    reason = f"undecided after {count_of(counted, 'sample')}" if hopeless is None else sentence(hopeless)
    return (Decide(Undecided(reason), "vote_many"), Continue())


def _ballots(task: Questions, done: Run) -> Iterable[Ballot]:
    for place, prompt in enumerate(task.prompts):
        if place < len(done.steps):
            yield _ballot(prompt, done.steps[place], done)
        else:
            step = done.open if place == len(done.steps) and done.open is not None else RunStep(place, None)
            yield _ballot(prompt, step, done, done.reason)


def _ballot(prompt: str | Prompt, step: RunStep, done: Run, reason: str = "") -> Ballot:
    answer, votes = step.answer, step.votes
    if isinstance(step.answer, Undecided):
        answer, votes, reason = None, tuple(row for row in votes if row[0] != answer), step.answer.reason
    counts = sorted((number for _, number in votes), reverse=True)
    margin = counts[0] - sum(counts[1:2]) if counts else 0
    return Ballot(_text(prompt), answer, votes, step.flags, margin, reason, done.model, done.simulated)


def _text(prompt: str | Prompt) -> str:
    return prompt if isinstance(prompt, str) else prompt.user
