"""The check that an answer carries: what the agent found on the way, in a line that has to agree with the answer.

A slip then contradicts itself, and is flagged instead of voting. Nothing here looks at what is right: a deduction that
is wrong and agrees with itself is for the vote. The line is no part of the action, so that it splits no votes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .focus import GUESSING, HIDDEN_SINGLE, LOCKED, NAKED_SINGLE, UNDOING, Focus
from .grid import DIGITS, UNITS, Action, Mark, State, cell_name, unit_name
from .patterns import FISH, XY_WING

BARRED, WITHOUT, KEPT, AFTER, LISTED, BEFORE = "barred", "without", "kept", "after", "digits", "before"
NONE = "none"
WHERE = ("row", "column", "box", "struck")
"""What may bar a digit from a cell."""

_CELL = r"r[1-9]c[1-9]"
_BAR = rf"[1-9]\s*(?:{'|'.join(WHERE)})"
_CELLS = rf"{NONE}|{_CELL}(?:\s*,\s*{_CELL}){{0,80}}"
_MARKS = rf"{_CELL}\s*:\s*[1-9]{{1,9}}"
_FORMS: Mapping[str, str] = {
    BARRED: rf"({_BAR}(?:\s*,\s*{_BAR}){{0,20}})",
    WITHOUT: f"({_CELLS})",
    KEPT: f"({_CELLS})",
    AFTER: rf"\[\s*((?:{_MARKS}(?:\s*,\s*{_MARKS}){{0,80}})?)\s*\]",
    LISTED: r"([1-9]{1,9})",
    BEFORE: rf"({NONE}|{_CELL}\s*:\s*[1-9])",
}
_NAMES = {name: re.compile(rf"(?<!\w){name}\s*=\s*") for name in _FORMS}
_WHOLE = {name: re.compile(rf"{form}(?![^\S\n]*[\w:,])") for name, form in _FORMS.items()}
_ONE = re.compile(r"r([1-9])c([1-9])(?:\s*:\s*([1-9]+))?")
Check: TypeAlias = Callable[[State, Focus, Action, str], str]
"""Returns how evidence contradicts the answer or what is listed, empty where it does not."""


def name_of(technique: str) -> str:
    """Return what the line of evidence is called that a question asks for."""
    if technique in FISH.values():
        return KEPT
    return _NAMED.get(technique, AFTER)


def contradiction(state: State, focus: Focus, answer: Action, text: str) -> Flag | None:
    """Flag a response whose evidence is missing, not in its form, or at odds with its answer.

    Args:
        state: The grid.
        focus: What was asked.
        answer: What was answered, to that question.
        text: The response.
    """
    name, lowered = name_of(focus.technique), text.lower()
    names = [*_NAMES[name].finditer(lowered)]
    if not names:
        return Flag(MALFORMED, f"no `{name} =` before the answer", excerpt(text[-120:]))
    found = _WHOLE[name].match(lowered, names[-1].end())
    if found is None:
        return Flag(MALFORMED, f"`{name} =` is not in its form", excerpt(lowered, names[-1].start()))
    reason = _CHECKS[name](state, focus, answer, found[1])
    return Flag(INCONSISTENT, reason, excerpt(lowered, names[-1].start())) if reason else None


def _cells(text: str) -> list[int]:
    return [9 * int(row) + int(column) - 10 for row, column, _ in _ONE.findall(text)]


def _listed(text: str) -> list[Mark]:
    return [
        (9 * int(row) + int(column) - 10, int(digit)) for row, column, digits in _ONE.findall(text) for digit in digits
    ]


def _named(cells: Iterable[int]) -> str:
    return ", ".join(map(cell_name, sorted(cells)))


def _barred(_: State, __: Focus, answer: Action, said: str) -> str:
    """Hold the digits that are barred against the one that is placed: together they are all nine, each once."""
    digits, placed = [int(digit) for digit in re.findall(r"[1-9]", said)], answer.marks[0][1]
    if placed in digits:
        return f"{placed} is placed, and barred"
    if len(digits) != len(set(digits)):
        return "a digit is barred twice"
    left = [digit for digit in range(1, 10) if digit not in digits and digit != placed]
    return f"{left[0]} is neither placed nor barred" if left else ""


def _partition(chosen: set[int], others: list[int], asked: set[int], done: str, what: str) -> str:
    """Say why two lists are not the two parts of what was asked about; empty where they are."""
    if both := chosen & set(others):
        return f"{_named(both)} is {done}, and {what} too"
    if len(others) != len(set(others)):
        return f"a cell is {what} twice"
    if strange := set(others) - asked:
        return f"{_named(strange)} is not in question"
    left = asked - chosen - set(others)
    return f"{_named(left)} is neither {done} nor {what}" if left else ""


def _without(state: State, focus: Focus, answer: Action, said: str) -> str:
    asked = {cell for cell in UNITS[focus.units[0]] if state.marks[cell]}
    return _partition({answer.marks[0][0]}, _cells(said), asked, "chosen", "without the digit")


def _kept(state: State, focus: Focus, answer: Action, said: str) -> str:
    asked = _in_question(state, focus)
    return _partition({cell for cell, _ in answer.marks}, _cells(said), asked, "struck", "kept")


def _in_question(state: State, focus: Focus) -> set[int]:
    """Return the cells from which a single digit may be struck, of those that the prompt lists."""
    bit = 1 << (focus.digits[0] - 1)
    if focus.technique == LOCKED:
        holder, crossing = focus.units
        return {cell for cell in UNITS[crossing] if cell not in UNITS[holder] and state.marks[cell]}
    base = {cell for unit in focus.units for cell in UNITS[unit]}  # of a fish
    return {cell for cell in range(81) if state.marks[cell] & bit and cell not in focus.cells and cell not in base}


def _after(state: State, focus: Focus, answer: Action, said: str) -> str:
    """Hold what each cell lists afterwards against what it listed, and what was struck."""
    struck, left = set(answer.marks), _listed(said)
    listed = {(cell, digit) for cell in UNITS[focus.units[0]] for digit in DIGITS[state.marks[cell]]}
    if both := struck & set(left):
        return f"{_one(min(both))} is struck, and listed afterwards"
    if len(left) != len(set(left)):
        return "a cell is listed twice afterwards"
    if strange := set(left) - listed:
        return f"{_one(min(strange))} is listed afterwards, and was not before"
    missing = {mark for mark in listed if mark[0] in UNITS[focus.units[0]]} - struck - set(left)
    return f"{_one(min(missing))} is neither struck nor listed afterwards" if missing else ""


def _one(mark: Mark) -> str:
    return f"{cell_name(mark[0])}:{mark[1]}"


def _lists(state: State, _: Focus, answer: Action, said: str) -> str:
    """Hold a guess against the digits that its cell is said to list."""
    cell, digit = answer.marks[0]
    digits_named = sorted(set(said))
    if digits_named != [str(one) for one in DIGITS[state.marks[cell]]]:
        return f"{cell_name(cell)} does not list {said}"
    return "" if str(digit) == digits_named[0] else f"{digit} is not the lowest of {said}"


def _before(state: State, _: Focus, answer: Action, said: str) -> str:
    """Hold the guess that is undone against the one that is said to precede it."""
    guesses = [(guess.cell, guess.digit) for guess in state.guesses]
    at = guesses.index(answer.marks[0])
    before = [guesses[at - 1]] if at else []
    return "" if _listed(said) == before else f"{said} is not the guess before {_one(answer.marks[0])}"


_NAMED: Mapping[str, str] = {
    NAKED_SINGLE: BARRED, HIDDEN_SINGLE: WITHOUT, LOCKED: KEPT, XY_WING: KEPT, GUESSING: LISTED, UNDOING: BEFORE,
}  # fmt: skip
_CHECKS: Mapping[str, Check] = {
    BARRED: _barred, WITHOUT: _without, KEPT: _kept, AFTER: _after, LISTED: _lists, BEFORE: _before,
}  # fmt: skip


def asked(focus: Focus) -> str:
    """Return the form of the evidence, with what belongs into it, as the prompt asks for it."""
    name = name_of(focus.technique)
    unit = unit_name(focus.units[0]) if focus.units else ""
    cells = f"the cells outside these {'rows' if focus.units and focus.units[0] < 9 else 'columns'}"
    if focus.technique == LOCKED:
        cells = f"the open cells of {unit_name(focus.units[1])} outside {unit}"
    elif focus.technique == XY_WING:
        cells = f"the other cells that list {focus.digits[0]}"
    return {
        BARRED: "barred = DIGIT WHERE, DIGIT WHERE, … (each other digit once; WHERE is row, column, box or struck)",
        WITHOUT: f"without = CELL, CELL, … (the open cells of {unit} that do not list the digit, or none)",
        KEPT: f"kept = CELL, CELL, … ({cells} from which nothing is struck, or none)",
        AFTER: f"after = [CELL:DIGITS, …] (every open cell of {unit}, with the digits that it lists after the strike)",
        LISTED: "digits = DIGITS (all that the cell lists)",
        BEFORE: "before = CELL:DIGIT (the guess made just before that one, or none)",
    }[name]


def write_barred(holders: Mapping[str, set[int]], placed: int) -> str:
    """Write where each digit but one is barred; a digit that nothing bars is said to be in the row."""
    bars = [
        f"{digit} {next((where for where in WHERE if digit in holders[where]), WHERE[0])}"
        for digit in range(1, 10)
        if digit != placed
    ]
    return f"{BARRED} = {', '.join(bars)}"


def write_cells(name: str, cells: Iterable[int]) -> str:
    """Write a list of cells."""
    return f"{name} = {_named(cells) or NONE}"


def write_after(lists: Mapping[int, set[int]], struck: Iterable[Mark]) -> str:
    """Write what cells list once some of it is struck."""
    gone = set(struck)
    left = {cell: [digit for digit in sorted(digits) if (cell, digit) not in gone] for cell, digits in lists.items()}
    rows = [f"{cell_name(cell)}:{''.join(map(str, digits))}" for cell, digits in left.items() if digits]
    return f"{AFTER} = [{', '.join(rows)}]"


def write_digits(digits: Iterable[int]) -> str:
    """Write the digits that a cell lists."""
    return f"{LISTED} = {''.join(map(str, sorted(digits)))}"


def write_before(guess: Mark | None) -> str:
    """Write the guess that comes before another."""
    return f"{BEFORE} = {NONE if guess is None else _one(guess)}"
