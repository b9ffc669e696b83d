"""Rubik's cube: both methods solve every cube, with one right answer a step."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings, strategies as st
from maker_tasks.cube import RubiksCube, derivation, layers, verifier
from maker_tasks.cube.facelets import from_facelets, to_facelets
from maker_tasks.cube.pieces import MOVES, PIECES, SOLVED, inverse, play, turn
from maker_tasks.cube.task import State

from maker_engine.core.decomposition import Mistake
from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag
from tests.tasks.cubes import METHODS, MOST, SUPERFLIP, answers_of, drawn, scrambled, unlisted, way
from tests.tasks.many_cube import many

SEEDS = st.integers(0, 2**32)
methods = pytest.mark.parametrize("method", METHODS)
modest = settings(max_examples=25, deadline=None)


@methods
@modest
@given(seed=SEEDS)
def test_every_cube_is_solved(method, seed):
    """Any cube is solved within the most steps, every step has one right answer, and the sticker model agrees."""
    problem = drawn(method, seed)
    answers = []
    for state, answer in way(problem):
        assert problem.right_answers(state) == {answer}
        answers.append(answer)
    assert len(answers) == problem.expected_steps <= MOST[method]
    assert problem.verify(answers) == []


@methods
@modest
@given(seed=SEEDS)
def test_wrong_votes_are_healed(method, seed):
    """After some wrong answers, listed or not, every step still has one right answer and the cube is solved."""
    problem, dice = drawn(method, seed), Random(seed)
    state, answers = problem.start(), []
    while (step := problem.step(state)) is not None:
        answer = problem.oracle(state)
        assert problem.right_answers(state) == {answer}
        if len(answers) < 10 and dice.random() < 0.5:
            answer = problem.parse(state, problem.imitate(step.prompt, Mistake.WRONG, dice.randrange(99))[1])
        answers.append(answer)
        state = problem.apply(state, answer)
    assert problem.verify(answers) == []


@methods
def test_random_cubes_are_solved_by_the_simulated_model(method):
    """Runs of the simulated model end solved, and the answers in their sessions solve the cube on stickers."""
    for cube in many(method, 3):
        assert (cube.outcome, cube.findings) == ("solved", [])


@methods
@modest
@given(seed=SEEDS, variant=st.integers(0, 10**6))
@example(seed=1973, variant=0)  # every move of the list has the same distance, of two digits
def test_each_mistake_is_the_one_asked_for(method, seed, variant):
    """A wrong answer is listed and not the right one; the other mistakes are flagged for what they are."""
    problem = drawn(method, seed)
    states = [state for state, _ in way(problem)]
    state = states[seed % len(states)]
    prompt = problem.step(state).prompt
    read = {m: problem.parse(state, "\n".join(problem.imitate(prompt, m, variant))) for m in [None, *Mistake]}
    assert read[None] == problem.oracle(state) != read[Mistake.WRONG]
    assert problem.objection(state, read[None]) is None is problem.objection(state, read[Mistake.WRONG])
    assert problem.objection(state, read[Mistake.ILLEGAL]).rule in (ILLEGAL, INCONSISTENT)
    slip = read[Mistake.INCONSISTENT]
    assert (slip if isinstance(slip, Flag) else problem.objection(state, slip)).rule == INCONSISTENT
    assert read[Mistake.MALFORMED].rule == MALFORMED


def test_a_move_that_the_phase_forbids_is_illegal():
    """Once the edges are turned a quarter turn of F is off the list; it could be played, and is flagged."""
    problem = scrambled("phases", "R U")
    state = problem.start()
    move = problem.oracle(state)._replace(choice="F")
    assert problem.objection(state, move) == Flag(ILLEGAL, "move F is not in the list", "move = F")
    assert problem.apply(state, move).cube == turn(state.cube, "F")


@methods
def test_a_run_that_is_lost_ends(method):
    """However wrong the answers are, the task ends after four times the most steps, and was not solved."""
    problem = scrambled(method)
    state, answers = problem.start(), []
    while problem.step(state) is not None:
        answers.append(unlisted(method))
        state = problem.apply(state, answers[-1])
    assert len(answers) == 4 * MOST[method]
    assert problem.verify(answers)
    assert "given up" in problem.picture(state).plain


@methods
def test_a_solved_cube_needs_no_step(method):
    """Without a turn there is nothing to ask, nothing to verify and nothing that would be right."""
    for problem in (scrambled(method, "R R'"), RubiksCube.load({"method": method, "turns": 0})):
        state = problem.start()
        assert (problem.step(state), problem.oracle(state), problem.expected_steps) == (None, None, 0)
        assert problem.right_answers(state) == frozenset()
        assert problem.verify([]) == []
        assert "solved" in problem.picture(state).plain


@pytest.mark.parametrize("move", MOVES)
def test_the_two_models_turn_alike(move):
    """A turn of the pieces shows the stickers that the turn in space brings, on a cube with every piece astray."""
    cube = play(SOLVED, [*SUPERFLIP.split(), "R", "U", "F'", "L2", "D"])
    letters = to_facelets(cube)
    assert to_facelets(turn(cube, move)) == "".join(letters[source] for source in verifier._sources(move))
    assert play(turn(cube, move), inverse([move])) == cube
    assert from_facelets(letters) == cube


def test_the_superflip_is_its_own_inverse():
    """The superflip turns every edge in its place and no corner, and undoes itself."""
    cube = play(SOLVED, SUPERFLIP.split())
    assert cube == tuple(piece[::-1] if len(piece) == 2 else piece for piece in PIECES)
    assert play(cube, SUPERFLIP.split()) == SOLVED


def test_every_algorithm_keeps_the_pieces_before_its_own():
    """Each case's algorithm brings the piece home from its place, and leaves those before it where they are."""
    tables = layers.algorithms()
    assert len(tables) == layers.MOST_PIECES
    for number, piece in enumerate(tables):
        for case in layers.cases(piece):
            assert play((case.answer.reading,), case.moves) == (piece,)
            kept = tuple(tables)[:number]
            assert play(kept, case.moves) == kept
    assert [len(layers.cases(piece)) for piece in tables] == [
        *(23, 21, 19, 17), *(23, 20, 17, 14), *(15, 13, 11, 9), *(7, 5, 3), *(11, 8, 2)
    ]  # fmt: skip


