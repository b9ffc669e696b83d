"""What the record says of the model beside its votes: what a check found, and what is sent otherwise than ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from maker_engine.core.record.model_check import LONGEST_WORDS, ModelCheck, lines_of
from maker_engine.core.record.run_kinds import MODEL_CHECK
from maker_engine.sessions.store.reader import Reader

ADJUSTMENTS = "adjustments"
"""Key of the record."""
MOST_ADJUSTMENTS = 100
_SHARE = re.compile(r" \((?:every answer|[\d,]+ of [\d,]+ answers)\)$")
"""How a line ends that says on how many answers so far it is."""


def check_in(record: Mapping[str, Any]) -> ModelCheck | None:
    """Return the check that a record, or a line of an export, holds; None where it holds none.

    Raises:
        InputError: It is not as documented.
    """
    return ModelCheck.of(record[MODEL_CHECK]) if MODEL_CHECK in record else None


def adjustments_in(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a record, or a line of an export, says is sent otherwise than ordered.

    Raises:
        InputError: It is not as documented.
    """
    return lines_of(record.get(ADJUSTMENTS, []), ADJUSTMENTS)


def together(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is sent otherwise, with what was sent so before: that stays on record, each line as it is now."""
    lines = {_SHARE.sub("", line): line for line in (*before, *(line[:LONGEST_WORDS] for line in now))}
    return tuple(lines.values())[:MOST_ADJUSTMENTS]


def checks(reader: Reader) -> Iterator[ModelCheck]:
    """Give the checks of a branch and of those that it was forked from, the newest branch's first."""
    for segment in reversed(reader.segments):
        check = check_in(reader.meta(segment.branch))
        if check is not None:
            yield check
