"""Steps that nobody votes on: agents propose, a person is asked, a person amends."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from maker_engine.core.decomposition import Amendment, Done, Finished, Gather, Gathered, Said, Started
from maker_engine.core.record import decisions
from maker_engine.core.record.commands import Amend, Answer, CastVote, Decide
from maker_engine.core.record.events import (
    PersonAnswered,
    PersonAsked,
    ResponseWasted,
    SampleAsked,
    StepDecided,
    StepUndecided,
    WordsRefused,
)
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Response
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from tests.support.agreeing import Agree, number
from tests.support.driving import Drive, modest
from tests.support.toy import Count

MALFORMED = Response("no number at all")


def talk(*, n=4, **chosen):
    """A solver at the first gathering of a talk."""
    return Drive(Solver(Agree(n), Settings(**{"k": 1, **chosen})))


def decided(driven):
    """What every step was decided as."""
    return [event.answer for event in driven.events if isinstance(event, StepDecided)]


def saying(*values):
    """Sample n of the gathering says `values[n]`; in the vote, all say the least."""
    return lambda step, sample: values[min(sample, len(values) - 1)] if step % 3 == 0 else number(0)


def obey(driven, command):
    """Let the solver hear a command, and commit what follows."""
    events = driven.solver.obey(command)
    while driven.solver.decided:
        events += driven.solver.commit()
    driven._keep(events)
    return events


def at_the_question(**chosen):
    """A talk that has come to its question."""
    return talk(**chosen).to_the_end(saying(number(3), number(0), number(3), number(5)), Random(0))


def test_a_gathering_is_the_distinct_proposals_and_how_many_made_each():
    """Proposals are counted in order of first appearance, and none of them wins."""
    driven = at_the_question()
    assert decided(driven)[0] == Gathered(((3, 2), (0, 1), (5, 1)))


def test_a_flagged_proposal_is_replaced():
    """Another sample is drawn for every flagged one, until there are as many valid proposals as asked for."""
    driven = talk(n=2).to_the_end(saying(MALFORMED, number(1), MALFORMED, number(2)), Random(0))
    assert decided(driven)[0] == Gathered(((1, 1), (2, 1)))
    assert sum(isinstance(event, SampleAsked) and event.step == 0 for event in driven.events) == 4


def test_a_gathering_without_proposals_is_undecided():
    """When the samples are used up and there are too few proposals, nothing is decided."""
    driven = talk(n=2, max_samples=5).to_the_end(lambda *_: MALFORMED, Random(0))
    assert decided(driven) == []
    assert isinstance(driven.events[-1], StepUndecided)


@modest
@given(proposals=st.lists(st.integers(0, 4), min_size=4, max_size=4), seed=st.integers(0, 999))
def test_a_gathering_does_not_depend_on_who_answers_first(proposals, seed):
    """Whatever the order of arrival, proposals count in the order in which they were asked for."""
    say = saying(*map(number, proposals))
    expected = tuple((value, proposals.count(value)) for value in dict.fromkeys(proposals))
    assert decided(talk().to_the_end(say, Random(seed)))[0] == Gathered(expected)


def test_a_gathering_has_its_own_temperature():
    """Every proposal is drawn at the temperature of the step, the first one included."""
    driven = talk(first_temperature=0.0, temperature=0.1)
    assert {request.temperature for request in driven.ask(8)} == {Gather("", 1).temperature}


def test_a_question_waits_for_its_person():
    """A question asks for no sample, is told of, and its answer is the decision, in the person's name."""
    driven = at_the_question()
    assert driven.solver.requests(8) == []
    assert isinstance(driven.events[-1], PersonAsked)
    assert driven.solver.asking.question == "Do you agree to 0?"
    said = Said("yes", "ada")
    heard, settled = obey(driven, Answer("yes", "ada"))
    assert (heard, settled) == (PersonAnswered(2, "ada", said), StepDecided(2, said, driven.solver.state))
    assert driven.solver.finished


def test_nobody_is_asked_on_a_guess():
    """Looking ahead stops before a question: it is told of only when it is the open step."""
    driven = talk(window=9)
    driven.in_flight += driven.solver.requests(8, ahead=True)
    while driven.in_flight:
        driven.arrive(0, saying(number(1)))
        driven.in_flight += driven.solver.requests(8, ahead=True)
    assert driven.solver.steps_ahead == 0
    assert sum(isinstance(event, PersonAsked) for event in driven.events) == 1