@methods
def test_verify_tells_what_is_wrong(method):
    """A solution that stops early, goes on after the end, or holds an answer that is none is found out."""
    problem = scrambled(method)
    answers = answers_of(problem)
    assert "stickers are not on their face" in problem.verify(answers[:-1])[0]
    assert problem.verify([*answers, answers[-1]]) == [f"step {len(answers) + 1}: the cube was solved before it"]
    odd = unlisted(method)._replace(choice="X")
    assert problem.verify([odd, *answers])[0].startswith("step 1: ")


def test_verify_ends_on_an_endless_solution():
    """Verify reads answers one at a time, and no more than an honest solution can have."""

    def endless():
        while True:
            yield ("U", "1")

    assert scrambled("phases").verify(endless()) == [f"there are more than {verifier.MOST_ANSWERS} answers"]


@methods
def test_states_go_through_json(method):
    """A state keeps its cube, what was played last and its number of steps."""
    problem = drawn(method, 5)
    state, answer = next(way(problem))
    after = problem.apply(state, answer)
    assert problem.decode_state(problem.encode_state(after)) == after == State(after.cube, after.played, 1)


def test_the_algorithms_are_those_of_the_search():
    """The search, run again for the first four edges, finds what the file holds."""
    group = derivation.GROUPS[0]
    found = derivation._search((), group, [(move,) for move in MOVES])
    assert found == {piece: layers.algorithms()[piece] for piece in group}
    assert [piece for pieces in derivation.GROUPS for piece in pieces] == list(layers.algorithms())
