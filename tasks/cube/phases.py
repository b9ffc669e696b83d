"""The method by phases: the next move is one that brings the goal of the current phase nearest, by its table."""

from __future__ import annotations

from functools import lru_cache

from .coordinates import PHASES, Phase, explore
from .pieces import CARRIERS, SOLVED, Cube
from .question import Answer, Case, Question
from .tables import distances

MOST_MOVES = sum(phase.farthest for phase in PHASES)
"""No cube takes more: 7 + 10 + 13 + 15 = 45."""


def state_of(phase: Phase, cube: Cube) -> tuple[int, int]:
    """Return the numbers of the two properties that a phase looks at.

    Raises:
        KeyError: An earlier phase is not done.
    """
    first, second = explore(phase.first, phase.moves), explore(phase.second, phase.moves)
    return first.numbers[phase.first(cube)], second.numbers[phase.second(cube)]


@lru_cache(maxsize=1024)  # a step in flight looks at its cube once a sample
def ask(cube: Cube) -> Question | None:
    """List the moves of the first phase that is not done, with the distance after each; None for a solved cube."""
    if cube == SOLVED:
        return None
    for number, phase in enumerate(PHASES):
        slow, fast = state_of(phase, cube)
        table = distances(number)
        second = explore(phase.second, phase.moves).after
        if table[slow * len(second) + fast] > 0:
            break
    first = explore(phase.first, phase.moves).after
    after = [table[a * len(second) + b] for a, b in zip(first[slow], second[fast], strict=True)]
    cases = tuple(Case(Answer(move, str(distance)), (move,)) for move, distance in zip(phase.moves, after, strict=True))
    return Question(number, cases, after.index(min(after)))


def moves_for(cube: Cube, choice: str) -> tuple[str, ...]:  # noqa: ARG001 - as the other method's
    """Return what a choice plays: the move itself, also where the phase does not allow it."""
    return (choice,) if choice in CARRIERS else ()
