"""The rows of a run whose steps do not depend on each other: a table that fills, of any length.

Only the rows in view are read, in the record's thread; a refresh costs what is on the screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize

from maker_engine.core.filters.facts import StepFacts
from maker_engine.printable import one_line
from maker_tui.text.figures import count, fit, ordinal
from maker_tui.text.roles import line
from maker_tui.widgets.cursor_pane import LAST, CursorPane
from maker_tui.widgets.step_table import marks_of
from maker_tui.widgets.steps_view import read_rows

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.viewed import ViewedRun

LOOK_S = 0.5
"""The record is read no more often than this, but for rows that come into view."""
MOST_KEPT = 4_000
LONGEST_TITLE = 200
LEAST_TITLE, GOOD_TITLE = 12, 24
"""Cells that a title has before answer and marks take theirs, and before votes do."""
ANSWER_CELLS, WIDE_ANSWER_CELLS, VOTES_CELLS, MARK_CELLS = 10, 18, 8, 3
WIDE_CELLS = 60
"""From this width on an answer has more room."""
UNDECIDED, TO_COME = "undecided", "…"
LEGEND, SHORT_LEGEND = "✖ wrong  ? undecided  ≠ dissent  ⚑ flagged", "✖ wrong  ≠ dissent  ⚑ flagged"
"""The answer says so itself where a row is undecided."""


class ShownRow(NamedTuple):
    """A row as it was read.

    Attributes:
        title: What it is about, in the task's words.
        facts: What it was decided as, None where it is not.
        undecided: It was given up.
    """

    title: str
    facts: StepFacts | None = None
    undecided: bool = False


class RowsPane(CursorPane):
    """Shows all rows: what each is about, and what it was decided as. The cursor keeps to the open row until moved.

    Attributes:
        pointed: Called when the cursor was moved.
        chosen: Called when the row under it was chosen.
        counted: Returns the number that was typed before a key, None for none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "g", "go_line", "go to", show=False, tooltip="to the row whose number was typed before, or to the first"
        )
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("rows", id=id)
        self._run: ViewedRun | None = None
        self._total = self._done = 0
        self._rows: dict[int, ShownRow] = {}
        self._following, self._past = True, False
        self._waiting = False
        self._looked_at = 0.0
        self.pointed: Callable[[], None] = _ignore
        self.chosen: Callable[[], None] = _ignore
        self.counted: Callable[[], int | None] = _ignore
        self._words = ""

    @property
    def line_total(self) -> int:
        """A line a row."""
        return self._total

    @property
    def pinned(self) -> int | None:
        """The decided row that the cursor was moved to, 0-based; None while it keeps to the open one."""
        return None if self._following or self._cursor >= self._done else self._cursor

    def show_run(self, run: ViewedRun, place: int, words: str, *, past: bool) -> None:
        """Show the rows of `run` as far as they are known; in the past the cursor is at `place`, 0-based."""
        self._run, total = run, run.total
        if total != self._total:
            self._total = total
            self.refresh()
        self._words = f"rows · {words}"
        self._entitle()
        self._past = past
        if past:
            self._bring(min(place, total - 1))
        if not self._waiting:
            self._waiting = True
            self.set_timer(max(0.01, self._looked_at + LOOK_S - time.monotonic()), self._look)

    def _entitle(self) -> None:
        self.entitle(self._words, LEGEND if self.size.width >= len(LEGEND) else SHORT_LEGEND)

    def _bring(self, row: int) -> None:
        """Bring the cursor to a row without having it count as moved by a person."""
        if row != self._cursor:
            self._cursor = max(0, row)
            self.reveal()
            self.refresh()

    def _look(self) -> None:
        self._waiting = False
        self._looked_at = time.monotonic()
        self.want()

    def want(self) -> None:
        """Read what is in view and not known, or was not decided when it was read."""
        run = self._run
        if run is None or not self.display or not self.size:
            return
        height = max(1, self.size.height)
        held = self._rows if len(self._rows) <= MOST_KEPT else {}
        at = None if self._following and not self._past else self.top
        run.records.look(partial(_read, run, (at, height, self._total), held), self._take, "rows", quiet=True)

    def _take(self, found: tuple[int, Mapping[int, ShownRow]]) -> None:
        self._done, rows = found
        if len(self._rows) > MOST_KEPT:
            self._rows = {}
        changed = any(self._rows.get(row) != shown for row, shown in rows.items())
        self._rows |= rows
        if self._following and not self._past:  # only now: its rows are here
            self._bring(min(self._done, self._total - 1))
        if changed:
            self.refresh()

    def scrolled(self) -> None:
        """Read what came into view."""
        self.want()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in view, and fill the rows there is room for now."""
        super().on_resize(event)
        if self._words:
            self._entitle()
        self.reveal()
        self.want()

    def action_go_line(self) -> None:
        """Go to a row by its number."""
        self.point((self.counted() or 1) - 1)

    def action_choose(self) -> None:
        """Look at the row under the cursor closely."""
        self.chosen()

    def point(self, row: int) -> None:
        """Bring the cursor to a row, and keep it there."""
        self._following = False
        super().point(row)
        self.pointed()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows; to the end is to the open row, and along with the run from then on."""
        if by < LAST:
            super().action_move(by)
            return
        self._following = True
        self._bring(min(self._done, self._total - 1))
        self.pointed()

    def row_at(self, index: int) -> Text:
        """Lay out one row."""
        held = self._rows.get(index)
        return row_line(index, held or ShownRow(TO_COME), self.size.width, self._total)


