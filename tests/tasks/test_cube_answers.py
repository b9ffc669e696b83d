"""Rubik's cube: answers are read strictly, and the prompts and pictures say what they have to."""

from __future__ import annotations

import inspect
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.cube import RubiksCube
from maker_tasks.cube.facelets import to_facelets
from maker_tasks.cube.pieces import MOVES
from maker_tasks.cube.question import Answer

from maker_engine.core.errors import TaskError
from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt
from tests.tasks.cubes import METHODS, drawn, evidence, say, scrambled, way

methods = pytest.mark.parametrize("method", METHODS)

FIRST_WORDS = {*MOVES, *map(str, range(30))}
BARE = str.maketrans("", "", "[]* ")
READ = {
    "phases": {
        "move = U2\ndistance = 0": Answer("U2", "0"),
        "  MOVE=U'  \n\n Distance =  12 \nThat is all.": Answer("U'", "12"),
        "move = R\ndistance = 1\nNo.\nmove = L\ndistance = 2": Answer("L", "2"),
        "distance = 3\nmove = B": Answer("B", "3"),
        "move = U2\r\ndistance = 3\r\n": Answer("U2", "3"),
    },
    "layers": {
        "case = 7\nplace = DR": Answer("7", "DR"),
        "the case = 1\nplace = URF": Answer("1", "URF"),
        "case = 12\nplace = DR\ncase = 3": Answer("3", "DR"),
    },
}
MALFORMED_TEXTS = {
    "phases": [
        "", "move = U", "distance = 3", "move: U\ndistance: 3", "move = u\ndistance = 3", "move = U3\ndistance = 3",
        "move = U\ndistance = 03", "move = U\ndistance = -1", "move = U\ndistance = three", "move = U2'\ndistance = 1",
        "move = U distance = 3", "move = U\ndistance = 3.", "move = R\ndistance = 3\nmove = x",
        "move = \nU\ndistance = 1",
        "remove = U\ndistance = 3", "move = **U**\ndistance = 3", "move = U\ndistance = 100", "move = U\ndistance = ٣",
        "case = 3\nplace = DR",
    ],
    "layers": [
        "", "case = 0\nplace = DR", "case = 100\nplace = DR", "case = 3\nplace = D", "case = 3\nplace = dr",
        "case = 3\nplace = DRFU", "case = 3\nplace = XY", "case = #3\nplace = DR", "case = 3 (DR)\nplace = DR",
        "case = 3\nplace = D R", "move = U\ndistance = 3",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("method", "text"), [(m, text) for m in METHODS for text in READ[m]])
def test_the_last_lines_are_the_answer(method, text):
    """The last line of each name counts, whatever its case and the blanks around it."""
    problem = scrambled(method)
    assert problem.read_decision(problem.start(), text) == READ[method][text]


@pytest.mark.parametrize(("method", "text"), [(m, text) for m in METHODS for text in MALFORMED_TEXTS[m]])
def test_nothing_is_repaired(method, text):
    """Whatever is not in the form is flagged as malformed, with a reason."""
    problem = scrambled(method)
    flag = problem.parse(problem.start(), text)
    assert isinstance(flag, Flag)
    assert flag.rule == MALFORMED
    assert flag.reason


SEEN = "distances = U 2 2 2, D 2 2 2, L 2 2 2, R 2 2 2, F 0 1 0, B 2 1 2"
"""As they are, on the cube of `scrambled`."""
CONTRADICTED = {
    (SEEN, "F", "0"): None,
    (SEEN.replace("F 0 1 0", "F 0 2 0").lower().replace("distances", "DISTANCES").upper(), "F", "0"): None,
    (SEEN.replace("U 2", "U 9"), "F", "0"): None,
    (SEEN, "F'", "0"): "F comes before F'",
    (SEEN, "U", "2"): "F comes before U",
    (SEEN.replace("F 0", "F 1"), "F", "0"): "F is compared with 1, and answered with 0",
    (SEEN.replace("L 2", "L 0"), "F", "0"): "L comes before F",
    (SEEN.replace("B 2 1 2", "B 2 1"), "F", "0"): "B has 3 moves, and 2 distances",
    (SEEN.replace(", B 2 1 2", ""), "F", "0"): "B was not compared",
    (SEEN.replace("B", "U"), "F", "0"): "U has distances twice",
}


@pytest.mark.parametrize(("seen", "move", "distance"), CONTRADICTED, ids=range(len(CONTRADICTED)))
def test_a_move_is_the_right_one_by_the_distances_that_were_compared(seen, move, distance):
    """A move that its own distances contradict is inconsistent; whether they are the list's is not looked at."""
    problem, reason = scrambled("phases"), CONTRADICTED[seen, move, distance]
    read = problem.parse(problem.start(), f"{seen}\n{say('phases', move, distance)}")
    if reason is None:
        assert read == Answer(move, distance)
    else:
        assert (read.rule, reason in read.reason) == (INCONSISTENT, True)


@pytest.mark.parametrize("seen", ["", "distances: U 2", "distances = 2 2 2", "distances = U two", f"{SEEN}."])
def test_distances_in_another_form_are_flagged(seen):
    """Without what was compared, or with it in another form, the right move is malformed."""
    problem = scrambled("phases")
    assert problem.parse(problem.start(), f"{seen}\n{say('phases', 'F', '0')}").rule == MALFORMED


@methods
def test_an_imitation_reads_nothing_but_the_prompt(method):
    """Any other cube writes the same response to a prompt, and a stranger's prompt is refused."""
    prompt = scrambled(method).step(scrambled(method).start()).prompt
    for other in METHODS:
        assert drawn(other, 1).imitate(prompt, None, 3) == scrambled(method).imitate(prompt, None, 3)
    with pytest.raises(TaskError):
        scrambled(method).imitate(Prompt("system", "Fill in the cell."), None, 0)


@methods
def test_the_wording_varies(method):
    """Over the first variants every response is worded differently."""
    problem = scrambled(method)
    prompt = problem.step(problem.start()).prompt
    assert len({problem.imitate(prompt, None, variant)[0] for variant in range(300)}) == 300


@methods
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_answer_is_told_briefly(method, seed):
    """The answers of a solution are described in at most 24 characters, and can be read back from their own form."""
    problem = drawn(method, seed)
    for state, answer in way(problem):
        assert len(problem.describe(answer)) <= 24
        seen = evidence(problem, state) if method == "phases" else ""
        assert problem.parse(state, f"{seen}\n{say(method, *answer)}") == answer


@methods
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), columns=st.integers(20, 130), rows=st.integers(4, 50))
def test_a_picture_fits_and_shows_every_sticker(method, seed, columns, rows):
    """At every size the picture fits and has all 54 letters; on a net the piece that is looked for is marked."""
    problem = drawn(method, seed)
    states = [state for state, _ in way(problem)]
    state = Random(seed).choice(states)
    picture = problem.picture(state, columns, rows)
    lines = picture.plain.split("\n")
    assert len(lines) <= rows
    assert max(map(len, lines)) <= columns
    shown = [picture.plain[span.start : span.end] for span in picture.spans if str(span.style).startswith("fill.")]
    assert sorted("".join(shown).translate(BARE)) == sorted(to_facelets(state.cube))
    marked = sum(sticker[0] == "[" or sticker[-1] == "*" for sticker in shown)
    piece = len(problem.oracle(state).reading) if method == "layers" else 0
    assert marked == (piece if len(shown[0]) > 1 else 0)


