"""Tasks of others in the new-run form: what cannot be run is said under it, and nothing is begun."""

from __future__ import annotations

import pytest
from textual.widgets import Select

from maker_tui.app import MakerApp
from tests.tui.looking import shown

TASKS = """\
from maker_engine.core.decomposition import Task
from tests.support.toy import Count

class Real(Count):
    name = "real"
    imitate = Task.imitate

class Broken(Count):
    name = "broken"
    def step(self, state):
        raise ZeroDivisionError(state)
"""


@pytest.fixture(autouse=True)
def stranger(tmp_path, monkeypatch):
    """An installed package with two tasks."""
    (tmp_path / "stranger_tasks.py").write_text(TASKS)
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[maker.tasks]\nreal = stranger_tasks:Real\nbroken = stranger_tasks:Broken\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("real", "✖ task real cannot be simulated: give --model, such as openai/gpt-6-luna"),
        ("broken", "✖ task broken fails with ZeroDivisionError: 0 (stranger_tasks.py:11)"),
    ],
)
async def test_a_task_that_cannot_be_run_is_refused_under_the_form(name, told):
    """Rule: the form stays, says why in one line, and starts nothing."""
    async with MakerApp(listing=list).run_test(size=(120, 30), notifications=True) as pilot:
        await shown(pilot, "n new run")
        await pilot.press("n")
        await shown(pilot, "P(solve)")
        pilot.app.screen.query_one("#task-name", Select).value = name
        await shown(pilot, told)
        await pilot.press("enter")
        await shown(pilot, told, "no forecast for this form")
