"""What the two halves of the task have in common: the order of the changes, and the review of the plan."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text

from maker_engine.core.decomposition import Json, Step
from maker_engine.core.responses import Flag
from maker_engine.core.task.papers import Ballots


class Flow(ABC):
    """What `Task` asks of a problem. Each method is what `Task` has it be."""

    @property
    @abstractmethod
    def label(self) -> str:
        """As `Task.label`."""

    @property
    @abstractmethod
    def expected_steps(self) -> int:
        """As `Task.expected_steps`."""

    @abstractmethod
    def source(self) -> str:
        """As `Task.source`."""

    @abstractmethod
    def start(self) -> Any:
        """As `Task.start`."""

    @abstractmethod
    def step(self, state: Any) -> Step | None:
        """As `Task.step`."""

    @abstractmethod
    def parse(self, state: Any, text: str) -> Any | Flag:
        """As `Task.parse`."""

    @abstractmethod
    def apply(self, state: Any, answer: Any) -> Any:
        """As `Task.apply`."""

    @abstractmethod
    def oracle(self, state: Any) -> Any | None:
        """As `Task.oracle`."""

    @abstractmethod
    def right_answers(self, state: Any) -> tuple[Any, ...]:
        """As `Task.right_answers`."""

    @abstractmethod
    def verify(self, answers: Iterable[Any]) -> list[str]:
        """As `Task.verify`."""

    @abstractmethod
    def result(self, state: Any) -> Json:
        """As `Task.result`."""

    def shortfall(self, state: Any) -> str:  # noqa: ARG002 - the default's results are never bad news
        """As `Task.shortfall`."""
        return ""

    @abstractmethod
    def papers(self, state: Any, ballots: Ballots) -> Mapping[str, str]:
        """As `Papers.papers`."""

    @abstractmethod
    def picture(self, state: Any, columns: int, rows: int) -> Text:
        """As `Task.picture`."""

    @abstractmethod
    def describe(self, answer: Any) -> str:
        """As `Task.describe`."""

    @abstractmethod
    def encode_state(self, state: Any) -> Json:
        """As `Task.encode_state`."""

    @abstractmethod
    def decode_state(self, value: Any) -> Any:
        """As `Task.decode_state`."""

    @abstractmethod
    def encode_answer(self, answer: Any) -> Json:
        """As `Task.encode_answer`."""

    @abstractmethod
    def decode_answer(self, value: Any) -> Any:
        """As `Task.decode_answer`."""
