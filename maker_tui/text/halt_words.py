"""Why a run waits, in one line for the banner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maker_engine.core.filters.tree import Filter
from maker_engine.printable import one_line
from maker_tui.text.figures import count, ordinal
from maker_tui.text.words import Word

if TYPE_CHECKING:
    from maker_engine.runtime.view import RunView

HELD = Word("‖", "held", "warn")


def halt_words(view: RunView) -> str:
    """Say where a run holds, why, and what can be done; empty where only a person has paused it."""
    held, snapshot = view.held, view.snapshot
    if view.obstacle and snapshot.paused:
        return f"{one_line(view.obstacle)} · c asks again"
    if held is None and (hopeless := snapshot.hopeless) is not None and snapshot.paused:
        place = f"step {ordinal(hopeless.step)} · hopeless: {count(hopeless.samples)} flagged in a row"
        if view.waiting is not None:
            return f"{place} · decided, not committed · n steps, c continues"
        return f"{place} · c on, O voters, d decides, F forks"
    if held is None or not snapshot.paused or snapshot.open is None or snapshot.open.step != held.step:
        return ""
    point = held.breakpoint
    hits = f", hit {count(point.hits)}" if point.hits > 1 else ""
    why = (
        f"breakpoint {point.number}{hits}: {_filter_words(point.filter)}"
        if point.number
        else f"reached {_filter_words(point.filter)}"
    )
    state = "decided, not committed" if view.waiting is not None else "voting"
    if view.awaits:
        state = f"before {one_line(view.awaits, 60)}"
    return f"step {ordinal(held.step)} · {why} · {state} · n steps, c continues"


def _filter_words(filter_: Filter) -> str:
    return one_line(str(filter_), 60)
