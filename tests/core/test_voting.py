"""Idea 2: ballots, margins, and when a ballot is decided."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.voting import Ballot, FirstTo, FirstToAheadBy, most_dissent
from tests.support.driving import modest

votes = st.lists(st.sampled_from("ABCD"), max_size=40)
rules = st.builds(lambda rule, k: rule(k), st.sampled_from([FirstToAheadBy, FirstTo]), st.integers(1, 6))


def ballot(cast):
    """A ballot after these votes."""
    made = Ballot()
    for candidate in cast:
        made.add(candidate)
    return made


def deciding_vote(rule, cast):
    """Count the votes until one decides; return how many and for whom, or None."""
    counted = Ballot()
    for number, candidate in enumerate(cast, 1):
        counted.add(candidate)
        if rule.wins(counted, candidate):
            return number, candidate
    return None


@modest
@given(votes)
def test_every_vote_is_counted_once(cast):
    """A ballot's rows are the votes counted by candidate, in order of first appearance."""
    counted = ballot(cast)
    assert counted.rows() == tuple((candidate, cast.count(candidate)) for candidate in dict.fromkeys(cast))
    assert (counted.total, len(counted)) == (len(cast), len(set(cast)))


@modest
@given(votes, st.sampled_from("ABCDE"))
def test_the_margin_is_over_the_strongest_rival(cast, candidate):
    """A candidate's margin is its votes less the most that any other has, 0 for no other."""
    rivals = [cast.count(other) for other in set(cast) - {candidate}]
    assert ballot(cast).margin(candidate) == cast.count(candidate) - max(rivals, default=0)


@modest
@given(votes.filter(bool))
def test_the_margin_of_a_ballot_is_its_leaders(cast):
    """Asked for no candidate's margin, a ballot gives the leader's, which is never negative."""
    counted = ballot(cast)
    assert counted.margin() == counted.margin(counted.leader) >= 0


@modest
@given(votes.filter(bool))
def test_a_tie_leads_for_the_first_to_get_there(cast):
    """The leader has the most votes; of several with as many, it is the one that had them first."""
    most = max(map(cast.count, cast))
    reached = {candidate: [at for at, vote in enumerate(cast) if vote == candidate] for candidate in set(cast)}
    first = min((places[most - 1], candidate) for candidate, places in reached.items() if len(places) == most)
    assert ballot(cast).leader == first[1]


def test_an_empty_ballot_leads_for_nobody():
    """Before the first vote there is no leader, no vote and no row."""
    empty = Ballot()
    assert (empty.leader, empty.total, empty.rows(), empty.votes("A")) == (None, 0, (), 0)


def test_candidates_are_compared_exactly():
    """Answers that differ in anything at all are different candidates."""
    assert ballot([(1, 2), (2, 1), "1", 1]).rows() == (((1, 2), 1), ((2, 1), 1), ("1", 1), (1, 1))


@pytest.mark.parametrize("rule", [FirstToAheadBy, FirstTo])
@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_unanimity_wins_at_exactly_k(rule, k):
    """A candidate without a rival is decided by its k-th vote, and not before."""
    assert deciding_vote(rule(k), "A" * 20) == (k, "A")


@modest
@given(votes, st.integers(1, 6))
def test_ahead_is_decided_where_the_paper_says(cast, k):
    """First-to-ahead-by-k is decided by the first vote that puts its candidate k above the largest other count."""
    expected = None
    for number, candidate in enumerate(cast, 1):
        counts = {other: cast[:number].count(other) for other in cast[:number]}
        if counts.pop(candidate) >= k + max(counts.values(), default=0):
            expected = number, candidate
            break
    assert deciding_vote(FirstToAheadBy(k), cast) == expected


@modest
@given(votes, rules)
def test_needed_votes_for_the_leader_decide(cast, rule):
    """Given exactly as many votes as are needed, and no fewer, the leader of an undecided ballot is decided."""
    cast = cast[: (deciding_vote(rule, cast) or (41,))[0] - 1]
    leader = ballot(cast).leader or "A"
    needed = rule.needed(ballot(cast))
    assert needed >= 1
    assert deciding_vote(rule, [*cast, *[leader] * 50]) == (len(cast) + needed, leader)


@modest
@given(votes, st.sampled_from("ABCDE"), rules)
def test_one_vote_brings_a_decision_at_most_one_vote_nearer(cast, candidate, rule):
    """Whoever a vote is for, it lowers the number needed by one at most: so no fewer than `needed` can decide."""
    assert rule.needed(ballot([*cast, candidate])) >= rule.needed(ballot(cast)) - 1


@pytest.mark.parametrize("k", [2, 3, 4])
def test_two_candidates_are_decided_at_the_parity_of_k(k):
    """Between two candidates a margin of k falls after k, k + 2, k + 4, … votes, so for k = 3 after 3, 5, 7."""
    decided = {deciding_vote(FirstToAheadBy(k), cast) for cast in product("AB", repeat=9)} - {None}
    assert {number for number, _ in decided} == set(range(k, 10, 2))


def test_a_third_candidate_allows_the_other_parity():
    """With three candidates a margin of 3 can fall after an even number of votes."""
    assert deciding_vote(FirstToAheadBy(3), "ABCAAA") == (6, "A")


def test_the_pathological_step_takes_18_votes():
    """A race of three candidates as at the paper's step 10241 (App. D) lasts 18 votes ahead by 3, and 6 first to 3."""
    race = "ABCABA" + "CBCACBABC" + "AAA"
    assert deciding_vote(FirstToAheadBy(3), race) == (18, "A")
    assert deciding_vote(FirstTo(3), race) == (6, "A")


@modest
@given(st.lists(st.sampled_from("AB"), min_size=11, max_size=11), st.integers(1, 6))
def test_first_to_k_ends_by_2k_minus_1(cast, k):
    """Between two candidates first-to-k takes at most 2k − 1 votes."""
    assert deciding_vote(FirstTo(k), cast)[0] <= 2 * k - 1


@modest
@given(votes, st.integers(1, 6))
def test_first_to_k_never_ends_later(cast, k):
    """At the same k, first-to-k has ended by the vote at which first-to-ahead-by-k ends."""
    ahead = deciding_vote(FirstToAheadBy(k), cast)
    assert ahead is None or deciding_vote(FirstTo(k), cast)[0] <= ahead[0]


def test_a_limit_on_dissent_is_a_least_agreement():
    """With as many votes against it as are allowed, k ahead is the share of all votes that was asked for, or more."""
    for k in range(1, 30):
        for agreement in (0.1, 0.2, 1 / 3, 0.5, 0.6, 0.75, 1.0):
            against = most_dissent(k, agreement)
            assert k / (k + 2 * against) >= agreement - 1e-9
            assert k / (k + 2 * against + 2) < agreement
