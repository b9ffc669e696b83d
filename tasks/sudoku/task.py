"""Sudoku as a task: one vote a step, on the action; the question is fixed by the ladder of techniques."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Self

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Mistake, Option, Task, Vote
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt

from . import answers as forms
from .evidence import contradiction
from .generator import GRADES, grade_of, techniques
from .grid import OPEN, Action, Guess, State, carry_out, pencilled
from .imitation import imitate
from .ladder import find
from .picture import draw
from .problem import read_puzzle
from .prompt import prompt
from .proof import allowed
from .verifier import replay


class Sudoku(Task[State, Action]):
    """One puzzle with one solution.

    The code finds where the next technique applies and asks for what it proves there; carrying an action out, with
    the pencilled digits that go with it, is code too. What is voted on is the deduction.

    Args:
        puzzle: 81 characters, `.` for an open cell, with exactly one solution.
    """

    name = "sudoku"
    title = "Sudoku"
    summary = "Any 9×9 puzzle by provable steps, guesses and undone guesses. An exact solver does it for $0."
    source_help = "A puzzle as 81 characters, as nine rows, or a list of many, one a line (--which chooses)."
    options = (
        Option("puzzle", "The puzzle itself, 81 characters, . or 0 for an open cell.", ""),
        Option("which", "Which puzzle of a list, from 1.", 1),
        Option("grade", "How hard a puzzle is made when none is given.", GRADES[0], GRADES),
        Option("puzzle-seed", "Seed of the puzzle that is made, 0 to 1,000,000,000.", 1),
    )
    has_oracle = True

    def __init__(self, puzzle: str) -> None:
        self._puzzle = puzzle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sudoku) and self._puzzle == other._puzzle

    def __hash__(self) -> int:
        return hash(self._puzzle)

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of the source or the option `puzzle`; without either one is made.

        Raises:
            ProblemError: No puzzle, or not one with exactly one solution.
        """
        return cls(read_puzzle(options, source))

    def source(self) -> str:
        """Return the 81 characters."""
        return self._puzzle

    @cached_property
    def _techniques(self) -> list[str]:
        return techniques(self._puzzle)

    @property
    def label(self) -> str:
        """Such as `36 givens, easy`."""
        guesses = Counter(self._techniques)["guess"]
        more = f", {guesses} guess{'es' if guesses > 1 else ''}" if guesses else ""
        return f"{81 - self._puzzle.count(OPEN)} givens, {grade_of(self._techniques)}{more}"

    @property
    def expected_steps(self) -> int:
        """Steps of an errorless run, guesses and undone guesses included."""
        return len(self._techniques)

    def start(self) -> State:
        """Return the givens, with the digits that they leave pencilled into the open cells."""
        return State(self._puzzle, pencilled(self._puzzle))

    def step(self, state: State) -> Vote | None:
        """Ask for what the lowest rung that applies proves; None when the grid is full, or can never be."""
        focus = find(state)
        return None if focus is None else Vote(prompt(state, focus))

    def parse(self, state: State, text: str) -> Action | Flag:
        """Read the last answer line, strictly, and flag an answer that its own evidence contradicts."""
        answer, focus = forms.read_answer(text), find(state)
        if isinstance(answer, Flag) or focus is None or forms.objection(state, focus, answer) is not None:
            return answer
        return contradiction(state, focus, answer, text) or answer

    def read_decision(self, state: State, text: str) -> Action | Flag:  # noqa: ARG002 - as in every state
        """Read the answer line alone: a person is not asked for evidence."""
        return forms.read_answer(text)

    def objection(self, state: State, answer: Action) -> Flag | None:
        """Flag an answer to another question than the one asked."""
        focus = find(state)
        return Flag(ILLEGAL, "nothing is asked here") if focus is None else forms.objection(state, focus, answer)

    def apply(self, state: State, answer: Action) -> State:
        """Carry the action out, right or wrong; one that cannot be carried out ends the run unsolved."""
        return carry_out(state, answer)

    def oracle(self, state: State) -> Action | None:
        """Return what the rule makes right."""
        focus = find(state)
        return None if focus is None else focus.right

    def right_answers(self, state: State) -> tuple[Action, ...]:
        """Return every answer that the rule allows, found by trying out; there is exactly one."""
        focus = find(state)
        return () if focus is None else allowed(state, focus)

    def draft(self, state: State) -> Action | None:
        """Guess the next step by the rule itself: a run that takes this draft waits for no answer but the last."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Action]) -> list[str]:
        """Check every action as a proof, and the grid they end in, on sets of digits."""
        return replay(self._puzzle, answers)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the grid, with the question beside it where there is room."""
        return draw(self._puzzle, state, find(state), columns, rows)

    def describe(self, answer: Action) -> str:
        """Describe the action, as `r4c5 = 7` or `strike r1c2:37 +2`."""
        return forms.brief(answer)

    def encode_state(self, state: State) -> Json:
        """Return [values, marks, guesses, last action as its answer line or None, broken]."""
        guesses: list[Json] = [[g.cell, g.digit, g.values, [*g.marks]] for g in state.guesses]
        last = None if state.last is None else forms.line(state.last)
        return [state.values, [*state.marks], guesses, last, state.broken]

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        values, marks, guesses, last, broken = value
        opened = tuple(Guess(cell, digit, before, tuple(pencil)) for cell, digit, before, pencil in guesses)
        return State(values, tuple(marks), opened, None if last is None else forms.read_line(last), broken)

    def result(self, state: State) -> Json:
        """Return the grid as 81 digits, row by row."""
        return state.values

    def encode_answer(self, answer: Action) -> Json:
        """Return the answer line."""
        return forms.line(answer)

    def decode_answer(self, value: Any) -> Action:
        """Turn what `encode_answer` gave back into an equal answer."""
        found = forms.read_line(value)
        if found is None:
            raise ValueError(f"{value!r} is not an answer of a Sudoku")
        return found

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)
