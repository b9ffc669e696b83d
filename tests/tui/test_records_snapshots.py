"""Pictures of a table that fills, narrow and wide; each was looked at."""

from __future__ import annotations

import pytest
from maker_tasks.records import Records

from maker_engine.core.solving.settings import Settings
from maker_tui.app import MakerApp
from tests.tui.looking import shown
from tests.tui.sources import Scripted, run_events


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
def test_the_workbench_shows_a_table_that_fills(snap_compare, size):
    """Half-way through, the row that is asked about stands below how much is done and how the labels are spread."""
    task = Records.load({})
    source = Scripted(task, run_events(task, Settings(k=3), most=3_000))
    source.play(len(source.events) // 2)

    async def ready(pilot) -> None:
        await shown(pilot, task.title, "▶ running")

    assert snap_compare(MakerApp(source), terminal_size=size, run_before=ready)
