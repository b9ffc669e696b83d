"""The solving model: which faces the stickers of each piece lie on, and how a turn changes that.

A piece is named by its colours, which are the faces it belongs to: `UF`, `URF`. Its place is the faces its stickers lie
on, in the order of the name: piece `UF` at `RU` has its U sticker on face R and its F sticker on face U. One word so
says where a piece is and how it is turned, and a turn renames the faces in the words of the pieces it carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import permutations
from typing import TypeAlias

Cube: TypeAlias = tuple[str, ...]
"""The place of every piece, in the order of `PIECES`."""

FACES = "UDLRFB"
"""In the order that settles ties."""

EDGES = ("UR", "UF", "UL", "UB", "DR", "DF", "DL", "DB", "FR", "FL", "BL", "BR")
CORNERS = ("URF", "UFL", "ULB", "UBR", "DFR", "DLF", "DBL", "DRB")
PIECES: Cube = EDGES + CORNERS
SOLVED: Cube = PIECES

# Where a quarter turn, clockwise as seen on its face, carries the stickers of the four faces around it.
_RINGS = {"U": "FLBR", "D": "FRBL", "L": "FDBU", "R": "FUBD", "F": "URDL", "B": "ULDR"}

TURNS = ("", "2", "'")
"""What follows the face in a move: a quarter clockwise, two quarters, three (one anticlockwise)."""

MOVES = tuple(face + turns for face in FACES for turns in TURNS)
"""The 18 moves in the order that settles ties: U D L R F B, and of one face plain, 2, prime."""

_PLACES = tuple("".join(place) for piece in PIECES for place in permutations(piece))


def quarters(move: str) -> int:
    """Return how many quarter turns clockwise a move makes, 1 to 3."""
    return TURNS.index(move[1:]) + 1


def _carrier(move: str) -> dict[str, str]:
    """Return where `move` brings whatever is at each place."""
    ring = _RINGS[move[0]]
    carried = quarters(move)
    renamed = str.maketrans(ring, ring[carried:] + ring[:carried])
    return {place: place.translate(renamed) if move[0] in place else place for place in _PLACES}


CARRIERS = {move: _carrier(move) for move in MOVES}
"""For each move, where it brings whatever is at each place."""

_WORD = re.compile(r"[UDLRFB](?:2'?|['’])?")


def turn(cube: Cube, move: str) -> Cube:
    """Return the cube after one move."""
    return tuple(map(CARRIERS[move].__getitem__, cube))


def play(cube: Cube, moves: Iterable[str]) -> Cube:
    """Return the cube after some moves."""
    for move in moves:
        cube = turn(cube, move)
    return cube


def inverse(moves: Iterable[str]) -> tuple[str, ...]:
    """Return the moves that undo `moves`."""
    return tuple(move[0] + TURNS[3 - quarters(move)] for move in reversed(tuple(moves)))


def read_move(word: str) -> str | None:
    """Read one word of WCA notation (`R`, `U2`, `F'`); None when it is none."""
    if _WORD.fullmatch(word) is None:
        return None
    return word[0] + ("2" if "2" in word else word[1:].replace("’", "'"))
