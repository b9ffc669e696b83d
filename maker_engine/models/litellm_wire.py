"""What one call looks like on the wire: LiteLLM passes on its own reading, which leaves out and invents.

The transport (`litellm_bytes`) writes it down, the adapter reads it once the call is over. Imports nothing heavy.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from maker_engine.printable import one_line

MOST_NOTES = 20
"""Different notes that are kept of one model: a server could cause a new one with every answer."""

_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict", "maxTokens")
_PARTS = ("options", "generationConfig", "inferenceConfig", "parameters")


@dataclass(slots=True)
class Wire:
    """One call as it was sent and answered.

    Attributes:
        asked: Body of the request as LiteLLM wrote it, empty where it was not seen.
        as_stream: The answer is asked for as a stream of events, and put together.
        proxy: Address of the proxy it went through, None for none.
        answer: The answer's fields as the server wrote them, None where the body was no JSON object or not seen.
        notes: What had to be made allowance for, a sentence each.
    """

    asked: bytes = b""
    as_stream: bool = False
    proxy: str | None = None
    answer: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    def limit(self) -> int | None:
        """Return how many output tokens the request allowed, None where it did not say."""
        try:
            asked = json.loads(self.asked)
        except ValueError:
            return None
        if not isinstance(asked, dict):
            return None
        parts = [asked, *(part for name in _PARTS if isinstance(part := asked.get(name), dict))]
        limits = [part[name] for part in parts for name in _LIMITS if isinstance(part.get(name), int)]
        return max(limits, default=None)


_current: ContextVar[Wire | None] = ContextVar("wire", default=None)


@contextmanager
def watched() -> Iterator[Wire]:
    """Give the record of the call that is made inside, by this asyncio task."""
    wire = Wire()
    token = _current.set(wire)
    try:
        yield wire
    finally:
        _current.reset(token)


def current() -> Wire:
    """Return the record of the call under way; one that no one reads where none is watched."""
    return _current.get() or Wire()


class Noted:
    """The notes on one model's answers, counted: what all of them have is a habit of the server's."""

    def __init__(self) -> None:
        self._answers = 0
        self._notes: Counter[str] = Counter()

    def add(self, wire: Wire) -> None:
        """Count the notes on one answer."""
        self._answers += 1
        for note in dict.fromkeys(wire.notes):
            if note in self._notes or len(self._notes) < MOST_NOTES:
                self._notes[note] += 1

    @property
    def lines(self) -> tuple[str, ...]:
        """One line a note, with how many of the answers it is on."""
        return tuple(f"{one_line(note)} ({self._share(number)})" for note, number in self._notes.items())

    def _share(self, number: int) -> str:
        return "every answer" if number == self._answers else f"{number:,} of {self._answers:,} answers"
