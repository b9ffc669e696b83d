"""Pictures of an order and of a review in the workbench, narrow and wide; each was looked at."""

from __future__ import annotations

import pytest
from maker_tasks.provisioning import Provisioning

from maker_engine.core.solving.settings import Settings
from maker_tui.app import MakerApp
from tests.tui.looking import shown
from tests.tui.sources import Scripted, run_events


@pytest.mark.parametrize(
    ("mode", "size"),
    [("review", (80, 24)), ("review", (160, 45)), ("order", (160, 45))],
    ids=["narrow", "wide", "order"],
)
def test_the_workbench_shows_it(snap_compare, mode, size):
    """Half-way through, an order shows its slots over time, and a review its changes with their verdicts."""
    task = Provisioning.load({"mode": mode})
    source = Scripted(task, run_events(task, Settings(k=4), most=3_000))
    source.play(len(source.events) // 2)

    async def ready(pilot) -> None:
        await shown(pilot, task.title, "▶ running")

    assert snap_compare(MakerApp(source), terminal_size=size, run_before=ready)
