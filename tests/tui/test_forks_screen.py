"""The forks of a session on the screen, and a run that another process drives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maker_engine.core.record.events import Outcome, RunEnded, RunResumed
from maker_engine.runtime.continuing import fork, prepare_fork
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_tui.app import MakerApp
from maker_tui.runs.following import FollowedRun
from tests.tui.looking import shown, until

SIZE = (80, 24)


async def drive_on(prepared: PreparedRun) -> None:
    """Run to the end."""
    await drive(prepared, Inbox(), lambda _: None)


@pytest.fixture
async def forked(tmp_path: Path) -> Path:
    """A run with a fork, and a fork of that which has not been run."""
    path = tmp_path / "hanoi-1.maker"
    await drive_on(prepare(RunOrder("hanoi", {"disks": 4}, model="sim:p=0.9", k=3, session=path)))
    await drive_on(prepare_fork(path, 6, {"k": 4}, note="wider margin"))
    fork(path, 9, {"model": "sim:p=0.95"}, branch=1)
    return path


async def test_the_tree_of_forks_is_shown_and_each_run_opens(forked: Path) -> None:
    """The tree says where each was forked; enter opens the one under the cursor, and leaving it comes back."""
    app = MakerApp(listing=lambda: [summarise(forked)])
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("T")
        await shown(pilot, "runs and forks · 3", "the run: k = 3", "└─ ✔ solved  fork 1 at step 7: k = 4")
        await shown(pilot, "└─ ■ interrupted  fork 2 at step 10: k = 4, sim:p=0.95")
        await pilot.press("up", "enter")
        await shown(pilot, "solved and verified")
        assert app.screen.source.view().snapshot.started.k == 4
        await pilot.press("q")
        await shown(pilot, "runs and forks · 3")
        await pilot.press("escape")
        await shown(pilot, "sessions · 1")


async def test_a_run_of_another_process_is_looked_on(tmp_path: Path) -> None:
    """It is told who drives it, keys that steer are not offered and say how to end it, and its end is seen."""
    path = tmp_path / "hanoi-1.maker"
    prepared = prepare(RunOrder("hanoi", {"disks": 4}, model="sim:p=0.9", k=3, session=path, limit_samples=12))
    await drive_on(prepared)
    journal = Journal(path, prepared.task, prepared.record(), 0)
    journal.follow(open_saved(path).run.totals, lambda: 1.5)
    journal.record(RunResumed())
    journal.flush()
    followed = FollowedRun(open_saved(path))
    async with MakerApp(followed).run_test(size=SIZE, notifications=True) as pilot:
        text = await shown(pilot, "◉ read-only", f"process {os.getpid()} drives this run", "i inspect", "q leave")
        assert "space pause" not in text
        await pilot.press("space")
        await shown(pilot, "steer", "kill")
        journal.record(RunEnded(Outcome.STOPPED, "enough for today"))
        journal.close()
        await until(pilot, lambda: followed.ended)
        await shown(pilot, "■ stopped", "enough for today")
