"""Working a question out from the prompt's words alone, as a model has to: nothing here knows the ladder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from maker_engine.core.errors import TaskError

from .evidence import KEPT, WHERE, WITHOUT, write_after, write_barred, write_before, write_cells, write_digits
from .grid import GUESS, PLACE, STRIKE, UNDO, Action, Mark, action, cell_name

_TECHNIQUE = re.compile(r"\ATechnique: (.+)\n")
_LISTED = re.compile(r"^r([1-9])c([1-9]): ([1-9 ]+)$", re.MULTILINE)
_GUESSED = re.compile(r"^r([1-9])c([1-9]):([1-9])$", re.MULTILINE)
_CELL = re.compile(r"r([1-9])c([1-9])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt says, worked out.

    Attributes:
        right: The right action.
        wrong: Other actions that the question does not rule out, at least one.
        ruled_out: Actions that it does.
        subject: What the question is about, in words.
        reason: Why the right action is right, in words.
        evidence: Writes what someone found who chose an action.
    """

    right: Action
    wrong: tuple[Action, ...]
    ruled_out: tuple[Action, ...]
    subject: str
    reason: str
    evidence: Callable[[Action], str]


@lru_cache(maxsize=256)  # the samples of one step share its prompt
def read(prompt: str) -> Reading:
    """Work out a prompt.

    Raises:
        TaskError: It is none of this task's.
    """
    technique = _TECHNIQUE.match(prompt)
    reader = None if technique is None else _READERS.get(technique[1])
    if reader is None:
        raise TaskError("this prompt does not ask for a step of a Sudoku")
    return reader(prompt)


def _field(prompt: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}: (.*)$", prompt, re.MULTILINE)
    if found is None:
        raise TaskError(f"this prompt does not name its {name.lower()}")
    return found[1]


def _numbers(text: str) -> set[int]:
    return {int(word) for word in re.findall(r"\b[1-9]\b", text)}


def _cells(text: str) -> list[int]:
    return [9 * int(row) + int(column) - 10 for row, column in _CELL.findall(text)]


def _lists(text: str) -> dict[int, set[int]]:
    return {_cells(f"r{row}c{column}")[0]: _numbers(digits) for row, column, digits in _LISTED.findall(text)}


def _place(cell: int, digit: int) -> Action:
    return Action(PLACE, ((cell, digit),))


def _naked_single(prompt: str) -> Reading:
    cell = _cells(_field(prompt, "Cell"))[0]
    rows = re.findall(r"^(?:\w+ [1-9] holds|struck from r\dc\d before): (.*)$", prompt, re.MULTILINE)
    out = set[int]().union(*map(_numbers, rows))
    left = [digit for digit in range(1, 10) if digit not in out] or [1]
    name = cell_name(cell)
    return Reading(
        _place(cell, left[0]),
        # The likeliest slips first: a digit that only one of the lists holds is easily overlooked.
        tuple(
            _place(cell, digit)
            for digit in sorted(range(1, 10), key=lambda digit: (sum(str(digit) in row for row in rows), digit))
            if digit != left[0]
        ),
        (_place((cell + 1) % 81, left[0]), _place((cell + 9) % 81, left[0])),
        f"the cell {name}",
        f"row, column, box and struck digits together leave out {left[0]} alone",
        lambda done: write_barred(dict(zip(WHERE, map(_numbers, rows), strict=True)), done.marks[0][1]),
    )


def _hidden_single(prompt: str) -> Reading:
    digit = int(_field(prompt, "Digit"))
    lists = _lists(prompt)
    places = [cell for cell in lists if digit in lists[cell]] or list(lists)
    outside = [cell for cell in range(81) if cell not in lists]
    return Reading(
        _place(places[0], digit),
        tuple(_place(cell, digit) for cell in lists if cell != places[0]),
        (_place(outside[digit], digit), _place(places[0], digit % 9 + 1)),
        f"the digit {digit} in {_field(prompt, 'Unit')}",
        f"{cell_name(places[0])} is the only cell that lists {digit}",
        lambda done: write_cells(WITHOUT, lists.keys() - {done.marks[0][0]}),
    )


def _strike(
    prompt: str, struck: set[Mark], lists: dict[int, set[int]], subject: str, asked: Iterable[int] | None = None
) -> Reading:
    """Make the reading of an elimination; the slips are a mark too few or one too many.

    Args:
        prompt: The prompt.
        struck: What is right to strike.
        lists: The cells that are listed, with their digits.
        subject: What the question is about, in words.
        asked: The cells that may be kept as they are, where that is what is asked for; None where it is the lists.
    """

    def evidence(done: Action) -> str:
        if asked is None:
            return write_after(lists, done.marks)
        return write_cells(KEPT, set(asked) - {cell for cell, _ in done.marks})

    listed = {(cell, digit) for cell, digits in lists.items() for digit in digits}
    struck = struck or set(sorted(listed)[:1])
    right = action(STRIKE, struck)
    about = {digit for _, digit in struck}
    extra = sorted((mark for mark in listed - struck), key=lambda mark: (mark[1] not in about, mark))
    wrong = [action(STRIKE, struck - {mark}) for mark in sorted(struck) if len(struck) > 1]
    wrong += [action(STRIKE, struck | {mark}) for mark in extra]
    absent = [(cell, digit) for cell in lists for digit in range(1, 10) if digit not in lists[cell]]
    return Reading(
        right,
        tuple(wrong),
        (*(action(STRIKE, struck | {mark}) for mark in absent[:1]), Action(PLACE, (min(struck),))),
        subject,
        f"{len(struck)} candidate{'s' if len(struck) > 1 else ''} cannot stay: {_field(prompt, 'Technique')}",
        evidence,
    )


