"""The kinds of step, by who answers, and the results of those that agents do not vote on."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from maker_engine.core.certificate import check_error
from maker_engine.core.errors import TaskError
from maker_engine.core.responses import Prompt
from maker_engine.core.task.plain import Json
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.answers import AnswerForm


@dataclass(frozen=True, slots=True, init=False)
class Vote:
    """A step that agents answer by first-to-ahead-by-k; the result is the winning answer.

    The prompt must state a decision rule that makes exactly one answer right: equally good answers split the vote.

    Attributes:
        prompt: What each of them reads. A text becomes a prompt that ends with the sentence that asks for the form.
        form: The form of the answer, None for a task that words it in a prompt of its own and reads it in `parse`.
        certificate: How often the winner may turn out not to be the model's favourite answer, such as 0.001, whatever p
            is: for the one step whose effect cannot be undone. It takes four to eight times the votes, and is about the
            favourite, not the truth. None for the run's own rule.
        wordings: The same question in other words, which samples take turns with: sample n (0-based) reads the nth of
            prompt and wordings, over and over. Errors that depend on a phrase are then not shared by all.

    Raises:
        InputError: The certificate's error is not from 1e-9 to below 0.5.
    """

    prompt: Prompt
    form: AnswerForm[Any] | None
    certificate: float | None
    wordings: tuple[Prompt, ...]

    def __init__(
        self, prompt: Prompt | str, form: AnswerForm[Any] | None = None, *, certificate: float | None = None,
        wordings: Iterable[Prompt | str] = (),
    ) -> None:  # fmt: skip
        if certificate is not None:
            check_error(certificate)
        object.__setattr__(self, "prompt", _worded(prompt, form))
        object.__setattr__(self, "form", form)
        object.__setattr__(self, "certificate", certificate)
        object.__setattr__(self, "wordings", tuple(_worded(one, form) for one in wordings) if wordings else ())


@dataclass(frozen=True, slots=True, init=False)
class Gather:
    """A step in which agents propose and no one votes; the result is `Gathered` (Appendix F).

    Attributes:
        prompt: What each of them reads; a text as for `Vote`.
        n: Valid proposals to draw, at least 1.
        temperature: Sampling temperature: proposals are worth having only where they differ.
        form: The form of a proposal, as for `Vote`.
    """

    prompt: Prompt
    n: int
    temperature: float
    form: AnswerForm[Any] | None

    def __init__(
        self, prompt: Prompt | str, n: int, temperature: float = 1.0, form: AnswerForm[Any] | None = None
    ) -> None:
        object.__setattr__(self, "prompt", _worded(prompt, form))
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "temperature", temperature)
        object.__setattr__(self, "form", form)


def _worded(prompt: Prompt | str, form: AnswerForm[Any] | None) -> Prompt:
    if isinstance(prompt, Prompt):
        return prompt
    text: object = prompt
    sentence: object = "" if form is None else getattr(form, "sentence", None)  # of a class that is no form, no text
    if not (isinstance(text, str) and isinstance(sentence, str)):
        given = f"{prompt!r:.60} and {form!r:.60}"
        raise TaskError(f"a step takes a prompt as text and a form such as Integer(0, 9), got {one_line(given, 130)}")
    return Prompt("", prompt if form is None else f"{prompt.rstrip()}\n\n{sentence}")


@dataclass(frozen=True, slots=True)
class Ask:
    """A step that a person answers; the result is `Said`.

    Attributes:
        question: One sentence.
        options: Answers offered; empty for an open question.
        why: Why it is asked, for the person.
        free: Anything may be typed; where it is not, the answer has to be one of the options.
        several: Several options may be chosen; the answer then has one a line.
    """

    question: str
    options: tuple[str, ...] = ()
    why: str = ""
    free: bool = True
    several: bool = False


@dataclass(frozen=True, slots=True)
class EffectQuestion(Ask):
    """A question of the engine's own about an effect: whether it is allowed, or has happened. No task asks these."""


