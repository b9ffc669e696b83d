"""The bridge to the engine: a run lives in a worker thread with its own loop; views come out, commands go in."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Protocol

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import MakerError
from maker_engine.core.forecasting.outlook import Expected
from maker_engine.core.record.commands import Command, Stop
from maker_engine.core.record.values import fits
from maker_engine.models.families import by_family
from maker_engine.runtime.adapting import later
from maker_engine.runtime.order import PreparedRun, drive
from maker_engine.runtime.order_models import real_models
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView, result_fields
from maker_engine.sessions.queries.inspection import temperature_of
from maker_engine.sessions.queries.saved import SavedRun
from maker_engine.sessions.store.record import whole
from maker_tui.terminal.hangup import WENT_AWAY

CLOSE_S = 10.0
"""A run has this long to write its last state when it is asked to stop."""
LOOK_S = 0.5
"""A run without a screen is examined this often."""


class RunSource(Protocol):
    """Where a workbench gets its run from: a live one or a saved one."""

    @property
    def task(self) -> AnyTask:
        """The task, which draws and describes its states."""

    @property
    def live(self) -> bool:
        """True for a run that this app drives."""

    @property
    def writer(self) -> int | None:
        """The other process that drives the run; None when this one does, or no one."""

    @property
    def branch(self) -> int:
        """Which run of its session it is, 0 for the first."""

    @property
    def ended(self) -> bool:
        """True when nothing more will happen."""

    @property
    def error(self) -> str | None:
        """Why the run could not be driven, in one line; None when nothing is wrong."""

    def view(self) -> RunView | None:
        """Return the latest view, None before the first. Cheap, and safe in any thread."""

    def send(self, command: Command) -> None:
        """Send a command to the run."""

    def close(self) -> None:
        """Stop and save."""


class LiveRun:
    """A run driven in a worker thread. The thread never waits for the screen: it leaves its latest view to be read.

    Attributes:
        saved: The run that it continues from, None for a new one.
        out: Folder for the task's papers, None for none.
        loads: It asks a real model, so that LiteLLM is loaded before its first view.
    """

    live = True
    writer = None

    def __init__(self, prepared: PreparedRun) -> None:
        self.task = prepared.task
        self.error: str | None = None
        self.crash: BaseException | None = None
        self.saved = prepared.saved
        self.loads = bool(real_models(prepared.order))
        self.branch = 0 if prepared.saved is None else prepared.saved.branch
        self.out = prepared.order.out
        self._prepared = prepared
        self._inbox = Inbox()
        self._view: RunView | None = None
        self._thread = threading.Thread(target=self._work, name="maker-engine", daemon=True)

    @property
    def ended(self) -> bool:
        """True when the worker thread is through."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def start(self) -> None:
        """Start the run."""
        self._thread.start()

    def view(self) -> RunView | None:
        """Return the latest view."""
        return self._view

    def send(self, command: Command) -> None:
        """Put a command into the run's inbox."""
        self._inbox.send(command)

    def close(self) -> None:
        """Stop the run and wait until it is saved."""
        if self._thread.is_alive():
            self.send(Stop())
            self._thread.join(CLOSE_S)

    def outlast(self, reason: str = WENT_AWAY) -> None:
        """Wait until the run has ended by itself. One that waits for a person is stopped for `reason`: no one comes."""
        while self._thread.is_alive():
            snapshot = None if self._view is None else self._view.snapshot
            if snapshot is not None and (snapshot.paused or snapshot.question is not None):
                self.send(Stop(reason))
            self._thread.join(LOOK_S)

    def _work(self) -> None:
        try:
            self._view = asyncio.run(drive(self._prepared, self._inbox, self._show))
        except MakerError as error:
            self.error = str(error)
        except BaseException as error:  # noqa: BLE001 - the screen has to hear of a bug before the thread dies
            self.error = f"internal error: {type(error).__name__}: {error}"
            self.crash = error

    def _show(self, view: RunView) -> None:
        self._view = view


class SavedSource:
    """A saved session at its end."""

    live = False
    writer = None
    ended = True
    error = None

    def __init__(self, saved: SavedRun) -> None:
        self.task = saved.task
        self.branch = saved.branch
        self._view = view_of(saved)

    def view(self) -> RunView | None:
        """Return the session's final view."""
        return self._view

    def send(self, command: Command) -> None:
        """Do nothing: a saved run takes no commands."""

    def close(self) -> None:
        """Nothing is open."""


def view_of(saved: SavedRun, steps_per_s: float = 0.0) -> RunView:
    """Return the view of a saved run as it is now."""
    order, totals = saved.order, saved.run.totals
    timeout: Any = order.get("timeout_s")
    limited = order.get("limit_usd") is not None or order.get("limit_tokens") is not None
    return RunView(
        saved.snapshot, saved.elapsed_s, steps_per_s, saved.path, whole(order, "max_tokens", 0),
        timeout_s=float(timeout) if fits(timeout, float) else 0.0, adjustments=saved.adjustments,
        temperature=temperature_of(order, saved.adjustments, saved.voters),
        answered_by=by_family(saved.answered) or saved.run.answered_by,
        limit_is_estimate=limited and totals.tokens_estimated > 0,
        forecast=later(saved.run, Expected(k_from="as recorded", independent=saved.task.independent)),
        **result_fields(saved.task, saved.state, saved.run),
    )  # fmt: skip
