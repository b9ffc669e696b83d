"""Looking at a long run: how fast the table opens and pages, and in how much memory, beside Textual's DataTable."""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

from maker_engine.core.filters.language import parse_filter
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.queries.search import Search
from maker_engine.sessions.store.reader import Reader
from maker_tui.text.map_cells import Layer, Live, picture, window
from tests.benchmarks import engine
from tests.benchmarks.table import Row
from tests.support.orphans import end_with_parent

if TYPE_CHECKING:
    from maker_tui.widgets.step_table import StepTable

SIZE = (120, 40)
DISKS, BESIDE, PAGES = 20, 100_000, 200
MODEL = "sim:p=0.995,v=0.97"


class Table(NamedTuple):
    """A table that was opened and gone through.

    Attributes:
        open_s: Seconds until its first rows were there.
        page_s: Seconds of each jump to a page anywhere in it, until its rows were there.
        most_mb: The most memory the whole process had.
        start_mb: What it had before.
    """

    open_s: float
    page_s: list[float]
    most_mb: float
    start_mb: float


def rows(disks: int = DISKS, beside: int = BESIDE, pages: int = PAGES) -> list[Row]:
    """Make a run, and look at it."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "run.maker"
        made = engine.run(engine.order(disks, MODEL, path, k=4))
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1, initializer=end_with_parent) as alone:
            ours = alone.submit(_ours, path, pages).result()
            theirs = alone.submit(_theirs, beside, pages).result()
            found = alone.submit(_searched, path).result()
    steps = f"{made.steps:,}"
    return [
        Row(f"opening the table of {steps} steps", f"{ours.open_s:.2f} s",
            f"{theirs.open_s:.1f} s DataTable with {beside:,} rows", ours.open_s, "s", 1),
        Row("a jump to any page of it", _told(ours.page_s), f"{_told(theirs.page_s)} DataTable with {beside:,} rows",
            1e3 * _late(ours.page_s), "ms, 19 of 20", 30),
        Row("memory of the whole process by then", f"{ours.start_mb:.0f} MB before",
            f"{theirs.most_mb:.0f} MB DataTable with {beside:,} rows", ours.most_mb, "MB", 150),
        *found,
    ]  # fmt: skip


def _ours(path: Path, pages: int) -> Table:
    return asyncio.run(_look(path, pages))


async def _look(path: Path, pages: int) -> Table:
    from maker_tui.app import MakerApp
    from maker_tui.runs.bridge import SavedSource
    from maker_tui.screens.looking import STEPS
    from maker_tui.widgets.step_table import StepTable

    before, dice, begun = engine.resident_mb(), Random(1), time.perf_counter()
    app = MakerApp(SavedSource(open_saved(path)))
    async with app.run_test(size=SIZE):
        await _until(lambda: hasattr(app.screen, "travel") and app.screen.travel.run is not None)
        app.screen.travel.action_look(STEPS)
        await _until(lambda: app.screen.query(StepTable))
        table = app.screen.query_one(StepTable)
        await _until(lambda: table.line_total and _there(table))
        opened, times = time.perf_counter() - begun, []
        for _ in range(pages):
            begun = time.perf_counter()
            table.point(dice.randrange(table.line_total))
            await _until(lambda: _there(table))
            times.append(time.perf_counter() - begun)
            await _until(lambda: _there(table, table.size.height))  # the pages around are read beforehand
    return Table(opened, times, _most_mb(), before)


def _there(table: StepTable, around: int = 0) -> bool:
    """Whether every row in view, and so many around it, has been read."""
    shown = range(max(0, table.top - around), min(table.line_total, table.top + table.size.height + around))
    return len(shown) > 0 and all(table.step_at(row) in table._rows for row in shown)


async def _until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.002)


def _theirs(count: int, pages: int) -> Table:
    return asyncio.run(_their_look(count, pages))


async def _their_look(count: int, pages: int) -> Table:
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Beside(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable(cursor_type="row")

    before, dice, app = engine.resident_mb(), Random(1), Beside()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        begun = time.perf_counter()
        table.add_columns("step", "mark", "votes", "samples", "flags", "margin", "action", "tokens", "cost")
        table.add_rows(
            (f"{step:,}", "·", "4", "4", "", "4", "disk 1: 0 → 1", "2.5k", "$0.0016") for step in range(count)
        )
        await pilot.pause()
        opened, times = time.perf_counter() - begun, []
        for _ in range(pages):
            begun = time.perf_counter()
            table.move_cursor(row=dice.randrange(count), animate=False)
            await asyncio.sleep(0)
            for y in range(table.size.height):
                table.render_line(y)
            times.append(time.perf_counter() - begun)
    return Table(opened, times, _most_mb(), before)


def _searched(path: Path) -> list[Row]:
    """Measure what the map and the search read."""
    task = open_saved(path).task
    marks = Marks()
    with Reader(path) as reader:
        read_s = _timed(lambda: marks.catch_up(reader))
        shown = window(len(marks), 158 * 40, 0, 0)
        drawn_s = _timed(lambda: picture(marks, shown, Layer.DISSENT, Live()))
        first_s, whole_s = [], []
        for text in ("dissent", "flags>1", "votes>5"):
            search, begun = Search(parse_filter(text), task, marks, task.describe), time.perf_counter()
            while not search.over and not search.found:
                search.go_on(reader)
            first_s.append(time.perf_counter() - begun)
            if text == "flags>1":
                while not search.over:
                    search.go_on(reader)
                whole_s.append(time.perf_counter() - begun)
    return [
        Row("the marks of all its steps, for map and travel", f"{1e3 * drawn_s:.0f} ms to draw 6,320 cells of them", "",
            read_s, "s", 2),
        Row("the first step found: dissent, flags>1, votes>5", ", ".join(f"{1e3 * one:.0f} ms" for one in first_s), "",
            1e3 * max(first_s), "ms at most", 300),
        Row("all steps with flags>1 found", "progressive, in a thread", "", whole_s[0], "s", 30),
    ]  # fmt: skip


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _most_mb() -> float:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _told(times: list[float]) -> str:
    return f"{1e3 * median(times):.1f} ms, {1e3 * max(times):.0f} ms at most"


def _late(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]
