"""From what agents said to a closed list: the same things together, and how far the agents were apart."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from . import clusters
from .document import Document, Kind
from .gates import check_line, standard
from .talk import LATER_GATES, RULES, Candidate
from .wording import tokens

WITHDRAWN = "re-opened"
"""How the reason of a line begins that may come back, since what it rested on was taken back."""
MOST = 6
"""Candidates of a part that are voted on: those that most drafts hold. With the words that may always be answered each
option has a figure of its own."""


def candidates(drafts: Iterable[tuple[Any, int]], step: int, rules: int = RULES) -> tuple[Candidate, ...]:
    """Put lines that say the same together; those of most drafts first, of equals by alphabet.

    Args:
        drafts: Each `Draft`, and how many agents wrote exactly it.
        step: Step of the run in which they did (0-based).
        rules: The rules of the interview.
    """
    drafts = list(drafts)
    wordings: dict[Kind, Counter[str]] = defaultdict(Counter)
    for draft, times in drafts:
        for kind, text in draft.lines:
            wordings[kind][text] += times
    made: list[Candidate] = []
    for kind, counted in wordings.items():
        for each in clusters.cluster(counted.items()):
            own = {text for text, _ in each.wordings}
            agents = sum(
                times for draft, times in drafts if any(line[0] is kind and line[1] in own for line in draft.lines)
            )
            made.append(Candidate(kind, tuple(_best_first(kind, each.wordings, rules)), agents, step))
    return tuple(sorted(made, key=lambda one: (-one.drafts, one.text)))


def _best_first(kind: Kind, wordings: Iterable[tuple[str, int]], rules: int) -> list[str]:
    """Order wordings: those that pass the gates first, else as they come."""
    unheeded = LATER_GATES if rules == 1 else ()

    def fails(text: str) -> bool:
        return any(not each.passed and each.rule not in unheeded for each in check_line(kind, text))

    return sorted((text for text, _ in wordings), key=fails)


def fresh(found: Sequence[Candidate], document: Document, most: int = MOST) -> tuple[Candidate, ...]:
    """Leave out what the document says, or has rejected, already, and all but the `most` that most drafts hold."""
    said = [line for line in document.lines if not line.reason.startswith(WITHDRAWN)]
    there = {_key(line.kind, text) for line in said for text in (line.text, line.source.words)}
    return tuple(one for one in found if _key(one.kind, one.text) not in there)[:most]


def _key(kind: Kind, text: str) -> tuple[Kind, tuple[str, ...]]:
    return kind, tokens(text, standard().glossary)


def dissent(found: Sequence[Candidate], drafts: int, *, single: bool) -> float:
    """Measure how far agents are apart, from 0 (all say the same) to 1.

    Where a `single` line is chosen: the entropy of the wordings over that of all different. Where each line is kept by
    itself: the mean entropy of "in this draft or not".
    """
    if single:
        return clusters.dissent([one.drafts for one in found])
    shares = [min(1.0, one.drafts / drafts) for one in found]
    return sum(_surprise(share) + _surprise(1 - share) for share in shares) / max(1, len(shares))


def _surprise(share: float) -> float:
    return -share * math.log2(share) if share > 0 else 0.0
