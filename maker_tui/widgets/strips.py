"""The rows around the panes: who runs (head line), how it ended or why it waits (banner)."""

from __future__ import annotations

from rich.text import Text
from textual.events import Click, Resize
from textual.message import Message

from maker_engine.printable import one_line, printable
from maker_tui.text.figures import fit
from maker_tui.text.roles import line
from maker_tui.text.words import Word
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_view import LineView

MOST_ROWS, FEW_ROWS = 3, 2
"""Rows that a banner takes at most, and in a window of fewer than `SHORT` rows."""
SHORT = 20
LONGEST = 4_000
"""Characters of a text that is shown."""
MORE = "enter shows all"


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
    """Loud rows that say how a run ended, or that it waits for a person; not there otherwise.

    Args:
        more: How to see the whole text; it is at the end of one that takes more than three rows.
    """

    DEFAULT_CSS = """
    Banner { height: 1; display: none; &.-up { display: block; } }
    """

    class Opened(Message):
        """The whole text is asked for."""

    def __init__(self, more: str = MORE, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._more = f" … {more}"
        self._word: Word | None = None
        self._reason = ""
        self._cut = False

    def tell(self, word: Word, reason: str) -> None:
        """Put the banner up."""
        if (word, reason) == (self._word, self._reason):
            return
        self._word, self._reason = word, reason
        self.add_class("-up")
        self._lay_out()

    def take_down(self) -> None:
        """Take the banner down."""
        if self._word is not None:
            self._word, self._cut = None, False
            self.remove_class("-up")

    @property
    def whole(self) -> str:
        """The text where only a part of it is shown, else empty."""
        return self._text() if self._cut else ""

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def on_click(self, event: Click) -> None:
        """Ask for the whole text."""
        event.stop()
        self.post_message(self.Opened())

    def _text(self) -> str:
        if self._word is None:
            return ""
        reason = one_line(self._reason, LONGEST)
        if not reason:
            return self._word.text
        return reason if reason.startswith(self._word.text) else f"{self._word.text} — {reason}"

    def _lay_out(self) -> None:
        if self._word is None or not self.is_attached:
            return
        width, height = self.screen.size  # the banner's own width is not known before it is first up
        most = FEW_ROWS if height < SHORT else MOST_ROWS
        rows = wrapped(self._text(), width - 4)
        self._cut = len(rows) > most
        if self._cut:
            last = fit(" ".join(rows[most - 1 :]), width - 4 - len(self._more)).rstrip(" …")
            rows = [*rows[: most - 1], last + self._more]
        marks = [f" {self._word.glyph} ", *["   "] * (len(rows) - 1)]
        role = f"banner.{self._word.role}"
        self.styles.height = len(rows)
        self.show([line((fit(f"{mark}{row}", width), role)) for mark, row in zip(marks, rows, strict=True)])
