"""Reading an answer strictly: the last line in the demanded form, or a red flag. Nothing is repaired (§3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .focus import NAKED_SINGLE, Focus
from .grid import OPEN, PLACE, STRIKE, UNDO, UNITS, Action, Mark, State, action, cell_name, listed, unit_name

_BRIEF = 24
_CELL = r"r[1-9]c[1-9]\s*:\s*"
_NAME = re.compile(r"(?<!\w)(?:place|strike|guess|undo)\s*=\s*")
_SINGLE = re.compile(rf"(place|guess|undo)\s*=\s*({_CELL}[1-9])(?![\w:])")
_LIST = re.compile(rf"(strike)\s*=\s*\[\s*({_CELL}[1-9]{{1,9}}(?:\s*,\s*{_CELL}[1-9]{{1,9}}){{0,80}})\s*\]")
_MARK = re.compile(r"r([1-9])c([1-9])\s*:\s*([1-9]+)")


def read_answer(text: str) -> Action | Flag:
    """Read the last answer line of a response; case and blanks are free, as is the order of a strike.

    Returns:
        The action, legal or not; a flag when the last line that begins as an answer is not whole, or when there are
        two different answers.
    """
    lowered = text.lower()
    answers = [read_line(lowered, name.start()) for name in _NAME.finditer(lowered)]
    if not answers:
        return Flag(MALFORMED, "no `place =`, `strike =`, `guess =` or `undo =`", excerpt(text[-120:]))
    last = answers[-1]
    if last is None:
        *_, name = _NAME.finditer(lowered)
        return Flag(MALFORMED, "the answer is not in one of the four forms", excerpt(lowered, name.start()))
    other = next((answer for answer in answers if answer not in (None, last)), None)
    if other is not None:
        return Flag(INCONSISTENT, "two different answers", excerpt(f"{line(other)} / {line(last)}"))
    return last


def read_line(lowered: str, at: int = 0) -> Action | None:
    """Read the answer written at character `at` of a text in lower case, None when it is not whole."""
    found = _SINGLE.match(lowered, at) or _LIST.match(lowered, at)
    if found is None:
        return None
    marks = [
        (9 * int(row) + int(column) - 10, int(digit))
        for row, column, digits in _MARK.findall(found[2])
        for digit in digits
    ]
    return action(found[1], marks)


def line(done: Action) -> str:
    """Write an action as its answer line."""
    return f"{done.kind} = {f'[{written(done.marks)}]' if done.kind == STRIKE else written(done.marks)}"


def written(marks: Iterable[Mark]) -> str:
    """Write cells with their digits, as `r1c2:37, r5c5:3`."""
    digits: dict[int, str] = {}
    for cell, digit in marks:
        digits[cell] = digits.get(cell, "") + str(digit)
    return ", ".join(f"{cell_name(cell)}:{found}" for cell, found in digits.items())


def brief(done: Action) -> str:
    """Describe an action in at most 24 characters, as `r4c5 = 7` or `strike r1c2:3 +4 more`."""
    cell, digit = done.marks[0]
    if done.kind != STRIKE:
        placed = f"{cell_name(cell)} = {digit}"
        return placed if done.kind == PLACE else f"{done.kind} {placed}"
    whole = f"strike {written(done.marks)}"
    return whole if len(whole) <= _BRIEF else f"strike {cell_name(cell)}:{digit} +{len(done.marks) - 1} more"


def objection(state: State, focus: Focus, answer: Action) -> Flag | None:
    """Flag what the question rules out without thinking: another kind of action, a cell or a digit not in question.

    Which of the cells or digits in question is right, nothing here looks at: that is for the vote.
    """
    reason = _reason(state, focus, answer)
    return None if reason is None else Flag(ILLEGAL, reason, line(answer)[:120])


def _reason(state: State, focus: Focus, answer: Action) -> str | None:
    kind = focus.right.kind
    cell, digit = answer.marks[0]
    if answer.kind != kind:
        return f"the question asks to {kind}, not to {answer.kind}"
    if kind == PLACE:
        return _misplaced(state, focus, cell, digit)
    if kind == UNDO:
        known = any((cell, digit) == (guess.cell, guess.digit) for guess in state.guesses)
        return None if known else f"no guess of {digit} in {cell_name(cell)} is open"
    strange = next((mark for mark in answer.marks if not listed(state.marks, mark)), None)
    return None if strange is None else f"{cell_name(strange[0])} does not list {strange[1]}"


def _misplaced(state: State, focus: Focus, cell: int, digit: int) -> str | None:
    """Say why a digit is placed outside the question."""
    if focus.technique == NAKED_SINGLE:
        asked = focus.cells[0]
        return None if cell == asked else f"the question is about {cell_name(asked)}, not {cell_name(cell)}"
    if digit != focus.digits[0]:
        return f"the question is about the digit {focus.digits[0]}, not {digit}"
    inside = cell in UNITS[focus.units[0]] and state.values[cell] == OPEN
    return None if inside else f"{cell_name(cell)} is not an open cell of {unit_name(focus.units[0])}"
