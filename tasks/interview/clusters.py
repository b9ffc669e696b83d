"""Many wordings, few meanings: proposals put together, and how far they disagree.

Wordings that reduce to the same words (`wording.tokens`) mean the same. So do those whose sets of words are nearly the
same, by Dice's coefficient 2·|A∩B| / (|A|+|B|), but never where they differ in a number, a "not" or an opposite. Chains
count: if A is near B and B near C, all three are one. So the clusters are the same in whatever order proposals come.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .gates.lexicon import Lexicon, standard
from .wording import NEGATIONS, tokens

NEAR = 0.9
"""Dice's coefficient from which two wordings mean the same."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Proposals that mean the same.

    Attributes:
        text: The wording to quote: the most frequent, of several the shortest, of those the first by alphabet.
        votes: How many proposals there are in it.
        wordings: One (wording, proposals) for each, `text` first.
    """

    text: str
    votes: int
    wordings: tuple[tuple[str, int], ...]


def cluster(
    proposals: Iterable[tuple[str, int]], lexicon: Lexicon | None = None, near: float = NEAR
) -> tuple[Cluster, ...]:
    """Put proposals together by meaning; the largest cluster first, equal ones by alphabet.

    Args:
        proposals: One (wording, how often it was proposed) for each; the same wording may come again.
        lexicon: Synonyms and opposites, the standard ones if None.
        near: Dice's coefficient from which two wordings mean the same, above 0; 1 for the same words in any order.
    """
    lexicon = standard() if lexicon is None else lexicon
    wordings: Counter[str] = Counter()
    for text, count in proposals:
        wordings[text] += count
    by_words: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text in wordings:
        by_words[tokens(text, lexicon.glossary) or (text.strip().casefold(),)].append(text)
    keys = sorted(by_words)
    groups = _Groups(len(keys))
    for one, other in _near_pairs([frozenset(key) for key in keys], near):
        if _may_agree(frozenset(keys[one]), frozenset(keys[other]), lexicon):
            groups.join(one, other)
    members: dict[int, list[str]] = defaultdict(list)
    for number, key in enumerate(keys):
        members[groups.head(number)] += by_words[key]
    found = [_cluster({text: wordings[text] for text in texts}) for texts in members.values()]
    return tuple(sorted(found, key=lambda each: (-each.votes, each.text)))


def dissent(votes: Sequence[int], ways: int | None = None) -> float:
    """Return how far voters disagree: the entropy of their votes, over the most it could be.

    Args:
        votes: Votes for each cluster or choice, none negative.
        ways: How many choices there were, where it was a closed question; None where every vote could have been
            different from every other.

    Returns:
        0 where all agree, or no one voted, to 1 where they could not disagree more.
    """
    total = sum(votes)
    most = total if ways is None else min(ways, total)
    if most < 2:
        return 0.0
    shares = [count / total for count in votes if count > 0]
    return min(1.0, max(0.0, -sum(share * math.log(share) for share in shares) / math.log(most)))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return Dice's coefficient of two sets, 0 to 1; two empty sets are the same."""
    size = len(one) + len(other)
    return 2 * len(one & other) / size if size else 1.0


def _cluster(wordings: Mapping[str, int]) -> Cluster:
    ordered = sorted(wordings.items(), key=lambda pair: (-pair[1], len(pair[0]), pair[0]))
    return Cluster(ordered[0][0], sum(wordings.values()), tuple(ordered))


def _near_pairs(sets: Sequence[frozenset[str]], near: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs that are near each other, without looking at all pairs.

    Sets that are near share so many words that they share one of their rarest few (prefix filtering, Bayardo et al.,
    WWW 2007): with d = near, at least |A|·d / (2 − d) words are common to both.
    """
    frequency = Counter(word for words in sets for word in words)
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (frequency[word], word))
        least = math.ceil(len(words) * near / (2 - near) - 1e-9)
        before: set[int] = set()
        for word in rarest[: len(words) - least + 1]:
            before.update(by_word[word])
            by_word[word].append(number)
        yield from ((other, number) for other in sorted(before) if similarity(words, sets[other]) >= near - 1e-9)


def _may_agree(one: frozenset[str], other: frozenset[str], lexicon: Lexicon) -> bool:
    differing = one ^ other
    if any(word[0].isdigit() for word in differing) or differing & NEGATIONS:
        return False
    return not any(
        _is_split(one - other, other - one, frozenset(tokens(first)), frozenset(tokens(second)))
        for first, second in lexicon.opposites
    )


def _is_split(one: frozenset[str], other: frozenset[str], first: frozenset[str], second: frozenset[str]) -> bool:
    return (first <= one and second <= other) or (second <= one and first <= other)


class _Groups:
    """Numbers joined to groups (union-find)."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def head(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int) -> None:
        one, other = sorted((self.head(one), self.head(other)))
        self._above[other] = one
