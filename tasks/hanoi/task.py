"""Towers of Hanoi as a task: one vote a move, on the pair of the move and the state after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Mistake, Option, Task, Vote
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt, excerpt

from . import towers
from .answers import contradiction, read_answer, to_move, to_pegs
from .imitation import imitate
from .picture import draw
from .problem import AUTO, DEFAULT_DISKS, Problem, read_problem, write_problem
from .prompt import PAPER, STATE, Prompter
from .towers import Answer, State
from .verifier import replay

_DESCRIPTION_CHARACTERS = 24


class Hanoi(Task[State, Answer]):
    """One game: any legal start, all disks to one goal peg.

    As in the paper the next state is the answer's own, not computed from its move, so a wrong state that wins the
    vote is what the next agent gets.

    Args:
        problem: The start, the goal and the rule.
    """

    name = "hanoi"
    title = "Towers of Hanoi"
    summary = "The paper's own task: 2^n − 1 moves, of which none may be wrong. An exact solver does it for $0."
    source_help = 'JSON such as {"pegs": [[3, 1], [2], []], "goal": 2}: three pegs, bottom disk first, any legal state.'
    options = (
        Option("disks", "How many disks, 1 to 64; n disks take 2^n − 1 moves.", DEFAULT_DISKS),
        Option(
            "strategy",
            "What each prompt says to do; auto is paper for a whole tower.",
            AUTO,
            (AUTO, PAPER, STATE),
            "rule",
        ),
    )
    has_oracle = True

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        pegs, goal = problem.pegs, problem.goal
        self._disks = sorted(disk for peg in pegs for disk in peg)
        self._goal_tower = tuple(reversed(self._disks))
        self._distance = towers.scan(pegs, goal)[1]
        n, start = len(self._disks), towers.tower_peg(pegs)
        self._tower_peg = start
        self._stride = towers.stride(n, start or 0, goal)
        self._prompter = Prompter(n, start or 0, goal, problem.rule)
        # A run on the paper's rule has its length; the other rule heals, but has to end where no vote is ever right.
        self._most_moves = (1 << n) - 1 if problem.rule == PAPER else 2 * self._distance + 10

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hanoi) and self._problem == other._problem

    def __hash__(self) -> int:
        return hash(self._problem)

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem; a source has the say over the disks, a `strategy` other than auto over the rule.

        Raises:
            ProblemError: Not a legal instance of the game.
        """
        return cls(read_problem(options, source))

    def source(self) -> str:
        """Return the start, the goal and the rule in JSON."""
        return write_problem(self._problem)

    @property
    def label(self) -> str:
        """Such as `20 disks, peg 0 → 2`."""
        n, goal = len(self._disks), self._problem.goal
        disks = f"{n} disk{'s' if n > 1 else ''}"
        if self._tower_peg is None:
            return f"{disks}, scattered → peg {goal}"
        rule = "" if self._problem.rule == PAPER else f", rule {self._problem.rule}"
        return f"{disks}, peg {self._tower_peg} → {goal}{rule}"

    @property
    def expected_steps(self) -> int:
        """Moves of the shortest solution; both rules take exactly that many."""
        return self._distance

    def start(self) -> State:
        """Return the problem's pegs, with no move made."""
        return State(self._problem.pegs, None, 0)

    def step(self, state: State) -> Vote | None:
        """Ask for the next move; None when every disk is on the goal peg, or when too many moves were made."""
        if state.pegs[self._problem.goal] == self._goal_tower or state.moves >= self._most_moves:
            return None
        return Vote(self._prompter.prompt(state))

    def parse(self, state: State, text: str) -> Answer | Flag:  # noqa: ARG002 - the form is the same in every state
        """Read the last move and the last state, strictly."""
        return read_answer(text, self._disks)

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag an illegal move, or a state that does not follow from the move."""
        reason = towers.objection(state.pegs, answer.move)
        if reason is not None:
            return Flag(ILLEGAL, reason, excerpt(f"move = {list(answer.move)}"))
        return contradiction(state, answer)

    def apply(self, state: State, answer: Answer) -> State:
        """Return the state the answer gives; like the paper's, it applies no move."""
        return State(answer.pegs, answer.move, state.moves + 1)

    def oracle(self, state: State) -> Answer | None:
        """Return the pair the problem's rule makes right, None where a disk lies on a smaller one or no move is."""
        pegs, goal = state.pegs, self._problem.goal
        if pegs[goal] == self._goal_tower or not towers.ordered(pegs):
            return None
        if self._problem.rule == PAPER:
            move = towers.paper_move(pegs, state.previous, self._stride)
        else:
            move = towers.scan(pegs, goal)[0]
        return None if move is None else Answer(move, towers.carry(pegs, move))

    def right_answers(self, state: State) -> list[Answer]:
        """Try every legal move on the problem's rule; the oracle constructs the one that is right instead."""
        pegs = state.pegs
        if not towers.ordered(pegs):
            return []
        if self._problem.rule == PAPER:
            moves = towers.allowed_moves(pegs, state.previous, self._stride)
        else:
            moves = towers.nearing_moves(pegs, self._problem.goal)
        return [Answer(move, towers.carry(pegs, move)) for move in moves]

    def draft(self, state: State) -> Answer | None:
        """Guess the next step by the rule itself: a run that takes this draft waits for no answer but the last."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Replay the moves on a board of another kind; return the first few things that are wrong."""
        return replay(self._problem.pegs, self._problem.goal, answers)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the pegs upright where they fit, else laid down; the disk moved last is in `»…«`."""
        return draw(state.pegs, state.previous, self._problem.goal, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the move, as `disk 3: 0 → 2`."""
        disk, start, end = answer.move
        text = f"disk {disk}: {start} → {end}"
        return text if len(text) <= _DESCRIPTION_CHARACTERS else text[: _DESCRIPTION_CHARACTERS - 1] + "…"

    def encode_state(self, state: State) -> Json:
        """Return (pegs, previous move or None, number of moves): as it is, since it is made of numbers alone."""
        return state

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        pegs, previous, moves = value
        return State(to_pegs(pegs), to_move(previous), moves)

    def result(self, state: State) -> Json:
        """Return the three pegs, bottom disk first."""
        return state.pegs

    def encode_answer(self, answer: Answer) -> Json:
        """Return (move, pegs), as it is."""
        return answer

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        (disk, start, end), pegs = value
        return Answer((disk, start, end), to_pegs(pegs))

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)
