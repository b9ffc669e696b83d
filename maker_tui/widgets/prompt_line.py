"""The line in which a screen asks something: one question at a time, and whoever asked hears what is entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.events import Key, Paste

from maker_engine.core.errors import InputError
from maker_tui.widgets.entry_line import LONGEST, EntryLine, Typed

Hear = Callable[[str], None]


def _no_one(_text: str) -> None:
    """Ignore what is entered."""


class Completer(Protocol):
    """Knows what can be typed."""

    def complete(self, text: str, caret: int) -> tuple[str, int] | None:
        """Return what completes the word that ends at the caret, and how much of it is there; None for nothing."""

    def hint(self, text: str, caret: int) -> str:
        """Return what is beside the text."""


class PromptLine(EntryLine):
    """Asks for a text.

    Args:
        passes: Leave keys that edit nothing to the screen; otherwise every key is the line's while it is up.
    """

    def __init__(self, *, passes: bool = False, id: str = "entry") -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._passes = passes
        self._completer: Completer | None = None
        self._hear: Hear = _no_one
        self._follow: Hear = _no_one

    def request(
        self,
        prompt: str,
        text: str,
        hint: str,
        hear: Hear,
        *,
        follow: Hear = _no_one,
        completer: Completer | None = None,
        longest: int = LONGEST,
    ) -> None:
        """Ask for a text.

        Args:
            prompt: What for.
            text: What is offered.
            hint: Shown beside it.
            hear: Called with what is entered; raises `InputError` where it cannot be used, and the line stays up.
            follow: Called with the text whenever it has changed, with an empty one where the line is left.
            completer: Completes what is typed, None for nothing.
            longest: How many characters it may have.
        """
        self._hear, self._follow, self._completer = hear, follow, completer
        self.ask(prompt, text, hint, longest)

    def typed(self, key: Key) -> bool:
        """Take a key; False where the line is not up, or the key is the screen's."""
        if not self.up:
            return False
        typed = self.feed(key)
        if typed is Typed.ENTERED:
            try:
                self._hear(self.text)
            except InputError as error:
                self.complain(str(error))
                return True
        if typed in (Typed.ENTERED, Typed.LEFT):
            self.take_down()
        if typed in (Typed.CHANGED, Typed.LEFT):
            self._follow(self.text if typed is Typed.CHANGED else "")
        return typed is not Typed.NOTHING or not self._passes

    def pasted(self, event: Paste) -> None:
        """Take what is pasted, while the line is up."""
        if self.up:
            event.stop()
            self.paste(event.text)
            self._follow(self.text)

    def feed(self, key: Key) -> Typed:
        """Edit by one key; where something completes it, tab completes the word that ends at the caret."""
        completer = self._completer
        if completer is None:
            return super().feed(key)
        if key.key == "tab":
            if (found := completer.complete(self.text, self.caret)) is not None:
                self.put(found[0], replacing=found[1])
            typed = Typed.CHANGED
        else:
            typed = super().feed(key)
        if typed in (Typed.CHANGED, Typed.MOVED):
            self.hint(completer.hint(self.text, self.caret))
        return typed
