"""Money of calls that bring several answers: set aside by the sample, spent by the call, and within every limit."""

from __future__ import annotations

import asyncio

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import Event, Outcome, ResponseRefused, UsageEstimated
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Response, SampleRequest, UnusableError
from maker_engine.core.solving.settings import Settings
from maker_engine.models.prices import estimated_usage
from maker_engine.runtime.budget import MARGIN, Budget
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.in_flight import InFlight
from maker_engine.runtime.limits import Limits
from tests.models.test_via_litellm import only_our_key
from tests.runtime.test_budget import REQUEST, another, budget
from tests.runtime.test_several_answers import all_of
from tests.runtime.test_several_over_http import Ran
from tests.support.choir import Choir
from tests.support.counting_server import Counting
from tests.support.running import Bench

__all__ = ["only_our_key"]

PROMPT, OUTPUT = 100, 100
"""Tokens that a call of `REQUEST` has at most."""


def three() -> list[SampleRequest]:
    """Requests that one call is to bring."""
    return [another(number) for number in range(3)]


@pytest.mark.parametrize("fault", [ProviderError(Fault.TIMEOUT, "late", maybe_billed=True), asyncio.CancelledError()])
def test_a_call_for_several_that_brought_nothing_counts_its_prompt_once(fault: BaseException) -> None:
    """What it may have cost is one prompt and the output limit of each answer, told of once."""
    told: list[Event] = []
    one = budget(told, usd=100)
    requests = three()
    assert all(one.afford(request) for request in requests)
    with pytest.raises(type(fault)), one.paying(*requests):
        raise fault
    assert told == [UsageEstimated(0, 0, PROMPT + 3 * OUTPUT, pytest.approx(0.001 * PROMPT + 0.01 * 3 * OUTPUT))]
    assert not any(one.asking(request) or one.holds(request) for request in requests)


def test_a_call_for_several_that_cannot_be_used_is_paid_for_once() -> None:
    """Its cost is refused with its first sample, and what was set aside for the others is given back."""
    told: list[Event] = []
    one = budget(told, tokens=600)
    requests = three()
    assert all(one.afford(request) for request in requests)
    answer = Response("", 90, 60)
    with pytest.raises(UnusableError), one.paying(*requests):
        raise UnusableError(Fault.MALFORMED, "no text in the answer", answer)
    assert told == [ResponseRefused(0, 0, "malformed", answer)]
    assert one.left(another(9), 0) == (600 - 150) // 200


def test_a_shared_answer_tells_how_dense_the_whole_prompt_is() -> None:
    """Its prompt tokens are its share of them: the next prompt is estimated by all of them."""
    one = budget(tokens=10_000)
    one.density.clear()
    one.answered(REQUEST, Response("", 10, 1, shared=4))
    assert one.bound(REQUEST).tokens == 100 * 0.4 * MARGIN + 100


def test_an_unknown_prompt_is_shared_by_the_answers_of_its_call() -> None:
    """Where no usage is reported, each of several answers is estimated with its part of the prompt."""
    alone, shared = (estimated_usage(REQUEST, Response("four", None, None, shared=number)) for number in (1, 3))
    assert (alone, shared) == ((18, 1), (6, 1))


async def test_a_call_asks_for_as_many_as_there_is_money_for() -> None:
    """Samples of a call that no money can be set aside for are asked for once there is some."""
    told: list[Event] = []
    choir = Choir(all_of)
    limits = Budget(Limits(tokens=450), Totals(), told.append)
    caller = Caller(choir, ManualClock(), told.append, CallPolicy(budget=limits))
    limits.density[0] = 1.0
    calls = InFlight(caller, asyncio.Event(), lambda _: True, lambda *_: None)
    calls.start(three())
    for _ in range(50):
        await asyncio.sleep(0)
    assert choir.sizes == [2, 1]
    assert [request.sample for request, _ in calls.drain()] == [0, 1, 2]
    assert (len(calls), told) == (0, [])


async def test_a_call_that_is_made_again_is_for_what_can_still_count() -> None:
    """Samples that nobody waits for any more are left out of the second try."""
    faults = [ProviderError(Fault.OVERLOAD, "not now")]
    wanted = {0, 1, 2}

    def song(requests: list[SampleRequest]) -> list[Response] | ProviderError:
        wanted.discard(0)
        return faults.pop() if faults else all_of(requests)

    choir = Choir(song)
    manner = CallPolicy(wanted=lambda request: request.sample in wanted)
    caller = Caller(choir, ManualClock(), lambda _: None, manner)
    calls = InFlight(caller, asyncio.Event(), manner.wanted, lambda *_: None)
    calls.start(three())
    for _ in range(50):
        await asyncio.sleep(0)
    assert [[one.sample for one in call] for call in choir.calls] == [[0, 1, 2], [1, 2]]
    assert [request.sample for request, _ in calls.drain()] == [1, 2]


async def test_a_run_ends_where_a_call_for_several_cannot_be_made_again(tmp_path) -> None:
    """A call that waits for money which there will never be is no reason to go on, however many samples it is for."""

    def song(requests: list[SampleRequest]) -> list[Response] | ProviderError:
        lost = ProviderError(Fault.OVERLOAD, "lost", maybe_billed=True)
        return all_of(requests) if requests[0].sample == 0 else lost

    choir = Choir(song)
    bench = Bench(tmp_path, settings=Settings(k=3), model=choir, limits=Limits(tokens=6_000))
    async with asyncio.timeout(20):
        view = await bench.run()
    assert view.snapshot.outcome is Outcome.OUT_OF_BUDGET
    assert choir.sizes[:3] == [1, 2, 2]
    totals = view.snapshot.totals
    assert 0.5 * 6_000 < totals.tokens_in + totals.tokens_out + totals.tokens_estimated <= 6_000


@pytest.mark.parametrize("limit", [{"limit_tokens": 12_000}, {"limit_usd": 0.006}, {"limit_tokens": 2_500}])
async def test_a_limit_holds_by_the_server_s_bill(tmp_path, limit):
    """A run whose votes share calls ends before the call that may go over a limit, and uses most of it."""
    ran = await Ran(tmp_path / "run.maker", Counting(wrong=0, malformed=0)).start(max_tokens=50, window=8, **limit)
    assert ran.view.snapshot.outcome is Outcome.OUT_OF_BUDGET
    prompt, output = ran.counting.billed
    used = prompt + output if "limit_tokens" in limit else 0.4e-6 * prompt + 1.6e-6 * output
    (most,) = limit.values()
    assert used <= most
    assert used > 0.6 * most
    assert (ran.totals.tokens_in, ran.totals.tokens_out) == (prompt, output)
    assert 2 in ran.counting.asked or most == 2_500
