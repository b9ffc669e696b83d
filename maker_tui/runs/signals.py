"""What a run shows outside its own screen: the terminal's title, and a bell or notification when someone is wanted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from maker_engine.printable import one_line
from maker_tui.text.halt_words import halt_words
from maker_tui.text.words import Word, run_word

if TYPE_CHECKING:
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.runtime.view import RunView

TITLE_S = 1.0
"""Progress is shown in the title at most this often: it costs bytes like anything else."""


def title_of(snapshot: Snapshot, *, live: bool) -> str:
    """Describe a run in a title: what it does, how far it is in whole percent, what it is."""
    word, started, done = run_word(snapshot, live=live), snapshot.started, snapshot.totals.steps
    if started is None:
        return f"{word} — maker"
    share = f" {math.floor(100 * done / started.steps)} %" if started.steps and snapshot.outcome is None else ""
    label = " ".join(one for one in (started.title, started.problem) if one)
    return f"{word}{share} · {label} — maker"


def wanted(view: RunView) -> str:
    """Say why someone should come and look at a live run; empty while no one need."""
    snapshot = view.snapshot
    if snapshot.outcome is not None:
        return one_line(snapshot.reason) or str(run_word(snapshot, live=True))
    if snapshot.undecided and snapshot.paused and snapshot.open is not None:
        return f"step {snapshot.open.step + 1:,} is undecided and waits for you"
    if snapshot.question is not None:
        return f"you are asked: {one_line(snapshot.question.question)}"
    return halt_words(view)


class News(NamedTuple):
    """What there is to show past the screen.

    Attributes:
        title: Of the terminal, None to leave it.
        call: Why someone is wanted, empty where no one is.
    """

    title: str | None = None
    call: str = ""


class Signals:
    """Follows one run on its screen, and says what is news of it."""

    def __init__(self) -> None:
        self._word: Word | None = None
        self._title_at = -math.inf
        self._wanted: str | None = None

    def news(self, view: RunView, *, live: bool, now: float) -> News:
        """Look at the run again.

        Args:
            view: The run.
            live: Whether this app drives it; someone is called for no other.
            now: Seconds of any clock that never goes back.
        """
        title, word = None, run_word(view.snapshot, live=live)
        if word != self._word or now - self._title_at >= TITLE_S:
            self._word, self._title_at = word, now
            title = title_of(view.snapshot, live=live)
        reason = wanted(view) if live else ""
        before, self._wanted = self._wanted, reason
        is_news = before is not None and reason != before  # what a run began with is none
        return News(title, reason if is_news else "")
