"""Towers of Hanoi: legal problems load, everything else is refused in one line."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, strategies as st
from maker_tasks.hanoi import Hanoi

from maker_engine.core.errors import ProblemError
from tests.tasks.hanoi_games import SEEDS, game, modest, scattered


def test_a_large_tower_loads():
    """64 disks are the most: 2^64 − 1 steps, its first answer and its pictures at once."""
    problem = Hanoi.load({"disks": 64})
    assert problem.expected_steps == 2**64 - 1
    assert problem.oracle(problem.start()).move == (1, 0, 1)


def test_the_source_has_the_say_over_the_disks_and_the_option_over_the_rule():
    """With a source the option `disks` is ignored, and the option `rule` goes before the source's unless it is auto."""
    text = '{"pegs": [[2, 1], [], []], "goal": 1, "rule": "state"}'
    assert Hanoi.load({"disks": 99}, text).expected_steps == 3
    assert Hanoi.load({"strategy": "auto"}, text) == Hanoi.load({}, text)
    assert Hanoi.load({"strategy": "paper"}, text) == game([[2, 1], [], []], 1, "paper")
    assert Hanoi.load({"strategy": "paper"}, text) != Hanoi.load({}, text)


@modest
@given(seed=SEEDS, disks=st.integers(1, 64), goal=st.integers(0, 2))
def test_any_legal_state_is_a_source(seed, disks, goal):
    """Every legal start goes through its source and back, scattered ones with the rule "state"."""
    problem = game(scattered(Random(seed), disks), goal)
    assert Hanoi.load({}, problem.source()) == problem


REFUSALS = {
    "": "not JSON",
    "{": "not JSON",
    "[[3,2,1],[],[]]": "must be an object",
    "3": "must be an object",
    "null": "must be an object",
    "{}": "has no pegs",
    '{"pegs": [[1],[],[]], "goal": 2, "disks": 1}': "unknown key 'disks'",
    '{"pegs": [[1],[],[]], "pegs": [[1],[],[]]}': "given twice",
    '{"pegs": {"0": [1]}}': "three lists",
    '{"pegs": [[1],[]]}': "three lists",
    '{"pegs": [[1],[],[],[]]}': "three lists",
    '{"pegs": [1,[],[]]}': "three lists",
    '{"pegs": [[],[],[]]}': "disks must be 1 to 64, got 0",
    '{"pegs": [[true],[],[]]}': "whole numbers, got True",
    '{"pegs": [[null],[],[]]}': "whole numbers, got None",
    '{"pegs": [[1.0],[],[]]}': "whole numbers, got 1.0",
    '{"pegs": [["1"],[],[]]}': "whole numbers, got '1'",
    '{"pegs": [[[1]],[],[]]}': "whole numbers, got [1]",
    '{"pegs": [[NaN],[],[]]}': "NaN",
    '{"pegs": [[-Infinity],[],[]]}': "-Infinity",
    '{"pegs": [[1,2],[],[]]}': "larger disk on a smaller one",
    '{"pegs": [[3,1],[],[]]}': "numbered 1 to 2, got disk 3",
    '{"pegs": [[0],[],[]]}': "numbered 1 to 1, got disk 0",
    '{"pegs": [[2],[2],[]]}': "disk 2 is there twice and disk 1 is missing",
    '{"pegs": [[1],[],[]], "goal": 3}': "goal must be peg 0, 1 or 2, got 3",
    '{"pegs": [[1],[],[]], "goal": -1}': "goal must be",
    '{"pegs": [[1],[],[]], "goal": true}': "goal must be",
    '{"pegs": [[1],[],[]], "goal": null}': "goal must be",
    '{"pegs": [[1],[],[]], "rule": "best"}': "rule must be",
    '{"pegs": [[1],[],[]], "rule": ["paper"]}': "rule must be",
    '{"pegs": [[2],[1],[]], "rule": "paper"}': "--strategy state",
    f'{{"pegs": [[{"9" * 4000}],[],[]]}}': "far larger number",
    f'{{"pegs": [[{"9" * 5000}],[],[]]}}': "too long to read",
    "[" * 100_000: "nested too deeply",
    '{"pegs": ' + "[" * 100_000: "nested too deeply",
    '{"pegs": [[' + "[" * 400 + "]" * 400 + "],[],[]]}": "whole numbers",
    json.dumps({"pegs": [list(range(65, 0, -1)), [], []]}): "disks must be 1 to 64, got 65",
    json.dumps({"pegs": [[1] * 100_000, [], []]}): "disks must be 1 to 64, got 100000",
    '{"pegs": "\\ud800\\n"}': "three lists",
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_a_broken_source_is_refused_with_its_reason(text, said):
    """Each way of being no legal problem brings one short, printable line that names it."""
    with pytest.raises(ProblemError) as caught:
        Hanoi.load({}, text)
    line = str(caught.value)
    assert said in line
    assert line.isprintable()
    assert len(line) < 200


@pytest.mark.parametrize("disks", [0, 65, -1, True, 10**5000, "three", None, 3.0], ids=range(8))
def test_a_wrong_number_of_disks_is_refused(disks):
    """Disks are a whole number from 1 to 64."""
    with pytest.raises(ProblemError, match=r"disks must be 1 to 64, got "):
        Hanoi.load({"disks": disks})


def test_the_papers_rule_is_refused_for_a_scattered_start():
    """The paper's rule is for whole towers; the refusal says to use the other."""
    with pytest.raises(ProblemError, match="--strategy state"):
        game([[2], [1], []], rule="paper")
