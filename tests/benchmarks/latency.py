"""Steps in latencies: one vote after another, the votes of a step together, and ours."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import engine, plain
from tests.benchmarks.plain import Spent
from tests.benchmarks.table import Row

MEAN_S = 0.05
K = 3
DISKS, SLOW_STEPS, REPEATS = 10, 300, 3
WIDE = {"draft": "task", "concurrency": 64, "window": 64, "max_waste": 1.0}


def rows(disks: int = DISKS, slow_steps: int = SLOW_STEPS, repeats: int = REPEATS, mean_s: float = MEAN_S) -> list[Row]:
    """Measure; the slow loops take only the first `slow_steps` steps of the same run."""
    model = f"sim:p=0.99,v=1,latency={mean_s}"
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "run.maker"
        task, simulated, k = engine.parts(engine.order(disks, model, path, k=K))
        alone = _waited(plain.one_by_one(task, simulated, k, slow_steps)) / mean_s
        together = _waited(plain.step_by_step(task, simulated, k, slow_steps)) / mean_s
        ours = [engine.run(engine.order(disks, model, path, k=K)) for _ in range(repeats)]
        drafted = [engine.run(engine.order(disks, model, path, k=K, **WIDE)) for _ in range(repeats)]
    sequential = plain.solve(task, simulated, k).samples
    steps, totals = ours[0].steps, [one.view.snapshot.totals for one in ours]
    drawn = median(one.samples + one.wasted for one in totals)
    waste = median(one.view.snapshot.totals.wasted for one in drafted)
    walls, wide = ([one.wall_s / steps / mean_s for one in runs] for runs in (ours, drafted))
    slow = f"{alone:.2f} one vote after another, {together:.2f} all votes of a step together ({slow_steps:,} steps)"
    what = f"wall per step in mean latencies, {steps:,} steps"
    return [
        Row(f"{what}, defaults", _spread(walls), slow, median(walls), "latencies", 0.75),
        Row("samples drawn for it, waste included", f"{drawn:,.0f}", f"{sequential:,} sequential", drawn / sequential,
            "×", 1.05),
        Row(f"{what}, exact draft, window and concurrency 64", f"{_spread(wide)}; {waste:.0f} samples wasted", slow,
            median(wide), "latencies", 0.08),
    ]  # fmt: skip


def _spread(values: list[float]) -> str:
    return " / ".join(f"{value:.3f}" for value in values)


def _waited(loop: Coroutine[Any, Any, Spent]) -> float:
    """Wall seconds a step."""
    begun = time.perf_counter()
    spent = asyncio.run(loop)
    return (time.perf_counter() - begun) / spent.steps
