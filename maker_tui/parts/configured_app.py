"""An app that is as its user left it: their keys, theme and layout; and the ways out of its screen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from maker_engine.printable import one_line
from maker_tui.settings.config import load
from maker_tui.settings.keymap import NamedKeys
from maker_tui.settings.memory import Memory
from maker_tui.settings.themes import ANSI, DARK, THEMES
from maker_tui.terminal.sequences import call
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.notifications import Notify

    from maker_engine.core.record.model_check import ModelCheck
    from maker_tui.runs.signals import News

THEME = "theme"
"""What the theme is remembered by."""
MANY_COLOURS = frozenset({"256", "truecolor"})
"""The colour systems of a terminal, as Rich finds them, that show the colours of every theme."""


def _commands() -> type[Provider]:
    from maker_tui.parts.palette import Commands  # noqa: PLC0415 - Textual's palette takes as long to load as a screen

    return Commands


class ConfiguredApp(NamedKeys, App[None]):
    """Reads the configuration, and what is remembered, and keeps to both.

    Attributes:
        noticed: The check of a model that the user was shown last, None for none.
    """

    COMMANDS = {_commands}

    def __init__(self) -> None:
        self.colourless = bool(os.environ.get("NO_COLOR"))
        if not self.colourless:
            os.environ.pop("NO_COLOR", None)  # an empty one asks for nothing, but Textual would take the colours away
        super().__init__(ansi_color=True if self.colourless else None)
        self.config, self._config_trouble = load()
        self.memory = Memory()
        self.noticed: ModelCheck | None = None
        for theme in THEMES:
            self.register_theme(theme)
        if self.colourless:
            self.theme = ANSI.name
        elif "TEXTUAL_THEME" not in os.environ:
            self.theme = first_theme(self)
        self.animation_level = "none"
        self.set_keymap(dict(self.config.keys))

    def tell_troubles(self) -> None:
        """Say in one line each what of the settings could not be used."""
        words = "\n".join(one_line(one, 400) for one in (self._config_trouble, self.memory.trouble) if one)
        if words:
            self.notify(words, title="settings", severity="warning", markup=False, timeout=12)

    def on_notify(self, event: Notify) -> None:
        """Put a toast in the place of the one under the same title: a small window has room for few."""
        for before in list(self._notifications):
            if before.title == event.notification.title:
                self._unnotify(before, refresh=False)

    def remember(self, name: str, value: object) -> None:
        """Remember a value until the next start; say so where it cannot be."""
        before = self.memory.trouble
        self.memory.keep(name, value)
        if self.memory.trouble != before:
            self.tell_troubles()

    def action_change_theme(self) -> None:
        """Choose a theme, unless there are to be no colours at all."""
        if self.colourless:
            self.notify("NO_COLOR is set: there is one theme, without colours", markup=False)
        else:
            from maker_tui.parts.palette import theme_palette  # noqa: PLC0415 - start-up

            self.push_screen(theme_palette())

    def action_command_palette(self) -> None:
        """Open the palette, unless one is open, be it below another screen."""
        from maker_tui.parts.palette import Palette  # noqa: PLC0415 - start-up

        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette())  # without Textual's id for it: one that was just closed may still have that

    def watch_theme(self, name: str) -> None:
        """Remember a theme that was chosen."""
        if self.is_running and not self.colourless and "TEXTUAL_THEME" not in os.environ:
            self.remember(THEME, name)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer everything that has a key, and nothing else."""
        from maker_tui.parts.palette import commands  # noqa: PLC0415 - start-up

        yield from commands(self, screen)

    def to_terminal(self, sequence: str) -> None:
        """Write an escape sequence past the screen; nothing where there is no terminal."""
        if self._driver is not None and sequence:
            self._driver.write(sequence)

    def tell_terminal(self, news: News) -> None:
        """Set the terminal's title, and call someone, as far as the configuration has it."""
        show = getattr(self._driver, "show_title", None)
        if show is not None and news.title is not None and self.config.title:
            show(news.title)
        if news.call:
            self.to_terminal(call(news.call, bell=self.config.bell, notify=self.config.notify))

    async def on_line_pane_copy_asked(self, message: LinePane.CopyAsked) -> None:
        """Copy, and say where to."""
        from maker_tui.terminal.clipboard import copy  # noqa: PLC0415 - not before it is asked for

        where = await copy(message.text, self.to_terminal)
        self.notify(where, title="copied", markup=False, timeout=5)

    def action_save_view(self) -> None:
        """Write what the screen shows, and how it looks, into files beside the session."""
        from maker_tui.terminal.views import ViewSaver  # noqa: PLC0415 - start-up: not before it is asked for

        ViewSaver(self).save()


def first_theme(app: ConfiguredApp) -> str:
    """Return the theme to begin with: the user's, or one that fits; below 256 colours ours would turn into greys."""
    remembered = app.memory.recall(THEME)
    known = isinstance(remembered, str) and remembered in app.available_themes
    fitting = DARK.name if app.console.color_system in MANY_COLOURS else ANSI.name
    return app.config.theme or (str(remembered) if known else fitting)