@methods
def test_the_prompt_depends_on_what_is_seen(method):
    """The system prompt is the same in every step, and a list has no line twice."""
    problem = drawn(method, 3)
    prompts = [problem.step(state).prompt for state, _ in way(problem)]
    assert len({prompt.system for prompt in prompts}) == 1
    for prompt in prompts:
        listed = [line for line in prompt.user.splitlines() if line.partition(" ")[0] in FIRST_WORDS]
        assert len(listed) == len(set(listed)) >= 2


def test_the_readme_shows_the_real_thing():
    """Both prompts and the picture in the task's README are what the task gives."""
    readme = Path(inspect.getfile(RubiksCube)).with_name("README.md").read_text(encoding="utf-8")
    for method in METHODS:
        problem = scrambled(method)
        assert problem.step(problem.start()).prompt.user in readme
    assert say("layers", *problem.oracle(problem.start())) in readme
    by_phases = scrambled("phases")
    right = say("phases", *by_phases.oracle(by_phases.start()))
    assert f"{evidence(by_phases, by_phases.start())}\n{right}" in readme
    problem = scrambled("layers")
    state, answer = next(way(problem))
    picture = problem.picture(problem.apply(state, answer)).plain
    assert "\n".join(line.rstrip() for line in picture.split("\n")) in readme
