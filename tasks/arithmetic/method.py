"""What a method of calculating has to offer: the task is one of them with the problem's options around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from rich.text import Text

from maker_engine.core.decomposition import Json, Step
from maker_engine.core.responses import Flag

State = Any
Answer = Any
"""A method's own: each has one kind of state and its kinds of answers, all frozen."""


class Method(Protocol):
    """A way of calculating, cut into steps. Everything is as in `decomposition.Task`."""

    @property
    def expected_steps(self) -> int:
        """Steps of an errorless run."""

    def start(self) -> State:
        """Return the state before step 0."""

    def step(self, state: State) -> Step | None:
        """Say what is asked; None at the end."""

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read an answer strictly."""

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Say what makes an answer unreliable."""

    def apply(self, state: State, answer: Answer) -> State:
        """Return the state after an answer."""

    def oracle(self, state: State) -> Answer | None:
        """Return the right answer."""

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, worked out in another way than the oracle's."""

    def result(self, state: State) -> Json:
        """Return the product or the sum that a run ended with."""

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Check a whole solution."""

    def picture(self, state: State, columns: int, rows: int) -> Text:
        """Draw a state."""

    def describe(self, answer: Answer) -> str:
        """Describe an answer in at most 24 characters."""

    def encode_state(self, state: State) -> Json:
        """Turn a state into JSON."""

    def decode_state(self, value: Any) -> State:
        """Turn JSON back into the state."""

    def encode_answer(self, answer: Answer) -> Json:
        """Turn an answer into JSON."""

    def decode_answer(self, value: Any) -> Answer:
        """Turn JSON back into the answer."""
