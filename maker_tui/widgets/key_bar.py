"""The footer: the keys of the screen, made from its bindings; each can be clicked.

Textual's own footer is a widget a key and is composed anew whenever the focus moves; this is one row of cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.message import Message

from maker_tui.roles import line
from maker_tui.widgets.line_view import LineView

_KEY_NAMES = {"question_mark": "?", "colon": ":", "slash": "/", "escape": "esc", "full_stop": "."}


class Key(NamedTuple):
    """One entry: the key as it is written, what it does, and the action behind it."""

    label: str
    words: str
    action: str


class KeyBar(LineView):
    """Shows keys in order of importance; those at the end go first when the window is narrow."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; }
    """

    class Chosen(Message):
        """An entry was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, keys: Iterable[Key], *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._keys = tuple(keys)
        self._spans: list[tuple[int, int, Key]] = []

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        self._spans = []
        parts: list[str | tuple[str, str]] = []
        at = 0
        for key in self._keys:
            width = len(key.label) + len(key.words) + 3
            if at + width > self.size.width:
                break
            self._spans.append((at, at + width, key))
            parts += [(f" {key.label}", "key"), f" {key.words} "]
            at += width
        self.show([line(*parts) if parts else Text()])

    def on_click(self, event: Click) -> None:
        """Do what the clicked entry says."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                event.stop()
                self.post_message(self.Chosen(key.action))


def keys_of(bindings: Iterable[BindingType]) -> list[Key]:
    """Make the footer's entries from a screen's bindings."""
    return [
        Key(label_of(binding), binding.description, binding.action)
        for binding in bindings
        if isinstance(binding, Binding) and binding.show
    ]


def label_of(binding: Binding, *, every: bool = False) -> str:
    """Write a binding's key as a person types it: its first key, or `every` key."""
    if binding.key_display:
        return binding.key_display
    names = [_KEY_NAMES.get(key, key.replace("ctrl+", "^")) for key in binding.key.split(",")]
    return " ".join(names) if every else names[0]
