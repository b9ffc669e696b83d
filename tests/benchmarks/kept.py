"""A long session once it is written: opening, checking, going back and forking, and its log while somebody looks on."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

from maker_engine.core.errors import SessionError
from maker_engine.runtime.continuing import fork
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from maker_tui.runs.following import FollowedRun
from tests.benchmarks.table import Row

PLACES = 50
LOOK_S = 0.1


class Onlooker:
    """Looks on at a run as the app does that another process drives, and measures the longest its log gets."""

    def __init__(self, path: Path) -> None:
        self.longest_log = 0
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._followed: FollowedRun | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()
        if self._followed is not None:
            self._followed.close()

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            if self._log.exists():
                self.longest_log = max(self.longest_log, self._log.stat().st_size)
            if self._followed is None and self._path.exists():
                try:
                    self._followed = FollowedRun(open_saved(self._path))
                except (SessionError, sqlite3.Error):
                    continue  # not yet begun


def rows(path: Path) -> list[Row]:
    """Measure what is done with one finished session; it gets forks."""
    saved = open_saved(path)
    task, steps, dice = saved.task, saved.step, Random(4)
    with Reader(path) as reader:
        states = _times(lambda: reader.state(task, dice.randrange(steps)))
        moments = _times(lambda: moment(reader, task, dice.randrange(steps), flags_shown=0))
    forks = _times(lambda: fork(path, dice.randrange(steps), {"k": 4}, branch=0), 5)
    copied = _times(lambda: shutil.copyfile(path, path.with_name("copy")), 1)
    opened = _times(lambda: open_saved(path, branch=0), 5)
    begun = time.perf_counter()
    checked = verify(path, task)
    verified_s = time.perf_counter() - begun
    assert checked.findings == ()
    quick = _times(lambda: sqlite3.connect(path).execute("PRAGMA quick_check").fetchall(), 1)
    return [
        Row(f"opening {steps:,} steps and checking the last 1,000", _told(opened), "", 1e3 * median(opened), "ms", 100),
        Row("the state at any step of it", _told(states), "", 1e3 * max(states), "ms at most", 50),
        Row("the whole moment: state, ballot, totals", _told(moments), "", 1e3 * max(moments), "ms at most", 50),
        Row("a fork at any step of it", _told(forks), f"{1e3 * copied[0]:,.0f} ms copying the file",
            1e3 * max(forks), "ms at most", 100),
        Row("verifying it: every link, every vote", f"{checked.steps / verified_s:,.0f} steps/s",
            f"{quick[0]:.1f} s quick_check, which notices 3 % of flipped bits", verified_s, "s", 30),
    ]  # fmt: skip


def _times(act: Callable[[], object], count: int = PLACES) -> list[float]:
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return found


def _told(times: list[float]) -> str:
    return f"{1e3 * median(times):.1f} ms, {1e3 * max(times):.1f} ms at most"
