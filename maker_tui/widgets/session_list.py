"""The list of saved sessions on the home screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from maker_engine.printable import one_line
from maker_engine.sessions.shelf import Order, View
from maker_tui.figures import count, count_of, fit, moment, short
from maker_tui.roles import line
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane
from maker_tui.words import summary_word

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library import SessionSummary


def empty(key: str) -> tuple[Text, ...]:
    """Tell a newcomer what to press."""
    return (
        line(),
        line(("No saved runs yet.", "strong")),
        line(),
        line("Press ", (f" {key} ", "key"), " to order the first one: a task, a model and a margin k."),
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
        self._looked_at = (0, 0)
        self._total = 0
        self._view = View()
        self._cursor = 0

    @property
    def chosen(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self._sessions[self._cursor] if self._sessions else None

    @property
    def neighbour(self) -> SessionSummary | None:
        """The session after the one under the cursor, or before it at the end."""
        shown = self._sessions or ()
        beside = [*shown[self._cursor + 1 : self._cursor + 2], *shown[max(0, self._cursor - 1) : self._cursor]]
        return beside[0] if beside else None

    def show_sessions(
        self, sessions: Sequence[SessionSummary], view: View, total: int, point: Path | None = None
    ) -> None:
        """Show what `view` has left of `total` sessions.

        Args:
            sessions: What is left, in order.
            view: How the library is looked at, for title and heading.
            total: All there are.
            point: Where the cursor goes, None to stay on its session. If that is not shown it keeps its row, but in
                another view it goes to the first.
        """
        before = self.chosen.path if point is None and self.chosen is not None else point
        otherwise = max(0, min(self._cursor, len(sessions) - 1)) if view == self._view else 0
        self._sessions, self._total, self._view = sessions, total, view
        self._cursor = next((place for place, one in enumerate(sessions) if one.path == before), otherwise)
        self.entitle(title_of(view, len(sessions), total))
        self._reveal()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many of how many sessions have been read, before there is anything else to show."""
        if self._sessions is None and (done, total) != self._looked_at:
            self._looked_at = done, total
            self.refresh()

    @property
    def _reading(self) -> str:
        done, total = self._looked_at
        return f"reading the sessions … {f'{count(done)} of {count(total)}' if total else ''}"

    def point(self, path: Path) -> bool:
        """Move the cursor to a session; tell whether it is shown."""
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
            return empty(key_now(self.app, "home.new-run", "n"))
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
        row = summary_line(self._sessions[place], self.size.width, self._view.order)
        if place == self._cursor:
            row = line((row.plain, "cursor"))
        return row

    def copied_lines(self, most: int) -> list[str]:
        """Return heading and sessions; the heading stands on top of the view, and not at the top of the list."""
        width, order = self.size.width, self._view.order
        rows = [summary_line(one, width, order) for one in (self._sessions or ())[:most]]
        return [row.plain for row in (heading(width, order), *rows)] if rows else []

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
    """Tell in the border how many sessions are shown, in which order, and what leaves the others out."""
    if not total:
        return "sessions"
    number = f"{count(shown)} of {count(total)}" if view.narrowed else count(total)
    parts = ["sessions", number, ORDER_WORDS[view.order]]
    if view.search.split():
        parts.append(f"/{one_line(view.search, 24)}")
    return " · ".join([*parts, *(one_line(value, 24) for value in view.picks.values())])


def heading(width: int, order: Order) -> Text:
    """Name the columns, with a mark at the one that orders them; for want of one, samples stand in that of steps."""
    names = ["when", "task", "name or problem", "model", "outcome", "steps"]
    place, mark = MARKS[order]
    if order is Order.SAMPLES:
        names[place] = "samples"
    names[place] += mark
    return _row(names, ["quiet" if one != place else "strong" for one in range(len(names))], width)


def summary_line(summary: SessionSummary, width: int, order: Order = Order.NEWEST) -> Text:
    """Tell one session in one row."""
    wide = width >= WIDE_CELLS
    when = moment(summary.created) if wide else moment(summary.created)[5:]
    word = summary_word(summary)
    if summary.damaged is not None:
        return _row((when, summary.task, summary.path.name, "", str(word), ""), ["quiet"] * 6, width)
    model = summary.model
    if summary.simulated:
        model = f"simulated: {summary.model}" if wide else "simulated"
    number = count if wide else short
    figure = number(summary.steps_done) + (f"/{number(summary.steps)}" if summary.steps is not None else "")
    if order is Order.SAMPLES:
        figure = number(summary.samples)
    label = summary.problem
    if summary.name:
        label = f"{summary.name} · {summary.problem}" if wide else summary.name
    roles = ["quiet", "plain", "strong" if summary.name else "plain", "plain", word.role, "plain"]
    mark = f" ⋔{count(summary.forks)}" if summary.forks else ""
    return _row((when, summary.task, label, model, str(word), figure), roles, width, mark)


def detail_line(summary: SessionSummary) -> Text:
    """Tell in one row what the list has no room for."""
    told = [summary.damaged or "damaged"]
    if summary.damaged is None:
        told = [summary.problem] if summary.name else []
        told += [summary.model, count_of(summary.samples, "sample")]
        told += [f"{count(summary.forks)} {'forks' if summary.forks > 1 else 'fork'}"] if summary.forks else []
    return line((" " + " · ".join(one_line(part) for part in (*told, str(summary.path))), "quiet"))


ORDER_WORDS = {
    Order.NEWEST: "newest first",
    Order.OLDEST: "oldest first",
    Order.TASK: "by task",
    Order.MODEL: "by model",
    Order.OUTCOME: "by outcome",
    Order.STEPS: "most steps",
    Order.SAMPLES: "most samples",
}
MARKS = {
    Order.NEWEST: (0, " ▼"), Order.OLDEST: (0, " ▲"), Order.TASK: (1, " ▲"), Order.MODEL: (3, " ▲"),
    Order.OUTCOME: (4, " ▲"), Order.STEPS: (5, " ▼"), Order.SAMPLES: (5, " ▼"),
}  # fmt: skip
"""Which column an order goes by, and which way."""
WIDE_CELLS = 112
"""From this width on the year is told, and numbers in full."""
_NARROW, _WIDE = (11, 7, 0, 12, 13, 9), (16, 10, 0, 22, 15, 19)
"""Cells of the columns; the 0 stands for what is left, which is the problem's."""


def _row(cells: Sequence[str], roles: Sequence[str], width: int, mark: str = "") -> Text:
    """Set cells in columns; in the widest, a mark stands after the text, which is cut for it if need be."""
    columns, gap = (_WIDE, "  ") if width >= WIDE_CELLS else (_NARROW, " ")
    spare = max(8, width - sum(columns) - len(gap) * (len(columns) - 1))
    last = len(cells) - 1
    row = line()
    for place, (cell, room, role) in enumerate(zip(cells, columns, roles, strict=True)):
        text = one_line(cell)
        if room:
            row.append(fit(text, room, right=place == last), role)
        else:
            cut = fit(text, min(cell_len(text), spare - len(mark)))
            row.append(cut, role).append(fit(mark, spare - cell_len(cut)), "accent")
        row.append(gap if place < last else "")
    return row
