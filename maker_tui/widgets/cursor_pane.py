"""A pane of rows with a cursor on one of them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import COPYING, SIDEWAYS, LinePane

LAST = 1 << 60


class CursorPane(LinePane, inherit_bindings=False):
    """Rows, one under the cursor. Subclasses say how many there are and lay each out; only those in view are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, tooltip="to the row above"),
        Binding("down,j", "move(1)", "down", show=False, tooltip="to the row below"),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False, tooltip="a page up"),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False, tooltip="a page down"),
        Binding("home", f"move(-{LAST})", "first", show=False, tooltip="to the first row"),
        Binding("end,G", f"move({LAST})", "last", show=False, tooltip="to the last row"),
        Binding("enter", "choose", "open", show=False, tooltip="open the row under the cursor"),
        *SIDEWAYS,
        *COPYING,
    ]

    class Pointed(Message):
        """The cursor went to another row of `pane`."""

        def __init__(self, pane: CursorPane, row: int) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

    class Chosen(Pointed):
        """A row of `pane` was chosen."""

    def __init__(self, heading: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(heading, id=id)
        self._cursor = 0

    @property
    def cursor(self) -> int:
        """The row under the cursor, 0-based."""
        return self._cursor

    def row_at(self, index: int) -> Text:
        """Lay out row `index`, 0-based."""
        raise NotImplementedError

    def line_at(self, index: int) -> Text:
        """Lay out a row; under the cursor it is one bar."""
        text = self.row_at(index)
        if index != self._cursor:
            return text
        return line((text.plain.ljust(self.size.width), "cursor"))

    def copied_line(self) -> str:
        """Return the row under the cursor."""
        return self.row_at(self._cursor).plain if self.line_total else ""

    def point(self, row: int) -> None:
        """Bring the cursor to `row`, as far as there are rows."""
        before, self._cursor = self._cursor, max(0, min(row, self.line_total - 1))
        top = self.top
        self.reveal()
        if self.top == top:
            for index in (before, self._cursor):
                self.refresh_row(index - top)
        if before != self._cursor:
            self.post_message(self.Pointed(self, self._cursor))

    def reveal(self) -> None:
        """Bring the cursor into view."""
        if self._cursor < self.top:
            self.scroll_lines_to(self._cursor)
        elif self._cursor >= self.top + self.size.height:
            self.scroll_lines_to(self._cursor - self.size.height + 1)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.point(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages, keeping one row in view."""
        self.point(self._cursor + by * max(1, self.size.height - 1))

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.line_total:
            self.post_message(self.Chosen(self, self._cursor))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the clicked row; a second click chooses it."""
        place = event.get_content_offset(self)
        if place is None or self.top + place.y >= self.line_total:
            return
        again = self.top + place.y == self._cursor and event.chain > 1
        self.point(self.top + place.y)
        if again:
            self.action_choose()
