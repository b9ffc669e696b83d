"""Algorithms 1-3 as the paper writes them, one sample at a time, with a plain dict for a vote table.

Three things are added: the samples of a step are capped, sample n of step i is drawn from a function, and what
happened is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.responses import Response

Read = Callable[[Response], Hashable]
"""The answer in a response, None when it carries a red flag."""


@dataclass
class Votes:
    """One step's voting; `winner` is None where the cap ended it."""

    winner: Hashable = None
    counts: dict[Hashable, int] = field(default_factory=dict)
    samples: int = 0
    flagged: int = 0


@dataclass(frozen=True)
class Voting:
    """What the algorithms are given besides the input: M (drawn from), the parser, k, the rule, and the cap."""

    draw: Callable[[int, int], Response]
    read: Read
    k: int
    ahead: bool
    cap: int


def generate_solution(task: AnyTask, steps: int, voting: Voting) -> tuple[list[Votes], Hashable]:
    """Algorithm 1: vote on each step, and make the winner's state the input of the next."""
    record, x = [], task.start()
    for i in range(steps):
        votes = do_voting(i, voting)
        record.append(votes)
        if votes.winner is None:
            break
        x = task.apply(x, votes.winner)
    return record, x


def do_voting(i: int, voting: Voting) -> Votes:
    """Algorithm 2: count votes until the candidate just voted for is k ahead of every other (or first to k)."""
    votes = Votes()
    samples = (voting.draw(i, n) for n in range(voting.cap))
    while (y := get_vote(samples, voting.read, votes)) is not None:
        votes.counts[y] = votes.counts.get(y, 0) + 1
        others = [count for candidate, count in votes.counts.items() if candidate != y]
        if votes.counts[y] >= voting.k + (max(others, default=0) if voting.ahead else 0):
            votes.winner = y
            break
    return votes


def get_vote(samples: Iterator[Response], read: Read, votes: Votes) -> Hashable:
    """Algorithm 3: sample until a response carries no red flag; None when the cap is reached."""
    for r in samples:
        votes.samples += 1
        if (y := read(r)) is not None:
            return y
        votes.flagged += 1
    return None
