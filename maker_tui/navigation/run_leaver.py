"""The ways out of a run: back to where it was opened, into the background, or because it did not start."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.actions import SkipAction
from textual.widgets import Input

from maker_engine.core.errors import MakerError
from maker_engine.printable import one_line
from maker_tui.runs.background import go_on_alone
from maker_tui.runs.resuming import AT_ITS_END, session_name
from maker_tui.runs.signals import News
from maker_tui.screens.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from maker_tui.navigation.open_run import OpenRun
    from maker_tui.navigation.run_resumer import RunWays
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.parts.messages import NotStarted

LEFT_RUNNING = "left running in the background"
"""Why a run was stopped that another process continues."""


@runtime_checkable
class Interruptible(Protocol):
    """A screen with a run, which ctrl+c pauses and then stops."""

    def interrupt(self) -> None:
        """Take ctrl+c."""


@runtime_checkable
class Form(Protocol):
    """A screen on which a run was ordered."""

    def refuse_start(self, reason: str) -> None:
        """Say why the run could not be started."""


class RunLeaver:
    """Leaves runs.

    Args:
        app: The app.
        opened: The run that is open.
        ways: Show a session, or refuse something.
        stay: Go to the home screen when the run is left, instead of ending the app.
    """

    def __init__(self, app: ConfiguredApp, opened: OpenRun, ways: RunWays, *, stay: bool) -> None:
        self._app = app
        self._opened = opened
        self._ways = ways
        self._stay = stay

    def leave(self) -> None:
        """Close the run that is open, and go back. To be called in a thread: it may take a moment to be saved."""
        session = self._opened.session
        self._opened.close()
        self._app.call_from_thread(self._go_home, session)

    def _go_home(self, session: Path | None = None) -> None:
        """Leave the run that is shown: to where it was opened, on the home screen to `session`; or out of the app."""
        if not self._stay:
            self._app.exit()
            return

        self._app.tell_terminal(News(str(self._app.TITLE)))
        home = self._app.screen_stack[0]
        if isinstance(home, Home) and session is not None:
            home.point_at(session)
        while len(self._app.screen_stack) > 1 and not getattr(self._app.screen, "RETURNS_HERE", False):
            self._app.pop_screen()

    def back_to_order(self, message: NotStarted) -> None:
        """Go back to where a run was ordered that could not be started: to its form as it was, or to its session."""
        form = next((one for one in reversed(self._app.screen_stack) if isinstance(one, Form)), None)
        saved = None if self._opened.started is None else self._opened.started.saved
        if form is None and saved is None:
            if not self._stay and getattr(self._opened.source, "ended", False):
                self._app.exit()  # the terminal has room for the whole reason
            return  # else its one line is in the banner
        self._opened.started = self._opened.source = None
        if form is not None:
            while self._app.screen is not cast("object", form):
                self._app.pop_screen()
            form.refuse_start(message.reason)
        elif saved is not None:
            self._ways.refuse(message.reason, "not started")
            reading = partial(self._ways.read_session, saved.path, saved.branch, instead=True)
            self._app.run_worker(reading, thread=True, exclusive=True, group="open")

    def leave_running(self) -> None:
        """Stop and save the run that is open, and leave it to a process of its own. To be called in a thread."""
        source = self._opened.source
        self._opened.stop(LEFT_RUNNING)
        self._opened.close()
        view = None if source is None else source.view()
        if source is None or view is None or view.snapshot.outcome in AT_ITS_END:
            self._app.call_from_thread(self._go_home)
            return
        try:
            process = go_on_alone(view.session, source.branch, self._opened.out_of(view.session))
        except MakerError as error:
            words = f"it is stopped and saved, not running: {error}"
            self._app.call_from_thread(self._ways.refuse, words, "not left running")
            self._ways.read_session(view.session, source.branch, instead=True)
            return
        self._app.call_from_thread(self._go_home)
        self._app.call_from_thread(self._tell_process, session_name(view.session), process)

    def _tell_process(self, name: str, process: int | None) -> None:
        if process is None:
            words = f"{name} ended at once: enter opens it"
            self._app.notify(one_line(words), title="not left running", markup=False)
        else:
            words = f"process {process} continues {name}; kill {process} stops and saves it"
            self._app.notify(one_line(words), title="left running", markup=False, timeout=12)

    def interrupt(self) -> None:
        """Pause the run that is open, and stop it the second time; without one, say how to quit."""
        found = next((one for one in reversed(self._app.screen_stack) if isinstance(one, Interruptible)), None)
        if found is None:
            if isinstance(self._app.focused, Input):
                raise SkipAction  # it copies there
            self._app.action_help_quit()
            return
        while self._app.screen is not cast("object", found):
            self._app.pop_screen()
        found.interrupt()
