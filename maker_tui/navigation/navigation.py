"""The ways of the app from screen to screen, and the run that it has open on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from maker_engine.core.errors import UntrustedError
from maker_engine.printable import one_line
from maker_tui.navigation.open_run import OpenRun
from maker_tui.navigation.screen_opener import ScreenOpener

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.record.commands import Command
    from maker_tui.navigation.run_leaver import RunLeaver
    from maker_tui.navigation.run_resumer import RunResumer
    from maker_tui.navigation.run_roller import RunRoller
    from maker_tui.navigation.run_starter import RunStarter
    from maker_tui.navigation.session_opener import SessionOpener
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.prepared import PreparedRun, Speed

LONG_S = 20.0
"""An error that needs a longer explanation is shown for so long."""


class Navigation:
    """Shows runs and sessions.

    Args:
        app: The app.
        source: The run that is open, None for none.
        stay: Go to the home screen when that run is left, instead of ending the app.
        speed: Says how many samples a second this machine draws in a run, None to measure it.

    Attributes:
        opened: The run that is open.
        opener: Opens screens.
    """

    def __init__(self, app: ConfiguredApp, source: RunSource | None, *, stay: bool, speed: Speed | None) -> None:
        self._app = app
        self.opened = OpenRun(source)
        self.opener = ScreenOpener(app, speed)
        self._stay = stay or source is None

    # Each of these loads what it needs when it is first wanted; the home screen needs none of it.

    @cached_property
    def sessions(self) -> SessionOpener:
        """What reads sessions; to be asked for in a thread."""
        from maker_tui.navigation.session_opener import SessionOpener  # noqa: PLC0415 - start-up: see above

        return SessionOpener(self._app, self.show, self.refuse)

    @cached_property
    def starter(self) -> RunStarter:
        """What starts runs."""
        from maker_tui.navigation.run_starter import RunStarter  # noqa: PLC0415 - start-up: see above

        return RunStarter(self._app, self.opened, self, self.show)

    @cached_property
    def roller(self) -> RunRoller:
        """What rolls runs back."""
        from maker_tui.navigation.run_roller import RunRoller  # noqa: PLC0415 - start-up: see above

        return RunRoller(self._app, self.opened, self.opener, self)

    @cached_property
    def resumer(self) -> RunResumer:
        """What continues runs."""
        from maker_tui.navigation.run_resumer import RunResumer  # noqa: PLC0415 - start-up: see above

        return RunResumer(self._app, self.opened, self)

    @cached_property
    def leaver(self) -> RunLeaver:
        """What leaves runs."""
        from maker_tui.navigation.run_leaver import RunLeaver  # noqa: PLC0415 - start-up: see above

        return RunLeaver(self._app, self.opened, self, stay=self._stay)

    def work(self, work: Callable[[], None], group: str = "open") -> None:
        """Do what takes a moment in a thread, instead of what was begun before in the same group."""
        self._app.run_worker(work, thread=True, exclusive=True, group=group)

    def show(self, source: RunSource, view: str = "", step: int | None = None, *, instead: bool = False) -> None:
        """Show a run, `instead` of the one that is shown."""
        self.opened.source = source
        screen = self.opener.run(source, view, step)
        if instead:
            self._app.switch_screen(screen)
        else:
            self._app.push_screen(screen)

    def show_form(self, values: Mapping[str, str], error: str = "") -> None:
        """Show the new-run form with `values` in its fields, and an error to fix where there is one."""
        self.opener.form(values, error)

    def start_prepared(self, prepared: PreparedRun, first: Command | None = None) -> None:
        """Start a run and show it, in the place of the one that is shown; `first` is asked of it before it goes."""
        self.starter.start(prepared, first)

    def read_session(
        self, path: Path, branch: int | None = None, view: str = "", step: int | None = None, *, instead: bool = False
    ) -> None:
        """Read a session in this thread, and show it, `instead` of the run that is shown."""
        self.sessions.read(path, branch, view, step, instead=instead)

    def start_demo(self) -> None:
        """Start the demo. To be called in a thread: looking its order over takes a moment."""
        self.starter.start_demo()

    def read_like(self, path: Path) -> None:
        """Read in this thread what a session's run was ordered with, and show the form filled in like that."""
        self.sessions.read_like(path, self.show_form)

    def ask_trust(self, error: UntrustedError, path: Path, asked: str, work: Callable[[], None]) -> None:
        """Ask whether a session from elsewhere may use what it names; do the work if it may."""
        self.opener.consent(error, path, asked, partial(self.work, work))

    def refuse(self, reason: str, heading: str = "cannot be opened") -> None:
        """Say why something cannot be done."""
        self._app.notify(one_line(reason), title=heading, severity="error", markup=False, timeout=LONG_S)
