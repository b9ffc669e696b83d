"""Votes without a task: one, and many that do not depend on each other."""

from __future__ import annotations

import threading
from zlib import crc32

import pytest

import maker_engine as maker
from maker_engine.core.answers import Integer
from tests.core.answers.test_forms import FORMS, NAMES

SUMS = [f"What is {n} + {n}?" for n in range(20)]


def test_one_vote_needs_no_task():
    """A vote has an answer, the votes for each, the flags and the margin."""
    said = iter(["yes", "no", "maybe", "no", "no", "no"])
    ballot = maker.vote("Is 91 prime?", maker.Choice("yes", "no"), model=lambda _: next(said), k=3, concurrency=1)
    assert (ballot.ok, ballot.answer, ballot.votes, ballot.margin) == (True, "no", (("no", 4), ("yes", 1)), 3)
    assert [flag.rule for flag in ballot.flags] == ["malformed"]
    assert repr(ballot) == "<Ballot answer 'no', votes {'no': 4, 'yes': 1}, 1 flagged, margin 3>"


def test_many_votes_keep_their_order():
    """Each ballot has its own prompt, answer and margin, in the order of the prompts, whoever answers."""
    ballots = maker.vote_many(SUMS, Integer(), model="sim:p=0.8,v=0.9", k=4)
    assert [ballot.answer for ballot in ballots] == [2 * n for n in range(20)]
    assert [ballot.prompt for ballot in ballots] == SUMS
    assert all(ballot.margin == 4 and ballot.simulated for ballot in ballots)
    assert ballots.totals.samples == sum(len(b.flags) + sum(votes for _, votes in b.votes) for b in ballots)


def test_ballots_are_taken_at_the_same_time():
    """Calls for different prompts are under way at once, and a guess about one is never thrown away for another."""
    meeting = threading.Barrier(4, timeout=60)

    def model(prompt):
        meeting.wait()  # no call returns before four are under way
        return prompt.split()[2]

    ballots = maker.vote_many(SUMS[:4], Integer(), model=model, k=1, concurrency=4)
    assert [ballot.answer for ballot in ballots] == [0, 1, 2, 3]
    assert (ballots.totals.wasted, ballots.totals.samples) == (0, 4)


def test_one_that_is_undecided_leaves_the_others_alone():
    """A ballot that splits, or is flagged throughout, has no answer and a reason; those beside it are decided."""
    turn = iter("xy" * 50)

    def model(prompt):
        return {"split": lambda: next(turn), "noise": lambda: "?"}.get(str(prompt.split()[0]), lambda: "x")()

    prompts = ("plain", "split", "noise", "plain")
    ballots = maker.vote_many(prompts, maker.Choice("x", "y"), model=model, k=3, max_samples=20, concurrency=1)
    assert [ballot.answer for ballot in ballots] == ["x", None, None, "x"]
    assert ballots[1].reason == "undecided after 20 samples"
    assert (dict(ballots[1].votes), ballots[1].margin) == ({"x": 10, "y": 10}, 0)
    assert "looks hopeless" in ballots[2].reason


def test_a_limit_is_of_all_of_them_together():
    """A limit ends the votes; what was decided stays, the rest says why it is not."""
    ballots = maker.vote_many(SUMS, Integer(), model="sim:p=1,v=1", k=2, limit_samples=10)
    assert [ballot.ok for ballot in ballots] == [True] * 5 + [False] * 15
    assert "10 of 10 samples" in ballots[5].reason


def test_a_text_is_no_list_of_prompts():
    """One text given for many is refused instead of being asked letter by letter."""
    with pytest.raises(maker.InputError, match="got one text"):
        maker.vote_many("yes?", maker.Choice("yes", "no"), model="sim")


@pytest.mark.parametrize("name", NAMES)
def test_every_form_can_be_simulated(name):
    """Simulated agents answer in every form, err in it, and write what is flagged; right is one answer a prompt."""
    form = FORMS[name]
    ballots = maker.vote_many([f"Case {n}?" for n in range(20)], form, model="sim:p=0.8,v=0.7", k=5)
    assert [ballot.answer for ballot in ballots] == [
        form.example(crc32(f"\nCase {n}?\n\n{form.sentence}".encode())) for n in range(20)
    ]
    assert sum(len(ballot.votes) > 1 for ballot in ballots) > 5
    assert {flag.rule for ballot in ballots for flag in ballot.flags} >= {"malformed", "refusal"}
