"""The app: themes, screens, and what leads from one to the other. What a screen shows is the screen's business."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import constants
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import get_current_worker

from maker_engine.core.errors import MakerError, UntrustedError
from maker_engine.output import complain_at_length
from maker_tui.resuming_app import ResumingApp
from maker_tui.screens.home import Home, Listing
from maker_tui.session_opener import SessionOpener
from maker_tui.terminal.cell_diff import CellDiff

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.commands import Command
    from maker_engine.runtime.order import PreparedRun
    from maker_engine.sessions.library.library import Library, SessionSummary
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.fork_wish import ForkWish
    from maker_tui.screens.compare import Compare
    from maker_tui.screens.forks import Forks
    from maker_tui.screens.leaving import Leaving
    from maker_tui.screens.new_run import NewRun, Speed
    from maker_tui.screens.planning import Planning
    from maker_tui.screens.stepping import Stepping

SWITCH_S = 0.001
"""With Python's 5 ms between threads, a busy engine thread makes a key wait 33 ms for its paint; with 1 ms, 11."""
IDLE_S = 0.5
"""After so long on the home screen its picture is there, and nobody waits for what is loaded."""
ESCAPE_S = 0.025
"""How long the escape key waits to see whether it begins a longer sequence; Textual's 100 ms are felt."""


def screen_of(source: RunSource, view: str = "", step: int | None = None) -> Screen[None]:
    """Return the screen that shows a run: with its question and document where its task asks persons.

    Args:
        source: The run.
        view: The view of the workbench to open, "" for none.
        step: The step to show, 0-based; None for where the run stands.
    """
    from maker_tui.screens.workbench import Workbench  # noqa: PLC0415 - home does not need it

    if source.task.converses and not view and step is None:
        from maker_tui.screens.conversation import Conversation  # noqa: PLC0415

        return Conversation(source)
    workbench = Workbench(source)
    if step is not None:
        workbench.call_after_refresh(workbench.go_to, step)
    if view:
        workbench.call_after_refresh(workbench.action_look, view)
    return workbench


