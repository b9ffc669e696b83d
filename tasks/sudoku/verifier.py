"""The independent check of a whole solution. Imports nothing of this task: its candidates are sets of digits.

It is a proof checker: each placement has to be the only one left for its cell or in one of its units, each undone
guess the one made last, and no digit of the finished grid may have been struck.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

_SPACES = list(product(range(9), range(9)))
_GROUPS = [
    *([(row, column) for column in range(9)] for row in range(9)),
    *([(row, column) for row in range(9)] for column in range(9)),
    *([(row + at // 3, column + at % 3) for at in range(9)] for row in (0, 3, 6) for column in (0, 3, 6)),
]
_SEEN = {
    space: {other for group in _GROUPS if space in group for other in group} - {space} for space in _SPACES
}  # fmt: skip
_DIGITS = set("123456789")
_Mark: TypeAlias = tuple[tuple[int, int], str]


@dataclass
class _Page:
    """A grid as it is now: what is filled in, what is still possible, and what was struck so far."""

    filled: dict[tuple[int, int], str]
    possible: dict[tuple[int, int], set[str]]
    struck: list[_Mark]
    guessed: _Mark | None = None

    def copy(self) -> _Page:
        return _Page(dict(self.filled), {at: set(left) for at, left in self.possible.items()}, list(self.struck))

    def fill(self, space: tuple[int, int], digit: str) -> None:
        self.filled[space] = digit
        self.possible.pop(space, None)
        for other in _SEEN[space]:
            self.possible.get(other, set()).discard(digit)

    def strike(self, space: tuple[int, int], digit: str) -> None:
        self.struck.append((space, digit))
        self.possible[space].discard(digit)


def replay(puzzle: str, answers: Iterable[tuple[str, Sequence[tuple[int, int]]]]) -> list[str]:
    """Replay the actions from the puzzle alone.

    Args:
        puzzle: 81 characters, `.` for an open cell.
        answers: Pairs of a kind of action and its cells (0 to 80) with their digits, in order; read once.

    Returns:
        What is wrong, in one sentence each; empty when the grid ends as the puzzle's solution, rightly come by.
    """
    page = _Page({}, {space: set(_DIGITS) for space in _SPACES}, [])
    for number, value in enumerate(puzzle):
        if value != ".":
            page.fill(divmod(number, 9), value)
    pages = [page]
    for step, (kind, marks) in enumerate(answers):
        fault = _follow(pages, kind, [(divmod(cell, 9), str(digit)) for cell, digit in marks])
        if fault:
            return [f"step {step + 1:,}: {fault}; the steps after it were not replayed"]
    return _final(pages[-1])


def _follow(pages: list[_Page], kind: str, marks: list[_Mark]) -> str:
    """Carry one action out; return what is wrong with it, empty for nothing."""
    page = pages[-1]
    if kind not in ("place", "strike", "guess", "undo") or any(space not in _SEEN for space, _ in marks) or not marks:
        return f"{kind!r} with these cells is not an action"
    if kind == "undo":
        if page.guessed != marks[0]:
            return f"{_name(marks[0])} is not the guess made last"
        pages.pop()
        pages[-1].strike(*marks[0])
        return ""
    missing = next((mark for mark in marks if mark[1] not in page.possible.get(mark[0], ())), None)
    if missing is not None:
        return f"{_name(missing)} is not possible there"
    return _fill_or_strike(pages, kind, marks)


def _fill_or_strike(pages: list[_Page], kind: str, marks: list[_Mark]) -> str:
    page = pages[-1]
    if kind == "place" and not _proved(page, *marks[0]):
        return f"{_name(marks[0])} does not follow from the grid"
    if kind == "strike":
        for mark in marks:
            page.strike(*mark)
        return ""
    if kind == "guess":
        page = page.copy()
        page.guessed = marks[0]
        pages.append(page)
    page.fill(*marks[0])
    return ""


def _proved(page: _Page, space: tuple[int, int], digit: str) -> bool:
    if page.possible[space] == {digit}:
        return True
    return any(
        all(other == space or digit not in page.possible.get(other, ()) for other in group)
        for group in _GROUPS
        if space in group
    )


def _final(page: _Page) -> list[str]:
    left = 81 - len(page.filled)
    if left:
        return [f"{left} cell{'s are' if left > 1 else ' is'} open at the end"]
    bad = [group for group in _GROUPS if {page.filled[space] for space in group} != _DIGITS]
    if bad:
        first, last = bad[0][0], bad[0][-1]
        return [f"a digit occurs twice from {_name((first, ''))} to {_name((last, ''))}"]
    return [f"{_name(mark)} was struck, and is right" for mark in page.struck if page.filled[mark[0]] == mark[1]][:1]


def _name(mark: _Mark) -> str:
    (row, column), digit = mark
    return f"r{row + 1}c{column + 1}{f':{digit}' if digit else ''}"
