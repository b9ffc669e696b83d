"""What was worked out of the choices that were examined last. No choice is hashed: there may be thousands of them."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from .state import Choice

V = TypeVar("V")


class Recent(Generic[V]):
    """Values by choices; the oldest makes way.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._kept: deque[tuple[tuple[Choice, ...], V]] = deque(maxlen=most)

    def get(self, choices: tuple[Choice, ...]) -> V | None:
        """Return the value of these choices, None where it is not kept."""
        for known, value in self._kept:
            if known is choices:
                return value
        for known, value in self._kept:
            if len(known) == len(choices) and known == choices:
                return self.put(choices, value)  # the same ones are asked about again, and are then found at once
        return None

    def put(self, choices: tuple[Choice, ...], value: V) -> V:
        """Keep a value, and return it."""
        self._kept.appendleft((choices, value))
        return value
