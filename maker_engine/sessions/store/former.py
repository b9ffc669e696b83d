"""Steps as formats 1 and 2 have packed them: a row's kind was recognized by its length and by a word in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from maker_engine.core.record.entries import Doubted
from maker_engine.core.record.registry import BY_WORD
from maker_engine.core.record.sample_kinds import LONG, SAMPLES, SHORT

PARTS = 4
"""Parts that a packed step had."""
_SHORT = 9  # values in the row of a sample


def tagged(rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """Turn the rows of a step into what they are now.

    Raises:
        ValueError: One is none.
    """
    return [_act(*row) if len(row) == 3 else _sample(row) for row in rows]


def _sample(row: Sequence[Any]) -> Sequence[Any]:
    if len(row) not in (_SHORT, _SHORT + 2):
        raise ValueError("a sample is not as maker writes it")
    return [SHORT if len(row) == _SHORT else LONG, *row]


def _act(kind: object, who: object, kept: Any) -> Sequence[Any]:
    form = BY_WORD.get(kind) if isinstance(kind, str) else None
    if form is None:
        raise ValueError("an act is not as maker writes it")
    if form.entry is Doubted:
        if kept.keys() != set(Doubted._fields):
            raise ValueError("a doubt is not as maker writes it")
        return [form.tags[0], *(kept[name] for name in Doubted._fields)]
    return [form.tags[0], who, kept]


def untagged(rows: Iterable[Sequence[Any]]) -> list[Any]:
    """Turn rows back into what they were, for the links that an older export names."""
    return [_untagged(row) for row in rows]


def _untagged(row: Sequence[Any]) -> Any:
    if row[0] in SAMPLES:
        return row[1:]
    form = next(form for form in BY_WORD.values() if row[0] in form.tags)
    if form.entry is Doubted:
        return [form.word, "", dict(zip(Doubted._fields, row[1:], strict=True))]
    return [form.word, *row[1:]]
