"""Finds the algorithms of the layer method by search; `python -m maker_tasks.cube.derivation` writes them again.

Each of the four groups of pieces keeps all groups before it (its base). Sequences that keep the base are found by
meeting in the middle: two short sequences that bring the base's pieces to the same places make one, the first and then
the second undone. With those as steps, Dijkstra's search from the solved cube finds for every place of a piece the
shortest composition that brings it home and has the pieces before it at home as well.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from pathlib import Path
from typing import TypeAlias

from .pieces import CARRIERS, MOVES, SOLVED, TURNS, Cube, inverse, play, quarters

Moves: TypeAlias = tuple[str, ...]

GROUPS = (
    ("DF", "DR", "DB", "DL"),
    ("DFR", "DRB", "DBL", "DLF"),
    ("FR", "BR", "BL", "FL"),
    ("UF", "UR", "UB", "URF", "UBR", "ULB"),
)
"""The pieces in the order in which they are brought home, the groups by what the search for them keeps.

Edge UL and corner UFL are not among them: with all others at home they are, by the laws of the cube.
"""

_HALF = 4  # moves; two halves make 8, enough for every group
_STEPS = 700  # shortest sequences used as steps of the search


def derive() -> dict[str, dict[str, str]]:
    """Return, for each piece in order and each place it can be at, the moves that bring it home."""
    halves = list(_sequences(_HALF))
    base: Moves = ()
    found: dict[str, dict[str, str]] = {}
    steps: list[Moves]
    for group in GROUPS:
        steps = _keeping(halves, base, group) if base else [(move,) for move in MOVES]
        found |= _search(base, group, steps)
        base += group
    return found


def _sequences(longest: int) -> Iterator[tuple[Moves, Cube]]:
    """Yield all sequences up to `longest` moves with the cube they make, none that turns a face twice running."""
    level: list[tuple[Moves, Cube]] = [((), SOLVED)]
    for _ in range(longest + 1):
        yield from level
        level = [
            ((*moves, move), play(cube, (move,)))
            for moves, cube in level
            for move in MOVES
            if not moves or not _redundant(moves[-1], move)
        ]


def _redundant(before: str, move: str) -> bool:
    """Return whether two moves are one, or opposite faces in the second of their two equal orders."""
    return before[0] == move[0] or before[0] + move[0] in ("DU", "RL", "BF")


def _keeping(halves: list[tuple[Moves, Cube]], base: Moves, group: Moves) -> list[Moves]:
    """Return the shortest sequences that keep `base`, one for each effect on `group`."""
    kept, tracked = [SOLVED.index(piece) for piece in base], [SOLVED.index(piece) for piece in group]
    meeting: defaultdict[Cube, list[Moves]] = defaultdict(list)
    best: dict[Cube, Moves] = {}
    for moves, cube in halves:
        key = tuple(cube[piece] for piece in kept)
        for other in meeting[key]:
            whole = moves + inverse(other)
            made = play(SOLVED, whole)
            effect = tuple(made[piece] for piece in tracked)
            if len(whole) < len(best.get(effect, whole + whole)):
                best[effect] = whole
        meeting[key].append(moves)
    best.pop(group, None)
    shortest = sorted(best.values(), key=lambda moves: (len(moves), moves))[:_STEPS]
    return sorted({*shortest, *map(inverse, shortest)}, key=lambda moves: (len(moves), moves))


def _search(base: Moves, group: Moves, steps: Sequence[Moves]) -> dict[str, dict[str, str]]:
    """Search from the solved cube; a way to a place, undone, is the way home from it."""
    carriers = [(step, {place: play((place,), step)[0] for place in CARRIERS["U"]}) for step in steps]
    found: dict[str, dict[str, str]] = {}
    for number, piece in enumerate(group):
        home = group[:number]
        cases = _cases(base + home, piece)
        places = found[piece] = {}
        queue: list[tuple[int, Moves, Cube]] = [(0, (), (*home, piece))]
        done: set[Cube] = set()
        while len(places) < cases:
            cost, way, at = heappop(queue)
            if at in done:
                continue
            done.add(at)
            if at[:-1] == home and way:
                places[at[-1]] = " ".join(_joined(inverse(way)))
            for step, carrier in carriers:
                after = tuple(map(carrier.__getitem__, at))
                if after not in done:
                    heappush(queue, (cost + len(step), way + step, after))
    return {piece: dict(sorted(places.items())) for piece, places in found.items()}


def _cases(home: Moves, piece: str) -> int:
    """Return how many places but its own a piece can be at when the pieces of `home` are at home."""
    taken = sum(len(other) for other in home if len(other) == len(piece))
    # The last two corners can only be twisted: one permutation of an odd sign is not to be had.
    return 2 if len(piece) == 3 and taken == 18 else 23 - taken


def _joined(moves: Moves) -> list[str]:
    """Write turns of one face that follow each other as one."""
    joined: list[str] = []
    for move in moves:
        if joined and joined[-1][0] == move[0]:
            together = (quarters(joined.pop()) + quarters(move)) % 4
            if together:
                joined.append(move[0] + TURNS[together - 1])
        else:
            joined.append(move)
    return joined


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("algorithms.json")
    path.write_text(json.dumps(derive(), indent=1) + "\n", encoding="utf-8")
