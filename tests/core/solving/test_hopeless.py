"""A hopeless step is found after a dozen samples, whatever arrives first, and a sound one is never held up."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, strategies as st

from maker_engine.core import at_once
from maker_engine.core.decomposition import Gather
from maker_engine.core.record.events import Event, SampleAsked, SettingsChanged, StepHopeless
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Prompt, Response
from maker_engine.core.solver import Solver
from maker_engine.core.solving.hopeless import DOZEN, LEFT_IN_REASONING, LONGEST_TEXT, STARVED, WORDLESS
from maker_engine.core.solving.settings import Settings
from tests.support.driving import Drive, modest
from tests.support.toy import FLAGGED, Count, Draw, Interrupted, answer

BAD, OTHER = FLAGGED["malformed"], FLAGGED["illegal"]


def wary(task: Count | None = None, **chosen: object) -> Drive:
    """A run in which somebody has voted before, so that its first samples are nothing special."""
    return Drive(Solver(task or Count(), Settings(**{"k": 2, "wary": True, **chosen}), unread=False))


def opening(**chosen: object) -> Drive:
    """A run that begins."""
    return Drive(Solver(Count(), Settings(**{"k": 2, "wary": True, **chosen})))


def until_asked(driven: Drive, draw: Draw, dice: Random) -> StepHopeless | None:
    """Go on as the dice fall until the run is over, or nothing is asked for and nothing in flight."""
    while not driven.over:
        if not driven.ask(dice.randint(1, 8)) and not driven.in_flight:
            return driven.solver.hopeless
        while driven.in_flight and dice.random() < 0.7:
            driven.arrive(int(dice.random() * len(driven.in_flight)), draw)
    return None


def asked(driven: Drive) -> int:
    """Samples asked for."""
    return sum(isinstance(event, SampleAsked) for event in driven.events)


def saying(*responses: Response) -> Draw:
    """Sample n says the n-th response; beyond the last one, the last."""
    return lambda _, sample: responses[min(sample, len(responses) - 1)]


@modest
@given(seed=st.integers(0, 2**32), k=st.integers(1, 40))
def test_a_dozen_flagged_by_one_rule_are_hopeless_in_any_order_of_arrival(seed, k):
    """Exactly a dozen samples are asked for, however many may be in flight and whatever k is."""
    driven = wary(k=k)
    found = until_asked(driven, saying(BAD), Random(seed))
    assert found == StepHopeless(0, DOZEN, "malformed", "malformed: not of the form `answer = N`", BAD.text)
    assert asked(driven) == DOZEN


def test_a_dozen_of_the_same_text_are_hopeless_whatever_discards_them():
    """Copies of one text are one reason to give up, though one was cut off and another was filtered."""
    filtered = answer(1, text=BAD.text, finish_reason="content_filter")
    found = until_asked(wary(), saying(filtered, BAD, filtered, BAD), Random(0))
    assert (found.samples, found.rule, found.text) == (DOZEN, "", BAD.text)


def test_two_dozen_are_hopeless_whatever_discards_them():
    """Where rules and texts differ, a dozen is not enough and two are."""
    driven = wary()
    found = until_asked(driven, saying(BAD, OTHER, *[BAD] * 20), Random(0))
    assert (found.samples, found.rule, asked(driven)) == (2 * DOZEN, "", 2 * DOZEN)


@modest
@given(seed=st.integers(0, 2**32), votes=st.lists(st.integers(0, DOZEN - 1), max_size=4), k=st.integers(2, 40))
def test_a_dozen_in_a_row_are_hopeless_whatever_came_before(seed, votes, k):
    """A vote ends the doubt, and the dozen is counted from there, in any order of arrival."""
    responses = []
    for hour, flagged in enumerate(votes):
        responses += [*[BAD] * flagged, answer(hour)]
    driven = wary(k=k, max_samples=500)
    found = until_asked(driven, saying(*responses, BAD), Random(seed))
    assert (found.samples, asked(driven)) == (DOZEN, len(responses) + DOZEN)


@pytest.mark.parametrize("most", [4, DOZEN])
def test_a_limit_of_a_dozen_samples_or_fewer_stays_as_it_is(most):
    """Such a step is undecided, and not hopeless."""
    driven = wary(max_samples=most)
    assert until_asked(driven, saying(BAD), Random(0)) is None
    assert (driven.solver.undecided, asked(driven)) == (True, most)


def test_nobody_looks_unless_it_is_wished():
    """A solver by itself is the paper's algorithm, up to the limit."""
    driven = wary(wary=False, max_samples=40)
    assert until_asked(driven, saying(BAD), Random(0)) is None
    assert asked(driven) == 40


