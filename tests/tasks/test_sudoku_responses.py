"""Sudoku: responses, what is made of them, and what verify finds out; pictures and the README."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from maker_tasks.sudoku import Sudoku
from maker_tasks.sudoku.answers import line
from maker_tasks.sudoku.grid import GUESS, PLACE, STRIKE, UNDO, Action, action
from maker_tasks.sudoku.ladder import find
from maker_tasks.sudoku.reading import read

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError
from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt
from tests.tasks.sudoku_puzzles import EASY, ESCARGOT, first, path, states

ESCARGOT_STATES = list(states(ESCARGOT))
MIXED = ESCARGOT_STATES[::5]


def said(problem, state, mistake, variant):
    return problem.parse(state, "\n".join(problem.imitate(problem.step(state).prompt, mistake, variant)))


@pytest.mark.parametrize("variant", [0, 1, 2, 7, 94])
def test_each_mistake_is_the_one_asked_for(variant):
    """A wrong answer stays within the question, an illegal one does not, an inconsistent one is two answers."""
    for state in MIXED:
        right = ESCARGOT.oracle(state)
        wrong = said(ESCARGOT, state, Mistake.WRONG, variant)
        assert wrong != right
        # A single open guess leaves no other to name.
        assert ESCARGOT.objection(state, wrong) is None or (right.kind == UNDO and len(state.guesses) == 1)
        assert ESCARGOT.objection(state, said(ESCARGOT, state, Mistake.ILLEGAL, variant)).rule == ILLEGAL
        assert said(ESCARGOT, state, Mistake.INCONSISTENT, variant).rule == INCONSISTENT
        assert said(ESCARGOT, state, Mistake.MALFORMED, variant).rule == MALFORMED


def test_all_kinds_of_step_were_among_them():
    """The run that these tests walk through places, strikes, guesses and undoes."""
    assert {ESCARGOT.oracle(state).kind for state in MIXED} == {PLACE, STRIKE, GUESS, UNDO}


def test_an_imitation_reads_nothing_but_the_prompt():
    """Another puzzle writes the same response to a prompt, and a stranger's prompt is refused."""
    for state in MIXED[::7]:
        prompt = ESCARGOT.step(state).prompt
        assert EASY.imitate(prompt, None, 3) == ESCARGOT.imitate(prompt, None, 3)
    with pytest.raises(TaskError):
        EASY.imitate(Prompt("system", "Current state: [[1], [], []]"), None, 0)


GOOD = {
    "place = r4c5:7": Action(PLACE, ((31, 7),)),
    "So.\nPLACE = R4C5 : 7.": Action(PLACE, ((31, 7),)),
    "strike = [r1c2:31]": action(STRIKE, [(1, 1), (1, 3)]),
    "**strike = [ r9c9:2,\nr1c1:1 ]**": action(STRIKE, [(0, 1), (80, 2)]),
    "guess = r1c1:1\nguess=r1c1:1": Action(GUESS, ((0, 1),)),
    "place\u00a0=\u202fr4c5:\u20097": Action(PLACE, ((31, 7),)),
    "I would place = nothing yet.\nundo = r9c9:9": Action(UNDO, ((80, 9),)),
}


@pytest.mark.parametrize(("text", "answer"), GOOD.items(), ids=range(len(GOOD)))
def test_an_answer_is_read_in_its_form(text, answer):
    """Case, blanks and the order of a strike are free; what was broken off before does not matter."""
    assert EASY.parse(EASY.start(), text) == answer


BAD = {
    "": MALFORMED,
    "r4c5:7": MALFORMED,
    "place: r4c5:7": MALFORMED,
    "place = r4c5:77": MALFORMED,
    "place = r4c5:0": MALFORMED,
    "place = r0c5:7": MALFORMED,
    "place = r4c10:7": MALFORMED,
    "place = [r4c5:7]": MALFORMED,
    "misplace = r4c5:7": MALFORMED,
    "strike = r1c1:1": MALFORMED,
    "strike = []": MALFORMED,
    "strike = [r1c1:1": MALFORMED,
    "strike = [r1c1:1,]": MALFORMED,
    "strike = [r1c1]": MALFORMED,
    "place = r4c5:7\nplace =": MALFORMED,
    "place = r4c5:٣": MALFORMED,
    "place = r4c5:7\nplace = r4c5:8": INCONSISTENT,
    "place = r4c5:7\nguess = r4c5:7": INCONSISTENT,
}


@pytest.mark.parametrize(("text", "rule"), BAD.items(), ids=range(len(BAD)))
def test_a_response_in_another_form_is_flagged(text, rule):
    """Nothing is repaired: another sign, a missing bracket, two digits in a cell, or two answers are red flags."""
    flag = EASY.parse(EASY.start(), text)
    assert isinstance(flag, Flag)
    assert flag.rule == rule


def test_flags_do_not_judge_the_deduction():
    """In the cell in question any digit may be voted for, and in the unit in question any open cell."""
    naked, hidden = first(ESCARGOT, "naked single"), first(ESCARGOT, "hidden single")
    cell = ESCARGOT.oracle(naked).marks[0][0]
    assert all(ESCARGOT.objection(naked, Action(PLACE, ((cell, digit),))) is None for digit in range(1, 10))
    digit = ESCARGOT.oracle(hidden).marks[0][1]
    free = [cell for cell in range(81) if ESCARGOT.objection(hidden, Action(PLACE, ((cell, digit),))) is None]
    assert len(free) > 1
    assert all(hidden.values[cell] == "." for cell in free)


