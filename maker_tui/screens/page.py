"""Pages over the screen: a text whole, where the screen has room for a part of it only; and the check of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen

from maker_engine.core.record.model_check import ModelCheck
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.check_lines import check_table
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane


class ReadingPage(NamedKeys, ModalScreen[None]):
    """Shows lines that can be scrolled and copied; any of the leaving keys closes it.

    Args:
        heading: What it is about.
        lay_out: Gives the lines for a width in cells.
    """

    DEFAULT_CSS = """
    ReadingPage { align: center middle; background: $background 60%; }
    ReadingPage > LinePane { width: 90%; max-width: 100; height: 60%; min-height: 8; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "app.pop_screen", "back", show=False, tooltip="back"),
        Binding("W", "app.save_view", "save view", show=False, tooltip="write this page to files"),
    ]

    def __init__(self, heading: str, lay_out: Callable[[int], list[Text]]) -> None:
        super().__init__()
        self._heading = heading
        self._lines_for = lay_out

    def compose(self) -> ComposeResult:
        """Compose one pane."""
        yield LinePane(self._heading, id="page")

    def on_mount(self) -> None:
        """Make the pane ready to scroll."""
        pane = self.query_one("#page", LinePane)
        pane.entitle(self._heading, "esc closes")
        pane.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#page", LinePane)
        pane.show(self._lines_for(pane.size.width))


def text_page(heading: str, text: str) -> ReadingPage:
    """Return a page that shows `text`, broken into rows."""
    return ReadingPage(heading, lambda width: [line(row) for row in wrapped(text, width)])


class CheckPage(NamedKeys, ModalScreen[None]):
    """Shows the check of a model, with the fix for each of its findings; any of the leaving keys closes it."""

    DEFAULT_CSS = """
    CheckPage { align: center middle; background: $background 60%; }
    CheckPage > LinePane { width: 90%; max-width: 100; height: 90%; max-height: 40; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,C,enter", "app.pop_screen", "back", show=False, tooltip="back"),
        Binding("W", "app.save_view", "save view", show=False, tooltip="write this page to files"),
    ]

    def __init__(self, check: ModelCheck) -> None:
        super().__init__()
        self._check = check

    def compose(self) -> ComposeResult:
        """Compose one pane."""
        yield LinePane("model check", id="model-check")

    def on_mount(self) -> None:
        """Make the pane ready to scroll."""
        pane = self.query_one("#model-check", LinePane)
        pane.entitle("model check", "esc closes")
        pane.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#model-check", LinePane)
        pane.show(check_table(self._check, pane.size.width))
