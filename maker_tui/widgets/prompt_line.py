"""The line in which a screen asks something: one question at a time, and whoever asked hears what is entered."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key, Paste

from maker_engine.core.errors import InputError
from maker_engine.core.filters import completions, word_start
from maker_tui.widgets.entry_line import LONGEST, EntryLine, Typed

MOST_OFFERED = 6
Hear = Callable[[str], None]


def _no_one(_text: str) -> None:
    """Hear nothing."""


class PromptLine(EntryLine):
    """Asks for a text, or for a filter, of which it shows what may come next, and tab takes the first of it.

    Args:
        passes: Leave keys that edit nothing to the screen; otherwise every key is the line's while it is up.
    """

    def __init__(self, *, passes: bool = False, id: str = "entry") -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._passes = passes
        self._filters = False
        self._hear: Hear = _no_one
        self._follow: Hear = _no_one

    def request(
        self, prompt: str, text: str, hint: str, hear: Hear, *, follow: Hear = _no_one, longest: int = LONGEST
    ) -> None:
        """Ask for a text.

        Args:
            prompt: What for.
            text: What is offered.
            hint: Stands beside it.
            hear: Called with what is entered; raises `InputError` where it cannot be used, and the line stays up.
            follow: Called with the text whenever it has changed, with an empty one where the line is left.
            longest: How many characters it may have.
        """
        self._filters, self._hear, self._follow = False, hear, follow
        self.ask(prompt, text, hint, longest)

    def request_filter(self, prompt: str, text: str, hear: Hear) -> None:
        """Ask for a filter in the language of `maker_engine.core.filters`; `hear` as for `request`."""
        self._filters, self._hear, self._follow = True, hear, _no_one
        self.ask(prompt, text, _offer(text, len(text)))

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
        """Edit by one key; in a filter, tab completes the word that ends at the caret."""
        completes = self._filters and key.key == "tab"
        if completes and (offered := completions(self.text, self.caret)):
            self.put(offered[0], replacing=self.caret - word_start(self.text, self.caret))
        typed = Typed.CHANGED if completes else super().feed(key)
        if self._filters and typed in (Typed.CHANGED, Typed.MOVED):
            self.hint(_offer(self.text, self.caret))
        return typed


def _offer(text: str, caret: int) -> str:
    """Return the hint beside a filter: what may come next at the caret."""
    offered = completions(text, caret)
    more = " …" if len(offered) > MOST_OFFERED else ""
    return f"tab: {'  '.join(offered[:MOST_OFFERED])}{more}" if offered else "enter"
