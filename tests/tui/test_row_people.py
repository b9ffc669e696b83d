"""People work on the rows of a run while it decides others: a review, gold, and an audit at its end."""

from __future__ import annotations

import csv
import getpass

import pytest

from maker_engine.records.people import AUDIT, GOLD, REVIEW, Answers
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import gone, screen_text, shown, until


@pytest.fixture
def run(tmp_path):
    order = RunOrder("records", {}, model="sim:p=0.6,v=0.9,latency=0.01", k=3, concurrency=4, max_samples=8,
                     undecided="ask-later", session=tmp_path / "s.maker")  # fmt: skip
    run = LiveRun(prepare(order))
    yield run
    run.close()


async def test_people_work_on_rows_while_the_run_continues(run, tmp_path):
    """Undecided rows come in while the run decides others; people answer blind; an audit begins at its end."""
    run.start()
    app = MakerApp(run)
    kept = tmp_path / "s.maker"
    me = getpass.getuser()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, " to review", "? undecided", "in all")
        await pilot.press("Q")
        await shown(pilot, "review · 0 answered", "▶ running", "1  ")
        assert "ahead" not in screen_text(app), "how the votes went is not shown before the answer"
        await pilot.press("1")
        await shown(pilot, "review · 1 answered", "the votes did not decide")
        assert [{*one} for one in Answers(kept).by_thing(REVIEW).values()] == [{me}]
        await pilot.press("J", "1")
        await shown(pilot, "gold · 1 answered, 59 left")
        assert "votes" not in screen_text(app).replace("hold the votes against", "")
        await pilot.press("J")
        await until(pilot, lambda: run.ended)
        await shown(pilot, "audit · 0 answered", "1  ")
        await pilot.press("1", "1")
        await shown(pilot, "u take back")
        await pilot.press("percent_sign")
        await shown(pilot, "(95% sure)")
        await gone(pilot, "u take back")
        assert len(Answers(kept).by_thing(AUDIT)) == 2
        left = run.view().snapshot.totals.undecided - 1
        await pilot.press("q")
        await shown(pilot, f"{left} to review", "✔ solved")
        await pilot.press("tab")
        await pilot.pause()
        await pilot.press("home", "down")
        await shown(pilot, "votes · row 2", "step 2 · ")
        await pilot.press("end")
        await gone(pilot, "votes · row")
    rows = [*csv.DictReader((tmp_path / "s.gold.csv").read_text().splitlines())]
    assert [{row["ticket"]: {"category": row["category"]}} for row in rows] == [Answers(kept).gold()]
    assert len(Answers(kept).by_thing(GOLD)) == 1
