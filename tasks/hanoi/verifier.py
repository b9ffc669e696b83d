"""The independent check of a whole solution. Imports nothing of this task: its pegs are bit masks, not tuples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import gt

FINDINGS = 5
"""Most findings that are reported; the first ones say what went wrong, the others follow from them."""


def replay(pegs: Sequence[Sequence[int]], goal: int, answers: Iterable[tuple[Sequence[int], object]]) -> list[str]:
    """Replay the moves alone from `pegs`; what the answers claim about the board is compared, never used.

    Args:
        pegs: Three pegs at the start, bottom disk first.
        goal: Goal peg (0-based).
        answers: Pairs of a move (disk, from, to) and the three pegs claimed after it, in order; read once.

    Returns:
        What is wrong, at most `FINDINGS` sentences; empty when every disk ends on the goal peg.
    """
    bits = {disk: 1 << disk for peg in pegs for disk in peg}
    board = [sum(bits[disk] for disk in peg) for peg in pegs]
    findings: list[str] = []
    for step, (move, claimed) in enumerate(answers):
        fault = _fault(board, bits, move)
        if fault is not None:
            return [*findings, f"step {step + 1:,}: {fault}; the moves after it were not replayed"]
        disk, start, end = move
        board[start] ^= bits[disk]
        board[end] ^= bits[disk]
        if not _agrees(board, bits, claimed):
            findings.append(f"step {step + 1:,}: the state claimed after {list(move)} is not the one it leads to")
            if len(findings) >= FINDINGS:
                return findings
    left = len(bits) - board[goal].bit_count()
    if left:
        findings.append(f"{left} of {len(bits)} disks are not on peg {goal} at the end")
    return findings


def _fault(board: list[int], bits: dict[int, int], move: Sequence[int]) -> str | None:
    disk, start, end = move
    bit = bits.get(disk)
    if bit is None or start not in (0, 1, 2) or end not in (0, 1, 2) or start == end:
        return f"{list(move)} is not a move on this board"
    if board[start] & -board[start] != bit:
        return f"disk {disk} is not on top of peg {start}"
    if board[end] & (bit - 1):
        return f"disk {disk} comes onto a smaller one on peg {end}"
    return None


def _agrees(board: list[int], bits: dict[int, int], claimed: object) -> bool:
    """Return whether the pegs claimed are those of `board`: falling sizes and an equal sum leave one set of disks."""
    try:
        for mask, peg in zip(board, claimed, strict=True):  # type: ignore[call-overload]
            if sum(map(bits.__getitem__, peg)) != mask or not all(map(gt, peg, peg[1:])):
                return False
    except (KeyError, TypeError, ValueError):
        return False
    return True
