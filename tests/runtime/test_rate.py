"""Requests and tokens per minute: calls are spaced instead of being refused."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.rate import BURST_S, Bucket, RateLimit, most_tokens
from maker_engine.runtime.runner import Runner
from tests.support.running import Bench, right
from tests.support.toy import Count

REQUEST = SampleRequest(0, 0, Prompt("s" * 100, "u" * 300), 0.1, max_tokens=500)
"""Counted with 100 prompt tokens and 500 output tokens."""


class Gauge:
    """A rate limit on a manual clock."""

    def __init__(self, requests: float | None = None, tokens: float | None = None) -> None:
        self.clock = ManualClock()
        self.limit = RateLimit(requests, tokens, self.clock)

    async def wait(self, asked: SampleRequest = REQUEST) -> float:
        """Let one request through; return how long it waited."""
        before = self.clock.now()
        await self.limit.admit(asked)
        return self.clock.now() - before

    def used(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Let the response come in."""
        self.limit.used(REQUEST, Response("", tokens_in, tokens_out))


async def test_without_a_limit_nobody_waits() -> None:
    """A provider that states no limit is not spared."""
    gauge = Gauge()
    assert [await gauge.wait() for _ in range(100)] == [0] * 100
    assert gauge.clock.slept == []


async def test_requests_are_spaced_evenly() -> None:
    """At 30 requests a minute one goes out every two seconds, after the first."""
    gauge = Gauge(requests=30)
    waits = [await gauge.wait() for _ in range(6)]
    assert waits == [0, BURST_S, 2, 2, 2, 2]


def test_calls_that_come_at_once_queue_one_behind_the_other() -> None:
    """Each is told its own place in the queue: nobody overtakes, and nobody goes out together."""
    bucket = Bucket(60, ManualClock())
    assert [bucket.take(1) for _ in range(6)] == [0, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("per_minute", [3, 60, 500])
async def test_no_minute_sees_more_than_the_limit(per_minute: int) -> None:
    """Whenever calls come, a minute holds no more of them than the limit, and what one burst may add."""
    gauge, dice, sent = Gauge(requests=per_minute), Random(5), []
    for _ in range(1000):
        await gauge.wait()
        sent.append(gauge.clock.now())
        gauge.clock._now += dice.choice([0, 0, 0, 60 / per_minute * dice.random()])
    most = per_minute * (1 + BURST_S / 60) + 1
    begun = 0
    for number, now in enumerate(sent):
        while sent[begun] < now - 60:
            begun += 1
        assert number - begun + 1 <= most + 1e-6


async def test_a_pause_is_no_credit_for_more_than_a_burst() -> None:
    """After an hour of silence the calls are spaced as ever, but for one second's worth."""
    gauge = Gauge(requests=60)
    await gauge.wait()
    gauge.clock._now += 3600
    assert [await gauge.wait() for _ in range(4)] == [0, 0, 1, 1]


def test_a_request_counts_with_its_prompt_and_its_whole_limit() -> None:
    """Providers count what a call may cost when it goes out: four characters a token, and `max_tokens`."""
    assert most_tokens(REQUEST) == 600


async def test_tokens_are_spaced_by_what_a_call_may_cost() -> None:
    """At 6,000 tokens a minute a call of 600 goes out every six seconds."""
    gauge = Gauge(tokens=6000)
    assert [await gauge.wait() for _ in range(4)] == [0, 5, 6, 6]


async def test_tokens_that_were_not_used_are_given_back() -> None:
    """A call counted with 600 tokens that used 100 delays the next one by those alone."""
    gauge = Gauge(tokens=6000)
    waits = []
    for _ in range(5):
        waits.append(await gauge.wait())
        gauge.used(70, 30)
    assert waits == pytest.approx([0, 0, 1, 1, 1])


async def test_tokens_used_beyond_the_estimate_are_paid_for() -> None:
    """A prompt that was longer in tokens than in characters delays the next call."""
    gauge = Gauge(tokens=6000)
    await gauge.wait()
    gauge.used(900, 500)
    assert await gauge.wait() == pytest.approx(14 - BURST_S)


@pytest.mark.parametrize("unknown", [(None, None), (10, None), (None, 10)])
async def test_unknown_tokens_are_taken_for_the_most(unknown: tuple[int | None, int | None]) -> None:
    """Where the provider does not say, nothing is given back."""
    gauge = Gauge(tokens=6000)
    await gauge.wait()
    gauge.used(*unknown)
    assert await gauge.wait() == 5


async def test_the_stricter_limit_rules() -> None:
    """With both limits a call waits for the later of its two turns, once."""
    gauge = Gauge(requests=60, tokens=600)
    await gauge.wait()
    assert await gauge.wait() == pytest.approx(59)
    assert len(gauge.clock.slept) == 1


@pytest.mark.parametrize("limit", [0, -1, math.nan])
@pytest.mark.parametrize("what", ["requests", "tokens"])
def test_a_limit_of_nothing_is_refused(what: str, limit: float) -> None:
    """A limit must be above 0, and the message says which one is not."""
    with pytest.raises(InputError, match=f"the limit on {what} per minute must be above 0, got"):
        Gauge(**{what: limit})


async def test_a_run_keeps_to_the_limit(tmp_path: Path) -> None:
    """However many samples are wanted at once, they reach the model at the provider's pace."""
    sent: list[float] = []

    def noted(request: SampleRequest) -> Response:
        sent.append(bench.clock.now())
        return right(request)

    bench = Bench(tmp_path, noted, task=Count(20), settings=Settings(k=2, window=8), concurrency=1)
    plan = replace(bench.runner._plan, requests_per_minute=120.0)
    bench.runner = Runner(plan, bench.journal, clock=bench.clock)
    assert (await bench.run()).snapshot.outcome is Outcome.SOLVED
    gaps = [after - before for before, after in pairwise(sent)]
    assert gaps == pytest.approx([0] * 2 + [0.5] * 37)
