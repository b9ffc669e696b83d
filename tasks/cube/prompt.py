"""What an agent reads: the notation and the form of the answer (system), the rule and the state (user).

The simulated model reads them back, so whatever it needs to decide has to be here.
"""

from __future__ import annotations

from maker_engine.core.responses import Prompt

from .coordinates import PHASES
from .evidence import ASKED
from .facelets import CELLS, ORDER, to_facelets
from .layers import piece_of
from .pieces import Cube
from .question import Question

PHASES_METHOD, LAYERS_METHOD = "phases", "layers"

_PHASES_SYSTEM = """\
You choose a single move in the solution of a Rubik's cube.

Notation: U, D, L, R, F and B turn the upper, lower, left, right, front and back face a quarter clockwise, as seen on \
that face. A 2 after the letter (U2) is a half turn, a prime (U') a quarter anticlockwise.

The solution goes through four phases. You will be given the moves that the current phase allows, each with its \
distance: how many moves the phase still takes after it. A rule makes exactly one of them right. Find that one move; \
do not go further. Reason briefly if you like, then end with these three lines:
distances = all distances, by face
move = the move
distance = its distance
The first line is what you compared: each face once, with the distances of its moves in the order of the list, such as \
U 3 4 3, D 2 3 3, L 1. The move has to be the right one by these distances. Write it as it is listed, and its distance \
as a whole number."""

_PHASES_USER = """\
Phase {number} of 4: {goal}.

Take the move with the smallest distance. If several moves have it, take the one whose face comes first in the order \
U, D, L, R, F, B; of one face, the plain move before the half turn (2) before the prime (').

Moves and their distances:
{menu}

Which move is right? End with:
{asked}
move = the move
distance = its distance"""

_LAYERS_SYSTEM = """\
You look for a single piece of a Rubik's cube.

The cube is shown unfolded, every sticker as the letter of the face it belongs to: U upper, L left, F front, R right, \
B back, D lower face. In the picture face U is at the top; below it are L, F, R and B from left to right; face D is at \
the bottom, below F. The stickers of a face are numbered from 1 to 9, row by row and from left to right, as they are \
shown: F1 is the upper left sticker of face F, F5 its centre, F9 the lower right one.

You will be given a piece and all cases of where its stickers can be. A case has a number, a place (the faces that \
its stickers lie on, in the order of the piece's name), and says which sticker shows which letter. Exactly one case \
fits the cube: the one whose stickers all show the letters it says. Find it; do not go further. Reason briefly if you \
like, then end with these two lines:
case = the number
place = the place
Write both as they are listed."""

_LAYERS_USER = """\
The cube:
{net}

Piece to find: {kind} {piece}. Its cases, each as number, place and stickers:
{cases}

Which case fits? End with:
case = the number
place = the place"""


def write_prompt(method: str, cube: Cube, question: Question) -> Prompt:
    """Ask a question about a cube."""
    if method == PHASES_METHOD:
        menu = "\n".join(f"{case.answer.choice} {case.answer.reading}" for case in question.cases)
        goal = PHASES[question.stage].goal
        return Prompt(_PHASES_SYSTEM, _PHASES_USER.format(number=question.stage + 1, goal=goal, menu=menu, asked=ASKED))
    piece = piece_of(question.stage)
    kind = "edge" if len(piece) == 2 else "corner"
    cases = "\n".join(
        f"{case.answer.choice} {case.answer.reading} {_stickers(piece, case.answer.reading)}" for case in question.cases
    )
    return Prompt(_LAYERS_SYSTEM, _LAYERS_USER.format(net=net(cube), kind=kind, piece=piece, cases=cases))


def net(cube: Cube) -> str:
    """Write a cube unfolded, three letters a face and row."""
    letters = to_facelets(cube)
    rows = {face: [letters[9 * number + 3 * row :][:3] for row in range(3)] for number, face in enumerate(ORDER)}
    middle = [" ".join(rows[face][row] for face in "LFRB") for row in range(3)]
    return "\n".join([*(f"    {row}" for row in rows["U"]), *middle, *(f"    {row}" for row in rows["D"])])


def _stickers(piece: str, place: str) -> str:
    """Say which stickers show the letters of `piece` at `place`, as `R6=U F4=R`."""
    return " ".join(
        f"{face}{cell % 9 + 1}={letter}" for letter, face, cell in zip(piece, place, CELLS[place], strict=True)
    )
