"""A run's state is a fold over its events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.record.events import (
    Outcome,
    ResponseFlagged,
    RunContinued,
    RunEnded,
    RunPaused,
    RunStarted,
    SampleAsked,
    SampleFailed,
    StepDecided,
    StepOpened,
    StepUndecided,
    VoteCast,
    WrongDecisionFound,
)
from maker_engine.core.record.snapshot import FLAG_TAIL, FlagRecord, Tally, Totals
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Flag
from tests.support.toy import answer

STARTED = RunStarted("count", "Counting", "3 hours of 8", "simulated", True, 3, "ahead", 1, 3, True)
FLAG = Flag("malformed", "not an answer", "…")
FAILED = SampleFailed(0, 2, "overload", "the provider is overloaded", 1.5)


def step(number, votes, winner=None, flagged=0):
    """The events of one step: a sample asked for each vote and flag, and the decision if there is a winner."""
    sayings = [*votes, *[FLAG] * flagged]
    events = [StepOpened(number, number), *(SampleAsked(number, sample) for sample in range(len(sayings)))]
    for sample, said in enumerate(sayings):
        kind = ResponseFlagged if isinstance(said, Flag) else VoteCast
        events.append(kind(number, sample, said, answer(1)))
    return [*events, StepDecided(number, winner, number + 1)] if winner is not None else events


def after(*events):
    """The snapshot after these events."""
    return RunState.fold(events).snapshot()


def test_nothing_has_happened_yet():
    """The fold of no events is a run with nothing in it."""
    blank = after()
    assert (blank.started, blank.open, blank.decided, blank.outcome, blank.paused) == (None, None, None, None, False)
    assert blank.totals == Totals()


def test_a_run_remembers_how_it_started():
    """What a run was started with can be read as long as it lasts."""
    assert after(STARTED, *step(0, [1], 1)).started == STARTED


def test_totals_add_up_over_steps():
    """Totals count steps, samples asked, votes, flags, tokens and dollars over the whole run."""
    totals = after(*step(0, [1, 1], 1), *step(1, [2, 2], 2, flagged=1)).totals
    assert totals == Totals(steps=2, asked=5, votes=4, flagged=1, tokens_in=50, tokens_out=25, cost_usd=1.25)
    assert totals.samples == 5


def test_flagged_responses_cost_too():
    """A discarded response is no vote, but its tokens and dollars are spent."""
    totals = after(*step(0, [], flagged=3)).totals
    assert (totals.votes, totals.flagged, totals.tokens_out, totals.cost_usd) == (0, 3, 15, 0.75)


@pytest.mark.parametrize(("votes", "dissent"), [([1, 1, 1], 0), ([1, 2, 1, 1, 1], 1), ([1, 2, 3, 1, 1, 1], 1)])
def test_a_step_with_dissent_counts_once(votes, dissent):
    """A decided step in which more than one answer got votes is one step with dissent, however many they were."""
    assert after(*step(0, votes, 1)).totals.dissent == dissent


def test_flags_are_no_dissent():
    """A discarded response does not make a step's agents disagree."""
    assert after(*step(0, [1, 1], 1, flagged=2)).totals.dissent == 0


def test_the_open_ballot_is_shown():
    """While a step is open its votes, margin, flags and samples in flight can be read."""
    tally = after(*step(4, [7, 8, 7], flagged=1), SampleAsked(4, 4)).open
    assert tally == Tally(4, ((7, 2), (8, 1)), winner=None, margin=1, asked=5, counted=4, flagged=1)
    assert (tally.votes, tally.in_flight) == (3, 1)


def test_a_decided_ballot_stays_to_be_seen():
    """After a decision the ballot is the last decided one, and none is open until the next step opens."""
    seen = after(*step(0, [7, 7], 7))
    assert seen.open is None
    assert (seen.decided.winner, seen.decided.margin, seen.decided.in_flight) == (7, 2, 0)


def test_nothing_is_in_flight_after_a_decision():
    """What was still asked for when a step was decided is no longer waited for."""
    extra = SampleAsked(0, 1)
    seen = after(StepOpened(0, 0), SampleAsked(0, 0), extra, VoteCast(0, 0, 7, answer(7)), StepDecided(0, 7, 1))
    assert (seen.decided.asked, seen.decided.in_flight) == (2, 0)


def test_the_next_step_starts_with_an_empty_ballot():
    """Votes, flags and samples of one step are not counted in the next."""
    seen = after(*step(0, [7, 7], 7, flagged=1), StepOpened(1, 1))
    assert seen.open == Tally(1)
    assert seen.decided.step == 0


