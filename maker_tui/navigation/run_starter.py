"""Starting runs: one that was ordered, the demo, a fork; each takes the place of the run that is open."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from maker_engine.core.errors import MakerError, UntrustedError
from maker_engine.runtime.continuing import fork, prepare_resume
from maker_tui.runs.bridge import LiveRun
from maker_tui.runs.demo import prepare_demo
from maker_tui.runs.pricing import with_prices

if TYPE_CHECKING:
    from maker_engine.core.record.commands import Command
    from maker_tui.navigation.open_run import OpenRun
    from maker_tui.navigation.run_resumer import RunWays
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.runs.fork_request import ForkRequest
    from maker_tui.runs.prepared import PreparedRun


class RunStarter:
    """Starts runs.

    Args:
        app: The app.
        opened: The run that is open.
        ways: Show a session, or refuse something.
        show: Shows a run; takes whether it is to take the place of the one that is shown.
    """

    def __init__(self, app: ConfiguredApp, opened: OpenRun, ways: RunWays, show: Callable[..., None]) -> None:
        self._app = app
        self._opened = opened
        self._ways = ways
        self._show = show

    def start(self, prepared: PreparedRun, first: Command | None = None) -> None:
        """Start a run and show it, in the place of the one that is shown; `first` is asked of it before it goes."""
        run = self._opened.started = LiveRun(prepared)
        if first is not None:
            run.send(first)
        run.start()
        self._show(run, instead=hasattr(self._app.screen, "source"))

    def start_demo(self) -> None:
        """Start the demo. To be called in a thread: looking its order over takes a moment."""
        prepared = prepare_demo()
        if not get_current_worker().is_cancelled:
            self._app.call_from_thread(self.start, prepared)

    def fork(self, request: ForkRequest) -> None:
        """Close the run that is open, fork it, and continue with the fork. To be called in a thread."""
        self._opened.stop(f"forked at step {request.step + 1:,}")
        self._opened.close()
        try:
            prepared = _forked(request)
        except UntrustedError as error:
            self._ways.read_session(request.path, request.branch, instead=True)
            agreed = partial(self.fork, replace(request, trusted=True))
            self._app.call_from_thread(
                self._ways.ask_trust, error, request.path, f"fork {{}} --at {request.step + 1}", agreed
            )
            return
        except MakerError as error:
            self._ways.read_session(request.path, request.branch, instead=True)
            self._app.call_from_thread(self._ways.refuse, f"it cannot be forked: {error}")
            return
        self._app.call_from_thread(self.start, prepared)


def _forked(request: ForkRequest) -> PreparedRun:
    """Add the fork to its session, whose run must be closed, and make it ready.

    Raises:
        InputError: A change cannot be used, or there is no such step.
        UntrustedError: The session came from elsewhere, and names what the user has not agreed to.
        SessionError: The session cannot be written.
    """
    changes = with_prices(request.path, request.branch, request.changes)
    number = fork(
        request.path, request.step, changes, branch=request.branch, voter=getpass.getuser(), note=request.note,
        prompt=request.prompt, family=request.family, trusted=request.trusted,
    )  # fmt: skip
    here = {"apart": True, "attended": True, "breaks": request.breaks}
    return prepare_resume(request.path, here, request.family, number, trusted=request.trusted)
