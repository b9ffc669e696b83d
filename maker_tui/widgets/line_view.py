"""The base of every widget that shows a run: rows of text on Textual's line API, of which only changed ones repaint.

Textual has no cell diff, so what is marked dirty is what crosses the wire: a row at a time costs a tenth of a widget
at a time. Scrolling is kept here and not in Textual's virtual size, whose every change lays out the whole screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.text import Text
from textual.events import MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from maker_tui.text.roles import Styles, line, strip_of, styles_of

WHEEL_ROWS = 3


class LineView(Widget):
    """Rows of text in roles. Subclasses either `show` a list of lines or give them one by one through `line_at`."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    LineView { height: 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: list[Text] = []
        self._styles: Styles = {}
        self._top = 0
        self._left = 0

    def on_mount(self) -> None:
        """Take the theme's styles, now and whenever it changes."""
        self.app.theme_changed_signal.subscribe(self, self._take_theme)
        self._take_theme(self.app.current_theme)

    def _take_theme(self, theme: Theme) -> None:
        self._styles = styles_of(theme, self.app.theme_variables)
        self.refresh()

    @property
    def line_total(self) -> int:
        """How many lines there are, in view or not."""
        return len(self._lines)

    def line_at(self, index: int) -> Text:
        """Return line `index`, 0-based."""
        return self._lines[index]

    @property
    def top(self) -> int:
        """Index of the first line in view."""
        return self._top

    @property
    def left(self) -> int:
        """Index of the first column in view."""
        return self._left

    @property
    def furthest(self) -> int:
        """The largest `top`: with it the last line is at the bottom."""
        return max(0, self.line_total - self.size.height)

    @property
    def widest(self) -> int:
        """Cells of the widest line in view."""
        last = min(self.line_total, self._top + self.size.height)
        return max((self.line_at(index).cell_len for index in range(self._top, last)), default=0)

    def show(self, lines: Sequence[Text]) -> None:
        """Show `lines`; rows that look as before are not sent again."""
        before, self._lines = self._lines, list(lines)
        if self._top > self.furthest:
            self._top = self.furthest
            self.refresh()
            return
        for row in range(self.size.height):
            index = self._top + row
            old = before[index] if index < len(before) else None
            new = self._lines[index] if index < len(self._lines) else None
            if not _same(old, new):
                self.refresh_row(row)

    def refresh_row(self, row: int) -> None:
        """Repaint one row, counted from the top of the view."""
        self.refresh(Region(0, row, self.size.width, 1))

    def scroll_lines_to(self, top: int) -> None:
        """Bring line `top` to the first row, as far as there are lines."""
        top = max(0, min(top, self.furthest))
        if top != self._top:
            self._top = top
            self.refresh()
            self.scrolled()

    def scroll_cells_to(self, left: int) -> None:
        """Bring column `left` to the edge, as far as there is text."""
        left = max(0, min(left, self.widest - self.size.width))
        if left != self._left:
            self._left = left
            self.refresh()

    def scrolled(self) -> None:
        """Hear that the view moved; for subclasses."""

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        style, width = self.rich_style, self.size.width
        index = y + self._top
        text = self.line_at(index) if index < self.line_total else line()
        strip = strip_of(text, self._styles)
        if strip.cell_length > self._left + width > 1:
            more = Strip([Segment("…", self._styles.get("quiet", style))])
            strip = Strip.join([strip.crop(self._left, self._left + width - 1), more])
        else:
            strip = strip.crop_extend(self._left, self._left + width, style)
        return strip.apply_style(style)

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Lay out as soon as the size is first known: the frame that shows it is drawn before its event is heard."""
        first = self._size.width == 0 and size.width > 0
        updated = super()._size_updated(size, virtual_size, container_size, layout)
        if first and self.is_attached:
            self.on_resize(Resize(size, virtual_size, container_size))
        return updated

    def on_resize(self, _event: Resize) -> None:
        """Keep the view within the lines."""
        self.scroll_lines_to(self._top)
        self.scroll_cells_to(self._left)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_lines_to(self._top + WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_lines_to(self._top - WHEEL_ROWS)


def _same(old: Text | None, new: Text | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.plain == new.plain and old.spans == new.spans and old.style == new.style
