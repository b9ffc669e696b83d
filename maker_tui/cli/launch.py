"""Opens the app in the terminal, and says why not where there is none."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.output import complain, complain_at_length
from maker_tui.terminal.hangup import CONTINUE, HUNG_UP, INTERRUPTED, STOP, Attendance
from maker_tui.text.statuses import BAD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maker_engine.core.decomposition import AnyTask
    from maker_engine.runtime.order import PreparedRun
    from maker_tui.app import MakerApp
    from maker_tui.runs.bridge import LiveRun, RunSource
    from maker_tui.settings.memory import Memory

SHOW = "maker sessions show describes a session"
SCREEN_FAILED = "the screen failed"
"""Why a run was stopped whose app ended by an error of its own."""


def open_home(*, mouse: bool = True) -> int:
    """Open the app on its home screen; return the exit status."""
    _need_terminal("maker run … --headless works without one")
    from maker_tui.app import MakerApp  # noqa: PLC0415 - only an app pays for importing Textual

    return _attended(MakerApp(), mouse=mouse)


def open_view(path: Path, family: type[AnyTask] | None = None, *, mouse: bool = True) -> int:
    """Open the app on a run that another process drives, to look on; return the exit status."""
    _need_terminal(SHOW)
    from maker_engine.sessions.queries.saved import open_saved  # noqa: PLC0415 - start-up
    from maker_tui.runs.following import FollowedRun  # noqa: PLC0415 - start-up

    return _shown(FollowedRun(open_saved(path, family)), mouse=mouse)


def open_session(opened: Callable[[Memory], RunSource], view: str, step: int | None, *, mouse: bool = True) -> int:
    """Open the app on a saved session; return the exit status.

    Args:
        opened: Opens it, given what the app remembers; called where there is a terminal.
        view: The view to open, "" for the workbench.
        step: The step to show, 0-based; None for where the run is now.
        mouse: Whether the app takes the mouse.
    """
    _need_terminal(SHOW)
    from maker_tui.settings.memory import Memory  # noqa: PLC0415 - start-up

    return _shown(opened(Memory()), view, step, mouse=mouse)


def _shown(source: RunSource, view: str = "", step: int | None = None, *, mouse: bool) -> int:
    from maker_tui.app import MakerApp  # noqa: PLC0415 - only an app pays for importing Textual

    return _attended(MakerApp(source, view=view, step=step), mouse=mouse)


def _show(app: MakerApp, *, mouse: bool) -> None:
    """Run the app to its end, which may be an error of its own; no such error reaches the run."""
    try:
        app.run(mouse=mouse and app.config.mouse)
    except Exception as error:  # noqa: BLE001 - whatever it is
        from maker_tui.terminal.crash import report  # noqa: PLC0415 - hopefully never

        app.fault = error
        complain_at_length(report(error))


def _attended(app: MakerApp, *, mouse: bool) -> int:
    with Attendance(app, STOP) as attendance:
        try:
            _show(app, mouse=mouse)
            if app.fault is not None:
                app.stop_run(SCREEN_FAILED)
        finally:
            app.close_source()  # a run that was started from the form
    _say_papers(app)
    if app.fault is not None:
        return _crashed(app.started)
    if attendance.signal_received is None:
        return 0
    return HUNG_UP if attendance.signal_received == signal.SIGHUP else INTERRUPTED


def _say_papers(app: MakerApp) -> None:
    """Say what became of the papers of a run that was started from the form."""
    view = None if app.started is None or app.started.out is None else app.started.view()
    if view is not None and (view.papers is not None or view.papers_fault):
        from maker_engine.output import say  # noqa: PLC0415 - few runs write papers
        from maker_tui.cli.headless import papers_line  # noqa: PLC0415 - start-up

        say(papers_line(view))


def open_run(prepared: PreparedRun, on_hangup: str, *, mouse: bool = True) -> int:
    """Open the app on a live run; return the exit status of the run, which may continue without the terminal.

    An app that fails never ends with 0.
    """
    _need_terminal("add --headless")
    from maker_tui.app import MakerApp  # noqa: PLC0415 - start-up
    from maker_tui.runs.bridge import LiveRun  # noqa: PLC0415 - start-up

    run = LiveRun(prepared)
    return _driven(MakerApp(run), run, on_hangup, mouse=mouse)


def _driven(app: MakerApp, run: LiveRun, on_hangup: str, *, mouse: bool) -> int:

    with Attendance(app, on_hangup) as attendance:
        run.start()
        try:
            _show(app, mouse=mouse)
            run = app.started or run  # a fork of it, perhaps
            if app.fault is not None:
                attendance.alone = on_hangup == CONTINUE
                _without_screen(run, alone=attendance.alone)
            elif attendance.alone:
                run.outlast()
        finally:
            run.close()
    return _concluded(run, app)


def _without_screen(run: LiveRun, *, alone: bool) -> None:
    """Stop a run whose screen has failed, or let it continue to its own end."""
    from maker_engine.core.record.commands import Stop  # noqa: PLC0415 - hopefully never

    if not alone:
        run.send(Stop(SCREEN_FAILED))
        return
    complain("the run continues without its screen; ctrl+c stops and saves it")
    run.outlast(SCREEN_FAILED)


def _concluded(run: LiveRun, app: MakerApp) -> int:
    """Print what has come of a run; return the exit status."""
    from maker_tui.cli.headless import conclude  # noqa: PLC0415 - start-up

    if run.crash is not None:
        raise run.crash
    if run.error is not None:
        raise InputError(run.error)
    view = run.view()
    if view is None:
        return BAD_INPUT if app.fault is None else _crashed(None)
    status = conclude(view, branch=run.branch)
    return status if app.fault is None else _crashed(run)


def _crashed(run: LiveRun | None) -> int:
    """Say how to continue the run of an app that failed; return the exit status."""
    from maker_tui.terminal.crash import CRASHED, resume_line  # noqa: PLC0415 - hopefully never

    view = None if run is None else run.view()
    if view is not None and view.snapshot.outcome in (Outcome.STOPPED, Outcome.OUT_OF_BUDGET, None):
        complain_at_length(resume_line(view.session))
    return CRASHED


def _need_terminal(mend: str) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise InputError(f"the app needs a terminal: {mend}")
