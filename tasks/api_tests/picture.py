"""The tests as a table: id, state, method, try, code, milliseconds, data. The marks show the state without colour."""

from __future__ import annotations

import json

from rich.text import Text

from .masking import MASK, is_secret
from .problem import Problem, Test
from .reports import counts
from .state import (
    DELETED,
    FAILED,
    JUDGED,
    OVER,
    PASSED,
    PAUSED,
    PAUSING,
    SENT,
    SKIPPED,
    WAITING,
    State,
    Trial,
)  # fmt: skip

MARKS = {
    WAITING: ("·", "rail"), SENT: (">", "moved"), JUDGED: ("?", "source"), PAUSING: ("~", "source"),
    PAUSED: ("~", "source"), PASSED: ("✔", "target"), FAILED: ("✖", "conflict"), SKIPPED: ("-", "rail"),
    OVER: ("-", "rail"),
}  # fmt: skip
_BUSY = (SENT, JUDGED, PAUSING, PAUSED)
_WIDE, _MIDDLE = 56, 32
"""Cells from which on all columns are shown, and all but method and milliseconds."""


def draw(problem: Problem, state: State, columns: int, rows: int) -> Text:
    """Draw the table within `columns` × `rows` cells, at least 20 × 4.

    Args:
        problem: What is tested.
        state: How far it is.
        columns: Cells across.
        rows: Lines.
    """
    shown = range(*_window(state, rows - 2))
    longest = max(len(problem.tests[place].id) for place in shown)
    name = max(2, min(longest, 18 if columns >= _WIDE else 14 if columns >= _MIDDLE else columns - 11))
    picture = Text(no_wrap=True)
    picture.append(_cut(f"{'id':<{name}}   {_figures('method', 'try', 'code', 'ms', columns)} data", columns), "label")
    for place in shown:
        picture.append("\n")
        _row(picture, problem.tests[place], state.trials[place], name, columns)
    picture.append("\n" + _cut(_foot(state, columns), columns), "label")
    return picture


def _window(state: State, most: int) -> tuple[int, int]:
    """Return the first and last (exclusive) test to show: those around the first that is busy, open, or red."""
    total = len(state.trials)
    for kinds in (_BUSY, (WAITING,), (FAILED,)):
        found = [place for place, trial in enumerate(state.trials) if trial.status in kinds]
        if found:
            break
    centre = found[0] if found else 0
    begin = max(0, min(centre - most // 3, total - most))
    return begin, min(total, begin + most)


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else text[: max(0, columns - 1)] + "…"


def _figures(method: str, tries: str, code: str, took: str, columns: int) -> str:
    """Write the columns between the mark and the data."""
    if columns >= _WIDE:
        return f"{method[:6]:<6} {tries:>3} {code:>4} {took:>5} "
    return f"{tries:>3} {code:>4} "


def _row(picture: Text, test: Test, trial: Trial, name: int, columns: int) -> None:
    mark, role = MARKS[trial.status]
    picture.append(f"{_cut(test.id, name):<{name}} ", "plain")
    picture.append(mark, role)
    took = str(trial.ms) if trial.tries and trial.ms < 100_000 else ""
    figures = _figures(test.method, str(trial.tries or ""), str(trial.code or ""), took, columns)
    picture.append(_cut(f" {figures}", columns - name - 2), "plain")
    left = columns - name - 3 - len(figures) - 1
    if left > 1:
        picture.append(" ")
        picture.append(_cut(_data(trial), left), role if trial.status != PASSED else "given")


def _data(trial: Trial) -> str:
    """Say what a test gave, or what it waits for, or why it is red."""
    if trial.status in (PAUSING, PAUSED):
        return f"wait {trial.pause:g} s"
    if trial.status == PASSED:
        return " ".join(f"{name}={MASK if is_secret(name) else _short(text)}" for name, text in trial.outputs)
    words = f"{trial.verdict}: {trial.why}" if trial.verdict else trial.why
    return "".join(one if one.isprintable() else "·" for one in words)


def _short(text: str) -> str:
    value = json.loads(text)
    shown = value if isinstance(value, str) else text
    return "".join(one if one.isprintable() else "·" for one in shown)[:20]


def _foot(state: State, columns: int) -> str:
    found = counts(state)
    over = sum(trial.status in (SKIPPED, OVER) for trial in state.trials)
    created = sum(bool(made.url) for made in state.made)
    deleted = sum(made.status == DELETED for made in state.made)
    if columns < _WIDE:
        return (
            f"{found['passed']} ✔ {found['failed']} ✖ {over} - of {len(state.trials)}, {deleted} of {created} deleted"
        )
    tests = f"{found['passed']} passed {found['failed']} failed {over} skipped of {len(state.trials)}"
    return f"{tests}; created {created} deleted {deleted}"
