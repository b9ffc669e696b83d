"""What is offered is in, out or not now: nothing that was not chosen is lost, built, or ruled out by itself."""

from __future__ import annotations

import pytest
from maker_tasks.interview.document import Kind, Status
from maker_tasks.interview.exports import agents_block, requirements
from maker_tasks.interview.gates import check_document
from maker_tasks.interview.parts import BY_NAME
from maker_tasks.interview.talk import Stage
from maker_tasks.interview.words import DECIDE, NONE, Reply, read_reply

from tests.tasks.interview.led import Led, led, said

IDEA = "a command-line tool that renames photos by date"
QUESTIONS = 12


def at(part: str) -> Led:
    """An interview at the question about a part."""
    return led(IDEA, questions=QUESTIONS).to_the(lambda talk: talk.stage is Stage.ASK and talk.part is BY_NAME[part])


def fates(one: Led, texts: list[str]) -> dict[str, list[Status]]:
    """What has become of each text, by whatever line says it."""
    lines = one.document.lines
    return {text: [line.status for line in lines if text in (line.text, line.source.words)] for text in texts}


@pytest.mark.parametrize("part", ["purpose", "non-goals", "stories", "features", "limits"])
@pytest.mark.parametrize("answer", ["1", "It prints a line for each photo.", "1; It prints a line for each photo."])
def test_what_is_not_chosen_is_kept_as_not_now(part: str, answer: str) -> None:
    """Every option has one line: those chosen stand, the others are not now, with who did not choose them."""
    one = at(part)
    offered = [candidate.text for candidate in one.state.candidates]
    one.say(answer)
    after = fates(one, offered)
    chosen = offered[:1] if answer.startswith("1") else []
    for text in offered:
        (status,) = after[text]
        assert status.is_accepted if text in chosen else status is Status.NOT_NOW, (text, status)
    aside = [line for line in one.document.lines if line.status is Status.NOT_NOW and line.text in offered]
    assert {line.reason for line in aside} <= {"offered and not chosen by ada"}


def test_own_words_do_not_let_agents_take_the_rest_in() -> None:
    """After a sentence of the person's own no feature stands that nobody chose and no word asks for."""
    one = at("features")
    one.say("It prints a line for each photo.")
    assert one.texts(Kind.FEATURE) == ["It prints a line for each photo."]


def test_you_decide_leaves_the_rest_to_the_vote() -> None:
    """Only that word sends the options to the agents."""
    one = at("features")
    one.say(f"1; {DECIDE}")
    assert one.state.stage is Stage.TRACE


def test_none_of_the_additions_rules_them_out_in_the_persons_name() -> None:
    """The explicit word makes non-goals of what agents would add, in the agents' words and the person's name."""
    one = at("non-goals")
    offered = [candidate.text for candidate in one.state.candidates]
    one.say(NONE)
    lines = [line for line in one.document.of(Kind.NON_GOAL) if line.text in offered]
    assert {line.text for line in lines} == set(offered)
    assert {(line.source.voter, line.source.chosen) for line in lines} == {("", "ada")}


def test_one_option_can_be_ruled_out_by_number() -> None:
    """ "not 2" is out, whatever is ticked is in, and the rest is not now."""
    options = ("a · 4 of 7 drafts", "b · 2 of 7 drafts", NONE)
    assert read_reply("1; not 2", options) == Reply((0,), outs=(1,))
    assert read_reply("not a word", options) == Reply(sentences=("not a word",))
    one = at("non-goals")
    first, second, *others = (candidate.text for candidate in one.state.candidates)
    one.say("1; not 2")
    assert second in one.texts(Kind.NON_GOAL)
    assert all(status is Status.NOT_NOW for (status,) in fates(one, others).values())
    assert fates(one, [first])[first][0].is_accepted


def test_a_line_can_be_put_off_and_taken_again() -> None:
    """`later ID` puts a line off, and `accept ID` takes it in again."""
    one = led(IDEA).to_the(lambda talk: talk.stage is Stage.REVIEW)
    line = one.document.of(Kind.FEATURE)[0].id
    one.wish(f"later {line}")
    assert one.document.line(line).status is Status.NOT_NOW
    one.wish(f"accept {line}")
    assert one.document.line(line).status.is_accepted


def test_papers_keep_persons_and_agents_words_apart() -> None:
    """What was chosen is told as proposed by agents and chosen by whom; what was not stands under its own heading."""
    one = led(IDEA, said({"Agents": "1; No GUI."}), questions=QUESTIONS).through()
    told = requirements(one.document)
    assert ", chosen by ada" in told
    assert "said by ada" in told
    aside = told[told.index("## Not now") :]
    assert "offered and not chosen by ada" in aside
    agents = agents_block(one.document)
    drop, later = agents.index("### Do not build"), agents.index("### Not now")
    for line in one.document.lines:
        if line.status is Status.NOT_NOW and line.kind is Kind.FEATURE:
            assert agents.index(f"- {line.id}: ") > later > drop


def test_what_is_accepted_is_held_against_what_is_ruled_out() -> None:
    """A line that is nearly what a non-goal rules out fails a gate; the review and the papers name it."""
    one = led(IDEA).to_the(lambda talk: talk.stage is Stage.REVIEW)
    one.wish("add feature The program shall read photos from each path given as an argument.")
    one.wish("non-goal Paths given as arguments, any number of times")
    line = next(line for line in one.document.of(Kind.FEATURE) if "each path given" in line.text)
    assert "near-non-goal" in {failure.rule for failure in line.failures}
    assert "wanted and ruled out at once" in one.task.step(one.state).why
    assert "wanted and ruled out at once" in agents_block(one.document)
    assert check_document(one.document) == one.document
