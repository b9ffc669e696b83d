from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.benchmarks import (
    debugger,
    first_paint,
    latency,
    litellm_calls,
    million,
    rows,
    sessions,
    several,
    throughput,
    wire,
)
from tests.benchmarks.parts import PARTS
from tests.benchmarks.table import Row, markdown

TOY: dict[str, Callable[[], list[Row]]] = {
    "latency": lambda: latency.rows(disks=4, slow_steps=3, repeats=1, mean_s=0.002),
    "throughput": lambda: throughput.rows({5: 1}),
    "litellm_calls": lambda: litellm_calls.rows(calls=8, rounds=1, at_a_time=4),
    "rows": lambda: rows.rows(few=60, many=300),
    "several": lambda: several.rows(disks=2, steps=3),
    "first_paint": lambda: first_paint.rows(repeats=1),
    "sessions": lambda: sessions.rows(disks=5, single=9, repeats=1),
    "wire": lambda: wire.rows(seconds=0.2, presses=1, resizes=3, lines=[1e6]),
    "debugger": lambda: debugger.rows(disks=5, beside=200, pages=3),
    "million": lambda: million.rows(disks=5, look_s=0.05),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_benchmark_measures_something(part: str) -> None:
    """Every part runs at toy size, and each of its figures is a number; whether it is a good one is not asked here."""
    found = TOY[part]()
    assert found
    assert all(math.isfinite(row.figure) for row in found)
    assert len(markdown(found).splitlines()) == len(found) + 2
