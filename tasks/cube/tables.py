"""How many moves each state of each phase is from its goal, and how its states are numbered: read from a file.

The file comes with the task, so that no one waits for the search. What it holds is known by its digest, so a damaged
one, or one of another version, is recognized at once and everything is rebuilt by breadth-first search, in two seconds.
`packing.py` writes the file.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator
from operator import add
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeAlias

from .coordinates import PHASES, Coordinate, Phase, explore

DIGEST = "271f44a8a23abdae3a0da854afdc666f7653262dae271bb2a0b4331f517e6b5e"
"""SHA-256 of what the file holds once it is unpacked."""
FILE = Path(__file__).with_name("tables.z")
UNKNOWN = 255

Rows: TypeAlias = list[tuple[int, ...]]
"""For each value of a property what each move makes of it."""


class Table(NamedTuple):
    """One phase, worked out.

    Attributes:
        distances: For each state the number of moves to the goal, one byte each.
        first: The property that varies slowly in the number of a state.
        second: The other.
    """

    distances: bytes
    first: Coordinate
    second: Coordinate


_MOST = 4_000_000  # bytes that are unpacked of any file
HEAD = struct.Struct("<HH")
"""Before each property in the file: how many values it takes, and bytes of one."""
_loading = Lock()
_loaded: list[Table] = []


def table(phase: int) -> Table:
    """Return what is known of phase 0 to 3."""
    with _loading:  # the form and the run may both ask first, each in its thread
        if not _loaded:
            _loaded.extend(read(FILE) or map(build, PHASES))
    return _loaded[phase]


def build(phase: Phase) -> Table:
    """Number the states of a phase by exploring them, and measure them all."""
    first, second = explore(phase.first, phase.moves), explore(phase.second, phase.moves)
    return Table(_search(first, second), first, second)


def _search(first: Coordinate, second: Coordinate) -> bytes:
    """Search breadth first from the goal: turns can be undone, so the way there is as long as the way back.

    A level is found from the one before it or, once that is the longer list, by looking at what is left: most states
    are far from the goal, and one neighbour of the level before is enough (direction-optimizing search, Beamer 2012).
    """
    width = len(second.after)
    firsts = [tuple(number * width for number in row) for row in first.after]
    seconds = [tuple(row) for row in second.after]
    table = bytearray([UNKNOWN]) * (len(first.after) * width)
    table[0], level, left, distance = 0, [0], len(table) - 1, 0
    while level:
        distance += 1
        search = _around if 2 * len(level) < left else _among
        level = search(table, level, distance, firsts, seconds)
        left -= len(level)
    return bytes(table)


def _around(table: bytearray, level: list[int], distance: int, firsts: Rows, seconds: Rows) -> list[int]:
    """Set and return the states one move from `level` that have no distance yet."""
    reached: list[int] = []
    for state in level:
        slow, fast = divmod(state, len(seconds))
        for after in map(add, firsts[slow], seconds[fast]):
            if table[after] == UNKNOWN:
                table[after] = distance
                reached.append(after)
    return reached


def _among(table: bytearray, _: list[int], distance: int, firsts: Rows, seconds: Rows) -> list[int]:
    """Set and return the states that have no distance yet and a neighbour of the distance before."""
    reached: list[int] = []
    state = table.find(UNKNOWN)
    while state >= 0:
        slow, fast = divmod(state, len(seconds))
        for after in map(add, firsts[slow], seconds[fast]):
            if table[after] == distance - 1:
                table[state] = distance
                reached.append(state)
                break
        state = table.find(UNKNOWN, state + 1)
    return reached


def little(row: array[int]) -> bytes:
    """Write numbers of two bytes, the low one first on any machine; read back, they are the machine's own again."""
    if sys.byteorder == "big":
        row = row[:]
        row.byteswap()
    return row.tobytes()


def read(path: Path) -> list[Table] | None:
    """Return what a file holds, None where it is not exactly what would be built."""
    try:
        whole = zlib.decompressobj().decompress(path.read_bytes(), _MOST)
    except (OSError, zlib.error):
        return None
    return [*_cut(whole)] if hashlib.sha256(whole).hexdigest() == DIGEST else None


def _cut(whole: bytes) -> Iterator[Table]:
    at = 0
    for phase in PHASES:
        coordinates = []
        for _ in range(2):
            count, length = HEAD.unpack_from(whole, at)
            at += HEAD.size
            numbers = {whole[at + length * number : at + length * (number + 1)]: number for number in range(count)}
            at += length * count
            width = 2 * len(phase.moves)
            rows = [array("H", _own(whole[at + width * row : at + width * (row + 1)])) for row in range(count)]
            at += width * count
            coordinates.append(Coordinate(numbers, rows))
        yield Table(whole[at : at + phase.size], *coordinates)
        at += phase.size


def _own(low_first: bytes) -> bytes:
    return low_first if sys.byteorder == "little" else little(array("H", low_first))
