"""The app: its screens, and what leads from one to the other. What a screen shows is the screen's business."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import constants
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from maker_engine.output import complain_at_length
from maker_tui.navigation.navigation import Navigation
from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.screens.home import Home, LibraryListing, Listing
from maker_tui.terminal.cell_diff import CellDiff

if TYPE_CHECKING:
    from maker_tui.parts.messages import (
        CompareAsked,
        ForkAsked,
        NotStarted,
        ResumeAsked,
        RollbackAsked,
        RunLeft,
        SessionAsked,
    )  # fmt: skip
    from maker_tui.runs.bridge import LiveRun, RunSource
    from maker_tui.runs.prepared import Speed
    from maker_tui.screens.new_run import NewRun

SWITCH_S = 0.001
"""With Python's 5 ms between threads, a busy engine thread makes a key wait 33 ms for its paint; with 1 ms, 11."""
IDLE_S = 0.5
"""After so long on the home screen its picture is there, and no one waits for what is loaded."""
ESCAPE_S = 0.025
"""How long the escape key waits to see whether it begins a longer sequence; Textual's 100 ms are felt."""
LONG_S = 20.0
"""An error that needs a longer explanation is shown for so long."""


class MakerApp(ConfiguredApp, CellDiff):
    """The workbench for one terminal.

    Attributes:
        navigation: Leads from screen to screen; `opener` opens the screens that are opened from others.
        close_source, stop_run: `OpenRun.close` and `OpenRun.stop` of the run that is open.
        fault: The error of its own that ended the app, None where none has.

    Args:
        source: A run to start on, None for the home screen.
        view: The view of it to open, one of `Looking`'s; "" for none.
        step: The step of it to show, 0-based; None for where it is now.
        stay: Go to the home screen when that run is left, instead of ending.
        listing: Reads the saved sessions.
        speed: Says how many samples a second this machine draws in a run, None to measure it.
    """

    TITLE = "maker"
    ENABLE_COMMAND_PALETTE = True
    # Textual reads the stylesheet of every screen but the default one.
    CSS_PATH = ["app.tcss", "screens/home.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", show=False, priority=True, tooltip="quit; a run in progress is saved"),
        Binding(
            "W", "save_view", "save view", show=False, tooltip="write this view to files, as text and as a picture"
        ),
        Binding("ctrl+c", "interrupt", "interrupt", show=False, priority=True,
                tooltip="pause the run, and stop it the second time"),
        Binding("ctrl+t", "change_theme", "theme", show=False, tooltip="choose a theme; it is remembered"),
    ]  # fmt: skip
    KEY_SCOPE = "app"

    def __init__(
        self,
        source: RunSource | None = None,
        *,
        view: str = "",
        step: int | None = None,
        stay: bool = False,
        listing: Listing | None = None,
        speed: Speed | None = None,
    ) -> None:
        super().__init__()
        self._at = view, step
        self.fault: Exception | None = None
        self._library = LibraryListing()
        self._listing = listing or self._library
        self.navigation = Navigation(self, source, stay=stay, speed=speed)
        self.opener = self.navigation.opener
        self.close_source, self.stop_run = self.navigation.opened.close, self.navigation.opened.stop

    @property
    def started(self) -> LiveRun | None:
        """The run that was started in the app last, None for none."""
        return self.navigation.opened.started

    def get_driver_class(self) -> type[Driver]:
        """Drive a terminal that may die, unless the environment names a driver."""
        if constants.DRIVER is not None:
            return super().get_driver_class()
        from maker_tui.terminal.driver import MortalDriver  # noqa: PLC0415 - an app without a terminal needs none

        return MortalDriver

    def get_default_screen(self) -> Screen[None]:
        """Home lies below every other screen."""
        return Home(self._listing, lambda: self._library.progress)

    def on_mount(self) -> None:
        """Make the app answer at once beside a busy engine, and open the run it was started on."""
        sys.setswitchinterval(SWITCH_S)
        setattr(constants, "ESCAPE_DELAY", ESCAPE_S)  # noqa: B010 - Final, for want of a way to set it
        if self.navigation.opened.source is not None:
            self.navigation.show(self.navigation.opened.source, *self._at)
        else:
            self.set_timer(IDLE_S, self._load_form)
        self.tell_troubles()

    def _load_form(self) -> None:
        """Load what the form needs while the home screen is examined, so that its first opening is as quick as any."""
        self.run_worker(partial(importlib.import_module, "maker_tui.screens.new_run"), thread=True, group="load")

    def on_home_new_run_asked(self, message: Home.NewRunAsked) -> None:
        """Show the form, filled in where there is a run to order once more; reading that takes a moment."""
        if message.like is None:
            self.navigation.show_form({})
        else:
            self.navigation.work(partial(self.navigation.read_like, message.like))

    def on_session_asked(self, message: SessionAsked) -> None:
        """Open a session."""
        self.navigation.work(
            partial(self.navigation.read_session, message.path, message.branch, message.view, message.step)
        )

    def on_compare_asked(self, message: CompareAsked) -> None:
        """Compare two runs."""
        self.navigation.work(lambda: self.navigation.sessions.read_compared(message.left, message.right))

    def on_home_forks_asked(self, message: Home.ForksAsked) -> None:
        """Show all runs of a session."""
        self.navigation.work(lambda: self.navigation.sessions.read_forks(message.summary))

    def on_home_demo_asked(self) -> None:
        """Start the demo."""
        self.navigation.work(self.navigation.start_demo)

    def on_new_run_ordered(self, message: NewRun.Ordered) -> None:
        """Start the run that was ordered, over the form: it is there again should the run not start."""
        self.navigation.start_prepared(message.prepared)

    def on_resume_asked(self, message: ResumeAsked) -> None:
        """Go on with a saved run."""
        self.navigation.resumer.resume(message.request)

    def on_fork_asked(self, message: ForkAsked) -> None:
        """Close the run that is open, fork it, and continue with the fork."""
        self.navigation.work(lambda: self.navigation.starter.fork(message.request), "leave")

    def on_rollback_asked(self, message: RollbackAsked) -> None:
        """Ask whether the world is to be put back, and put it back."""
        self.navigation.work(lambda: self.navigation.roller.ask(message))

    def on_run_left(self, message: RunLeft) -> None:
        """Close the run that is left."""
        self.navigation.work(
            self.navigation.leaver.leave_running if message.background else self.navigation.leaver.leave, "leave"
        )

    def on_not_started(self, message: NotStarted) -> None:
        """Go back to where a run was ordered that could not be started."""
        self.navigation.leaver.back_to_order(message)

    def leave(self) -> None:
        """Take the screen down and leave the run as it is. May be called from any thread, and before the app runs."""
        with suppress(RuntimeError):  # the app's loop is closed: it has left already
            self.call_later(self.exit)  # by a message: an app that exits before its first screen is there fails

    async def action_quit(self) -> None:
        """Quit; a run under way is stopped and saved first."""

        def close() -> None:
            self.navigation.opened.close()
            self.call_from_thread(self.exit)

        self.navigation.work(close, "leave")

    def action_interrupt(self) -> None:
        """Pause the run that is open, and stop it the second time; without one, say how to quit."""
        self.navigation.leaver.interrupt()

    def _handle_exception(self, error: Exception) -> None:
        """End by the first error; what others follow from it are no news."""
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without Textual's own report, which prints the values of local variables."""
        self.bell()
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Say in a few lines what went wrong, once the terminal is in order."""
        if self.fault is None:
            super()._print_error_renderables()
            return
        from maker_tui.terminal.crash import report  # noqa: PLC0415 - hopefully never

        self._exit_renderables.clear()
        complain_at_length(report(self.fault))
