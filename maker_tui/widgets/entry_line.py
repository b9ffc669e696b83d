"""A line of text being typed, on a row that is there only meanwhile; above it why it cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from rich.cells import cell_len
from textual.events import Key, Resize

from maker_engine.printable import one_line
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_view import LineView

LONGEST = 200
LONGEST_COMPLAINT = 1_000


class Typed(Enum):
    """What a key did to the line."""

    NOTHING = "it is not the line's"
    MOVED = "the text is as it was"
    CHANGED = "the text is another"
    ENTERED = "it is finished"
    LEFT = "it was left"


class EntryLine(LineView):
    """Edits one line. It never has the focus: its screen hands it keys in the order they were typed.

    A widget that takes the focus loses the keys that were on their way while it did, and they become commands.
    """

    DEFAULT_CSS = """
    EntryLine { height: 1; display: none; background: $panel; &.-up { display: block; } }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._prompt = ""
        self._hint = ""
        self._text = ""
        self._caret = 0
        self._longest = LONGEST
        self._complaint = ""

    @property
    def up(self) -> bool:
        """True while it is there."""
        return self.has_class("-up")

    @property
    def text(self) -> str:
        """What was typed."""
        return self._text

    @property
    def caret(self) -> int:
        """How many characters are before the caret."""
        return self._caret

    def hint(self, hint: str) -> None:
        """Show another hint beside the text."""
        self._hint = hint
        self._lay_out()

    def complain(self, reason: str) -> None:
        """Say above the line why what was typed cannot be used, until something else is typed."""
        self._complaint = one_line(reason, LONGEST_COMPLAINT)
        self._lay_out()

    def put(self, text: str, *, replacing: int = 0) -> None:
        """Put text at the caret, in place of the last `replacing` characters before it."""
        self._text = self._text[: self._caret - replacing] + self._text[self._caret :]
        self._caret -= replacing
        self._put(text)
        self._lay_out()

    def ask(self, prompt: str, text: str, hint: str, longest: int = LONGEST) -> None:
        """Begin to edit `text`, the caret at its end; `longest` is how many characters it may have."""
        self._prompt, self._hint, self._longest, self._complaint = prompt, hint, longest, ""
        self._text = one_line(text, longest)
        self._caret = len(self._text)
        self.add_class("-up")
        self._lay_out()

    def take_down(self) -> None:
        """Stop editing."""
        self.remove_class("-up")

    def feed(self, key: Key) -> Typed:
        """Edit by one key."""
        if key.key == "enter":
            return Typed.ENTERED
        if key.key == "escape":
            return Typed.LEFT
        before, self._complaint = self._text, ""
        if key.is_printable and key.character:
            self._put(key.character)
        elif key.key in _EDITS:
            self._text, self._caret = _EDITS[key.key](self._text, self._caret)
        else:
            return Typed.NOTHING
        self._lay_out()
        return Typed.MOVED if self._text == before else Typed.CHANGED

    def paste(self, text: str) -> None:
        """Put pasted text in, made one printable line."""
        self._put(one_line(text, self._longest))
        self._lay_out()

    def _put(self, text: str) -> None:
        text = text[: self._longest - len(self._text)]
        self._text = self._text[: self._caret] + text + self._text[self._caret :]
        self._caret += len(text)

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        if not self.is_attached:
            return
        width = self.screen.size.width  # the line's own is not known before it is first up
        prompt = f" {self._prompt} "
        room = max(4, width - cell_len(prompt) - 1)
        # What is shown is cut before it is measured: a pasted answer may have thousands of characters.
        before, under = self._text[max(0, self._caret - room) : self._caret], self._text[self._caret :][:1] or " "
        while cell_len(before) + cell_len(under) > room:
            before = before[1:]
        after = self._text[self._caret + 1 :][:room]
        spare = room - cell_len(before) - cell_len(under) - cell_len(after) - 2
        hint = self._hint if cell_len(self._hint) <= spare else ""
        padding = " " * max(0, spare - cell_len(hint) + 1)
        above = wrapped(self._complaint, width - 2) if self._complaint else []
        above = above[: max(1, self.screen.size.height // 2)]
        self.styles.height = len(above) + 1
        typed = line((prompt, "key"), before, (under, "cursor"), after, padding, (hint, "quiet"))
        self.show([*(line((f" {row}", "bad")) for row in above), typed])


def _word_back(text: str, caret: int) -> tuple[str, int]:
    kept = text[:caret].rstrip()
    kept = kept[: kept.rfind(" ") + 1]
    return kept + text[caret:], len(kept)


_EDITS: dict[str, Callable[[str, int], tuple[str, int]]] = {
    "left": lambda text, caret: (text, max(0, caret - 1)),
    "right": lambda text, caret: (text, min(len(text), caret + 1)),
    "home": lambda text, _: (text, 0),
    "end": lambda text, _: (text, len(text)),
    "backspace": lambda text, caret: (text[: max(0, caret - 1)] + text[caret:], max(0, caret - 1)),
    "delete": lambda text, caret: (text[:caret] + text[caret + 1 :], caret),
    "ctrl+w": _word_back,
    "ctrl+u": lambda text, caret: (text[caret:], 0),
    "ctrl+k": lambda text, caret: (text[:caret], caret),
}
_EDITS |= {"ctrl+a": _EDITS["home"], "ctrl+e": _EDITS["end"], "ctrl+h": _EDITS["backspace"]}
