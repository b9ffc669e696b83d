"""The four kinds of step, by who answers, and the results of those that agents do not vote on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from maker_engine.core.certificate import check_error
from maker_engine.core.errors import TaskError
from maker_engine.core.responses import Prompt
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

    Raises:
        InputError: The certificate's error is not from 1e-9 to below 0.5.
    """

    prompt: Prompt
    form: AnswerForm[Any] | None
    certificate: float | None

    def __init__(
        self, prompt: Prompt | str, form: AnswerForm[Any] | None = None, *, certificate: float | None = None
    ) -> None:
        if certificate is not None:
            check_error(certificate)
        object.__setattr__(self, "prompt", _worded(prompt, form))
        object.__setattr__(self, "form", form)
        object.__setattr__(self, "certificate", certificate)


@dataclass(frozen=True, slots=True, init=False)
class Gather:
    """A step in which agents propose and nobody votes; the result is `Gathered` (Appendix F).

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
class Do:
    """A step that the world answers: SQL, HTTP, a process. Journaled before and after, never run speculatively.

    Attributes:
        effect: Name of the effect, known to the task's `recover`.
        arguments: What it needs, as JSON text so that the step stays frozen.
    """

    effect: str
    arguments: str


Step: TypeAlias = Vote | Gather | Ask | Do


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
