"""A picture of the workbench for each task found by entry point; each was looked at."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from maker_engine.core.solving.settings import Settings
from maker_tui.app import MakerApp
from tests.tui.looking import shown
from tests.tui.sources import Scripted, run_events

MOST_EVENTS = 3_000
"""Enough to be well on the way in any task."""
SMALL, WIDE = (80, 24), (160, 45)
ENTRIES = sorted(entry_points(group="maker.tasks"))
CASES = [
    *(pytest.param(entry, SMALL, id=entry.name) for entry in ENTRIES),
    *(pytest.param(entry, WIDE, id=f"{entry.name}-wide") for entry in ENTRIES if entry.load().acts),
]
"""Each task in a small window; those that act in a wide one too, whose tables show more there."""


@pytest.mark.parametrize(("entry", "size"), CASES)
def test_the_workbench_shows_the_task(snap_compare, entry, size):
    """The task's board half-way through its default problem, beside votes, red flags and progress."""
    task = entry.load().load({})
    source = Scripted(task, run_events(task, Settings(k=4), most=MOST_EVENTS))
    source.play(len(source.events) // 2)

    async def ready(pilot) -> None:
        await shown(pilot, task.title, "▶ running")

    assert snap_compare(MakerApp(source), terminal_size=size, run_before=ready)


def test_a_wide_workbench_shows_a_cycle(snap_compare):
    """A cycle stands as a path with the kind of each need, beside the vote on what becomes of it."""
    family = next(iter(entry_points(group="maker.tasks", name="build_order"))).load()
    task = family.load({"sample": "knots"})
    source = Scripted(task, run_events(task, Settings(k=4), most=MOST_EVENTS))
    source.play(4)

    async def ready(pilot) -> None:
        await shown(pilot, task.title, "cycle: core")

    assert snap_compare(MakerApp(source), terminal_size=(160, 45), run_before=ready)
