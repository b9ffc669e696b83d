"""Calibrates several models over the same steps: draws in rounds, records each model in a session, stops when it may.

A round is examined before the next is paid for: a model whose k would not change any more is settled. The same command
continues where an earlier one stopped: what is on record is not drawn again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from maker_engine.calibration.book import Book, find_book
from maker_engine.calibration.drawing import MONEY, Job, requests_of
from maker_engine.calibration.estimate import Estimate, Sought, estimate, settled
from maker_engine.calibration.executors import Executor, open_executor
from maker_engine.calibration.purse import Purse
from maker_engine.calibration.sampled import Place, Sampled
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Event, Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.values import to_json
from maker_engine.models.pool import parse_voter
from maker_engine.models.port import Model
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calibrated import MEASURED, measured_by, remember
from maker_engine.runtime.executors import LOCAL
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.order import PreparedRun, prepare
from maker_engine.runtime.run_order import RunOrder

FIRST_LOOK = 100
"""Steps after which it is first checked whether a model is settled; then after twice as many, and so on."""
_CARRIED = (
    *MEASURED,
    "seed",
    "concurrency",
    "requests_per_minute",
    "tokens_per_minute",
    "timeout_s",
    "prices",
)


@dataclass(frozen=True)
class Calibration:
    """What is ordered.

    Attributes:
        family: The task's name, or its path.
        task: The task.
        models: The models, each once, with settings of their own as a pool's voters have them.
        order: The run's order, for everything but the model.
        places: The sampled steps.
        calls: Calls a step.
        sought: The run that is planned.
        limit_usd: Most dollars of all models together, None for no limit.
        executor: Where calls are made.
        fresh: Draw again what is on record.
    """

    family: str
    task: AnyTask
    models: tuple[str, ...]
    order: RunOrder
    places: tuple[Place, ...]
    calls: int
    sought: Sought
    limit_usd: float | None = None
    executor: str = LOCAL
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one model.

    Attributes:
        model: Its name, as ordered.
        simulated: Whether it is the simulated one.
        session: The session that it is recorded in.
        ended: Why no further step was drawn, in a few words: all were, its k is settled, the money is out, a fault.
        found: What the sample says, None where nothing came back.
        digest: Returns whether a run is measured by this.
        price: Dollars per million prompt and output tokens, None where it is not known.
    """

    model: str
    simulated: bool
    session: Path
    ended: str
    found: Estimate | None
    digest: Mapping[str, Any] = field(default_factory=dict)
    price: tuple[float, float] | None = None


async def calibrate(
    ordered: Calibration,
    on_progress: Callable[[str, int], None] = lambda *_: None,
    tell: Callable[[Event], None] = lambda _: None,
) -> list[Measured]:
    """Measure all models; return what came of each, in the order they were named.

    Args:
        ordered: What is ordered.
        on_progress: Called with a model and how many of its steps are drawn.
        tell: Called for each call that is made again.

    Raises:
        InputError: A model cannot be used as ordered, or the executor cannot be opened.
        TaskError: The task fails.
        SessionError: A session cannot be written.
    """
    prepared = {
        # Simulated models with dice of their own err independently, as a pool's do.
        model: prepare(_order_of(ordered.order, model, number), ordered.task)
        for number, model in enumerate(ordered.models)
    }
    purse = Purse(ordered.limit_usd)
    executor = open_executor(ordered.executor, prepared, tell)
    try:
        for one in prepared.values():
            await one.plan.model.check()
        sweeps = [_Sweep(ordered, model, one, executor, purse, on_progress) for model, one in prepared.items()]
        try:
            for sweep in sweeps:
                sweep.open()
            return await _all([asyncio.create_task(sweep.run()) for sweep in sweeps])
        finally:
            for sweep in sweeps:
                sweep.close()
    finally:
        await executor.aclose()
        for one in prepared.values():
            await one.plan.model.aclose()


def _order_of(order: RunOrder, model: str, number: int) -> RunOrder:
    """Return the order of one model, which may be written with settings of its own, as a voter of a pool is.

    Raises:
        InputError: It is not written so.
    """
    spec = parse_voter(model)
    if spec.variant != "plain":
        raise InputError(f"a calibration measures models, not wordings: leave variant={spec.variant} out")
    own: dict[str, Any] = {"model": spec.model, "seed": order.seed + number}
    if spec.reasoning is not None:
        own["reasoning"] = spec.reasoning
    if spec.temperature is not None:
        own |= {"temperature": spec.temperature, "first_temperature": spec.temperature}
    return replace(order, **own)


async def _all(sweeps: Sequence[asyncio.Task[Measured]]) -> list[Measured]:
    """Wait for all; where one fails, or the whole is given up, none continues in a session that is closed."""
    try:
        return list(await asyncio.gather(*sweeps))
    finally:
        for sweep in sweeps:
            sweep.cancel()
        await asyncio.gather(*sweeps, return_exceptions=True)


