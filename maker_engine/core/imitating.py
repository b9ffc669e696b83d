"""How a response is written without a model: by the task itself, or by the form of the answer it asks for.

Where a task has no oracle, what a form's simulated agents hold to be right is made up: a plain sum is worked out, and
all else is a fixed function of the prompt. It is worth nothing but to see a task run.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any
from zlib import crc32

from maker_engine.core.answers import AnswerForm, Integer
from maker_engine.core.decomposition import AnyTask, Gather, Mistake, Vote
from maker_engine.core.flags import Flag
from maker_engine.core.offers import Simulatable, offers
from maker_engine.core.responses import Prompt, Question

_OPENINGS = ("I take it step by step.", "Let me look at what is asked.", "I consider the question.")
_SUM = re.compile(r"(?<![\d.])(-?\d{1,15}) ?([-+*×x−]) ?(\d{1,15})(?![\d.])")
_BROKEN = ("I am not sure.", "It could be this or that, depending.", "The answer follows from the above")


def imitated(
    task: AnyTask, prompt: Prompt, question: Question | None, mistake: Mistake | None, variant: int
) -> tuple[str, str]:
    """Write a response; as `Task.imitate`.

    Args:
        task: The task, whose own `imitate` comes first.
        prompt: The prompt as sent.
        question: The state it is asked at and the form of the answer, None where the task words both itself.
        mistake: The slip to make, None for none.
        variant: Which of the possible slips and wordings, any integer ≥ 0.

    Raises:
        NotImplementedError: Neither the task nor a form can write one.
    """
    if question is None or question.form is None or offers(type(task), Simulatable):
        return task.imitate(prompt, mistake, variant)
    form, reasoning = question.form, _OPENINGS[variant % len(_OPENINGS)]
    if mistake is Mistake.MALFORMED or (mistake is not None and form.is_open and mistake is not Mistake.WRONG):
        return _malformed(form, reasoning, variant)
    if mistake is Mistake.INCONSISTENT and (other := form.slip(one := form.example(variant), variant)) != one:
        return reasoning, f"{form.write(one)}\n{form.write(other)}"
    if mistake is Mistake.ILLEGAL and isinstance(form, Integer) and form.high is not None:
        return reasoning, form.write(form.high + 1 + variant % 9)
    if mistake in (Mistake.ILLEGAL, Mistake.INCONSISTENT):
        return _malformed(form, reasoning, variant)
    gathers = isinstance(task.step(question.state), Gather)
    right = form.example(variant) if gathers else made_up(task, prompt, question.state, form)
    return reasoning, form.write(right if mistake is None else form.slip(right, variant))


def made_up(task: AnyTask, prompt: Prompt, state: Hashable, form: AnswerForm[Any]) -> Any:
    """Return what simulated agents hold to be right: the oracle's answer, a sum's, or one made of the prompt alone."""
    if task.has_oracle and (right := task.oracle(state)) is not None:
        return right
    if isinstance(form, Integer) and (found := _SUM.search(prompt.user)) is not None:
        a, b = int(found[1]), int(found[3])
        result = a + b if found[2] == "+" else a - b if found[2] in "-−" else a * b
        if form.value_of(str(result)) == result:
            return result
    return form.example(crc32(f"{prompt.system}\n{prompt.user}".encode("utf-8", "replace")))


def _malformed(form: AnswerForm[Any], reasoning: str, variant: int) -> tuple[str, str]:
    """Write what is in no form; in a form that takes any line, nothing at all."""
    if form.is_open:
        for text in (_BROKEN[variant % len(_BROKEN)], ""):
            if isinstance(form.read(text), Flag):
                return ("", text) if not text else (reasoning, text)
    return reasoning, _BROKEN[variant % len(_BROKEN)]


def question_of(step: Vote | Gather, state: Hashable) -> Question | None:
    """Return what a request for a step asks for, None where the step has no form."""
    return None if step.form is None else Question(state, step.form)
