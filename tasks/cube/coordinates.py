"""What each phase looks at: properties of a cube that its moves change by themselves, numbered by exploring them.

Thistlethwaite's four phases go down a chain of groups: all turns; no quarter turn of F and B; none of L and R either;
half turns only. A phase is done when the cube can be solved with the turns of the next. What it has to look at for that
is a pair of properties, so that its states are the numbers `first × size of second + second`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from .pieces import CORNERS, EDGES, FACES, MOVES, SOLVED, Cube, play, turn

Look: TypeAlias = Callable[[Cube], bytes]
"""Computes one property of a cube."""


class Phase(NamedTuple):
    """One phase.

    Attributes:
        goal: What it brings about, for prompts and pictures.
        moves: The moves it may use, in the order of ties.
        first: The property that varies slowly in the number of a state.
        second: The other.
        size: How many states there are.
        farthest: Most moves that a state is from the goal.
    """

    goal: str
    moves: tuple[str, ...]
    first: Look
    second: Look
    size: int
    farthest: int


class Coordinate(NamedTuple):
    """A property, numbered.

    Attributes:
        numbers: The number of each value, 0-based; the solved cube's is 0.
        after: For each value the numbers that each move of the phase leads to.
    """

    numbers: dict[bytes, int]
    after: list[array[int]]


@cache
def explore(look: Look, moves: tuple[str, ...]) -> Coordinate:
    """Number every value that a property takes under some moves."""
    numbers = {look(SOLVED): 0}
    examples, after = [SOLVED], []
    for cube in examples:  # grows as it goes
        row = array("H")
        for move in moves:
            next_cube = turn(cube, move)
            value = look(next_cube)
            number = numbers.setdefault(value, len(examples))
            if number == len(examples):
                examples.append(next_cube)
            row.append(number)
        after.append(row)
    return Coordinate(numbers, after)


# Seats: a piece's number and how it is turned, listed by place instead of by piece.

_SEAT = {"".join(sorted(piece)): number for number, piece in enumerate(EDGES)}
_SEAT |= {"".join(sorted(piece)): number for number, piece in enumerate(CORNERS)}
_AXIS = {face: axis for axis, faces in enumerate(("UD", "LR", "FB")) for face in faces}


@cache
def _seat(place: str) -> int:
    return _SEAT["".join(sorted(place))]


@cache
def _good_places() -> frozenset[str]:
    """Return the places of edges that no quarter turn of F or B is needed for: those reached without one."""
    reached = list(EDGES)
    for place in reached:
        reached += {play((place,), [move])[0] for move in MOVES if move[0] not in "FB"}.difference(reached)
    return frozenset(reached)


def _seated(places: Cube, values: Sequence[int]) -> bytes:
    seats = bytearray(len(places))
    for place, value in zip(places, values, strict=True):
        seats[_seat(place)] = value
    return bytes(seats)


_EDGE_COUNT = len(EDGES)
_MIDDLE = [not set(piece) & set("UD") for piece in EDGES]
_BETWEEN = [not set(piece) & set("LR") for piece in EDGES]


def flips(cube: Cube) -> bytes:
    """Return at which places an edge is turned the wrong way."""
    good = _good_places()
    return _seated(cube[:_EDGE_COUNT], [place not in good for place in cube[:_EDGE_COUNT]])


def twists(cube: Cube) -> bytes:
    """Return, for each corner's place, on which axis the U or D sticker lies."""
    return _seated(cube[_EDGE_COUNT:], [_AXIS[place[0]] for place in cube[_EDGE_COUNT:]])


def middle_layer(cube: Cube) -> bytes:
    """Return at which places the four edges of the middle layer are."""
    return _seated(cube[:_EDGE_COUNT], _MIDDLE)


def slices(cube: Cube) -> bytes:
    """Return at which places the four edges between L and R are."""
    return _seated(cube[:_EDGE_COUNT], _BETWEEN)


def corner_seats(cube: Cube) -> bytes:
    """Return which corner is at which place."""
    return _seated(cube[_EDGE_COUNT:], range(len(CORNERS)))


def edge_seats(cube: Cube) -> bytes:
    """Return which edge is at which place."""
    return _seated(cube[:_EDGE_COUNT], range(_EDGE_COUNT))


@cache
def _half_turned() -> tuple[bytes, ...]:
    """Return the 96 ways that half turns can place the corners, as translations of their numbers."""
    half_turns = tuple(face + "2" for face in FACES)
    return tuple(seats.ljust(256, b"\0") for seats in explore(corner_seats, half_turns).numbers)


def corner_class(cube: Cube) -> bytes:
    """Return how the corners are placed, all that half turns can make of the solved cube counted as one."""
    seats = corner_seats(cube)
    return min(map(seats.translate, _half_turned()))


def nothing(cube: Cube) -> bytes:  # noqa: ARG001 - there is nothing to look at
    """Return nothing: the second property of a phase that needs only one."""
    return b""


def _allowed(quarter: str) -> tuple[str, ...]:
    return tuple(move for move in MOVES if move[0] in quarter or move.endswith("2"))


PHASES = (
    Phase("turn every edge the right way", MOVES, flips, nothing, 2_048, 7),
    Phase("turn the corners, edges into the middle layer", _allowed("UDLR"), twists, middle_layer, 1_082_565, 10),
    Phase("bring every piece within reach of half turns", _allowed("UD"), corner_class, slices, 29_400, 13),
    Phase("solve the cube with half turns", _allowed(""), corner_seats, edge_seats, 663_552, 15),
)
