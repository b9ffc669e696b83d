"""The home screen: the library of saved sessions, what is done to them, and the way to a new run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click, Key, Paste
from textual.message import Message

from maker_tui.parts.chores import Chores
from maker_tui.parts.maker_screen import MakerScreen, act_on
from maker_tui.parts.messages import CompareAsked, ResumeAsked, SessionAsked
from maker_tui.parts.session_browser import SessionBrowser
from maker_tui.runs.resuming import AT_ITS_END, Resumption, at_its_end
from maker_tui.settings.keymap import take_actions
from maker_tui.widgets.filter_lines import FilterLines
from maker_tui.widgets.key_bar import KeyBar, key_now, keys_of, name_of, named
from maker_tui.widgets.prompt_line import Hear
from maker_tui.widgets.session_list import SessionList
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from pathlib import Path

    from textual.timer import Timer

    from maker_engine.sessions.library.library import Library, SessionSummary

Listing = Callable[[], "Sequence[SessionSummary]"]
Progress = Callable[[], tuple[int, int]]
EMPTY_KEYS = ("new-run", "demo", "help", "quit", "menu")
"""Keys, by the second half of their names, that do something where there is no session."""
LOOK_S = 0.2
"""While the sessions are first read, it is shown this often how far that has come."""


class LibraryListing:
    """Reads them; called in a thread.

    Attributes:
        progress: How many of how many sessions have been read; may be read meanwhile.
    """

    def __init__(self) -> None:
        self._library: Library | None = None
        self.progress = (0, 0)

    def __call__(self) -> list[SessionSummary]:
        """Read the sessions: those again whose files have changed."""
        from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up: it waits for no SQLite

        self._library = self._library or Library()
        return self._library.list(self._tell)

    def _tell(self, done: int, total: int) -> None:
        self.progress = done, total


class Home(MakerScreen):
    """Lists sessions and keeps them.

    Args:
        listing: Reads the sessions; called in a thread.
        progress: Says how many of how many sessions have been read; may be called meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_run", "new run", tooltip="order a new run"),
        Binding(
            "N", "new_run_like", "run again", show=False, tooltip="order a run like the session under the cursor, again"
        ),
        Binding("enter", "open", "open", tooltip="open the session under the cursor"),
        Binding("slash", "search", "search", tooltip="find sessions by any words of theirs, as you type"),
        Binding("f", "filter", "filter", tooltip="keep to one task, model or outcome, or to real runs"),
        Binding("x,delete", "delete", "delete", tooltip="move the marked sessions, or this one, to the trash"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("q", "app.quit", "quit", tooltip="quit"),
        Binding(
            "o",
            "order",
            "order",
            tooltip="the next order (sort): time, name, model, outcome, steps, samples, cost …",
        ),
        Binding("O", "order_before", "order before", show=False, tooltip="the order before"),
        Binding("u", "undo", "undo", tooltip="bring back the session deleted last, then the one before it"),
        Binding("R", "resume", "resume", tooltip="resume the session under the cursor"),
        Binding("r,f2", "rename", "rename", tooltip="give the session under the cursor a name"),
        Binding("T", "forks", "forks", tooltip="the tree of forks of the session under the cursor"),
        Binding("y", "duplicate", "duplicate", tooltip="copy the session under the cursor"),
        Binding(
            "V",
            "compare",
            "versus",
            tooltip="compare: where two marked sessions part; or a marked one and the cursor's",
        ),
        Binding("f4", "plan", "plan", show=False, tooltip="plan a run: k, odds, votes, dollars and hours"),
        Binding("D", "demo", "demo", show=False, tooltip="watch a live run of the simulated model"),
        Binding("i", "look('inspector')", "inspect", show=False, tooltip="inspect the last step of the session"),
        Binding("t", "look('steps')", "table", show=False, tooltip="the steps of the session in a table"),
        Binding("m", "look('map')", "map", show=False, tooltip="the session as a map"),
        Binding("p", "look('plots')", "plots", show=False, tooltip="the plots of the session"),
        Binding("ctrl+r,f5", "read", "refresh", tooltip="read the sessions again"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
        Binding("escape", "show_all", "show all", show=False, tooltip="take marks off, then end search and filters"),
    ]

    follow_s = 2.0
    """While another process writes a session, the library is read this often: of its files, those that changed."""

    HELP_TITLE = "home"
    HELP_WORDS = (
        "Every run is a session, saved as it goes. Open one to see how it ended, or order a new run.",
        "What is deleted goes to the trash, and nothing is erased: maker sessions restore lists what lies there.",
    )
    HELP_OF = (("in the list", SessionList),)

    class NewRunAsked(Message):
        """The user wants to order a run, like that of a session where one is named."""

        def __init__(self, like: Path | None = None) -> None:
            super().__init__()
            self.like = like

    class ForksAsked(Message):
        """The user wants to see all runs of a session."""

        def __init__(self, summary: SessionSummary) -> None:
            super().__init__()
            self.summary = summary

    class DemoAsked(Message):
        """The user wants to watch the demo."""

    class _Read(Message):
        """The sessions are read; `age` is that of the library when this began."""

        def __init__(self, sessions: Sequence[SessionSummary], age: int) -> None:
            super().__init__()
            self.sessions = sessions
            self.age = age

    def __init__(self, listing: Listing, progress: Progress = lambda: (0, 0)) -> None:
        super().__init__()
        self._listing = listing
        self._progress = progress
        self._head = HeadLine()
        self._browser = SessionBrowser(self.offer_keys)
        self._list = self._browser.list
        self._chores = Chores(self, self._browser)
        take_actions(self, self._browser, self._chores)
        self._next: Path | None = None
        self._following: Timer | None = None

    def compose(self) -> ComposeResult:
        """Head line, list, rows to choose or type in, a row of detail, footer."""
        yield self._head
        yield self._list
        yield self._browser.filters
        yield self._browser.prompt
        yield self._browser.detail
        yield KeyBar(keys_of(self.BINDINGS))

    def on_mount(self) -> None:
        """Read the sessions, without making the first picture wait for them."""
        self._head.tell("maker", facts=("long LLM tasks without a single wrong step",))
        self._list.focus()
        self.action_read()
        self._looking = self.set_interval(LOOK_S, self._show_progress)

    def _show_progress(self) -> None:
        if self._browser.is_read:
            self._looking.stop()
        else:
            self._list.show_progress(*self._progress())

    def on_screen_resume(self) -> None:
        """Show what a run that was just left has become."""
        if self.is_mounted:
            self.action_read()

    def offer_keys(self, pointed: SessionSummary | None) -> None:
        """Offer to continue a run that has stopped right behind opening it."""
        usual = keys_of(self.BINDINGS)
        stopped = pointed is not None and pointed.damaged is None and not pointed.busy
        if pointed is None or not stopped or pointed.outcome in AT_ITS_END:
            names = usual
        else:
            resume = named(self.BINDINGS, ("resume",))
            opens = next(at for at, one in enumerate(usual) if name_of(one) == "open") + 1
            names = [*usual[:opens], *resume, *(one for one in usual[opens:] if one not in resume)]
        if not self._browser.known:
            names = named(self.BINDINGS, EMPTY_KEYS)
        for bar in self.footers:
            bar.offer(names)

    def on_session_list_pointed(self, message: SessionList.Pointed) -> None:
        """Show more of the session under the cursor."""
        self._browser.pointed(message)

    def on_filter_lines_chosen(self, message: FilterLines.Chosen) -> None:
        """Filter by a clicked choice."""
        self._browser.chosen(message)

    def on_click(self, _event: Click) -> None:
        """Handle a click as its key."""
        self._browser.hush()

    async def on_key(self, event: Key) -> None:
        """Do what a key says before the next one is examined.

        Left to itself, Textual sends a key through three queues before it is a command: what is typed fast behind a
        `/` would be commands too, and delete or order what it was only to search for.
        """
        self._browser.hush()
        self.app.clear_notifications()  # a refusal lies over the row that says what the next key did
        if self._browser.typed(event):
            event.stop()
            event.prevent_default()
            return
        await act_on(self.app, event, self._list, self)

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is being typed."""
        self._browser.prompt.pasted(event)

    def point_at(self, session: Path) -> None:
        """Put the cursor on a session once the library is read the next time."""
        self._next = session

    def action_read(self) -> None:
        """Read the sessions again."""
        self.run_worker(partial(self._read, self._listing, self._chores.age), thread=True, exclusive=True, group="read")

    def _read(self, listing: Listing, age: int) -> None:
        self.post_message(self._Read(listing(), age))

    def on_home__read(self, message: _Read) -> None:
        """Show what was read, unless a chore has made it old."""
        if message.age != self._chores.age:
            self.action_read()
            return
        self._browser.known, self._browser.is_read = list(message.sessions), True
        self._next, point = None, self._next
        self._browser.show_known(point)
        self._follow()

    def _follow(self) -> None:
        """Read again soon if a run is under way: its progress and its end are shown."""
        if self._following is not None:
            self._following.stop()
        busy = any(one.busy for one in self._browser.known)
        self._following = self.set_timer(self.follow_s, self._look_again) if busy else None

    def _look_again(self) -> None:
        if self.is_current:  # otherwise coming back does it
            self.action_read()

    def action_new_run(self) -> None:
        """Ask for the form."""
        self.post_message(self.NewRunAsked())

    def action_plan(self) -> None:
        """Ask for the plan screen."""
        self.opener.plan({})

    def action_new_run_like(self) -> None:
        """Ask for the form as the session under the cursor was ordered."""
        chosen = self._list.chosen
        if chosen is not None:
            self.post_message(self.NewRunAsked(chosen.path))

    def action_open(self) -> None:
        """Open the session under the cursor."""
        self._list.action_open()

    def action_resume(self) -> None:
        """Continue the session under the cursor, or say why that cannot be."""
        chosen = self._list.chosen
        if chosen is None:
            return
        if chosen.damaged is not None:
            self._chores.refuse(chosen.damaged, "damaged")
        elif words := at_its_end(
            chosen.outcome, f"{key_now(self.app, 'home.open', 'enter')} opens it, F forks it there"
        ):
            self._chores.refuse(words, "the run has ended")
        else:
            self.post_message(ResumeAsked(Resumption(chosen.path)))

    def ask_line(self, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Let a line be typed."""
        self._browser.ask(prompt, text, hint, hear)

    def action_look(self, view: str) -> None:
        """Look closely at the session under the cursor."""
        chosen = self._list.chosen
        if chosen is not None and chosen.damaged is None:
            self.post_message(SessionAsked(chosen.path, view=view))

    def action_forks(self) -> None:
        """Ask for the forks of the session under the cursor."""
        chosen = self._list.chosen
        if chosen is not None and chosen.damaged is None:
            self.post_message(self.ForksAsked(chosen))

    def on_session_list_opened(self, message: SessionList.Opened) -> None:
        """Ask for a session, or say why it cannot be opened."""
        message.stop()
        if message.summary.damaged is not None:
            self._chores.refuse(message.summary.damaged, "damaged")
            return
        self.post_message(SessionAsked(message.summary.path))

    def action_compare(self) -> None:
        """Compare two marked sessions, or a marked one with the one under the cursor."""
        chosen, marked = self._list.chosen, self._list.marked
        pair = marked if len(marked) != 1 or chosen is None or chosen == marked[0] else [*marked, chosen]
        if len(pair) != 2:
            words = f"{len(pair)} are marked" if len(pair) > 2 else "mark one with space, and go to the other"
            self._chores.refuse(f"two sessions are compared: {words}")
        elif any(one.damaged is not None for one in pair):
            self._chores.refuse("what cannot be read cannot be compared")
        else:
            self.post_message(CompareAsked((pair[0].path, None), (pair[1].path, None)))

    def action_demo(self) -> None:
        """Ask for the demo."""
        self.post_message(self.DemoAsked())
