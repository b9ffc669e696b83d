"""Sudoku: every question has one right answer, and every puzzle is solved."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest
from hypothesis import example, given, settings, strategies as st
from maker_tasks.sudoku import Sudoku, patterns, proof, singles
from maker_tasks.sudoku.generator import GRADES, grade_of, techniques
from maker_tasks.sudoku.grid import ALL, STRIKE, UNITS, State, action, pencilled
from maker_tasks.sudoku.prompt import prompt
from maker_tasks.sudoku.reading import read
from maker_tasks.sudoku.search import solutions

from maker_engine.core.decomposition import Mistake
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Flag
from tests.tasks.many_sudoku import many
from tests.tasks.sudoku_puzzles import EASY, ESCARGOT, FAMOUS, first, path, states

SEEDS = st.integers(0, 2**32)
modest = settings(max_examples=40, deadline=None)

ELIMINATIONS = {
    "locked candidates": singles.locked,
    "naked pair": partial(patterns.naked_set, 2),
    "naked triple": partial(patterns.naked_set, 3),
    "naked quad": partial(patterns.naked_set, 4),
    "hidden pair": partial(patterns.hidden_set, 2),
    "hidden triple": partial(patterns.hidden_set, 3),
    "hidden quad": partial(patterns.hidden_set, 4),
    "x-wing": partial(patterns.fish, 2),
    "swordfish": partial(patterns.fish, 3),
    "jellyfish": partial(patterns.fish, 4),
    "xy-wing": patterns.xy_wing,
}


def scribbled(dice, digits):
    """An empty grid whose cells list at most `digits` digits, at random."""
    marks = []
    for _ in range(81):
        chosen = dice.sample(range(9), dice.randint(1, digits))
        marks.append(sum(1 << digit for digit in chosen))
    return State("." * 81, tuple(marks))


def sparse(dice, places):
    """An empty grid in which digit 1 has at most `places` places in each row, and all else is possible."""
    marks = []
    for _ in range(9):
        at = dice.sample(range(9), dice.randint(2, places))
        marks += [ALL if column in at else ALL & ~1 for column in range(9)]
    return State("." * 81, tuple(marks))


def planted(technique, dice):
    """A grid on which a technique is likely to apply."""
    if technique in patterns.FISH.values():
        return sparse(dice, 2 if technique == "x-wing" else 3)
    if technique == "xy-wing":
        return scribbled(dice, 2)
    unit = dice.choice(UNITS)
    size = {"pair": 2, "triple": 3, "quad": 4}.get(technique.split()[1], 3)
    cells = dice.sample(unit, size) if technique != "locked candidates" else dice.sample(unit[:3], 2)
    mask = sum(1 << digit for digit in dice.sample(range(9), size))
    if technique == "locked candidates":
        mask = 1 << dice.randrange(9)
    naked = technique.startswith("naked")
    marks = [ALL] * 81
    for cell in unit:
        if naked:
            marks[cell] = mask if cell in cells else ALL
        else:
            marks[cell] = ALL if cell in cells else ALL & ~mask
    return State("." * 81, tuple(marks))


@pytest.mark.parametrize("technique", ELIMINATIONS)
def test_an_elimination_is_proved_by_the_pattern_alone(technique):
    """Wherever a rung applies, its marks are those its printed rule gives, and no way to fill the pattern has one."""
    found = 0
    for seed in range(60):
        state = planted(technique, Random(f"{technique} {seed}"))
        focus = ELIMINATIONS[technique](state.marks)
        if focus is None or focus.technique != technique:
            continue
        assert read(prompt(state, focus).user).right == focus.right
        wishes = proof._pattern(state, focus)
        found += proof._fits([], wishes)  # a grid thrown together may be one that nothing fits
        assert not any(proof._fits([mark], wishes) for mark in focus.right.marks)
    assert found >= 10


@pytest.mark.parametrize("grade", GRADES)
def test_every_step_has_exactly_one_right_answer(grade):
    """In each grade what the rule allows, what a reader of the prompt says and what the oracle gives are one action."""
    problem = Sudoku.load({"grade": grade, "puzzle-seed": 3})
    for state in states(problem):
        right = problem.oracle(state)
        assert problem.right_answers(state) == (right,)
        assert problem.parse(state, problem.imitate(problem.step(state).prompt, None, 0)[1]) == right


@pytest.mark.parametrize("puzzle", FAMOUS.values(), ids=FAMOUS)
def test_the_famous_hard_ones_are_solved(puzzle):
    """Guesses and undone guesses included, a run comes to the one solution, in its expected number of steps."""
    problem = Sudoku.load({"puzzle": puzzle})
    answers = path(problem)
    assert problem.verify(answers) == []
    assert problem.expected_steps == len(answers)
    state = problem.start()
    for answer in answers:
        state = problem.apply(state, answer)
    assert [state.values] == solutions(problem.source())


def test_many_puzzles_are_solved_through_noise():
    """Over all grades, a simulated model right 97 times in 100 solves each puzzle without one wrong decision."""
    ends, figures = many(8, 0.97, first_seed=101)
    assert ends == {(grade, Outcome.SOLVED): 2 for grade in GRADES}
    assert figures["wrong"] == 0
    assert figures["steps"] > 8 * 40


@modest
@given(seed=SEEDS)
@example(seed=635)
def test_a_run_ends_whatever_is_voted_for(seed):
    """Right, wrong and impossible answers in any order come to an end, solved or not, and are drawn all the way."""
    dice = Random(seed)
    problem = ESCARGOT if seed % 2 else EASY
    state, steps = problem.start(), 0
    while (step := problem.step(state)) is not None and steps < 400:
        mistake = dice.choice([None] * 12 + [Mistake.WRONG] * 3 + [Mistake.ILLEGAL] * (seed % 5 == 0))
        answer = problem.parse(state, "\n".join(problem.imitate(step.prompt, mistake, dice.randrange(10**6))))
        state = state if isinstance(answer, Flag) else problem.apply(state, answer)  # what is flagged never votes
        steps += 1
    assert problem.picture(state, 60, 18).plain
    assert steps < 400 or problem is ESCARGOT


def test_a_wrong_guess_heals():
    """A guess that the rule does not ask for is undone in the end like any other, and the puzzle is solved."""
    state = first(ESCARGOT, "guess")
    answers = [ESCARGOT.oracle(before) for before in states(ESCARGOT)]
    answers = answers[: answers.index(ESCARGOT.oracle(state))]
    wrong = ESCARGOT.parse(state, "\n".join(ESCARGOT.imitate(ESCARGOT.step(state).prompt, Mistake.WRONG, 5)))
    assert ESCARGOT.objection(state, wrong) is None
    answers.append(wrong)
    state = ESCARGOT.apply(state, wrong)
    while ESCARGOT.step(state) is not None:
        answers.append(ESCARGOT.oracle(state))
        state = ESCARGOT.apply(state, answers[-1])
    assert ESCARGOT.verify(answers) == []


def test_a_strike_too_few_is_asked_for_again():
    """What a strike leaves out is what the next step asks for, as far as no lower rung applies first."""
    state = next(s for s in states(ESCARGOT) if ESCARGOT.oracle(s).kind == STRIKE and len(ESCARGOT.oracle(s).marks) > 2)
    right = ESCARGOT.oracle(state)
    for mark in right.marks:
        after = ESCARGOT.apply(state, action(STRIKE, set(right.marks) - {mark}))
        assert ESCARGOT.oracle(after) == action(STRIKE, [mark])


def test_the_seed_alone_decides_which_puzzle_is_made():
    """Equal seeds make equal puzzles, other seeds others."""
    one, same, other = (Sudoku.load({"grade": "medium", "puzzle-seed": seed}) for seed in (7, 7, 8))
    assert one == same
    assert one != other


@pytest.mark.parametrize("grade", GRADES)
def test_a_made_puzzle_is_of_its_grade(grade):
    """Puzzles made here have one solution and need what their grade says."""
    for seed in range(2):
        problem = Sudoku.load({"grade": grade, "puzzle-seed": seed})
        assert len(solutions(problem.source())) == 1
        assert grade_of(techniques(problem.source())) == grade
        assert grade in problem.label


def test_pencil_marks_are_what_the_peers_leave():
    """At the start each open cell lists exactly the digits of no cell in its row, column and box."""
    for cell, mask in enumerate(pencilled(ESCARGOT.source())):
        seen = {ESCARGOT.source()[other] for unit in UNITS if cell in unit for other in unit}
        listed = {str(digit) for digit in range(1, 10) if mask >> (digit - 1) & 1}
        assert listed == (set() if ESCARGOT.source()[cell] != "." else set("123456789") - seen)