def test_gatherings_are_looked_at_too():
    """Proposals that are all discarded are as hopeless as votes."""
    task = Interrupted(due=Gather(Prompt("", "hour = 1, hours = 8"), 3))
    driven = wary(task, k=1)
    found = until_asked(driven, lambda step, _: BAD if step else answer(1), Random(0))
    assert (found.step, found.samples) == (1, DOZEN)


def test_after_an_answer_a_further_dozen_is_drawn_and_any_rules_will_do():
    """Once in doubt, a dozen flagged in a row are enough."""
    driven = wary()
    found = until_asked(driven, saying(*[BAD] * DOZEN, *[BAD, OTHER] * 30), Random(0))
    driven._keep(driven.solver.answer_hopeless(found))
    again = until_asked(driven, saying(*[BAD] * DOZEN, *[BAD, OTHER] * 30), Random(0))
    assert (again.samples, again.rule, asked(driven)) == (DOZEN, "", 2 * DOZEN)


def test_what_is_changed_holds_for_further_samples_of_the_step_alone():
    """Temperature and reminder reach the next request, stay through a change of k, and are gone at the next step."""
    driven = wary(temperature=0.1)
    found = until_asked(driven, saying(BAD), Random(0))
    driven._keep(driven.solver.answer_hopeless(StepHopeless(0, 12, "", "", "", temperature=0.5)))
    driven._keep(driven.solver.answer_hopeless(StepHopeless(0, 12, "", "", "", reminder="Remember.")))
    driven._keep(driven.solver.change(SettingsChanged(0, "ada", k=1)))
    (request,) = driven.ask(1)
    assert (request.temperature, request.prompt.user.endswith("8\n\nRemember.")) == (0.5, True)
    assert (driven.solver.temperature, driven.solver.reminded, found.warmed) == (0.5, True, False)
    driven.arrive(0, saying(answer(1)))
    driven.ask(1)
    driven.arrive(0, saying(answer(2)))
    driven.ask(1)
    assert {(one.step, one.temperature) for one in driven.in_flight} == {(2, 0.0)}
    assert "Remember" not in driven.in_flight[0].prompt.user


def test_a_temperature_is_raised_and_never_lowered():
    """What the user has chosen above it stays; where none is sent, none is sent."""
    for chosen, then in ((0.9, 0.9), (None, None)):
        driven = wary(temperature=chosen)
        driven.solver.answer_hopeless(StepHopeless(0, 12, "", "", "", temperature=0.5))
        driven.ask(2)
        assert driven.in_flight[1].temperature == then


CUT = answer(1, text="", finish_reason="length", tokens_out=750, tokens_reasoning=750)
RAMBLING = answer(1, text="Let me see", finish_reason="length", tokens_out=750)
THINKING = answer(1, text="So", finish_reason="length", tokens_out=750, tokens_reasoning=700)
WORDS = "every answer was cut off at 750 tokens: raise --max-tokens"
MISPLACED = answer(1, text="", tokens_out=90)
NOTHING = answer(1, text=" ", tokens_out=None)
CAUSES = {
    "cut off without a text": ([CUT], STARVED),
    "cut off, mostly reasoning": ([THINKING], STARVED),
    "cut off in the answer": ([RAMBLING], WORDS),
    "whole and without a text": ([MISPLACED], LEFT_IN_REASONING),
    "nothing at all": ([NOTHING], WORDLESS),
    "some cut off, none with a text": ([CUT, MISPLACED], LEFT_IN_REASONING),
    "filtered": (
        [answer(1, text="", finish_reason="content_filter")],
        "finish: finish reason 'content_filter', only 'stop' may vote",
    ),
}


