"""However far the solver looks ahead, and however wrong its guesses are, it decides what Algorithms 1-3 decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, strategies as st

from maker_engine.core.decomposition import Ask, Do
from maker_engine.core.poll import ARRIVAL
from maker_engine.core.record.commands import CastVote, Decide, Strike
from maker_engine.core.record.events import (
    PersonVoted,
    ResponseWasted,
    SampleAsked,
    SampleWasted,
    StepDecided,
    StepReused,
    StepUndecided,
)
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import is_extra
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from tests.core.test_solver import TASK, polls, seeds, sequentially
from tests.support.driving import Drive, modest, thorough
from tests.support.toy import Count, Interrupted, answer


@dataclass(frozen=True)
class Drafted(Count):
    """Counting, with a draft that is right where `luck` says so."""

    luck: int = 0b101

    def draft(self, state: int) -> int:
        moves, hour = divmod(state, self.hours)
        return (hour + 1 + (self.luck >> moves & 1)) % self.hours


@st.composite
def plans(draw):
    """A poll with a window, hedges, a draft and a limit on waste."""
    settings, responses = draw(polls())
    settings = replace(
        settings,
        window=draw(st.integers(1, 6)),
        hedge=draw(st.integers(0, 3)),
        max_waste=draw(st.sampled_from([0.0, 0.1, 1.0])),
        draft=draw(st.sampled_from(["", "task", "model"])),
        voters=draw(st.integers(1, 3)),
    )
    task = Drafted(length=3, luck=draw(st.integers(0, 7))) if settings.draft == "task" else TASK
    return task, settings, responses


class Ahead(Drive):
    """Drives a solver that looks ahead; drafts are answered by `drafts`, samples by the poll."""

    def ask(self, room: int):
        requests = self.solver.requests(room, ahead=True)
        self.in_flight += requests
        self._keep([SampleWasted(one.step, one.sample) for one in requests if is_extra(one)])
        now = [one for one in requests if one.step == self.solver.step and not is_extra(one)]
        self._keep([SampleAsked(one.step, one.sample) for one in now])
        return requests


@thorough
@given(plans(), seeds)
def test_looking_ahead_changes_no_decision(plan, dice):
    """Decisions, votes, flags and the last state equal the sequential ones for any window, hedge, draft and order."""
    task, settings, responses = plan
    driven = Ahead(Solver(task, settings)).to_the_end(responses, dice)
    assert (driven.record(), driven.solver.state) == sequentially(settings, responses)


@modest
@given(plans(), seeds)
def test_the_stream_of_events_is_that_of_a_run_that_does_not_look_ahead(plan, dice):
    """Waste and asking left out, the same events come in the same order: squashed work is told of only as waste."""
    task, settings, responses = plan
    ahead = Ahead(Solver(task, settings)).to_the_end(responses, dice)
    plain = Drive(Solver(TASK, replace(settings, window=1, hedge=0, draft=""))).to_the_end(responses, Random(0))
    asking = SampleAsked | SampleWasted | ResponseWasted
    kept = [[one for one in driven.events if not isinstance(one, asking)] for driven in (ahead, plain)]
    assert kept[0] == kept[1]


@modest
@given(plans(), seeds)
def test_every_sample_drawn_is_counted_or_wasted(plan, dice):
    """No response is paid for and forgotten: what is in flight at the end is given up."""
    task, settings, responses = plan
    driven = Ahead(Solver(task, settings)).to_the_end(responses, dice)
    driven._keep(driven.solver.hang_up())
    assert driven.solver.drawn == driven.live.totals.samples + driven.live.totals.wasted
    assert driven.solver.wasted == driven.live.totals.wasted


@modest
@given(plans(), seeds)
def test_live_state_equals_the_fold(plan, dice):
    """The state folded as it happened is the fold of the recorded events."""
    driven = Ahead(Solver(plan[0], plan[1])).to_the_end(plan[2], dice)
    assert driven.live.snapshot() == RunState.fold(driven.events).snapshot()


@modest
@given(plans(), seeds)
def test_steps_are_committed_in_order(plan, dice):
    """Step numbers of decisions count up from 0 without a gap."""
    driven = Ahead(Solver(plan[0], plan[1])).to_the_end(plan[2], dice)
    decided = [event.step for event in driven.events if isinstance(event, StepDecided)]
    assert decided == list(range(len(decided)))


def test_with_right_guesses_nothing_is_wasted():
    """A unanimous model at any window draws exactly k samples a step."""
    task = Count(length=40)
    driven = Ahead(Solver(task, Settings(k=3, window=8)))
    driven.to_the_end(lambda step, _: answer((step + 1) % 8), Random(1))
    assert (driven.solver.drawn, driven.solver.wasted) == (120, 0)


def test_an_exact_draft_opens_the_whole_window_at_once():
    """With a draft that is right, and all samples at stake, nothing waits: window × k samples are asked for at once."""
    settings = Settings(k=3, window=8, draft="task", max_waste=1.0)
    driven = Ahead(Solver(Drafted(length=40, luck=0), settings))
    assert len(driven.ask(1000)) == 24


def test_a_wrong_first_vote_squashes_what_was_built_on_it():
    """Two votes against the first one turn the prediction, and the step behind is opened again."""
    driven = Ahead(Solver(Count(length=5), Settings(k=3, window=2, max_waste=1.0)))
    says = [answer(5), answer(1), answer(1)]
    driven.ask(100)
    driven.arrive(0, lambda *_: says[0])
    first = driven.ask(100)
    driven.in_flight.sort(key=lambda one: one.step)
    driven.arrive(0, lambda *_: says[1])
    driven.arrive(0, lambda *_: says[2])
    second = driven.ask(100)
    ahead = [[one.prompt.user for one in group if one.step == 1][:1] for group in (first, second)]
    assert ahead == [["hour = 5, hours = 8"], ["hour = 1, hours = 8"]]
    assert driven.live.totals.wasted == 3


def test_neither_effects_nor_questions_are_looked_ahead_to():
    """An effect is not run and a person not asked on a guess."""
    for due in (Do("effect", "{}"), Ask("question")):
        driven = Ahead(Solver(Interrupted(due=due), Settings(k=1, window=5)))
        driven.ask(100)
        driven.solver.requests(100, ahead=True)
        assert driven.solver.steps_ahead == 0


@modest
@given(seeds, st.sampled_from([0.0, 0.05, 0.1, 0.3]), st.sampled_from([0.0, 0.1, 0.35]), st.integers(1, 120))
def test_waste_keeps_within_its_limit_whenever_the_run_ends(dice, share, wrong, turns):
    """However wrong the guesses are, and however short the run: what was drawn ahead for nothing is at most its share.

    Both what was squashed so far and what would be if the run ended now.
    """
    driven = Ahead(Solver(Count(length=100), Settings(k=3, window=16, max_waste=share)))
    noisy = {}

    def responses(step, sample):
        return answer(noisy.setdefault((step, sample), (step + 1 + (dice.random() < wrong)) % 8))

    for _ in range(turns):
        if driven.over:
            break
        driven.ask(dice.randint(1, 40))
        driven.arrive(int(dice.random() * len(driven.in_flight)), responses)
    driven._keep(driven.solver.hang_up())
    assert driven.live.totals.guessed_wrong == driven.solver.guessed_wrong
    assert driven.solver.guessed_wrong <= share * driven.solver.drawn


@modest
@given(seeds, st.sampled_from([2, 3]), st.sampled_from([0.1, 0.4]))
def test_a_run_that_nobody_meddles_with_wastes_on_guesses_alone(dice, k, wrong):
    """Nothing is left in flight for a step when it is decided: the whole waste of a run is within its limit."""
    driven = Ahead(Solver(Count(length=30), Settings(k=k, window=8)))
    noisy = {}

    def responses(step, sample):
        return answer(noisy.setdefault((step, sample), (step + 1 + (dice.random() < wrong)) % 8))

    while not driven.over:
        driven.ask(8 - len(driven.in_flight))
        driven.arrive(int(dice.random() * len(driven.in_flight)), responses)
    assert driven.solver.wasted == driven.solver.guessed_wrong <= 0.1 * driven.solver.drawn


def test_all_samples_may_be_at_stake():
    """A share of 100 % is not a limit: the window is as wide as it was ordered from the first answer on."""
    driven = Ahead(Solver(Count(length=40), Settings(k=3, window=8, max_waste=1.0)))
    driven.ask(100)
    driven.arrive(0, lambda *_: answer(1))
    assert len(driven.ask(100)) == 3
    assert driven.solver.steps_ahead == 1


def test_near_the_end_of_what_may_be_drawn_nothing_is_drawn_ahead_that_could_not_be_used():
    """With a limit on samples a unanimous run wastes none of them: its last ones go to the open step."""
    for limit in range(1, 90):
        driven = Ahead(Solver(Count(length=40), Settings(k=3, window=8, max_waste=1.0)))
        while True:
            left = limit - driven.solver.drawn
            requests = driven.solver.requests(min(left, 8), ahead=True, left=left)
            driven.in_flight += requests
            driven._keep([SampleAsked(one.step, one.sample) for one in requests if one.step == driven.solver.step])
            if not driven.in_flight:
                break
            driven.arrive(0, lambda step, _: answer((step + 1) % 8))
        driven._keep(driven.solver.hang_up())
        assert (driven.solver.drawn, driven.solver.wasted) == (limit, 0)


def test_a_request_that_cannot_be_afforded_is_not_made():
    """The first request that is refused, and all behind it, are neither asked for nor counted as drawn."""
    solver = Solver(Count(length=40), Settings(k=5, window=8, max_waste=1.0))
    purse = iter([True, True, False])
    asked = solver.requests(100, ahead=True, afford=lambda _: next(purse))
    assert ([one.sample for one in asked], solver.drawn) == ([0, 1], 2)
    assert solver.due is not None
    assert solver.due.sample == 2
    assert [one.sample for one in solver.requests(100)] == [2, 3, 4]
    assert solver.due is None


def test_second_calls_keep_within_the_room_that_there_is():
    """However many steps have a straggler, no more second calls go out than there is room for."""
    solver = Solver(Drafted(length=40, luck=0), Settings(k=3, window=4, draft="task", max_waste=1.0, hedge=2))
    driven = Ahead(solver)
    driven.ask(100)
    for number in range(4):
        driven.arrive(2 * number, lambda step, _: answer((step + 1) % 8))
    assert len(driven.ask(3)) == 2
    assert len(driven.ask(100)) == 6


def test_a_slow_sample_is_asked_for_twice_and_counted_once():
    """A hedge sends a second call for the straggler; whichever answers first is the sample, the other is waste."""
    driven = Ahead(Solver(Count(length=1), Settings(k=3, hedge=1)))
    driven.ask(10)
    driven.arrive(0, lambda *_: answer(1))
    driven.arrive(0, lambda *_: answer(1))
    copies = driven.ask(10)
    assert [(one.sample, one.copy) for one in copies] == [(2, 1)]
    assert driven.ask(10) == []
    driven.arrive(1, lambda *_: answer(1))
    assert driven.solver.finished
    assert not driven.solver.wants(driven.in_flight[0])
    assert (driven.solver.drawn, driven.solver.wasted) == (4, 1)


def test_in_arrival_order_the_fast_answers_decide():
    """Counting as responses arrive, a slow first sample does not hold the decision up."""
    driven = Ahead(Solver(Count(length=1), Settings(k=2, count=ARRIVAL, hedge=0)))
    driven.ask(10)
    driven.ask(10)
    driven.arrive(1, lambda *_: answer(1))
    assert [votes.counts for votes in driven.record()] == [{1: 1}]


def test_a_person_can_vote_decide_and_strike():
    """A person's vote counts as one, a struck candidate's votes are gone for good, and their word decides."""
    solver = Solver(Count(length=2), Settings(k=2, max_samples=4))
    driven = Drive(solver)
    for hour in (1, 2):
        driven.ask(1)
        driven.arrive(0, lambda *_, hour=hour: answer(hour))
    driven._keep(solver.obey(Strike(2, "ada")))
    tally = driven.live.snapshot().open
    assert tally is not None
    assert (tally.rows, tally.margin) == (((1, 1),), 1)
    driven.ask(1)
    driven.arrive(0, lambda *_: answer(2))
    assert driven.live.totals.flagged == 1
    driven._keep(solver.obey(CastVote(1, "ada")))
    assert solver.decided
    driven._keep(solver.commit())
    driven._keep(solver.obey(Decide(2, "bob")))
    driven._keep(solver.commit())
    assert solver.finished
    assert [event.answer for event in driven.events if isinstance(event, StepDecided)] == [1, 2]
    assert any(isinstance(event, PersonVoted) and event.voter == "ada" for event in driven.events)


def test_an_escalated_step_gets_a_fresh_ballot():
    """The stronger model's votes are counted from nothing, and it alone is asked."""
    driven = Drive(Solver(Count(length=1), Settings(k=2, max_samples=4)))
    hours = iter([1, 2, 1, 2])
    while not driven.solver.undecided:
        driven.ask(1)
        driven.arrive(0, lambda *_: answer(next(hours)))
    driven._keep(driven.solver.escalate("strong"))
    assert driven.live.snapshot().open.rows == ()
    requests = driven.ask(10)
    assert {one.voter for one in requests} == {-2}
    for _ in requests:
        driven.arrive(0, lambda *_: answer(1))
    assert driven.solver.finished
    assert sum(isinstance(event, StepUndecided) for event in driven.events) == 1


def test_a_decision_is_reused_for_an_identical_prompt_only_when_asked_to():
    """With reuse the second round of the clock draws nothing and says where its decisions come from."""
    task = Count(length=16)
    plain, reusing = (
        Drive(Solver(task, Settings(k=2, reuse=reuse))).to_the_end(lambda step, _: answer((step + 1) % 8), Random(1))
        for reuse in (False, True)
    )
    assert (plain.solver.drawn, reusing.solver.drawn) == (32, 16)
    origins = [(event.step, event.origin) for event in reusing.events if isinstance(event, StepReused)]
    assert origins == [(step, step - 8) for step in range(8, 16)]
    assert reusing.solver.state == plain.solver.state
    assert reusing.live.totals.reused == 8
