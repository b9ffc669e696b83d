"""Towers of Hanoi: imitated responses err as they are asked to, and verify finds out who cheats."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, strategies as st
from maker_tasks.hanoi.towers import Answer, State

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError
from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt
from tests.tasks.hanoi_games import HARD, SEEDS, THREE, TWENTY, game, modest, path, scattered


@modest
@given(seed=SEEDS, disks=st.integers(1, 12), goal=st.integers(0, 2), variant=st.integers(0, 10**6))
def test_each_mistake_is_the_one_asked_for(seed, disks, goal, variant):
    """A wrong answer is legal and consistent, an illegal one illegal, an inconsistent one has the right move."""
    problem = game(scattered(Random(seed), disks), goal)
    state = problem.start()
    step = problem.step(state)
    if step is None:
        return
    right = problem.oracle(state)
    read = {m: problem.parse(state, "\n".join(problem.imitate(step.prompt, m, variant))) for m in Mistake}
    assert read[Mistake.WRONG].move != right.move
    assert problem.objection(state, read[Mistake.WRONG]) is None
    assert problem.objection(state, read[Mistake.ILLEGAL]).rule == ILLEGAL
    assert read[Mistake.INCONSISTENT].move == right.move
    assert problem.objection(state, read[Mistake.INCONSISTENT]).rule == INCONSISTENT
    assert read[Mistake.MALFORMED].rule == MALFORMED


def test_an_imitation_reads_nothing_but_the_prompt():
    """Any other Hanoi problem writes the same response to a prompt, and a stranger's prompt is refused."""
    prompt = TWENTY.step(State(*HARD[10241][:2], 10241)).prompt
    for mistake in (None, *Mistake):
        assert THREE.imitate(prompt, mistake, 7) == TWENTY.imitate(prompt, mistake, 7)
    with pytest.raises(TaskError):
        THREE.imitate(Prompt("system", "Fill in the cell."), None, 0)


def test_the_wording_varies():
    """Over the first variants every response is worded differently, in two to four sentences."""
    prompt = TWENTY.step(State(*HARD[10241][:2], 10241)).prompt
    texts = [TWENTY.imitate(prompt, None, variant)[0] for variant in range(300)]
    assert len(set(texts)) == 300
    assert {text.count(". ") + text.endswith(".") for text in texts} <= {2, 3, 4}


def test_every_malformed_form_is_used():
    """The broken forms are many, and every one of them is flagged."""
    prompt = THREE.step(THREE.start()).prompt
    forms = {THREE.imitate(prompt, Mistake.MALFORMED, variant)[1] for variant in range(20)}
    assert len(forms) == 9
    assert all(isinstance(THREE.parse(THREE.start(), form), Flag) for form in forms)


def test_verify_replays_the_moves_and_not_the_claims():
    """A solution whose claimed states are wrong is found out, and so is one whose moves break a rule."""
    answers = path(THREE)
    false_claim = [*answers[:3], Answer(answers[3].move, answers[2].pegs), *answers[4:]]
    assert THREE.verify(false_claim) == ["step 4: the state claimed after [3, 0, 2] is not the one it leads to"]
    cheat = [Answer((3, 0, 2), ((), (), (3, 2, 1)))]
    assert THREE.verify(cheat) == ["step 1: disk 3 is not on top of peg 0; the moves after it were not replayed"]
    assert THREE.verify([]) == ["3 of 3 disks are not on peg 2 at the end"]


@pytest.mark.parametrize(
    "move", [(1, 2, 2), (3, 0, 1), (2, 0, 2), (1, 0, 1), (4, 0, 1), (1, 2, 3), (1, -1, 0), (0, 1, 0)]
)
def test_verify_finds_every_kind_of_illegal_move(move):
    """With disk 1 on peg 2, no covered, absent or unknown disk moves, nor any onto a smaller one or off the board."""
    findings = THREE.verify([THREE.oracle(THREE.start()), Answer(move, ((3, 2), (), (1,)))])
    assert len(findings) == 1
    assert findings[0].startswith("step 2: ")
    assert findings[0].endswith("not replayed")


@pytest.mark.parametrize(
    "pegs", [((2, 3), (), (1,)), ((3, 1, 1), (), (1,)), ((3, 2, 1), (), ()), ((), (), ()), ((3, 2), ())]
)
def test_verify_compares_the_claimed_board_exactly(pegs):
    """A board in another order, with doubles, unchanged, empty or too short is not the one the move leads to."""
    assert "step 1: the state claimed after [1, 0, 2]" in THREE.verify([Answer((1, 0, 2), pegs)])[0]


def test_verify_tells_the_first_findings_of_an_endless_solution():
    """Verify reads answers one at a time and stops after five findings, so that a million of them cost no memory."""

    def endless():
        while True:
            yield Answer((1, 0, 2), THREE.start().pegs)
            yield Answer((1, 2, 0), THREE.start().pegs[::-1])

    assert len(THREE.verify(endless())) == 5


@modest
@given(
    answers=st.lists(
        st.tuples(st.tuples(*[st.integers(-2, 10**9)] * 3), st.tuples(*[st.lists(st.integers(-1, 9))] * 3))
    )
)
def test_verify_survives_any_answers(answers):
    """Verify of well-typed nonsense is a list of findings."""
    assert THREE.verify([Answer(move, tuple(map(tuple, pegs))) for move, pegs in answers])
