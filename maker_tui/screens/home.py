"""The home screen: the library of saved sessions, what is done to them, and the way to a new run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from maker_engine.core.errors import MakerError
from maker_engine.printable import one_line
from maker_tui.runs.housekeeping import Change, Housekeeper, called
from maker_tui.runs.resuming import AT_ITS_END, Resumption, at_its_end
from maker_tui.screens.base import ResumeAsked
from maker_tui.screens.shelf import ShelfScreen
from maker_tui.widgets.entry_line import Typed
from maker_tui.widgets.key_bar import key_now, keys_of, name_of, named
from maker_tui.widgets.session_list import SessionList

if TYPE_CHECKING:
    from pathlib import Path

    from textual.timer import Timer

    from maker_engine.sessions.library.library import SessionSummary

Listing = Callable[[], "Sequence[SessionSummary]"]
Progress = Callable[[], tuple[int, int]]
EMPTY_KEYS = ("new-run", "demo", "help", "quit", "menu")
"""Keys, by the second half of their names, that do something where there is no session."""
LOOK_S = 0.2
"""While the sessions are first read, it is shown this often how far that has come."""


class Home(ShelfScreen):
    """Lists sessions and keeps them.

    Args:
        listing: Reads the sessions; called in a thread.
        progress: Says how many of how many sessions have been looked at; may be called meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_run", "new run", tooltip="order a new run"),
        Binding(
            "N", "new_run_like", "run again", show=False, tooltip="order a run like the session under the cursor, again"
        ),
        Binding("enter", "open", "open", tooltip="open the session under the cursor"),
        Binding("slash", "search", "search", tooltip="find sessions by any words told of them, as you type"),
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
        Binding("R", "resume", "resume", tooltip="go on with the session under the cursor"),
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

    class SessionAsked(Message):
        """The user wants to look at a session; `view` names one of `Looking`, or none."""

        def __init__(self, summary: SessionSummary, view: str = "") -> None:
            super().__init__()
            self.summary = summary
            self.view = view

    class ForksAsked(SessionAsked):
        """The user wants to see all runs of a session."""

    class PlanAsked(Message):
        """The user wants to plan a run."""

    class DemoAsked(Message):
        """The user wants to watch the demo."""

    class CompareAsked(Message):
        """The user wants to see where two runs part."""

        def __init__(self, left: Path, right: Path) -> None:
            super().__init__()
            self.left = left
            self.right = right

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
        self._keeper = Housekeeper()
        self._one_chore = asyncio.Lock()
        self._age = 0
        self._next: Path | None = None
        self._following: Timer | None = None

    def on_mount(self) -> None:
        """Read the sessions, without making the first picture wait for them."""
        self._head.tell("maker", facts=("long LLM tasks without a single wrong step",))
        self._list.focus()
        self.action_read()
        self._looking = self.set_interval(LOOK_S, self._show_progress)

    def _show_progress(self) -> None:
        if self._is_read:
            self._looking.stop()
        else:
            self._list.show_progress(*self._progress())

    def on_screen_resume(self) -> None:
        """Show what a run that was just left has become."""
        if self.is_mounted:
            self.action_read()

    def offer_keys(self, pointed: SessionSummary | None) -> None:
        """Offer to go on with a run that has stopped right behind opening it."""
        usual = keys_of(self.BINDINGS)
        stopped = pointed is not None and pointed.damaged is None and not pointed.busy
        if pointed is None or not stopped or pointed.outcome in AT_ITS_END:
            names = usual
        else:
            resume = named(self.BINDINGS, ("resume",))
            opens = next(at for at, one in enumerate(usual) if name_of(one) == "open") + 1
            names = [*usual[:opens], *resume, *(one for one in usual[opens:] if one not in resume)]
        if not self._known:
            names = named(self.BINDINGS, EMPTY_KEYS)
        for bar in self.footers:
            bar.offer(names)

    def point_at(self, session: Path) -> None:
        """Put the cursor on a session once the library is read the next time."""
        self._next = session

    def action_read(self) -> None:
        """Read the sessions again."""
        self.run_worker(partial(self._read, self._listing, self._age), thread=True, exclusive=True, group="read")

    def _read(self, listing: Listing, age: int) -> None:
        self.post_message(self._Read(listing(), age))

    def on_home__read(self, message: _Read) -> None:
        """Show what was read, unless a chore has made it old."""
        if message.age != self._age:
            self.action_read()
            return
        self._known, self._is_read = list(message.sessions), True
        self._next, point = None, self._next
        self.show_known(point)
        self._follow()

    def _follow(self) -> None:
        """Read again soon if there is a run that goes on: where it has come to, and its end, are shown."""
        if self._following is not None:
            self._following.stop()
        busy = any(one.busy for one in self._known)
        self._following = self.set_timer(self.follow_s, self._look_again) if busy else None

    def _look_again(self) -> None:
        if self.is_current:  # otherwise coming back does it
            self.action_read()

    def action_new_run(self) -> None:
        """Ask for the form."""
        self.post_message(self.NewRunAsked())

    def action_plan(self) -> None:
        """Ask for the plan screen."""
        self.post_message(self.PlanAsked())

    def action_new_run_like(self) -> None:
        """Ask for the form as the session under the cursor was ordered."""
        chosen = self._list.chosen
        if chosen is not None:
            self.post_message(self.NewRunAsked(chosen.path))

    def action_open(self) -> None:
        """Open the session under the cursor."""
        self._list.action_open()

    def action_resume(self) -> None:
        """Go on with the session under the cursor, or say why that cannot be."""
        chosen = self._list.chosen
        if chosen is None:
            return
        if chosen.damaged is not None:
            self._refuse(chosen.damaged, "damaged")
        elif told := at_its_end(
            chosen.outcome, f"{key_now(self.app, 'home.open', 'enter')} opens it, F forks it there"
        ):
            self._refuse(told, "the run has ended")
        else:
            self.post_message(ResumeAsked(Resumption(chosen.path)))

    def ask_line(self, prompt: str, text: str, hint: str, hear: Callable[[str], None]) -> None:
        """Let a line be typed."""

        def heard(typed: Typed, entered: str) -> None:
            if typed is Typed.ENTERED:
                hear(entered)

        self.ask(prompt, text, hint, heard)

    def action_look(self, view: str) -> None:
        """Look closely at the session under the cursor."""
        chosen = self._list.chosen
        if chosen is not None and chosen.damaged is None:
            self.post_message(self.SessionAsked(chosen, view))

    def action_forks(self) -> None:
        """Ask for the forks of the session under the cursor."""
        chosen = self._list.chosen
        if chosen is not None and chosen.damaged is None:
            self.post_message(self.ForksAsked(chosen))

    def on_session_list_opened(self, message: SessionList.Opened) -> None:
        """Ask for a session, or say why it cannot be opened."""
        message.stop()
        if message.summary.damaged is not None:
            self._refuse(message.summary.damaged, "damaged")
            return
        self.post_message(self.SessionAsked(message.summary))

    def action_rename(self) -> None:
        """Ask for a name."""
        chosen = self._list.chosen
        if chosen is None:
            return
        if chosen.damaged is not None:
            self._refuse(f"what cannot be read cannot be renamed: {chosen.damaged}")
            return
        self.ask("name", chosen.name, "enter saves it · esc leaves it as it was", partial(self._named, chosen))

    def _named(self, summary: SessionSummary, typed: Typed, text: str) -> None:
        if typed is Typed.ENTERED and text.strip() != summary.name:
            self._begin(partial(self._keeper.rename, summary, text))

    def action_duplicate(self) -> None:
        """Copy the session under the cursor."""
        chosen = self._list.chosen
        if chosen is not None:
            self._begin(partial(self._keeper.duplicate, chosen))

    def action_delete(self) -> None:
        """Move the marked sessions to the trash; where none is, the one under the cursor."""
        chosen, marked, beside = self._list.chosen, self._list.marked, self._list.neighbour
        if chosen is None:
            return
        wanted = marked or [chosen]
        going = [one for one in wanted if not one.busy]
        if len(going) < len(wanted):
            busy = next(one for one in wanted if one.busy)
            self._refuse(f"{called(busy)} is being written by another program: stop its run first")
        if not going:
            return
        # Off the list at once, so that the next press is about the next session.
        self._known = [one for one in self._known if one not in going]
        stays = chosen if chosen not in going else beside
        self.show_known(None if stays is None else stays.path)
        for one in going:
            self._begin(partial(self._keeper.delete, one), one)

    def action_compare(self) -> None:
        """Compare two marked sessions, or a marked one with the one under the cursor."""
        chosen, marked = self._list.chosen, self._list.marked
        pair = marked if len(marked) != 1 or chosen is None or chosen == marked[0] else [*marked, chosen]
        if len(pair) != 2:
            told = f"{len(pair)} are marked" if len(pair) > 2 else "mark one with space, and go to the other"
            self._refuse(f"two sessions are compared: {told}")
        elif any(one.damaged is not None for one in pair):
            self._refuse("what cannot be read cannot be compared")
        else:
            self.post_message(self.CompareAsked(pair[0].path, pair[1].path))

    def action_demo(self) -> None:
        """Ask for the demo."""
        self.post_message(self.DemoAsked())

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        self._begin(self._keeper.undo)

    def _begin(self, chore: Callable[[], Change], otherwise: SessionSummary | None = None) -> None:
        """Have a chore done in a thread, after those before it; `otherwise` is shown again if it fails."""
        self._age += 1
        self.run_worker(self._do(chore, otherwise), group="chores")

    async def _do(self, chore: Callable[[], Change], otherwise: SessionSummary | None) -> None:
        async with self._one_chore:
            try:
                change = await asyncio.to_thread(chore)
            except MakerError as error:
                change = Change("", come=otherwise)
                self._refuse(str(error))
            self._age += 1
            self._apply(change)

    def _apply(self, change: Change) -> None:
        stays = (change.gone, None if change.come is None else change.come.path)
        self._known = [one for one in self._known if one.path not in stays]
        if change.come is not None:
            self._known.append(change.come)
        self.show_known()
        said = one_line(change.said)
        if change.come is not None and not self._list.point(change.come.path):
            said += ", hidden by search or filter"
        if change.undoable:
            more = f" {change.undoable} more" if change.gone is None else ""
            self.say(said, key_now(self.app, "home.undo", "u"), f"undoes{more}")
        elif said:
            self.say(said)

    def _refuse(self, reason: str, heading: str = "cannot be done") -> None:
        self.notify(one_line(reason), title=heading, severity="error", markup=False)
