"""Steps a second with a model that answers at once, journal on, beside a plain loop without one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from maker_engine.runtime.view import RunView
from tests.benchmarks import engine, plain
from tests.benchmarks.table import Row

MODEL, K = "sim:p=0.99", 3
REPEATS = {10: 15, 14: 7}
"""Pairs for each size: enough that a busy machine does not decide what their median is."""


def rows(repeats: Mapping[int, int] = REPEATS) -> list[Row]:
    """Measure each size, ours and the plain loop in turn; the figure is the median of the ratios of each pair.

    Args:
        repeats: How many pairs to measure, by number of disks.
    """
    return [row for disks, times in repeats.items() for row in _size(disks, times)]


def _size(disks: int, repeats: int) -> list[Row]:
    ours, theirs, grown = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "run.maker"
        for _ in range(repeats):
            prepared = engine.order(disks, MODEL, path, k=K)
            memory = _Memory(prepared.task.expected_steps or 1)
            one = engine.run(prepared, memory)
            grown.append(memory.grown_mb)
            ours.append(one.steps / one.wall_s)
            begun = time.perf_counter()
            spent = plain.solve(*engine.parts(prepared))
            theirs.append(spent.steps / (time.perf_counter() - begun))
            assert spent.steps == one.steps
    ratio = median(mine / plainly for mine, plainly in zip(ours, theirs, strict=True))
    what = f"steps a second, {disks} disks ({spent.steps:,} steps), journal on, verified"
    return [
        Row(what, f"{median(ours):,.0f}", f"{median(theirs):,.0f} plain loop, no journal", ratio, "×", 0.5, True),
        Row(f"MB gained from 1/4 of it to its end, {disks} disks", f"{min(grown):.1f} to {max(grown):.1f}", "",
            median(grown), "MB", 2),
    ]  # fmt: skip


class _Memory:
    """Looks at the memory at a quarter of a run and at every view after it."""

    def __init__(self, steps: int) -> None:
        self._from = steps / 4
        self._first: float | None = None
        self.grown_mb = 0.0

    def __call__(self, view: RunView) -> None:
        if view.snapshot.totals.steps < self._from:
            return
        now = engine.resident_mb()
        self._first = self._first or now
        self.grown_mb = now - self._first
