"""The method layer by layer: one piece after the other is brought home by the algorithm for the place it is at.

The bottom layer comes first (edges, then corners), then the middle layer, then the top (edges, then corners). Every
algorithm for a piece keeps the pieces before it at home, whatever place it was meant for: a wrong decision costs a
detour, and no more. The algorithms were found by search, see `derivation`.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from .pieces import PIECES, Cube
from .question import Answer, Case, Question

MOST_PIECES = 18
"""The other two are at home when these are."""


@cache
def algorithms() -> dict[str, dict[str, str]]:
    """Return, for each piece in the order of the method and each place but its own, the moves that bring it home."""
    tables: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("algorithms.json").read_text("utf-8"))
    return tables


@cache
def cases(piece: str) -> tuple[Case, ...]:
    """Return the numbered cases of a piece."""
    places = algorithms()[piece].items()
    return tuple(Case(Answer(str(n), place), tuple(moves.split())) for n, (place, moves) in enumerate(places, 1))


@lru_cache(maxsize=1024)  # a step in flight looks at its cube once a sample
def ask(cube: Cube) -> Question | None:
    """List the cases of the first piece that is not at home; None for a solved cube."""
    at = dict(zip(PIECES, cube, strict=True))
    for stage, piece in enumerate(algorithms()):
        if at[piece] != piece:
            listed = cases(piece)
            right = next(number for number, case in enumerate(listed) if case.answer.reading == at[piece])
            return Question(stage, listed, right)
    return None


def piece_of(stage: int) -> str:
    """Return the piece that stage 0 to 17 brings home."""
    return list(algorithms())[stage]


def moves_for(cube: Cube, choice: str) -> tuple[str, ...]:
    """Return what a choice plays: the algorithm of the case, nothing where there is no such case."""
    question = ask(cube)
    case = question.find(choice) if question else None
    return case.moves if case else ()
