"""What a large window shows of a run beside the usual panes: its strip, the last steps, the newest response."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Resize
from textual.widget import Widget

from maker_engine.printable import printable
from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.recent import Recent, decided_lines, read_recent, response_heading, response_lines, strip_line

if TYPE_CHECKING:
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.viewed import ViewedRun
    from maker_tui.text.map_cells import Live

LOOK_S = 0.5
"""The record is read no more often than this."""
PLACE_S = 0.02
LANE = "recent"
EMPTY = (line(("nothing is on record yet", "quiet")),)


class RunStrip(LineView):
    """The whole run in a row, and the one that reads for the panes beside it. Nothing is read while it is not shown."""

    def __init__(self, decided: DecidedPane, response: ResponsePane, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._decided, self._response = decided, response
        self._run: ViewedRun | None = None
        self._past: int | None = None
        self._recent: Recent | None = None
        self._progress_at = 0.0
        self._waiting = False
        decided.read = response.read = self.look

    def show_run(self, run: ViewedRun | None, past: int | None) -> None:
        """Show what came in last of `run`, or what had at the step `past` (0-based)."""
        moved, self._run, self._past = past != self._past, run, past
        if not self._shown:
            return
        if moved:
            self.look()
        elif not self._waiting:
            self._waiting = True
            self.set_timer(max(0.01, self._progress_at + LOOK_S - time.monotonic()), self.look)

    @property
    def _shown(self) -> bool:
        """True where any of the three is in view; one of the panes may be shown alone in a small window."""
        beside = self._decided.parent
        return self.display or (isinstance(beside, Widget) and beside.display)

    def on_resize(self, event: Resize) -> None:
        """Read for the new width."""
        super().on_resize(event)
        self.look()

    def look(self) -> None:
        """Read now, as after a change of the window's size, which not every widget that appears is notified of."""
        self._waiting, run = False, self._run
        if run is None or not self._shown:
            return
        width = self.size.width if self.display else self._decided.size.width or self._response.size.width
        if not width:  # it is to come into view, and has no place yet
            self._waiting = True
            self.set_timer(PLACE_S, self.look)
            return
        self._progress_at = time.monotonic()
        run.records.look(partial(_read, run, (run.total, run.live, self._past), width), self._take, LANE, quiet=True)

    def _take(self, recent: Recent) -> None:
        self._recent = recent
        self.show([strip_line(recent, max(1, self.size.width))])
        if self._run is not None:
            self._decided.show_recent(recent)
            self._response.show_recent(recent, self._run)


def _read(run: ViewedRun, place: tuple[int, Live, int | None], width: int, reader: Reader) -> Recent:
    return read_recent(reader, run.task, run.marks, run.describe, place, width)


class DecidedPane(LinePane):
    """The steps decided last, the newest on top."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("decided last", id=id)
        self.show(EMPTY)
        self.read: Callable[[], None] | None = None
        self._recent: Recent | None = None

    def show_recent(self, recent: Recent) -> None:
        """Show the steps decided last."""
        self._recent = recent
        self.show(decided_lines(recent, self.size.width))

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new width."""
        super().on_resize(event)
        if self._recent is not None:
            self.show_recent(self._recent)
        elif self.read is not None:  # it has just come into view
            self.read()


class ResponsePane(LinePane):
    """The newest response."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("response", id=id)
        self.show(EMPTY)
        self.read: Callable[[], None] | None = None
        self._seen: tuple[Recent, ViewedRun] | None = None

    def show_recent(self, recent: Recent, run: ViewedRun) -> None:
        """Show the newest response, from its beginning."""
        if self._seen is not None and self._seen[0].newest != recent.newest:
            self.scroll_lines_to(0)
        self._seen = recent, run
        self.entitle(printable(response_heading(recent.newest)))
        self.show(response_lines(recent.newest, run.describe, self.size.width))

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new width."""
        super().on_resize(event)
        if self._seen is not None:
            self.show_recent(*self._seen)
        elif self.read is not None:  # it has just come into view
            self.read()
