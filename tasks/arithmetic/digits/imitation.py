"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words."""

from __future__ import annotations

import re
from functools import lru_cache

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import MOST_CARRY, written
from .paper import Answer, Question, answer_of, value

_QUESTION = re.compile(r"\AWhat is ([0-9]) ([×+]) ([0-9]) \+ ([0-9])\?")
_OPENINGS = (
    "The line is {line}.",
    "I work out {line}.",
    "First {first}, then the carry {carry}.",
    "There is {first} and a carry of {carry}.",
    "Let me do {first} and add {carry}.",
)
_REASONS = ("Together that is {total}.", "The value comes to {total}.", "This makes {total}.")
_CONCLUSIONS = (
    "So {digit} is written down and {rest} carried.",
    "Its last digit is {digit}, the carry {rest}.",
    "I write {digit} and carry {rest}.",
    "That gives the digit {digit} with {rest} to carry.",
    "Hence digit {digit}, carry {rest}.",
)


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write a response as `Task.imitate` has it; raises TaskError on a prompt that is not one of these."""
    question = _read(prompt)
    right = answer_of(value(question))
    if mistake is Mistake.MALFORMED:
        return _reason(question, right, variant), _broken(right, variant)
    answer = right
    if mistake is Mistake.WRONG:
        slips = _slips(question)
        answer = slips[variant % len(slips)]
    elif mistake is Mistake.ILLEGAL:
        answer = answer_of(10 * (MOST_CARRY[question.sign] + 1) + variant % 10)
    elif mistake is Mistake.INCONSISTENT:
        others = [carry for carry in range(10) if carry != right.carry]
        answer = right._replace(carry=others[variant % 9])
    return _reason(question, answer, variant), written(answer)


@lru_cache(maxsize=2048)  # there are few questions in all
def _read(prompt: str) -> Question:
    found = _QUESTION.match(prompt)
    if found is None:
        raise TaskError("this prompt does not ask for a digit of a long calculation")
    return Question(found[2], int(found[1]), int(found[3]), int(found[4]))


def _slips(question: Question) -> list[Answer]:
    """List wrong values as people come by them: the carry forgotten, off by one, the table's neighbour."""
    right = value(question)
    most = 10 * MOST_CARRY[question.sign] + 9
    step = question.left if question.sign == "×" else 10
    near = (right - question.carry, right + 1, right - 1, right + step, right - step, right + 10, right - 10)
    return [answer_of(total) for total in dict.fromkeys(near) if total != right and 0 <= total <= most]


def _reason(question: Question, answer: Answer, variant: int) -> str:
    first = f"{question.left} {question.sign} {question.right}"
    line = f"{first} + {question.carry}"
    opening = _OPENINGS[variant % 5].format(line=line, first=first, carry=question.carry)
    reason = _REASONS[variant // 5 % 3].format(total=answer.total)
    conclusion = _CONCLUSIONS[variant // 15 % 5].format(digit=answer.digit, rest=answer.carry)
    return f"{opening} {reason} {conclusion}"


def _broken(right: Answer, variant: int) -> str:
    """Write the right answer in a form that no strict reader takes."""
    whole = written(right)
    forms = (
        whole.replace(" =", ":"),
        whole.rpartition("\n")[0],
        f"{right.digit}, carry {right.carry}",
        whole.replace("digit = ", "digit = the "),
        f"value = {right.total}",
        f"digit = {right.digit}\ncarry = {right.carry}",
        f"{whole}.5",
    )
    return forms[variant % len(forms)]
