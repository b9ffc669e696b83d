"""Leaving a run: one that goes on is asked about first, and ctrl+c pauses it before it stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key
from textual.message import Message

from maker_engine.core.commands import Pause
from maker_tui.screens.going_on import GoingOn
from maker_tui.widgets.leave_bar import BACKGROUND, STAY, STOP, LeaveBar

if TYPE_CHECKING:
    from maker_tui.runs.bridge import RunSource


class Leaving(GoingOn):
    """A workbench that is left. Its subclass yields the row in which that is asked, and shows that it is saving."""

    class Left(Message):
        """The run is to be closed; in the `background` it goes on."""

        def __init__(self, *, background: bool = False) -> None:
            super().__init__()
            self.background = background

    def __init__(self, source: RunSource) -> None:
        super().__init__(source)
        self._leaving = False
        self._leave = LeaveBar(id="leave")

    def show_saving(self) -> None:
        """Show that the run is being saved."""
        raise NotImplementedError

    @property
    def _goes_on(self) -> bool:
        """Whether this app drives the run, and something would be lost to a hasty key."""
        source = self._source
        return source.live and source.writer is None and not self._over and source.view() is not None

    def typed(self, event: Key) -> bool:
        """Give a key to the row that is up."""
        if not self._leave.up:
            return super().typed(event)
        chosen = self._leave.feed(event)
        if chosen == STOP:
            self.action_stop_and_save()
        elif chosen == BACKGROUND:
            self.action_leave_running()
        elif chosen == STAY:
            self.action_stay()
        return True

    def action_leave(self) -> None:
        """Leave; of a run that goes on ask what is to become of it."""
        if self._goes_on and not self._leaving and not self._leave.up:
            self._leave.ask()
        else:
            self.action_stop_and_save()

    def interrupt(self) -> None:
        """Pause the run, and ask what is to become of it; the second time, or where it has ended, leave."""
        if not self._goes_on or self._leaving or self._leave.up:
            self.action_stop_and_save()
            return
        self._source.send(Pause())
        self._leave.ask(interrupted=True)

    def action_stay(self) -> None:
        """Do not leave."""
        self._leave.take_down()

    def action_stop_and_save(self) -> None:
        """Leave; whoever opened the run closes it, which may take until its last calls are hung up."""
        self._go(background=False)

    def action_leave_running(self) -> None:
        """Leave the run to another process, which goes on with it."""
        self._go(background=True)

    def _go(self, *, background: bool) -> None:
        if not self._leaving:
            self._leaving = True
            self._leave.take_down()
            self.show_saving()
            self.post_message(self.Left(background=background))
