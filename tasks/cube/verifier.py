"""The independent check of a whole solution. Imports nothing of this task: stickers are points in space, turned.

A sticker is where its piece is and which way it looks, both as vectors; x points to R, y to U, z to F.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeAlias

Vector: TypeAlias = tuple[int, int, int]
Sticker: TypeAlias = tuple[Vector, Vector]

MOST_ANSWERS = 1_000
"""No honest solution has more: the task ends long before."""

_LOOK: dict[str, Vector] = {
    "U": (0, 1, 0), "R": (1, 0, 0), "F": (0, 0, 1), "D": (0, -1, 0), "L": (-1, 0, 0), "B": (0, 0, -1),
}  # fmt: skip
"""Which way each face looks, the faces in the order of the 54 letters."""
_DOWN = {"U": "F", "D": "B"}
"""What lies below U and D when the cube is unfolded; below the others it is D."""


def replay(
    letters: str, answers: Iterable[tuple[str, str]], tables: Mapping[str, Mapping[str, str]] | None = None
) -> list[str]:
    """Play the answers on the stickers of a cube.

    Args:
        letters: The cube at the start as 54 letters, faces in the order U R F D L B.
        answers: Pairs as they were voted; read once.
        tables: By layers, the algorithm of each place of each piece, in order; None by phases, where moves are voted.

    Returns:
        What is wrong, at most one sentence; empty when every face ends with stickers of its own.
    """
    faces = "".join(face * 9 for face in _LOOK)
    for step, answer in enumerate(answers):
        if step >= MOST_ANSWERS:
            return [f"there are more than {MOST_ANSWERS} answers"]
        if letters == faces:
            return [f"step {step + 1:,}: the cube was solved before it"]
        moves = _moves(letters, answer, tables)
        if isinstance(moves, str):
            return [f"step {step + 1:,}: {moves}; what comes after it was not replayed"]
        for move in moves:
            letters = "".join(map(letters.__getitem__, _sources(move)))
    wrong = sum(letter != face for letter, face in zip(letters, faces, strict=True))
    return [f"{wrong} of 54 stickers are not on their face at the end"] if wrong else []


def _moves(
    letters: str, answer: tuple[str, str], tables: Mapping[str, Mapping[str, str]] | None
) -> Sequence[str] | str:
    """Return what an answer plays, or say why that is nothing."""
    choice, reading = answer
    if tables is None:
        return [choice] if choice[:1] in _LOOK and choice[1:] in ("", "2", "'") else f"{choice} is not a move"
    piece = next((piece for piece in tables if not _at_home(letters, piece)), None)
    if piece is None:
        return "every piece is at home"
    places = list(tables[piece].items())
    if not choice.isdecimal() or not 1 <= int(choice) <= len(places):
        return f"piece {piece} has no case {choice}"
    place, algorithm = places[int(choice) - 1]
    return algorithm.split() if place == reading else f"case {choice} of piece {piece} is {place}, not {reading}"


def _at_home(letters: str, piece: str) -> bool:
    stickers = _stickers()
    middle = _add(*(_LOOK[face] for face in piece))
    return all(letters[stickers.index((middle, _LOOK[face]))] == face for face in piece)


@cache
def _stickers() -> list[Sticker]:
    """List the 54 stickers in the order of their letters."""
    stickers = []
    for face, look in _LOOK.items():
        down = _LOOK[_DOWN.get(face, "D")]
        right = _cross(look, down)
        for row in (-1, 0, 1):
            stickers += [(_add(look, _times(row, down), _times(column, right)), look) for column in (-1, 0, 1)]
    return stickers


@cache
def _sources(move: str) -> tuple[int, ...]:
    """Return, for each of the 54 places, where the sticker that a move brings there was before."""
    axis = _LOOK[move[0]]
    stickers = _stickers()
    sources = list(range(54))
    for number, sticker in enumerate(stickers):
        if _dot(sticker[0], axis) != 1:
            continue
        place, look = sticker
        for _ in range({"": 1, "2": 2, "'": 3}[move[1:]]):
            place, look = _clockwise(place, axis), _clockwise(look, axis)
        sources[stickers.index((place, look))] = number
    return tuple(sources)


def _clockwise(vector: Vector, axis: Vector) -> Vector:
    """Turn a vector a quarter clockwise as seen against `axis`: what lies along the axis stays, the rest is crossed."""
    return _add(_times(_dot(vector, axis), axis), _cross(vector, axis))


def _add(*vectors: Vector) -> Vector:
    x, y, z = (sum(parts) for parts in zip(*vectors, strict=True))
    return x, y, z


def _times(factor: int, vector: Vector) -> Vector:
    x, y, z = vector
    return factor * x, factor * y, factor * z


def _dot(a: Vector, b: Vector) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
