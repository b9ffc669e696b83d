"""Draws the samples of some steps, wherever it runs: everything it needs is in the job, and goes to JSON."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import ProviderError
from maker_engine.core.record.events import Event, ResponseRefused, SampleFailed, UsageEstimated
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import AtOnce, Response, SampleRequest
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.clock import SystemClock
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.order import PreparedRun, prepare
from maker_engine.runtime.rate import RateLimit
from maker_engine.runtime.run_order import RunOrder

MONEY = "money"
"""Why responses are missing that nothing was left for."""
_SERIAL = 0  # of a ballot that no run has
_LOOK_S = 0.5
"""Between two looks whether calls that wait for money wait in vain."""


@dataclass(frozen=True, slots=True)
class Job:
    """Steps to sample.

    Attributes:
        task: The task's name, or its path.
        source: Its problem.
        order: Fields of the run's order that decide what is sent to whom.
        calls: Calls a step.
        steps: (number in the run, state as JSON) of each step.
        usd: Dollars set aside for them, None for no limit.
    """

    task: str
    source: str
    order: Mapping[str, Any]
    calls: int
    steps: tuple[tuple[int, str], ...]
    usd: float | None = None


@dataclass(slots=True)
class Done:
    """What came of a job.

    Attributes:
        steps: The responses of each step, in the order of the job, up to the first step that is not complete.
        usd: Dollars spent, those for responses that are not among these included.
        fault: Why the rest is missing, in one line; empty where nothing is.
        adjustments: What was sent otherwise than ordered.
    """

    steps: list[list[Response]] = field(default_factory=list)
    usd: float = 0.0
    fault: str = ""
    adjustments: tuple[str, ...] = ()


def prepared_of(job: Job, task: AnyTask | None = None) -> PreparedRun:
    """Make the run whose calls are drawn ready; without a `task` it is found by its name."""
    task = catalogue.find(job.task).load({}, job.source) if task is None else task
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in job.order.items()
    }
    return prepare(RunOrder(task=job.task, **fields), task)


def requests_of(prepared: PreparedRun, number: int, state: Any, calls: int) -> list[SampleRequest]:
    """Return what is sent at a step: what a run would send for its first samples."""
    step = OpenStep(prepared.task, prepared.settings, number, state, None, _SERIAL)
    return [step.request(sample) for sample in range(calls)]


class Drawer:
    """Draws samples from one model, through the provider's bad moments as a run does.

    Args:
        prepared: The run whose calls they are.
        tell: Called for each call that is made again.
    """

    def __init__(self, prepared: PreparedRun, tell: Callable[[Event], None] = lambda _: None) -> None:
        self._prepared = prepared
        self._tell = tell
        plan, self._clock = prepared.plan, SystemClock()
        self._rate = RateLimit(plan.requests_per_minute, plan.tokens_per_minute, self._clock)

    async def draw(self, job: Job) -> Done:
        """Draw the samples of a job.

        Raises:
            TaskError: The task cannot say what is asked at a step.
        """
        done, task, plan = Done(), self._prepared.task, self._prepared.plan
        totals = Totals()

        def hear(event: Event) -> None:
            match event:
                case ResponseRefused():
                    done.usd += event.response.cost_usd or 0.0
                case UsageEstimated():
                    done.usd += event.usd
                case SampleFailed():
                    self._tell(event)

        budget = Budget(Limits(usd=job.usd), totals, hear)
        manner = CallPolicy(plan.concurrency, plan.timeout_s, plan.near, self._rate, budget)
        caller = Caller(plan.model, self._clock, hear, manner)
        requests = [
            requests_of(self._prepared, number, task.decode_state(json.loads(state)), job.calls)
            for number, state in job.steps
        ]
        answers: dict[int, Response] = {}
        done.fault = await _all(caller, [one for step in requests for one in step], answers, plan.concurrency)
        for step in requests:
            came = [answers[id(one)] for one in step if id(one) in answers]
            done.usd += sum(response.cost_usd or 0.0 for response in came)
            if len(came) == len(step) == job.calls and len(done.steps) == requests.index(step):
                done.steps.append(came)
        done.adjustments = caller.adjustments
        return done


async def _all(caller: Caller, requests: list[SampleRequest], answers: dict[int, Response], most: int) -> str:
    """Draw all requests into `answers`, by their ids; return why some are missing, empty where none is."""
    if caller.answer is not None:
        return _at_once(caller, caller.answer, requests, answers)
    waiting = list(reversed(requests))
    going: dict[asyncio.Task[Response], SampleRequest] = {}
    try:
        while waiting or going:
            while waiting and len(going) < most and caller.budget.afford(waiting[-1]):
                request = waiting.pop()
                going[asyncio.create_task(caller.draw(request))] = request
            if not going or _in_vain(caller.budget, len(going)):
                return MONEY
            over, _ = await asyncio.wait(going, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            for call in over:
                answers[id(going.pop(call))] = call.result()
    except ProviderError as error:
        return f"the provider failed ({error.kind.value}): {error}"
    finally:
        for call in going:
            call.cancel()
        await asyncio.gather(*going, return_exceptions=True)
    return ""


def _at_once(caller: Caller, answer: AtOnce, requests: Sequence[SampleRequest], answers: dict[int, Response]) -> str:
    for request in requests:
        if not caller.budget.afford(request):
            return MONEY
        answers[id(request)] = response = answer(request)
        caller.budget.answered(request, response)
    return ""


def _in_vain(budget: Budget, going: int) -> bool:
    """Return whether all calls under way wait to be made again, and there is no money for that."""
    return budget.parked == going and bool(budget.reached(None, 0.0))


def draw_apart(job: Job) -> dict[str, Any]:
    """Draw a job in another process; all is opened for it and closed after it. Return `Done` as plain values."""

    async def drawn() -> Done:
        prepared = prepared_of(job)
        try:
            await prepared.plan.model.check()
            return await Drawer(prepared).draw(job)
        finally:
            await prepared.plan.model.aclose()

    return dataclasses.asdict(asyncio.run(drawn()))


def done_of(plain: Mapping[str, Any]) -> Done:
    """Make `Done` of what `draw_apart` returned."""
    steps = [[Response(**one) for one in step] for step in plain["steps"]]
    return Done(steps, plain["usd"], plain["fault"], tuple(plain["adjustments"]))
