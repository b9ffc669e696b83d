"""The footer: the keys of the screen, made from its bindings; each can be clicked.

Textual's own footer is a widget a key and is composed again whenever the focus moves; this is one row of cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.message import Message

from maker_tui.settings.keymap import Keymap, active_bindings
from maker_tui.text.roles import line
from maker_tui.widgets.line_view import LineView

_KEY_NAMES = {
    "question_mark": "?", "colon": ":", "slash": "/", "escape": "esc", "full_stop": ".", "plus": "+", "minus": "-",
    "less_than_sign": "<", "greater_than_sign": ">", "equals_sign": "=", "comma": ",", "at": "@",
    "ampersand": "&", "exclamation_mark": "!",
}  # fmt: skip


MENU = "app.command_palette"
"""The way to all that finds no place: in a narrow window it is the last to go."""


class Key(NamedTuple):
    """One entry: the key as it is written, what it does, and the action behind it."""

    label: str
    words: str
    action: str

    @property
    def cells(self) -> int:
        """Its width, with the space around it."""
        return len(self.label) + len(self.words) + 3


class KeyBar(LineView):
    """Shows keys in order of importance; those at the end go first when the window is narrow.

    Args:
        bindings: What it shows, as `keys_of` picks them; with the keys that the user has given them.
    """

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; }
    """

    class Chosen(Message):
        """An entry was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, bindings: Iterable[Binding], *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown = tuple(bindings)
        self._count = ""
        self._spans: list[tuple[int, int, Key]] = []

    def offer(self, bindings: Iterable[Binding]) -> None:
        """Show other keys."""
        if (shown := tuple(bindings)) != self._shown:
            self._shown = shown
            self._lay_out()

    def echo(self, count: str) -> None:
        """Show the count that is being typed at the right edge, empty for none."""
        if count != self._count:
            self._count = count
            self._lay_out()

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    @property
    def _width(self) -> int:
        return self.size.width

    def _lay_out(self) -> None:
        self._spans = []
        parts: list[str | tuple[str, str]] = []
        at = 0
        typed = f" {self._count} " if self._count else ""
        room = self._width - len(typed)
        for key in fitting([_entry(one) for one in active_bindings(self._shown, self.app)], room):
            self._spans.append((at, at + key.cells, key))
            parts += [(f" {key.label}", "key"), f" {key.words} "]
            at += key.cells
        if typed:
            parts += [" " * max(0, room - at), (typed, "cursor")]
        self.show([line(*parts) if parts else Text()])

    def on_click(self, event: Click) -> None:
        """Do what the clicked entry says."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                event.stop()
                self.post_message(self.Chosen(key.action))


def fitting(keys: Sequence[Key], width: int) -> list[Key]:
    """Return the first keys that fit into `width` cells, and the menu among them, as long as there is room for it."""
    menu = next((key for key in keys if key.action == MENU), None)
    fit: list[Key] = []
    room = width
    for key in keys:
        if key.cells > room:
            break
        fit.append(key)
        room -= key.cells
    while menu is not None and menu not in fit and menu.cells <= width:
        if menu.cells <= room:
            return [*fit, menu]
        room += fit.pop().cells
    return fit


def _entry(binding: Binding) -> Key:
    return Key(label_of(binding), binding.description, binding.action)


def keys_of(bindings: Iterable[BindingType]) -> list[Binding]:
    """Pick the bindings of a screen that its footer shows."""
    return [binding for binding in bindings if isinstance(binding, Binding) and binding.show]


def named(bindings: Iterable[BindingType], names: Iterable[str]) -> list[Binding]:
    """Pick bindings by the second half of their names, in the order of `names`; a name that there is not is left out.

    Args:
        bindings: Those of a screen.
        names: Such as "step-back"; every binding of that name is picked.
    """
    known = [one for one in bindings if isinstance(one, Binding)]
    return [one for name in names for one in known if name_of(one) == name]


def name_of(binding: Binding) -> str:
    """Return the second half of a binding's name, empty for none."""
    return (binding.id or "").rpartition(".")[2]


def label_of(binding: Binding, *, every: bool = False) -> str:
    """Write a binding's key as a person types it: its first key, or `every` key."""
    if binding.key_display:
        return binding.key_display
    names = [_written(key) for key in binding.key.split(",")]
    return " ".join(names) if every else names[0]


def key_now(app: App[Any], action: str, usual: str) -> str:
    """Write the first key that the user has given an action, as a sentence on the screen names it."""
    keymap: Keymap = app._keymap  # noqa: SLF001 - as in `in_force`
    return _written(keymap.get(action, usual).split(",")[0])


def _written(key: str) -> str:
    return _KEY_NAMES.get(key, key.replace("ctrl+", "^"))
