"""CPU a call: through our adapter with all that the runner puts around it, and through bare LiteLLM at its best."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models import litellm_setup
from maker_engine.models.via_litellm import LiteLLMModel
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.clock import SystemClock
from tests.benchmarks.table import Row

CALLS, ROUNDS, AT_A_TIME = 1_500, 7, 50
MODEL = "hosted_vllm/bench"
PROMPT = Prompt(
    "You work out a single move in a game of Towers of Hanoi. " * 5, "Current state: [[3, 2, 1], [], []] " * 12
)
TIMEOUT_S = 120.0

Call = Callable[[int], Awaitable[object]]


def rows(calls: int = CALLS, rounds: int = ROUNDS, at_a_time: int = AT_A_TIME) -> list[Row]:
    """Measure both in turn, `rounds` times; client and server keep to processors of their own where there are two."""
    everywhere = os.sched_getaffinity(0)
    command = [sys.executable, "-m", "tests.benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        os.sched_setaffinity(0, {max(everywhere)})
        try:
            bare, ours = asyncio.run(_measure(base, calls, rounds, at_a_time))
        finally:
            os.sched_setaffinity(0, everywhere)
            server.communicate()
    added = median(100 * (mine.cpu_s / its.cpu_s - 1) for mine, its in zip(ours, bare, strict=True))
    return [
        Row(f"CPU a call through LiteLLM to a loopback server, {at_a_time} at a time", _both(ours),
            f"{_both(bare)} bare", added, "% on top", 10),
    ]  # fmt: skip


class Spent:
    """What a round of calls took, a call."""

    def __init__(self, calls: int, wall_s: float, cpu_s: float) -> None:
        self.rate = calls / wall_s
        self.cpu_s = cpu_s / calls


async def _measure(base: str, calls: int, rounds: int, at_a_time: int) -> tuple[list[Spent], list[Spent]]:
    model = LiteLLMModel(MODEL, base)
    await model.check()
    caller = Caller(model, SystemClock(), lambda _: None, CallPolicy(concurrency=at_a_time))
    litellm = litellm_setup.load()
    messages = [{"role": "system", "content": PROMPT.system}, {"role": "user", "content": PROMPT.user}]

    async def bare(_: int) -> object:
        return await litellm.acompletion(
            model=MODEL, api_base=base, api_key="none", messages=messages, temperature=0.1, max_tokens=750,
            timeout=TIMEOUT_S, max_retries=0, num_retries=0,
        )  # fmt: skip

    async def ours(number: int) -> object:
        return await caller.draw(SampleRequest(number, 0, PROMPT, 0.1, 750, ballot=number))

    spent: tuple[list[Spent], list[Spent]] = ([], [])
    for call in (bare, ours):
        await _round(call, at_a_time, at_a_time)
    for _ in range(rounds):
        for call, into in zip((bare, ours), spent, strict=True):
            into.append(await _round(call, calls, at_a_time))
    await model.aclose()
    return spent


async def _round(call: Call, calls: int, at_a_time: int) -> Spent:
    numbers = iter(range(calls))

    async def one_after_another() -> None:
        litellm_setup.spare_logging()  # part of the best setting: once for the bare loop, our adapter does it each call
        for number in numbers:
            await call(number)

    wall, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_a_time):
            group.create_task(one_after_another())
    return Spent(calls, time.perf_counter() - wall, time.process_time() - cpu)


def _both(rounds: list[Spent]) -> str:
    rate = median(one.rate for one in rounds)
    return f"{1e3 * median(one.cpu_s for one in rounds):.2f} ms, {rate:,.0f} calls/s"
