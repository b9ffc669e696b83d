"""Towers of Hanoi: both decision rules are right from everywhere, and every run ends."""

from __future__ import annotations

from collections import deque
from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given, strategies as st
from maker_tasks.hanoi import Hanoi
from maker_tasks.hanoi.towers import Answer, State, carry, legal_moves, paper_move, scan, stride, tower

from maker_engine.core.decomposition import Mistake
from maker_engine.core.red_flags import ILLEGAL
from tests.tasks.hanoi_games import HARD, SEEDS, THREE, TWENTY, game, modest, path, scattered

PEG_PAIRS = list(permutations(range(3), 2))


def breadth_first(disks, goal):
    """The distance of every state to the tower on `goal`, by breadth-first search over moves worked out here."""
    target = (goal,) * disks  # the peg of each disk, smallest first
    distance, queue = {target: 0}, deque([target])
    while queue:
        where = queue.popleft()
        for disk, peg in product(range(disks), range(3)):
            after = (*where[:disk], peg, *where[disk + 1 :])
            free = not any(where[smaller] in (where[disk], peg) for smaller in range(disk))
            if free and after not in distance:
                distance[after] = distance[where] + 1
                queue.append(after)
    return distance


def as_pegs(where):
    return tuple(tuple(d + 1 for d in reversed(range(len(where))) if where[d] == peg) for peg in range(3))


@pytest.mark.parametrize("disks", range(1, 6))
@pytest.mark.parametrize("goal", range(3))
def test_the_scan_is_the_shortest_way_from_everywhere(disks, goal):
    """From every legal state the scan's distance is that of a breadth-first search, and its move comes one nearer."""
    distance = breadth_first(disks, goal)
    assert len(distance) == 3**disks
    at = {as_pegs(where): moves for where, moves in distance.items()}
    for pegs, moves in at.items():
        move, told = scan(pegs, goal)
        assert told == moves
        if moves:
            assert move in legal_moves(pegs)
            assert at[carry(pegs, move)] == moves - 1


@pytest.mark.parametrize("disks", range(1, 11))
@pytest.mark.parametrize(("start", "goal"), PEG_PAIRS)
def test_the_papers_rule_is_optimal_for_every_pair_of_pegs(disks, start, goal):
    """With its direction set by parity and pegs, the paper's rule makes the scan's move at every step."""
    pegs, previous, moves = tower(disks, start), None, 0
    way = stride(disks, start, goal)
    while pegs != tower(disks, goal):
        move = paper_move(pegs, previous, way)
        assert move == scan(pegs, goal)[0]
        pegs, previous, moves = carry(pegs, move), move, moves + 1
    assert moves == 2**disks - 1


@pytest.mark.parametrize("disks", range(1, 11))
@pytest.mark.parametrize(("start", "goal"), PEG_PAIRS)
def test_the_moves_are_those_of_the_bit_trick(disks, start, goal):
    """Move m goes from the trick's peg (m & m−1) mod 3 to its peg ((m | m−1) + 1) mod 3, whatever our rules say."""
    pegs = [[], [], []]
    pegs[start] = list(range(disks, 0, -1))
    goal_in_trick = 2 if disks % 2 else 1
    name = {0: start, goal_in_trick: goal, 3 - goal_in_trick: 3 - start - goal}
    expected = [(name[(m & m - 1) % 3], name[((m | m - 1) + 1) % 3]) for m in range(1, 2**disks)]
    assert [answer.move[1:] for answer in path(game(pegs, goal))] == expected


def test_the_papers_direction_is_the_even_towers():
    """For 20 disks from peg 0 to peg 2 disk 1 starts with [1, 0, 1], as in the paper; for 19 disks with [1, 0, 2]."""
    assert TWENTY.oracle(TWENTY.start()).move == (1, 0, 1)
    assert Hanoi.load({"disks": 19}).oracle(THREE.start()).move == (1, 0, 2)


@pytest.mark.parametrize("step", HARD)
def test_the_papers_hard_steps_have_their_right_answers(step):
    """At the paper's three hard steps the oracle, the scan and a faultless response all give the known answer."""
    pegs, previous, right = HARD[step]
    state = State(pegs, previous, step)
    assert TWENTY.oracle(state) == right
    assert scan(pegs, 2) == (right.move, 2**20 - 1 - step)
    assert TWENTY.parse(state, TWENTY.imitate(TWENTY.step(state).prompt, None, 0)[1]) == right
    assert TWENTY.objection(state, right) is None


