"""An interview from its idea to its document, led by the real solver with simulated agents."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from maker_tasks.interview import Interview
from maker_tasks.interview.document import Kind, Status
from maker_tasks.interview.document_json import to_json
from maker_tasks.interview.flow import worth_asking
from maker_tasks.interview.parts import PARTS
from maker_tasks.interview.talk import Stage
from maker_tasks.interview.words import NONE, SKIP

from maker_engine.core.decomposition import Ask, Vote
from tests.tasks.interview.led import led, said

KINDS = {
    "web API": "a simple task management API",
    "CLI": "a command line tool that renames photos",
    "web app": "a web app for recipes",
    "library": "a Python library that parses invoices",
    "data pipeline": "a nightly pipeline that loads orders into a warehouse",
    "mobile app": "an iPhone app for workouts",
}


@pytest.fixture(scope="module")
def whole():
    """An interview in which nobody is asked."""
    return led(KINDS["web API"], questions=0).through()


@pytest.mark.parametrize("idea", KINDS.values(), ids=KINDS)
def test_it_ends_in_a_whole_document_for_every_kind_of_project(idea):
    """With nobody to ask, agents alone come to a document that the audit finds nothing wrong with."""
    one = led(idea, questions=0).through()
    assert one.task.verify(one.decisions) == []
    assert one.asked == []
    for kind in (Kind.PURPOSE, Kind.NON_GOAL, Kind.STORY, Kind.FEATURE, Kind.ACCEPTANCE):
        assert one.texts(kind), kind
    assert list(one.document.untested()) == []


def test_parts_are_settled_in_order(whole):
    """Purpose first, then what not to build, then the rest within those bounds: lines come part by part."""
    order = [kind for part in PARTS for kind in part.kinds]
    first_steps = [
        min(tally.step for line in whole.document.of(kind) for tally in line.tallies)
        for kind in (Kind.PURPOSE, Kind.NON_GOAL, Kind.STORY, Kind.FEATURE, Kind.ACCEPTANCE)
    ]
    assert first_steps == sorted(first_steps)
    assert order[:2] == [Kind.PURPOSE, Kind.NON_GOAL]


def test_every_line_that_stands_has_a_vote_and_rests_on_a_persons_words(whole):
    """What agents propose stands by a vote that found the person's words for it, quoted as they are."""
    for line in whole.document.lines:
        if line.status.is_accepted and line.kind is not Kind.NON_GOAL:
            assert line.source.words == whole.document.idea, line
            assert [tally.step for tally in line.tallies], line


def test_what_nobody_asked_for_becomes_a_non_goal(whole):
    """Additions without a source are counted as spill, and what would have been built is ruled out."""
    spilled = whole.document.spilled
    assert spilled.found == spilled.kept_out > 0
    kept_out = {one.text for one in whole.document.spill}
    assert kept_out.isdisjoint(whole.texts(Kind.FEATURE))
    assert {one.line for one in whole.document.spill if one.line} <= {
        one.id for one in whole.document.of(Kind.NON_GOAL)
    }


def test_the_same_seed_comes_to_the_same_document():
    """An interview is a function of idea, answers and seed; another seed proposes otherwise."""
    first, same, other = (led(KINDS["CLI"], questions=0, seed=seed).through().document for seed in (3, 3, 4))
    assert first == same != other


def test_states_survive_json_all_along():
    """Every state, and every decision that agents make, goes to JSON and comes back equal."""
    one = led(KINDS["web API"], said({"Who": "1 2", "What does": SKIP}))
    while not one.solver.finished:
        state = one.task.decode_state(json.loads(json.dumps(one.task.encode_state(one.state))))
        assert state == one.state
        assert hash(state) == hash(one.state)
        one._step()
    for answer in (draft for each in one.decisions for draft, _ in getattr(each, "proposals", ())):
        assert one.task.decode_answer(json.loads(json.dumps(one.task.encode_answer(answer)))) == answer


def test_simulated_votes_go_by_the_rule_they_were_given():
    """A faultless imitation votes for what the rule makes right, in every vote of an interview, whatever its words."""
    one = led(KINDS["web app"], questions=0)
    votes = 0
    while not one.solver.finished:
        step = one.task.step(one.state)
        if isinstance(step, Vote):
            votes += 1
            for variant in (0, 7, 1_000_003):
                reasoning, answer = one.task.imitate(step.prompt, None, variant)
                assert one.task.parse(one.state, f"{reasoning}\n\n{answer}") == one.task.rule_answer(one.state)
        one._step()
    assert votes > 20


