"""The board: its states and moves, the two decision rules, and the exact distance to the goal."""

from __future__ import annotations

from operator import gt
from typing import NamedTuple, TypeAlias

Pegs: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""The disks of peg 0, peg 1 and peg 2, each from bottom to top; disk 1 is the smallest."""

Move: TypeAlias = tuple[int, int, int]
"""(disk, from peg, to peg); disks are counted from 1, pegs from 0."""


class State(NamedTuple):
    """What is known before a step.

    Attributes:
        pegs: Where the disks are. An answer's text puts them there, so nothing promises that they are in order.
        previous: The move that led here, None at the start.
        moves: How many moves were made.
    """

    pegs: Pegs
    previous: Move | None
    moves: int


class Answer(NamedTuple):
    """What is voted on: the pair of a move and the state it is said to lead to.

    Attributes:
        move: The move.
        pegs: The pegs after it.
    """

    move: Move
    pegs: Pegs


def tower(disks: int, peg: int = 0) -> Pegs:
    """Stack disks 1 to `disks` on one peg (0-based)."""
    full = tuple(range(disks, 0, -1))
    return (full if peg == 0 else (), full if peg == 1 else (), full if peg == 2 else ())


def tower_peg(pegs: Pegs) -> int | None:
    """Return the peg (0-based) that holds every disk, None when they are spread."""
    occupied = [peg for peg in range(3) if pegs[peg]]
    return occupied[0] if len(occupied) == 1 else None


def ordered(pegs: Pegs) -> bool:
    """Return whether no disk lies on a smaller one."""
    a, b, c = pegs
    return all(map(gt, a, a[1:])) and all(map(gt, b, b[1:])) and all(map(gt, c, c[1:]))


def objection(pegs: Pegs, move: Move) -> str | None:
    """Say in one sentence why `move` is against the rules, None when it is legal."""
    disk, start, end = move
    if not (0 <= start <= 2 and 0 <= end <= 2):
        return f"pegs are 0, 1 and 2, the move goes from {start} to {end}"
    if start == end:
        return f"the move leaves disk {disk} on peg {start}"
    if not pegs[start]:
        return f"peg {start} is empty"
    if pegs[start][-1] != disk:
        return f"the top of peg {start} is disk {pegs[start][-1]}, not disk {disk}"
    if pegs[end] and pegs[end][-1] < disk:
        return f"disk {disk} would lie on disk {pegs[end][-1]}"
    return None


def carry(pegs: Pegs, move: Move) -> Pegs:
    """Return the pegs after taking the top disk of the from peg over; `move` is legal."""
    disk, start, end = move
    after = list(pegs)
    after[start] = pegs[start][:-1]
    after[end] = (*pegs[end], disk)
    return (after[0], after[1], after[2])


def legal_moves(pegs: Pegs) -> list[Move]:
    """List the legal moves by from peg, then to peg. The smallest top disk can always go two ways."""
    tops = [peg[-1] if peg else 0 for peg in pegs]
    return [
        (tops[start], start, end)
        for start in range(3)
        for end in range(3)
        if tops[start] and start != end and (not tops[end] or tops[start] < tops[end])
    ]


def allowed_moves(pegs: Pegs, previous: Move | None, one_way: int) -> list[Move]:
    """List the legal moves that the paper's rule, read as a condition on a move, does not forbid."""
    if previous is None or previous[0] != 1:
        return [move for move in legal_moves(pegs) if move[0] == 1 and (move[2] - move[1]) % 3 == one_way]
    return [move for move in legal_moves(pegs) if move[0] != 1]


def nearing_moves(pegs: Pegs, goal: int) -> list[Move]:
    """List the legal moves after which the tower on `goal` is nearer."""
    distance = scan(pegs, goal)[1]
    return [move for move in legal_moves(pegs) if scan(carry(pegs, move), goal)[1] < distance]


def stride(disks: int, start: int, goal: int) -> int:
    """Return the direction of disk 1 for a whole tower: 1 for 0 → 1 → 2 → 0, 2 for 0 → 2 → 1 → 0.

    An odd tower's disk 1 goes to the goal first, an even tower's to the spare peg, and it never turns. The paper's
    fixed 0 → 1 → 2 → 0 is the case of an even tower going from peg 0 to peg 2; it would put odd towers on peg 1.
    """
    first = goal if disks % 2 else 3 - start - goal
    return (first - start) % 3 or 1


def paper_move(pegs: Pegs, previous: Move | None, one_way: int) -> Move | None:
    """Return the move of the paper's rule: disk 1 on every other turn, the only other legal move in between.

    Args:
        pegs: The board.
        previous: The move before, None at the start.
        one_way: The direction of disk 1, as `stride` gives it.

    Returns:
        The move, None where the rule allows none: disk 1 is covered, or just moved and no other disk can.
    """
    a, b, c = pegs
    start = 0 if a and a[-1] == 1 else 1 if b and b[-1] == 1 else 2 if c and c[-1] == 1 else None
    if start is None:
        return None
    if previous is None or previous[0] != 1:
        return (1, start, (start + one_way) % 3)
    left, right = (start + 1) % 3, (start + 2) % 3
    left_top = pegs[left][-1] if pegs[left] else 0
    right_top = pegs[right][-1] if pegs[right] else 0
    if not left_top and not right_top:
        return None
    if not right_top or 0 < left_top < right_top:
        return (left_top, left, right)
    return (right_top, right, left)


def scan(pegs: Pegs, goal: int) -> tuple[Move | None, int]:
    """Find the first move of the shortest way to a tower on `goal`, and how long that way is.

    From the largest disk down, a disk that is off its target has to go there, and everything smaller has to be on
    the third peg by then. The last disk found so is the one to move now; each of them adds 2^(disk − 1) moves.

    Args:
        pegs: The board, in order.
        goal: The goal peg (0-based).

    Returns:
        The move, None on the goal itself, and the distance in moves.
    """
    a, b, c = pegs
    where = dict.fromkeys(a, 0)
    where.update(dict.fromkeys(b, 1))
    where.update(dict.fromkeys(c, 2))
    target, distance = goal, 0
    move: Move | None = None
    for disk in range(len(where), 0, -1):
        peg = where[disk]
        if peg != target:
            move = (disk, peg, target)
            distance += 1 << (disk - 1)
            target = 3 - peg - target
    return move, distance
