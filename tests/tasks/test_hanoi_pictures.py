"""Towers of Hanoi: pictures, prompts and the README."""

from __future__ import annotations

import inspect
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, strategies as st
from maker_tasks.hanoi import Hanoi
from maker_tasks.hanoi.towers import State

from tests.tasks.hanoi_games import HARD, SEEDS, THREE, TWENTY, game, modest, scattered


@modest
@given(seed=SEEDS, disks=st.integers(1, 64), columns=st.integers(20, 130), rows=st.integers(4, 70))
def test_a_picture_fits_and_shows_what_moved(seed, disks, columns, rows):
    """At every size the picture fits, numbers the three pegs, and marks the disk moved last without colour."""
    problem = game(scattered(Random(seed), disks))
    state = problem.start()
    if problem.step(state) is not None:
        state = problem.apply(state, problem.oracle(state))
    lines = problem.picture(state, columns, rows).plain.split("\n")
    assert len(lines) <= rows
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    assert "2*" in text or "2 *goal" in text
    if state.previous:
        assert text.count("»") == text.count("«") == 1
        assert text.partition("»")[2].partition("«")[0].strip("█") == str(state.previous[0])


def test_the_disk_moved_last_is_never_hidden_in_a_run():
    """However few cells there are, the moved disk stands apart from the disks written as a range."""
    problem = Hanoi.load({"disks": 64})
    solved = State(problem.start().pegs[::-1], (1, 0, 2), 2**64 - 1)
    assert "64–2 »1«" in problem.picture(solved, 20, 4).plain


@pytest.mark.parametrize(("columns", "rows", "standing"), [(60, 18, 16), (80, 24, 22), (20, 4, 2), (36, 6, 4)])
def test_pegs_stand_where_they_fit(columns, rows, standing):
    """Towers that have room stand, higher ones are laid down."""
    for disks in range(1, 65):
        problem = Hanoi.load({"disks": disks})
        assert ("┻" in problem.picture(problem.start(), columns, rows).plain) == (disks <= standing)


def test_every_disk_is_in_the_standing_picture():
    """A standing picture carries the number of each disk once, widest at the bottom."""
    problem = Hanoi.load({"disks": 9})
    rows = problem.picture(problem.start()).plain.split("\n")
    numbers = [row.strip(" │▐▌").strip("█") for row in rows if "▐" in row]
    assert numbers == [str(disk) for disk in range(1, 10)]
    widths = [row.count("█") for row in rows if "▐" in row]
    assert widths == sorted(set(widths))


@pytest.mark.parametrize("goal", range(3))
@pytest.mark.parametrize("rule", ["paper", "state"])
def test_the_prompt_shows_the_state_as_lists(goal, rule):
    """A prompt names the previous move and the current state, in lists, and the form of the answer."""
    problem = game([[2, 1], [], []] if goal else [[], [2, 1], []], goal, rule)
    start = problem.start()
    first = problem.step(start).prompt
    assert "\nPrevious move: None\nCurrent state: [[" in first.user
    second = problem.step(problem.apply(start, problem.oracle(start))).prompt
    assert "\nPrevious move: [1, " in second.user
    assert "(" not in second.user
    assert f"all disks on peg {goal}" in second.system
    assert first.system == second.system
    assert second.user.endswith("move = [disk, from, to]\nnext_state = [[peg 0], [peg 1], [peg 2]]")


def test_the_readme_shows_the_real_thing():
    """The prompt and both pictures in the task's README are what the task gives."""
    readme = Path(inspect.getfile(Hanoi)).with_name("README.md").read_text(encoding="utf-8")
    state = THREE.start()
    for _ in range(4):
        state = THREE.apply(state, THREE.oracle(state))
    assert THREE.step(state).prompt.user in readme
    hard = TWENTY.picture(State(*HARD[10241][:2], 10241))
    for picture in (THREE.picture(state, 40, 7), hard):
        assert "\n".join(line.rstrip() for line in picture.plain.split("\n")) in readme
