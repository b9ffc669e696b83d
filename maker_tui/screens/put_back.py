"""Asks once whether the world is to be put back to a step, and says what that will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen

from maker_engine.printable import one_line
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.flow import flowed
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

SHOWN = 300
"""Characters of what it will do; what is longer is cut."""


class PutBack(NamedKeys, ModalScreen[None]):
    """Says what will be done, and asks.

    Args:
        step: The step, 0-based.
        does: What will be done, one line.
        changes: What is changed that needs consent, "" for nothing.
        live: The run is going, and will be stopped.
        agreed: Called when the user agrees.
    """

    CSS_PATH = "put_back.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "put back", show=False, tooltip="put the world back to the step, and verify it"),
        Binding("n,escape,q,enter", "app.pop_screen", "do not", show=False, tooltip="leave everything as it is"),
    ]

    def __init__(self, step: int, does: str, changes: str, agreed: Callable[[], object], *, live: bool) -> None:
        super().__init__()
        self._step = step
        self._does = does
        self._changes = changes
        self._agreed = agreed
        self._live = live

    def compose(self) -> ComposeResult:
        """Compose one pane."""
        yield LinePane("put-back", id="put-back")

    def on_mount(self) -> None:
        """Make the pane ready to be read."""
        pane = self.query_one("#put-back", LinePane)
        pane.entitle("roll back", f"step {self._step + 1:,}")
        pane.can_focus = False  # `y` agrees, and copies nothing
        self.set_focus(None)

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#put-back", LinePane)
        yes, no = key_now(self.app, "put-back.put-back", "y"), key_now(self.app, "put-back.do-not", "n").split(",")[0]
        rows = [(f"Roll back to step {self._step + 1:,}?", "strong"), (self._words(), "plain"), ("", "plain")]
        rows += [
            (f"{yes}  do it: it is verified, and a fork of the run begins there", "plain"),
            (f"{no}  do not: everything stays as it is", "plain"),
        ]
        lines: list[Text] = [row for one in rows for row in flowed([one], max(20, pane.size.width))]
        pane.show(lines)

    def _words(self) -> str:
        does = one_line(self._does, SHOWN)
        stops = " The run is stopped and saved first." if self._live else ""
        changes = f" This changes {one_line(self._changes, SHOWN)}." if self._changes else ""
        return f"This will {does}.{changes}{stops}"

    def action_agree(self) -> None:
        """Close the question, and do it."""
        self.app.pop_screen()
        self._agreed()
