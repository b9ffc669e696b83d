"""Rubik's cube: scrambles, stickers and nets load, everything else is refused in one line."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.cube import RubiksCube
from maker_tasks.cube.facelets import to_facelets
from maker_tasks.cube.pieces import FACES, SOLVED, play
from maker_tasks.cube.problem import random_scramble
from maker_tasks.cube.prompt import net

from maker_engine.core.errors import ProblemError
from tests.tasks.cubes import METHODS, SOLVED as LETTERS, SUPERFLIP
from tests.tasks.many_cube import random_cube

TURNED = to_facelets(play(SOLVED, ["R", "U", "F'"]))


def start(source, **options):
    return to_facelets(RubiksCube.load(options, source).start().cube)


def with_stickers(changes):
    """The solved cube's letters, some changed: cell (0 to 53) to letter."""
    letters = list(LETTERS)
    for cell, letter in changes.items():
        letters[cell] = letter
    return "".join(letters)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), method=st.sampled_from(METHODS))
def test_a_cube_can_be_given_in_every_form(seed, method):
    """The same 54 letters load as an option, a line, six words, a net with and without blanks, or in colours."""
    letters = random_cube(Random(seed))
    problem = RubiksCube.load({"facelets": letters, "method": method})
    unfolded = net(problem.start().cube)
    spaced = "\n".join(" ".join(row.replace(" ", "")) for row in unfolded.splitlines())
    coloured = letters.translate(str.maketrans("URFDLB", "WRGYOB"))
    words = " ".join(letters[at : at + 9] for at in range(0, 54, 9))
    for text in (letters, f"{letters}\n", words, unfolded, spaced, coloured, coloured.lower()):
        assert start(text) == letters
    assert RubiksCube.load({}, problem.source()) == problem
    assert RubiksCube.load({}, json.dumps({"facelets": letters, "method": method})) == problem


@pytest.mark.parametrize("text", ["R U F'", " R\nU   F’ ", '{"scramble": "R U F\'"}', "\n\tR\n\nU\nF'"])
def test_a_scramble_can_be_given_in_every_form(text):
    """Turns are read with any blanks between and either apostrophe, in a file or as an option."""
    assert start(text) == TURNED
    assert start(None, scramble="R U F'") == TURNED


def test_the_source_has_the_say_over_the_start_and_the_option_over_the_method():
    """With a source the other options are ignored, and a method other than auto goes before the source's."""
    text = '{"scramble": "R U F\'", "method": "layers"}'
    assert start(text, scramble="D", turns=3) == TURNED
    assert RubiksCube.load({"method": "auto"}, text) == RubiksCube.load({}, text)
    assert RubiksCube.load({"method": "phases"}, text) == RubiksCube.load({}, "R U F'") != RubiksCube.load({}, text)


