"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words.

The direction of disk 1, the goal, the previous move and the state are all read from the text, so that a simulated
run also tests that the prompt says enough.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import rows, to_pegs
from .towers import Move, Pegs, carry, legal_moves, paper_move, scan

_DIRECTION = re.compile(r"fixed direction: from peg 0 to peg ([12])")
_GOAL = re.compile(r"the target peg is peg ([012])")
_PREVIOUS = re.compile(r"^Previous move: (?:None|\[(-?\d+), (-?\d+), (-?\d+)\])$", re.MULTILINE)
_CURRENT = re.compile(r"^Current state: (\[\[.*\]\])$", re.MULTILINE)

_OPENINGS = (
    "The top disks of pegs 0, 1 and 2 are {tops}.",
    "Let me look at the tops first: {tops} on pegs 0, 1 and 2.",
    "Reading each list from its end, the tops are {tops}.",
    "On top there is {tops}, peg by peg.",
    "Pegs 0 to 2 show {tops} on top.",
)
_SMALLEST = (
    "The previous move did not touch disk 1, so it is disk 1's turn.",
    "Disk 1 stood still last time, so now it travels one peg on.",
    "It is time for disk 1, in its fixed direction.",
)
_OTHER = (
    "Disk 1 has just moved, so it stays and the other two pegs decide.",
    "The previous move was disk 1's, so another disk goes now.",
    "Without disk 1 there is a single legal move left.",
)
_SCANNED = (
    "I go down from the largest disk and keep the last one that is off its target.",
    "Following the disks from large to small, one move is left in memory at the end.",
    "The scan from the largest disk to disk 1 settles it.",
)
_UNSURE = (
    "It looks as if disk {disk} should be next.",
    "Peg {end} seems to be a good place for disk {disk}.",
    "I take it that disk {disk} can go now.",
)
_CONCLUSIONS = (
    "So disk {disk} goes from peg {start} to peg {end}.",
    "Disk {disk} therefore leaves peg {start} for peg {end}.",
    "That means moving disk {disk}, peg {start} to peg {end}.",
    "The move is disk {disk}, out of peg {start} and onto peg {end}.",
    "Hence peg {start} gives disk {disk} to peg {end}.",
)
_CHECKS = (
    "",
    " Everything else stays where it is.",
    " The other disks do not change.",
    " No smaller disk is below it.",
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a prompt says, worked out.

    Attributes:
        pegs: The state it shows.
        right: The move its rule makes right; where the rule allows none, the first legal one, as someone who has
            to answer would give it.
        wrong: The other legal moves, at least one.
        tops: The top disks in words.
        reasons: Sentences for the right move.
        block: The right answer as text.
    """

    pegs: Pegs
    right: Move
    wrong: tuple[Move, ...]
    tops: str
    reasons: tuple[str, ...]
    block: str


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is not one of this task's.
    """
    reading = _read(prompt)
    if mistake is None:
        return _reason(reading, reading.right, reading.reasons, variant), reading.block
    if mistake is Mistake.WRONG:
        move = reading.wrong[variant % len(reading.wrong)]
        return _reason(reading, move, _UNSURE, variant), _block(move, carry(reading.pegs, move))
    if mistake is Mistake.ILLEGAL:
        slips = _illegal(reading.pegs)
        move = slips[variant % len(slips)]
        return _reason(reading, move, _UNSURE, variant), _block(move, _forced(reading.pegs, move))
    reasoning = _reason(reading, reading.right, reading.reasons, variant)
    if mistake is Mistake.INCONSISTENT:
        states = _unfollowing(reading.pegs, reading.right)
        return reasoning, _block(reading.right, states[variant % len(states)])
    return reasoning, _broken(reading, variant)


@lru_cache(maxsize=64)  # the samples of one step share its prompt, and steps in flight are few
def _read(prompt: str) -> _Reading:
    current, previous_move = _CURRENT.search(prompt), _PREVIOUS.search(prompt)
    direction, goal = _DIRECTION.search(prompt), _GOAL.search(prompt)
    if current is None or previous_move is None or (direction is None and goal is None):
        raise TaskError("this prompt does not ask for a move of Towers of Hanoi")
    pegs = to_pegs(json.loads(current[1]))
    previous = (int(previous_move[1]), int(previous_move[2]), int(previous_move[3])) if previous_move[1] else None
    if direction is not None:
        right = paper_move(pegs, previous, int(direction[1]))
        reasons = _OTHER if right and right[0] != 1 else _SMALLEST
    else:
        right = scan(pegs, int(goal[1]))[0] if goal else None
        reasons = _SCANNED
    legal = legal_moves(pegs)
    if right not in legal:
        right, reasons = legal[0], _UNSURE
    wrong = tuple(move for move in legal if move != right)
    a, b, c = (f"disk {peg[-1]}" if peg else "nothing" for peg in pegs)
    return _Reading(pegs, right, wrong, f"{a}, {b} and {c}", reasons, _block(right, carry(pegs, right)))


def _reason(reading: _Reading, move: Move, reasons: tuple[str, ...], variant: int) -> str:
    disk, start, end = move
    opening = _OPENINGS[variant % 5].format(tops=reading.tops)
    reason = reasons[variant // 5 % 3].format(disk=disk, end=end)
    conclusion = _CONCLUSIONS[variant // 15 % 5].format(disk=disk, start=start, end=end)
    return f"{opening} {reason} {conclusion}{_CHECKS[variant // 75 % 4]}"


def _block(move: Move, pegs: Pegs) -> str:
    return f"move = {[*move]}\nnext_state = {rows(pegs)}"


def _illegal(pegs: Pegs) -> list[Move]:
    """List moves that break the rules: a larger disk onto a smaller one, or a disk from under another."""
    tops = [peg[-1] if peg else 0 for peg in pegs]
    slips = [
        (tops[start], start, end)
        for start in range(3)
        for end in range(3)
        if tops[end] and tops[start] > tops[end]
    ]  # fmt: skip
    slips += [(peg[-2], start, (start + way) % 3) for start, peg in enumerate(pegs) if len(peg) > 1 for way in (1, 2)]
    # A single disk can do neither: it is left on its peg.
    return slips or [(tops[peg], peg, peg) for peg in range(3) if tops[peg]]


def _forced(pegs: Pegs, move: Move) -> Pegs:
    """Carry an illegal move out as if it were legal."""
    disk, _, end = move
    after = [[other for other in peg if other != disk] for peg in pegs]
    after[end].append(disk)
    return to_pegs(after)


def _unfollowing(pegs: Pegs, move: Move) -> list[Pegs]:
    """List states that hold every disk and do not follow from `move`: not done, wrong peg, wrong end of the list."""
    disk, start, end = move
    states = [pegs, _forced(pegs, (disk, start, 3 - start - end))]
    if pegs[end]:
        under = [list(peg) for peg in _forced(pegs, move)]
        under[end].insert(0, under[end].pop())
        states.append(to_pegs(under))
    return states


def _broken(reading: _Reading, variant: int) -> str:
    """Write the right answer in a form that no strict reader takes."""
    disk, start, end = reading.right
    move, state = reading.block.split("\n")
    after = carry(reading.pegs, reading.right)
    without = to_pegs([[other for other in peg if other != disk] for peg in after])
    forms = (
        f"{move.replace(' =', ':')}\n{state.replace(' =', ':')}",
        f"{move}\nnext_state = {rows(without)}",
        f"{move}\n{state[:-1]}",
        f"{move[:-1]}\n{state}",
        move,
        state,
        f"Move disk {disk} from peg {start} to peg {end}.",
        f"{move}\nnext_state = {after}",
        f"move = [disk {disk}, peg {start}, peg {end}]\n{state}",
    )
    return forms[variant % len(forms)]
