"""Rubik's cube as a task: one vote a move by phases, one vote a piece by layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Mistake, Option, Task, Vote
from maker_engine.core.responses import Flag, Prompt

from . import layers, phases
from .answers import objection, read_answer
from .evidence import contradiction
from .facelets import CELLS, from_facelets, to_facelets
from .imitation import imitate
from .picture import draw
from .pieces import PIECES, Cube, play
from .problem import AUTO, DEFAULT_SHUFFLE, DEFAULT_TURNS, Problem, read_problem, write_problem
from .prompt import LAYERS_METHOD, PHASES_METHOD, write_prompt
from .question import Answer, Question
from .rule import allowed
from .status import tell
from .verifier import replay

_LABEL_CHARACTERS, _DESCRIPTION_CHARACTERS = 40, 24


@dataclass(frozen=True, slots=True)
class State:
    """A cube on its way.

    Attributes:
        cube: The place of every piece.
        played: The moves that the last step played, with blanks between; empty at the start.
        steps: Steps taken.
        turns: All moves so far, with blanks between; None where they are not known. Nothing depends on them but the
            result, so they are neither on record nor compared.
    """

    cube: Cube
    played: str
    steps: int
    turns: str | None = field(default="", compare=False)


class RubiksCube(Task[State, Answer]):
    """One scrambled cube and the method that solves it.

    Args:
        problem: The start and the method.
    """

    name = "cube"
    title = "Rubik's cube"
    summary = "Any cube, by phases (a move a vote) or by layers (a piece a vote). An exact solver does it for $0."
    source_help = "A scramble such as R U2 F', 54 letters in the order URFDLB, a net, or JSON that names a method too."
    options = (
        Option("scramble", "Turns that lead from the solved cube to the start, such as R U2 F'.", ""),
        Option("facelets", "The start as 54 letters, faces in the order URFDLB, row by row.", ""),
        Option("turns", "So many random turns, where neither scramble nor facelets are given.", DEFAULT_TURNS),
        Option("shuffle", "The seed of the random turns.", DEFAULT_SHUFFLE),
        Option(
            "method",
            "How it is solved: a move a vote or a piece a vote; auto is the problem file's, else phases.",
            AUTO,
            (AUTO, PHASES_METHOD, LAYERS_METHOD),
        ),
    )
    has_oracle = True

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._method = phases if problem.method == PHASES_METHOD else layers
        # Wrong votes are healed by the votes after them, but a run in which no vote is ever right has to end.
        self._most_steps = 4 * (phases.MOST_MOVES if problem.method == PHASES_METHOD else layers.MOST_PIECES)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RubiksCube) and self._problem == other._problem

    def __hash__(self) -> int:
        return hash(self._problem)

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem; a source has the say over the start, an option `method` other than auto over the method.

        Raises:
            ProblemError: Not a legal instance: a word that is no turn, or stickers that no cube can have.
        """
        return cls(read_problem(options, source))

    def source(self) -> str:
        """Return the start and the method in JSON."""
        return write_problem(self._problem, to_facelets(self._problem.cube))

    @property
    def label(self) -> str:
        """Such as `R U2 F', by phases`; how many pieces are astray where no scramble is known."""
        astray = sum(place != piece for place, piece in zip(self._problem.cube, PIECES, strict=True))
        start = self._problem.scramble or f"{astray} of 20 pieces astray"
        end = f", by {self._problem.method}"
        room = _LABEL_CHARACTERS - len(end)
        return (start if len(start) <= room else start[: room - 1] + "…") + end

    @property
    def expected_steps(self) -> int:
        """Steps from the start when every vote is right; by phases the tables are needed to know."""
        cube, steps = self._problem.cube, 0
        while (question := self._method.ask(cube)) is not None:
            cube, steps = play(cube, question.cases[question.right].moves), steps + 1
        return steps

    def start(self) -> State:
        """Return the scrambled cube."""
        return State(self._problem.cube, "", 0)

    def _question(self, state: State) -> Question | None:
        return None if state.steps >= self._most_steps else self._method.ask(state.cube)

    def step(self, state: State) -> Vote | None:
        """Ask for the next move or the next piece's case; None when the cube is solved, or after too many steps."""
        question = self._question(state)
        return None if question is None else Vote(write_prompt(self._problem.method, state.cube, question))

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last two lines of the form, strictly, and flag a move that the distances compared contradict."""
        answer = read_answer(self._problem.method, text)
        question = self._question(state)
        if isinstance(answer, Flag) or question is None or self._problem.method != PHASES_METHOD:
            return answer
        if objection(PHASES_METHOD, question, answer) is not None:
            return answer
        return contradiction(question, answer, text) or answer

    def read_decision(self, state: State, text: str) -> Answer | Flag:  # noqa: ARG002 - as in every state
        """Read the two lines alone: a person is not asked what they compared."""
        return read_answer(self._problem.method, text)

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag a choice that is not in the list, or one whose reading is another case's."""
        question = self._question(state)
        return None if question is None else objection(self._problem.method, question, answer)

    def apply(self, state: State, answer: Answer) -> State:
        """Play the move, or the algorithm of the case; a case that does not exist plays nothing."""
        moves = self._method.moves_for(state.cube, answer.choice)
        turns = None if state.turns is None else " ".join([*state.turns.split(), *moves])
        return State(play(state.cube, moves), " ".join(moves), state.steps + 1, turns)

    def oracle(self, state: State) -> Answer | None:
        """Return the move that the tables say, or the case of the place where the piece is."""
        question = self._question(state)
        return None if question is None else question.cases[question.right].answer

    def right_answers(self, state: State) -> frozenset[Answer]:
        """Return every answer that the rule as stated allows, found without the oracle; none where nothing is asked."""
        question = self._question(state)
        return frozenset() if question is None else allowed(self._problem.method, state.cube, question)

    def draft(self, state: State) -> Answer | None:
        """Guess the next step by the rule itself: a run that takes this draft waits for no answer but the last."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Replay the answers on stickers in space; return what is wrong."""
        tables = layers.algorithms() if self._problem.method == LAYERS_METHOD else None
        return replay(to_facelets(self._problem.cube), answers, tables)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the cube unfolded, with the phase or the piece, and what was played last."""
        question = self._question(state)
        marked: tuple[int, ...] = ()
        if question is not None and self._problem.method == LAYERS_METHOD:
            marked = CELLS[question.cases[question.right].answer.reading]
        facts = tell(self._problem.method, state.cube, question, state.played, state.steps)
        return draw(to_facelets(state.cube), marked, facts, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the move with its distance, or the case with its place."""
        if self._problem.method == PHASES_METHOD:
            return f"{answer.choice}, then {answer.reading} to go"
        return f"case {answer.choice}, at {answer.reading}"

    def encode_state(self, state: State) -> Json:
        """Return [54 letters, the moves played last, number of steps]."""
        return [to_facelets(state.cube), state.played, state.steps]

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        letters, played, steps = value
        return State(from_facelets(letters), played, steps, None if steps else "")

    def result(self, state: State) -> Json:
        """Return the turns that solve the cube, with blanks between."""
        return state.turns

    def encode_answer(self, answer: Answer) -> Json:
        """Return [choice, reading]."""
        return [*answer]

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        choice, reading = value
        return Answer(choice, reading)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)