def test_evidence_that_contradicts_its_answer_is_flagged():
    """Whatever is asked, an answer that is not the one found on the way is inconsistent, right or not."""
    techniques = set()
    for state in MIXED:
        reading, right = read(ESCARGOT.step(state).prompt.user), ESCARGOT.oracle(state)
        for other in reading.wrong[:3]:
            if ESCARGOT.objection(state, other) is None and reading.evidence(other) != reading.evidence(right):
                flag = ESCARGOT.parse(state, f"{reading.evidence(right)}\n{line(other)}")
                assert (flag.rule, bool(flag.reason)) == (INCONSISTENT, True)
                assert ESCARGOT.parse(state, f"{reading.evidence(other)}\n{line(other)}") == other
                techniques.add(find(state).technique)
        assert ESCARGOT.parse(state, line(right)).rule == MALFORMED
        assert ESCARGOT.read_decision(state, line(right)) == right
    assert len(techniques) >= 6


def test_evidence_splits_no_votes():
    """The same digit is voted for whatever is said to bar the others, in whatever order and case."""
    state = first(ESCARGOT, "naked single")
    right = ESCARGOT.oracle(state)
    digits = [digit for digit in range(1, 10) if digit != right.marks[0][1]]
    said = ("barred = " + ", ".join(f"{digit} row" for digit in digits),
            "BARRED = " + ",".join(f"{digit} Box" for digit in reversed(digits)))  # fmt: skip
    assert {ESCARGOT.parse(state, f"{one}\n{line(right)}") for one in said} == {right}


@pytest.mark.parametrize("broken", ["barred = all others", "barred = 1 row 2 row", "barred = 1 line", "barred: 1 row"])
def test_evidence_in_another_form_is_flagged(broken):
    """Nothing is repaired in the evidence either."""
    state = first(ESCARGOT, "naked single")
    flag = ESCARGOT.parse(state, f"{broken}\n{line(ESCARGOT.oracle(state))}")
    assert flag.rule == MALFORMED


def test_verify_is_a_proof_checker():
    """Verify finds a placement that nothing proves, a digit that is not possible, and a guess undone out of turn."""
    answers = path(ESCARGOT)
    at = next(number for number, answer in enumerate(answers) if answer.kind == GUESS)
    forced = Action(PLACE, answers[at].marks)
    assert "does not follow" in ESCARGOT.verify([*answers[:at], forced])[0]
    assert "is not possible there" in ESCARGOT.verify([Action(PLACE, ((0, 9),))])[0]
    assert "is not the guess made last" in ESCARGOT.verify([Action(UNDO, ((1, 2),))])[0]
    assert "is not an action" in ESCARGOT.verify([Action("swap", ((1, 2),))])[0]
    assert "open at the end" in ESCARGOT.verify(answers[:-1])[0]


def test_verify_finds_a_right_digit_that_was_struck():
    """A strike that took a digit of the solution is found out, even where the grid was completed in spite of it."""
    answers = path(EASY)
    last = answers[-1]
    cell, digit = last.marks[0]
    early = action(STRIKE, [(cell, digit)])
    assert EASY.verify([early, *answers])


def test_an_action_that_cannot_be_carried_out_ends_the_run():
    """Onto a filled cell, of a digit that is not listed, or of no guess: the run is over, and told as broken off."""
    given = next(cell for cell in range(81) if EASY.source()[cell] != ".")
    for impossible in (Action(PLACE, ((given, 1),)), Action(GUESS, ((given, 1),)), Action(UNDO, ((0, 1),))):
        state = EASY.apply(EASY.start(), impossible)
        assert EASY.step(state) is None
        assert "broken off" in EASY.picture(state).plain


def test_a_picture_tells_givens_placed_and_guessed_apart():
    """Without colour, a placed digit has a stroke, a guess a question mark, the cell in question brackets."""
    state = next(
        s for s in ESCARGOT_STATES if s.guesses and s.last.kind == PLACE and len(s.values.replace(".", "")) > 40
    )
    text = ESCARGOT.picture(state).plain
    assert text.count("?") >= 1
    assert "'" in text
    assert text.count("»") == text.count("«") == 1
    assert "[ ]" in EASY.picture(EASY.start()).plain


def test_marks_are_whole_where_a_cell_has_two_characters():
    """On the board of 80 columns what was touched last stands between both its marks, and the strokes are told of."""
    state = EASY.start()
    for _ in range(40):
        state = EASY.apply(state, EASY.oracle(state))
        text = EASY.picture(state, 42, 10).plain
        assert text.count("»") == text.count("«") == 1, text
        assert text.count("[]") + text.count("?") == 1
        assert "' placed" in text
        assert max(map(len, text.split("\n"))) <= 42
    assert "placed" not in EASY.picture(EASY.start(), 42, 10).plain


def test_the_readme_shows_the_real_thing():
    """The prompt and the picture in the task's README are what the task gives."""
    readme = Path(inspect.getfile(Sudoku)).with_name("README.md").read_text(encoding="utf-8")
    problem = Sudoku.load({"grade": "hard", "puzzle-seed": 3})
    state = next(s for s in states(problem) if problem.oracle(s).kind == STRIKE)
    assert problem.step(state).prompt.user in readme
    assert "\n".join(line.rstrip() for line in problem.picture(state).plain.split("\n")) in readme
