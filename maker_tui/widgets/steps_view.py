"""The steps of a run: the table with its heading, what it is narrowed to, and what is searched for in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message

from maker_engine.core.filters.facts import StepFacts
from maker_engine.sessions.queries.inspection import facts_of
from maker_engine.sessions.store.reader import Reader
from maker_tui.runs.finding import Finding
from maker_tui.runs.ordering import Ordering
from maker_tui.runs.viewed import Opened, Went
from maker_tui.text.figures import count
from maker_tui.widgets.cursor_pane import CursorPane
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.step_table import IN_STEPS, MARKS_LEGEND, Order, StepTable, heading_row

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_tui.runs.viewed import ViewedRun
    from maker_tui.text.inspector_lines import Describe

NEAR = 8
"""Steps that lie no further apart than this are read in one go."""


class Sought(Message):
    """The first step that a search has found, 0-based."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class StepsView(Vertical):
    """Shows every decided step of a run, or those that a filter picks.

    Args:
        run: The run.
    """

    DEFAULT_CSS = """
    StepsView { height: 1fr; }
    StepsView #columns { padding: 0 2; }
    """

    def __init__(self, run: ViewedRun, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._run = run
        self._columns = LineView(id="columns")
        self._table = StepTable(id="steps")
        self._narrow = False
        self._seek = False
        self.finding = Finding(run.records, run.task, run.marks, run.describe, self._found)
        self._order = IN_STEPS
        self._ordering = Ordering(run.records, run.task, self._ordered)

    def compose(self) -> ComposeResult:
        """Names of the columns, and the table."""
        yield self._columns
        yield self._table

    def on_resize(self, _event: Resize) -> None:
        """Name the columns there is room for."""
        self._name_columns()

    def _name_columns(self) -> None:
        self._columns.show([heading_row(max(0, self.size.width - 4), self._run.records.steps, self._order)])

    def show_step(self, step: int) -> None:
        """Bring the cursor to `step`, 0-based; in a narrowed table to the first one from there on.

        Where the steps are in another order, to the step itself, if it is among those shown.
        """
        self._show()
        ranked, picked = self._ordering.steps, self._picked
        if ranked is not None:
            if self._table.step != step and step in ranked:
                self._table.point(ranked.index(step))
            return
        row = step if picked is None else min(bisect_left(picked, step), max(0, len(picked) - 1))
        if self._table.step != (step if picked is None else None):
            self._table.point(row)

    def more(self) -> None:
        """Show the run as it is now."""
        self.finding.go_on()
        self._ordering.go_on()
        self._show()

    def take_focus(self) -> None:
        """Handle the keys."""
        self._table.focus()

    def find(self, text: str, *, narrow: bool) -> None:
        """Look for steps, and show them among the others, or them alone; empty text shows all.

        Raises:
            InputError: It cannot be read.
        """
        self.finding.begin(text)
        self._begun(narrow=narrow)

    def find_words(self, text: str) -> None:
        """Look for steps with a response that has all words, and show them among the others."""
        self.finding.begin_words(text)
        self._begun(narrow=False)

    def _begun(self, *, narrow: bool) -> None:
        self._narrow, self._seek = narrow and self.finding.search is not None, not narrow
        self._begin_order(self._order)
        self._show()

    def match(self, by: int, here: int) -> int | None:
        """Return the step of the next match after step `here`, or the one before; None where there is none yet."""
        search = self.finding.search
        if search is None:
            return None
        return search.after(here) if by > 0 else search.before(here)

    @property
    def _picked(self) -> Sequence[int] | None:
        return self.finding.search.found if self._narrow and self.finding.search is not None else None

    def _found(self) -> None:
        search = self.finding.search
        if self._seek and search is not None and search.found:
            self._seek = False  # only once: from then on the cursor is the user's
            here = self._table.step or 0
            first = search.after(here - 1)
            step = search.found[0] if first is None else first
            self.show_step(step)
            self.post_message(Sought(step))
        self._ordering.go_on()
        self._show()

    def on_step_table_order_asked(self, message: StepTable.OrderAsked) -> None:
        """Put the steps in another order."""
        message.stop()
        self._begin_order(message.order)
        self._show()
        if self._table.step is not None:  # else `_ordered` says what is first; the thread may have it by now
            self.post_message(Went(self._table.step))

    def _begin_order(self, order: Order) -> None:
        self._order = order
        if order == IN_STEPS:
            self._ordering.end()
        else:
            self._ordering.begin(order.name, descending=order.descending, among=self._picked)

    def _ordered(self) -> None:
        """Show what is first; a cursor that was not moved stays on the first row, and all views go where it is."""
        first, here = self._table.cursor == 0, self._table.step
        self._show()
        if first and self._table.step not in (None, here):
            self.post_message(Went(self._table.step or 0))

    def _show(self) -> None:
        total = self._run.records.steps
        self._name_columns()
        ranked = self._ordering.steps
        self._table.show_steps(total, self._picked if ranked is None else ranked, self._order)
        status = " · ".join(filter(None, (self.finding.status, self._ordering.status)))
        end = " · esc ends the search" if self.finding.going else ""
        self._table.entitle(f"steps · {count(total)}{' · ' + status if status else ''}{end}", MARKS_LEGEND)

    def on_step_table_wanted(self, message: StepTable.Wanted) -> None:
        """Read rows."""
        message.stop()
        task, describe, steps = self._run.task, self._run.describe, sorted(message.steps)
        self._run.records.look(lambda reader: read_rows(reader, task, describe, steps), self._table.take, "page")

    def on_cursor_pane_pointed(self, message: CursorPane.Pointed) -> None:
        """Return which step the cursor is on; the table may have been narrowed since."""
        message.stop()
        if self._table.step is not None:
            self.post_message(Went(self._table.step))

    def on_cursor_pane_chosen(self, message: CursorPane.Chosen) -> None:
        """Open the step under the cursor."""
        message.stop()
        if self._table.step is not None:
            self.post_message(Opened(self._table.step))


def read_rows(reader: Reader, task: AnyTask, describe: Describe, steps: Sequence[int]) -> list[StepFacts]:
    """Read the facts of steps, given ascending."""
    wanted = frozenset(steps)
    found = (stored for first, last in _stretches(steps) for stored in reader.steps(task, first, last))
    return [facts_of(stored, describe) for stored in found if stored.step in wanted]


def _stretches(steps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the stretches in which steps lie close to each other: the first step, and the one after the last."""
    first = last = None
    for step in steps:
        if first is None or last is None:
            first = step
        elif step - last > NEAR:
            yield first, last + 1
            first = step
        last = step
    if first is not None and last is not None:
        yield first, last + 1
