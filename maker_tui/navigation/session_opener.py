"""What the app reads of saved sessions to show them: a run, the tree of its forks, two runs compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from maker_engine.catalogue import is_path
from maker_engine.core.errors import MakerError
from maker_engine.sessions.queries.forks import tree
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import bring_up
from maker_tui.runs.comparing import Run, compared
from maker_tui.runs.opening import answered, consider, open_source, remember
from maker_tui.runs.order_form import TASK, values_like
from maker_tui.screens.compare import Compare
from maker_tui.screens.forks import Forks
from maker_tui.screens.run_code import RunCode

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary
    from maker_tui.parts.configured_app import ConfiguredApp
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.opening import Opening

Show = Callable[["RunSource"], None]


class SessionOpener:
    """Reads sessions in threads, and hands what it has read to the app's loop.

    Each `read…` is to be called in a worker's thread; nothing is shown where the worker was cancelled, as it is when a
    key was pressed twice.

    Args:
        app: The app.
        show: Puts a run on the screen; takes the view, the step and whether it replaces another run's screen.
        refuse: Says why something cannot be read, under a title.
    """

    def __init__(self, app: ConfiguredApp, show: Callable[..., None], refuse: Callable[..., None]) -> None:
        self._app = app
        self._show = show
        self._refuse = refuse

    def read(
        self, path: Path, branch: int | None = None, view: str = "", step: int | None = None, *, instead: bool = False
    ) -> None:
        """Open a run, once the user has been asked about the code of its task where that is needed."""
        try:
            opening = consider(path, branch, self._app.memory)
        except MakerError as error:
            self._app.call_from_thread(self._refuse, str(error))
            return
        show = partial(self._show, view=view, step=step, instead=instead)
        if opening.ask is None:
            self._read_source(opening, show)
        elif not get_current_worker().is_cancelled:
            self._app.call_from_thread(self._ask, opening, partial(self._read_later, show))

    def read_like(self, path: Path, show: Callable[[Mapping[str, str]], None]) -> None:
        """Read what a form holds that orders a session's run again; showing it runs the code of its task.

        So where that lies in a file, the user is asked first, as when the session is opened.
        """
        try:
            values = values_like(path)
            opening = consider(path, None, self._app.memory) if is_path(values[TASK]) else None
        except MakerError as error:
            self._app.call_from_thread(self._refuse, str(error))
            return
        if opening is not None and opening.without:
            self._app.call_from_thread(self._refuse, opening.without)
        elif opening is not None and opening.ask is not None:
            shown = lambda agreed: self._refuse(agreed.without) if agreed.without else show(values)  # noqa: E731
            self._app.call_from_thread(self._ask, opening, shown)
        else:
            self._app.call_from_thread(show, values)

    def _ask(self, opening: Opening, go_on: Callable[[Opening], None]) -> None:
        """Ask whether the code of a task may be run, remember it, and continue by the answer."""
        if opening.ask is not None:
            self._app.push_screen(RunCode(opening.ask, partial(self._answered, opening, go_on)))

    def _answered(self, opening: Opening, go_on: Callable[[Opening], None], agreed: bool) -> None:

        if opening.ask is not None:
            remember(self._app.memory, opening.ask, agreed=agreed)
        go_on(answered(opening, agreed=agreed))

    def _read_later(self, show: Show, opening: Opening) -> None:
        self._app.run_worker(partial(self._read_source, opening, show), thread=True, exclusive=True, group="open")

    def _read_source(self, opening: Opening, show: Show) -> None:

        try:
            source = open_source(opening)
        except MakerError as error:
            self._app.call_from_thread(self._refuse, str(error))
            return
        if not get_current_worker().is_cancelled:
            self._app.call_from_thread(show, source)

    def read_forks(self, summary: SessionSummary) -> None:
        """Show the tree of a session's runs."""
        try:
            bring_up(summary.path)
            with Reader(summary.path) as reader:
                driven = writer_of(summary.path) is not None
                screen = Forks(summary.path, summary.label, tree(reader), driven=driven)
        except MakerError as error:
            self._app.call_from_thread(self._refuse, str(error))
            return
        self._app.call_from_thread(self._app.push_screen, screen)

    def read_compared(self, left: tuple[Path, int | None], right: tuple[Path, int | None]) -> None:
        """Show two runs side by side, each the newest of its session where its number is None."""
        try:
            screen = Compare(compared(Run(*left), Run(*right), self._app.memory))
        except MakerError as error:
            self._app.call_from_thread(self._refuse, str(error), "cannot be compared")
            return
        if not get_current_worker().is_cancelled:
            self._app.call_from_thread(self._app.push_screen, screen)
