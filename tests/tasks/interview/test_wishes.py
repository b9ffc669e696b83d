"""What a person may change at any time, and what is opened again by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Kind, Status
from maker_tasks.interview.talk import Stage
from maker_tasks.interview.words import NONE, SKIP

from maker_engine.core.decomposition import Amendment
from tests.tasks.interview.led import led, said

IDEA = "a simple task management API"
REVIEW = {"Who": "1 2", "What does": "1 2 3", "Agents": NONE}


def reviewed():
    """An interview that waits for the last word."""
    return led(IDEA, said(REVIEW)).to_the(lambda talk: talk.stage is Stage.REVIEW)


@pytest.fixture(scope="module")
def complete():
    """A state at the review, for tests that only look."""
    return reviewed()


@pytest.mark.parametrize(
    ("wish", "mend"),
    [
        ("", "'' is not an amendment: accept, later, reject, edit, move, add, non-goal or revise"),
        ("destroy FR-001", "'destroy FR-001' is not an amendment"),
        ("accept", "there is no line ''; the first is PU-001"),
        ("accept FR-999", "there is no line 'FR-999'; the first is PU-001"),
        ("accept FR-001 please", "accept FR-001 takes no more words: edit FR-001 TEXT changes the line"),
        ("edit FR-001", "edit FR-001 needs the new words: edit FR-001 TEXT"),
        ("move FR-001", "move FR-001 which way? up, down, first, last"),
        ("add", "add what? purpose, non-goal, story, feature"),
        ("add wish A pony", "add what? purpose, non-goal"),
        ("non-goal", "a non-goal needs words: add non-goal TEXT"),
        ("revise", "revise which part? purpose, non-goals, open-points, stories"),
        ("edit FR-001 " + "x" * 1_000, "that has 1,012 characters: say it in 1,000"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_in_one_line_with_the_mend(complete, wish, mend):
    """The grammar is strict, and the line says what may be said instead."""
    refused = complete.task.refuses(complete.state, Amendment(wish, "ada"))
    assert mend in refused
    assert refused.isprintable()


@settings(max_examples=150, deadline=None)
@given(
    verb=st.sampled_from(["accept", "reject", "edit", "move", "add", "non-goal", "revise", "Accept", "\x1b[2J"]),
    what=st.sampled_from(["PU-001", "FR-001", "ng-001", "feature", "stories", "XX", ""]),
    rest=st.text(max_size=30) | st.sampled_from(["up", "last", "No logins."]),
)
def test_any_text_is_refused_or_done(complete, verb, what, rest):
    """Whatever is typed, it is refused in one printable line, or leads to a state that the interview goes on from."""
    wish = Amendment(f"{verb} {what} {rest}", "ada")
    refused = complete.task.refuses(complete.state, wish)
    assert refused.isprintable()
    if not refused:
        after = complete.task.apply(complete.state, wish)
        assert complete.task.step(after) is not None
        assert complete.task.decode_state(complete.task.encode_state(after)) == after
        assert all(line.text.isprintable() for line in after.document.lines)


def test_lines_are_accepted_rejected_edited_and_moved():
    """Each wish does what it says, in the name of who wished it, and the document passes the audit in the end."""
    one = reviewed()
    first, second, third = (line.id for line in one.document.of(Kind.FEATURE)[:3])
    one.wish(f"reject {first} too early")
    one.wish(f"edit {second} When a client asks, the API shall answer 204.", "bob")
    one.wish(f"move {third} first")
    assert (one.document.line(first).status, one.document.line(first).reason) == (Status.REJECTED, "too early")
    edited = one.document.line(second)
    assert (edited.text, edited.source.voter) == ("When a client asks, the API shall answer 204.", "bob")
    assert one.document.of(Kind.FEATURE)[0].id == third
    one.wish(f"accept {first}")
    assert one.document.line(first).status is Status.ACCEPTED
    one.through()
    assert one.document.persons == ("ada", "bob")
    assert one.task.verify(one.decisions) == []


def test_a_persons_word_outvotes_the_gates():
    """A line that fails a gate stands when a person wants it, with the reason written down."""
    one = reviewed()
    one.wish("add feature It should be fast and easy")
    line = one.document.of(Kind.FEATURE)[-1]
    assert line.status is Status.WAIVED
    assert line.reason.startswith("in ada's own words; testable/quality-word")
    assert line.failures


def test_a_feature_added_at_the_end_gets_its_acceptance_line():
    """A person's feature is not left untested: agents propose how to tell that it works, and vote."""
    one = reviewed()
    one.wish("add feature When a task is due tomorrow, the API shall mark the task as urgent.")
    assert one.state.stage is Stage.GATHER
    one.through()
    added = one.document.of(Kind.FEATURE)[-1]
    assert any(added.id in line.traces for line in one.document.of(Kind.ACCEPTANCE))


