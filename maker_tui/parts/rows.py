"""What a workbench has where steps are rows: a table of them, the votes on one, and people's work on them."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding

from maker_engine.core.errors import InputError
from maker_engine.core.record.decisions import describe
from maker_engine.sessions.store.time_travel import as_decided
from maker_tui.text.figures import count, ordinal
from maker_tui.widgets.rows_pane import LOOK_S, RowsPane

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.core.record.snapshot import Snapshot, Totals
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.time_travel import TimeTravel
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.labelling import Labelling
    from maker_tui.runs.view import RunView
    from maker_tui.widgets.vote_tally import VoteTally

PEOPLE_KEY = Binding(
    "Q", "people", "review", show=False, tooltip="people decide rows that the votes did not, label gold, or audit"
)


class Rows:
    """Shows the rows of a run whose task is independent; of any other it does nothing.

    Args:
        screen: The screen.
        source: The run.
        travel: The moment in view.
        tally: Shows the votes on a row.
        again: Shows the run as it is now.
        keys: Count the keys.

    Attributes:
        pane: The table.
        independent: Whether there are rows.
    """

    def __init__(
        self, screen: MakerScreen, source: RunSource, travel: TimeTravel, tally: VoteTally, again: Callable[[], None],
        keys: CountedKeys,
    ) -> None:  # fmt: skip
        self._screen, self._source, self._travel, self._tally, self._again = screen, source, travel, tally, again
        self.pane = RowsPane(id="rows")
        self.independent = source.task.independent
        self.pane.pointed, self.pane.chosen = self._point, partial(travel.action_look, "inspector")
        self.pane.counted = keys.take_count
        if self.independent:
            travel.pointed = self._pinned_now
        self._labelling: Labelling | None = None
        self._why_not = ""
        self._shown: int | None = None
        self._looked_at = 0.0

    def _pinned_now(self) -> int | None:
        return self.pane.pinned if self.pinned else None

    @property
    def pinned(self) -> bool:
        """Whether the votes shown are those of a row that the cursor was moved to."""
        return self.independent and not self._travel.in_the_past and self.pane.pinned is not None

    def show(self, view: RunView) -> None:
        """Show the rows, and how many wait for people."""
        run = self._travel.run
        if not self.independent or run is None:
            return
        totals = view.snapshot.totals
        given_up = f", {count(totals.undecided)} ?" if totals.undecided else ""
        words = f"{count(totals.steps - totals.undecided)} decided{given_up}"
        self.pane.show_run(run, self._travel.place, words, past=self._travel.in_the_past)
        if not self.pinned:
            self._shown = None

    def queue_words(self, totals: Totals) -> tuple[str, ...]:
        """Say how many rows wait for people, as a fact of the head line; nothing where none do."""
        labelling = self._made() if self.independent and totals.undecided else None
        if labelling is None:
            return ()
        review = labelling.lists[0].review
        late = time.monotonic() - self._looked_at >= LOOK_S
        if len(review) < totals.undecided and late and not self._travel.in_the_past:
            self._looked_at = time.monotonic()
            labelling.lists[0].more()
        left = review.open + max(0, totals.undecided - len(review))
        return (f"{count(left)} to review",) if left else ()

    def _point(self) -> None:
        """Show the votes on the row under the cursor, also of one decided long ago."""
        run, row = self._travel.run, self.pane.pinned
        if run is None or row is None:
            self._shown = None
            if not self._travel.in_the_past:
                self._again()
            return
        self._shown = row
        run.records.look(partial(_votes, run.task, row), self._take, "row votes", quiet=True)

    def _take(self, state: Snapshot) -> None:
        row = self._shown
        if row is not None and self.pinned:
            self._tally.entitle(f"votes · row {ordinal(row)}")
            self._tally.show_votes(state, partial(describe, self._source.task), acts=False)

    def _made(self) -> Labelling | None:
        """Make what people are asked, once; None where nothing can be."""
        view, records = self._source.view(), self._travel.records
        if self._labelling is None and not self._why_not and view is not None and records is not None:
            # Few tasks have rows; the others load nothing of it.
            from maker_engine.records.decided import units_of  # noqa: PLC0415 - start-up
            from maker_engine.records.people import Answers  # noqa: PLC0415 - start-up
            from maker_tui.runs.labelling import LabellingSettings, Table, labelling_of  # noqa: PLC0415 - start-up

            try:
                units = units_of(self._source.task, view.session)
                table = Table(self._source.task, units, Answers(view.session), records)
            except InputError as error:
                self._why_not = str(error)
            else:
                self._labelling = labelling_of(
                    table, LabellingSettings(getpass.getuser()), view.session, source=self._source
                )
        return self._labelling

    def action_people(self) -> None:
        """Show what people are asked; the run is not stopped by it."""
        labelling = self._made() if self.independent else None
        if labelling is None:
            why = self._why_not or "the steps of this task are no rows" * (not self.independent)
            self._screen.notify(why or "nothing is on record yet", title="no review", markup=False, timeout=3)
            return
        self._screen.opener.people(labelling, self._back)

    def _back(self) -> None:
        if not self._travel.in_the_past:
            self._again()  # others wait for people now


def _votes(task: AnyTask, row: int, reader: Reader) -> Snapshot:
    return replace(as_decided(reader, task, row), decided=None)
