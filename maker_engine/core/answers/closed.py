"""Answers from a closed list: one label of it, or several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maker_engine.core.answers.form import AnswerForm, quoted
from maker_engine.core.errors import InputError
from maker_engine.core.flags import ILLEGAL, Flag

NONE = "none"
"""How no label at all is written."""
_BRACKETED = re.compile(r"\((.+)\)|\[(.+)\]")
_AND = re.compile(r"\s*,\s*and\s+|\s+(?:and|&)\s+")


def key(label: str) -> str:
    """Return what two spellings of one label share: case, spaces and forms of a letter do not count."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _checked(labels: tuple[str, ...], kind: str) -> dict[str, str]:
    """Return the labels by their keys.

    Raises:
        InputError: Two of them are alike, or one is no label.
    """
    for label in labels:
        if not label or label != " ".join(label.split()) or not label.isprintable():
            raise InputError(f"a label of {kind} is one line of text without outer spaces, got {label!r}")
    known = {key(label): label for label in labels}
    if len(known) < len(labels):
        raise InputError(f"the labels of {kind} must differ in more than case: {', '.join(labels)}")
    return known


@dataclass(frozen=True, init=False)
class Choice(AnswerForm[str]):
    """One of a few labels; the answer is the label as it is given here.

    Attributes:
        labels: At least one; they differ in more than case.

    Raises:
        InputError: They are no such labels.
    """

    labels: tuple[str, ...]
    _known: dict[str, str] = field(repr=False, compare=False)

    def __init__(self, *labels: str) -> None:
        if not labels:
            raise InputError("a choice needs at least one label, got none")
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "_known", _checked(labels, "a choice"))

    @property
    def demand(self) -> str:
        """Such as "one of yes, no"."""
        return f"one of {', '.join(self.labels)}"

    def value_of(self, text: str) -> str | None:
        """Return the label that the text is, in any case, also in brackets."""
        bracketed = _BRACKETED.fullmatch(text)
        return self._known.get(key(text)) or (self._known.get(key(bracketed[1] or bracketed[2])) if bracketed else None)

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of a string out of the list."""
        return {"type": "string", "enum": list(self.labels)}

    def grammar(self) -> str:
        """Return a grammar of the labels."""
        return f"root ::= {' | '.join(map(quoted, self.labels))}"

    def example(self, number: int) -> str:
        """Return a label."""
        return self.labels[number % len(self.labels)]

    def slip(self, answer: str, number: int) -> str:
        """Return another label."""
        others = [label for label in self.labels if label != answer]
        return others[number % len(others)] if others else answer


@dataclass(frozen=True, init=False)
class Several(AnswerForm[tuple[str, ...]]):
    """Any number of a few labels; the answer is a tuple of them, in the order in which they are given here.

    Attributes:
        labels: At least one; none is called "none" or has a comma or a semicolon in it.
        least: Fewest that must apply.

    Raises:
        InputError: They are no such labels.
    """

    labels: tuple[str, ...]
    least: int
    _known: dict[str, str] = field(repr=False, compare=False)

    def __init__(self, *labels: str, least: int = 0) -> None:
        if not labels or not 0 <= least <= len(labels):
            raise InputError(f"several of {len(labels)} labels, at least {least}, is not a form of answer")
        known = _checked(labels, "several")
        if NONE in known or any("," in label or ";" in label for label in labels):
            raise InputError(f"no label of several is {NONE!r} or has a comma in it: {' | '.join(labels)}")
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "_known", known)

    @property
    def demand(self) -> str:
        """Such as "those of red, green that apply, separated by commas, or none"."""
        few = f", or {NONE}" if not self.least else f", at least {self.least}"
        return f"those of {', '.join(self.labels)} that apply, separated by commas{few}"

    def value_of(self, text: str) -> tuple[str, ...] | Flag | None:
        """Return the labels in a list with commas; None where one of them is no label."""
        if key(text) == NONE:
            return self._enough(())
        inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        parts = [part.strip(" \"'`*") for part in inner.replace(";", ",").split(",")]
        listed = self._of(parts)
        if listed is not None or any(_AND.search(label) for label in self.labels):
            return listed
        return self._of([part.strip(" \"'`*") for part in _AND.sub(",", inner).replace(";", ",").split(",")])

    def from_json(self, value: Any) -> tuple[str, ...] | Flag | None:
        """Return the labels in an array, or in a text."""
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return self._of(value)
        return super().from_json(value)

    def _of(self, parts: list[str]) -> tuple[str, ...] | Flag | None:
        named = [self._known.get(key(part)) for part in parts]
        if None in named:
            return None
        return self._enough(tuple(label for label in self.labels if label in named))

    def _enough(self, named: tuple[str, ...]) -> tuple[str, ...] | Flag:
        return named if len(named) >= self.least else Flag(ILLEGAL, f"fewer than {self.least} are named")

    def write(self, answer: tuple[str, ...]) -> str:
        """Write the labels with commas, or "none"."""
        return ", ".join(answer) or NONE

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of an array of labels."""
        items = {"type": "string", "enum": list(self.labels)}
        return {"type": "array", "items": items, **({"minItems": self.least} if self.least else {})}

    def grammar(self) -> str:
        """Return a grammar of a list with commas."""
        none = "" if self.least else f" | {quoted(NONE)}"
        return f'root ::= label (", " label)*{none}\nlabel ::= {" | ".join(map(quoted, self.labels))}'

    def example(self, number: int) -> tuple[str, ...]:
        """Return as many labels as there must be, or more, by the bits of `number`."""
        named = [label for place, label in enumerate(self.labels) if number >> place & 1]
        named += [label for label in self.labels if label not in named][: max(0, self.least - len(named))]
        return tuple(label for label in self.labels if label in named)

    def slip(self, answer: tuple[str, ...], number: int) -> tuple[str, ...]:
        """Return the answer with one label more or fewer."""
        other = self.labels[number % len(self.labels)]
        if other in answer and len(answer) <= self.least:
            other = next((label for label in self.labels if label not in answer), other)
        if other in answer and len(answer) <= self.least:
            return answer
        named = set(answer) ^ {other}
        return tuple(label for label in self.labels if label in named)
