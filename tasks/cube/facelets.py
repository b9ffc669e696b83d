"""The cube as 54 letters: each sticker by the face it belongs to, the faces in the order U R F D L B, row by row.

What no cube can look like is refused with its cause. Each face is read as seen with the cube unfolded:

        U
      L F R B
        D
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from maker_engine.core.errors import ProblemError

from .pieces import CORNERS, EDGES, PIECES, Cube

ORDER = "URFDLB"
"""The order of the faces in 54 letters."""

# The faces above, right of, below and left of each face, as seen on it.
_AROUND = {"U": "BRFL", "R": "UBDF", "F": "URDL", "D": "FRBL", "L": "UFDB", "B": "ULDR"}


def _cell_place(face: str, cell: int) -> str:
    """Name the place that cell 0 to 8 of a face is part of: the face, and those whose border the cell lies at."""
    around = _AROUND[face]
    row, column = divmod(cell, 3)
    return face + (around[0], "", around[2])[row] + (around[3], "", around[1])[column]


_CELL = {
    (face, frozenset(_cell_place(face, cell))): 9 * number + cell
    for number, face in enumerate(ORDER)
    for cell in range(9)
}

CELLS: dict[str, tuple[int, ...]] = {
    "".join(place): tuple(_CELL[face, frozenset(place)] for face in place)
    for piece in PIECES
    for place in permutations(piece)
}
"""For each place the cells (0 to 53) of its stickers, in the order of its letters."""


def to_facelets(cube: Cube) -> str:
    """Write a cube as 54 letters."""
    letters = [face for face in ORDER for _ in range(9)]
    for piece, place in zip(PIECES, cube, strict=True):
        for letter, cell in zip(piece, CELLS[place], strict=True):
            letters[cell] = letter
    return "".join(letters)


def from_facelets(letters: str, names: str = ORDER) -> Cube:
    """Read a cube out of 54 letters of `U R F D L B`.

    Args:
        letters: As in `to_facelets`.
        names: What the stickers of the six faces are called in refusals, where they were given as colours.

    Raises:
        ProblemError: No cube that can be solved looks so; the text names the cause and the fix.
    """
    named = str.maketrans(ORDER, names)
    _check_stickers(letters, names)
    where: dict[str, str] = {}
    for home in PIECES:
        colours = "".join(letters[cell] for cell in CELLS[home])
        piece = next((piece for piece in PIECES if colours in piece * 2), None)  # never a mirrored corner
        if piece is None:
            raise ProblemError(f"the stickers at {home}, {colours.translate(named)}, belong to no piece: check them")
        if piece in where:
            twice = f"{piece.translate(named)} is there twice, at {_place(where[piece])} and {home}"
            raise ProblemError(f"{twice}: check their stickers")
        where[piece] = "".join(home[colours.index(letter)] for letter in piece)
    cube = tuple(where[piece] for piece in PIECES)
    _check_laws(cube)
    return cube


def _place(place: str) -> str:
    return next(home for home in PIECES if sorted(home) == sorted(place))


def _check_stickers(letters: str, names: str) -> None:
    if len(letters) != 54:
        raise ProblemError(f"a cube has 54 stickers, got {len(letters)}: give 9 for each face, in the order {ORDER}")
    counts = Counter(letters)
    for letter, name in zip(ORDER, names, strict=True):
        if counts[letter] != 9:
            raise ProblemError(f"there are {counts[letter]} stickers of {name}, not 9: check the letters")
    centres = letters[4::9]
    if centres != ORDER:
        raise ProblemError(f"the centres read {centres}, not {ORDER}: hold the cube so that they do")


def _check_laws(cube: Cube) -> None:
    """Refuse what only a cube that was taken apart can be."""
    if sum(map(_flipped, cube[: len(EDGES)])) % 2:
        raise ProblemError("an edge is flipped, and no turns can do that: flip one back, or check the edges")
    if sum(map(_twist, cube[len(EDGES) :])) % 3:
        raise ProblemError("a corner is twisted, and no turns can do that: twist one back, or check the corners")
    if _odd(cube[: len(EDGES)], EDGES) != _odd(cube[len(EDGES) :], CORNERS):
        raise ProblemError("two pieces are swapped (parity), and no turns can do that: swap two back, or check them")


def _flipped(place: str) -> bool:
    """Return whether an edge lies the wrong way round in its place, the places read as the pieces that belong there."""
    return place not in EDGES


def _twist(place: str) -> int:
    """Return how far a corner's U or D sticker is from face U or D, counted clockwise, 0 to 2."""
    home = _place(place)
    return home.index(place[0])


def _odd(places: Cube, homes: Cube) -> bool:
    """Return whether an odd number of swaps brings the pieces home."""
    targets = [next(number for number, home in enumerate(homes) if set(home) == set(place)) for place in places]
    odd = False
    for start in range(len(targets)):
        while targets[start] != start:
            end = targets[start]
            targets[start], targets[end] = targets[end], targets[start]
            odd = not odd
    return odd
