"""The home screen: the saved sessions, and the way to a new run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from maker_engine.printable import one_line
from maker_tui.screens.base import MakerScreen
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.session_list import SessionList, detail_line
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_engine.sessions.library import SessionSummary

Listing = Callable[[], "Sequence[SessionSummary]"]


class Home(MakerScreen):
    """Lists sessions.

    Args:
        listing: Reads the sessions, newest first; called in a thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_run", "new run", tooltip="order a new run"),
        Binding("enter", "open", "open", tooltip="open the session under the cursor"),
        Binding("r", "read", "refresh", tooltip="read the sessions again"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("q", "app.quit", "quit", tooltip="quit"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
    ]

    HELP_TITLE = "home"
    HELP_WORDS = ("Every run is a session, saved as it goes. Open one to see how it ended, or order a new run.",)
    HELP_OF = (("in the list", SessionList),)

    class NewRunAsked(Message):
        """The user wants to order a run."""

    class SessionAsked(Message):
        """The user wants to look at a session."""

        def __init__(self, summary: SessionSummary) -> None:
            super().__init__()
            self.summary = summary

    class _Read(Message):
        """The sessions are read."""

        def __init__(self, sessions: Sequence[SessionSummary]) -> None:
            super().__init__()
            self.sessions = sessions

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self._listing = listing
        self._head = HeadLine()
        self._list = SessionList(id="sessions")
        self._detail = LineView(id="detail")

    def compose(self) -> ComposeResult:
        """Head line, list, footer."""
        yield self._head
        yield self._list
        yield self._detail
        yield KeyBar(keys_of(self.BINDINGS))

    def on_mount(self) -> None:
        """Read the sessions, without making the first picture wait for them."""
        self._head.tell("maker", facts=("long LLM tasks without a single wrong step",))
        self._list.focus()
        self.action_read()

    def on_screen_resume(self) -> None:
        """Show what a run that was just left has become."""
        if self.is_mounted:
            self.action_read()

    def action_read(self) -> None:
        """Read the sessions again."""
        self.run_worker(partial(self._read, self._listing), thread=True, exclusive=True, group="read")

    def _read(self, listing: Listing) -> None:
        self.post_message(self._Read(listing()))

    def on_home__read(self, message: _Read) -> None:
        """Show what was read."""
        self._list.show_sessions(message.sessions)

    def action_new_run(self) -> None:
        """Ask for the form."""
        self.post_message(self.NewRunAsked())

    def action_open(self) -> None:
        """Open the session under the cursor."""
        self._list.action_open()

    def on_session_list_pointed(self, message: SessionList.Pointed) -> None:
        """Tell more of the session under the cursor."""
        message.stop()
        self._detail.show([] if message.summary is None else [detail_line(message.summary)])

    def on_session_list_opened(self, message: SessionList.Opened) -> None:
        """Ask for a session, or say why it cannot be opened."""
        message.stop()
        if message.summary.damaged is not None:
            self.notify(one_line(message.summary.damaged), title="damaged", severity="error", markup=False)
            return
        self.post_message(self.SessionAsked(message.summary))
