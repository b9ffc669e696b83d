"""Two clocks: a wait is over when either of them says so, since a machine that sleeps stops only one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest

from maker_engine.runtime.clock import ManualClock, SystemClock
from maker_engine.runtime.hours import hour, span


def hands(readings: Iterable[float]) -> Callable[[], float]:
    """A clock that shows these times, one a look, and then the last of them for ever."""
    left = list(readings)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("now", "wall"),
    [
        ([0, 1, 3600], [0, 1, 2]),  # the time has passed
        ([0, 1, 2], [0, 1, 3600]),  # the machine was asleep: its monotonic clock stood still
        ([0, 1, 3600], [0, -7200, -7199]),  # the wall clock was set back
    ],
)
async def test_a_wait_is_over_when_either_clock_says_so(now: list[float], wall: list[float]) -> None:
    """It ends at the look at which the time has passed on one of them, and not before."""
    seen: list[float] = []
    monotonic = hands(now)

    def look() -> float:
        seen.append(monotonic())
        return seen[-1]

    await SystemClock(look, hands(wall), look_s=0).sleep(3600)
    assert len(seen) == 3


async def test_no_wait_at_all_lets_others_run() -> None:
    """A wait of nothing ends at once."""
    await SystemClock().sleep(0)


def test_the_system_clock_shows_the_machines_clocks() -> None:
    """Its two times are those of the operating system."""
    clock = SystemClock()
    assert abs(clock.now() - time.monotonic()) < 60
    assert abs(clock.wall() - time.time()) < 60


async def test_the_manual_clock_can_be_suspended_like_a_machine() -> None:
    """What the machine sleeps passes on the wall clock alone, and is taken off the next wait."""
    clock = ManualClock()
    clock.suspend(100)
    await clock.sleep(150)
    assert (clock.now(), clock.wall()) == (50, 150)
    clock.suspend(100)
    await clock.sleep(30)
    assert (clock.now(), clock.wall()) == (50, 250)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.25, "0.25 s"), (4, "4 s"), (42.4, "42 s"), (119, "2 min"), (120, "2 min"), (7080, "1 h 58 min"),
        (86_400, "24 h 0 min"), (3 * 86_400 + 3600, "3 d 1 h"),
    ],
)  # fmt: skip
def test_a_span_of_time_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    """Seconds below a hundred, then minutes, hours and days."""
    assert span(seconds) == text


def test_an_hour_has_its_date_where_it_is_not_today() -> None:
    """Within a day the time is enough; beyond it the day stands before it."""
    now = 1_795_000_000.0
    local = time.localtime(now + 3600)
    assert hour(now + 3600, now) == f"{local.tm_hour:02}:{local.tm_min:02}"
    assert hour(now + 50 * 3600, now) == time.strftime("%a %d %b, %H:%M", time.localtime(now + 50 * 3600))
