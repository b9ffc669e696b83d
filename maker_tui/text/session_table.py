"""The sessions of the library as a table in the plain terminal, fitted to its width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from maker_engine.printable import one_line
from maker_engine.sessions.library.listing import outcome_name
from maker_tui.text.figures import dollars, fit, short

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary

AGES = ((86_400 * 365, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
COLUMNS = ("@", "name", "task", "k", "outcome", "steps", "cost", "age")
RIGHT = frozenset({"k", "steps", "cost", "age"})
LESS = ("task", "@", "cost", "k")
"""Columns that are left out, one after the other, where names have no room for `NAME_CELLS`."""
NAME_CELLS = 28
"""As many as a file name in the library has, and a little more."""


def age(seconds: float) -> str:
    """Write how long ago something was, in one unit: 40 s, 3 min, 5 h, 2 d."""
    for unit, name in AGES:
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "now"


def table(sessions: Sequence[SessionSummary], ranks: Mapping[Path, int], width: int, now_s: float) -> list[str]:
    """Lay sessions out as a table for a terminal, the heading first.

    Args:
        sessions: What is listed.
        ranks: Which of all sessions each is, 1 for the newest, by its path: what `@` takes.
        width: Cells of the terminal.
        now_s: Seconds since the epoch.
    """
    rows = [dict(zip(COLUMNS, COLUMNS, strict=True))]
    for one in sessions:
        steps = short(one.steps_done) + ("" if one.steps is None else f"/{short(one.steps)}")
        rows.append({
            "@": f"@{ranks.get(one.path, '')}", "name": one_line(one.name or one.path.stem, 120),
            "task": one_line(task_word(one), 16), "k": "" if one.k is None else str(one.k),
            "outcome": outcome_name(one),
            "steps": steps if one.damaged is None else "", "cost": cost_of(one), "age": age(now_s - one.created),
        })  # fmt: skip
    cells = {name: max(cell_len(row[name]) for row in rows) for name in COLUMNS}
    shown = list(COLUMNS)
    wanted = min(cells["name"], NAME_CELLS)
    for less in (*LESS, None):
        taken = sum(cells[name] + 2 for name in shown if name != "name")
        if width - taken >= wanted or less is None:
            break
        shown.remove(less)
    cells["name"] = max(8, min(cells["name"], width - taken))
    return ["  ".join(fit(row[name], cells[name], right=name in RIGHT) for name in shown).rstrip() for row in rows]


def task_word(summary: SessionSummary) -> str:
    """Name a session's task; one that was run from a path by the last part of it."""
    return summary.task.rstrip("/").rpartition("/")[2] or summary.task


def cost_of(summary: SessionSummary) -> str:
    """Write what a session has cost; empty where that is not known."""
    return "" if summary.cost_usd is None else dollars(summary.cost_usd)
