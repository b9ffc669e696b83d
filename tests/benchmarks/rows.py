"""Independent rows: time against the samples' own at 1 s latency, CPU a sample, memory and bytes a row."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.clock import Clock, SystemClock
from maker_engine.runtime.view import RunView
from tests.benchmarks.engine import resident_mb
from tests.benchmarks.table import Row
from tests.support.leaping import LoopClock, Slots, leaping
from tests.support.rows import COLUMNS, Table, column
from tests.support.running import Bench

ROWS, MANY = 10_000, 1_000_000
CONCURRENCY, WIDE = 256, 1_000
K = 3


class Forgetful(list[RunView]):
    """Keeps no view: thousands of them would be memory of the bench, not of the run."""

    def append(self, view: RunView) -> None:
        """Forget it."""


class Measured(NamedTuple):
    """One run.

    Attributes:
        samples: Samples drawn.
        waited_s: Seconds by the clock of the calls.
        cpu_us: Microseconds of CPU a sample, the model's own included.
        row_bytes: Bytes of the session file a row.
        grown_mb: Memory gained.
    """

    samples: int
    waited_s: float
    cpu_us: float
    row_bytes: float
    grown_mb: float


def rows(few: int = ROWS, many: int = MANY) -> list[Row]:
    """Measure: `few` rows that are waited for, `many` of a model that answers at once."""
    ordered = waited(few, CONCURRENCY)
    wide, wider = waited(few, WIDE), waited(3 * few, WIDE)
    flat = at_once(many)
    ideal_s = ordered.samples / CONCURRENCY
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return [
        Row(f"{few:,} rows, k = {K}, 1 s latency, concurrency {CONCURRENCY}", f"{ordered.waited_s:.1f} s",
            f"{ideal_s:.1f} s of samples", ordered.waited_s / ideal_s, "×", 1.1),
        Row(f"CPU a sample with {WIDE:,} in flight, {few:,} rows", f"{wide.samples:,} samples",
            f"{ordered.cpu_us:.0f} µs with {CONCURRENCY}", wide.cpu_us, "µs", 150),
        Row("the same with three times the rows", f"{wider.samples:,} samples", f"{wide.cpu_us:.0f} µs",
            wider.cpu_us / wide.cpu_us, "×", 1.1),
        Row(f"{many:,} rows, answered at once: the session file", f"{flat.cpu_us:.0f} µs of CPU a sample", "",
            flat.row_bytes, "bytes a row", 400),
        Row("its peak memory", f"{flat.grown_mb:.0f} MB of it gained", "", peak_mb, "MB", 300),
    ]  # fmt: skip


def waited(length: int, concurrency: int) -> Measured:
    """Run over rows whose answers take from 0.5 to 1.5 s by a clock that leaps."""
    dice = Random(3)
    model = Slots(10 * concurrency, lambda *_: dice.uniform(0.5, 1.5), answer)
    return leaping(_measured(length, concurrency, model, LoopClock()))


def at_once(length: int) -> Measured:
    """Run over rows whose answers are there at once."""
    model = ScriptedModel(answer)
    model.immediate = True
    return asyncio.run(_measured(length, CONCURRENCY, model, SystemClock()))


def answer(request: SampleRequest) -> Response:
    """Mostly the right column, by the row and the number of the sample alone."""
    slip = request.step * 31 % 100 < 5 and request.sample % 3 == 1
    return Response(column((request.step + slip) % COLUMNS), 100, 5, cost_usd=1e-5, model="some-model")


async def _measured(length: int, concurrency: int, model: Slots | ScriptedModel, clock: Clock) -> Measured:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        bench = Bench(
            place, task=Table(length), settings=Settings(k=K, wary=True), model=model, concurrency=concurrency,
            clock=clock,
        )  # fmt: skip
        before, begun = resident_mb(os.getpid()), time.process_time()
        bench.views = Forgetful()
        totals = (await bench.run()).snapshot.totals
        cpu_us = 1e6 * (time.process_time() - begun) / totals.samples
        assert totals.steps == length
        size, grown = (place / "run.maker").stat().st_size, resident_mb(os.getpid()) - before
        return Measured(totals.samples, asyncio.get_running_loop().time(), cpu_us, size / length, grown)
