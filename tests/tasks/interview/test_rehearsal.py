"""A simulated interview is a rehearsal: it follows the idea, guesses no kind, and its papers say what they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from maker_tasks.interview import Interview
from maker_tasks.interview.document import Document, Kind
from maker_tasks.interview.document_json import from_json
from maker_tasks.interview.exports import export
from maker_tasks.interview.gates import check_line
from maker_tasks.interview.ideas import neutral, recognise
from maker_tasks.interview.judging import conjugated, test_of as acceptance_of
from maker_tasks.interview.lint.report import lint
from maker_tasks.interview.open_points import read_point
from maker_tasks.interview.parts import OPEN
from maker_tasks.interview.situations import answered, purpose_of, situations
from maker_tasks.interview.talk import Stage

from tests.tasks.interview.documents import booking
from tests.tasks.interview.led import led, said

UNUSUAL = (
    "firmware for a garden pump", "a chess engine", "a spreadsheet macro that calculates taxes",
    "a beehive weight logger",
    "a browser add-on that hides spoilers", "a bot that answers in our chat", "a robot arm controller", "a font",
)  # fmt: skip
IDEAS = ("a command-line tool that renames photos by date", "a web app for recipes", *UNUSUAL[:4])


@pytest.mark.parametrize("idea", [one for one in UNUSUAL if "browser" not in one])
def test_no_kind_is_guessed(idea: str) -> None:
    """An idea that names no known kind gets the neutral catalogue, which proposes little and asks more."""
    assert recognise(idea).kind == neutral().kind
    assert len(neutral().questions) > 6
    assert len(neutral().features) < 10


def asked(idea: str, seed: int = 0) -> list[str]:
    """The questions about open points that an interview comes to."""
    one = led(idea, said({}, "1"), seed=seed).through()
    return [each.question for each in one.asked if each.why.startswith("the idea does not say")]


def test_other_ideas_are_asked_other_questions() -> None:
    """What is asked follows the words of the idea: no two of these ideas share their questions."""
    found = {idea: tuple(asked(idea)) for idea in IDEAS}
    assert all(len(questions) == 3 for questions in found.values())
    assert len(set(found.values())) == len(IDEAS)
    assert any("same name" in one for one in found[IDEAS[0]])
    assert any("connection is down" in one or "reading" in one for one in asked("a beehive weight logger", 1))


def test_dissent_depends_on_the_idea() -> None:
    """At one seed agents are apart about one idea otherwise than about another."""
    whys = {led(idea, questions=12).to_the(lambda talk: talk.stage is Stage.ASK).state.candidates for idea in IDEAS[:2]}
    assert len(whys) == 2


def test_what_the_idea_says_is_not_asked_again() -> None:
    """Areas that the words answer are left out, and a purpose that they state is proposed."""
    assert answered("users", "a tool for our team")
    assert answered("quality", "within 2 seconds")
    assert not answered("users", "a chess engine")
    assert purpose_of("a command-line tool that renames photos by date") == "Rename photos by date."
    assert purpose_of("a chess engine") == ""


def test_an_answer_is_a_decision_that_agents_may_rest_on() -> None:
    """Question and answer stand on one line in the person's name; what was skipped stays open."""
    one = led(IDEAS[0], said({"Which date": "2", "What happens when": "skip"}, "1")).through()
    decided = one.texts(Kind.QUESTION)
    assert decided
    assert all("?" in line for line in decided)
    assert all(line.source.voter == "ada" for line in one.document.of(Kind.QUESTION))
    block = export(one.document)["AGENTS.md"]
    assert "### Decided" in block
    assert all(line in block for line in decided)
    assert one.task.verify(one.decisions) == []