@settings(max_examples=100, deadline=None)
@given(turns=st.integers(0, 60), seed=st.integers())
def test_random_turns_are_as_many_as_asked_for(turns, seed):
    """No random turn can be joined with one before it, and equal seeds give equal turns."""
    moves = random_scramble(turns, seed).split()
    assert len(moves) == turns
    assert random_scramble(turns, seed).split() == moves
    axes = [FACES.index(move[0]) // 2 for move in moves]
    for at in range(1, turns):
        assert moves[at][0] != moves[at - 1][0]
        assert at < 2 or len(set(axes[at - 2 : at + 1])) > 1


def test_a_label_says_what_was_given():
    """A label has the scramble, cut where it is long, or how many pieces are astray, and the method."""
    assert RubiksCube.load({"scramble": "R U2 F'"}).label == "R U2 F', by phases"
    assert RubiksCube.load({"facelets": TURNED, "method": "layers"}).label == "16 of 20 pieces astray, by layers"
    assert RubiksCube.load({"scramble": SUPERFLIP}).label == "U R2 F B R B2 R U2 L B2 R U'…, by phases"


REFUSALS = {
    "": "is empty",
    "R U4": "'U4' is not a turn",
    "R x": "'x' is not a turn",
    "R r": "'r' is not a turn",
    "R,U": "'R,U' is not a turn",
    "R2U": "'R2U' is not a turn",
    "R\x1b[2J": "is not a turn",
    "R\ud800": "is not a turn",
    "R " * 1001: "at most 1000 turns, got 1001",
    LETTERS[:-1]: "54 stickers, got 53",
    LETTERS + "U": "54 stickers, got 55",
    "UUU": "54 stickers, got 3",
    with_stickers({0: "R"}): "there are 8 stickers of U, not 9",
    LETTERS[9:18] + LETTERS[:9] + LETTERS[18:]: "the centres read RUFDLB, not URFDLB",
    LETTERS.replace("U", "X").replace("X", "R", 1): "there are 8 stickers of X, not 9",
    LETTERS.replace("U", "W").replace("W", "X", 1): "no centre has the colour 'X'",
    with_stickers({4: "X", 13: "X"}): "not six colours",
    with_stickers({5: "R", 10: "U"}): "an edge is flipped",
    with_stickers({8: "R", 9: "F", 20: "U"}): "a corner is twisted",
    with_stickers({10: "F", 19: "R"}): "two pieces are swapped (parity)",
    with_stickers({5: "D", 28: "U"}): "is there twice",
    with_stickers({8: "R", 9: "U"}): "the stickers at URF, RUF, belong to no piece",
    with_stickers({10: "U", 1: "R"}): "belong to no piece",
    with_stickers({10: "U", 1: "R"}).replace("U", "W"): "the stickers at UR, WW, belong to no piece",
    '{"facelets": ""}': "54 stickers, got 0",
    "{": "not JSON",
    "{}": "neither scramble nor facelets",
    '{"scramble": 3}': "scramble must be text, got 3",
    '{"facelets": ["U"]}': "facelets must be text",
    '{"scramble": "R", "facelets": "U"}': "give one of them",
    '{"scramble": "R", "turns": 3}': "unknown key 'turns'",
    '{"scramble": "R", "method": "best"}': "method must be auto, phases or layers, got 'best'",
    '{"scramble": "R", "method": []}': "method must be",
    '{"scramble": ' + "[" * 100_000: "too long or too deep",
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_a_broken_source_is_refused_with_its_reason(text, said):
    """Each way of being no cube brings one short, printable line that names it."""
    with pytest.raises(ProblemError) as caught:
        RubiksCube.load({}, text)
    line = str(caught.value)
    assert said in line
    assert line.isprintable()
    assert len(line) < 160


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"turns": -1}, "turns must be 0 to 1000, got -1"),
        ({"turns": 10**5000}, "turns must be 0 to 1000, got "),
        ({"turns": "many"}, "turns must be"),
        ({"shuffle": "x"}, "shuffle must be a whole number, got 'x'"),
        ({"scramble": "R", "facelets": LETTERS}, "give one of them"),
        ({"scramble": "R X"}, "'X' is not a turn"),
        ({"method": "fast"}, "method must be auto, phases or layers, got 'fast'"),
    ],
    ids=range(7),
)
def test_wrong_options_are_refused(options, said):
    """An option that cannot be used is named with what it may be."""
    with pytest.raises(ProblemError) as caught:
        RubiksCube.load(options)
    assert said in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(first=st.integers(0, 53), second=st.integers(0, 53), seed=st.integers(0, 2**32))
def test_stickers_that_were_exchanged_are_refused(first, second, seed):
    """Two different stickers of a cube that change places never make a cube, as each piece is there once."""
    letters = list(random_cube(Random(seed)))
    if letters[first] == letters[second]:
        return
    letters[first], letters[second] = letters[second], letters[first]
    with pytest.raises(ProblemError):
        RubiksCube.load({"facelets": "".join(letters)})
