"""A document as a reader walks it: each value with its place and of the type it must have, nothing unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

LONGEST_NAME = 60
_NAME = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass
class Notes:
    """What was not understood, each with its place, in the order it was met."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, what: str) -> None:
        """Note it."""
        self.found.append((one_line(place, 120), one_line(what, 200)))

    def of(self, place: str) -> tuple[tuple[str, str], ...]:
        """Return those at a place and within it."""
        return tuple(one for one in self.found if one[0] == place or one[0].startswith((f"{place}.", f"{place}[")))


@dataclass(frozen=True)
class Node:
    """A mapping in a document.

    Attributes:
        value: The mapping.
        place: Where it is, such as `workflows[0].steps[1]`.
    """

    value: dict[str, Any]
    place: str

    def at(self, key: str) -> str:
        """Return the place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def wrong(self, key: str, must: str) -> ProblemError:
        """Make the error of a value that is not what it must be."""
        return ProblemError(f"{one_line(self.at(key), 120)} must be {must}")

    def _typed(self, key: str, kinds: type | tuple[type, ...], must: str, default: Any) -> Any:
        value = self.value.get(key)
        if value is None:
            return default
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise self.wrong(key, must)
        return value

    def text(self, key: str, default: str = "") -> str:
        """Return a text; a number gives its digits."""
        value = self._typed(key, (str, int, float), "a text", default)
        return value if isinstance(value, str) else str(value)

    def name(self, key: str, default: str = "") -> str:
        """Return a text that is a name: letters, digits, `_` and `-`, at most 60."""
        value = self.text(key, default)
        if _NAME.fullmatch(value) is None or len(value) > LONGEST_NAME:
            raise self.wrong(key, f"a name of letters, digits, _ and -, at most {LONGEST_NAME}")
        return value

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """Return a number within bounds."""
        value = float(self._typed(key, (int, float), "a number", default))
        if not least <= value <= most:
            raise self.wrong(key, f"from {least:g} to {most:g}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; what is not there is false."""
        return bool(self._typed(key, bool, "true or false", False))

    def mapping(self, key: str) -> Node:
        """Return a mapping; what is not there is an empty one."""
        return Node(self._typed(key, dict, "a mapping", {}), self.at(key))

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Yield its keys with the mappings there.

        Raises:
            ProblemError: One is no mapping.
        """
        for key in self.value:
            yield key, self.mapping(key)

    def values(self, key: str) -> list[Any]:
        """Return a list; what is not there is an empty one."""
        return list(self._typed(key, list, "a list", []))

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        values = self.values(key)
        if not all(isinstance(one, str) for one in values):
            raise self.wrong(key, "a list of texts")
        return values

    def nodes(self, key: str) -> list[Node]:
        """Return a list of mappings."""
        values = self.values(key)
        if not all(isinstance(one, dict) for one in values):
            raise self.wrong(key, "a list of mappings")
        return [Node(one, f"{self.at(key)}[{number}]") for number, one in enumerate(values)]

    def note_others(self, known: str, notes: Notes) -> None:
        """Note every key that is none of the known ones, which are separated by spaces."""
        for key in self.value:
            if key not in known.split():
                notes.add(self.at(key), "is not known, and ignored")
