"""The values of a packed step that are stored once, by their numbers: answers, texts, names of models."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from maker_engine.core.record.values import LATEST_S
from maker_engine.core.responses import Flag


class Interned:
    """Gives each different value of a step its number, in order of appearance.

    Args:
        texts_kept: False to leave the responses' texts out; they come back empty, as no vote's text can be.

    Attributes:
        answers, texts, models: The number of each value, 0-based.
        began_ms: When the first sample that has a time was begun, in ms since 1970; 0 before it.
    """

    __slots__ = ("answers", "began_ms", "models", "texts", "texts_kept")

    def __init__(self, *, texts_kept: bool = True) -> None:
        self.answers: dict[Hashable, int] = {}
        self.texts: dict[str, int] = {}
        self.models: dict[str, int] = {}
        self.began_ms = 0
        self.texts_kept = texts_kept

    def answer(self, answer: Hashable) -> int:
        """Return the number of an answer."""
        return self.answers.setdefault(answer, len(self.answers))

    def since(self, began_s: float) -> int:
        """Return how many ms after the step's first sample one was begun; less than 0 before it."""
        began = round(min(max(began_s, 0), LATEST_S) * 1000)  # whatever the machine's clock says
        self.began_ms = self.began_ms or began
        return began - self.began_ms


class Values:
    """The values that a step's rows name by number. An IndexError or a TypeError says that there is none such.

    Attributes:
        answers: Decoded.
        texts: Texts of responses.
        models: Names of models.
        began_ms: As in `Interned`.
    """

    __slots__ = ("answers", "began_ms", "models", "texts")

    def __init__(self, answers: Sequence[Any], texts: Sequence[str], models: Sequence[str], began_ms: int) -> None:
        self.answers = answers
        self.texts = texts
        self.models = models
        self.began_ms = began_ms

    def began_s(self, since_ms: int | None) -> float | None:
        """Return when something was begun, in s since 1970, of what `Interned.since` gave; None for no time."""
        return None if since_ms is None else (self.began_ms + since_ms) / 1000


def flag_in(parts: Sequence[object]) -> Flag:
    """Turn a flag as it is kept back into one.

    Raises:
        ValueError: It is none.
    """
    flag = Flag(*parts)  # type: ignore[arg-type]  # examined below
    if not all(type(part) is str for part in flag):
        raise ValueError("a flag is not as maker writes it")
    return flag
