"""Limits that reset at a stated time: waited for with the hour shown, within the run's time, and by all calls."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import Continue
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.hours import hour
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.retry_policy import PATIENCE_S
from maker_engine.runtime.view import RunView
from tests.support.leaping import LoopClock, leaping
from tests.support.running import Bench, right
from tests.support.toy import Count

HOUR_S = 3600.0
TWO_HOURS = 7080.0
"""1 h 58 min."""


class Quota:
    """A provider that answers so many calls, and refuses all until the time that it states.

    Attributes:
        times: When each call came, on the wall clock.
    """

    def __init__(self, answers: int, resets_s: float, kind: Fault = Fault.RATE) -> None:
        self._answers = answers
        self._resets_s = resets_s
        self._kind = kind
        self.times: list[float] = []
        self.clock: Clock

    def __call__(self, asked: SampleRequest) -> Response | ProviderError:
        now = self.clock.wall()
        self.times.append(now)
        if len(self.times) > self._answers and now < self._resets_s:
            return ProviderError(self._kind, "HTTP 429: usage limit reached", self._resets_s - now)
        return right(asked)


def table(directory: Path, quota: Quota, **plan: Any) -> Bench:
    """A bench whose provider has a quota."""
    bench = Bench(directory, quota, task=Count(6), settings=Settings(k=2, window=4), **plan)
    quota.clock = plan.get("clock", bench.clock)
    return bench


def ran(directory: Path, quota: Quota, **plan: Any) -> tuple[RunView, list[RunView]]:
    """Run on a leaping loop, where screens see the wait; return the last view, and all."""

    async def run() -> tuple[RunView, list[RunView]]:
        bench = table(directory, quota, clock=LoopClock(), **plan)
        return await bench.run(), bench.views

    return leaping(run())


@pytest.mark.parametrize("kind", [Fault.RATE, Fault.OVERLOAD, Fault.QUOTA])
@pytest.mark.parametrize("answers", [0, 5])
async def test_a_stated_time_is_waited_for_and_nothing_is_asked_before_it(
    tmp_path: Path, answers: int, kind: Fault
) -> None:
    """At the start as in the middle: the calls in flight are refused, and then there are none for two hours."""
    quota = Quota(answers, TWO_HOURS, kind)
    view = await table(tmp_path, quota).run()
    assert view.snapshot.outcome is Outcome.SOLVED
    early = [one for one in quota.times if one < TWO_HOURS]
    assert set(early) == {0}
    assert answers < len(early) <= answers + 8
    assert len(quota.times) == view.snapshot.totals.samples + view.snapshot.totals.failures
    assert view.snapshot.totals.samples == 12


def test_the_hour_is_shown_while_the_run_waits(tmp_path: Path) -> None:
    """The line says when the limit resets and for how long it is waited, with the provider's words, and counts down."""
    resets = 175.0
    view, views = ran(tmp_path, Quota(5, resets))
    told = [seen for seen in views if seen.resets_at is not None and seen.rest_s]
    at = time.strftime("%H:%M", time.localtime(resets))
    assert {seen.resets_at for seen in told} == {resets}
    assert told[0].trouble == (f"the provider's limit resets at {at}; waiting 3 min (HTTP 429: usage limit reached)")
    left = [round(seen.rest_s or 0) for seen in told]
    assert (left, len(left) > 170) == (sorted(left, reverse=True), True)
    assert (view.resets_at, view.rest_s, view.trouble) == (None, None, "")


async def test_a_sleep_of_the_machine_ends_the_wait_at_once(tmp_path: Path) -> None:
    """With the lid closed for three hours in the middle of it, the run goes on when the lid is opened.

    What the machine slept is no going time.
    """
    quota = Quota(5, TWO_HOURS)
    bench = table(tmp_path, quota)
    bench.clock.suspend(3 * HOUR_S)
    view = await bench.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    assert {one for one in quota.times if one} == {3 * HOUR_S}
    assert view.elapsed_s < 60


@pytest.mark.parametrize("minutes", [60, 117])
def test_a_time_after_the_runs_own_end_is_not_waited_for(tmp_path: Path, minutes: int) -> None:
    """The wait counts as going time: where it cannot help, the run ends at once as out of budget, with the hour."""
    quota = Quota(5, TWO_HOURS)
    view, _ = ran(tmp_path, quota, limits=Limits(seconds=60.0 * minutes))
    assert view.snapshot.outcome is Outcome.OUT_OF_BUDGET
    at = hour(TWO_HOURS, 0)
    assert view.snapshot.reason.startswith(
        f"the provider's limit resets at {at}, in 1 h 58 min, after the run's limit of "
    )
    assert set(quota.times) == {0}
    assert view.elapsed_s < 60


def test_a_time_within_the_runs_own_time_is_waited_for(tmp_path: Path) -> None:
    """With ten minutes to go nine are waited, and count."""
    view, _ = ran(tmp_path, Quota(5, 540), limits=Limits(seconds=600))
    assert view.snapshot.outcome is Outcome.SOLVED
    assert 540 <= view.elapsed_s <= 600


@pytest.mark.parametrize("answers", [0, 5])
async def test_a_time_beyond_a_day_stops_an_unattended_run_with_the_day_and_the_hour(
    tmp_path: Path, answers: int
) -> None:
    """Nothing has failed: the session says when to go on, and how."""
    resets = 3 * PATIENCE_S
    view = await table(tmp_path, Quota(answers, resets)).run()
    assert view.snapshot.outcome is Outcome.STOPPED
    assert view.snapshot.reason.startswith(f"the provider's limit resets at {hour(resets, 0)}, in 3 d 0 h; no longer ")
    assert view.snapshot.reason.endswith("(nothing is lost; to resume: maker sessions resume)")


async def test_a_time_beyond_a_day_holds_an_attended_run(tmp_path: Path) -> None:
    """It pauses with the day and the hour on the screen, and goes on when a person says so."""
    quota = Quota(5, 3 * PATIENCE_S)
    bench = table(tmp_path, quota, attended=True)
    held: list[RunView] = []

    def watch(view: RunView) -> None:
        if view.obstacle and view.snapshot.paused and not view.in_flight:
            held.append(view)
            bench.clock._ahead += 4 * PATIENCE_S
            bench.send(Continue())

    bench.watch = watch
    view = await bench.run()
    assert (view.snapshot.outcome, view.snapshot.totals.samples) == (Outcome.SOLVED, 12)
    assert held[0].trouble.startswith(f"held: the provider's limit resets at {hour(3 * PATIENCE_S, 0)}, in 3 d 0 h")