def _ignore() -> None:
    """Do nothing."""


def row_line(row: int, shown: ShownRow, width: int, total: int) -> Text:
    """Lay out a row (0-based) in `width` cells: its number, what it is about, its answer, votes and marks."""
    number, room = len(count(total)), width
    parts: list[str | tuple[str, str]] = [(f"{ordinal(row):>{number}} ", "label")]
    facts = shown.facts
    answer, role = (TO_COME, "quiet") if facts is None else (facts.answer, "accent")
    votes, marks = "", ("", "quiet")
    if facts is not None:
        glyphs, gravest = marks_of(facts)
        votes = f"{count(facts.margin)} of {count(facts.votes)}"
        marks = (glyphs, gravest)
    if shown.undecided:
        answer, role, marks = UNDECIDED, "warn", (f"?{marks[0].replace('@', '')}", "warn")
    answer_cells = WIDE_ANSWER_CELLS if width >= WIDE_CELLS else ANSWER_CELLS
    columns = [
        (answer, answer_cells, role, LEAST_TITLE), (marks[0], MARK_CELLS, marks[1], LEAST_TITLE),
        (votes, VOTES_CELLS, "quiet", GOOD_TITLE),
    ]  # fmt: skip
    room -= number + 1
    chosen = []
    for text, cells, shade, least in columns:
        if room - cells - 1 < least:
            break
        room -= cells + 1
        chosen.append((f" {fit(text, cells)}", shade))
    return line(*parts, fit(one_line(shown.title, LONGEST_TITLE), max(0, room)), *chosen)


def _read(
    run: ViewedRun, view: tuple[int | None, int, int], held: Mapping[int, ShownRow], reader: Reader
) -> tuple[int, Mapping[int, ShownRow]]:
    """Read the rows in a view that are not held as they are now; how many are decided comes with them.

    Args:
        run: The run.
        view: The first row (0-based), None for those that end with the open one; how many; and how many there are.
        held: Rows that were read before.
        reader: The record.
    """
    run.marks.catch_up(reader)
    top, height, total = view
    done = min(reader.steps_done(), len(run.marks))
    first = max(0, min(done, total - 1) - height + 1) if top is None else top
    rows = [row for row in range(first, min(total, first + height)) if _is_old(held.get(row), decided=row < done)]
    facts = {one.step: one for one in read_rows(reader, run.task, run.describe, [row for row in rows if row < done])}
    return done, {
        row: ShownRow(_title(run.task, row), facts.get(row), row < done and run.marks.is_undecided(row)) for row in rows
    }


def _is_old(shown: ShownRow | None, *, decided: bool) -> bool:
    return shown is None or (decided and shown.facts is None)


def _title(task: AnyTask, row: int) -> str:
    """Say what a row is about; a task that cannot say it must not end its own run."""
    try:
        return task.row_title(row)
    except Exception as error:  # noqa: BLE001 - a stranger's task
        return f"({type(error).__name__})"