def test_a_non_goal_added_early_binds_the_agents():
    """What a person rules out before the features are settled is kept out of them without a further vote."""
    one = led(IDEA, questions=0).to_the(lambda talk: talk.stage is Stage.GATHER and talk.part.name == "features")
    one.wish("non-goal tokens")
    one.through()
    assert "tokens" in one.texts(Kind.NON_GOAL)
    assert not any("token" in text for text in one.texts(Kind.FEATURE))


def test_a_revised_answer_opens_what_rested_on_it_and_leaves_the_rest():
    """Lines that rest on the answer taken back go, that part is asked again, and every other line stays as it was."""
    answers = {"What is the one": "Remind people of overdue chores.", "Who": "1 2", "What does": "1 2"}
    one = led(IDEA, said(answers), questions=12).to_the(lambda talk: talk.stage is Stage.REVIEW)
    before = one.document
    resting = {line.id for line in before.lines if line.source.words == "Remind people of overdue chores."}
    one.wish("revise purpose")
    assert one.state.queue[0] == "purpose"
    assert one.document.of(Kind.PURPOSE) == ()
    gone = {line.id for line in one.document.lines if line.reason.startswith("re-opened")}
    assert resting <= gone
    kept = [line for line in before.lines if line.id not in gone]
    assert [one.document.line(line.id).status for line in kept] == [line.status for line in kept]
    asked = len(one.asked)
    one.person = said({"What is the one": "Say who does which chore."})
    one.through()
    assert [line.text for line in one.document.of(Kind.PURPOSE)] == ["Say who does which chore."]
    assert "you wanted to be asked this again" in one.asked[asked].why
    assert one.task.verify(one.decisions) == []


def test_a_skipped_question_is_closed_by_its_answer():
    """A question that was skipped is open no longer once the part is revised."""
    one = led(IDEA, said({"Who": SKIP})).to_the(lambda talk: talk.stage is Stage.REVIEW)
    asked = one.document.of(Kind.QUESTION, accepted_only=False)
    (question,) = (line for line in asked if line.text.startswith("Who uses it"))
    one.wish("revise stories As a cook, I want to see the chores, so that I know what is left.")
    assert one.document.line(question.id).status is Status.REJECTED
    assert one.texts(Kind.STORY) == ["As a cook, I want to see the chores, so that I know what is left."]


def test_an_answer_revised_with_its_new_words_is_not_asked_again():
    """`revise PART TEXT` takes the new answer at once."""
    one = led(IDEA, said(REVIEW), questions=12).to_the(lambda talk: talk.stage is Stage.REVIEW)
    one.wish("revise purpose Say who does which chore.")
    assert one.texts(Kind.PURPOSE) == ["Say who does which chore."]
    assert "purpose" not in one.state.queue
    asked = [each.question for each in one.through().asked]
    assert asked.count("What is the one thing it is for?") == 1


def test_a_wish_during_a_vote_leaves_the_vote_to_be_held():
    """The open ballot is dropped, the wish is done, and the same vote opens again."""
    one = led(IDEA, questions=0).to_the(lambda talk: talk.stage is Stage.TRACE)
    step = one.task.step(one.state)
    one.wish("non-goal Reports")
    assert one.task.step(one.state) == step
    one.through()
    assert one.task.verify(one.decisions) == []
