"""The schedule of a run: what was on when, from the times on record."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Resize

from maker_engine.sessions.queries.schedule import bars
from maker_engine.sessions.store.reader import Reader
from maker_tui.text.figures import count, count_of
from maker_tui.text.schedule_lines import schedule_lines
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_tui.runs.viewed import ViewedRun

MOST_STEPS = 2_000
"""Steps in one picture; of a longer run, those around the step in view."""


class SchedulePane(LinePane):
    """Draws the bars around the step in view.

    Args:
        run: The run.
    """

    def __init__(self, run: ViewedRun, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("schedule", id=id)
        self._run = run
        self._at = 0

    def show_step(self, step: int) -> None:
        """Point at `step`, 0-based."""
        self._at = step
        self.more()

    def more(self) -> None:
        """Draw the run as it is now, in the reader's thread."""
        if self.size.width:
            self._run.records.look(self._drawn, self.show, "schedule")

    def take_focus(self) -> None:
        """Hear the keys."""
        self.focus()

    def on_resize(self, event: Resize) -> None:
        """Draw in the new size."""
        super().on_resize(event)
        self.more()

    def _drawn(self, reader: Reader) -> list[Text]:
        done, place = reader.steps_done(), self._at
        now = time.time() if self._run.source.live else None
        size = (self.size.width, self.size.height)
        if done <= MOST_STEPS:
            return schedule_lines(bars(reader), place, size, now, count_of(done, "step"))
        first = min(place, done) // MOST_STEPS * MOST_STEPS
        last = first + MOST_STEPS if first + MOST_STEPS <= done else None
        read = f"steps {count(first + 1)} to {count(done if last is None else last)}"
        return schedule_lines(bars(reader, first, last), place, size, now if last is None else None, read)
