"""Questions and answers: what is offered, what an answer comes to, and several persons."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Kind, Status
from maker_tasks.interview.talk import Stage
from maker_tasks.interview.tracing import is_exclusion
from maker_tasks.interview.words import DECIDE, NONE, SKIP, Reply, clauses, read_reply

from maker_engine.core.decomposition import Said
from tests.tasks.interview.led import led, said

IDEA = "a simple task management API"
OPTIONS = ("tea · 4 of 7 drafts", "coffee · 2 of 7 drafts", NONE, DECIDE, SKIP)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("1", Reply((0,))),
        ("2, 1", Reply((1, 0))),
        ("tea · 4 of 7 drafts\ncoffee · 2 of 7 drafts", Reply((0, 1))),
        ("4", Reply(word=DECIDE)),
        ("Skip.", Reply(word=SKIP)),
        ("none of these; no milk", Reply((), ("no milk",), NONE)),
        ("1; Sugar on the side. Without straws!", Reply((0,), ("Sugar on the side.", "Without straws!"))),
        ("7", Reply((), ("7",))),
        ("two cups, no milk", Reply((), ("two cups", "no milk"))),
    ],
)
def test_answers_are_read_by_number_by_option_and_as_words(text, reply):
    """Figures and options choose, the three words mean themselves, and everything else is quoted as it was said."""
    assert read_reply(text, OPTIONS) == reply


@pytest.mark.parametrize(
    ("sentence", "excludes"),
    [
        ("No accounts.", True),
        ("without a database", True),
        ("Don’t send mails", True),
        ("Payments are out of scope.", True),
        ("Nobody needs reports", False),
        ("Notify the owner", False),
        ("It is not slow", False),
        ("Notes and tags", False),
    ],
)
def test_exclusions_are_told_by_how_they_begin_or_end(sentence, excludes):
    """What a person does not want is told from what they want."""
    assert is_exclusion(sentence) is excludes


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_answer_is_taken_or_refused_in_one_line(asked, text):
    """Whatever a person types, the interview goes on from it, and nothing unprintable reaches the document."""
    answer = Said(text, "ada")
    refused = asked.task.refuses(asked.state, answer)
    assert refused.isprintable()
    if refused:
        assert not any(letter.isprintable() and not letter.isspace() for letter in text)
        return
    after = asked.task.apply(asked.state, answer)
    assert asked.task.step(after) is not None
    assert all(line.text.isprintable() for line in after.document.lines)
    assert all(
        line.text in clauses(text) or line.kind is not Kind.PURPOSE or line.tallies for line in after.document.lines
    )


@pytest.fixture(scope="module")
def asked():
    """An interview at its first question."""
    return led(IDEA, questions=12).to_the(lambda talk: talk.stage is Stage.ASK)


def test_a_question_shows_counts_and_says_why(asked):
    """Every option says how many drafts hold it, the three ways out are offered, and the reason has its figures."""
    question = asked.task.step(asked.state)
    assert question.options[-2:] == (DECIDE, SKIP)
    assert all(option.endswith("of 7 drafts") for option in question.options[:-2])
    assert "dissent" in question.why
    assert "impact 3" in question.why
    assert len(question.options) <= 9


def test_the_same_choice_of_all_persons_stands():
    """Where several persons are named each is asked in turn, and what all of them choose is accepted."""
    one = led(IDEA, questions=12, persons="ada,bob").to_the(lambda talk: talk.stage is Stage.ASK)
    assert one.task.step(one.state).question == "ada: What is the one thing it is for?"
    one.say("1", "ada")
    assert one.task.step(one.state).question == "bob: What is the one thing it is for?"
    one.say("1", "bob")
    (line,) = one.document.of(Kind.PURPOSE)
    assert line.tallies[-1].persons == (("ada", "in"), ("bob", "in"))
    assert one.document.conflicts == ()
    assert one.state.asked == 1


def test_persons_who_split_are_shown_and_not_averaged():
    """What only some chose waits as a conflict with both sides named, until somebody's word settles it."""
    one = led(IDEA, questions=12, persons="ada,bob").to_the(lambda talk: talk.stage is Stage.ASK)
    one.say("1", "ada")
    one.say("2", "bob")
    first, second, *others = one.document.of(Kind.PURPOSE, accepted_only=False)
    assert {line.status for line in others} <= {Status.NOT_NOW}
    assert {first.status, second.status} == {Status.ASKED}
    assert [conflict.about for conflict in one.document.conflicts] == [first.id, second.id]
    assert one.document.conflicts[0].sides == ((f"in: {first.text}", ("ada",)), (f"out: {first.text}", ("bob",)))
    one.wish(f"accept {first.id}", "bob")
    assert one.document.conflicts[0].settled == "accepted by bob"
    assert one.document.of(Kind.PURPOSE)[0].id == first.id


def test_different_words_for_one_line_are_a_conflict():
    """Where one line is wanted and two persons write different ones, neither stands."""
    one = led(IDEA, questions=12, persons="ada,bob").to_the(lambda talk: talk.stage is Stage.ASK)
    one.say("Plan the week.", "ada")
    one.say("Bill the hours.", "bob")
    assert one.document.of(Kind.PURPOSE) == ()
    (conflict,) = one.document.conflicts
    assert conflict.sides == (("Plan the week.", ("ada",)), ("Bill the hours.", ("bob",)))


def test_a_question_for_somebody_else_is_refused():
    """An answer in another name than that of who is asked is refused by name."""
    one = led(IDEA, questions=12, persons="ada,bob").to_the(lambda talk: talk.stage is Stage.ASK)
    assert one.task.refuses(one.state, Said("1", "eve")) == ("this question is for ada, not for 'eve': say who answers")


def test_the_last_question_takes_only_its_own_answer():
    """At the review the document is accepted as a whole, or changed by wishes; nothing else is an answer."""
    one = led(IDEA, said({"Who": "1"})).to_the(lambda talk: talk.stage is Stage.REVIEW)
    assert "is not offered: choose one of done" in one.task.refuses(one.state, Said("fine", "ada"))
    one.say("done")
    assert one.solver.finished
