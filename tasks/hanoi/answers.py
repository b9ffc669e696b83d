"""Reading an answer strictly: the last move and the last state written in the demanded form, or a red flag.

Nothing is repaired (§3.3). No code here judges by the decision rule: what votes is what the response says.
"""

from __future__ import annotations

import json
import re
from typing import cast

from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .towers import Answer, Move, Pegs, State, carry

_INT = r"\s*(-?(?:0|[1-9][0-9]{0,8}))\s*"
_ROW = r"\s*\[[0-9,\s]{0,4000}\]\s*"  # bounded: 64 disks, one a line and deeply indented, stay well below
_MOVE_NAME = re.compile(r"(?<!\w)move\s*=\s*\[")
_STATE_NAME = re.compile(r"(?<!\w)next_state\s*=\s*\[")
_MOVE = re.compile(rf"[^\[]*\[{_INT},{_INT},{_INT}\]")
_STATE = re.compile(rf"[^\[]*(\[{_ROW},{_ROW},{_ROW}\])")


def read_answer(text: str, disks: list[int]) -> Answer | Flag:
    """Read the last `move = [disk, from, to]` and the last `next_state = [[…], […], […]]` of a response.

    The names' case and the blanks are free, all else is not: what comes last has to be whole, even where an earlier
    one is.

    Args:
        text: The response, any text at all.
        disks: The numbers of all disks, ascending.

    Returns:
        The pair as written, legal or not; a flag when there is none, or when a disk is missing, double or unknown.
    """
    lowered = text.lower()
    at_move = _last(lowered, "move", _MOVE_NAME)
    at_state = _last(lowered, "next_state", _STATE_NAME)
    if at_move < 0:
        return Flag(MALFORMED, "no `move = [disk, from, to]`", excerpt(text[-120:]))
    if at_state < 0:
        return Flag(MALFORMED, "no `next_state = [[…], […], […]]`", excerpt(text[-120:]))
    # Some capitals outside ASCII are longer in lower case, and the places found are those of the lower case.
    shown = text if len(text) == len(lowered) else lowered
    move = _MOVE.match(lowered, at_move)
    if move is None:
        return Flag(MALFORMED, "the move is not three whole numbers in brackets", excerpt(shown, at_move))
    pegs = _read_pegs(lowered, at_state, disks)
    if isinstance(pegs, str):
        return Flag(MALFORMED, pegs, excerpt(shown, at_state))
    return Answer((int(move[1]), int(move[2]), int(move[3])), pegs)


def _read_pegs(lowered: str, at: int, disks: list[int]) -> Pegs | str:
    """Read the state written at character `at`, or say what is wrong with it."""
    form = "the state is not three lists of whole numbers"
    state = _STATE.match(lowered, at)
    if state is None:
        return form
    try:
        a, b, c = json.loads(" ".join(state[1].split()))  # JSON knows fewer blanks than typesetting has
    except ValueError:
        return form
    if sorted(a + b + c) != disks:
        return f"the state does not hold disks 1 to {len(disks)} once each"
    return (tuple(a), tuple(b), tuple(c))


def _last(lowered: str, name: str, form: re.Pattern[str]) -> int:
    """Return where the last `name = [` starts, −1 when there is none.

    Searching backwards for the bare name is what keeps this at a microsecond on a page of reasoning.
    """
    at = lowered.rfind(name)
    while at >= 0 and form.match(lowered, at) is None:
        at = lowered.rfind(name, 0, at)
    return at


def contradiction(state: State, answer: Answer) -> Flag | None:
    """Flag an answer whose state does not follow from its legal move."""
    expected = carry(state.pegs, answer.move)
    if answer.pegs == expected:
        return None
    peg = next(peg for peg in range(3) if answer.pegs[peg] != expected[peg])
    reason = f"after {list(answer.move)} peg {peg} holds {_brief(expected[peg])}, not {_brief(answer.pegs[peg])}"
    return Flag(INCONSISTENT, reason, excerpt(rows(answer.pegs)))


def _brief(peg: tuple[int, ...]) -> str:
    return str(list(peg)) if len(peg) <= 8 else f"[… {', '.join(map(str, peg[-6:]))}]"


def rows(pegs: Pegs) -> str:
    """Write a state as prompts and answers show it: `[[3, 2], [], [1]]`."""
    a, b, c = pegs
    return f"[{[*a]}, {[*b]}, {[*c]}]"


def to_pegs(value: list[list[int]]) -> Pegs:
    """Turn three lists, bottom disk first, into pegs."""
    a, b, c = value
    return (tuple(a), tuple(b), tuple(c))


def to_move(value: list[int] | None) -> Move | None:
    """Turn a list of three numbers into a move; None stays None."""
    return None if value is None else cast("Move", tuple(value))
