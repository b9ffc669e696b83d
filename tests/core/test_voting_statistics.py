"""The voting code against the equations: some 200,000 ballots, seeded, each figure within four standard errors.

A right fair draw misses four standard errors once in 16,000 comparisons; the seeds are fixed, so no run is unlucky.
"""

from __future__ import annotations

import math
from random import Random
from statistics import fmean, pstdev

import pytest

from maker_engine.core import scaling
from maker_engine.core.poll import Poll
from maker_engine.core.responses import Response
from maker_engine.core.voting import Ballot, FirstTo, FirstToAheadBy

RIGHT, WRONG = "right", "wrong"
SAID = Response("…")


def vote(rule, p, chance):
    """Cast votes, right with probability p, until the ballot is decided; return the winner and the votes."""
    ballot = Ballot()
    while True:
        candidate = RIGHT if chance() < p else WRONG
        ballot.add(candidate)
        if rule.wins(ballot, candidate):
            return candidate, ballot.total


def rounds(p, k, chance):
    """Sample in rounds, each of what the poll wants; return how many it took."""
    poll = Poll(FirstToAheadBy(k), 10_000)
    taken = 0
    while poll.winner is None:
        taken += 1
        for sample in [poll.ask() for _ in range(poll.wanted)]:
            poll.arrive(sample, SAID, RIGHT if chance() < p else WRONG)
    return taken


def agrees(observed, expected):
    """Whether the mean of what was observed lies within four standard errors of what was expected."""
    return abs(fmean(observed) - expected) <= 4 * pstdev(observed) / math.sqrt(len(observed)) + 1e-9


def ballots(rule, p, number):
    """Decide many ballots; return for each whether right won (1 or 0), and its votes."""
    chance = Random(20_2511).random
    results = [vote(rule, p, chance) for _ in range(number)]
    return [float(winner == RIGHT) for winner, _ in results], [votes for _, votes in results]


@pytest.mark.parametrize(
    ("p", "k", "number"),
    [(0.55, 1, 30_000), (0.6, 2, 30_000), (0.7, 3, 30_000), (0.6, 5, 10_000), (0.9, 2, 30_000), (0.95, 2, 30_000)],
)
def test_ahead_by_k_is_the_gamblers_ruin(p, k, number):
    """Between two candidates the right one wins as often as Eq. 9 says, after as many votes as Eq. 16 says."""
    right, votes = ballots(FirstToAheadBy(k), p, number)
    assert agrees(right, scaling.step_success(p, k))
    assert agrees(votes, scaling.expected_votes(p, k))


@pytest.mark.parametrize(("p", "k"), [(0.6, 3), (0.8, 3)])
def test_first_to_k_errs_and_ends_as_derived(p, k):
    """First-to-k is wrong as often, and takes as many votes, as its formulas say."""
    right, votes = ballots(FirstTo(k), p, 20_000)
    assert agrees(right, 1 - scaling.first_to_error(p, k))
    assert agrees(votes, scaling.first_to_votes(p, k))


@pytest.mark.parametrize(("p", "k"), [(0.6, 3), (0.8, 4), (0.95, 3)])
def test_rounds_are_as_many_as_derived(p, k):
    """Asking k − margin samples at once, a step takes as many rounds as the Markov chain says."""
    chance = Random(20_2511).random
    assert agrees([rounds(p, k, chance) for _ in range(8_000)], scaling.expected_rounds(p, k))


def test_several_rivals_do_no_worse_than_one():
    """Eq. 9 is the worst case: wrong votes spread over three rivals let the right answer win more often."""
    chance = Random(20_2511).random
    rule, wins = FirstToAheadBy(2), 0
    for _ in range(10_000):
        ballot, candidate = Ballot(), None
        while candidate is None or not rule.wins(ballot, candidate):
            candidate = RIGHT if (drawn := chance()) < 0.6 else int(drawn * 1000) % 3
            ballot.add(candidate)
        wins += candidate == RIGHT
    assert wins / 10_000 > scaling.step_success(0.6, 2)
