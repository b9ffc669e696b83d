"""From what agents said to a closed list: the same things together, and how far the agents were apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from .answers import Draft
from .document import Document, Kind
from .gates import check_line
from .talk import Candidate
from .wording import tokens

WITHDRAWN = "re-opened"
"""How the reason of a line begins that may come back, since what it rested on was taken back."""
MOST = 9
"""Candidates of a part that are voted on: those that most drafts hold. Options have one figure each."""

Drafts = Iterable[tuple[Draft, int]]
"""Each draft, and how many agents wrote exactly it."""


def candidates(drafts: Drafts, step: int) -> tuple[Candidate, ...]:
    """Put lines that say the same together; those of most drafts first, else in the order of their first appearance."""
    said: dict[tuple[Kind, frozenset[str]], Counter[str]] = {}
    agents: Counter[tuple[Kind, frozenset[str]]] = Counter()
    for draft, times in drafts:
        held = set()
        for kind, text in draft.lines:
            key = _same(said, (kind, frozenset(tokens(text))))
            said.setdefault(key, Counter())[text] += times
            held.add(key)
        agents.update(dict.fromkeys(held, times))
    made = [
        Candidate(key[0], tuple(text for text, _ in _best_first(key[0], wordings)), agents[key], step)
        for key, wordings in said.items()
    ]
    return tuple(sorted(made, key=lambda one: -one.drafts))


def _same(
    known: Iterable[tuple[Kind, frozenset[str]]], key: tuple[Kind, frozenset[str]]
) -> tuple[Kind, frozenset[str]]:
    kind, words = key
    for other in known:
        shared = len(words & other[1])
        if other[0] is kind and 2 * shared >= 0.9 * (len(words) + len(other[1])):
            return other
    return key


def _best_first(kind: Kind, wordings: Counter[str]) -> list[tuple[str, int]]:
    """Order wordings: those that pass the gates first, then those that most agents chose."""
    return sorted(
        wordings.items(), key=lambda pair: (any(not each.passed for each in check_line(kind, pair[0])), -pair[1])
    )


def fresh(found: Sequence[Candidate], document: Document, most: int = MOST) -> tuple[Candidate, ...]:
    """Leave out what the document says, or has rejected, already, and all but the `most` that most drafts hold."""
    there = {
        (line.kind, frozenset(tokens(line.text))) for line in document.lines if not line.reason.startswith(WITHDRAWN)
    }
    return tuple(one for one in found if (one.kind, frozenset(tokens(one.text))) not in there)[:most]


def dissent(found: Sequence[Candidate], drafts: int, *, single: bool) -> float:
    """Measure how far agents are apart, from 0 (all say the same) to 1.

    Where a `single` line is chosen: the entropy of the wordings over that of all different. Where each line stands by
    itself: the mean entropy of "in this draft or not".
    """
    if not found or drafts < 2:
        return 0.0
    shares = [min(1.0, one.drafts / drafts) for one in found]
    if single:
        return min(1.0, sum(map(_surprise, shares)) / math.log2(drafts))
    return sum(_surprise(share) + _surprise(1 - share) for share in shares) / len(shares)


def _surprise(share: float) -> float:
    return -share * math.log2(share) if share > 0 else 0.0
