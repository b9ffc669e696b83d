"""The task pane: the state of the task, as the task draws it."""

from __future__ import annotations

from collections.abc import Hashable

from rich.text import Text
from textual.events import Resize

from maker_engine.core.decomposition import AnyTask
from maker_engine.printable import printable
from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import LinePane


class TaskBoard(LinePane):
    """Draws the task's picture, centred."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("task state", id=id, classes=classes)
        self._family: AnyTask | None = None
        self._state: Hashable = None

    def show_state(self, family: AnyTask, state: Hashable) -> None:
        """Show `state` of the task `family`; the same state again costs nothing."""
        if family is self._family and (state is self._state or state == self._state):
            return
        self._family, self._state = family, state
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        if self._family is not None and self._state is not None and self.size:
            self.show(picture_lines(self._family, self._state, self.size.width, self.size.height))


def picture_lines(family: AnyTask, state: Hashable, columns: int, rows: int) -> list[Text]:
    """Draw `state` in the middle of `columns` × `rows` cells."""
    try:
        drawn = family.picture(state, columns, rows).split("\n", allow_blank=False)
    except Exception as error:  # noqa: BLE001 - a stranger's task that cannot draw must not end its own run
        return [line(("this state cannot be drawn: ", "quiet"), f"{type(error).__name__}: {error}")]
    lines = [row if printable(row.plain) == row.plain else Text(printable(row.plain)) for row in drawn]
    indent = " " * max(0, (columns - max((row.cell_len for row in lines), default=0)) // 2)
    above = [Text()] * max(0, (rows - len(lines)) // 2)
    return [*above, *(Text.assemble(indent, row, end="", no_wrap=True) for row in lines)]