@pytest.mark.parametrize(("k", "looked"), [(1, 3), (2, 3), (3, 3), (5, 5), (40, DOZEN)])
@pytest.mark.parametrize("what", CAUSES)
def test_a_run_whose_first_samples_cannot_be_read_is_found_early(what, k, looked):
    """The first k are enough, at least three and at most a dozen, and the cause is what became of the tokens."""
    responses, cause = CAUSES[what]
    driven = opening(k=k)
    found = until_asked(driven, saying(*responses * 30), Random(1))
    assert (found.samples, found.cause, found.starved, asked(driven)) == (looked, cause, True, looked)


def test_one_text_among_the_first_samples_is_no_starvation():
    """Malformed is not starved: it takes the dozen."""
    driven = opening()
    found = until_asked(driven, saying(CUT, BAD), Random(0))
    assert (found.samples, found.starved) == (2 * DOZEN, False)


def test_only_the_first_samples_of_a_run_are_looked_at_early():
    """Three answers cut off at a later step may be chance."""
    driven = opening()
    draw = lambda step, sample: CUT if step and sample < 5 else answer(step + 1)  # noqa: E731 - two cases, one line
    assert until_asked(driven, draw, Random(0)) is None
    assert driven.solver.finished


def test_a_run_that_was_starved_once_is_looked_at_early_again():
    """Gone on with, it does not pay for a dozen before it says the same."""
    driven = opening()
    driven.solver.answer_hopeless(until_asked(driven, saying(CUT), Random(0)))
    assert until_asked(driven, saying(CUT), Random(0)).samples == 3
    assert asked(driven) == 6


def test_a_long_text_is_kept_in_part():
    """What is shown of a response is bounded."""
    found = until_asked(wary(), saying(answer(1, text="x" * 5000)), Random(0))
    assert (len(found.text), found.text[-1]) == (LONGEST_TEXT, "…")


def drawn_at_once(room: int, draw: Draw, **chosen: object) -> tuple[list[Event], StepHopeless | None]:
    """Let a model that answers at once draw, `room` samples at a time."""
    solver = Solver(Count(), Settings(**{"k": 2, "wary": True, **chosen}), unread=False)
    events: list[Event] = []
    while not (solver.finished or solver.undecided or solver.hopeless):
        told, _ = at_once.draw(solver, lambda request: draw(request.step, request.sample), room)
        events += told
        while solver.decided:
            events += solver.commit()
    return events, solver.hopeless


@pytest.mark.parametrize("room", [1, 5, 1000])
@pytest.mark.parametrize(
    ("responses", "drawn"),
    [([BAD], DOZEN), ([BAD, OTHER, BAD], 2 * DOZEN), ([BAD, OTHER, answer(1), BAD], 3 + DOZEN)],
)
def test_a_model_that_answers_at_once_is_seen_through_as_soon(room, responses, drawn):
    """What is found is what is found sample by sample, and after as many samples."""
    found = until_asked(wary(), saying(*responses), Random(0))
    events, at_once = drawn_at_once(room, saying(*responses))
    assert (at_once, RunState.fold(events).totals.asked) == (found, drawn)


def test_the_fold_knows_what_was_found_until_somebody_votes():
    """It is shown from the event on; a vote takes it away."""
    driven = wary()
    found = until_asked(driven, saying(BAD), Random(0))
    driven._keep(driven.solver.answer_hopeless(found))
    assert driven.live.snapshot().hopeless == found
    driven.ask(1)
    driven.arrive(0, saying(answer(1)))
    assert driven.live.snapshot().hopeless is None
