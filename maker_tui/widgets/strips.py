"""The single rows around the panes: who runs (head line), how it ended (banner)."""

from __future__ import annotations

from rich.text import Text
from textual.events import Resize

from maker_engine.printable import one_line, printable
from maker_tui.figures import fit
from maker_tui.roles import line
from maker_tui.widgets.line_view import LineView
from maker_tui.words import Word


class HeadLine(LineView):
    """Left: what this is. Right: a state word. In between, a loud badge where there is one to show."""

    DEFAULT_CSS = """
    HeadLine { height: 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._parts: tuple[str, tuple[str, ...], str, Word | None] = ("", (), "", None)

    def tell(self, heading: str, *, facts: tuple[str, ...] = (), badge: str = "", word: Word | None = None) -> None:
        """Show a bold `heading`, `facts` after it, a `badge` and a state `word`."""
        self._parts = (heading, facts, badge, word)
        self._lay_out()

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        heading, facts, badge, word = self._parts
        right = Text(end="") if word is None else line(" ", (str(word), word.role), " ")
        mark = line((f" {badge} ", "badge")) if badge else Text(end="")
        rest = " · ".join(("", *(printable(fact) for fact in facts)))
        room = max(0, self.size.width - right.cell_len - mark.cell_len - (2 if badge else 0))
        left = line((f" {heading}", "strong"), (rest, "quiet"))
        left.truncate(room, overflow="ellipsis")
        left.append_text(Text.assemble(" ", mark, " ") if badge else Text())
        left.pad_right(max(0, self.size.width - left.cell_len - right.cell_len))
        self.show([left.append_text(right)])


class Banner(LineView):
    """One loud row that says how a run ended, or that it waits for a person; not there otherwise."""

    DEFAULT_CSS = """
    Banner { height: 1; display: none; &.-up { display: block; } }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._word: Word | None = None
        self._reason = ""

    def tell(self, word: Word, reason: str) -> None:
        """Put the banner up."""
        self._word, self._reason = word, reason
        self.add_class("-up")
        self._lay_out()

    def take_down(self) -> None:
        """Take the banner down."""
        if self._word is not None:
            self._word = None
            self.remove_class("-up")

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        if self._word is None:
            return
        role = f"banner.{self._word.role}"
        reason = one_line(self._reason)
        words = self._word.text
        if reason:
            words = reason if reason.startswith(words) else f"{words} — {reason}"
        self.show([line((fit(f" {self._word.glyph} {words}", self.size.width), role))])
