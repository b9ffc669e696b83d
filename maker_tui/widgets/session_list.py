"""The list of saved sessions on the home screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from maker_engine.printable import one_line
from maker_engine.sessions.library.listing import View
from maker_tui.text.figures import count
from maker_tui.text.roles import line
from maker_tui.text.session_rows import ORDER_WORDS, alike, heading, summary_line
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary


def empty(order_key: str, demo_key: str) -> tuple[Text, ...]:
    """Explain to a new user what to press."""
    return (
        line(),
        line(("No saved runs yet.", "strong")),
        line(),
        line("Press ", (f" {demo_key} ", "key"), " to watch a demo: it is simulated, and free."),
        line("Press ", (f" {order_key} ", "key"), " to order the first run: a task, a model and k."),
        line(),
        line("Every step is voted on by independent samples until"),
        line("one answer is k votes ahead of every other: a larger"),
        line("k costs more samples, and lets fewer errors through."),
        line(),
        line("Every run is saved as it goes, and is listed here."),
    )


class SessionList(LinePane):
    """One row a session, with a cursor; a heading row stays on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("home,g", "move(-1000000)", "top", show=False),
        Binding("end,G", "move(1000000)", "bottom", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False),
        Binding("enter", "open", "open", show=False),
        Binding("space", "mark", "mark", show=False, tooltip="mark the session under the cursor, or take the mark off"),
    ]

    class Opened(Message):
        """A session was chosen."""

        def __init__(self, summary: SessionSummary) -> None:
            super().__init__()
            self.summary = summary

    class Pointed(Message):
        """The cursor is on a session, or on none."""

        def __init__(self, summary: SessionSummary | None) -> None:
            super().__init__()
            self.summary = summary

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("sessions", id=id)
        self._sessions: Sequence[SessionSummary] | None = None
        self._progress_at = (0, 0)
        self._total = 0
        self._view = View()
        self._cursor = 0
        self._alike: Collection[SessionSummary] = ()
        self._marked: dict[Path, None] = {}

    @property
    def chosen(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self._sessions[self._cursor] if self._sessions else None

    @property
    def marked(self) -> list[SessionSummary]:
        """The sessions that are shown and marked, in the order in which they were."""
        shown = {one.path: one for one in self._sessions or ()}
        return [shown[path] for path in self._marked if path in shown]

    def unmark(self) -> bool:
        """Take all marks off; return whether there were any."""
        before, self._marked = self._marked, {}
        self._entitle()
        self.refresh()
        return bool(before)

    @property
    def neighbour(self) -> SessionSummary | None:
        """The next session that is not marked after the one under the cursor, or before it at the end."""
        shown = self._sessions or ()
        beside = [*shown[self._cursor + 1 :], *reversed(shown[: self._cursor])]
        return next((one for one in beside if one.path not in self._marked), None)

    def show_sessions(
        self, sessions: Sequence[SessionSummary], view: View, total: int, point: Path | None = None
    ) -> None:
        """Show what `view` has left of `total` sessions.

        Args:
            sessions: What is left, in order.
            view: How the library is examined, for title and heading.
            total: All there are.
            point: Where the cursor goes, None to stay on its session. If that is not shown it keeps its row, but in
                another view it goes to the first.
        """
        before = self.chosen.path if point is None and self.chosen is not None else point
        otherwise = max(0, min(self._cursor, len(sessions) - 1)) if view == self._view else 0
        self._sessions, self._total, self._view = sessions, total, view
        self._cursor = next((place for place, one in enumerate(sessions) if one.path == before), otherwise)
        self._alike = alike(sessions)
        self._marked = {one.path: None for one in self.marked}
        self._entitle()
        self._reveal()

    def _entitle(self) -> None:
        marked = f" · {count(len(self._marked))} marked" if self._marked else ""
        self.entitle(title_of(self._view, len(self._sessions or ()), self._total) + marked)

    def show_progress(self, done: int, total: int) -> None:
        """Show how many of how many sessions have been read, before there is anything else to show."""
        if self._sessions is None and (done, total) != self._progress_at:
            self._progress_at = done, total
            self.refresh()

    @property
    def _reading(self) -> str:
        done, total = self._progress_at
        return f"reading the sessions … {f'{count(done)} of {count(total)}' if total else ''}"

    def point(self, path: Path) -> bool:
        """Move the cursor to a session; return whether it is shown."""
        place = next((place for place, one in enumerate(self._sessions or ()) if one.path == path), None)
        if place is not None:
            self._cursor = place
            self._reveal()
        return place is not None

    @property
    def line_total(self) -> int:
        """Rows, the heading left out."""
        return 2 if self._sessions is None else len(self._sessions) + 1 if self._sessions else len(self._empty)

    @property
    def _empty(self) -> Sequence[Text]:
        if not self._total:
            return empty(key_now(self.app, "home.new-run", "n"), key_now(self.app, "home.demo", "D"))
        every = f" shows all {count(self._total)} again."
        return (
            line(),
            line(("No session matches.", "strong")),
            line(),
            line("Press ", (f" {key_now(self.app, 'home.show-all', 'escape')} ", "key"), every),
        )

    def line_at(self, index: int) -> Text:
        """Lay out one row; the row on top of the view is always the heading."""
        if self._sessions is None:
            return line((self._reading, "quiet")) if index == 1 else line()
        if not self._sessions:
            return self._empty[index]
        if index == self._top:
            return heading(self.size.width, self._view.order)
        place = index - 1
        row = self._row(self._sessions[place])
        if place == self._cursor:
            row = line((row.plain, "cursor"))
        return row

    def copied_lines(self, most: int) -> list[str]:
        """Return heading and sessions; the heading is on top of the view, and not at the top of the list."""
        rows = [self._row(one) for one in (self._sessions or ())[:most]]
        return [row.plain for row in (heading(self.size.width, self._view.order), *rows)] if rows else []

    def _row(self, one: SessionSummary) -> Text:
        marked, with_suffix = one.path in self._marked, one in self._alike
        return summary_line(one, self.size.width, self._view.order, marked=marked, with_suffix=with_suffix)

    def copied_line(self) -> str:
        """Return where the session under the cursor is."""
        return "" if self.chosen is None else str(self.chosen.path)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        if self._sessions:
            self._cursor = max(0, min(len(self._sessions) - 1, self._cursor + by))
            self._reveal()

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * max(1, self.size.height - 2))

    def action_open(self) -> None:
        """Open the session under the cursor."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def action_mark(self) -> None:
        """Mark the session under the cursor, or take its mark off, and move to the next."""
        if self.chosen is not None:
            path = self.chosen.path
            self._marked = {**self._marked, path: None} if path not in self._marked else {
                one: None for one in self._marked if one != path}  # fmt: skip
            self._entitle()
            self.action_move(1)

    def on_click(self, event: Click) -> None:
        """Move the cursor to the clicked row; a second click opens it."""
        place = event.get_content_offset(self)
        if place is None or not self._sessions or place.y == 0:
            return
        index = self._top + place.y - 1
        if index < len(self._sessions):
            again = index == self._cursor and event.chain > 1
            self._cursor = index
            self._reveal()
            if again:
                self.action_open()

    def _reveal(self) -> None:
        rows = max(1, self.size.height - 1)
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + rows:
            self._top = self._cursor - rows + 1
        self.refresh()
        self.post_message(self.Pointed(self.chosen))


def title_of(view: View, shown: int, total: int) -> str:
    """Show in the border how many sessions are shown, in which order, and what leaves the others out."""
    if not total:
        return "sessions"
    number = f"{count(shown)} of {count(total)}" if view.narrowed else count(total)
    parts = ["sessions", number, ORDER_WORDS[view.order]]
    if view.search.split():
        parts.append(f"/{one_line(view.search, 24)}")
    return " · ".join([*parts, *(one_line(value, 24) for value in view.picks.values())])
