"""Writes `streams.jsonl`: answer streams, and what Algorithm 2 as the paper writes it makes of each of them.

    python -m tests.conformance.make

The same bytes come out every time: the dice are seeded, and nothing but `Random.random` is asked of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from string import ascii_uppercase
from typing import Any

from maker_engine.core.algorithm import Voting, do_voting

FILE = Path(__file__).with_name("streams.jsonl")
FLAGGED = "-"
SEED = 2511_09030
MOST_K = 6


@dataclass
class Stream:
    """What is asked: k, the most samples, what each sample says (a letter, or `-` for a red flag), and its faults.

    `faults` says how many calls for a sample fail before it is answered.
    """

    k: int
    cap: int
    said: str
    faults: dict[int, int] = field(default_factory=dict)


class Dice:
    """Choices out of a seed that no version of Python makes otherwise."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self._random.random() < share

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._random.random() * (most - least + 1))

    def among(self, shares: dict[str, float]) -> str:
        """A key, as often as its share says."""
        left = self._random.random() * sum(shares.values())
        for key, share in shares.items():
            left -= share
            if left < 0:
                return key
        return key

    def stream(self, shares: dict[str, float], length: int) -> str:
        """Independent samples."""
        return "".join(self.among(shares) for _ in range(length))

    def order(self, letters: str) -> str:
        """The same letters in another order."""
        left = list(letters)
        return "".join(left.pop(self.number(0, len(left) - 1)) for _ in letters)

    def letters(self, number: int) -> str:
        """So many different candidates."""
        return self.order(ascii_uppercase)[:number]


def unanimous(dice: Dice, number: int) -> Stream:
    """One candidate and nothing else."""
    k = 1 + number % MOST_K
    return Stream(k, dice.number(k, 100), dice.letters(1) * 100)


def odds(dice: Dice, number: int) -> Stream:
    """Right with p, and always the same wrong answer otherwise; p from .5 up."""
    p = (0.5, 0.52, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)[number % 11]
    right, wrong = dice.letters(2)
    k = dice.number(1, MOST_K)
    cap = max(100, 20 * k)
    return Stream(k, cap, dice.stream({right: p, wrong: 1 - p}, cap))


def crowd(dice: Dice, number: int) -> Stream:
    """Right with p, and one of many wrong answers otherwise."""
    p = (0.5, 0.6, 0.7, 0.8, 0.9)[number % 5]
    right, *wrong = dice.letters(dice.number(4, 20))
    k = dice.number(2, MOST_K)
    return Stream(k, 100, dice.stream({right: p, **dict.fromkeys(wrong, (1 - p) / len(wrong))}, 100))


def three_way(dice: Dice, _number: int) -> Stream:
    """Three candidates that are nearly as good as each other."""
    a, b, c = dice.letters(3)
    shares = {a: 0.34 + 0.2 * dice.chance(0.5), b: 0.33, c: 0.33 * dice.chance(0.8) + 0.1}
    k = dice.number(2, MOST_K)
    return Stream(k, dice.number(20, 120), dice.stream(shares, 120))


def ties(dice: Dice, number: int) -> Stream:
    """Two to four candidates level again and again; then one of them breaks away, or nobody ever does."""
    tied = dice.letters(2 + number % 3)
    k = dice.number(2, MOST_K)
    level = "".join(dice.order(tied) for _ in range(100))
    ahead = dice.number(1, 8) * len(tied)
    said = level if number % 4 == 0 else level[:ahead] + tied[dice.number(0, len(tied) - 1)] * 100
    return Stream(k, dice.number(30, 100), said)


def flags(dice: Dice, number: int) -> Stream:
    """Red flags between the votes, up to nine in ten, or nothing else."""
    share = (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)[number % 7]
    p = (0.6, 0.75, 0.9, 1.0)[number % 4]
    right, wrong = dice.letters(2)
    shares = {FLAGGED: share, right: (1 - share) * p, wrong: (1 - share) * (1 - p)}
    return Stream(dice.number(1, MOST_K), dice.number(20, 120), dice.stream(shares, 120))


