"""Votes of people with a gold answer, where they are at hand: they are not part of this project."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from maker_engine.core.forecasting.laws import Law

HUMAN_VOTES = Path(__file__).parents[2].parent / "shared" / "data" / "human-votes"
GRID = [place / 40 for place in range(1, 40)]
LETTERS = {"positive": "p", "negative": "n", "neutral": "0"}
Text = tuple[str, str]
"""The votes of a text, a letter each, and the gold letter."""


def read_texts(name: str) -> list[Text]:
    """Read a set in an order of its own."""
    with gzip.open(HUMAN_VOTES / f"{name}.jsonl.gz", "rt") as file:
        found = [(one["votes"], LETTERS[one["gold"]]) for one in map(json.loads, file)]
    random.Random(0).shuffle(found)
    return found


def learned(texts: Sequence[Text]) -> Law:
    """Fit the law of p to votes against gold, by maximum likelihood on a grid, hard steps with it."""
    seen = Counter((votes.count(gold), len(votes)) for votes, gold in texts)
    rows = [([p**right * (1 - p) ** (all_ - right) for p in GRID], number) for (right, all_), number in seen.items()]
    weights = [1 / len(GRID)] * len(GRID)
    for _ in range(30):
        shares = [0.0] * len(GRID)
        for row, number in rows:
            each = [weight * chance for weight, chance in zip(weights, row, strict=True)]
            scale = number / sum(each)
            shares = [share + one * scale for share, one in zip(shares, each, strict=True)]
        weights = [share / len(texts) for share in shares]
    return Law.of((p, weight) for p, weight in zip(GRID, weights, strict=True) if weight > 1e-6)


def polled(texts: Sequence[Text], lead: Callable[[int], int | None]) -> tuple[float, float]:
    """Vote on every text in the order of its votes; return mean votes, and the share whose leader is not gold."""
    votes = wrong = 0
    for cast, gold in texts:
        counts: Counter[str] = Counter()
        for number, vote in enumerate(cast, 1):
            counts[vote] += 1
            (first, most), *others = counts.most_common(2)
            needed = lead(number - most)
            if needed is None or most - (others[0][1] if others else 0) >= needed:
                break
        votes += number
        wrong += first != gold
    return votes / len(texts), wrong / len(texts)
