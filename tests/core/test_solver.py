"""Whatever the order of arrival, the solver is Algorithms 1-3 run one sample at a time."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from maker_engine.core.algorithm import Voting, generate_solution
from maker_engine.core.record.events import (
    ResponseFlagged,
    ResponseWasted,
    SampleAsked,
    StepDecided,
    StepOpened,
    StepUndecided,
    VoteCast,
)
from maker_engine.core.record.state import RunState
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings, default_max_samples
from tests.support.driving import Drive, drive, in_turn, modest, saying, thorough
from tests.support.toy import FLAGGED, Count, answer, read

TASK = Count(length=3)


@st.composite
def polls(draw):
    """Settings, and what every sample of every step says: one to four candidates, and red flags of every kind."""
    k = draw(st.integers(1, 5))
    rule = draw(st.sampled_from(["ahead", "first"]))
    settings = Settings(k=k, rule=rule, max_samples=draw(st.integers(k, 40)))
    sayings = [*range(draw(st.integers(1, 4))), *sorted(FLAGGED)]
    steps = draw(st.lists(st.lists(st.sampled_from(sayings), min_size=1, max_size=40), min_size=3, max_size=3))

    def responses(step, sample):
        said = steps[step][sample % len(steps[step])]
        return FLAGGED[said] if isinstance(said, str) else answer(said)

    return settings, responses


def sequentially(settings, responses):
    """Run the paper's algorithms; return each step's votes and the last state."""
    reading = lambda response: read(response, TASK.hours)  # noqa: E731 - a name for one argument
    voting = Voting(responses, reading, settings.k, settings.rule == "ahead", settings.max_samples)
    return generate_solution(TASK, TASK.length, voting)


seeds = st.integers(0, 2**32).map(Random)


@thorough
@given(polls(), seeds)
def test_any_order_of_arrival_gives_the_sequential_result(poll, dice):
    """Decisions, votes, flags, samples drawn and the last state are the sequential algorithm's, whoever answers first.

    Samples are counted when they are asked for, so this is also the rule that parallel voting costs no extra sample.
    """
    driven = Drive(Solver(TASK, poll[0])).to_the_end(poll[1], dice)
    assert (driven.record(), driven.solver.state) == sequentially(*poll)


@modest
@given(polls(), seeds)
def test_nothing_is_in_flight_at_a_decision(poll, dice):
    """When a step is decided or given up, every sample asked for it has arrived: none was asked in vain."""
    driven = Drive(Solver(TASK, poll[0]))
    while not driven.over:
        driven.ask(dice.randint(1, 8))
        if any(isinstance(event, StepDecided | StepUndecided) for event in driven.arrive(0, poll[1])):
            assert driven.in_flight == []


@modest
@given(polls(), seeds)
def test_responses_count_in_launch_order(poll, dice):
    """The stream of events, asking left out, is the same for every order of arrival."""
    scattered = Drive(Solver(TASK, poll[0])).to_the_end(poll[1], dice)
    orderly = in_turn(Drive(Solver(TASK, poll[0])), poll[1])
    told = [[event for event in driven.events if not isinstance(event, SampleAsked)] for driven in (scattered, orderly)]
    assert told[0] == told[1]


@modest
@given(polls(), seeds)
def test_live_equals_replay(poll, dice):
    """After every event, the state folded so far is the state folded anew from the journal."""
    driven = Drive(Solver(TASK, poll[0])).to_the_end(poll[1], dice)
    live = RunState()
    for number, event in enumerate(driven.events, 1):
        live.record(event)
        assert live.snapshot() == RunState.fold(driven.events[:number]).snapshot()
    assert live.snapshot() == driven.live.snapshot()


@modest
@given(polls(), seeds)
def test_steps_are_committed_in_order(poll, dice):
    """Steps open and are decided 0, 1, 2, …, each in the state that the one before it ended in."""
    events = Drive(Solver(TASK, poll[0])).to_the_end(poll[1], dice).events
    opened = [(event.step, event.state) for event in events if isinstance(event, StepOpened)]
    decided = [(event.step, event.state) for event in events if isinstance(event, StepDecided)]
    starts = [(0, TASK.start()), *((step + 1, state) for step, state in decided)]
    assert opened == starts[: len(opened)]
    assert len(starts) - len(opened) == (len(decided) == TASK.length)


@modest
@given(polls(), seeds)
def test_the_state_changes_by_apply_alone(poll, dice):
    """The state stays what it is until a step is decided, and is then what `apply` makes of the winner."""
    driven = Drive(Solver(TASK, poll[0]))
    while not driven.over:
        before = driven.solver.state
        driven.ask(dice.randint(1, 8))
        assert driven.solver.state == before
        events = driven.arrive(dice.randrange(len(driven.in_flight)), poll[1])
        winners = [event.answer for event in events if isinstance(event, StepDecided)]
        assert driven.solver.state == (TASK.apply(before, *winners) if winners else before)


def test_a_unanimous_run_draws_k_samples_a_step():
    """Where all agree, every step costs exactly k samples."""
    driven = in_turn(drive(k=3), saying(1))
    assert [votes.samples for votes in driven.record()] == [3, 3, 3]


def test_all_needed_samples_are_asked_at_once():
    """With room for them, k − margin samples go out together, and no more until one arrives."""
    driven = drive(k=4)
    assert len(driven.ask(100)) == 4
    assert driven.ask(100) == []


def test_room_is_respected():
    """Never are more samples asked for than there is room."""
    driven = drive(k=4)
    assert [len(driven.ask(room)) for room in (3, 0, 3)] == [3, 0, 1]


def test_a_dissenting_vote_asks_for_one_more_on_each_side():
    """A vote against the leader is answered with two further samples: its own place, and the margin it took."""
    driven = drive(k=3)
    driven.ask(8)
    for _ in range(3):
        driven.arrive(0, saying(1, 1, 2))
    assert len(driven.ask(8)) == 2


def test_a_flagged_response_is_replaced_by_one_sample():
    """A discarded response changes no margin, so exactly one sample takes its place."""
    driven = drive(k=3)
    driven.ask(8)
    driven.arrive(1, lambda *_: FLAGGED["malformed"])
    assert len(driven.ask(8)) == 1


def test_an_early_arrival_waits_its_turn():
    """A response that overtakes an earlier sample brings no event until that one has come."""
    driven = drive(k=2)
    driven.ask(2)
    assert driven.arrive(1, saying(1)) == []
    events = driven.arrive(0, saying(1))
    assert [event.sample for event in events if isinstance(event, VoteCast)] == [0, 1]


def test_a_late_response_is_paid_for_and_counts_for_nothing_else():
    """A response to a step that is over changes no state and no vote; what it cost is told."""
    driven = drive(k=1)
    (request,) = driven.ask(1)
    driven.arrive(0, saying(1))
    before = driven.solver.state
    assert driven.solver.receive(request, answer(2)) == [ResponseWasted(0, answer(2))]
    assert driven.solver.state == before


def test_a_response_after_the_end_is_paid_for_and_counts_for_nothing_else():
    """A response to a finished run is told as waste alone."""
    driven = drive(Count(length=1), k=1)
    (request,) = driven.ask(1)
    driven.arrive(0, saying(1))
    assert driven.solver.finished
    assert driven.solver.receive(request, answer(1)) == [ResponseWasted(0, answer(1))]


def test_a_response_that_comes_twice_counts_once():
    """A sample delivered a second time is neither vote nor flag, and brings no further request."""
    driven = drive(k=2)
    first, _ = driven.ask(2)
    driven.arrive(0, lambda *_: FLAGGED["malformed"])
    driven.ask(8)
    assert driven.solver.receive(first, FLAGGED["malformed"]) == [ResponseWasted(0, FLAGGED["malformed"])]
    assert driven.solver.requests(8) == []


def test_a_waiting_response_that_comes_twice_does_not_stall_the_poll():
    """A sample delivered twice before its turn leaves the poll as ready to go on as one delivered once."""
    driven = drive(Count(length=1), k=2)
    driven.ask(2)
    driven.in_flight *= 2
    for index in (1, 2, 0):
        driven.arrive(index, saying(2, 1))
    driven.in_flight.clear()
    assert in_turn(driven, saying(2, 1)).solver.finished


def test_a_plurality_is_no_decision():
    """At the cap a step without a winner is undecided, even with a clear leader, and the run stays where it is."""
    driven = in_turn(drive(k=3, max_samples=8), saying(0, 0, 1, 0, 1, 0, 1, 0))
    assert driven.events[-1] == StepUndecided(0, 8)
    assert not any(isinstance(event, StepDecided) for event in driven.events)
    assert (driven.solver.undecided, driven.solver.finished, driven.solver.state) == (True, False, 0)


def test_an_undecided_step_asks_for_nothing():
    """After the cap no further sample is asked for."""
    driven = in_turn(drive(k=2, max_samples=2), saying(1, 2))
    assert driven.solver.requests(8) == []


def test_flagged_samples_count_towards_the_cap():
    """A model that is always discarded ends undecided at the cap."""
    driven = in_turn(drive(k=1, max_samples=7), lambda *_: FLAGGED["refusal"])
    assert sum(isinstance(event, ResponseFlagged) for event in driven.events) == 7
    assert driven.events[-1] == StepUndecided(0, 7)


def test_the_last_sample_may_decide():
    """A step decided by the very sample that reaches the cap is decided."""
    driven = in_turn(drive(Count(length=1), k=3, max_samples=5), saying(1, 2, 1))
    assert driven.solver.finished
    assert driven.record()[0].samples == 5


def test_the_default_cap_leaves_room():
    """Without a cap of the user's, a step may draw 20 k samples, and at least 100."""
    assert [default_max_samples(k) for k in (1, 5, 6, 30)] == [100, 100, 120, 600]


