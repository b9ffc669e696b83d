"""Idea 1: a task is a state machine of single steps, and a run's state is the fold of its answers."""

from __future__ import annotations

import json
from functools import reduce

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, ROLES, Mistake, Task
from maker_engine.core.errors import ProblemError
from maker_engine.core.responses import Flag
from tests.support.driving import modest
from tests.support.toy import Count

TASK = Count(length=5, hours=8)


def walked(task):
    """The answers and states of a run in which every answer is right."""
    answers, states = [], [task.start()]
    while task.step(states[-1]) is not None:
        answers.append(task.oracle(states[-1]))
        states.append(task.apply(states[-1], answers[-1]))
    return answers, states


def test_right_answers_solve():
    """A run of right answers ends after the expected steps and is verified."""
    answers, _ = walked(TASK)
    assert len(answers) == TASK.expected_steps
    assert TASK.verify(answers) == []
    assert TASK.verify([*answers[:-1], 0]) != []


@modest
@given(st.lists(st.integers(0, 7), max_size=5))
def test_a_state_is_the_fold_of_answers(answers):
    """The same answers lead to the same state, and every state and answer goes to JSON and back."""
    state = reduce(TASK.apply, answers, TASK.start())
    assert TASK.decode_state(json.loads(json.dumps(TASK.encode_state(state)))) == state
    assert [TASK.decode_answer(json.loads(json.dumps(TASK.encode_answer(answer)))) for answer in answers] == answers
    assert reduce(TASK.apply, answers, TASK.start()) == state


def test_a_problem_comes_back_from_its_source():
    """The problem kept in a session makes an equal task."""
    assert Count.load({}, TASK.source()) == TASK == Count.load({"length": 5})


@pytest.mark.parametrize("source", ["not JSON", "[1]", '{"hours": 2}', '{"length": -1}'])
def test_an_illegal_problem_is_refused(source):
    """A problem that cannot be read, or is none, is the user's to mend."""
    with pytest.raises(ProblemError):
        Count.load({}, source)


@pytest.mark.parametrize("mistake", [None, *Mistake])
def test_imitations_are_what_they_claim(mistake):
    """An imitated response is right without a mistake, and wrong or discarded with one; equal variants are equal."""
    prompt = TASK.step(0).prompt
    for variant in range(20):
        said = TASK.imitate(prompt, mistake, variant)[1]
        read = TASK.parse(0, said)
        verdict = read if isinstance(read, Flag) else TASK.objection(0, read) or read
        assert (verdict == TASK.oracle(0)) == (mistake is None)
        assert isinstance(verdict, Flag) == (mistake not in {None, Mistake.WRONG})
        assert TASK.imitate(prompt, mistake, variant)[1] == said


def test_a_picture_fits_and_names_roles():
    """A picture keeps within its cells, and its styles are roles."""
    picture = TASK.picture(12)
    assert (PICTURE_COLUMNS, PICTURE_ROWS) == (60, 18)
    assert {str(style) for style in (picture.style, *(span.style for span in picture.spans))} <= set(ROLES)


class Plain(Count):
    """The toy task with everything optional left as the contract has it."""

    expected_steps = Task.expected_steps
    objection = Task.objection
    oracle = Task.oracle
    imitate = Task.imitate
    has_oracle = Task.has_oracle


def test_a_task_may_leave_out_what_it_does_not_know():
    """Unless it says otherwise a task objects to nothing, expects no number of steps and has no oracle."""
    assert (Plain().objection(0, 99), Plain().expected_steps, Plain().has_oracle) == (None, None, False)


@pytest.mark.parametrize("ask", [lambda task: task.oracle(0), lambda task: task.imitate(task.step(0).prompt, None, 0)])
def test_what_a_task_cannot_do_names_the_task(ask):
    """Asked for what it does not offer, a task says so under its name."""
    with pytest.raises(NotImplementedError, match="count"):
        ask(Plain())