def test_questions_are_few_and_dearest_first():
    """No more than were allowed are asked, and one question goes to the part where impact × dissent is highest."""
    for most in (1, 2, 5):
        one = led(KINDS["web API"], questions=most).through()
        assert len([asked for asked in one.asked if asked.options != ("done",)]) <= most
        assert all(
            "dissent" in asked.why or asked.why.startswith("the idea does not say")
            for asked in one.asked
            if len(asked.options) > 1
        )
    (only, _) = led(KINDS["web API"], questions=1).through().asked
    assert only.why.startswith("the idea does not say")


def test_nobody_is_asked_where_agents_agree():
    """A part on which all proposals are the same is settled without a question; one apart from the others is not."""
    one = led(KINDS["web API"], questions=12).to_the(lambda talk: talk.stage is Stage.ASK)
    brief = one.task._brief
    alike = replace(one.state, candidates=(replace(one.state.candidates[0], drafts=brief.drafts),))
    assert worth_asking(one.state, brief)
    assert not worth_asking(alike, brief)
    assert worth_asking(replace(alike, forced="purpose"), brief)
    assert not worth_asking(one.state, replace(brief, questions=0))


def test_chosen_options_stand_by_the_persons_word():
    """What a person chooses stands in their name, as agents worded it; the rest of the options is kept as not now."""
    one = led(KINDS["web API"], said({"Agents": "1", "What does": NONE}))
    one.to_the(lambda talk: talk.stage is Stage.ASK and talk.part.name == "non-goals")
    wanted, *others = [candidate.text for candidate in one.state.candidates]
    one.through()
    line = next(line for line in one.document.of(Kind.FEATURE) if line.source.words == wanted)
    assert line.text == f"The product shall have {wanted[0].lower()}{wanted[1:]}."
    assert (line.source.voter, line.source.chosen) == ("", "ada")
    assert line.tallies[-1].persons == (("ada", "in"),)
    aside = {line.source.words or line.text for line in one.document.lines if line.status is Status.NOT_NOW}
    assert set(others) <= aside
    assert not set(others) & set(one.texts(Kind.NON_GOAL))
    assert one.document.spilled.kept_in == 1


def test_own_words_are_quoted_and_exclusions_are_non_goals():
    """A sentence becomes a line as it was written; a part that is not wanted is named, its words kept beside it."""
    answer = "Keep my chores in one place. No accounts."
    one = led(KINDS["web API"], said({"What is the one": answer}), questions=12).through()
    assert "Keep my chores in one place." in one.texts(Kind.PURPOSE)
    (line,) = (line for line in one.document.of(Kind.NON_GOAL) if line.source.voter == "ada")
    assert (line.text, line.source.words) == ("Accounts", "No accounts.")
    assert not any("account" in text.casefold() for text in one.texts(Kind.FEATURE))


def test_an_exclusion_in_the_idea_binds_from_the_start():
    """What the idea itself rules out is a non-goal before anybody is asked."""
    one = led("a recipe app, without accounts; no advertising", questions=0)
    assert one.texts(Kind.NON_GOAL) == ["Accounts", "Advertising"]
    one.through()
    assert one.task.verify(one.decisions) == []


def test_a_skipped_question_stays_open():
    """Skipping leaves the part to the votes, and the document says that the question is open."""
    one = led(KINDS["web API"], said({"Who": SKIP})).through()
    asked = one.document.of(Kind.QUESTION, accepted_only=False)
    (question,) = (line for line in asked if line.text.startswith("Who uses it"))
    assert (question.text, question.status, question.source.voter) == (
        "Who uses it, and for what?",
        Status.ASKED,
        "ada",
    )


def test_a_document_can_be_taken_up_again():
    """A document that was exported is gone on from: only what is missing is settled, and nothing is asked again."""
    one = led(KINDS["web API"]).through()
    again = Interview.load({}, to_json(one.document))
    state = again.start()
    assert state.stage is Stage.REVIEW
    assert isinstance(again.step(state), Ask)
    assert [line.text for line in state.document.lines] == [line.text for line in one.document.lines]
    assert Interview.load({}, again.source()) == again