class MakerApp(ResumingApp, CellDiff):
    """The workbench for one terminal.

    Attributes:
        started: The run that was started in the app last, None for none.
        fault: The error of its own that ended the app, None where none has.

    Args:
        source: A run to start on, None for the home screen.
        view: The view of it to open, one of `Looking`'s; "" for none.
        step: The step of it to show, 0-based; None for where it stands.
        stay: Go to the home screen when that run is left, instead of ending.
        listing: Reads the saved sessions.
        speed: Says how many samples a second this machine draws in a run, None to measure it.
    """

    TITLE = "maker"
    ENABLE_COMMAND_PALETTE = True
    # Textual reads the stylesheet of every screen but the default one.
    CSS_PATH = ["app.tcss", "screens/home.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", show=False, priority=True, tooltip="quit; a run that goes on is saved"),
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
        self._speed = speed
        self._source = source
        self._at = view, step
        self.fault: Exception | None = None
        self._stay = stay or source is None
        self._listing = listing or self._saved_sessions
        self._library: Library | None = None
        self._looked_at = (0, 0)
        self._one_closer = threading.Lock()
        self._opener = SessionOpener(self, self._open, self.refuse)

    def get_driver_class(self) -> type[Driver]:
        """Drive a terminal that may die, unless the environment names a driver."""
        if constants.DRIVER is not None:
            return super().get_driver_class()
        from maker_tui.terminal.driver import MortalDriver  # noqa: PLC0415 - an app without a terminal needs none

        return MortalDriver

    def _saved_sessions(self) -> list[SessionSummary]:
        from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - the first picture does not wait for SQLite

        self._library = self._library or Library()
        return self._library.list(self._tell_looked_at)

    def _tell_looked_at(self, done: int, total: int) -> None:
        self._looked_at = done, total

    def get_default_screen(self) -> Screen[None]:
        """Home lies below every other screen."""
        return Home(self._listing, lambda: self._looked_at)

    def on_mount(self) -> None:
        """Make the app answer at once beside a busy engine, and open the run it was started on."""
        sys.setswitchinterval(SWITCH_S)
        setattr(constants, "ESCAPE_DELAY", ESCAPE_S)  # noqa: B010 - Final, for want of a way to set it
        if self._source is not None:
            self._open(self._source, *self._at)
        else:
            self.set_timer(IDLE_S, self._load_form)
        self.tell_troubles()

    def _load_form(self) -> None:
        """Load what the form needs while the home screen is looked at, so that its first opening is as quick as any."""
        self.run_worker(partial(importlib.import_module, "maker_tui.screens.new_run"), thread=True, group="load")

    def _open(self, source: RunSource, view: str = "", step: int | None = None, *, instead: bool = False) -> None:
        """Show a run, `instead` of the one that is shown."""
        self._source = source
        screen = screen_of(source, view, step)
        if instead:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def on_home_new_run_asked(self, message: Home.NewRunAsked) -> None:
        """Show the form, filled in where there is a run to order once more; reading that takes a moment."""
        if message.like is None:
            self.show_form({})
        else:
            reading = partial(self._opener.read_like, message.like, self.show_form)
            self.run_worker(reading, thread=True, exclusive=True, group="open")

    def show_form(self, values: Mapping[str, str], error: str = "") -> None:
        """Show the new-run form with `values` in its fields, and an error to mend where there is one."""
        from maker_tui.screens.new_run import NewRun, measured_speed  # noqa: PLC0415 - home does not need it

        self.push_screen(NewRun(values, error=error, speed=self._speed or measured_speed))

    def on_home_plan_asked(self) -> None:
        """Plan a run."""
        self.show_plan({})

    def show_plan(self, values: Mapping[str, str]) -> None:
        """Show the plan screen with `values` in its fields."""
        from maker_tui.screens.planning import Planning  # noqa: PLC0415 - home does not need it

        self.push_screen(Planning(values))

    def on_planning_run_planned(self, message: Planning.RunPlanned) -> None:
        """Put the plan into the form that it was opened from, or into a new one."""
        from maker_tui.screens.new_run import NewRun  # noqa: PLC0415 - home does not need it

        self.pop_screen()
        if isinstance(self.screen, NewRun):
            self.call_later(self.screen.fill, message.values)
        else:
            self.show_form(message.values)

    def on_new_run_plan_asked(self, message: NewRun.PlanAsked) -> None:
        """Plan the run that is being ordered."""
        self.show_plan(message.values)

    def on_home_compare_asked(self, message: Home.CompareAsked) -> None:
        """Compare two sessions, the newest run of each; that takes a moment, so in a thread."""
        self._compare((message.left, None), (message.right, None))

    def on_forks_compare_asked(self, message: Forks.CompareAsked) -> None:
        """Compare two runs of a session."""
        self._compare((message.path, message.left), (message.path, message.right))

    def _compare(self, left: tuple[Path, int | None], right: tuple[Path, int | None]) -> None:
        self.run_worker(partial(self._opener.read_compared, left, right), thread=True, exclusive=True, group="open")

    def on_compare_run_asked(self, message: Compare.RunAsked) -> None:
        """Open one of two runs that were compared, at a step."""
        reading = partial(self.read_session, message.path, message.branch, "inspector", message.step)
        self.run_worker(reading, thread=True, exclusive=True, group="open")

    def on_home_demo_asked(self) -> None:
        """Start the demo; looking its order over takes a moment, so in a thread."""
        self.run_worker(self._demo, thread=True, exclusive=True, group="open")

    def _demo(self) -> None:
        from maker_tui.runs.demo import prepare_demo  # noqa: PLC0415 - home does not need it

        prepared = prepare_demo()
        if not get_current_worker().is_cancelled:
            self.call_from_thread(self.start_prepared, prepared)

    def on_new_run_ordered(self, message: NewRun.Ordered) -> None:
        """Start the run that was ordered, over the form: it is there again should the run not start."""
        self.start_prepared(message.prepared)

    def start_prepared(self, prepared: PreparedRun, first: Command | None = None) -> None:
        """Start a run and show it, in the place of the one that is shown; `first` is wished of it before it goes."""
        from maker_tui.runs.bridge import LiveRun  # noqa: PLC0415 - home does not need it

        run = self.started = LiveRun(prepared)
        if first is not None:
            run.send(first)
        run.start()
        self._open(run, instead=hasattr(self.screen, "source"))

    def ask_trust(self, error: UntrustedError, path: Path, asked: str, work: Callable[[], None]) -> None:
        """Ask whether a session from elsewhere may use what it names; do the work if it may."""
        from maker_tui.screens.consent import Consent  # noqa: PLC0415 - few sessions come from elsewhere

        agreed = partial(self.run_worker, work, thread=True, exclusive=True, group="open")
        self.push_screen(Consent(error, path, asked, agreed))

    def on_home_session_asked(self, message: Home.SessionAsked) -> None:
        """Open a session; reading it takes a moment, so in a thread."""
        reading = partial(self.read_session, message.summary.path, view=message.view)
        self.run_worker(reading, thread=True, exclusive=True, group="open")

    def on_home_forks_asked(self, message: Home.ForksAsked) -> None:
        """Show all runs of a session."""
        self.run_worker(partial(self._opener.read_forks, message.summary), thread=True, exclusive=True, group="open")

    def on_forks_run_asked(self, message: Forks.RunAsked) -> None:
        """Open one run of a session."""
        self.run_worker(
            partial(self.read_session, message.path, message.branch), thread=True, exclusive=True, group="open"
        )

    def read_session(
        self, path: Path, branch: int | None = None, view: str = "", step: int | None = None, *, instead: bool = False
    ) -> None:
        """Read a session in this thread, and show it, `instead` of the run that is shown."""
        self._opener.read(path, branch, view, step, instead=instead)

    def on_stepping_fork_asked(self, message: Stepping.ForkAsked) -> None:
        """Close the run that is open, fork it, and go on with the fork; all of it takes a moment, so in a thread."""
        self.run_worker(partial(self._fork, message.wish), thread=True, exclusive=True, group="leave")

    def _fork(self, wish: ForkWish) -> None:
        from maker_tui.runs.forking import forked  # noqa: PLC0415 - nobody else needs it

        self.stop_run(f"forked at step {wish.step + 1:,}")
        self.close_source()
        try:
            prepared = forked(wish)
        except UntrustedError as error:
            self.read_session(wish.path, wish.branch, instead=True)
            agreed = partial(self._fork, replace(wish, trusted=True))
            self.call_from_thread(self.ask_trust, error, wish.path, f"fork {{}} --at {wish.step + 1}", agreed)
            return
        except MakerError as error:
            self.read_session(wish.path, wish.branch, instead=True)
            self.call_from_thread(self.refuse, f"it cannot be forked: {error}")
            return
        self.call_from_thread(self.start_prepared, prepared)

    def on_leaving_left(self, message: Leaving.Left) -> None:
        """Close the run that is left; it may take a moment to be saved, so in a thread."""
        work = self.leave_running if message.background else self._leave
        self.run_worker(work, thread=True, exclusive=True, group="leave")

    def _leave(self) -> None:
        source = self._source
        view = None if source is None else source.view()
        self.close_source()
        self.call_from_thread(self.go_home, None if view is None else view.session)

    def leave_unstarted(self) -> None:
        """End an app that was opened on a run which does not start: the terminal has room for the whole reason."""
        if not self._stay and getattr(self._source, "ended", False):
            self.exit()

    def go_home(self, session: Path | None = None) -> None:
        """Leave the run that is shown: to where it was opened, on the home screen to `session`; or out of the app."""
        if not self._stay:
            self.exit()
            return
        from maker_tui.runs.signals import News  # noqa: PLC0415
        from maker_tui.screens.compare import Compare  # noqa: PLC0415
        from maker_tui.screens.forks import Forks  # noqa: PLC0415 - home does not need it

        self.tell_terminal(News(self.TITLE))
        home = self.screen_stack[0]
        if isinstance(home, Home) and session is not None:
            home.point_at(session)
        while len(self.screen_stack) > 1 and not isinstance(self.screen, Forks | Compare):
            self.pop_screen()

    def close_source(self) -> None:
        """Stop and save the run that is open, if there is one. May be called from any thread, and again."""
        with self._one_closer:  # whoever comes second waits until the run is saved
            source, self._source = self._source, None
            if source is not None:
                source.close()

    def stop_run(self, reason: str) -> None:
        """Tell the run that is open, if there is one, to end, and do not wait. May be called from any thread."""
        source = self._source
        if source is not None:
            from maker_engine.core.commands import Stop  # noqa: PLC0415 - home does not need it

            source.send(Stop(reason))

    def leave(self) -> None:
        """Take the screen down and leave the run as it is. May be called from any thread, and before the app runs."""
        with suppress(RuntimeError):  # the app's loop is closed: it has left already
            self.call_later(self.exit)  # by a message: an app that exits before its first screen is there fails

    async def action_quit(self) -> None:
        """Quit; a run that goes on is stopped and saved first."""
        self.run_worker(self._quit, thread=True, exclusive=True, group="leave")

    def _quit(self) -> None:
        self.close_source()
        self.call_from_thread(self.exit)

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