def caps(dice: Dice, number: int) -> Stream:
    """Capped just at the deciding sample, just before it, or well before it."""
    stream = odds(dice, dice.number(0, 6))
    drawn = vote(stream).samples
    short = (0, 1, dice.number(1, 1 + drawn // 2))[number % 3]
    return Stream(stream.k, max(stream.k, drawn - short), stream.said)


def pathological(dice: Dice, number: int) -> Stream:
    """Orders that are unlikely, and tell one voting rule from another."""
    a, b, c = dice.letters(3)
    k, most = dice.number(2, MOST_K), 200
    lead = k - 1
    said = (
        b * lead + a * most,  # one short of winning, then overtaken
        (b * lead + a * 2 * lead + b * lead) * 4 + a * most,  # the lead changes hands
        "".join(dice.letters(26) for _ in range(8)),  # nobody says the same thing twice in a row of 26
        (a + b) * lead + a + b + c * most,  # a third comes from behind a tie
        FLAGGED * dice.number(1, 60) + a * most,  # rubbish first
        (a * lead + FLAGGED * 7) + b * most,  # rubbish in the place of the deciding vote
        (a + FLAGGED + b) * most,  # level for ever, with rubbish in between
        a * lead + (b + a) * most,  # always one short of winning
        (a + b + c) * 3 + (a + a + b) * most,  # a slow winner among three
        FLAGGED * most,  # nothing at all
    )[number % 10]
    return Stream(k, dice.number(max(k, 60), 120), said[:most])


def faults(dice: Dice, number: int) -> Stream:
    """The provider fails at every other sample, some of them several times; the calls are made again."""
    stream = (odds, crowd, flags, three_way)[number % 4](dice, number)
    stream.faults = {n: dice.number(1, 3) for n in range(stream.cap) if dice.chance(0.5)}
    return stream


FAMILIES: dict[str, tuple[Callable[[Dice, int], Stream], int]] = {
    "unanimous": (unanimous, 60),
    "odds": (odds, 400),
    "crowd": (crowd, 150),
    "three-way": (three_way, 200),
    "ties": (ties, 120),
    "flags": (flags, 200),
    "caps": (caps, 150),
    "pathological": (pathological, 120),
    "faults": (faults, 100),
}


def vote(stream: Stream) -> Any:
    """Run Algorithm 2 on a stream."""
    said = stream.said
    voting = Voting(lambda _step, n: said[n], lambda one: None if one == FLAGGED else one, stream.k, True, stream.cap)
    return do_voting(0, voting)


def recorded(name: str, stream: Stream) -> dict[str, Any]:
    """One line of the file."""
    votes = vote(stream)
    drawn = votes.samples
    # What stands after the last sample would give another result, were it counted.
    ranking = [one for one, _ in Counter(votes.counts).most_common()]
    rival = next(one for one in [*ranking, "Y", "Z"] if one != votes.winner)
    return {
        "name": name,
        "k": stream.k,
        "cap": stream.cap,
        "samples": stream.said[:drawn] + rival * (2 * stream.k + 2),
        "faults": {str(n): times for n, times in stream.faults.items() if n < drawn},
        "ending": "undecided" if votes.winner is None else "decided",
        "winner": votes.winner,
        "votes": votes.counts,
        "drawn": drawn,
        "flagged": votes.flagged,
    }


def lines() -> Iterator[str]:
    """The file, line by line."""
    dice = Dice(SEED)
    for family, (make, number) in FAMILIES.items():
        for one in range(number):
            stream = make(dice, one)
            if not stream.faults and dice.chance(0.15):
                stream.faults = {n: 1 for n in range(stream.cap) if dice.chance(0.1)}
            yield json.dumps(recorded(f"{family} {one + 1}", stream), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.write_text("".join(lines()), encoding="ascii", newline="\n")
