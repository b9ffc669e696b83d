"""The gate of minimality, beyond its words: one need a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..document import GateResult
from .ears import take_apart
from .lexicon import Lexicon
from .words import pattern

_WHY = "Says two needs in one line: give each a line of its own."
_AGAIN = re.compile(r"(?<!which )(?<!that )(?<!who )(?<!what )\b(?:shall|must)\b", re.IGNORECASE)
_DETERMINER = r"\s+(?:an?|the|its?|his|her|their|them|this|that|these|those|each|every|all|any|no|one|to)\b"


def second_need(sentence: str, lexicon: Lexicon) -> Iterator[GateResult]:
    """Yield one failure, quoting where the second need begins, if the sentence says more than one."""
    ears = take_apart(sentence)
    if not ears.modal:
        return
    response = sentence[ears.start :]
    allowed = [match.span() for match in pattern(lexicon.joined_allow).finditer(response)]
    for finder in (_AGAIN, pattern(lexicon.phrases), _joined(lexicon.verbs, lexicon.nouns_too)):
        for match in finder.finditer(response):
            if not any(start <= match.end() and match.start() <= end for start, end in allowed):
                yield GateResult("minimal", "two-needs", match.group().strip(" ,;"), _WHY)
                return


@lru_cache(maxsize=8)
def _joined(verbs: tuple[str, ...], nouns_too: tuple[str, ...]) -> re.Pattern[str]:
    sure, unsure = ("|".join(re.escape(verb) for verb in words) for words in (verbs, nouns_too))
    return re.compile(
        rf"(?:\band(?:\s+(?:then|also|finally))?|;)\s+(?:(?:{sure})\b(?!-)|(?:{unsure}){_DETERMINER})", re.IGNORECASE
    )
