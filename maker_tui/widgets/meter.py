"""How far a run is, in a single row."""

from __future__ import annotations

from textual.events import Resize

from maker_tui.runs.view import RunView
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.progress_pane import meter_line


class Meter(LineView):
    """Progress in one row, for windows too low for the pane."""

    DEFAULT_CSS = """
    Meter { height: 1; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._view: RunView | None = None

    def show_progress(self, view: RunView) -> None:
        """Show how far `view` is."""
        self._view = view
        self.show([meter_line(view, self.size.width)])

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        if self._view is not None:
            self.show_progress(self._view)