def test_the_papers_misread_answers_are_flagged_as_illegal():
    """Both wrong candidates of step 10241, disk 13 laid on or slid under disk 2, are red flags here."""
    pegs, previous, _ = HARD[10241]
    state = State(pegs, previous, 10241)
    for after in ((13, *pegs[2]), (*pegs[2], 13)):
        assert TWENTY.objection(state, Answer((13, 1, 2), (pegs[0], (), after))).rule == ILLEGAL


@modest
@given(seed=SEEDS, disks=st.integers(1, 8), goal=st.integers(0, 2))
def test_a_scattered_start_is_solved_by_the_shortest_way(seed, disks, goal):
    """Any legal start is solved in the expected number of steps."""
    problem = game(scattered(Random(seed), disks), goal)
    answers = path(problem)
    assert len(answers) == problem.expected_steps
    assert problem.verify(answers) == []


@modest
@given(seed=SEEDS, disks=st.integers(2, 7))
def test_the_state_rule_heals_a_wrong_move(seed, disks):
    """After one wrong legal move the rule "state" still solves, with at most two moves more."""
    dice = Random(seed)
    problem = Hanoi.load({"disks": disks, "strategy": "state"})
    slip = dice.randrange(problem.expected_steps)
    state, answers = problem.start(), []
    while problem.step(state) is not None:
        answer = problem.oracle(state)
        if len(answers) == slip:
            wrong = dice.choice([move for move in legal_moves(state.pegs) if move != answer.move])
            answer = Answer(wrong, carry(state.pegs, wrong))
        answers.append(answer)
        state = problem.apply(state, answer)
    assert problem.verify(answers) == []
    assert len(answers) <= problem.expected_steps + 2


@pytest.mark.parametrize("rule", ["paper", "state"])
def test_a_run_that_is_lost_ends(rule):
    """However wrong the answers are, the task ends: after 2^n − 1 moves, or twice the distance and ten."""
    problem = Hanoi.load({"disks": 4, "strategy": rule})
    state, moves = problem.start(), 0
    while (step := problem.step(state)) is not None:
        text = problem.imitate(step.prompt, Mistake.WRONG, 0)[1]
        state, moves = problem.apply(state, problem.parse(state, text)), moves + 1
    assert moves == (15 if rule == "paper" else 40)


def test_a_tower_on_its_goal_is_already_solved():
    """With every disk on the goal peg there is no step to take."""
    for rule in ("paper", "state"):
        problem = game([[], [3, 2, 1], []], goal=1, rule=rule)
        assert problem.expected_steps == 0
        assert problem.step(problem.start()) is None
        assert problem.oracle(problem.start()) is None
        assert problem.verify([]) == []


def test_the_oracle_is_silent_where_no_answer_is_right():
    """On a board out of order, or where disk 1 moved and nothing else can, there is no right answer."""
    for pegs in (((1, 2, 3), (), ()), ((2, 3, 1), (), ()), ((2, 3), (1,), ()), ((1,), (), (2, 3))):
        for rule in ("paper", "state"):
            assert Hanoi.load({"disks": 3, "strategy": rule}).oracle(State(pegs, None, 0)) is None
    assert THREE.oracle(State(((3, 2, 1), (), ()), (1, 1, 0), 2)) is None


@pytest.mark.parametrize("disks", range(2, 6))
def test_the_papers_rule_does_not_heal(disks):
    """After any one wrong legal move the paper's rule does not solve, and verify says so: each step has to be right."""
    problem = Hanoi.load({"disks": disks})
    answers = path(problem)
    for slip, right in enumerate(answers):
        state = problem.start() if slip == 0 else State(answers[slip - 1].pegs, answers[slip - 1].move, slip)
        for wrong in legal_moves(state.pegs):
            if wrong != right.move:
                done = [*answers[:slip], Answer(wrong, carry(state.pegs, wrong))]
                after = problem.apply(state, done[-1])
                while problem.step(after) is not None and (answer := problem.oracle(after)) is not None:
                    done.append(answer)
                    after = problem.apply(after, answer)
                assert problem.verify(done)
