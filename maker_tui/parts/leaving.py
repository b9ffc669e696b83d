"""Leaving a run: one that goes on is asked about first, and ctrl+c pauses it before it stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.events import Key

from maker_engine.core.commands import Pause
from maker_tui.parts.messages import RunLeft
from maker_tui.widgets.leave_bar import BACKGROUND, STAY, STOP, LeaveBar

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.run_control import RunControl
    from maker_tui.runs.bridge import RunSource


class Leaving:
    """Asks what is to become of a run, and tells the app.

    Args:
        screen: Posts `RunLeft`.
        source: The run.
        control: Knows whether it is over.
        show_saving: Shows that the run is being saved.

    Attributes:
        bar: The row that asks.
        left: The run was left.
    """

    def __init__(
        self, screen: MakerScreen, source: RunSource, control: RunControl, show_saving: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._source = source
        self._control = control
        self._show_saving = show_saving
        self.bar = LeaveBar(id="leave")
        self.left = False

    @property
    def _goes_on(self) -> bool:
        """Whether this app drives the run, and something would be lost to a hasty key."""
        source = self._source
        return source.live and source.writer is None and not self._control.over and source.view() is not None

    def typed(self, event: Key) -> bool:
        """Give a key to the row, where it is up."""
        if not self.bar.up:
            return False
        chosen = self.bar.feed(event)
        if chosen == STOP:
            self.action_stop_and_save()
        elif chosen == BACKGROUND:
            self.action_leave_running()
        elif chosen == STAY:
            self.action_stay()
        return True

    def action_leave(self) -> None:
        """Leave; of a run that goes on ask what is to become of it."""
        if self._goes_on and not self.left and not self.bar.up:
            self.bar.ask()
        else:
            self.action_stop_and_save()

    def interrupt(self) -> None:
        """Pause the run, and ask what is to become of it; the second time, or where it has ended, leave."""
        if not self._goes_on or self.left or self.bar.up:
            self.action_stop_and_save()
            return
        self._source.send(Pause())
        self.bar.ask(interrupted=True)

    def action_stay(self) -> None:
        """Do not leave."""
        self.bar.take_down()

    def action_stop_and_save(self) -> None:
        """Leave; whoever opened the run closes it, which may take until its last calls are hung up."""
        self._go(background=False)

    def action_leave_running(self) -> None:
        """Leave the run to another process, which goes on with it."""
        self._go(background=True)

    def _go(self, *, background: bool) -> None:
        if not self.left:
            self.left = True
            self.bar.take_down()
            self._show_saving()
            self._screen.post_message(RunLeft(background=background))
