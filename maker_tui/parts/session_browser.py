"""The library as it is examined: the list of sessions, and the search, the filters and the order it is under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.events import Key

from maker_engine.sessions.library.listing import View, choices, look, toggled
from maker_tui.text.roles import line
from maker_tui.text.session_rows import detail_line
from maker_tui.widgets.filter_lines import FilterLines
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.prompt_line import Hear, PromptLine
from maker_tui.widgets.session_list import SessionList

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary
    from maker_engine.sessions.library.listing import Choice


class SessionBrowser:
    """Shows the sessions there are.

    Args:
        offer_keys: Shows the keys that are of use for the session under the cursor.

    Attributes:
        known: The sessions.
        is_read: They have been read.
        list: The list; `filters` and `prompt` are the rows to choose or type in, `detail` a row that shows more.
    """

    def __init__(self, offer_keys: Callable[[SessionSummary | None], None]) -> None:
        self._offer_keys = offer_keys
        self.known: list[SessionSummary] = []
        self.is_read = False
        self._view = View()
        self._said = ""
        self.list = SessionList(id="sessions")
        self.filters = FilterLines(id="filters")
        self.prompt = PromptLine(passes=True)
        self.detail = LineView(id="detail")

    def show_known(self, point: Path | None = None) -> None:
        """Show what the view leaves of the sessions there are, the cursor on `point`, or where it was.

        Before they have been read nothing is known of them, so nothing is said of them either.
        """
        if not self.is_read:
            return
        self.list.show_sessions(look(self.known, self._view), self._view, len(self.known), point)

    def look_at(self, view: View) -> None:
        """Look at the sessions in another way."""
        if view != self._view:
            self._view = view
            self.show_known()

    def say(self, words: str, key: str = "", does: str = "") -> None:
        """Show something in the row of detail until the next key; `key` is named with what it does."""
        self._said = words
        self.detail.show([line((f" {words}", "strong"), ", " if key else "", (key, "key"), f" {does}")])

    def hush(self) -> None:
        """Take back what was said last."""
        if self._said:
            self._said = ""
            self._tell_detail()

    def _tell_detail(self) -> None:
        chosen = self.list.chosen
        self.detail.show([] if chosen is None else [detail_line(chosen)])

    def pointed(self, message: SessionList.Pointed) -> None:
        """Show more of the session under the cursor."""
        message.stop()
        self._offer_keys(message.summary)
        if not self._said:
            self._tell_detail()

    def typed(self, event: Key) -> bool:
        """Give a key to the row that is up; return whether it was taken."""
        if self.filters.up:
            return self._typed_filter(event)
        taken = self.prompt.typed(event)
        if not self.prompt.up:
            self.put_away()
        return taken

    def _typed_filter(self, event: Key) -> bool:
        choice = self.filters.choice_at(event)
        if choice is not None or event.key == "escape":
            self.put_away()
        if choice is not None:
            self._toggle(choice)
        # A letter that nothing has must not be a command: it was meant for the filter.
        return event.is_printable or event.key == "escape"

    def chosen(self, message: FilterLines.Chosen) -> None:
        """Filter by a clicked choice."""
        message.stop()
        self.put_away()
        self._toggle(message.choice)

    def _toggle(self, choice: Choice) -> None:
        self.look_at(toggled(self._view, choice.facet, choice.value))

    def _search(self, text: str) -> None:
        self.look_at(replace(self._view, search=text))

    def ask(self, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Let a line be typed in the row of detail."""
        self._make_room()
        self.prompt.request(prompt, text, hint, hear)

    def _make_room(self) -> None:
        self.put_away()
        self.detail.display = False

    def put_away(self) -> None:
        """Take down what is typed or chosen in."""
        self.prompt.take_down()
        self.filters.take_down()
        self.detail.display = True

    def action_search(self) -> None:
        """Narrow the list by what is typed."""
        self._make_room()
        hint = "enter keeps it · esc ends the search"
        self.prompt.request("/", self._view.search, hint, self._search, follow=self._search)

    def action_filter(self) -> None:
        """Offer what the list can be narrowed to."""
        self.put_away()
        if not self.is_read:
            self.say("the sessions are still being read")
            return
        offered = choices(self.known, self._view)
        if offered:
            self.filters.offer(offered, self._view.picks)
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
        if not self.list.unmark():
            self.look_at(View(order=self._view.order))
