"""A line in which a filter is typed: it shows what may come next, and tab takes the first of it."""

from __future__ import annotations

from textual.events import Key

from maker_engine.core.filters import completions, word_start
from maker_tui.widgets.entry_line import LONGEST, EntryLine, Typed

MOST_OFFERED = 6


class FilterLine(EntryLine):
    """An `EntryLine` for the language of `maker_engine.core.filters`."""

    def ask(self, prompt: str, text: str, hint: str = "", longest: int = LONGEST) -> None:
        """Begin to edit `text`; `hint` stands beside it until something is typed."""
        super().ask(prompt, text, hint or self._offer(text, len(text)), longest)

    def feed(self, key: Key) -> Typed:
        """Edit by one key; tab completes the word that ends at the caret."""
        if key.key == "tab":
            self._complete()
            return Typed.CHANGED
        typed = super().feed(key)
        if typed in (Typed.CHANGED, Typed.MOVED):
            self.hint(self._offer(self.text, self.caret))
        return typed

    def _complete(self) -> None:
        offered = completions(self.text, self.caret)
        if offered:
            start = word_start(self.text, self.caret)
            self.put(offered[0], replacing=self.caret - start)
        self.hint(self._offer(self.text, self.caret))

    def _offer(self, text: str, caret: int) -> str:
        offered = completions(text, caret)
        more = " …" if len(offered) > MOST_OFFERED else ""
        return f"tab: {'  '.join(offered[:MOST_OFFERED])}{more}" if offered else "enter"
