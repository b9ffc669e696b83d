"""A screen on which the library is looked at: the list, and the search, the filters and the order it is under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Click, Key, Paste

from maker_engine.sessions.library.shelf import View, choices, look, toggled
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.text.roles import line
from maker_tui.text.session_rows import detail_line
from maker_tui.widgets.entry_line import EntryLine, Typed
from maker_tui.widgets.filter_lines import FilterLines
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.session_list import SessionList
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary
    from maker_engine.sessions.library.shelf import Choice

Hearer = Callable[[Typed, str], None]
"""Hears of every change of a typed line, and how it ended."""


class ShelfScreen(MakerScreen):
    """Shows sessions. Its subclass says which there are, and has the keys."""

    def __init__(self) -> None:
        super().__init__()
        self._known: list[SessionSummary] = []
        self._is_read = False
        self._view = View()
        self._said = ""
        self._hear: Hearer = self._searched
        self._head = HeadLine()
        self._list = SessionList(id="sessions")
        self._filters = FilterLines(id="filters")
        self._entry = EntryLine(id="entry")
        self._detail = LineView(id="detail")

    def compose(self) -> ComposeResult:
        """Head line, list, rows to choose or type in, a row of detail, footer."""
        yield self._head
        yield self._list
        yield self._filters
        yield self._entry
        yield self._detail
        yield KeyBar(keys_of(self.BINDINGS))

    def show_known(self, point: Path | None = None) -> None:
        """Show what the view leaves of the sessions there are, the cursor on `point`, or where it was.

        Before they have been read nothing is known of them, so nothing is said of them either.
        """
        if not self._is_read:
            return
        self._list.show_sessions(look(self._known, self._view), self._view, len(self._known), point)

    def look_at(self, view: View) -> None:
        """Look at the sessions in another way."""
        if view != self._view:
            self._view = view
            self.show_known()

    def say(self, words: str, key: str = "", does: str = "") -> None:
        """Tell something in the row of detail until the next key; `key` is named with what it does."""
        self._said = words
        self._detail.show([line((f" {words}", "strong"), ", " if key else "", (key, "key"), f" {does}")])

    def _hush(self) -> None:
        if self._said:
            self._said = ""
            self._tell_detail()

    def _tell_detail(self) -> None:
        chosen = self._list.chosen
        self._detail.show([] if chosen is None else [detail_line(chosen)])

    def on_session_list_pointed(self, message: SessionList.Pointed) -> None:
        """Tell more of the session under the cursor."""
        message.stop()
        self.offer_keys(message.summary)
        if not self._said:
            self._tell_detail()

    def offer_keys(self, pointed: SessionSummary | None) -> None:
        """Show the keys that are of use for the session under the cursor."""

    def on_click(self, _event: Click) -> None:
        """A click is as good as a key."""
        self._hush()

    async def on_key(self, event: Key) -> None:
        """Do what a key says before the next one is looked at.

        Left to itself, Textual sends a key through three queues before it is a command: what is typed fast behind a
        `/` would be commands too, and delete or order what it was only to search for.
        """
        self._hush()
        self.app.clear_notifications()  # a refusal lies over the row that tells what the next key did
        if self._typed(event):
            event.stop()
            event.prevent_default()
            return
        await self.act_on(event, self._list, self)

    def _typed(self, event: Key) -> bool:
        """Give a key to the row that is up; tell whether it was taken."""
        if self._filters.up:
            return self._typed_filter(event)
        if not self._entry.up:
            return False
        typed = self._entry.feed(event)
        if typed is Typed.NOTHING:
            return False
        if typed in (Typed.ENTERED, Typed.LEFT):
            self.put_away()
        self._hear(typed, self._entry.text)
        return True

    def _typed_filter(self, event: Key) -> bool:
        choice = self._filters.choice_at(event)
        if choice is not None or event.key == "escape":
            self.put_away()
        if choice is not None:
            self._toggle(choice)
        # A letter that nothing has must not be a command: it was meant for the filter.
        return event.is_printable or event.key == "escape"

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is being typed."""
        if self._entry.up:
            event.stop()
            self._entry.paste(event.text)
            self._hear(Typed.CHANGED, self._entry.text)

    def on_filter_lines_chosen(self, message: FilterLines.Chosen) -> None:
        """Filter by a clicked choice."""
        message.stop()
        self.put_away()
        self._toggle(message.choice)

    def _toggle(self, choice: Choice) -> None:
        self.look_at(toggled(self._view, choice.facet, choice.value))

    def _searched(self, typed: Typed, text: str) -> None:
        self.look_at(replace(self._view, search="" if typed is Typed.LEFT else text))

    def ask(self, prompt: str, text: str, hint: str, hear: Hearer) -> None:
        """Let a line be typed in the row of detail."""
        self.put_away()
        self._detail.display = False
        self._hear = hear
        self._entry.ask(prompt, text, hint)

    def put_away(self) -> None:
        """Take down what is typed or chosen in."""
        self._entry.take_down()
        self._filters.take_down()
        self._detail.display = True

    def action_search(self) -> None:
        """Narrow the list by what is typed."""
        self.ask("/", self._view.search, "enter keeps it · esc ends the search", self._searched)

    def action_filter(self) -> None:
        """Offer what the list can be narrowed to."""
        self.put_away()
        if not self._is_read:
            self.say("the sessions are still being read")
            return
        offered = choices(self._known, self._view)
        if offered:
            self._filters.offer(offered, self._view.picks)
        else:
            self.say("nothing to filter by: all sessions have the same task, model, outcome and kind")

    def action_order(self) -> None:
        """Go to the next order."""
        self.look_at(replace(self._view, order=self._view.order.following))

    def action_order_before(self) -> None:
        """Go back to the order before."""
        self.look_at(replace(self._view, order=self._view.order.preceding))

    def action_show_all(self) -> None:
        """Take the marks off; where there are none, end the search and the filters."""
        if not self._list.unmark():
            self.look_at(View(order=self._view.order))
