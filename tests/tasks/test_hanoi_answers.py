"""Towers of Hanoi: answers are read strictly, and judged by the rules of the game."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given, strategies as st
from maker_tasks.hanoi.towers import Answer, State

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag
from tests.tasks.hanoi_games import SEEDS, THREE, game, modest, say, scattered

RIGHT = Answer((1, 0, 2), ((3, 2), (), (1,)))
BLOCK = say([1, 0, 2], [[3, 2], [], [1]])

READ = {
    "fenced": f"```\n{BLOCK}\n```",
    "capitals": BLOCK.replace("move", "Move").replace("next_state", "NEXT_STATE"),
    "no blanks": BLOCK.replace(" ", ""),
    "many blanks": BLOCK.replace("=", "\t=\n ").replace(",", " ,\n  ").replace("[", "[ ").replace("]", " ]"),
    "no-break blanks": BLOCK.replace(" ", "\u00a0"),
    "narrow blanks": BLOCK.replace(" ", "\u202f").replace(",", ",\u2009"),
    "state first": "\n".join(reversed(BLOCK.split("\n"))),
    "an earlier answer": f"{say([1, 0, 1], [[3, 2], [1], []])}\nNo: {BLOCK}",
    "an earlier broken one": f"move = [disk, from, to]\nnext_state = [[peg 0], [peg 1], [peg 2]]\n{BLOCK}",
    "names in prose": f"{BLOCK}\nThat move and its next_state = what was asked; next_move = [9, 9, 9]",
    "letters longer in lower case": f"{'İ' * 50} {BLOCK}",
    "one line": BLOCK.replace("\n", " "),
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_the_last_answer_is_read_whatever_surrounds_it(text):
    """The last move and the last state count, in any case and spacing."""
    assert THREE.parse(THREE.start(), text) == RIGHT


MALFORMED_TEXTS = {
    "nothing": "",
    "words": "Move disk 1 from peg 0 to peg 2.",
    "only a move": "move = [1, 0, 2]",
    "only a state": "next_state = [[3, 2], [], [1]]",
    "colon": BLOCK.replace(" =", ":"),
    "another name": BLOCK.replace("move", "best_move"),
    "a missing disk": say([1, 0, 2], [[3, 2], [], []]),
    "a disk twice": say([1, 0, 2], [[3, 2, 1], [], [1]]),
    "a strange disk": say([1, 0, 2], [[4, 2], [], [1]]),
    "disk 0": say([1, 0, 2], [[3, 2, 0], [], [1]]),
    "two pegs": say([1, 0, 2], [[3, 2], [1]]),
    "four pegs": say([1, 0, 2], [[3, 2], [], [1], []]),
    "a flat state": say([1, 0, 2], [3, 2, 1]),
    "a deep state": say([1, 0, 2], [[[3, 2]], [], [1]]),
    "tuples": say((1, 0, 2), ((3, 2), (), (1,))),
    "a tuple for a state": say([1, 0, 2], ((3, 2), (), (1,))),
    "a short move": say([1, 0], [[3, 2], [], [1]]),
    "a long move": say([1, 0, 2, 0], [[3, 2], [], [1]]),
    "a true in the move": say("[true, 0, 2]", [[3, 2], [], [1]]),
    "a true in the state": say([1, 0, 2], "[[3, 2], [], [true]]"),
    "a float in the move": say("[1.0, 0, 2]", [[3, 2], [], [1]]),
    "a float in the state": say([1, 0, 2], "[[3, 2], [], [1.0]]"),
    "quoted numbers": say('["1", "0", "2"]', [[3, 2], [], [1]]),
    "leading zeros": say([1, 0, 2], "[[03, 02], [], [01]]"),
    "a leading zero in the move": say("[01, 0, 2]", [[3, 2], [], [1]]),
    "a trailing comma": say([1, 0, 2], "[[3, 2,], [], [1]]"),
    "no comma": say([1, 0, 2], "[[3 2], [], [1]]"),
    "other scripts' digits": say("[١, ٠, ٢]", [[3, 2], [], [1]]),
    "cut in the state": BLOCK[:-1],
    "cut in the move": BLOCK.replace("2]\n", "2\n"),
    "a broken answer after a whole one": f"{BLOCK}\nOr rather: move = [2, 0",
    "a cut-off state after a whole answer": f"{BLOCK}\nnext_state = [[3, 2], [",
    "a number of 5000 digits in the move": say(f"[{'9' * 5000}, 0, 2]", [[3, 2], [], [1]]),
    "a number of 5000 digits in the state": say([1, 0, 2], f"[[{'9' * 5000}], [], [1]]"),
    "a number of 3000 digits in the state": say([1, 0, 2], f"[[{'9' * 3000}], [], [1]]"),
    "deep nesting": f"move = [1, 0, 2]\nnext_state = {'[' * 100_000}",
    "a lone surrogate": "move = [\ud800, 0, 2]\nnext_state = [[3, 2], [], [1]]",
}


@pytest.mark.parametrize("text", MALFORMED_TEXTS.values(), ids=MALFORMED_TEXTS)
def test_what_is_not_in_the_form_is_malformed(text):
    """Nothing is repaired: any departure from the demanded form is a flag, with a reason and a bit of the text."""
    flag = THREE.parse(THREE.start(), text)
    assert isinstance(flag, Flag)
    assert flag.rule == MALFORMED
    assert flag.reason
    assert len(flag.excerpt) <= 120


@pytest.mark.parametrize(
    "bit", ["move ", "move = [", "next_state = [[", "move=[1,", "next_state =\n", " ", "[", "1,", "İ"]
)
def test_a_text_of_megabytes_is_read_in_linear_time(bit):
    """Two megabytes of the worst repetitions are read like any text, and an answer after them is found."""
    text = bit * (2_000_000 // len(bit))
    assert isinstance(THREE.parse(THREE.start(), text), Flag)
    assert THREE.parse(THREE.start(), f"{text}\n{BLOCK}") == RIGHT


def test_a_flag_shows_the_offending_bit():
    """The excerpt begins at the answer that cannot be read, even after letters that are longer in lower case."""
    for before in ("reasoning " * 50, "İ" * 500):
        flag = THREE.parse(THREE.start(), f"{before} move = [1, 0]\nnext_state = [[3, 2], [], [1]]")
        assert flag.excerpt.startswith("move = [1, 0]\nnext_state")


ILLEGAL_MOVES = {
    "from under another": (2, 0, 1),
    "from an empty peg": (1, 1, 2),
    "of no such disk": (9, 0, 2),
    "to its own peg": (1, 0, 0),
    "from peg 3": (1, 3, 0),
    "to peg −1": (1, 0, -1),
}


@pytest.mark.parametrize("move", ILLEGAL_MOVES.values(), ids=ILLEGAL_MOVES)
def test_an_illegal_move_is_flagged_and_still_applicable(move):
    """An illegal move parses, is objected to as illegal, and can be applied when only the paper's flags are on."""
    start = THREE.start()
    answer = THREE.parse(start, say(list(move), [[3, 2], [], [1]]))
    assert answer.move == move
    assert THREE.objection(start, answer).rule == ILLEGAL
    assert THREE.apply(start, answer) == State(((3, 2), (), (1,)), move, 1)


