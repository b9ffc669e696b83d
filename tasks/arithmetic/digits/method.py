"""Digit by digit: the steps of the method."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from rich.text import Text

from maker_engine.core.decomposition import Json, Vote
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag

from . import answers
from .paper import Answer, Paper, Sheet, answer_of, value
from .picture import draw
from .verifier import replay


class DigitByDigit:
    """Each step is one digit with its carry, and reads nothing but two digits and a carry.

    Args:
        numbers: In decimal digits, two or more.
        multiply: Whether two numbers are multiplied; else all are added.
    """

    def __init__(self, numbers: tuple[str, ...], *, multiply: bool) -> None:
        self._numbers = numbers
        self._sheet = Sheet(numbers, multiply=multiply)

    @cached_property
    def expected_steps(self) -> int:
        """Steps of an errorless run; how many a sum takes depends on where it carries."""
        state, steps = self.start(), 0
        while (question := self._sheet.question(state)) is not None:
            state = self._sheet.write(state, answer_of(value(question)))
            steps += 1
        return steps

    def start(self) -> Paper:
        """Return the empty sheet."""
        return self._sheet.start()

    def step(self, state: Paper) -> Vote | None:
        """Ask for the next digit."""
        question = self._sheet.question(state)
        return None if question is None else Vote(answers.prompt(question))

    def parse(self, state: Paper, text: str) -> Answer | Flag:  # noqa: ARG002 - the form is always the same
        """Read the last three lines."""
        return answers.read_answer(text)

    def objection(self, state: Paper, answer: Answer) -> Flag | None:
        """Flag parts that contradict each other and impossible carries."""
        question = self._sheet.question(state)
        return Flag(ILLEGAL, "nothing is asked here") if question is None else answers.objection(question, answer)

    def apply(self, state: Paper, answer: Answer) -> Paper:
        """Write the digit down."""
        return self._sheet.write(state, answer)

    def oracle(self, state: Paper) -> Answer | None:
        """Return the right digit and carry."""
        question = self._sheet.question(state)
        return None if question is None else answer_of(value(question))

    def right_answers(self, state: Paper) -> tuple[Answer, ...]:
        """Return the answers whose value is as large as so many strokes on paper counted one by one."""
        question = self._sheet.question(state)
        if question is None:
            return ()
        left, right = "|" * question.left, "|" * question.right
        strokes = (left.replace("|", right) if question.sign == "×" else left + right) + "|" * question.carry
        return tuple(
            Answer(total, digit, carry)
            for carry in range(10)
            for digit in range(10)
            if (total := int(f"{carry}{digit}")) == strokes.count("|")
        )

    def result(self, state: Paper) -> Json:
        """Return the sum of all rows."""
        return int(state.total[::-1])

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Check every digit against whole numbers."""
        return replay(self._numbers, answers, multiply=self._sheet.multiply)

    def picture(self, state: Paper, columns: int, rows: int) -> Text:
        """Draw the sheet."""
        return draw(self._sheet, state, self._sheet.question(state), columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the answer as `6, carry 4`."""
        text = f"{answer.digit}, carry {answer.carry}"
        return text if answer.total == 10 * answer.carry + answer.digit else f"{text} (of {answer.total})"

    def encode_state(self, state: Paper) -> Json:
        """Return the fields in order."""
        return [*state]

    def decode_state(self, value: Any) -> Paper:
        """Turn the fields back into a sheet."""
        return Paper(*value)

    def encode_answer(self, answer: Answer) -> Json:
        """Return [value, digit, carry]."""
        return [*answer]

    def decode_answer(self, value: Any) -> Answer:
        """Turn the three numbers back into an answer."""
        return Answer(*value)
