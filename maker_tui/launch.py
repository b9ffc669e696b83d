"""Opens the app in the terminal, and says why not where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.runtime.order import PreparedRun


def open_home() -> int:
    """Open the app on its home screen; return the exit status."""
    _need_terminal("maker run … --headless works without one")
    from maker_tui.app import MakerApp  # noqa: PLC0415 - only an app pays for importing Textual

    app = MakerApp()
    try:
        app.run()
    finally:
        app.close_source()  # a run that was started from the form
    return 0


def open_run(prepared: PreparedRun) -> int:
    """Open the app on a live run; return the exit status of the run."""
    _need_terminal("add --headless")
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.bridge import LiveRun  # noqa: PLC0415
    from maker_tui.headless import BAD_INPUT, exit_status, report  # noqa: PLC0415

    run = LiveRun(prepared)
    run.start()
    try:
        MakerApp(run).run()
    finally:
        run.close()
    if run.crash is not None:
        raise run.crash
    if run.error is not None:
        raise InputError(run.error)
    view = run.view()
    if view is None:
        return BAD_INPUT
    sys.stdout.write(report(view))
    return exit_status(view)


def open_view(path: Path, family: type[AnyTask] | None = None) -> int:
    """Open the app on a run that another process drives, to look on."""
    _need_terminal("maker sessions show tells how it stands")
    from maker_engine.sessions.saved import open_saved  # noqa: PLC0415
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.following import FollowedRun  # noqa: PLC0415

    MakerApp(FollowedRun(open_saved(path, family))).run()
    return 0


def _need_terminal(mend: str) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise InputError(f"the app needs a terminal: {mend}")
