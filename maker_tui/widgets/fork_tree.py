"""The tree of a session's forks: one row a run, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from maker_tui.text.figures import count
from maker_tui.text.fork_lines import fork_lines
from maker_tui.text.roles import line
from maker_tui.widgets.cursor_pane import CursorPane

if TYPE_CHECKING:
    from maker_engine.sessions.queries.forks import ForkNode


class ForkTree(CursorPane):
    """Shows the runs of one session, each fork behind the run that it was forked from.

    Args:
        nodes: The runs, parents first.
        driven: Another process drives one of them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", show=False, tooltip="mark the run under the cursor, to compare it"),
    ]

    def __init__(self, nodes: Sequence[ForkNode], *, driven: bool = False) -> None:
        super().__init__("runs and forks", id="forks")
        self._runs = nodes
        self._rows = fork_lines(nodes, driven=driven)
        self._marked: int | None = None
        self._cursor = max(range(len(nodes)), key=lambda place: nodes[place].id, default=0)

    def on_mount(self) -> None:
        """Return how many there are, and bring the newest into view."""
        super().on_mount()
        self.entitle(f"runs and forks · {count(len(self._runs))}")
        self.call_after_refresh(self.reveal)

    @property
    def line_total(self) -> int:
        """A row a run."""
        return len(self._rows)

    def row_at(self, index: int) -> Text:
        """Lay out one run."""
        return line(("● " if index == self._marked else "", "accent"), self._rows[index])

    @property
    def pair(self) -> tuple[int, int] | None:
        """The runs to compare: the marked one and the one under the cursor, or a fork's parent and the fork."""
        here = self._runs[self.cursor]
        if self._marked is not None and self._marked != self.cursor:
            return self._runs[self._marked].id, here.id
        return None if here.parent is None else (here.parent, here.id)

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take the mark off."""
        self._marked = None if self._marked == self.cursor else self.cursor
        self.refresh()

    def branch_at(self, row: int) -> int:
        """Return which branch a row represents."""
        return self._runs[row].id
