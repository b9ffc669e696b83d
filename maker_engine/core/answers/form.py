"""What an answer form is: one object that words, reads, constrains, imitates and compares the answers to a step."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from maker_engine.core.answers.reading import read
from maker_engine.core.flags import Flag

A = TypeVar("A", bound=Hashable)
KEY = "answer"
"""The key of the object that holds a constrained answer: providers take no schema but an object's."""
SCHEMA, GRAMMAR = "schema", "grammar"


class Constraint(NamedTuple):
    """What a provider holds an answer to.

    Attributes:
        kind: `SCHEMA` for a JSON schema, `GRAMMAR` for a grammar in llama.cpp's GBNF.
        text: The schema as JSON, or the grammar.
    """

    kind: str
    text: str


class AnswerForm(ABC, Generic[A]):
    """One form of answer. Forms are frozen: equal forms are equal and hash alike.

    Class attributes:
        is_open: Any line of text is an answer; only the last line, or one that is marked as the answer, is then read.
    """

    is_open: ClassVar[bool] = False

    @property
    @abstractmethod
    def demand(self) -> str:
        """What is asked for, in a few words, such as "a whole number from 0 to 9"."""

    @property
    def sentence(self) -> str:
        """The sentence that asks for the answer; it ends the prompt."""
        if self.is_open:  # any line could be the answer: the mark separates it from what is said after it
            return f'End with a line that begins with "Answer:" and holds nothing more but the answer: {self.demand}.'
        return f"End with a line that holds nothing but the answer: {self.demand}."

    def read(self, text: str) -> A | Flag:
        """Read the answer in a response: strictly in content, generously in form, and never one of two.

        Returns:
            The canonical answer, which votes are compared on, or the flag that says what is wrong. Raises on no text.
        """
        return read(text, self.value_of, self.from_json, is_open=self.is_open)

    @abstractmethod
    def value_of(self, text: str) -> A | Flag | None:
        """Return the answer that a bare text is; None where it is none, a flag where it is one that is not allowed."""

    def from_json(self, value: Any) -> A | Flag | None:
        """Return the answer that a value from JSON is; as `value_of`."""
        return self.value_of(value) if isinstance(value, str) else None

    def write(self, answer: A) -> str:
        """Write an answer as it is asked for."""
        return str(answer)

    @abstractmethod
    def schema(self) -> Mapping[str, Any]:
        """Return the JSON schema of the answer alone."""

    def grammar(self) -> str | None:
        """Return a GBNF grammar of the answer alone, None where the schema is to be sent instead."""
        return None

    def constraint(self, kind: str) -> Constraint:
        """Return what a provider is to hold the answer to; a schema where the form has no grammar.

        Args:
            kind: `SCHEMA` or `GRAMMAR`.
        """
        grammar = self.grammar() if kind == GRAMMAR else None
        if grammar is not None:
            return Constraint(GRAMMAR, grammar)
        inner = self.schema()
        whole = inner if inner.get("type") == "object" else wrapped(inner)
        return Constraint(SCHEMA, json.dumps(whole, sort_keys=True))

    @abstractmethod
    def example(self, number: int) -> A:
        """Return one of the possible answers; any integer ≥ 0 chooses, equal ones the same."""

    @abstractmethod
    def slip(self, answer: A, number: int) -> A:
        """Return an answer that `answer` is easily taken for; `answer` itself only where no other is possible."""


def wrapped(inner: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that holds the answer and nothing else."""
    return {"type": "object", "properties": {KEY: dict(inner)}, "required": [KEY], "additionalProperties": False}


def quoted(text: str) -> str:
    """Write a text as a GBNF literal."""
    return json.dumps(text, ensure_ascii=False)
