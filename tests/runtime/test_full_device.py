"""A device without room: the run waits with everything it knows, says so, and goes on by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.core.errors import StorageFullError
from maker_engine.core.record.commands import Stop
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.record import TOGETHER
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import SNAPSHOT_STEPS
from tests.support.running import Bench, right
from tests.support.toy import Count

LENGTH = 800


class Roomless(Bench):
    """A bench whose session has no room for more pages, until the run has waited so often."""

    def __init__(self, directory: Path, waits: int) -> None:
        super().__init__(directory, right, task=Count(LENGTH))
        self._limit(12)
        self._waits = waits
        self.clock.sleep = self._sleep  # type: ignore[method-assign]

    async def _sleep(self, seconds: float) -> None:
        await ManualClock.sleep(self.clock, seconds)
        if len(self.clock.slept) == self._waits:
            self._limit(1_000_000)

    def _limit(self, pages: int) -> None:
        self.journal._file.connection.execute(f"PRAGMA max_page_count={pages}")


async def test_a_run_waits_for_room_and_loses_nothing(tmp_path: Path) -> None:
    """While the device is full it says so and tries each second; with room it goes on to the same end."""
    bench = Roomless(tmp_path, waits=5)
    view = await bench.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    assert bench.clock.slept == [1.0] * 5
    assert any("the device is full" in seen.notice for seen in bench.views)
    assert view.notice == ""
    checked = verify(bench.journal.path, bench.task)
    assert (checked.steps, checked.findings) == (LENGTH, ())


async def test_a_run_that_waits_for_room_can_be_stopped(tmp_path: Path) -> None:
    """It ends with the reason, and what was acknowledged can be opened and gone on from."""
    bench = Roomless(tmp_path, waits=10**9)
    bench.watch = lambda view: bench.send(Stop()) if view.notice else None
    with pytest.raises(StorageFullError, match="the device is full"):
        await bench.run()
    saved = open_saved(bench.journal.path, Count)
    assert 0 <= saved.step < LENGTH
    assert verify(bench.journal.path, bench.task).findings == ()


async def test_the_batches_of_the_journal_end_at_its_snapshots(tmp_path: Path) -> None:
    """The totals kept with a state are those of its step, however many steps are handed over together."""
    assert SNAPSHOT_STEPS % TOGETHER == 0
    path = tmp_path / "run.maker"
    order = RunOrder("hanoi", {"disks": 9}, model="sim:p=0.9,v=0.9", k=3, session=path)
    await drive(prepare(order), Inbox(), lambda _: None)
    with Reader(path) as reader:
        _, _, totals = reader.snapshot(256)
        steps = list(reader.steps(prepare(order).task, 0, 256))
    assert totals is not None
    assert totals["steps"] == 256
    assert totals["votes"] + totals["flagged"] == sum(len(stored.samples) for stored in steps)
