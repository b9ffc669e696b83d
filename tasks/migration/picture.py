"""The plan with marks, and below it what is going on: savepoint, rows a second, downtime, the last check."""

from __future__ import annotations

from rich.text import Text

from .flow import plan_marks
from .problem import ADDITIVE, DATA, DESTRUCTIVE, Change, Problem
from .state import BACKUP, CHECK, COPY, END, FINISH, KEEP, RUN, Deed, State

MARKS = {
    "waiting": ("·", "rail"), "at hand": (">", "moved"), "applied": ("✔", "target"), "reverted": ("✖", "conflict"),
    "there": ("=", "label"),
}  # fmt: skip
_SHORT = {ADDITIVE: "add", DATA: "data", DESTRUCTIVE: "drop"}
_WIDE, _MIDDLE = 54, 34
"""Cells from which on kind, risk and seconds are shown, and kind and risk."""
_DOING = {
    COPY: "copying",
    BACKUP: "backing up",
    RUN: "running",
    CHECK: "checking",
    FINISH: "checking the whole",
    END: "done",
}


def draw(problem: Problem, state: State, columns: int, rows: int) -> Text:
    """Draw the plan within `columns` × `rows` cells, at least 20 × 4."""
    marked = plan_marks(problem, state)
    feet = _feet(problem, state, columns)[: max(1, min(2, rows - 2))]
    most = rows - 1 - len(feet)
    centre = next((at for at, (_, mark) in enumerate(marked) if mark == "at hand"), len(state.had) + len(state.applied))
    begin = max(0, min(centre - most // 3, len(marked) - most))
    shown = marked[begin : begin + most]
    width = max(6, min(max(len(change.name) for change, _ in shown), 24 if columns >= _WIDE else 16, columns - 4))
    deeds = {deed.name: deed for deed in state.deeds}
    picture = Text(no_wrap=True)
    picture.append(
        _cut(f"{'change':<{width}}   {_figures('kind', 'risk', 'rows', 's', columns)}decided", columns), "label"
    )
    for change, mark in shown:
        picture.append("\n")
        deed = state.deed if state.deed is not None and mark == "at hand" else deeds.get(change.name, Deed(change.name))
        _row(picture, change, mark, deed, width, columns)
    for foot in feet:
        picture.append("\n" + _cut(foot, columns), "label")
    return picture


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else text[: max(0, columns - 1)] + "…"


def _figures(kind: str, risk: str, rows: str, took: str, columns: int) -> str:
    if columns >= _WIDE:
        return f"{kind:<4} {risk:>4} {rows:>7} {took:>6} "
    return f"{kind:<4} {risk:>4} " if columns >= _MIDDLE else ""


def _row(picture: Text, change: Change, mark: str, deed: Deed, width: int, columns: int) -> None:
    sign, role = MARKS[mark]
    name = "".join(one if one.isprintable() else "·" for one in change.name)
    picture.append(f"{_cut(name, width):<{width}} ", "plain")
    picture.append(sign, role)
    rows = _short(deed.changed) if deed.took else ""
    took = f"{deed.took:.1f}" if deed.took else ""
    figures = _figures(_SHORT[change.kind], str(change.risk), rows, took, columns)
    picture.append(_cut(f" {figures}", columns - width - 2), "plain")
    left = columns - width - 3 - len(figures)
    if left > 1 and (deed.gates or deed.verdict):
        batches = f" {deed.batches}" if deed.batches else ""
        words = f"{', '.join(deed.gates)}{batches}{f'; {deed.verdict}' if deed.verdict not in ('', KEEP) else ''}"
        picture.append(_cut(words, left), "given" if mark == "applied" else role)


def _short(count: int) -> str:
    return str(count) if count < 100_000 else f"{count // 1000}k" if count < 10_000_000 else f"{count // 1_000_000}M"


def _feet(problem: Problem, state: State, columns: int) -> list[str]:
    """Return the lines below the plan."""
    deed = state.deed or (state.deeds[-1] if state.deeds else None)
    limit = f" of {problem.max_downtime} s" if problem.max_downtime else ""
    counts = f"{len(state.applied)} applied {len(state.reverted)} back of {len(problem.changes)}"
    counts += f", {len(state.had)} there before" if state.had else ""
    counts += f"; downtime {state.downtime:.1f} s{limit}"
    held = "last check held" if state.deeds else "not checked yet"
    last = state.findings[-1] if state.findings else held
    doing = _DOING.get(state.stage, state.stage)
    speed = f"; {deed.changed / deed.took:,.0f} rows/s" if deed is not None and deed.took and deed.changed else ""
    depth = "; savepoint 1 in 1 transaction" if state.stage == RUN else ""
    if columns < _MIDDLE:
        return [f"{len(state.applied)}/{len(problem.changes)} {doing}"]
    clean = "".join(one if one.isprintable() else "·" for one in f"{doing}{depth}{speed}; {last}")
    return [clean, counts]
