"""A filter as a tree of comparisons: what it asks of a step, and how it is written down again."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from maker_engine.core.filters.facts import NUMBERS, TEXTS, YES_NO, Number, StepFacts

COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
MATCHES = ("~", "!~", "=", "!=")
"""How texts are compared: holding it, not holding it, being it, not being it. Capitals make no difference."""
RULE = "flag"
"""The text that a colon may follow: the name of a red-flag rule."""
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Is:
    """A yes-or-no fact."""

    field: str

    def holds(self, facts: StepFacts) -> bool:
        """Return whether it is so."""
        return YES_NO[self.field](facts)

    def __str__(self) -> str:
        return self.field


@dataclass(frozen=True, slots=True)
class Compares:
    """A number against another."""

    field: str
    comparison: str
    value: Number

    def holds(self, facts: StepFacts) -> bool:
        """Return whether it compares so; what is not known does not."""
        known = NUMBERS[self.field](facts)
        return known is not None and COMPARISONS[self.comparison](known, self.value)

    def __str__(self) -> str:
        return f"{self.field}{self.comparison}{self.value!r}"


@dataclass(frozen=True, slots=True)
class Within:
    """A number from `low` to `high`, both included; None for no end."""

    field: str
    low: Number | None
    high: Number | None

    def holds(self, facts: StepFacts) -> bool:
        """Return whether it lies there; what is not known does not."""
        known = NUMBERS[self.field](facts)
        return (
            known is not None and (self.low is None or self.low <= known) and (self.high is None or known <= self.high)
        )

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.field}:{self.low!r}"
        low, high = ("" if end is None else repr(end) for end in (self.low, self.high))
        return f"{self.field}:{low}-{high}"


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that holds or is another."""

    field: str
    match: str
    value: str

    def holds(self, facts: StepFacts) -> bool:
        """Return whether one of the texts matches; with a denial, whether none does."""
        value = self.value.casefold()
        texts = [text.casefold() for text in TEXTS[self.field](facts)]
        found = value in texts if "=" in self.match else any(value in text for text in texts)
        return found is not self.match.startswith("!")

    def __str__(self) -> str:
        if self.field == RULE and self.match == "=" and _WORD.fullmatch(self.value):
            return f"{RULE}:{self.value}"
        return f"{self.field}{self.match}{quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Node

    def holds(self, facts: StepFacts) -> bool:
        """Return whether its part does not hold."""
        return not self.part.holds(facts)

    def __str__(self) -> str:
        return f"not {_bracketed(self.part)}"


@dataclass(frozen=True, slots=True)
class Both:
    """Two or more that must all hold, or of which one must, by `word`: "and", "or"."""

    word: str
    parts: tuple[Node, ...]

    def holds(self, facts: StepFacts) -> bool:
        """Return whether they do."""
        return (all if self.word == "and" else any)(part.holds(facts) for part in self.parts)

    def __str__(self) -> str:
        # "and" binds closer, so that it needs no brackets within "or".
        texts = [str(part) if self.word == "or" and _is_and(part) else _bracketed(part) for part in self.parts]
        return f" {self.word} ".join(texts)


Node: TypeAlias = Is | Compares | Within | Matches | Not | Both


@dataclass(frozen=True)
class Filter:
    """A filter that has been read. Its text is `str` of it, which reads back as an equal filter."""

    root: Node

    def __call__(self, facts: StepFacts) -> bool:
        """Return whether a step is one of those that are searched for."""
        return self.root.holds(facts)

    def __str__(self) -> str:
        return str(self.root)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The words of the language that occur, each of which asks for one fact; `flag` and `flags` for the same."""
        return frozenset(_fields(self.root))


def quoted(text: str) -> str:
    """Write a text as a filter holds it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bracketed(part: Node) -> str:
    return f"({part})" if isinstance(part, Both) else str(part)


def _is_and(part: Node) -> bool:
    return isinstance(part, Both) and part.word == "and"


def _fields(node: Node) -> list[str]:
    match node:
        case Not():
            return _fields(node.part)
        case Both():
            return [field for part in node.parts for field in _fields(part)]
        case _:
            return [node.field]
