"""Cubes to test on."""

from __future__ import annotations

from random import Random

from maker_tasks.cube import RubiksCube
from maker_tasks.cube.evidence import write
from maker_tasks.cube.facelets import ORDER
from maker_tasks.cube.question import Answer

from tests.tasks.many_cube import random_cube

METHODS = ("phases", "layers")
SOLVED = "".join(face * 9 for face in ORDER)
SUPERFLIP = "U R2 F B R B2 R U2 L B2 R U' D' R2 F R' L B2 U2 F2"
MOST = {"phases": 45, "layers": 18}


def scrambled(method, scramble="R U2 F'"):
    return RubiksCube.load({"method": method, "scramble": scramble})


def drawn(method, seed):
    """A cube drawn from all cubes."""
    return RubiksCube.load({"method": method, "facelets": random_cube(Random(seed))})


def way(problem):
    """The states of the oracle's solution but the last, each with its answer."""
    state = problem.start()
    while problem.step(state) is not None:
        answer = problem.oracle(state)
        yield state, answer
        state = problem.apply(state, answer)


def answers_of(problem):
    return [answer for _, answer in way(problem)]


def evidence(problem, state):
    """The distances as they stand in the list."""
    return write([case.answer for case in problem._question(state).cases])


def say(method, choice, reading):
    first, second = ("move", "distance") if method == "phases" else ("case", "place")
    return f"{first} = {choice}\n{second} = {reading}"


def unlisted(method):
    """An answer that no list of the method's has."""
    return Answer("R", "99") if method == "phases" else Answer("99", "RU")
