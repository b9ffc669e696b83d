"""What an agent reads: the game and the notation (system), then one question with all that proves its answer (user).

There is no grid in it: the focus is all that the answer needs. The simulated model reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable

from maker_engine.core.responses import Prompt

from .evidence import asked
from .focus import GUESSING, HIDDEN_SINGLE, LOCKED, NAKED_SINGLE, UNDOING, Focus
from .grid import BIT, DIGITS, GUESS, OPEN, PEERS, PLACE, STRIKE, UNDO, UNITS, UNITS_OF, State, cell_name, unit_name
from .patterns import FISH, XY_WING

SYSTEM = """\
You work out a single step in solving a Sudoku.

The grid has 9 rows, counted from the top, 9 columns, counted from the left, and 9 boxes of 3 × 3 cells, counted left \
to right and top to bottom: box 1 is rows 1-3, columns 1-3; box 2 is rows 1-3, columns 4-6; box 9 is rows 7-9, \
columns 7-9. r4c5 is the cell in row 4 and column 5. Every row, column and box holds each digit from 1 to 9 once. Two \
cells see each other when they share a row, a column or a box.

An open cell lists the digits that are still possible there: "r4c5: 2 8" means that r4c5 is open and can only be 2 \
or 8.

You will be given one question, with a rule that makes exactly one answer right. All that it needs is there: do not \
solve further. Reason briefly if you like, then end with the two lines the question asks for, each written only once: \
first what you found on the way, then the answer. The two have to agree. The four forms of an answer, with made-up \
cells:
place = r1c1:1
strike = [r1c1:12, r9c9:2]
guess = r1c1:1
undo = r1c1:1
In a strike each cell is named once, with all digits that are struck from it.\
"""

_FORMS = {
    PLACE: "place = CELL:DIGIT",
    STRIKE: "strike = [CELL:DIGITS, CELL:DIGITS, …]",
    GUESS: "guess = CELL:DIGIT",
    UNDO: "undo = CELL:DIGIT",
}


def prompt(state: State, focus: Focus) -> Prompt:
    """Ask the question of `focus`."""
    if focus.technique == NAKED_SINGLE:
        body = _naked_single(state, focus)
    elif focus.technique == HIDDEN_SINGLE:
        body = _hidden_single(state, focus)
    elif focus.technique == LOCKED:
        body = _locked(state, focus)
    elif focus.technique == XY_WING:
        body = _wing(state, focus)
    elif focus.technique in FISH.values():
        body = _fish(state, focus)
    elif focus.technique == GUESSING:
        body = _guess(state)
    elif focus.technique == UNDOING:
        body = _undo(state, focus)
    else:
        body = _set(state, focus)
    form = _FORMS[focus.right.kind]
    return Prompt(SYSTEM, f"Technique: {focus.technique}\n{body}\n\nEnd with two lines:\n{asked(focus)}\n{form}")


def _lists(state: State, cells: Iterable[int], mask: int = 0b111_111_111) -> str:
    """List the open cells with the digits they can be, a line each; only cells that list a digit of `mask`."""
    lines = [f"{cell_name(cell)}: {_digits(state.marks[cell])}" for cell in cells if state.marks[cell] & mask]
    return "\n".join(lines) or "none"


def _digits(mask: int) -> str:
    return " ".join(map(str, DIGITS[mask])) or "none"


def _held(state: State, cells: Iterable[int]) -> str:
    return " ".join(sorted(state.values[cell] for cell in cells if state.values[cell] != OPEN)) or "none"


def _naked_single(state: State, focus: Focus) -> str:
    cell = focus.cells[0]
    held = "\n".join(f"{unit_name(unit)} holds: {_held(state, UNITS[unit])}" for unit in UNITS_OF[cell])
    free = 0b111_111_111
    for peer in PEERS[cell]:
        free &= ~BIT[state.values[peer]]
    struck = f"struck from {cell_name(cell)} before: {_digits(free & ~state.marks[cell])}"
    return (
        f"Cell: {cell_name(cell)}\n{held}\n{struck}\n\n"
        f"Rule: of the digits 1 to 9 all but one stand in the cell's row, column or box, or were struck from it. "
        f"Which digit goes into {cell_name(cell)}?"
    )


def _hidden_single(state: State, focus: Focus) -> str:
    unit, digit = unit_name(focus.units[0]), focus.digits[0]
    return (
        f"Digit: {digit}\nUnit: {unit}\n\nThe open cells of {unit}:\n{_lists(state, UNITS[focus.units[0]])}\n\n"
        f"Rule: only one cell of {unit} lists {digit}, so {digit} goes there. Which cell?"
    )


def _locked(state: State, focus: Focus) -> str:
    (holder, crossing), digit = focus.units, focus.digits[0]
    inside, across = unit_name(holder), unit_name(crossing)
    rest = [cell for cell in UNITS[crossing] if cell not in UNITS[holder]]
    return (
        f"Digit: {digit}\nUnits: {inside}, {across}\n\nThe open cells of {inside}:\n{_lists(state, UNITS[holder])}\n\n"
        f"The open cells of {across} outside {inside}:\n{_lists(state, rest)}\n\n"
        f"Rule: the cells of {inside} that list {digit} all lie in {across} too. One of them will be {digit}, which is "
        f"then the {digit} of {across}, so strike {digit} from every cell of {across} outside {inside} that lists it."
    )


def _set(state: State, focus: Focus) -> str:
    kind, size = focus.technique.split()
    number = {"pair": "two", "triple": "three", "quad": "four"}[size]
    unit, digits = unit_name(focus.units[0]), " ".join(map(str, focus.digits))
    if kind == "naked":
        rule = (
            f"exactly {number} cells of {unit} list no other digits than these: {digits}. They take these digits, so "
            f"strike these digits from every other cell of {unit} that lists one."
        )
    else:
        rule = (
            f"exactly {number} cells of {unit} list any of these digits: {digits}. They take these digits, so strike "
            "every other digit that these cells list."
        )
    head = f"Digits: {digits}\nUnit: {unit}\n\nThe open cells of {unit}:"
    return f"{head}\n{_lists(state, UNITS[focus.units[0]])}\n\nRule: {rule}"


def _fish(state: State, focus: Focus) -> str:
    digit, bit = focus.digits[0], 1 << (focus.digits[0] - 1)
    base, across = ("rows", "columns") if focus.units[0] < 9 else ("columns", "rows")
    lines = " ".join(str(unit % 9 + 1) for unit in focus.units)
    places = [
        f"{unit_name(unit)}: {' '.join(cell_name(cell) for cell in UNITS[unit] if state.marks[cell] & bit)}"
        for unit in range(focus.units[0] // 9 * 9, focus.units[0] // 9 * 9 + 9)
        if any(state.marks[cell] & bit for cell in UNITS[unit])
    ]
    number = {2: "two", 3: "three", 4: "four"}[len(focus.units)]
    return (
        f"Digit: {digit}\nLines: {base} {lines}\n\nThe cells that list {digit}:\n" + "\n".join(places) + "\n\n"
        f"Rule: the cells that list {digit} in {base} {lines} lie in exactly {number} {across}. Each of these "
        f"{across} gets its {digit} in one of these {base}, so strike {digit} from every other cell of these "
        f"{across} that lists it."
    )


def _wing(state: State, focus: Focus) -> str:
    pivot, one, other = map(cell_name, focus.cells)
    z, bit = focus.digits[0], 1 << (focus.digits[0] - 1)
    rest = [cell for cell in range(81) if cell not in focus.cells]
    return (
        f"Digit: {z}\nWings: {one}, {other}\n\nThe pivot and its wings:\n{_lists(state, focus.cells)}\n\n"
        f"All other cells that list {z}:\n{_lists(state, rest, bit)}\n\n"
        f"Rule: whatever the pivot {pivot} is, {one} or {other} becomes {z}. So strike {z} from every other cell that "
        f"lists it and sees both {one} and {other}."
    )


def _guess(state: State) -> str:
    return (
        f"\nThe open cells in reading order:\n{_lists(state, range(81))}\n\n"
        "Rule: nothing can be proved at once, so a guess is made. Take the cell that lists the fewest digits; of "
        "several the first in the list. Guess the lowest digit it lists."
    )


def _undo(state: State, focus: Focus) -> str:
    guesses = "\n".join(f"{cell_name(guess.cell)}:{guess.digit}" for guess in state.guesses)
    if focus.cells:
        clash = f"no digit is left for {cell_name(focus.cells[0])}"
    else:
        unit, digit = focus.units[0], focus.digits[0]
        twice = sum(state.values[cell] == str(digit) for cell in UNITS[unit]) > 1
        clash = f"{unit_name(unit)} {'holds' if twice else 'has no place left for'} {digit}{' twice' if twice else ''}"
    return (
        f"Contradiction: {clash}.\n\nThe open guesses, oldest first:\n{guesses}\n\n"
        "Rule: the guess made last is wrong. It is taken back with all that followed from it, and struck from its "
        "cell. Which guess is that?"
    )
