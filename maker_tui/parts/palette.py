"""The command palette: every command of the screen by name, with the key that does it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hits
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.events import Click, Mount
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.theme import ThemeProvider

from maker_tui.settings.keymap import active_bindings, bindings_of
from maker_tui.widgets.key_bar import MENU, label_of

_SEARCH = CommandPalette._GATHER_COMMANDS_GROUP  # noqa: SLF001 - what closing a palette cancels


class Palette(CommandPalette):
    """A palette that can be closed while it searches, and whose page keys do nothing while its list has no place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page('page_down')", "next page", show=False),
        Binding("pageup", "page('page_up')", "page before", show=False),
    ]

    def on_mount(self, event: Mount) -> None:
        """Leave Textual's setting up alone where it was closed before it was up."""
        if self not in self.app.screen_stack:
            event.prevent_default()

    def on_click(self, event: Click) -> None:
        """Leave a click alone that is on nothing: the terminal has become smaller meanwhile."""
        try:
            self.get_widget_at(event.screen_x, event.screen_y)
        except NoWidget:
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Do nothing any more once the list has been taken down: keys may still come in while the palette closes."""
        return bool(self.query(CommandList)) and super().check_action(action, parameters)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it, once: what was chosen a second time meanwhile would close the screen below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_page(self, action: str) -> None:
        """Turn a page of the list; where it has no place, Textual's own keys fail."""
        found = self.query_one(CommandList)
        if found.scrollable_content_region and (found.highlighted or 0) < found.option_count:
            getattr(found, f"action_{action}")()

    @work(exclusive=True, group=_SEARCH)
    async def _gather_commands(self, search_value: str) -> None:
        """Search as Textual does, and no further once the list has been taken down: there Textual's fails."""
        search = inspect.unwrap(super()._gather_commands)
        with suppress(NoMatches):
            await search(self, search_value)


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
