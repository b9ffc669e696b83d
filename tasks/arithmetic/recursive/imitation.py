"""Responses as the agents might write them, right or wrong in a chosen way, out of nothing but the prompt's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import Answer, read_answer
from .prompts import written
from .work import ATOMIC, COMPOSE, SPLIT, Choice, Split, Value, split_by_rule

_PRODUCT = re.compile(r"\A(Decompose|Which proposal decomposes|What is) the product ([0-9]+) \* ([0-9]+)[.?]")
_COMPOSITION = re.compile(
    r"\A(What|Which proposal) is the composition S1 \* 10\^([0-9]+) \+ S2 with S1 = ([0-9]+) and S2 = ([0-9]+)\?"
)
_OFFER = re.compile(r"^([0-9]+)\. (.*)$", re.MULTILINE)

_OPENINGS = (
    "I look at {subject}.",
    "The question is about {subject}.",
    "Let me take {subject}.",
    "Here is {subject}.",
    "First {subject}.",
)
_REASONS = ("By the rule this is settled.", "Worked out step by step.", "I did it once forwards and once backwards.")
_CONCLUSIONS = ("So {text}.", "That gives {text}.", "Hence {text}.", "The answer is {text}.", "I come to {text}.")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A prompt worked out: its subject in words, the right answer, wrong ones and ones that cannot be."""

    subject: str
    right: Answer
    wrong: tuple[Answer, ...]
    ruled_out: tuple[Answer, ...]


def asks(prompt: str) -> bool:
    """Return whether a prompt is one of this method's."""
    return _PRODUCT.match(prompt) is not None or _COMPOSITION.match(prompt) is not None


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write a response as `Task.imitate` has it; raises TaskError on a prompt that is not one of these."""
    reading = _read(prompt)
    if mistake is Mistake.MALFORMED:
        return _reason(reading, reading.right, variant), _broken(reading.right, variant)
    wrong = reading.wrong[variant % len(reading.wrong)]
    if mistake is Mistake.INCONSISTENT:
        return _reason(reading, reading.right, variant), f"{_block(wrong)}\nNo, I mean:\n{_block(reading.right)}"
    answer = reading.right
    if mistake is Mistake.WRONG:
        answer = wrong
    elif mistake is Mistake.ILLEGAL:
        answer = reading.ruled_out[variant % len(reading.ruled_out)]
    return _reason(reading, answer, variant), _block(answer)


@lru_cache(maxsize=256)  # the samples of one step share its prompt
def _read(prompt: str) -> _Reading:
    product = _PRODUCT.match(prompt)
    if product is not None:
        left, right = int(product[2]), int(product[3])
        subject = f"{left} times {right}"
        if product[1] == "What is":
            return _value(subject, left * right, len(product[2]) + len(product[3]), left)
        if product[1] == "Decompose":
            return _splits(subject, left, right)
        return _choice(subject, prompt, SPLIT, split_by_rule(left, right))
    composition = _COMPOSITION.match(prompt)
    if composition is None:
        raise TaskError("this prompt asks for nothing of a recursive multiplication")
    power, first, second = map(int, composition.groups()[1:])
    value = first * 10**power + second
    subject = f"the composition of {first} and {second}"
    if composition[1] == "What":
        places = max(len(composition[3]) + power, len(composition[4])) + 1
        return _value(subject, value, places, 10 ** (power + 1))
    return _choice(subject, prompt, COMPOSE, Value(value))


def _value(subject: str, right: int, places: int, step: int) -> _Reading:
    near = (right + 1, right - 1, right + 10, right - 10, right + step, right - step, right + 100, right + 2)
    wrong = [Value(n) for n in dict.fromkeys(near) if n >= 0 and n != right and len(str(n)) <= places]
    return _Reading(subject, Value(right), tuple(wrong), (Value(10**places), Value(7 * 10 ** (places + 1))))


def _splits(subject: str, left: int, right: int) -> _Reading:
    right_one = split_by_rule(left, right)
    longest = max(len(str(left)), len(str(right)))
    slips = [ATOMIC]
    for power in range(1, longest + 1):
        high, low = divmod(left, 10**power)
        slips.append(Split((high, right), (low, right), power))
        high, low = divmod(right, 10**power)
        slips.append(Split((left, high), (left, low), power))
    if right_one.first:
        slips.append(Split(right_one.second, right_one.first, right_one.power))
        slips.append(right_one._replace(power=right_one.power % longest + 1))
    wrong = tuple(slip for slip in dict.fromkeys(slips) if slip != right_one)
    too_far = Split((left, right), (left, right), longest + 1 if longest > 1 else 2)
    return _Reading(subject, right_one, wrong, (too_far,))


def _choice(subject: str, prompt: str, stage: str, right: Split | Value) -> _Reading:
    offers = {int(number): read_answer(stage, text.replace("; ", "\n")) for number, text in _OFFER.findall(prompt)}
    number = next((number for number, offer in offers.items() if offer == right), 0)
    others = tuple(Choice(other) for other in range(len(offers) + 1) if other != number)
    return _Reading(f"the proposals for {subject}", Choice(number), others, (Choice(len(offers) + 1),))


def _block(answer: Answer) -> str:
    return f"choice = {answer.number}" if isinstance(answer, Choice) else written(answer)


def _reason(reading: _Reading, answer: Answer, variant: int) -> str:
    text = f"number {answer.number}" if isinstance(answer, Choice) else written(answer, ", ").replace("=", "is")
    opening = _OPENINGS[variant % 5].format(subject=reading.subject)
    return f"{opening} {_REASONS[variant // 5 % 3]} {_CONCLUSIONS[variant // 15 % 5].format(text=text)}"


def _broken(right: Answer, variant: int) -> str:
    """Write the right answer in a form that no strict reader takes."""
    whole = _block(right)
    forms = (
        whole.replace(" =", ":"),
        whole.rpartition("=")[0],
        whole.replace("= ", "= about "),
        whole.rpartition(" = ")[2],
        f"{whole}.5" if not isinstance(right, Split) else whole.replace("P2", "Q2"),
    )
    return forms[variant % len(forms)]
