"""The workbench on a real run: engine thread, simulated model, session file."""

from __future__ import annotations

import pytest

from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.library.library import Library
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import shown, until

SIZE = (80, 24)


@pytest.fixture
def run():
    order = RunOrder("hanoi", {"disks": 5}, model="sim:p=0.9,v=0.9,latency=0.03", k=3, concurrency=2)
    run = LiveRun(prepare(order))
    yield run
    run.close()


def totals(run: LiveRun):
    return run.view().snapshot.totals


def paused(run: LiveRun) -> bool:
    return run.view() is not None and run.view().snapshot.paused


def settled(run: LiveRun) -> bool:
    """Paused, and every call has come in."""
    return paused(run) and run.view().in_flight == 0


async def test_pause_step_sample_continue_and_leave(run):
    """Rule: space stops the run, n decides one step, s draws one sample, c brings it to its end, q leaves it saved."""
    run.start()
    app = MakerApp(run)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "SIMULATED", "▶ running")
        await pilot.press("space")
        await shown(pilot, "‖ paused")
        await until(pilot, lambda: settled(run))

        steps = totals(run).steps
        await pilot.press("n")
        await until(pilot, lambda: settled(run) and totals(run).steps == steps + 1)

        asked = totals(run).asked
        await pilot.press("s")
        await until(pilot, lambda: settled(run) and totals(run).asked == asked + 1)

        await pilot.press("c")
        await shown(pilot, "▶ running")
        await shown(pilot, "✔ solved and verified", "step 31 of 31")
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
    assert [one.outcome for one in Library().list()] == ["solved"]


async def test_leaving_a_run_that_goes_on_stops_and_saves_it(run):
    """Rule: q in the middle of a run ends it as stopped, with its session in the library."""
    run.start()
    app = MakerApp(run)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("q", "q")
        await until(pilot, lambda: app._exit)
    assert run.ended
    assert run.view().snapshot.outcome is Outcome.STOPPED
    assert [one.outcome for one in Library().list()] == ["stopped"]


async def test_a_run_as_fast_as_it_can_leaves_the_keys_alive():
    """Rule: however fast the engine is, a key is answered and the run can be paused."""
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 16}, model="sim:p=1,v=1", k=1)))
    run.start()
    async with MakerApp(run).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("space")
        await shown(pilot, "‖ paused")
        await pilot.press("q", "q")
        await until(pilot, lambda: run.ended)


async def test_a_saved_run_shows_its_end_and_says_that_it_has_ended(run):
    """Rule: a session opened from home shows the final state; its keys say why it is over; q goes home."""
    run.start()
    async with MakerApp(run, stay=True).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        await pilot.press("q")
        await shown(pilot, "sessions · 1", "✔ solved", "31/31")
        await pilot.press("enter")
        await shown(pilot, "✔ solved and verified", "step 31 of 31", "peg 2 *goal")
        await pilot.press("n")
        await shown(pilot, "nothing is left to resume")
        await pilot.press("q")
        await shown(pilot, "sessions · 1")
