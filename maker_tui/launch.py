"""Opens the app in the terminal, and says why not where there is none."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import say_text
from maker_tui.hangup import HUNG_UP, INTERRUPTED, STOP, Attendance

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.decomposition import AnyTask
    from maker_engine.runtime.order import PreparedRun
    from maker_tui.app import MakerApp
    from maker_tui.bridge import LiveRun


def open_home(*, mouse: bool = True) -> int:
    """Open the app on its home screen; return the exit status."""
    _need_terminal("maker run … --headless works without one")
    from maker_tui.app import MakerApp  # noqa: PLC0415 - only an app pays for importing Textual

    return _attended(MakerApp(), mouse=mouse)


def open_view(path: Path, family: type[AnyTask] | None = None, *, mouse: bool = True) -> int:
    """Open the app on a run that another process drives, to look on; return the exit status."""
    _need_terminal("maker sessions show tells how it stands")
    from maker_engine.sessions.saved import open_saved  # noqa: PLC0415
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.following import FollowedRun  # noqa: PLC0415

    return _attended(MakerApp(FollowedRun(open_saved(path, family))), mouse=mouse)


def _attended(app: MakerApp, *, mouse: bool) -> int:
    with Attendance(app, STOP) as attendance:
        try:
            app.run(mouse=mouse and app.config.mouse)
        finally:
            app.close_source()  # a run that was started from the form
    if attendance.heard is None:
        return int(_crashed(app))
    return HUNG_UP if attendance.heard == signal.SIGHUP else INTERRUPTED


def open_run(prepared: PreparedRun, on_hangup: str, *, mouse: bool = True) -> int:
    """Open the app on a live run; return the exit status of the run, which may go on without the terminal.

    An app that fails never ends with 0.
    """
    _need_terminal("add --headless")
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.bridge import LiveRun  # noqa: PLC0415

    run = LiveRun(prepared)
    return _driven(MakerApp(run), run, on_hangup, mouse=mouse)


def _driven(app: MakerApp, run: LiveRun, on_hangup: str, *, mouse: bool) -> int:
    from maker_tui.headless import BAD_INPUT, exit_status, report  # noqa: PLC0415

    with Attendance(app, on_hangup) as attendance:
        run.start()
        try:
            app.run(mouse=mouse and app.config.mouse)
            run = app.started or run  # a fork of it, perhaps
            if attendance.alone:
                run.outlast()
        finally:
            run.close()
    if run.crash is not None:
        raise run.crash
    if run.error is not None:
        raise InputError(run.error)
    view = run.view()
    if view is None:
        return BAD_INPUT
    say_text(report(view))
    return exit_status(view) or int(_crashed(app))


def _crashed(app: MakerApp) -> bool:
    """Tell whether the app itself has failed, which is no success, whatever the run has come to."""
    return app.return_code not in (None, 0)


def _need_terminal(mend: str) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise InputError(f"the app needs a terminal: {mend}")
