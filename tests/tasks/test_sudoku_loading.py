"""Sudoku: every usual way of writing a puzzle is read, everything else is refused in one line."""

from __future__ import annotations

import pytest
from maker_tasks.sudoku import Sudoku

from maker_engine.core.errors import ProblemError
from tests.tasks.sudoku_puzzles import EASY, ESCARGOT, FAMOUS, SEVENTEEN

LINE = EASY.source()
ROWS = [LINE[at : at + 9] for at in range(0, 81, 9)]
BARRED = [f"{row[:3]} | {row[3:6]} | {row[6:]}" for row in ROWS]
RULER = "------+-------+------"
FULL = Sudoku.load({"puzzle": FAMOUS["AI Escargot"]})

FORMS = {
    "zeros": LINE.replace(".", "0"),
    "stars": LINE.replace(".", "*"),
    "rows": "\n".join(ROWS),
    "spaced": "\n".join(" ".join(row) for row in ROWS),
    "bars and rulings": "\n".join([*BARRED[:3], RULER, *BARRED[3:6], RULER, *BARRED[6:]]),
    "box drawing": "┌───┐\n" + "\n".join(f"│{row}│" for row in ROWS) + "\n└───┘",
    "sdk": "[Puzzle]\n#A somebody\n" + "\n".join(ROWS) + "\n",
    "csv": f"puzzle,solution\n{LINE},{'1' * 81}\n",
    "named": f":0000:x:{LINE}:::",
    "commented": f"# one\n\n{LINE}  # easy\n",
    "windows": "\r\n".join(ROWS) + "\r\n",
    "nested lists": str([[int(value) if value != "." else 0 for value in row] for row in ROWS]),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_puzzle_is_read_however_it_is_written(text):
    """Lines, grids and lists, with any of the usual signs for an open cell, are the same puzzle."""
    assert Sudoku.load({}, text) == EASY
    assert Sudoku.load({"puzzle": text}) == EASY


@pytest.mark.parametrize(
    "text", ["\n".join(["name,puzzle", f"a,{LINE}", "", *FAMOUS.values()]), "\n\n".join(["\n".join(ROWS), SEVENTEEN])]
)
def test_which_chooses_from_a_list(text):
    """Of many puzzles `which` takes one, counted from 1; comments, a heading and empty lines are not counted."""
    if text.startswith("name"):
        assert Sudoku.load({"which": 1}, text) == EASY
        assert Sudoku.load({"which": 3}, text) == ESCARGOT
        with pytest.raises(ProblemError, match="7 puzzles are given: which must be 1 to 7, got 8"):
            Sudoku.load({"which": 8}, text)
    else:
        with pytest.raises(ProblemError, match="holds no puzzle of 81 cells"):
            Sudoku.load({}, text)


def test_grids_of_many_follow_each_other():
    """Grids of nine rows one after the other are a list of puzzles too."""
    other = "\n".join(SEVENTEEN[at : at + 9] for at in range(0, 81, 9))
    assert Sudoku.load({"which": 2}, "\n".join(ROWS) + "\n\n" + other).source() == SEVENTEEN.replace("0", ".")


def with_cells(puzzle, **cells):
    values = list(puzzle)
    for name, value in cells.items():
        values[9 * int(name[1]) + int(name[3]) - 10] = value
    return "".join(values)


REFUSALS = {
    "": "0 cells, not 81",
    "12": "2 cells, not 81",
    LINE[:80]: "80 cells, not 81",
    LINE + "1": "82 cells, not 81",
    "\n".join(ROWS[:8]): "72 cells, not 81",
    "hello": "'h' is not allowed in a cell",
    LINE[:40] + "é" + LINE[41:]: "is not allowed in a cell",
    "\x1b[31m" + LINE[1:]: "is not allowed in a cell",
    "." * 81: "0 givens never leave one solution",
    with_cells("." * 81, r1c1="5", r1c9="5"): "row 1 has 5 twice, in r1c1 and r1c9: correct one",
    with_cells("." * 81, r1c1="5", r9c1="5"): "column 1 has 5 twice",
    with_cells("." * 81, r1c1="5", r3c3="5"): "box 1 has 5 twice",
    with_cells(SEVENTEEN.replace("0", "."), r1c8="."): "16 givens never leave one",
    f"{LINE}\nnot a puzzle\n": "line 2 of the list, 'not a puzzle', holds no puzzle",
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_a_broken_puzzle_is_refused_with_its_reason(text, said):
    """Each way of being no puzzle brings one printable line that names it."""
    with pytest.raises(ProblemError) as caught:
        Sudoku.load({}, text)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_puzzle_without_a_solution_is_refused():
    """A wrong digit that clashes with no other is found out by search."""
    cell = next(at for at in range(81) if ESCARGOT.source()[at] == ".")
    puzzles = [f"{ESCARGOT.source()[:cell]}{digit}{ESCARGOT.source()[cell + 1 :]}" for digit in range(1, 10)]
    said = []
    for puzzle in puzzles:
        try:
            Sudoku.load({}, puzzle)
        except ProblemError as error:
            said.append(str(error))
    assert len(said) == 8
    assert any("has no solution" in line for line in said)
    assert all("has no solution" in line or "twice" in line for line in said)


def test_a_puzzle_with_several_solutions_is_refused_with_two_of_them():
    """Where a given is missing the refusal names a cell that may be either, and shows both grids."""
    given = next(at for at in range(81) if FULL.source()[at] != ".")
    text = FULL.source()[:given] + "." + FULL.source()[given + 1 :]
    with pytest.raises(ProblemError, match=r"several solutions, r\dc\d may be \d or \d \([1-9]{81}, [1-9]{81}\)"):
        Sudoku.load({}, text)


NASTY = {
    ".....5.8....6.1.43..........1.5........1.6...3.......553.....61........4.........": "has no solution",
    ".....6....59.....82....8....45........3........6..3.54...325..6..................": "several solutions",
}


@pytest.mark.parametrize(("puzzle", "said"), NASTY.items(), ids=NASTY.values())
def test_what_trying_out_cannot_settle_the_ladder_does(puzzle, said):
    """Puzzles known to take a search by trying out minutes or hours are refused all the same, with the reason."""
    with pytest.raises(ProblemError, match=said):
        Sudoku.load({}, puzzle)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"grade": "fiendish"}, "grade must be one of easy, medium, hard, extreme, got 'fiendish'"),
        ({"puzzle-seed": -1}, "puzzle-seed must be a whole number, 0 to 1,000,000,000, got -1"),
        ({"puzzle-seed": 10**5000}, "puzzle-seed must be"),
        ({"puzzle-seed": "x"}, "puzzle-seed must be"),
        ({"which": 0}, "which must be a whole number, 1 or more, got 0"),
        ({"which": True}, "which must be"),
        ({"puzzle": 3}, "the puzzle must be text"),
    ],
)
def test_a_wrong_option_is_refused(options, said):
    """Each option out of its range brings one line that names it."""
    with pytest.raises(ProblemError) as caught:
        Sudoku.load(options)
    assert said in str(caught.value)


def test_two_puzzles_at_once_are_refused():
    """A puzzle and a problem file together are one too many."""
    with pytest.raises(ProblemError, match="leave one of them out"):
        Sudoku.load({"puzzle": LINE}, LINE)
