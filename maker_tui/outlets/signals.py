"""What a run tells outside its own screen: the terminal's title, and a bell or notification when somebody is wanted."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from maker_engine.printable import one_line
from maker_tui.outlets.sequences import call
from maker_tui.personal import PersonalApp
from maker_tui.words import run_word

if TYPE_CHECKING:
    from maker_engine.core.snapshot import Snapshot

TITLE_S = 1.0
"""A title is set at most this often: it costs bytes like anything else."""


def title_of(snapshot: Snapshot, *, live: bool) -> str:
    """Tell a run in a title: what it does, how far it is in whole percent, what it is."""
    word, started, done = run_word(snapshot, live=live), snapshot.started, snapshot.totals.steps
    if started is None:
        return f"{word} — maker"
    share = f" {math.floor(100 * done / started.steps)} %" if started.steps and snapshot.outcome is None else ""
    label = " ".join(one for one in (started.title, started.problem) if one)
    return f"{word}{share} · {label} — maker"


def wanted(snapshot: Snapshot) -> str:
    """Say why somebody should come and look at a live run; empty while nobody need."""
    if snapshot.outcome is not None:
        return one_line(snapshot.reason) or str(run_word(snapshot, live=True))
    if snapshot.undecided and snapshot.paused and snapshot.open is not None:
        return f"step {snapshot.open.step + 1:,} is undecided and waits for you"
    return ""


class Signals:
    """Tells what a run does, as it changes, past the screen it is on.

    Args:
        screen: The screen that shows the run.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._title_at = -math.inf
        self._wanted: str | None = None

    def show(self, snapshot: Snapshot, *, live: bool) -> None:
        """Set the title, and call somebody if the run has just come to want it."""
        app = self._screen.app
        if not isinstance(app, PersonalApp):
            return
        now = time.monotonic()
        if snapshot.outcome is not None or now - self._title_at >= TITLE_S:
            self._title_at = now
            app.show_title(title_of(snapshot, live=live))
        reason = wanted(snapshot) if live else ""
        before, self._wanted = self._wanted, reason
        if before is not None and reason not in ("", before):  # what a run began with is no news
            app.to_terminal(call(reason, app.config))