def test_a_larger_disk_on_a_smaller_one_is_illegal():
    """Disk 2 may not lie on disk 1."""
    state = State(((3, 2), (), (1,)), (1, 0, 2), 1)
    assert THREE.objection(state, Answer((2, 0, 2), ((3,), (), (1, 2)))).rule == ILLEGAL


@pytest.mark.parametrize("pegs", [((3, 2, 1), (), ()), ((3, 2), (1,), ()), ((2, 3), (), (1,)), ((3,), (), (1, 2))])
def test_a_state_that_does_not_follow_is_inconsistent(pegs):
    """A legal move with any other state than the one it leads to is flagged."""
    assert THREE.objection(THREE.start(), Answer((1, 0, 2), pegs)).rule == INCONSISTENT


@modest
@given(seed=SEEDS, disks=st.integers(1, 7))
def test_the_objection_lets_exactly_the_legal_pairs_through(seed, disks):
    """Of all moves, exactly those that leave a legal board are unobjected to, and only with that board."""
    dice = Random(seed)
    pegs = tuple(tuple(peg) for peg in scattered(dice, disks))
    problem, state = game(pegs), State(pegs, None, 0)
    for disk, start, end in product(range(disks + 2), range(-1, 4), range(-1, 4)):
        after = [[other for other in peg if other != disk] for peg in pegs]
        legal = 0 <= start <= 2 and 0 <= end <= 2 and start != end and disk in pegs[start]
        legal = legal and disk == min(pegs[start]) and disk < min(pegs[end], default=99)
        if 0 <= end <= 2:
            after[end].append(disk)
        answer = Answer((disk, start, end), tuple(map(tuple, after)))
        assert (problem.objection(state, answer) is None) == legal
        assert problem.objection(state, Answer(answer.move, pegs)) is not None
