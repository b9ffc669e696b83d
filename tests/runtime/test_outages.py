"""Whole runs through an outage: they wait, and go on by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.settings import Settings
from maker_engine.runtime.breaker import PATIENCE_S
from tests.support.running import Bench, right
from tests.support.toy import Count

DOWN = ProviderError(Fault.OVERLOAD, "HTTP 503: down")


class Outage:
    """A provider that is down from its third call on, for so many calls."""

    def __init__(self, calls: int) -> None:
        self._left = calls
        self._answers = 2

    def __call__(self, asked: SampleRequest) -> Response | ProviderError:
        if self._answers:
            self._answers -= 1
        elif self._left:
            self._left -= 1
            return DOWN
        return right(asked)


@pytest.mark.parametrize("window", [1, 8])
async def test_a_run_pauses_through_an_outage_and_goes_on_by_itself(tmp_path: Path, window: int) -> None:
    """Half an hour without an answer costs waiting and nothing else; screens see the circuit open, and close."""
    bench = Bench(tmp_path, Outage(20), task=Count(20), settings=Settings(k=2, window=window))
    view = await bench.run()
    totals = view.snapshot.totals
    assert (view.snapshot.outcome, totals.samples, totals.failures, totals.wasted) == (Outcome.SOLVED, 40, 20, 0)
    assert bench.clock.now() > 1800
    assert any(seen.snapshot.resting is not None for seen in bench.views)
    assert (view.snapshot.resting, view.rest_s) == (None, None)


async def test_a_run_without_an_answer_for_a_day_fails_by_name(tmp_path: Path) -> None:
    """What is decided stays decided, and the reason is the provider's last word."""
    bench = Bench(tmp_path, Outage(10**9), task=Count(20))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.FAILED, 1)
    assert snapshot.reason == "the provider failed (overload): HTTP 503: down"
    assert PATIENCE_S < bench.clock.now() < PATIENCE_S + 2 * 3600
