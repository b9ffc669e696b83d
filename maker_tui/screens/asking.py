"""The lines a screen asks something in: which is up, what its keys do, and who hears what was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.events import Key, Paste

from maker_engine.core.errors import InputError
from maker_tui.widgets.entry_line import EntryLine, Typed

Hear = Callable[[str], None]


class Asking:
    """Has one question at a time asked, in one of several lines.

    Args:
        lines: The lines.
    """

    def __init__(self, lines: Sequence[EntryLine]) -> None:
        self._lines = lines
        self._hear: Hear = lambda _: None

    def ask(self, line: EntryLine, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Ask in `line`; `hear` is called with what was typed, and raises `InputError` where it cannot be used."""
        self._hear = hear
        line.ask(prompt, text, hint)

    @property
    def up(self) -> EntryLine | None:
        """The line that is up."""
        return next((line for line in self._lines if line.up), None)

    def typed(self, event: Key) -> bool:
        """Give a key to the line that is up; tell whether there is one."""
        line = self.up
        if line is None:
            return False
        typed = line.feed(event)
        if typed is Typed.ENTERED:
            try:
                self._hear(line.text)
            except InputError as error:
                line.complain(str(error))
                return True
        if typed in (Typed.ENTERED, Typed.LEFT):
            line.take_down()
        return True

    def pasted(self, event: Paste) -> None:
        """Paste into the line that is up."""
        line = self.up
        if line is not None:
            event.stop()
            line.paste(event.text)
