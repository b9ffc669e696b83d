"""What becomes of a run that goes on when it is left: q asks, ctrl+c pauses first, and another process can go on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from maker_engine.core.record.commands import Pause
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.library.library import Library
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.cli.headless import report
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import gone, shown, until
from tests.tui.sources import Scripted, contested, hanoi, run_events

SIZE = (80, 24)
CHOICES = ("q stop and save", "b run on in the background", "esc stay")


@pytest.fixture
def source() -> Scripted:
    """A run in the middle of its steps."""
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


def slow_run(**order: object) -> LiveRun:
    """A run that takes its time."""
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 12}, model="sim:latency=0.05", k=2, **order)))  # type: ignore[arg-type]
    run.start()
    return run


async def test_q_asks_while_a_run_goes_on_and_escape_stays(source: Scripted) -> None:
    """One key ends no run: what can be done is named with its keys, and escape goes on as if nothing had been."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("q")
        await shown(pilot, *CHOICES)
        await pilot.press("n", "escape")
        await gone(pilot, CHOICES[0])
        assert (source.sent, source.closed, app._exit) == ([], False, False)


async def test_each_choice_can_be_clicked(source: Scripted) -> None:
    """The row takes the mouse as it takes keys."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("q")
        row = (await shown(pilot, *CHOICES)).split("\n")[-2]
        await pilot.click(offset=(row.index("stop and save"), SIZE[1] - 2))
        await until(pilot, lambda: source.closed and app._exit)


async def test_ctrl_c_pauses_and_the_second_stops(source: Scripted) -> None:
    """The first press pauses and says what the second does; the second saves and leaves."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("ctrl+c")
        await shown(pilot, "^c again to stop and save")
        assert source.sent == [Pause()]
        await pilot.press("ctrl+c")
        await until(pilot, lambda: source.closed and app._exit)


async def test_ctrl_c_comes_back_from_a_view_of_the_run() -> None:
    """Wherever the run is looked at, the first press pauses it and shows it."""
    run = slow_run()
    async with MakerApp(run, stay=True).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running", "step 2")
        await pilot.press("t")
        await gone(pilot, "▶ running")
        await pilot.press("ctrl+c")
        await shown(pilot, "^c again to stop and save", "‖ paused")
        await pilot.press("ctrl+c")
        await shown(pilot, "sessions · 1", "■ stopped")


async def test_on_a_run_that_has_ended_q_and_ctrl_c_leave_at_once(source: Scripted) -> None:
    """There is nothing to lose, so nothing is asked."""
    app = MakerApp(source.play())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, source.view().snapshot.reason)  # type: ignore[union-attr]
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app._exit)


async def test_a_question_about_a_run_that_ends_meanwhile_goes_away(source: Scripted) -> None:
    """What was asked of a run that goes on is not asked of one that has ended."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("q")
        await shown(pilot, *CHOICES)
        source.play()
        await gone(pilot, CHOICES[0])


async def test_a_run_left_in_the_background_goes_on_in_a_process_of_its_own() -> None:
    """b saves the run, another process goes on with its session, and SIGTERM stops that one, saved."""
    run = slow_run(undecided="ask")
    async with MakerApp(run, stay=True).run_test(size=(120, 30), notifications=True) as pilot:
        await shown(pilot, "▶ running", "step 2")
        await pilot.press("q", "b")
        await shown(pilot, "left running", "continues hanoi-")
        (session,) = Library().list()
        writer = writer_of(session.path)
        assert writer not in (None, 0, os.getpid())
        try:
            assert f"running: process {writer} continues it" in report(run.view(), driver=writer)  # type: ignore[arg-type]
            done = steps(session.path)
            await until(pilot, lambda: steps(session.path) > done)
            await pilot.press("enter")
            await shown(pilot, f"process {writer} drives this run, and you look on")
        finally:
            os.kill(writer, signal.SIGTERM)  # type: ignore[arg-type]
        await shown(pilot, "■ stopped", "c continues")
    with Reader(session.path) as reader:
        assert reader.meta()["ended"] == {"outcome": "stopped", "reason": "interrupted by SIGTERM"}


async def test_a_run_that_cannot_be_left_running_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process goes on with it, the screen says so, and shows the run as it stands."""
    run = slow_run()
    async with MakerApp(run, stay=True).run_test(size=(120, 30), notifications=True) as pilot:
        await shown(pilot, "▶ running", "step 2")
        monkeypatch.setenv("PYTHONHOME", "/nowhere")  # no interpreter starts so
        await pilot.press("q", "b")
        await shown(pilot, "not left running", "it is stopped and saved", "■ stopped")


def steps(path: Path) -> int:
    """How many steps are on record."""
    with Reader(path) as reader:
        return int(reader.steps_done())