def test_persons_who_answer_an_open_point_otherwise_are_a_conflict() -> None:
    """Two answers to one question are both written down, and neither is decided."""
    one = led(IDEAS[0], persons="ada,bob", questions=1).to_the(
        lambda talk: talk.stage is Stage.ASK and talk.part is OPEN
    )
    question = one.task.step(one.state).question.removeprefix("ada: ")
    one.say("1", "ada")
    one.say("2", "bob")
    assert [conflict.about for conflict in one.document.conflicts] == [question]
    assert one.texts(Kind.QUESTION) == []


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("What happens when it is full? [it stops | it waits]", ("it stops", "it waits")),
        ("Who uses it?", ()),
        ("Who uses it? [one person|several|one person]", ("one person", "several")),
    ],
)
def test_an_open_point_is_a_question_with_answers(text: str, options: tuple[str, ...]) -> None:
    """Answers stand in brackets, apart by bars; a statement asks nothing."""
    assert read_point(text).options == options
    assert read_point("It stops when it is full.") is None


def test_the_catalogue_is_grammatical_and_passes_the_gates() -> None:
    """No sentence that simulated agents may write has a smell, and criteria made of features are sentences."""
    project = recognise("a font")
    lines = [(Kind.FEATURE, text) for text in project.features] + [
        (Kind.ACCEPTANCE, text) for text in project.acceptance
    ]
    lines += [(Kind.STORY, text) for text in project.stories] + [(Kind.NON_GOAL, text) for text in project.spill]
    own = [
        text.format(system="program", thing="entry", things="entries") for one in situations() for text in one.features
    ]
    lines += [(Kind.FEATURE, text) for text in own]
    lines += [(Kind.ACCEPTANCE, acceptance_of(text, project, 0)) for text in own]
    failed = [(text, result.rule) for kind, text in lines for result in check_line(kind, text) if not result.passed]
    assert failed == []


@pytest.mark.parametrize(
    ("what", "does"),
    [
        ("only print the names", "only prints the names"),
        ("leave it and report it", "leaves it and reports it"),
        ("be empty", "is empty"),
        ("never try twice", "never tries twice"),
        ("have two columns", "has two columns"),
        ("show the sum of debit and store", "shows the sum of debit and stores"),
    ],
)
def test_a_duty_is_told_as_a_doing(what: str, does: str) -> None:
    """Adverbs stay as they are, and every verb of the sentence is put into the third person."""
    assert conjugated(what) == does


def rehearsed(document: Document) -> dict[str, str]:
    return export(replace(document, simulated=True))


def test_every_paper_of_a_simulated_run_says_so_in_its_first_line() -> None:
    """Each paper is marked at its top, the JSON by a field that comes back, and none of a real run."""
    for name, text in rehearsed(booking()).items():
        if name.endswith(".json"):
            assert from_json(text).simulated
            assert text.splitlines()[2] == '  "simulated": true,'
        else:
            assert "SIMULATED" in text.splitlines()[0], name
    assert "SIMULATED" not in "".join(export(booking()).values())


def test_an_interview_that_goes_on_from_a_rehearsal_stays_marked() -> None:
    """Whatever model comes after, lines of simulated agents are in its document."""
    assert Interview.load({}, rehearsed(booking())["requirements.json"]).start().document.simulated


def test_the_mark_comes_and_goes_with_the_papers_that_are_joined() -> None:
    """In a file of more the block keeps its mark, and papers of a real run take it away again."""
    task = led("a list").task
    marked, real = rehearsed(booking()), export(booking())
    for name, there in (("AGENTS.md", "# Ours\n"), ("CLAUDE.md", "Use tabs.\n")):
        once = task.joined(name, marked[name], there)
        assert "SIMULATED" in once
        assert task.joined(name, marked[name], once) == once
        again = task.joined(name, real[name], once)
        assert "SIMULATED" not in again
        assert there.strip() in again


@pytest.mark.parametrize("idea", IDEAS)
@pytest.mark.parametrize("questions", [0, 5])
def test_our_own_papers_pass_our_own_lint(idea: str, questions: int) -> None:
    """Whatever an interview comes to, lint finds nothing in what it exports: notes are no statements."""
    one = led(idea, said({}, "1 2; No GUI. Never overwrite a file."), questions=questions).through()
    for name, text in rehearsed(one.document).items():
        if name.endswith(".md"):
            found = [(each.line.id, failure.rule) for each in lint(text, name).lines for failure in each.failures]
            assert found == [], name
