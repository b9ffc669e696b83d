"""Rolling back in the app: what it will do is asked about once, then the run is closed and the world put back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from maker_engine.core.errors import MakerError, UntrustedError
from maker_engine.runtime.rollback import plan_rollback, roll_back

if TYPE_CHECKING:
    from maker_engine.runtime.rollback import Rollback
    from maker_tui.navigation.open_run import OpenRun
    from maker_tui.navigation.run_resumer import RunWays
    from maker_tui.navigation.screen_opener import ScreenOpener
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.parts.messages import RollbackAsked

SHOWN_S = 20.0
"""Seconds for which the digest is shown."""


class RunRoller:
    """Rolls sessions back.

    Args:
        app: The app.
        opened: The run that is open.
        opener: Asks.
        ways: Show a session, or refuse something.
    """

    def __init__(self, app: ConfiguredApp, opened: OpenRun, opener: ScreenOpener, ways: RunWays) -> None:
        self._app = app
        self._opened = opened
        self._opener = opener
        self._ways = ways

    def ask(self, asked: RollbackAsked) -> None:
        """Find out what it would do, and ask. To be called in a thread."""
        try:
            plan = plan_rollback(asked.path, asked.step, asked.branch, asked.family)
        except MakerError as error:
            self._app.call_from_thread(self._ways.refuse, str(error), "nothing is put back")
            return
        source = self._opened.source
        live = source is not None and source.live and not source.ended and source.writer is None
        changes = "" if plan.scope is None or not plan.scope.writes else plan.scope.target
        agreed = partial(self._work, plan)
        self._app.call_from_thread(self._opener.put_back, plan.step, plan.description, changes, agreed, live=live)

    def _work(self, plan: Rollback) -> None:
        self._app.notify(f"it will {plan.description}", title="rolling back …", markup=False)
        work = partial(self._roll_back, plan, trusted=False)
        self._app.run_worker(work, thread=True, exclusive=True, group="leave")

    def _roll_back(self, plan: Rollback, *, trusted: bool) -> None:
        """Close the run that is open, put the world back, and show the fork that begins there."""
        self._opened.stop(f"rolled back to step {plan.step + 1:,}")
        self._opened.close()
        allow = () if plan.scope is None else (str(plan.scope),)  # the question that was answered is the consent
        try:
            plan = plan_rollback(plan.path, plan.step, plan.branch, type(plan.task))  # the run may have gone further
            found = roll_back(plan, allow, trusted=trusted)
        except UntrustedError as error:
            self._ways.read_session(plan.path, plan.branch, instead=True)
            agreed = partial(self._roll_back, plan, trusted=True)
            asked = f"rollback {{}} --at {plan.step + 1}"
            self._app.call_from_thread(self._ways.ask_trust, error, plan.path, asked, agreed)
            return
        except MakerError as error:
            self._ways.read_session(plan.path, plan.branch, instead=True)
            self._app.call_from_thread(self._ways.refuse, str(error), "nothing is put back")
            return
        self._ways.read_session(plan.path, plan.branch if found.fork is None else found.fork, instead=True)
        title = f"rolled back to step {plan.step + 1:,}"
        self._app.call_from_thread(partial(self._app.notify, found.words, title=title, markup=False, timeout=SHOWN_S))
