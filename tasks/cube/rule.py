"""Which answers the rule as stated allows, found without the method's own look-up; there is always exactly one.

By phases every move is made and the cube after it measured; by layers the stickers of every case are compared.
"""

from __future__ import annotations

from .coordinates import PHASES
from .facelets import CELLS, to_facelets
from .layers import piece_of
from .phases import state_of
from .pieces import FACES, TURNS, Cube, turn
from .prompt import PHASES_METHOD
from .question import Answer, Question
from .tables import table


def allowed(method: str, cube: Cube, question: Question) -> frozenset[Answer]:
    """Return the answers to `question` that no other one is better than."""
    return _best_moves(cube, question) if method == PHASES_METHOD else _fitting_cases(cube, question)


def _best_moves(cube: Cube, question: Question) -> frozenset[Answer]:
    phase, known = PHASES[question.stage], table(question.stage)
    width = len(known.second.numbers)

    def rank(move: str) -> tuple[int, int, int]:
        first, second = state_of(question.stage, turn(cube, move))
        return known.distances[first * width + second], FACES.index(move[0]), TURNS.index(move[1:])

    ranks = {move: rank(move) for move in phase.moves}
    best = min(ranks.values())
    return frozenset(Answer(move, str(of[0])) for move, of in ranks.items() if of == best)


def _fitting_cases(cube: Cube, question: Question) -> frozenset[Answer]:
    letters, piece = to_facelets(cube), piece_of(question.stage)
    places = [case.answer.reading for case in question.cases]
    return frozenset(
        Answer(str(number), place)
        for number, place in enumerate(places, 1)
        if "".join(letters[cell] for cell in CELLS[place]) == piece
    )
