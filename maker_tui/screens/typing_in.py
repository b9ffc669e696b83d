"""A screen on which a line can be typed, on a row that is there only meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key, Paste

from maker_tui.screens.base import MakerScreen
from maker_tui.widgets.entry_line import LONGEST, EntryLine, Typed


class TypingIn(MakerScreen):
    """Holds the row, which its subclass puts among its widgets as `entry`."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = EntryLine(id="entry")
        self._heard: Callable[[str], None] = lambda _: None

    def type_in(self, prompt: str, text: str, hint: str, heard: Callable[[str], None], longest: int = LONGEST) -> None:
        """Let a line be typed; `heard` gets it when it is entered."""
        self._heard = heard
        self.entry.ask(prompt, text, hint, longest)

    def typed(self, event: Key) -> bool:
        """Give a key to the line that is being typed; tell whether it was taken."""
        if not self.entry.up:
            return False
        typed = self.entry.feed(event)
        if typed in (Typed.ENTERED, Typed.LEFT):
            self.entry.take_down()
        if typed is Typed.ENTERED:
            self._heard(self.entry.text)
        return typed is not Typed.NOTHING

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is being typed."""
        if self.entry.up:
            event.stop()
            self.entry.paste(event.text)
