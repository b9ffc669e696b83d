"""Going on with stopped runs: what is asked first, what is read, and who drives it from then on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from maker_engine.core.errors import InputError, MakerError, UntrustedError
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.sessions.store.exhausted_limit import shortage_in
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import bring_up
from maker_tui.runs.opening import answered, consider, remember
from maker_tui.runs.resuming import Resumption, parse_changes
from maker_tui.screens.run_code import RunCode

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.record.commands import Command
    from maker_engine.sessions.store.exhausted_limit import Shortage
    from maker_tui.navigation.open_run import OpenRun
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.runs.opening import Opening
    from maker_tui.runs.prepared import PreparedRun


@runtime_checkable
class AsksLines(Protocol):
    """A screen on which a line can be typed."""

    def ask_line(self, prompt: str, text: str, hint: str, hear: Callable[[str], None]) -> None:
        """Let a line be typed, `text` offered in it; `hear` is called with what is entered."""


class RunWays(Protocol):
    """What becomes of a run that was read; the app has these ways."""

    def start_prepared(self, prepared: PreparedRun, first: Command | None = None) -> None:
        """Start a run and show it; `first` is asked of it before it goes."""

    def read_session(
        self, path: Path, branch: int | None = None, view: str = "", step: int | None = None, *, instead: bool = False
    ) -> None:
        """Read a session in this thread, and show it, `instead` of the run that is shown."""

    def ask_trust(self, error: UntrustedError, path: Path, asked: str, work: Callable[[], None]) -> None:
        """Ask whether a session from elsewhere may use what it names; do the work if it may."""

    def refuse(self, reason: str, heading: str = "cannot be opened") -> None:
        """Say why something cannot be done."""


class RunResumer:
    """Goes on with saved runs.

    Args:
        app: The app.
        opened: The run that is open.
        ways: Start what is continued, or refuse it.
    """

    def __init__(self, app: ConfiguredApp, opened: OpenRun, ways: RunWays) -> None:
        self._app = app
        self._opened = opened
        self._ways = ways
        self._resuming = False

    def resume(self, request: Resumption) -> None:
        """Go on with a saved run; reading it takes a moment, so in a thread."""
        if not self._resuming:  # a key pressed twice
            self._resuming = True
            self._app.run_worker(partial(self._resume, request), thread=True, group="open")

    def _resume(self, request: Resumption) -> None:
        try:
            self._prepare(request)
        except UntrustedError as error:
            agreed = partial(self._resume, replace(request, trusted=True))
            self._app.call_from_thread(self._ways.ask_trust, error, request.path, "resume {}", agreed)
        except MakerError as error:
            self._app.call_from_thread(self._ways.refuse, str(error), "cannot be resumed")
        finally:
            self._resuming = False

    def _prepare(self, request: Resumption) -> None:

        source = self._opened.source
        if source is not None and source.writer is None:
            source.close()  # it has ended: its file may be about to be closed
        if (writer := writer_of(request.path)) is not None:
            if writer != os.getpid():
                self._ways.read_session(request.path, request.branch)
            return
        bring_up(request.path)
        with Reader(request.path, request.branch) as reader:
            short = None if request.asked else shortage_in(reader.meta())
        if short is not None:
            self._app.call_from_thread(self._ask_more, request, short)
            return
        if request.family is None:
            opening = consider(request.path, request.branch, self._app.memory)
            if opening.ask is not None:
                self._app.call_from_thread(self._ask_code, request, opening)
                return
            request = replace(request, family=opening.family)
        changes = {
            "out": self._opened.out_of(request.path),
            **request.changes,
            "apart": True,
            "attended": True,
            "breaks": request.breaks,
        }
        prepared = prepare_resume(request.path, changes, request.family, request.branch, trusted=request.trusted)
        self._opened.close()
        self._app.call_from_thread(self._ways.start_prepared, prepared, request.first)

    def _ask_code(self, request: Resumption, opening: Opening) -> None:
        """Ask whether the code of a task that was run from a path may be run; continue if it may."""
        code = opening.ask
        if code is None:
            return

        def hear(agreed: bool) -> None:
            remember(self._app.memory, code, agreed=agreed)
            found = answered(opening, agreed=agreed)
            if found.without:
                self._ways.refuse(found.without, "cannot be resumed")
            else:
                self.resume(replace(request, family=found.family, asked=True))

        self._app.push_screen(RunCode(code, hear))

    def _ask_more(self, request: Resumption, short: Shortage, typed: str = "") -> None:
        """Ask for the limit that ran out, a higher one offered."""
        screen = self._app.screen
        if not isinstance(screen, AsksLines):
            return

        def hear(text: str) -> None:
            try:
                changes = parse_changes(text)
            except InputError as error:
                self._ways.refuse(str(error), "cannot be read")
                self._app.call_later(self._ask_more, request, short, text)
                return
            self.resume(replace(request, changes=changes, asked=True))

        hint = "enter resumes it · " + ("or undecided=ask" if short.name == "max-samples" else "esc leaves")
        screen.ask_line("resume with", typed or short.entry, hint, hear)
