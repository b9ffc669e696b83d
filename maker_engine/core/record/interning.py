"""The values of a packed step that are stored once, by their numbers: answers, texts, names of models."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from maker_engine.core.responses import Flag


class Interned:
    """Gives each different value of a step its number, in order of appearance.

    Args:
        texts_kept: False to leave the responses' texts out; they come back empty, as no vote's text can be.

    Attributes:
        answers, texts, models: The number of each value, 0-based.
    """

    __slots__ = ("answers", "models", "texts", "texts_kept")

    def __init__(self, *, texts_kept: bool = True) -> None:
        self.answers: dict[Hashable, int] = {}
        self.texts: dict[str, int] = {}
        self.models: dict[str, int] = {}
        self.texts_kept = texts_kept

    def answer(self, answer: Hashable) -> int:
        """Return the number of an answer."""
        return self.answers.setdefault(answer, len(self.answers))


class Values:
    """The values that a step's rows name by number. An IndexError or a TypeError says that there is none such.

    Attributes:
        answers: Decoded.
        texts: Texts of responses.
        models: Names of models.
    """

    __slots__ = ("answers", "models", "texts")

    def __init__(self, answers: Sequence[Any], texts: Sequence[str], models: Sequence[str]) -> None:
        self.answers = answers
        self.texts = texts
        self.models = models


def flag_in(parts: Sequence[object]) -> Flag:
    """Turn a flag as it is kept back into one.

    Raises:
        ValueError: It is none.
    """
    flag = Flag(*parts)  # type: ignore[arg-type]  # examined below
    if not all(type(part) is str for part in flag):
        raise ValueError("a flag is not as maker writes it")
    return flag
