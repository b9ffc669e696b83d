"""One step's poll: what may be asked for, and what counts when."""

from __future__ import annotations

from maker_engine.core.poll import Poll
from maker_engine.core.responses import Flag, Response
from maker_engine.core.voting import FirstTo, FirstToAheadBy

SAID = Response("…")
FLAG = Flag("malformed", "not an answer")


def asked(number, rule=None, max_samples=100):
    """A poll (ahead by 3) with so many samples asked for."""
    poll = Poll(rule or FirstToAheadBy(3), max_samples)
    for _ in range(number):
        poll.ask()
    return poll


def test_samples_are_numbered_in_launch_order():
    """The samples of a step are numbered 0, 1, 2, … as they are asked for."""
    poll = asked(0)
    assert [poll.ask() for _ in range(3)] == [0, 1, 2]


def test_samples_in_flight_are_not_asked_for_again():
    """What is needed in any case is k − margin less what is in flight."""
    assert [asked(number).wanted for number in range(4)] == [3, 2, 1, 0]


def test_an_early_arrival_is_known_but_not_counted():
    """A response that overtook an earlier one tells how many to ask for, and does not vote yet."""
    poll = asked(3)
    assert poll.arrive(2, SAID, "A") == []
    assert (poll.counted, poll.in_flight, poll.wanted) == (0, 2, 0)


def test_the_gap_filled_counts_all_that_waited():
    """When the missing sample arrives, all that waited behind it count, in launch order."""
    poll = asked(3)
    poll.arrive(2, SAID, FLAG)
    poll.arrive(1, SAID, "A")
    assert [counted.sample for counted in poll.arrive(0, SAID, "A")] == [0, 1, 2]
    assert (poll.counted, poll.ballot.rows()) == (3, (("A", 2),))


def test_a_rival_known_early_asks_for_more():
    """Two answers that differ raise what is needed before either is counted."""
    poll = asked(3)
    poll.arrive(1, SAID, "A")
    poll.arrive(2, SAID, "B")
    assert poll.wanted == 2


def test_nothing_counts_after_the_winner():
    """A decided poll counts no further response and wants none."""
    poll = asked(2, FirstTo(1))
    poll.arrive(1, SAID, "B")
    assert [counted.sample for counted in poll.arrive(0, SAID, "A")] == [0]
    assert (poll.winner, poll.wanted, poll.exhausted) == ("A", 0, False)


def test_the_cap_bounds_what_is_wanted():
    """No more is wanted than the cap still allows."""
    assert asked(3, FirstToAheadBy(9), max_samples=5).wanted == 2


def test_a_poll_is_exhausted_when_the_last_sample_counts():
    """Undecided with every allowed sample counted, a poll is exhausted: not while one of them is in flight."""
    poll = asked(2, FirstToAheadBy(2), max_samples=2)
    poll.arrive(1, SAID, "B")
    assert not poll.exhausted
    poll.arrive(0, SAID, "A")
    assert poll.exhausted
