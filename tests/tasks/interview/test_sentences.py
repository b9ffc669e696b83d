"""Prohibitions, permissions and exclusions: sentences labelled before the parser read them."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Kind
from maker_tasks.interview.rewording import as_constraint, as_feature, as_non_goal, base, worded
from maker_tasks.interview.sentences import Sense, sense
from maker_tasks.interview.statements import spoken
from maker_tasks.interview.talk import Stage
from maker_tasks.interview.words import clauses

from maker_engine.core.decomposition import Amendment
from tests.tasks.interview.led import led, said

SETS = ("prohibitions", "prohibitions_held_out_1", "prohibitions_held_out_2")
LABELS = {"constraint": Sense.CONSTRAINT, "non-goal": Sense.NON_GOAL, "build": Sense.WANTED}
KNOWN_BEFORE = ("no", "not", "without", "never", "don't", "nothing", "leave out", "exclude", "skip", "out of scope")
WORDS = ("no", "not", "never", "without", "losing", "one", "a", "GUI", "files", "may", ",")
IDEA = "a command-line tool that renames photos by date"


def labelled(name: str) -> list[tuple[Sense, str]]:
    """The sentences of a set with what they are about."""
    lines = files("tests.tasks.interview.sentences").joinpath(f"{name}.txt").read_text("utf-8").splitlines()
    rows = [line.split("|", 1) for line in lines if not line.startswith("#")]
    return [(LABELS[label], text) for label, text in rows]


@pytest.mark.parametrize("name", SETS)
def test_sentences_land_on_the_right_side_and_none_is_inverted(name: str) -> None:
    """At least 95 % of each set of sixty land as labelled, and no other is read as its opposite: it is asked about."""
    rows = labelled(name)
    wrong = [(label, sense(text), text) for label, text in rows if sense(text) is not label]
    assert len(rows) == 60
    assert len(wrong) <= 0.05 * len(rows), wrong
    assert [row for row in wrong if row[1] is not Sense.UNCLEAR] == []


def test_half_of_the_first_set_holds_no_word_that_was_listed_before() -> None:
    """Thirty of the sixty sentences are told by words and structures that the parser before had no list of."""
    new = labelled("prohibitions")[30:]
    assert len(new) == 30
    assert [text for _, text in new if any(f" {word} " in f" {text.lower()} " for word in KNOWN_BEFORE)] == []


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Never overwrite an existing file.", "The program shall never overwrite an existing file."),
        ("without asking for a password", "The program shall never ask for a password."),
        ("It must not touch the original photos.", "The program shall never touch the original photos."),
        ("Avoid deleting anything.", "The program shall never delete anything."),
        ("No data loss.", "There shall be no data loss."),
        ("The originals have to stay as they are.", "The originals have to stay as they are."),
        ("No GUI.", "GUI"),
        ("We do not need a web interface.", "A web interface"),
        ("PDF export can wait.", "PDF export"),
        ("Skip the mobile app for now.", "The mobile app"),
        ("Users may skip the login.", "Users may skip the login."),
    ],
)
def test_a_prohibition_is_worded_as_a_duty_and_an_exclusion_as_a_thing(said: str, line: str) -> None:
    """A constraint says what the program shall never do, a non-goal what is left out, and a wish stands as said."""
    assert worded(said) == line


VERBS = {
    "overwriting": "overwrite", "losing": "lose", "stopping": "stop", "deleting": "delete", "opening": "open",
    "copying": "copy", "installing": "install", "creating": "create", "asking": "ask", "editing": "edit",
}  # fmt: skip


@pytest.mark.parametrize(("doing", "verb"), VERBS.items())
def test_a_doing_is_turned_into_its_verb(doing: str, verb: str) -> None:
    """English spelling is undone: doubled letters, silent e."""
    assert base(doing) == verb


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_sentence_has_a_sense_and_a_wording(text: str) -> None:
    """No text breaks the parser, and nothing is worded away."""
    assert sense(text) in Sense
    for wording in (worded(text), as_constraint(text), as_non_goal(text), as_feature(text)):
        assert wording.strip() or not text.strip()


def test_one_sentence_may_say_a_wish_and_a_prohibition() -> None:
    """What must never happen is cut off the wish, and what "one" stands for is named."""
    answer = "Rename photo files to YYYY-MM-DD.ext from their EXIF date, without ever overwriting or losing one"
    wish, rule = spoken(clauses(answer), 2)
    assert (wish.sense, wish.line) == (Sense.WANTED, "Rename photo files to YYYY-MM-DD.ext from their EXIF date")
    assert rule.line == "The program shall never overwrite or lose any photo files."
    tool, never = spoken(["a backup tool that never deletes files"], 2)
    assert (tool.sense, never.line) == (Sense.WANTED, "The program shall never delete files.")


def test_prohibitions_in_an_answer_are_kept_to_and_not_left_out() -> None:
    """In a whole interview a prohibition is a constraint in the person's name, its words beside it."""
    one = led(IDEA, said({"Agents": "No GUI. Never overwrite an existing file."})).through()
    assert "GUI" in one.texts(Kind.NON_GOAL)
    assert not any("overwrite" in text for text in one.texts(Kind.NON_GOAL))
    (line,) = (line for line in one.document.of(Kind.CONSTRAINT) if line.source.voter == "ada")
    assert (line.text, line.source.words) == (
        "The program shall never overwrite an existing file.",
        "Never overwrite an existing file.",
    )
    assert one.task.verify(one.decisions) == []


@pytest.mark.parametrize(
    ("answer", "kind", "line"),
    [
        ("it must never happen", Kind.CONSTRAINT, "The program shall never share."),
        ("it is not to be built", Kind.NON_GOAL, "Sharing"),
        ("neither: I want it so", Kind.FEATURE, "No sharing."),
    ],
)
def test_what_is_unclear_is_asked(answer: str, kind: Kind, line: str) -> None:
    """A sentence that may be a rule or a part left out is asked about at once, and stands as the person then says."""
    one = led(IDEA).to_the(lambda talk: talk.stage is Stage.ASK and talk.part.name == "non-goals")
    one.say("No sharing.")
    asked = one.task.step(one.state)
    assert asked.question == "“No sharing.”: what do you mean?"
    one.say(answer)
    assert line in one.texts(kind)
    assert one.state.unclear == ()
    assert one.task.verify(one.through().decisions) == []


def test_with_nobody_to_ask_what_is_unclear_stays_an_open_question() -> None:
    """Without questions an unclear sentence of the idea is written down as one, on neither side."""
    document = led("a photo tool; no sharing", questions=0).through().document
    assert [line.text for line in document.of(Kind.QUESTION, accepted_only=False)] == [
        'Must "no sharing" never happen, or is it not to be built?'
    ]


def test_a_wish_for_a_non_goal_that_is_a_prohibition_becomes_a_constraint() -> None:
    """Typed as a non-goal or edited into one, a prohibition is never put under what is not to be built."""
    one = led(IDEA).to_the(lambda talk: talk.stage is Stage.ASK)
    one.wish("non-goal never delete a photo")
    one.wish("non-goal no GUI")
    assert "The program shall never delete a photo." in one.texts(Kind.CONSTRAINT)
    assert "GUI" in one.texts(Kind.NON_GOAL)
    (line,) = (line.id for line in one.document.of(Kind.NON_GOAL) if line.text == "GUI")
    refused = one.task.refuses(one.state, Amendment(f"edit {line} never delete a photo", "ada"))
    assert refused == "that must never happen, and is nothing to leave out: add constraint TEXT"
