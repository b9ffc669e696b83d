"""Looking at a run as it goes: as often as its screen can show it, and as long as that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.parts.maker_screen import backed_up
from maker_tui.parts.messages import NotStarted
from maker_tui.runs.signals import Signals

if TYPE_CHECKING:
    from pathlib import Path

    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView

POLL_S = 1 / 12
"""Often enough to look live, seldom enough for a slow link."""


class RunWatch:
    """Shows every new view of a run, and why it could not be driven.

    Args:
        screen: Posts `NotStarted` for a run that could not be started.
        source: The run.
        show: Shows a view.
        show_broken: Shows why the run could not be driven.

    Attributes:
        view: The latest view, None before the first.
        over: Nothing more is to be shown, since the run was left.
    """

    def __init__(
        self,
        screen: MakerScreen,
        source: RunSource,
        show: Callable[[RunView], None],
        show_broken: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._source = source
        self._show = show
        self._show_broken = show_broken
        self._signals = Signals()
        self._broken = False
        self.view: RunView | None = None
        self.over = False

    @property
    def session(self) -> Path | None:
        """The session's file, None before the run has begun."""
        return None if self.view is None else self.view.session

    def begin(self) -> None:
        """Look now, and from now on."""
        self._look()
        self._screen.set_interval(POLL_S, self._look)

    def _look(self) -> None:
        if self.over or backed_up(self._screen.app):
            return
        view = self._source.view()
        if view is not None and view is not self.view:
            self.view = view
            self._show(view)
        if self._source.error is not None and not self._broken:
            self._broken = True
            if self.view is None:
                self._screen.post_message(NotStarted(self._source.error))
            self._show_broken(self._source.error)

    def tell_terminal(self, view: RunView) -> None:
        """Set the terminal's title, and call someone where there is news."""
        app = self._screen.app
        if isinstance(app, ConfiguredApp):
            app.tell_terminal(self._signals.news(view, live=self._source.live, now=monotonic()))
