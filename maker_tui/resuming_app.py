"""The part of the app that goes on with stopped runs, and says what becomes of one that is left or does not start."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.actions import SkipAction

from maker_engine.core.errors import InputError, MakerError, UntrustedError
from maker_engine.printable import one_line
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.parts.messages import NotStarted, ResumeAsked
from maker_tui.parts.personal_app import PersonalApp
from maker_tui.runs.resuming import Resumption, parse_changes, session_name

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.commands import Command
    from maker_engine.runtime.order import PreparedRun
    from maker_engine.sessions.store.shortage import Shortage
    from maker_tui.runs.bridge import LiveRun, RunSource
    from maker_tui.runs.opening import Opening

LEFT_RUNNING = "left to go on in the background"
"""Why a run was stopped that another process goes on with."""
LONG_S = 20.0
"""An error that has a whole story to tell is shown for so long."""


@runtime_checkable
class Interruptible(Protocol):
    """A screen with a run, which ctrl+c pauses and then stops."""

    def interrupt(self) -> None:
        """Take ctrl+c."""


class ResumingApp(PersonalApp):
    """Goes on with saved runs. Its subclass opens and closes them.

    Attributes:
        started: The run that was started in the app last, None for none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.started: LiveRun | None = None
        self._source: RunSource | None = None
        self._resuming = False

    def start_prepared(self, prepared: PreparedRun, first: Command | None = None) -> None:
        """Start a run and show it; `first` is wished of it before it goes."""
        raise NotImplementedError

    def close_source(self) -> None:
        """Stop and save the run that is open, if there is one. May be called from any thread, and again."""
        raise NotImplementedError

    def stop_run(self, reason: str) -> None:
        """Tell the run that is open, if there is one, to end, and do not wait. May be called from any thread."""
        raise NotImplementedError

    def read_session(
        self, path: Path, branch: int | None = None, view: str = "", step: int | None = None, *, instead: bool = False
    ) -> None:
        """Read a session in this thread, and show it, `instead` of the run that is shown."""
        raise NotImplementedError

    def ask_trust(self, error: UntrustedError, path: Path, asked: str, work: Callable[[], None]) -> None:
        """Ask whether a session from elsewhere may use what it names; do the work if it may."""
        raise NotImplementedError

    def leave_unstarted(self) -> None:
        """End an app that was opened on a run which does not start: the terminal has room for the whole reason."""
        raise NotImplementedError

    def go_home(self, session: Path | None = None) -> None:
        """Leave the run that is shown: to where it was opened, on the home screen to `session`; or out of the app."""
        raise NotImplementedError

    def refuse(self, reason: str, heading: str = "cannot be opened") -> None:
        """Say why something cannot be done."""
        self.notify(one_line(reason), title=heading, severity="error", markup=False, timeout=LONG_S)

    def on_resume_asked(self, message: ResumeAsked) -> None:
        """Go on with a saved run; reading it takes a moment, so in a thread."""
        self._resume_soon(message.wish)

    def _resume_soon(self, wish: Resumption) -> None:
        if not self._resuming:  # a key pressed twice
            self._resuming = True
            self.run_worker(partial(self._resume, wish), thread=True, group="open")

    def _resume(self, wish: Resumption) -> None:
        try:
            self._prepare(wish)
        except UntrustedError as error:
            agreed = partial(self._resume, replace(wish, trusted=True))
            self.call_from_thread(self.ask_trust, error, wish.path, "resume {}", agreed)
        except MakerError as error:
            self.call_from_thread(self.refuse, str(error), "cannot go on")
        finally:
            self._resuming = False

    def _prepare(self, wish: Resumption) -> None:
        from maker_engine.runtime.continuing import prepare_resume  # noqa: PLC0415 - home does not need it
        from maker_engine.sessions.store.lock import writer_of  # noqa: PLC0415
        from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415
        from maker_engine.sessions.store.shortage import shortage_in  # noqa: PLC0415
        from maker_engine.sessions.store.upgrade import bring_up  # noqa: PLC0415
        from maker_tui.runs.opening import consider  # noqa: PLC0415

        source = self._source
        if source is not None and source.writer is None:
            source.close()  # it has ended: its file may be about to be closed
        if (writer := writer_of(wish.path)) is not None:
            if writer != os.getpid():
                self.read_session(wish.path, wish.branch)
            return
        bring_up(wish.path)
        with Reader(wish.path, wish.branch) as reader:
            short = None if wish.asked else shortage_in(reader.meta())
        if short is not None:
            self.call_from_thread(self._ask_more, wish, short)
            return
        if wish.family is None:
            opening = consider(wish.path, wish.branch, self.memory)
            if opening.ask is not None:
                self.call_from_thread(self._ask_code, wish, opening)
                return
            wish = replace(wish, family=opening.family)
        changes = {"out": self._out(wish.path), **wish.changes, "apart": True, "attended": True, "breaks": wish.breaks}
        prepared = prepare_resume(wish.path, changes, wish.family, wish.branch, trusted=wish.trusted)
        self.close_source()
        self.call_from_thread(self.start_prepared, prepared, wish.first)

    def _out(self, path: Path) -> Path | None:
        """Return the folder for the papers of a run that was started here; no session keeps it."""
        view = None if self.started is None else self.started.view()
        return self.started.out if self.started is not None and view is not None and view.session == path else None

    def _ask_code(self, wish: Resumption, opening: Opening) -> None:
        """Ask whether the code of a task that was run from a path may be run; go on if it may."""
        from maker_tui.runs.opening import answered, remember  # noqa: PLC0415 - few tasks are run from a path
        from maker_tui.screens.run_code import RunCode  # noqa: PLC0415

        code = opening.ask
        if code is None:
            return

        def hear(agreed: bool) -> None:
            remember(self.memory, code, agreed=agreed)
            found = answered(opening, agreed=agreed)
            if found.without:
                self.refuse(found.without, "cannot go on")
            else:
                self._resume_soon(replace(wish, family=found.family, asked=True))

        self.push_screen(RunCode(code, hear))

    def _ask_more(self, wish: Resumption, short: Shortage, typed: str = "") -> None:
        """Ask for the limit that ran out, a higher one offered."""
        screen = self.screen
        if not isinstance(screen, MakerScreen):
            return

        def hear(text: str) -> None:
            try:
                changes = parse_changes(text)
            except InputError as error:
                self.refuse(str(error), "cannot be read")
                self.call_later(self._ask_more, wish, short, text)
                return
            self._resume_soon(replace(wish, changes=changes, asked=True))

        hint = "enter goes on · " + ("or undecided=ask" if short.name == "max-samples" else "esc leaves")
        screen.ask_line("go on with", typed or short.entry, hint, hear)

    def on_not_started(self, message: NotStarted) -> None:
        """Go back to where a run was ordered that could not be started: to its form as it was, or to its session."""
        from maker_tui.screens.new_run import NewRun  # noqa: PLC0415 - home does not need it

        form = next((one for one in reversed(self.screen_stack) if isinstance(one, NewRun)), None)
        saved = None if self.started is None else self.started.saved
        if form is None and saved is None:
            self.leave_unstarted()  # else its one line is in the banner
            return
        self.started = self._source = None
        if form is not None:
            while self.screen is not form:
                self.pop_screen()
            form.refuse_start(message.reason)
        elif saved is not None:
            self.refuse(message.reason, "not started")
            reading = partial(self.read_session, saved.path, saved.branch, instead=True)
            self.run_worker(reading, thread=True, exclusive=True, group="open")

    def leave_running(self) -> None:
        """Stop and save the run that is open, and leave it to a process of its own. To be called in a thread."""
        from maker_tui.runs.background import go_on_alone  # noqa: PLC0415 - nobody else needs it
        from maker_tui.runs.resuming import AT_ITS_END  # noqa: PLC0415

        source = self._source
        self.stop_run(LEFT_RUNNING)
        self.close_source()
        view = None if source is None else source.view()
        if source is None or view is None or view.snapshot.outcome in AT_ITS_END:
            self.call_from_thread(self.go_home)
            return
        try:
            process = go_on_alone(view.session, source.branch, self._out(view.session))
        except MakerError as error:
            self.call_from_thread(self.refuse, f"it is stopped and saved, not running: {error}", "not left running")
            self.read_session(view.session, source.branch, instead=True)
            return
        self.call_from_thread(self.go_home)
        if process is None:
            told = f"{session_name(view.session)} came to its end at once: enter opens it"
            self.call_from_thread(partial(self.notify, one_line(told), title="not left running", markup=False))
        else:
            told = f"process {process} goes on with {session_name(view.session)}; kill {process} stops and saves it"
            self.call_from_thread(partial(self.notify, one_line(told), title="left running", markup=False, timeout=12))

    def action_interrupt(self) -> None:
        """Pause the run that is open, and stop it the second time; without one, say how to quit."""
        found = next((one for one in reversed(self.screen_stack) if isinstance(one, Interruptible)), None)
        if found is None:
            from textual.widgets import Input  # noqa: PLC0415 - the first picture does not wait for it

            if isinstance(self.focused, Input):
                raise SkipAction  # it copies there
            self.action_help_quit()
            return
        while self.screen is not cast("object", found):
            self.pop_screen()
        found.interrupt()
