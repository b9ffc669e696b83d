"""The rows in which breakpoints are listed: turned on and off, taken away, with how often each has held the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click, Key, Resize
from textual.message import Message

from maker_engine.core.record.commands import BreakCommand, DropBreak, TurnBreak
from maker_engine.printable import one_line
from maker_tui.text.figures import count_of, fit
from maker_tui.text.roles import line
from maker_tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from maker_tui.runs.view import Breakpoint

MOST_ROWS = 8
HEAD = " breakpoints   space turns it on or off · x takes it away · ↑ ↓ · esc leaves"


class BreakList(LineView):
    """Lists breakpoints; there only while it does. It never has the focus: its screen hands it keys."""

    DEFAULT_CSS = """
    BreakList { height: auto; display: none; background: $panel; &.-up { display: block; } }
    """

    class CommandGiven(Message):
        """A breakpoint is to be turned or dropped."""

        def __init__(self, command: BreakCommand) -> None:
            super().__init__()
            self.command = command

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._points: Sequence[Breakpoint] = ()
        self._chosen = 0

    @property
    def up(self) -> bool:
        """True while it is there."""
        return self.has_class("-up")

    def offer(self, points: Sequence[Breakpoint]) -> None:
        """Begin to list `points`, or continue with what they are now."""
        self._points = points
        self._chosen = max(0, min(self._chosen, len(points) - 1))
        self.add_class("-up")
        self._lay_out()

    def refresh_points(self, points: Sequence[Breakpoint]) -> None:
        """Show what the points are now, while they are listed."""
        if self.up and tuple(points) != tuple(self._points):
            self.offer(points)

    def feed(self, key: Key) -> None:
        """Do what a key says."""
        moves = {"up": -1, "k": -1, "down": 1, "j": 1}
        if key.key in moves:
            self._chosen = max(0, min(self._chosen + moves[key.key], len(self._points) - 1))
            self._lay_out()
        elif key.key in ("space", "enter"):
            self._turn()
        elif key.key in ("x", "delete") and self._points:
            self.post_message(self.CommandGiven(DropBreak(self._points[self._chosen].number)))
        elif key.key in ("escape", "q", "B"):
            self.remove_class("-up")

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        if self.up:
            self._lay_out()

    def on_click(self, event: Click) -> None:
        """Choose the clicked breakpoint and turn it; a click on the heading leaves."""
        event.stop()
        row = self._first + event.y - 1
        if event.y == 0:
            self.remove_class("-up")
        elif row < len(self._points):
            self._chosen = row
            self._turn()

    @property
    def _first(self) -> int:
        return max(0, self._chosen - MOST_ROWS + 1)

    def _turn(self) -> None:
        if self._points:
            point = self._points[self._chosen]
            self.post_message(self.CommandGiven(TurnBreak(point.number, on=not point.on)))

    def _lay_out(self) -> None:
        width = self.screen.size.width
        shown = self._points[self._first : self._first + MOST_ROWS]
        rows = [
            _row(point, chosen=place == self._chosen, width=width) for place, point in enumerate(shown, self._first)
        ]
        lines = [line((fit(HEAD, width), "quiet")), *(rows or [line(("   none yet: b sets one", "quiet"))])]
        self.styles.height = len(lines)
        self.show(lines)


def _row(point: Breakpoint, *, chosen: bool, width: int) -> Text:
    mark = "▸" if chosen else " "
    state = ("● on ", "accent") if point.on else ("○ off", "quiet")
    hits = count_of(point.hits, "hit")
    words = fit(one_line(str(point.filter), 200), max(4, width - 24))
    return line((f" {mark}{point.number:>3} ", "key"), state, "  ", words, (f" {hits:>9}", "label"))
