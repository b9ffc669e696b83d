"""Puzzles to test on: a few famous ones, and words to walk through any."""

from __future__ import annotations

from maker_tasks.sudoku import Sudoku

SEVENTEEN = "000000010400000000020000000000050407008000300001090000300400200050100000000806000"
FAMOUS = {
    "seventeen givens": SEVENTEEN,
    "AI Escargot": "1....7.9..3..2...8..96..5....53..9...1..8...26....4...3......1..4......7..7...3..",
    "Inkala 2012": "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
    "Golden Nugget": ".......39.....1..5..3.5.8....8.9...6.7...2...1..4.......9.8..5..2....6..4..7.....",
    "Easter Monster": "1.......2.9.4...5...6...7...5.9.3.......7.......85..4.7.....6...3...9.8...2.....1",
    "hard for search": "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
}
EASY = Sudoku.load({"grade": "easy"})
ESCARGOT = Sudoku.load({"puzzle": FAMOUS["AI Escargot"]})


def states(problem):
    """The states of an errorless run that ask for something, from the start on."""
    state = problem.start()
    while problem.step(state) is not None:
        yield state
        state = problem.apply(state, problem.oracle(state))


def path(problem):
    """The answers of an errorless run."""
    return [problem.oracle(state) for state in states(problem)]


def first(problem, technique):
    """The first state of an errorless run that asks for `technique`."""
    return next(s for s in states(problem) if f"Technique: {technique}\n" in problem.step(s).prompt.user)
