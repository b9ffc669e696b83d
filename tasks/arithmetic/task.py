"""Long arithmetic as a task: a problem and its method; the method decides what the steps are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Mistake, Option, Step, Task
from maker_engine.core.responses import Flag, Prompt

from . import digits, recursive
from .method import Answer, Method, State
from .problem import (
    ADD,
    DEFAULT_DIGITS,
    DEFAULT_PROPOSALS,
    DIGITS,
    MOST_DIGITS,
    MOST_PROPOSALS,
    MULTIPLY,
    RECURSIVE,
    Problem,
    read_problem,
    write_problem,
)


class Arithmetic(Task[State, Answer]):
    """One product or sum.

    Args:
        problem: The numbers and the method.
    """

    name = "arithmetic"
    title = "Long arithmetic"
    summary = "Long products and sums, digit by digit with carries. A pocket calculator does it for $0."
    source_help = "The product or sum itself, such as 12345 * 678 or 12 + 34 + 56."
    options = (
        Option("expression", "The product or sum, such as 12345 * 678 or 12 + 34.", ""),
        Option("digits", f"Digits of each number when none are given, 1 to {MOST_DIGITS:,}.", DEFAULT_DIGITS),
        Option("operation", "What is done with them.", MULTIPLY, (MULTIPLY, ADD)),
        Option("numbers-seed", "Seed of the numbers, 0 to 1,000,000,000.", 1),
        Option("method", "One digit a step, or the recursion of Appendix F.", DIGITS, (DIGITS, RECURSIVE)),
        Option("proposals", f"Proposals that a recursive step gathers, 1 to {MOST_PROPOSALS}.", DEFAULT_PROPOSALS),
    )
    has_oracle = True

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._method: Method
        if problem.method == RECURSIVE:
            self._method = recursive.Recursive(problem.numbers, problem.proposals)
        else:
            self._method = digits.DigitByDigit(problem.numbers, multiply=problem.operation == MULTIPLY)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arithmetic) and self._problem == other._problem

    def __hash__(self) -> int:
        return hash(self._problem)

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of the source or the option `expression`; without either numbers are thrown.

        Raises:
            ProblemError: Not a legal instance.
        """
        return cls(read_problem(options, source))

    def source(self) -> str:
        """Return the expression and the method in JSON."""
        return write_problem(self._problem)

    @property
    def label(self) -> str:
        """Such as `123 × 45`, or `50 × 50 digits`."""
        sign = " × " if self._problem.operation == MULTIPLY else " + "
        numbers = self._problem.numbers
        method = "" if self._problem.method == DIGITS else f", {self._problem.method}"
        whole = sign.join(numbers)
        if len(whole) > 24:
            lengths = sign.join(str(len(number)) for number in numbers[:4])
            whole = f"{lengths}{f'{sign}…' if len(numbers) > 4 else ''} digits"
        return whole + method

    @property
    def expected_steps(self) -> int:
        """Steps of an errorless run."""
        return self._method.expected_steps

    def start(self) -> State:
        """Return the state with nothing worked out."""
        return self._method.start()

    def step(self, state: State) -> Step | None:
        """Ask for what comes next; None when the result is there."""
        return self._method.step(state)

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last answer, strictly."""
        return self._method.parse(state, text)

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag what contradicts itself, or what no such step can give."""
        return self._method.objection(state, answer)

    def apply(self, state: State, answer: Answer) -> State:
        """Write the answer down, right or wrong."""
        return self._method.apply(state, answer)

    def oracle(self, state: State) -> Answer | None:
        """Return the right answer."""
        return self._method.oracle(state)

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, worked out in another way; there is exactly one."""
        return self._method.right_answers(state)

    def draft(self, state: State) -> Answer | None:
        """Guess the next step by calculating: a run that takes this draft waits for no answer but the last."""
        return self.oracle(state)

    def result(self, state: State) -> Json:
        """Return the product or the sum as a number."""
        return self._method.result(state)

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Check each answer and the result with whole numbers."""
        return self._method.verify(answers)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the calculation as it is on paper."""
        return self._method.picture(state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the answer."""
        return self._method.describe(answer)

    def encode_state(self, state: State) -> Json:
        """Turn a state into JSON."""
        return self._method.encode_state(state)

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        return self._method.decode_state(value)

    def encode_answer(self, answer: Answer) -> Json:
        """Turn an answer into JSON."""
        return self._method.encode_answer(answer)

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        return self._method.decode_answer(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        imitate = recursive.imitate if recursive.asks(prompt.user) else digits.imitate
        return imitate(prompt.user, mistake, variant)
