"""How fast a run is: by its last steps, whatever they take, and by its last seconds where there are many."""

from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.meter import WINDOW_S, WINDOW_STEPS, Meter
from tests.support.leaping import LoopClock, Slots, leaping
from tests.support.running import Bench, right
from tests.support.toy import Count


class Run:
    """A meter on a manual clock, looked at as often as a screen looks."""

    def __init__(self, gone_s: float = 0.0, steps: int = 0) -> None:
        self.clock = ManualClock()
        self.meter = Meter(self.clock, gone_s, steps)
        self.steps = steps

    def step(self, seconds: float, looks: int = 10) -> float:
        """Take a step; return the speed shown when it is done."""
        for _ in range(looks):
            self.clock._now += seconds / looks
            self.meter.speed(self.steps)
        self.steps += 1
        return self.meter.speed(self.steps)


@pytest.mark.parametrize("seconds", [0.1, 1, 8, 150, 4000])
def test_speed_is_known_from_the_first_step_on_however_long_it_takes(seconds: float) -> None:
    """A step of an hour is no speed of nought."""
    run = Run()
    assert run.meter.speed(0) == 0
    assert [run.step(seconds) for _ in range(20)] == [pytest.approx(1 / seconds)] * 20


def test_speed_is_that_of_the_last_few_steps() -> None:
    """A slow run that gets slower is shown as slow as it is now, after a few steps."""
    run = Run()
    for _ in range(50):
        run.step(10)
    shown = [run.step(40) for _ in range(WINDOW_STEPS)]
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] == pytest.approx(1 / 40)


def test_speed_is_that_of_the_last_few_seconds_where_there_are_many_steps() -> None:
    """Of a run with many steps a second more than a few are looked at, so that the figure stands still."""
    run = Run()
    for _ in range(2000):
        run.step(0.01, looks=1)
    for _ in range(int(WINDOW_S / 0.02)):
        run.step(0.02, looks=1)
    assert run.meter.speed(run.steps) == pytest.approx(50, rel=0.05)


def test_a_step_that_takes_long_slows_the_run_down_while_it_lasts() -> None:
    """The figure falls as soon as the step takes longer than those before it, and not before."""
    run = Run()
    for _ in range(20):
        run.step(10)
    run.clock._now += 10
    assert run.meter.speed(run.steps) == pytest.approx(0.1)
    run.clock._now += 190
    assert run.meter.speed(run.steps) == pytest.approx((WINDOW_STEPS + 1) / (WINDOW_STEPS * 10 + 200))


def test_pauses_do_not_count() -> None:
    """A night's pause makes no run slow."""
    run = Run(gone_s=500, steps=50)
    run.step(10)
    run.meter.pause()
    run.clock._now += 30_000
    run.meter.go_on()
    assert (run.step(10), run.meter.elapsed_s) == (pytest.approx(0.1), 520)


def test_a_slow_run_has_an_eta(tmp_path: Path) -> None:
    """At 8 s a call the time to go is known from the first step on."""

    async def run() -> list[tuple[int, float | None]]:
        model = Slots(8, lambda *_: 8, right)
        bench = Bench(tmp_path, task=Count(31), model=model, clock=LoopClock(), settings=Settings(k=2))
        await bench.run()
        return [(view.snapshot.totals.steps, view.eta_s) for view in bench.views]

    etas = leaping(run())
    assert {eta for steps, eta in etas if steps == 0} == {None}
    assert all(eta == pytest.approx((31 - steps) * 8, rel=0.2) for steps, eta in etas if 0 < steps < 31)
