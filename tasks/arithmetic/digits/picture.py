"""The sheet as text, as on paper: the numbers, the sum so far, the row, and a caret under the column in question."""

from __future__ import annotations

from typing import TypeAlias

from rich.text import Text

from .paper import ADDING, MULTIPLYING, READY, Paper, Question, Sheet

Line: TypeAlias = list[tuple[str, str]]

_PREFIX = 4  # cells for a sign and the dots of what is cut off


def draw(sheet: Sheet, state: Paper, question: Question | None, columns: int, rows: int) -> Text:
    """Draw a sheet within `columns` × `rows` cells; numbers too long for it are shown around the column in question."""
    longest = sum(map(len, sheet.lines)) if sheet.multiply else max(map(len, sheet.lines)) + 2
    width = min(columns - _PREFIX, max(longest, len(state.total)))
    top = _numbers(sheet, state, width)
    working = _working(sheet, state, width)
    question_lines = [[(text[:columns], "label")] for text in _question_lines(sheet, state, question)]
    forms = (
        [*top, *working, *question_lines],
        [*working, *question_lines],
        [*(line for line in working if line[0][1] == "label"), question_lines[0]],
    )
    lines = next((form for form in forms if len(form) <= rows), forms[-1][-rows:])
    return Text("\n").join(Text.assemble(*line) for line in lines)


def _numbers(sheet: Sheet, state: Paper, width: int) -> list[Line]:
    """Draw the factors around the two digits in question; of a sum nothing, as its numbers are the rows."""
    if not sheet.multiply:
        return []
    here = state.phase == MULTIPLYING
    first = _cut(sheet.lines[0], width, state.column if here else None, "given", "source")
    second = _cut(sheet.lines[1], width, state.row if here else None, "given", "target")
    return [[("  ", "label"), *first], [("× ", "label"), *second], [("═" * (width + _PREFIX), "rail")]]


def _working(sheet: Sheet, state: Paper, width: int) -> list[Line]:
    """Draw the sum so far, the row and what is being built, the column in question marked by a caret."""
    if state.phase == READY:
        return [[("= ", "label"), *_cut(state.total.rstrip("0") or "0", width, None, "target", "target")]]
    shift = sheet.shift(state)
    row = "·" * shift + state.line
    at = state.column + (shift if state.phase == MULTIPLYING else 0)
    view = _view(max(len(state.total), len(row), at + 1), width, at)
    lines: list[Line] = []
    if state.total:
        lines.append([("  ", "label"), *_window(state.total, view, at, "plain", "source")])
    lines.append([("+ " if state.total else "  ", "label"), *_window(row, view, at, "plain", "moved")])
    if state.phase == ADDING:
        lines.append([("─" * (width + _PREFIX), "rail")])
        lines.append([("= ", "label"), *_window(state.built, view, at, "plain", "moved")])
    lines.append([(" " * (2 + view[1] - at), "plain"), ("▲", "moved")])
    return lines


def _cut(digits: str, width: int, at: int | None, role: str, marked: str) -> Line:
    """Draw a number of its own, around column `at`; the digit there has a role of its own."""
    view = _view(max(len(digits), width), width, at or 0)
    return _window(digits, view, -1 if at is None else at, role, marked)


def _view(length: int, width: int, at: int) -> tuple[int, int]:
    """Return the columns shown, from the first to before the last, the right end where all fits."""
    if length <= width:
        return 0, width
    low = min(max(0, at - width // 2), length - width)
    return low, low + width


def _window(digits: str, view: tuple[int, int], at: int, role: str, marked: str) -> Line:
    """Draw the columns of `view`, most significant first, with dots where digits are cut off."""
    low, high = view
    shown = digits[low:high].ljust(high - low)[::-1]
    left = "…" if len(digits) > high else " "
    right = "…" if low and digits else " "
    place = high - 1 - at
    if not 0 <= place < len(shown):
        return [(left, "rail"), (shown, role), (right, "rail")]
    return [(left, "rail"), (shown[:place], role), (shown[place], marked), (shown[place + 1 :], role), (right, "rail")]


def _question_lines(sheet: Sheet, state: Paper, question: Question | None) -> list[str]:
    if question is None:
        places = len(state.total.rstrip("0") or "0")
        return [f"done: {places} digit{'s' if places > 1 else ''}"]
    line = f"{question.left} {question.sign} {question.right} + carry {question.carry}"
    if state.phase == MULTIPLYING:
        digit = f"digit {state.column + 1} of {len(sheet.lines[0])}"
        return [line, f"row {state.row + 1} of {sheet.rows}: × {question.right}, {digit}"]
    what = "row" if sheet.multiply else "number"
    return [line, f"adding {what} {state.row + 1} of {sheet.rows}, column {state.column + 1}"]
