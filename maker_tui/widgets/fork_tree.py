"""The tree of a session's forks: one row a run, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from maker_tui.figures import count
from maker_tui.fork_lines import fork_lines
from maker_tui.roles import line
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_engine.sessions.forks import ForkNode


class ForkTree(LinePane):
    """Shows the runs of one session, each fork behind the run that it was forked from.

    Args:
        nodes: The runs, parents first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, tooltip="to the run above"),
        Binding("down,j", "move(1)", "down", show=False, tooltip="to the run below"),
        Binding("enter", "open", "open", show=False, tooltip="open the run under the cursor"),
    ]

    class Opened(Message):
        """A run was chosen."""

        def __init__(self, branch: int) -> None:
            super().__init__()
            self.branch = branch

    def __init__(self, nodes: Sequence[ForkNode]) -> None:
        super().__init__("runs and forks", id="forks")
        self._runs = nodes
        self._rows = fork_lines(nodes)
        self._cursor = max(range(len(nodes)), key=lambda place: nodes[place].id, default=0)

    def on_mount(self) -> None:
        """Tell how many there are, and bring the newest into view."""
        super().on_mount()
        self.entitle(f"runs and forks · {count(len(self._runs))}")
        self.call_after_refresh(self._reveal)

    @property
    def line_total(self) -> int:
        """A row a run."""
        return len(self._rows)

    def line_at(self, index: int) -> Text:
        """Lay out one run."""
        return line((self._rows[index], "cursor" if index == self._cursor else "plain"))

    def copied_line(self) -> str:
        """Return the run under the cursor."""
        return self.line_at(self._cursor).plain

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._cursor = max(0, min(len(self._rows) - 1, self._cursor + by))
        self._reveal()

    def action_open(self) -> None:
        """Open the run under the cursor."""
        self.post_message(self.Opened(self._runs[self._cursor].id))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the clicked row; a second click opens it."""
        place = event.get_content_offset(self)
        if place is None or self.top + place.y >= len(self._rows):
            return
        again = self.top + place.y == self._cursor and event.chain > 1
        self._cursor = self.top + place.y
        self._reveal()
        if again:
            self.action_open()

    def _reveal(self) -> None:
        if self._cursor < self.top:
            self.scroll_lines_to(self._cursor)
        elif self._cursor >= self.top + self.size.height:
            self.scroll_lines_to(self._cursor - self.size.height + 1)
        self.refresh()
