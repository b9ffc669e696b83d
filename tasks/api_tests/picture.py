"""The tests as a table: id, state, method, try, code, milliseconds, data. The marks tell the state without colour."""

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
_FIXED = 25
"""Cells that mark, method, try, code, milliseconds and the spaces between take."""


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
    wide = columns >= 44
    name = min(longest, 18 if wide else max(6, columns - 10))
    picture = Text(no_wrap=True)
    picture.append(_cut(_header(name, wide=wide), columns), "label")
    for place in shown:
        picture.append("\n")
        _row(picture, problem.tests[place], state.trials[place], name, columns, wide=wide)
    picture.append("\n" + _cut(_foot(state), columns), "label")
    return picture


def _window(state: State, most: int) -> tuple[int, int]:
    """Return the first and last (exclusive) test to show: those around the first that is busy, or not yet over."""
    total = len(state.trials)
    busy = [place for place, trial in enumerate(state.trials) if trial.status in _BUSY]
    open_ = [place for place, trial in enumerate(state.trials) if trial.status == WAITING]
    centre = (busy or open_ or [0])[0]
    begin = max(0, min(centre - most // 3, total - most))
    return begin, min(total, begin + most)


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else text[: columns - 1] + "…"


def _header(name: int, *, wide: bool) -> str:
    return f"{'id':<{name}}   method try code   ms  data" if wide else f"{'id':<{name}}   try code"


def _row(picture: Text, test: Test, trial: Trial, name: int, columns: int, *, wide: bool) -> None:
    mark, role = MARKS[trial.status]
    picture.append(f"{_cut(test.id, name):<{name}} ", "plain")
    picture.append(mark, role)
    times, code = str(trial.tries or ""), str(trial.code or "")
    if not wide:
        picture.append(_cut(f" {times:>3} {code:>4}", columns - name - 2), "plain")
        return
    took = f"{trial.ms:>5}" if trial.tries and trial.ms < 100_000 else " " * 5
    picture.append(f" {test.method[:6]:<6} {times:>3} {code:>4}{took}  ", "plain")
    left = columns - name - _FIXED
    picture.append(_cut(_data(trial), left) if left > 1 else "", role if trial.status != PASSED else "given")


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


def _foot(state: State) -> str:
    found = counts(state)
    over = sum(trial.status in (SKIPPED, OVER) for trial in state.trials)
    created = sum(bool(made.url) for made in state.made)
    deleted = sum(made.status == DELETED for made in state.made)
    tests = f"{found['passed']} passed {found['failed']} failed {over} skipped of {len(state.trials)}"
    return f"{tests}; created {created} deleted {deleted}"
