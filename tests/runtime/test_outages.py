"""Whole runs through an outage: they wait, and go on by themselves, and no run with answers is ended by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import Continue, Stop
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.retry_policy import PATIENCE_S, REFUSED_S
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import open_saved
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
    assert bench.clock.now() > 900
    assert any(seen.snapshot.resting is not None for seen in bench.views)
    assert (view.snapshot.resting, view.rest_s) == (None, None)


async def test_a_run_without_an_answer_for_a_day_stops_by_name(tmp_path: Path) -> None:
    """What is decided stays decided, the reason is the provider's last word, and the session can be gone on with."""
    bench = Bench(tmp_path, Outage(10**9), task=Count(20))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.STOPPED, 1)
    assert snapshot.reason.startswith("the provider has not answered for 24 h ")
    assert snapshot.reason.endswith("(overload): HTTP 503: down (nothing is lost; to resume: maker sessions resume)")
    assert PATIENCE_S < bench.clock.now() < PATIENCE_S + 2 * 3600


class Refuses:
    """A provider that refuses one sample of the second step in final words, until it is told to be kind."""

    def __init__(self, kind: Fault = Fault.BAD_REQUEST) -> None:
        self.kind = False
        self.asked = 0
        self._fault = ProviderError(kind, "HTTP 400: Model unloaded.")

    def __call__(self, asked: SampleRequest) -> Response | ProviderError:
        if (asked.step, asked.sample) != (1, 1):
            return right(asked)
        self.asked += 1
        return right(asked) if self.kind else self._fault


REFUSED = "the provider refuses sample 2 of step 2 ({}): HTTP 400: Model unloaded."
FINAL = [Fault.AUTH, Fault.QUOTA, Fault.NOT_FOUND, Fault.BAD_REQUEST, Fault.CONTEXT]


@pytest.mark.parametrize("kind", FINAL)
async def test_one_refused_call_stops_an_unattended_run_that_can_be_gone_on_with(tmp_path: Path, kind: Fault) -> None:
    """After two minutes of asking again it is stopped with the reason; it has not failed, and nothing is lost."""
    refuses = Refuses(kind)
    bench = Bench(tmp_path, refuses, task=Count(5))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.STOPPED, 1)
    assert snapshot.reason.startswith(REFUSED.format(kind.value))
    assert 3 < refuses.asked < 20
    assert bench.clock.now() >= REFUSED_S
    kept = open_saved(bench.journal.path, Count)
    assert (kept.step, kept.snapshot.outcome, kept.snapshot.reason) == (1, Outcome.STOPPED, snapshot.reason)


@pytest.mark.parametrize("kind", FINAL)
async def test_an_attended_run_holds_and_asks_again_when_a_person_says_so(tmp_path: Path, kind: Fault) -> None:
    """It pauses with the reason on the screen; continued, the same sample is asked for, and the run goes on."""
    refuses = Refuses(kind)
    bench = Bench(tmp_path, refuses, task=Count(5), attended=True)
    held: list[RunView] = []

    def watch(view: RunView) -> None:
        if view.obstacle and view.snapshot.paused and not held:
            held.append(view)
            refuses.kind = True
            bench.send(Continue())

    bench.watch = watch
    view = await bench.run()
    totals = view.snapshot.totals
    assert (view.snapshot.outcome, totals.samples, totals.wasted, view.obstacle) == (Outcome.SOLVED, 10, 0, "")
    assert held[0].obstacle == REFUSED.format(kind.value)
    assert held[0].trouble == f"held: {REFUSED.format(kind.value)}"
    assert held[0].snapshot.totals.steps == 1


async def test_a_held_run_holds_again_while_it_is_refused(tmp_path: Path) -> None:
    """Continued in vain it asks for two minutes more, and can be stopped as ever."""
    bench = Bench(tmp_path, Refuses(), task=Count(5), attended=True)
    held = 0

    def watch(view: RunView) -> None:
        nonlocal held
        if view.obstacle and view.snapshot.paused and not view.in_flight:
            held += 1
            bench.send(Continue() if held < 3 else Stop())

    bench.watch = watch
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.STOPPED, 1)
    assert bench.clock.now() >= 3 * REFUSED_S


async def test_a_prompt_that_a_policy_refuses_costs_one_sample(tmp_path: Path) -> None:
    """The sample is flagged, the step is decided by others, and the run goes on."""
    bench = Bench(tmp_path, Refuses(Fault.POLICY), task=Count(5))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.flagged, snapshot.totals.samples) == (Outcome.SOLVED, 1, 11)
    assert [(one.step, one.sample, one.flag.rule) for one in snapshot.flags] == [(1, 1, "finish")]
    assert "Model unloaded" in snapshot.flags[0].flag.excerpt