def test_an_undecided_ballot_stays_open():
    """A step given up keeps its ballot for a person to look at, and decides nothing."""
    seen = after(*step(0, [1, 2]), StepUndecided(0, 2), RunEnded(Outcome.UNDECIDED, "step 0"))
    assert seen.open.rows == ((1, 1), (2, 1))
    assert (seen.decided, seen.totals.steps) == (None, 0)


def test_the_state_follows_the_steps():
    """The task's state is the one the open step began in, or the last decided one ended in."""
    assert [after(*events).state for events in (step(5, [1]), step(5, [1], 1))] == [5, 6]


def test_the_flag_log_is_a_bounded_tail():
    """Only the latest flags are kept, in order, so that a long run folds no slower than a short one."""
    flags = [ResponseFlagged(0, sample, FLAG, answer(1)) for sample in range(FLAG_TAIL + 5)]
    seen = after(StepOpened(0, 0), *flags)
    assert seen.flags == tuple(FlagRecord(0, sample, FLAG) for sample in range(5, FLAG_TAIL + 5))
    assert seen.totals.flagged == FLAG_TAIL + 5


def test_one_unknown_price_makes_the_cost_unknown():
    """If any response came without a price, the sum is known to be short, whatever came before and after."""
    unpriced = VoteCast(0, 1, 1, answer(1, cost_usd=None))
    totals = after(*step(0, [1]), unpriced, *step(1, [1])).totals
    assert (totals.cost_known, totals.cost_usd) == (False, 0.5)


def test_unknown_token_counts_add_nothing():
    """Tokens the provider did not report count as none."""
    totals = after(StepOpened(0, 0), VoteCast(0, 0, 1, answer(1, tokens_in=None, tokens_out=None))).totals
    assert (totals.tokens_in, totals.tokens_out) == (0, 0)


def test_a_run_pauses_and_goes_on():
    """A run is paused from `RunPaused` to `RunContinued`."""
    assert [after(*events).paused for events in ([RunPaused()], [RunPaused(), RunContinued()])] == [True, False]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_run_ends_with_an_outcome_and_a_reason(outcome):
    """How a run ended, and why in words, can be read from it."""
    seen = after(STARTED, RunEnded(outcome, "because"))
    assert (seen.outcome, seen.reason) == (outcome, "because")


def test_wrong_decisions_are_counted():
    """Every decision with which the oracle disagrees is counted."""
    assert after(WrongDecisionFound(0, 2, 1), WrongDecisionFound(1, 3, 2)).totals.wrong == 2


def test_a_failure_shows_until_an_answer_comes():
    """A failed call is counted, is not a sample, and is shown until the provider answers again."""
    failing, mended = after(StepOpened(0, 0), FAILED), after(FAILED, *step(0, [1]))
    assert (failing.failure, failing.totals.failures, failing.totals.samples) == (FAILED, 1, 0)
    assert (mended.failure, mended.totals.failures) == (None, 1)


def test_calls_that_timed_out_are_counted_among_those_that_failed():
    """A timeout is a failed call with a count of its own; other failures are not in it."""
    totals = after(FAILED, replace(FAILED, kind="timeout"), replace(FAILED, kind="timeout")).totals
    assert (totals.failures, totals.timeouts) == (3, 2)


@pytest.mark.parametrize(
    ("totals", "simulated", "cost"),
    [
        (Totals(), False, None),
        (Totals(), True, 0.0),
        (Totals(wasted=3, tokens_in=0), False, None),
        (Totals(votes=1), False, 0.0),
        (Totals(flagged=1, cost_known=False), False, None),
        (Totals(probes=1, cost_usd=0.5), False, 0.5),
        (Totals(wasted=1, cost_usd=0.5), False, 0.5),
    ],
)
def test_a_cost_is_known_once_a_response_has_shown_it(totals, simulated, cost):
    """Before the first response of a real model nobody knows whether it has a price; the simulated one's is known."""
    assert totals.cost(simulated=simulated) == cost


def test_a_snapshot_does_not_move():
    """What was read from a run stays as it was when the run goes on."""
    run = RunState.fold(step(0, [7]))
    seen = run.snapshot()
    kept = replace(seen, totals=replace(seen.totals))
    for event in [*step(0, [7], 7, flagged=1), RunPaused(), FAILED]:
        run.record(event)
    assert seen == kept
