"""The list of saved sessions on the home screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from maker_engine.printable import one_line
from maker_tui.figures import count, fit, moment, short
from maker_tui.roles import line
from maker_tui.widgets.line_pane import LinePane
from maker_tui.words import DAMAGED, outcome_word

if TYPE_CHECKING:
    from maker_engine.sessions.library import SessionSummary

EMPTY = (
    line(),
    line(("No saved runs yet.", "strong")),
    line(),
    line("Press ", (" n ", "key"), " to order the first one: a task, a model and a margin k."),
    line("Every run is saved as it goes, and is listed here."),
)
"""What a newcomer sees."""


class SessionList(LinePane):
    """One row a session, with a cursor; a heading row stays on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("home,g", "move(-1000000)", "first", show=False),
        Binding("end,G", "move(1000000)", "last", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False),
        Binding("enter", "open", "open", show=False),
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
        self._cursor = 0

    @property
    def chosen(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self._sessions[self._cursor] if self._sessions else None

    def show_sessions(self, sessions: Sequence[SessionSummary]) -> None:
        """Show `sessions`, the cursor staying on the session it was on."""
        before = self.chosen
        self._sessions = sessions
        paths = [one.path for one in sessions]
        self._cursor = paths.index(before.path) if before is not None and before.path in paths else 0
        self.entitle(f"sessions · {count(len(sessions))}" if sessions else "sessions")
        self._reveal()

    @property
    def line_total(self) -> int:
        """Rows, the heading left out."""
        return len(self._sessions) + 1 if self._sessions else len(EMPTY)

    def line_at(self, index: int) -> Text:
        """Lay out one row; the row on top of the view is always the heading."""
        if self._sessions is None:
            return line(("reading the sessions …", "quiet")) if index == 1 else line()
        if not self._sessions:
            return EMPTY[index]
        if index == self._top:
            return heading(self.size.width)
        place = index - 1
        row = summary_line(self._sessions[place], self.size.width)
        if place == self._cursor:
            row = line((row.plain, "cursor"))
        return row

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


def heading(width: int) -> Text:
    """Name the columns."""
    return _row(("when", "task", "problem", "model", "outcome", "steps"), ["quiet"] * 6, width)


def summary_line(summary: SessionSummary, width: int) -> Text:
    """Tell one session in one row."""
    when = moment(summary.created)
    if width < WIDE_CELLS:
        when = when[5:]
    if summary.damaged is not None:
        return _row((when, summary.task, summary.path.name, "", str(DAMAGED), ""), ["quiet"] * 6, width)
    model = summary.model
    if summary.simulated:
        model = f"simulated: {summary.model}" if width >= WIDE_CELLS else "simulated"
    number = count if width >= WIDE_CELLS else short
    steps = number(summary.steps_done) + (f"/{number(summary.steps)}" if summary.steps is not None else "")
    word = outcome_word(summary.outcome)
    roles = ["quiet", "plain", "plain", "plain", word.role, "plain"]
    return _row((when, summary.task, summary.problem, model, str(word), steps), roles, width)


def detail_line(summary: SessionSummary) -> Text:
    """Tell in one row what the list has no room for."""
    told = [summary.model, f"{count(summary.samples)} samples"] if summary.damaged is None else [summary.damaged]
    return line((" " + " · ".join(one_line(part) for part in (*told, str(summary.path))), "quiet"))


WIDE_CELLS = 112
"""From this width on the year is told, and numbers in full."""
_NARROW, _WIDE = (11, 7, 0, 12, 13, 9), (16, 10, 0, 22, 15, 19)
"""Cells of the columns; the 0 stands for what is left, which is the problem's."""


def _row(cells: Sequence[str], roles: Sequence[str], width: int) -> Text:
    columns, gap = (_WIDE, "  ") if width >= WIDE_CELLS else (_NARROW, " ")
    spare = max(8, width - sum(columns) - len(gap) * (len(columns) - 1))
    last = len(cells) - 1
    row = line()
    for place, (cell, room, role) in enumerate(zip(cells, columns, roles, strict=True)):
        row.append(fit(one_line(cell), room or spare, right=place == last), role)
        row.append(gap if place < last else "")
    return row