def _locked(prompt: str) -> Reading:
    digit = int(_field(prompt, "Digit"))
    rest = _lists(prompt.partition(" outside ")[2])
    struck = {(cell, digit) for cell, digits in rest.items() if digit in digits}
    return _strike(prompt, struck, _lists(prompt), f"the digit {digit} in {_field(prompt, 'Units')}", rest)


def _naked_set(prompt: str) -> Reading:
    digits, lists = _numbers(_field(prompt, "Digits")), _lists(prompt)
    struck = {(cell, d) for cell, found in lists.items() if not found <= digits for d in found & digits}
    return _strike(prompt, struck, lists, f"the digits {_field(prompt, 'Digits')}")


def _hidden_set(prompt: str) -> Reading:
    digits, lists = _numbers(_field(prompt, "Digits")), _lists(prompt)
    struck = {(cell, d) for cell, found in lists.items() if found & digits for d in found - digits}
    return _strike(prompt, struck, lists, f"the digits {_field(prompt, 'Digits')}")


def _fish(prompt: str) -> Reading:
    digit = int(_field(prompt, "Digit"))
    base, *lines = _field(prompt, "Lines").split()
    rows = re.findall(r"^(?:row|column) [1-9]: (.*)$", prompt, re.MULTILINE)
    cells = [cell for row in rows for cell in _cells(row)]
    chosen = {int(number) - 1 for number in lines}
    line_of, across_of = (9, 1) if base == "rows" else (1, 9)
    covers = {cell // across_of % 9 for cell in cells if cell // line_of % 9 in chosen}
    outside = [cell for cell in cells if cell // line_of % 9 not in chosen]
    struck = {(cell, digit) for cell in outside if cell // across_of % 9 in covers}
    subject = f"the digit {digit} in {base} {' '.join(lines)}"
    return _strike(prompt, struck, {cell: {digit} for cell in cells}, subject, outside)


def _wing(prompt: str) -> Reading:
    digit, lists = int(_field(prompt, "Digit")), _lists(prompt)
    one, other = _cells(_field(prompt, "Wings"))
    rest = _lists(prompt.partition("\nAll other cells")[2])
    struck = {(cell, digit) for cell in rest if _sees(cell, one) and _sees(cell, other)}
    subject = f"the digit {digit} and the wings {cell_name(one)} and {cell_name(other)}"
    return _strike(prompt, struck, lists, subject, rest)


def _sees(one: int, other: int) -> bool:
    return (
        one // 9 == other // 9 or one % 9 == other % 9
        or (one // 27 == other // 27 and one % 9 // 3 == other % 9 // 3)
    )  # fmt: skip


def _guess(prompt: str) -> Reading:
    lists = _lists(prompt)
    cell = min(lists, key=lambda cell: (len(lists[cell]), cell))
    digit = min(lists[cell])
    # The lowest digit of another cell: any other digit would not be the lowest of those that the cell lists.
    listed = [(other, min(lists[other])) for other in lists] + [(cell, max(lists[cell]))]
    listed.sort(key=lambda mark: (mark[0] == cell, len(lists[mark[0]]), mark))
    absent = [found for found in range(1, 10) if found not in lists[cell]]
    return Reading(
        Action(GUESS, ((cell, digit),)),
        tuple(Action(GUESS, (mark,)) for mark in listed if mark != (cell, digit)),
        (*(Action(GUESS, ((cell, found),)) for found in absent[:1]), _place(cell, digit)),
        "the lengths of the lists",
        f"{cell_name(cell)} is the first with only {len(lists[cell])} digits",
        lambda done: write_digits(lists.get(done.marks[0][0], {1})),
    )


def _undo(prompt: str) -> Reading:
    guesses = [(_cells(f"r{row}c{column}")[0], int(digit)) for row, column, digit in _GUESSED.findall(prompt)]
    cell, digit = guesses[-1]
    # With a single guess open there is no other one to name: the slip then names a digit that was not guessed.
    others = guesses[-2::-1] or [(cell, digit % 9 + 1)]
    return Reading(
        Action(UNDO, ((cell, digit),)),
        tuple(Action(UNDO, (mark,)) for mark in others),
        (Action(UNDO, ((cell, digit % 9 + 1),)), _place(cell, digit)),
        "the guesses",
        f"{cell_name(cell)}:{digit} was guessed last",
        lambda done: write_before(_preceding(guesses, done.marks[0])),
    )


def _preceding(guesses: list[Mark], guess: Mark) -> Mark | None:
    at = guesses.index(guess) if guess in guesses else 0
    return guesses[at - 1] if at else None


_READERS: dict[str, Callable[[str], Reading]] = {
    "naked single": _naked_single,
    "hidden single": _hidden_single,
    "locked candidates": _locked,
    **dict.fromkeys(("naked pair", "naked triple", "naked quad"), _naked_set),
    **dict.fromkeys(("hidden pair", "hidden triple", "hidden quad"), _hidden_set),
    **dict.fromkeys(("x-wing", "swordfish", "jellyfish"), _fish),
    "xy-wing": _wing,
    "guess": _guess,
    "undo": _undo,
}