def test_what_is_not_offered_is_refused():
    """An answer that a closed question does not offer changes nothing, and the person is told what is offered."""
    driven = at_the_question()
    (refused,) = obey(driven, Answer("perhaps", "ada"))
    assert refused == WordsRefused(2, "'perhaps' is not offered: choose one of yes, no")
    assert driven.live.snapshot().refused == refused.reason
    obey(driven, Answer("no", "ada"))
    assert driven.live.snapshot().refused == ""


def test_an_answer_needs_a_question():
    """Words that answer nothing are refused."""
    assert obey(talk(), Answer("yes", "ada")) == [WordsRefused(0, "no question is open")]


def test_votes_do_not_answer_a_question():
    """Neither a vote nor a decision of the ballot's kind counts where a person is asked."""
    driven = at_the_question()
    assert obey(driven, CastVote(0, "ada")) == []
    assert obey(driven, Decide(0, "ada")) == []
    assert driven.solver.asking is not None


def test_a_person_amends_at_any_step():
    """An amendment decides whatever step is open, and the step that the task then wants is opened anew."""
    for driven in (talk(), at_the_question()):
        step = driven.solver.step
        obey(driven, Amend("mind the gap", "ada"))
        assert decided(driven)[-1] == Amendment("mind the gap", "ada")
        assert driven.solver.step == step + 1
        assert driven.solver.state.notes == ("ada: mind the gap",)


def test_what_an_amendment_overtakes_is_waste():
    """Samples in flight for a step that was amended count as wasted, and their responses as paid for and no more."""
    driven = talk()
    driven.ask(4)
    obey(driven, Amend("stop that", "ada"))
    assert driven.live.totals.wasted == 4
    assert driven.arrive(0, saying(number(1))) == [ResponseWasted(0, number(1))]


def test_a_task_may_take_no_amendments():
    """Where a task cannot be amended, or refuses, the person is told so and nothing is changed."""
    plain = Drive(Solver(Count(), Settings(k=1)))
    assert obey(plain, Amend("faster", "ada")) == [WordsRefused(0, "Counting takes no amendments")]
    assert obey(talk(), Amend(" ", "ada")) == [WordsRefused(0, "an empty note says nothing: write a word")]


def test_a_person_proposes_too():
    """A person's vote in a gathering is one more proposal, and their decision is the only one."""
    driven = talk(n=1)
    obey(driven, CastVote(9, "ada"))
    assert decided(driven) == [Gathered(((9, 1),))]
    driven = talk()
    obey(driven, Decide(9, "ada"))
    assert decided(driven) == [Gathered(((9, 1),))]


@modest
@given(seed=st.integers(0, 999))
def test_the_live_state_is_the_fold_of_the_events(seed):
    """What was folded while a talk went on equals the fold of all its events."""
    dice = Random(seed)
    driven = talk(n=3)
    while not driven.solver.finished:
        driven.to_the_end(lambda *_: number(dice.randrange(3)) if dice.random() < 0.9 else MALFORMED, dice)
        said = dice.choice([Answer("yes", "ada"), Answer("no", "bob"), Amend("hm", "ada"), Answer("what", "bob")])
        obey(driven, said)
    assert RunState.fold(driven.events).snapshot() == driven.live.snapshot()


@modest
@given(
    decision=st.one_of(
        st.builds(Said, st.text(), st.text()),
        st.builds(Amendment, st.text(), st.text()),
        st.builds(Gathered, st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9))).map(tuple)),
        st.integers(0, 9),
    )
)
def test_every_decision_goes_to_json_and_back(decision):
    """Whatever decided a step survives JSON, and is told in at most 24 characters."""
    task = Agree()
    assert decisions.decode(task, decisions.encode(task, decision)) == decision
    assert 0 < len(decisions.describe(task, decision)) <= 24


def test_what_an_effect_came_to_is_told_whatever_its_tag():
    """Of a long tag the end goes, never the outcome; a program's exit is told where it is not 0."""
    told = {
        Started("a" * 40): f"{'a' * 15}… started",
        Finished("crypto", Done("ok", '{"exit": 1, "stdout": "exit"}')): "crypto exit 1",
        Finished("crypto", Done("ok", '{"exit": 0, "stdout": ""}')): "crypto ok",
        Finished("b" * 40, Done("ok", '{"exit": -9}')): f"{'b' * 15}… exit -9",
        Finished("x", Done("timed_out", '{"error": "late", "kind": "timeout"}')): "x timed_out",
    }
    assert {decision: decisions.describe(Agree(), decision) for decision in told} == told
