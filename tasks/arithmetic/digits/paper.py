"""The calculation on paper: which digits come next, and what is written down.

Texts hold digits with the least significant one first, so that column c (0-based, from the right) is character c.
"""

from __future__ import annotations

from typing import NamedTuple

MULTIPLYING, ADDING, READY = "multiplying", "adding", "ready"


class Paper(NamedTuple):
    """What is known before a step.

    Attributes:
        phase: A row is being multiplied out, or is being added to the sum so far, or all is done.
        row: Which row: the digit of the second factor it belongs to, or the number that is added (0-based).
        column: Column of the row's next digit when multiplying, of the sum's when adding.
        carry: What is carried into that column.
        line: The row, least digit first; while it is multiplied out, its digits so far.
        total: The sum of the rows before, least digit first.
        built: While adding, the digits of the new sum so far, least first.
    """

    phase: str
    row: int
    column: int
    carry: int
    line: str
    total: str
    built: str


class Question(NamedTuple):
    """One step's question: `left` × `right` + `carry`, or `left` + `right` + `carry`."""

    sign: str
    left: int
    right: int
    carry: int


class Answer(NamedTuple):
    """What is voted on.

    Attributes:
        total: The value as a number.
        digit: The digit to write down.
        carry: What is carried, 0 to 9.
    """

    total: int
    digit: int
    carry: int


class Sheet:
    """The sheet of one problem.

    Args:
        multiply: Whether the two numbers are multiplied; else all are added.
        numbers: In decimal digits, most significant first.
    """

    def __init__(self, numbers: tuple[str, ...], *, multiply: bool) -> None:
        self.multiply = multiply
        self.lines = tuple(number[::-1] for number in numbers)
        self.rows = len(self.lines[1]) if multiply else len(self.lines)

    def start(self) -> Paper:
        """Return the empty sheet."""
        if self.multiply:
            return Paper(MULTIPLYING, 0, 0, 0, "", "", "")
        return Paper(ADDING, 1, 0, 0, self.lines[1], self.lines[0], "")

    def shift(self, state: Paper) -> int:
        """Return the column in which the present row begins."""
        return state.row if self.multiply else 0

    def question(self, state: Paper) -> Question | None:
        """Return what is asked, None when the result is there."""
        if state.phase == READY:
            return None
        if state.phase == MULTIPLYING:
            left, right = int(self.lines[0][state.column]), int(self.lines[1][state.row])
            return Question("×", left, right, state.carry)
        at = state.column - self.shift(state)
        left = int(state.total[state.column]) if state.column < len(state.total) else 0
        right = int(state.line[at]) if at < len(state.line) else 0
        return Question("+", left, right, state.carry)

    def write(self, state: Paper, answer: Answer) -> Paper:
        """Write a digit down and take the carry on; a row or a sum that is complete is closed."""
        column, carry = state.column + 1, answer.carry
        if state.phase == READY:
            return state
        if state.phase == MULTIPLYING:
            line = f"{state.line}{answer.digit}"
            if column < len(self.lines[0]):
                return state._replace(column=column, carry=carry, line=line)
            return self._row_done(state.row, f"{line}{carry or ''}", state.total)
        built = f"{state.built}{answer.digit}"
        row_end = self.shift(state) + len(state.line)
        if column >= max(row_end, len(state.total)):
            return self._next_row(state.row + 1, f"{built}{carry or ''}")
        if column >= row_end and not carry:  # what is left of the sum so far is brought down as it is
            return self._next_row(state.row + 1, built + state.total[column:])
        return state._replace(column=column, carry=carry, built=built)

    def _row_done(self, row: int, line: str, total: str) -> Paper:
        if row == 0:
            return self._next_row(1, line)
        return Paper(ADDING, row, row, 0, line, total, total[:row])

    def _next_row(self, row: int, total: str) -> Paper:
        if row == self.rows:
            return Paper(READY, row, 0, 0, "", total, "")
        if self.multiply:
            return Paper(MULTIPLYING, row, 0, 0, "", total, "")
        return Paper(ADDING, row, 0, 0, self.lines[row], total, "")


def value(question: Question) -> int:
    """Work a question out."""
    product = question.left * question.right if question.sign == "×" else question.left + question.right
    return product + question.carry


def answer_of(total: int) -> Answer:
    """Make the answer of a value from 0 to 99."""
    return Answer(total, total % 10, total // 10)
