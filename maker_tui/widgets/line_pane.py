"""A pane: a titled, focusable, scrollable view of lines."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from maker_engine.printable import printable
from maker_tui.settings.keymap import NamedKeys, take_actions
from maker_tui.widgets.line_view import LineView

SIDEWAYS: list[BindingType] = [
    Binding("left,h", "scroll_cells(-8)", "left", show=False),
    Binding("right,l", "scroll_cells(8)", "right", show=False),
]
COPYING: list[BindingType] = [
    Binding("y", "copy_pane", "copy pane", show=False, tooltip="copy the whole text of the pane"),
    Binding("Y", "copy_line", "copy line", show=False, tooltip="copy the line on top of the pane, or at its cursor"),
]
MOST_COPIED = 10_000
"""Lines; of a pane with more, those from the top of the view on are copied."""


class LinePane(NamedKeys, LineView, can_focus=True):
    """A bordered `LineView` that scrolls with arrows, vim keys and pages."""

    DEFAULT_CSS = """
    LinePane {
        height: 1fr;
        padding: 0 1;
        border: round $border-blurred;
        border-title-color: $foreground 80%;
        border-subtitle-color: $foreground 60%;
        background: $background;
        &:focus { border: round $border; border-title-color: $border; border-title-style: bold; }
    }
    """

    KEY_SCOPE = "pane"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_rows(-1)", "up", show=False),
        Binding("down,j", "scroll_rows(1)", "down", show=False),
        Binding("pageup,ctrl+u", "scroll_pages(-1)", "page up", show=False),
        Binding("pagedown,ctrl+d", "scroll_pages(1)", "page down", show=False),
        Binding("home,g", "scroll_first", "top", show=False),
        Binding("end,G", "scroll_last", "bottom", show=False),
        *SIDEWAYS,
        *COPYING,
    ]

    class CopyAsked(Message):
        """Text is to be copied."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, heading: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        take_actions(self, Scrolling(self), Copying(self))
        self.entitle(heading)

    def entitle(self, heading: str, footing: str = "") -> None:
        """Set the border's title and subtitle; they are text, never markup."""
        for attribute, words in (("border_title", heading), ("border_subtitle", footing)):
            content = Content(printable(words)) if words else None
            if getattr(self, f"_{attribute}") != content:  # setting one repaints the whole pane
                setattr(self, attribute, content)

    def copied_lines(self, most: int) -> list[str]:
        """Return what `y` copies: at most `most` lines, all of them where there are no more."""
        first = self.top if self.line_total > most else 0
        return [self.line_at(index).plain for index in range(first, min(self.line_total, first + most))]

    def copied_line(self) -> str:
        """Return what `Y` copies."""
        return self.line_at(self.top).plain if self.line_total else ""


class Scrolling:
    """Scrolls a pane by keys."""

    def __init__(self, pane: LinePane) -> None:
        self._pane = pane

    def action_scroll_rows(self, rows: int) -> None:
        """Scroll by rows."""
        self._pane.scroll_lines_to(self._pane.top + rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages, keeping one row in view."""
        self._pane.scroll_lines_to(self._pane.top + pages * max(1, self._pane.size.height - 1))

    def action_scroll_first(self) -> None:
        """Go to the first line."""
        self._pane.scroll_lines_to(0)

    def action_scroll_last(self) -> None:
        """Go to the last line."""
        self._pane.scroll_lines_to(self._pane.furthest)

    def action_scroll_cells(self, cells: int) -> None:
        """Scroll sideways."""
        self._pane.scroll_cells_to(self._pane.left + cells)


class Copying:
    """Copies the text of a pane by keys."""

    def __init__(self, pane: LinePane) -> None:
        self._pane = pane

    def action_copy_pane(self) -> None:
        """Copy the pane."""
        self._copy("\n".join(text.rstrip() for text in self._pane.copied_lines(MOST_COPIED)))

    def action_copy_line(self) -> None:
        """Copy one line."""
        self._copy(self._pane.copied_line().strip())

    def _copy(self, text: str) -> None:
        if text.strip():
            # Not by way of the screen: what a screen sends while it does what a key says stops at that screen.
            self._pane.app.post_message(LinePane.CopyAsked(text))