class Safety(StrEnum):
    """What may be done about an effect of which it is unknown whether it has happened: the run ended in the middle.

    IDEMPOTENT: doing it again changes nothing, so it is done again (a read, a PUT, a DELETE by id).
    ASKABLE: the world can be asked, by the read-only effect that `Task.recover` gives.
    NEITHER: a person says what has happened, or the run stops and names it. It is never done twice unasked.
    """

    IDEMPOTENT = "idempotent"
    ASKABLE = "askable"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Do:
    """A step that the world answers: a request, a statement, a program. The result is `Done`.

    It is on disk before it begins and again when it has ended, never begins on a guess, and only with consent.
    `docs/effects.md` says what each effect takes and gives back.

    Attributes:
        effect: Name of a registered effect: "http", "sql", "process", "wait", or one of an extension.
        arguments: What the effect needs: one JSON object as text, so that the step stays frozen. A text in it may hold
            `${env:NAME}`, which is filled in when the effect begins and masked wherever it is shown or kept.
        safety: What may be done where it is unknown whether it has happened.
        writes: It may change something outside the run; reads and writes are allowed separately.
        label: What it is for a person, in at most 60 characters; "" for the effect's own words.
        timeout_s: Seconds, above 0, after which it is given up and its status is "timed_out".
    """

    effect: str
    arguments: str
    safety: Safety = field(default=Safety.NEITHER, kw_only=True)
    writes: bool = field(default=True, kw_only=True)
    label: str = field(default="", kw_only=True)
    timeout_s: float = field(default=30.0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Start:
    """A step that begins an effect and continues at once; the result is `Started`. `Await` gives what it has produced.

    Where `Task.most_in_flight` effects are in flight already, the run waits until one of them has ended.

    Attributes:
        do: The effect.
        tag: What `Finished` calls it: unique among those that are in flight or not yet awaited.
    """

    do: Do
    tag: str


@dataclass(frozen=True, slots=True)
class Await:
    """A step that waits until any effect that was started has ended; the result is `Finished`, of the first to end.

    A task that awaits where none is in flight is at fault.
    """


Step: TypeAlias = Vote | Gather | Ask | Do | Start | Await


class Status(StrEnum):
    """What has come of an effect. Only a task knows what that is worth: an HTTP answer of 500 is "ok" too.

    OK: It ended by itself, and the value is what it gave.
    FAILED: It could not be carried out; the value is {"error": one line, "kind": one word}.
    TIMED_OUT: It did not end in its time and was given up: whether it has happened is not known.
    CANCELLED: The run was stopped in the middle: whether it has happened is not known.
    REFUSED: A person or a rule did not allow it: it has not begun.
    """

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Done:
    """What has come of an effect: the result of a `Do`, and what `Finished` holds.

    Two are equal that say the same: times are not compared.

    Attributes:
        status: What has come of it.
        value: JSON text. http: {"status", "headers", "body" or "body_base64", "cut"}; sql: {"columns", "rows", "cut"}
            or {"changed"}; process: {"exit", "stdout", "stderr", "cut"}; of any status but "ok", {"error", "kind"}.
        started: When it began, in s since 1970; 0 where that is not known.
        ended: When it ended, likewise.
    """

    status: Status
    value: str = "{}"
    started: float = field(default=0.0, compare=False)
    ended: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", Status(self.status))

    @property
    def ok(self) -> bool:
        """Whether it ended by itself."""
        return self.status is Status.OK

    @property
    def fields(self) -> Json:
        """The value as JSON."""
        found: Json = json.loads(self.value)
        return found


@dataclass(frozen=True, slots=True)
class Started:
    """The result of a `Start`: the effect of this tag is on its way."""

    tag: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of an `Await`: what has come of the effect of this tag, which is in flight no more."""

    tag: str
    done: Done


@dataclass(frozen=True, slots=True)
class NotDone:
    """What `Task.recovered` says of an effect that has not happened: it is begun again."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What `Task.recovered` says where the world's answer does not settle it: a person is asked, or the run stops.

    Attributes:
        why: What is not known, one line for the person; "" where there is nothing to say.
    """

    why: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The result of a `Gather`: (proposal, how many made it) pairs, in order of first appearance."""

    proposals: tuple[tuple[Hashable, int], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The result of an `Ask`: a person's words, and their name."""

    text: str
    voter: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a person asked for unasked, at whatever step was open: the result of that step instead of its own."""

    text: str
    voter: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """The result of a step that was given up, where steps are independent and the others continue without it.

    Attributes:
        reason: Why, in one line: so many samples and no decision, or what made it hopeless.
        ask_later: A person is to be asked, after the run or beside it; False where it is left as it is.
    """

    reason: str
    ask_later: bool = False
