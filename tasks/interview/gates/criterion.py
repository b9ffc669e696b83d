"""The gate of testability, beyond its words: an acceptance line says Given, When and Then, or a measure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..document import GateResult
from .words import measured

_PARTS = ("given", "when", "then")
_BARE = re.compile(
    r"(?<![\w.:/-])(?:within|under|below|over|above|at least|at most|less than|more than|up to)\s+"
    r"\d++(?:[.,]\d++)*+(?=\s*(?:[.,;)]|$))",
    re.IGNORECASE,
)


_NO_EVENT = re.compile(
    r"\bwhen (?:an?|the|any|some)? ?(?:users?|persons?|people|clients?|somebody|someone|one|it|they)? ?"
    r"(?:is |are )?(?:needs?|wants?|uses?|tries|try|likes?|needed|wanted|used|necessary|required)(?: (?:it|this"
    r"|that|them|to))?"
    r"\s*(?=,|\bthen\b)",
    re.IGNORECASE,
)


def acceptance(sentence: str) -> Iterator[GateResult]:
    """Yield what keeps an acceptance line from being a test."""
    at, missing = 0, []
    for part in _PARTS:
        match = re.compile(rf"\b{part}\b\W*\w", re.IGNORECASE).search(sentence, at)
        if match is None:
            missing.append(part.capitalize())
        else:
            at = match.end()
    if missing and not (len(missing) == len(_PARTS) and measured(sentence)):
        missing_parts = " and ".join(missing)
        yield GateResult(
            "testable",
            "no-test",
            "",
            f'Is no test without {missing_parts}: say "Given …, when …, then …", or give a measure.',
        )

    event = _NO_EVENT.search(sentence)
    if event is not None:
        yield GateResult(
            "testable", "no-event", event.group().strip(), "Names no event: say what is done, and with what."
        )


def unit(sentence: str) -> Iterator[GateResult]:
    """Yield the limit that has a number and no unit."""
    match = _BARE.search(sentence)
    if match is not None:
        yield GateResult("testable", "no-unit", match.group(), "Has a number without a unit: say of what.")