class _Sweep:
    """Measures one model."""

    def __init__(
        self,
        ordered: Calibration,
        model: str,
        prepared: PreparedRun,
        executor: Executor,
        purse: Purse,
        on_progress: Callable[[str, int], None],
    ) -> None:
        self._ordered = ordered
        self._model = model
        self._prepared = prepared
        self._executor = executor
        self._purse = purse
        self._on_progress = on_progress
        self._book: Book | None = None

    def open(self) -> None:
        """Open the session: that of an earlier command of the same order, or a new one."""
        ordered = self._ordered
        sampled = Sampled(ordered.family, ordered.task, ordered.places, ordered.calls)
        digest = measured_by(self._prepared.task, self._prepared.order)
        key = hashlib.sha256(to_json([digest, sampled.source(), self._prepared.order.seed]).encode()).hexdigest()[:24]
        path = None if ordered.fresh else find_book(key)
        self._book = Book(sampled, self._prepared, key, path)
        self._purse.pay(self._book.usd)

    def close(self) -> None:
        """Close the session."""
        if self._book is not None:
            self._book.close()

    async def run(self) -> Measured:
        """Draw until all steps are drawn, the model is settled, or the money is out."""
        assert self._book is not None  # noqa: S101 - opened before
        book, planned = self._book, len(self._ordered.places)
        ended, outcome = "", Outcome.FINISHED
        while not ended and len(book.steps) < planned:
            if self._is_settled(book):
                ended = f"settled after {len(book.steps):,} of {planned:,} steps"
            else:
                ended, outcome = await self._round(book, _next_look(len(book.steps), planned))
        ended = ended or f"all {planned:,} steps are drawn"
        book.end(outcome, ended)
        found = estimate(book.steps, self._ordered.calls, self._ordered.sought) if book.steps else None
        if found is not None and found.worst is not None:
            law = [list(point) for point in found.worst.points]
            remember(measured_by(self._prepared.task, self._prepared.order), law, len(book.steps))
        model = self._prepared.plan.model
        digest = measured_by(self._prepared.task, self._prepared.order)
        return Measured(self._model, model.simulated, book.path, ended, found, digest, _price(model))

    def _is_settled(self, book: Book) -> bool:
        ordered = self._ordered
        enough = len(book.steps) >= FIRST_LOOK and ordered.calls > 1
        return enough and settled(book.steps, len(ordered.places), ordered.sought)

    async def _round(self, book: Book, until: int) -> tuple[str, Outcome]:
        """Draw the steps up to `until`; return why no more can be, empty where they can."""
        fault = ""
        while not fault and len(book.steps) < until:
            jobs = self._jobs(len(book.steps), until)
            if jobs:
                fault = await self._draw(book, jobs)
            elif not await self._purse.wait():
                fault = MONEY
        if fault == MONEY:
            return f"the money is out after {len(book.steps):,} steps", Outcome.OUT_OF_BUDGET
        return fault, Outcome.FAILED if fault else Outcome.FINISHED

    def _jobs(self, at: int, until: int) -> list[Job]:
        """Make the jobs that are under way together, as far as there is money for them."""
        jobs: list[Job] = []
        while at < until and len(jobs) < self._executor.width:
            job = self._job(at, min(until, at + self._executor.chunk))
            if job is None:
                break
            jobs.append(job)
            at += len(job.steps)
        return jobs

    async def _draw(self, book: Book, jobs: Sequence[Job]) -> str:
        """Draw jobs and write what came of them; return why something is missing, empty where nothing is."""
        fault = ""
        results = await asyncio.gather(*(self._executor.draw(self._model, job) for job in jobs))
        for job, done in zip(jobs, results, strict=True):
            self._purse.settle(job.usd or 0.0, done.usd)
            if not fault:  # the record has no gaps: what is behind a missing step is drawn again
                book.take(done)
                fault = done.fault
        self._on_progress(self._model, len(book.steps))
        return fault

    def _job(self, first: int, last: int) -> Job | None:
        """Make a job of the steps from `first` on, as many up to `last` as there is money for; None where none is."""
        ordered, task = self._ordered, self._ordered.task
        places = ordered.places[first:last]
        while places:
            usd = None if ordered.limit_usd is None else self._dearest(places)
            if self._purse.reserve(usd or 0.0):
                kept = self._prepared.record()
                order = {name: kept[name] for name in _CARRIED if name in kept} | {"k": 1}
                steps = tuple((one.step, json.dumps(task.encode_state(one.state))) for one in places)
                return Job(ordered.family, task.source(), order, ordered.calls, steps, usd)
            places = places[: len(places) // 2]
        return None

    def _dearest(self, places: Sequence[Place]) -> float:
        """Return the most that the calls at some steps can cost."""
        budget = Budget(Limits(), Totals(), lambda _: None)
        budget.model = self._prepared.plan.model
        return sum(
            budget.bound(request).usd
            for one in places
            for request in requests_of(self._prepared, one.step, one.state, self._ordered.calls)
        )


def _next_look(done: int, planned: int) -> int:
    look = FIRST_LOOK
    while look <= done:
        look *= 2
    return min(look, planned)


def _price(model: Model) -> tuple[float, float] | None:
    figures = model.figures
    if figures.usd_per_token_in is None or figures.usd_per_token_out is None:
        return None
    return 1e6 * figures.usd_per_token_in, 1e6 * figures.usd_per_token_out
