"""What crosses the wire, and how soon a key is answered, with the engine flat out in the app's own process."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from maker_engine.sessions.store.reader import Reader
from tests.benchmarks.screen import Screen
from tests.benchmarks.table import Row

RUN = ["-m", "maker_tui", "run", "hanoi", "--disks", "20", "--model", "sim:p=0.99"]
HOME = ["-m", "maker_tui"]
STANDARD = ["-m", "tests.benchmarks.standard"]
SLOW_LINE = 30_000.0
"""Bytes a second."""
LINES = (SLOW_LINE, None)
KEY, PRESSES = b"f", 40
WARM_S = 3.0


def rows(
    seconds: float = 10.0, presses: int = PRESSES, resizes: int = 10_000, lines: Sequence[float | None] = LINES
) -> list[Row]:
    """Measure everything, ours and a workbench of standard widgets in turn; keys through each of the lines."""
    return [
        *_bytes(seconds),
        *(_keys(presses, min(WARM_S, seconds), line) for line in lines),
        _stalled(seconds),
        _resized(resizes, min(2.0, seconds)),
    ]


@contextmanager
def opened(arguments: list[str], line: float | None = None) -> Iterator[Screen]:
    """A program with a home of its own, once its screen stands and it has run for a while."""
    with tempfile.TemporaryDirectory() as home, Screen(arguments, home, line) as screen:
        screen.until(_painted)
        yield screen


def _painted(display: list[str]) -> bool:
    return bool(display[-1].strip())


def _bytes(seconds: float) -> list[Row]:
    figures = []
    for arguments in (RUN, STANDARD):
        with opened(arguments) as screen:
            screen.read_for(min(WARM_S, seconds))
            figures.append(screen.read_for(seconds) / seconds / 1_000)
    with opened(HOME) as screen:
        screen.read_for(min(WARM_S, seconds))
        cpu = screen.cpu_s()
        idle = screen.read_for(seconds) / seconds / 1_000
        busy = (screen.cpu_s() - cpu) / seconds * 100
    return [
        Row("KB a second to the terminal, fast run, 80 × 24", f"{figures[0]:.1f} KB/s",
            f"{figures[1]:.1f} KB/s standard widgets", figures[0], "KB/s", 12),
        Row("… idle on the home screen", f"{idle:.3f} KB/s", "", idle, "KB/s", 0.1),
        Row("CPU idle on the home screen", f"{busy:.2f} %", "", busy, "%", 1),
    ]  # fmt: skip


def _keys(presses: int, warm_s: float, line: float | None) -> Row:
    ours, theirs = (_answered(arguments, line, presses, warm_s) for arguments in (RUN, STANDARD))
    what = "paint, 95 of 100" if line is None else f"echo, 95 of 100, through {line / 1_000:.0f} KB/s"
    return Row(
        f"ms from key to {what}, engine flat out", _told(ours), f"{_told(theirs)} standard widgets",
        _p95(ours), "ms", 40 if line is None else 150,
    )  # fmt: skip


def _answered(arguments: list[str], line: float | None, presses: int, warm_s: float) -> list[float]:
    """Press a key time and again; return the milliseconds until what it changes stands on the screen."""
    dice, times = random.Random(1), []
    with opened(arguments, line) as screen:
        screen.read_for(warm_s)
        for _ in range(presses):
            screen.read_for(dice.uniform(0.15, 0.35))
            before = _title(screen.rows)
            pressed = time.monotonic()
            screen.press(KEY)
            times.append((screen.until(lambda display, was=before: _title(display) != was) - pressed) * 1_000)
    return times


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _told(times: list[float]) -> str:
    return f"{median(times):.0f} in the middle, {_p95(times):.0f}"


def _title(display: list[str]) -> str:
    """The row that the key changes: the title of our red-flag log, or the first row of the other one."""
    return next((row[44:] for row in display if "red flags" in row), display[0])


def _stalled(seconds: float) -> Row:
    """Stop reading for a while, and see in the session file whether the engine noticed."""
    with tempfile.TemporaryDirectory() as home, Screen(RUN, home) as screen:
        screen.until(_painted)
        screen.read_for(min(WARM_S, seconds))
        path = next(Path(home).rglob("*.maker"))
        before = _speed(path, seconds, screen.read_for)
        during = _speed(path, seconds, time.sleep)
    share = during / (before or 1.0) * 100  # at toy size there may be no step before it
    return Row(
        f"steps a second with the terminal stalled for {seconds:.0f} s", f"{during:,.0f}", f"{before:,.0f} before it",
        share, "% of it", 90, True,
    )  # fmt: skip


def _speed(path: Path, seconds: float, wait: Callable[[float], object]) -> float:
    def done() -> tuple[float, int]:
        with Reader(path) as reader:
            return time.monotonic(), reader.steps_done()

    (begun, first), _, (ended, last) = done(), wait(seconds), done()
    return (last - first) / (ended - begun)


def _resized(times: int, still_s: float) -> Row:
    """Resize without a pause; the app has to be there afterwards, and hear a key."""
    dice = random.Random(2)
    with opened(RUN) as screen:
        for _ in range(times):
            screen.resize(dice.randint(20, 200), dice.randint(5, 60))
            screen.read_for(0.0005)
        screen.resize(80, 24)
        screen.read_for(still_s)
        screen.press(b"\x0c")
        screen.until(_painted)
        alive = screen.alive
    told = "none" if alive else "it ended"
    return Row(f"crashes in {times:,} resizes of a live run", told, "", float(not alive), "", 0)
