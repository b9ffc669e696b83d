"""Algorithms 1-3 as the paper writes them: one vote after another, with a plain dict for a vote table.

This is what a run decides. The solver draws many samples at once and many steps ahead, and is held to these sixty
lines by property tests: the same decisions, votes, flags, number of samples and last state, whoever answers first. It
keeps to them by four means:

* **Counted in launch order** (`poll.py`). Sample n of a step is the n-th that was asked for, not the n-th to come
  back; one that arrives before its turn waits. So `draw(i, n)` below is all that the outcome depends on. Counting as
  they arrive would prefer answers that come fast, and short wrong ones come faster than long right ones.
* **Asks of k − margin** (`voting.py`, `VotingRule.needed`). With a leader m votes ahead no run of the loop below ends
  within fewer than k − m further votes. So many are asked for at once, and nothing that the loop would not have drawn.
  Each red flag costs one more, and each vote against the leader two: its own place, and the margin that it took.
* **Speculation** (`lookahead.py`). While a step is being voted on, its leader predicts the state that the next step
  starts from, and samples of that step are drawn already. They are samples 0, 1, 2, … of that step in any case: a
  sample is a function of the state, the step and its number, and of nothing that happens meanwhile.
* **Squashing** (`lookahead.py`). Where a vote is decided otherwise than predicted, the steps opened from the wrong
  state are dropped with all their samples before one of them is counted: they are paid for, and decide nothing. A step
  is committed only as the first in flight, from the state that the decision before it led to.

Not in the paper: the samples of a step are capped (`cap`), so that a vote that will never be decided has an end with a
name; the rule may be first-to-k, to compare; and what happened is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.responses import Response

Read: TypeAlias = Callable[[Response], Hashable]
"""Returns the answer in a response, None where it carries a red flag."""


@dataclass
class Votes:
    """One step's voting; `winner` is None where the cap ended it."""

    winner: Hashable = None
    counts: dict[Hashable, int] = field(default_factory=dict)
    samples: int = 0
    flagged: int = 0


@dataclass(frozen=True)
class Voting:
    """What the algorithms are given besides the input.

    Attributes:
        draw: M: returns sample n of step i, both 0-based.
        read: The parser and the red flags.
        k: Votes that the winner needs more than every other candidate, ≥ 1.
        ahead: True for first-to-ahead-by-k, False for first-to-k.
        cap: Most samples of a step, those with a red flag included.
    """

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
