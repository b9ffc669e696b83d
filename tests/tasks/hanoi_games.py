"""Games of Hanoi to test on, and words to make more of them."""

from __future__ import annotations

import json

from hypothesis import settings, strategies as st
from maker_tasks.hanoi import Hanoi
from maker_tasks.hanoi.towers import Answer

SEEDS = st.integers(0, 2**32)
THREE = Hanoi.load({"disks": 3})
TWENTY = Hanoi.load({"disks": 20})

modest = settings(max_examples=60, deadline=None)


def game(pegs, goal=2, rule="auto"):
    return Hanoi.load({"strategy": rule}, json.dumps({"pegs": pegs, "goal": goal}))


def scattered(dice, disks):
    pegs = [[], [], []]
    for disk in range(disks, 0, -1):
        pegs[dice.randrange(3)].append(disk)
    return pegs


def path(problem):
    """The oracle's answers from the start to the end."""
    state, answers = problem.start(), []
    while problem.step(state) is not None:
        answers.append(problem.oracle(state))
        state = problem.apply(state, answers[-1])
    return answers


def say(move, pegs):
    return f"move = {move}\nnext_state = {pegs}"


HARD = {
    950202: (
        ((6, 5, 4, 1), (17, 16, 7, 2), (20, 19, 18, 15, 14, 13, 12, 11, 10, 9, 8, 3)),
        (2, 2, 1),
        Answer((1, 0, 1), ((6, 5, 4), (17, 16, 7, 2, 1), (20, 19, 18, 15, 14, 13, 12, 11, 10, 9, 8, 3))),
    ),
    539011: (
        ((14, 13, 12, 9, 8), (19, 18, 17, 16, 15, 2, 1), (20, 11, 10, 7, 6, 5, 4, 3)),
        (1, 0, 1),
        Answer((3, 2, 0), ((14, 13, 12, 9, 8, 3), (19, 18, 17, 16, 15, 2, 1), (20, 11, 10, 7, 6, 5, 4))),
    ),
    10241: (
        ((20, 19, 18, 17, 16, 15, 12, 1), (13,), (14, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)),
        (1, 2, 0),
        Answer((2, 2, 1), ((20, 19, 18, 17, 16, 15, 12, 1), (13, 2), (14, 11, 10, 9, 8, 7, 6, 5, 4, 3))),
    ),
}
"""The steps that the paper's run found hard (App. D), with their right answers."""
