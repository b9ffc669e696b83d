"""Pictures of a table that was decided, narrow and wide; each was looked at."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace

import pytest

from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange.export import csv_lines
from maker_engine.sessions.exchange.report import findings
from maker_engine.sessions.exchange.report_markdown import as_markdown
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import SavedSource
from tests.tui.looking import shown


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """Sixty tickets, about half of them left to people."""
    path = tmp_path_factory.mktemp("tickets") / "tickets.maker"
    order = RunOrder("records", {}, model="sim:p=0.6,v=0.9", k=3, max_samples=8, undecided="ask-later", session=path)
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    return path


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
def test_the_workbench_shows_rows_and_the_votes_on_one(snap_compare, size, decided):
    """A map above, rows with their answers, the votes on the one under the cursor, the queue, and what all cost."""
    source = SavedSource(open_saved(decided, None, None))
    source._view = replace(source.view(), elapsed_s=83.0)

    async def ready(pilot) -> None:
        await shown(pilot, "60 T60", "to review")
        await pilot.press("tab")
        await pilot.pause()
        await pilot.press("up", "up")
        await shown(pilot, "votes · row 58", "step 58 · ")

    assert snap_compare(MakerApp(source), terminal_size=size, run_before=ready)


def test_a_row_that_was_given_up_is_written_with_the_margin_of_its_leader(decided):
    """In the table of steps nobody is behind what nobody voted for, and the report counts apart what is undecided."""
    with Reader(decided) as reader:
        task = open_saved(decided, None, None).task
        rows = list(csv.DictReader(csv_lines(reader, task)))
        given_up = [row for row in rows if row["answer"] == "undecided"]
        assert 0 < len(given_up) < len(rows) == 60
        assert all(int(row["margin"]) >= 0 for row in given_up)
        assert f"{60 - len(given_up)} of 60, {len(given_up)} undecided" in "".join(as_markdown(findings(reader, task)))
