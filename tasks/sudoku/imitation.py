"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words."""

from __future__ import annotations

from maker_engine.core.decomposition import Mistake

from .answers import line, written
from .grid import Action
from .reading import Reading, read

_OPENINGS = (
    "I look at {subject}.",
    "The question is about {subject}.",
    "Let me go through {subject} first.",
    "What matters here is {subject}.",
    "Let me check {subject} carefully.",
)
_REASONS = (
    "By the rule, {reason}.",
    "Going through what is listed, {reason}.",
    "Comparing all of it, {reason}.",
)
_UNSURE = (
    "It looks as if {marks_text} should do.",
    "{marks_text} seems to be what the rule asks for.",
    "I take it that {marks_text} follows.",
)
_CONCLUSIONS = (
    "So it has to be {marks_text}.",
    "That leaves {marks_text}.",
    "Hence {marks_text}.",
    "The rule then gives {marks_text}.",
    "So I answer with {marks_text}.",
)
_CHECKS = ("", " Nothing else changes.", " The rest of the grid does not matter here.", " Checked twice.")


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write a response as `Task.imitate` has it; raises TaskError on a prompt that is not this task's."""
    reading = read(prompt)
    if mistake is Mistake.WRONG:
        wrong = reading.wrong[variant % len(reading.wrong)]
        return _reason(reading, wrong, variant, sure=False), _block(reading, wrong)
    if mistake is Mistake.ILLEGAL:
        slip = reading.ruled_out[variant % len(reading.ruled_out)]
        return _reason(reading, slip, variant, sure=False), _block(reading, slip)
    reasoning = _reason(reading, reading.right, variant, sure=True)
    if mistake is Mistake.INCONSISTENT:
        return reasoning, _contradictory(reading, variant)
    if mistake is Mistake.MALFORMED:
        return reasoning, _broken(reading, variant)
    return reasoning, _block(reading, reading.right)


def _block(reading: Reading, answer: Action) -> str:
    """Write an answer with the evidence that goes with it, so that the two agree."""
    return f"{reading.evidence(answer)}\n{line(answer)}"


def _contradictory(reading: Reading, variant: int) -> str:
    """Write a slip between evidence and answer, or two answers."""
    other = reading.wrong[variant // 3 % len(reading.wrong)]
    first, second = (other, reading.right) if variant % 2 else (reading.right, other)
    if variant % 3 and reading.evidence(first) != reading.evidence(second):
        return f"{reading.evidence(first)}\n{line(second)}"
    return f"{_block(reading, first)}\nNo, I mean:\n{_block(reading, second)}"


def _reason(reading: Reading, answer: Action, variant: int, *, sure: bool) -> str:
    marks_text = written(answer.marks)
    opening = _OPENINGS[variant % 5].format(subject=reading.subject)
    reason = (_REASONS if sure else _UNSURE)[variant // 5 % 3].format(reason=reading.reason, marks_text=marks_text)
    conclusion = _CONCLUSIONS[variant // 15 % 5].format(marks_text=marks_text)
    return f"{opening} {reason} {conclusion}{_CHECKS[variant // 75 % 4]}"


def _broken(reading: Reading, variant: int) -> str:
    """Write the right answer in a form that no strict reader takes."""
    right, evidence = reading.right, reading.evidence(reading.right)
    whole = line(right)
    if variant % 10 > 7:
        return whole if variant % 10 == 8 else f"{evidence.replace(' =', ':')}\n{whole}"
    forms = (
        whole.replace(" =", ":"),
        whole[: whole.rindex(":")],
        written(right.marks),
        whole.replace("c", "-"),
        f"{right.kind} = ({written(right.marks)})",
        whole.replace(":", "="),
        f"{right.kind} = ",
        f"answer = {whole.partition(' = ')[2]}",
    )
    return f"{evidence}\n{forms[variant % len(forms)]}"