def test_the_first_sample_is_the_best_guess():
    """Sample 0 of every step is asked for at the first temperature, the others at the other (§4.4)."""
    requests = drive(k=3, first_temperature=0.0, temperature=0.1).ask(3)
    assert [request.temperature for request in requests] == [0.0, 0.1, 0.1]


def test_a_request_carries_the_prompt_and_the_limit():
    """What is sent is the task's prompt for the state, with the red flag's token limit as the call's own."""
    (request,) = drive(k=1, flags=FlagRules(max_tokens=123)).ask(1)
    assert request.prompt == TASK.step(0).prompt
    assert request.max_tokens == 123


def test_a_run_can_start_anywhere():
    """Given a state and a step number, the solver goes on from there."""
    driven = in_turn(Drive(Solver(TASK, Settings(k=1), state=TASK.apply(0, 1), step=1)), saying(2))
    assert [event.step for event in driven.events if isinstance(event, StepDecided)] == [1, 2]


def test_a_task_without_steps_is_finished_at_once():
    """A task that has ended where it starts opens nothing and asks for nothing."""
    driven = drive(Count(length=0))
    assert driven.events == []
    assert driven.solver.finished


def test_the_oracle_is_not_needed():
    """A task that does not know the right answers is solved all the same."""

    class Blind(Count):
        oracle = None

    assert in_turn(drive(Blind()), saying(1)).solver.finished
