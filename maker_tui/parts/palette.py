"""The command palette: every command of the screen by name, with the key that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.theme import ThemeProvider

from maker_tui.settings.keymap import active_bindings, bindings_of
from maker_tui.widgets.key_bar import MENU, label_of


class Palette(CommandPalette):
    """A palette whose page keys do nothing while its list has no place on the screen: there Textual's fail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page('page_down')", "next page", show=False),
        Binding("pageup", "page('page_up')", "page before", show=False),
    ]

    def action_page(self, action: str) -> None:
        """Turn a page of the list."""
        found = self.query_one(CommandList)
        if found.scrollable_content_region and (found.highlighted or 0) < found.option_count:
            getattr(found, f"action_{action}")()


class Commands(SystemCommandsProvider):
    """Lists the commands in the order of the help screen, nearest first, and finds them by name."""

    async def discover(self) -> Hits:
        """List all."""
        for name, words, act, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(name, act, help=words)


def commands(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Offer what has a key on `screen`: of the screen itself, of what has the focus there, and of the app."""
    seen: set[str] = set()
    for owner in (screen, screen.focused, app):
        bindings = () if owner is None else active_bindings(bindings_of(type(owner)), app)
        for binding in fresh(bindings, seen):
            act = partial(app.run_action, binding.action, owner)
            words = f"{binding.tooltip or binding.description} ({label_of(binding)})"
            yield SystemCommand(binding.description.capitalize(), words, act)


def fresh(bindings: Iterable[Binding], seen: set[str]) -> Iterator[Binding]:
    """Leave out the palette itself, and what another key does as well."""
    for binding in bindings:
        if binding.description not in seen and binding.action != MENU:
            seen.add(binding.description)
            yield binding


def theme_palette() -> Palette:
    """Make a palette of the themes."""
    return Palette(providers=[ThemeProvider], placeholder="Search for themes…")
