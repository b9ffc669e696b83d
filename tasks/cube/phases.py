"""The method by phases: the next move is one that brings the goal of the current phase nearest, by its table."""

from __future__ import annotations

from functools import lru_cache

from .coordinates import PHASES
from .pieces import CARRIERS, SOLVED, Cube
from .question import Answer, Case, Question
from .tables import table

MOST_MOVES = sum(phase.farthest for phase in PHASES)
"""No cube takes more: 7 + 10 + 13 + 15 = 45."""


def state_of(number: int, cube: Cube) -> tuple[int, int]:
    """Return the numbers of the two properties that phase `number`, 0 to 3, looks at.

    Raises:
        KeyError: An earlier phase is not done.
    """
    phase, known = PHASES[number], table(number)
    return known.first.numbers[phase.first(cube)], known.second.numbers[phase.second(cube)]


@lru_cache(maxsize=1024)  # a step in flight looks at its cube once a sample
def ask(cube: Cube) -> Question | None:
    """List the moves of the first phase that is not done, with the distance after each; None for a solved cube."""
    if cube == SOLVED:
        return None
    for number, phase in enumerate(PHASES):  # noqa: B007 - the one it ends at is asked about
        slow, fast = state_of(number, cube)
        distances, first, second = table(number)
        width = len(second.after)
        if distances[slow * width + fast] > 0:
            break
    after = [distances[a * width + b] for a, b in zip(first.after[slow], second.after[fast], strict=True)]
    cases = tuple(Case(Answer(move, str(distance)), (move,)) for move, distance in zip(phase.moves, after, strict=True))
    return Question(number, cases, after.index(min(after)))


def moves_for(cube: Cube, choice: str) -> tuple[str, ...]:  # noqa: ARG001 - as the other method's
    """Return what a choice plays: the move itself, also where the phase does not allow it."""
    return (choice,) if choice in CARRIERS else ()
