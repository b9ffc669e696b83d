"""One sample through the provider's bad moments: the same call is made again, after a wait of reasonable length."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import Outcome, SampleFailed
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.runtime.retry_policy import COPIES, LONGEST_WAIT_S
from tests.support.calling import FINE, REQUEST, Line, failing
from tests.support.running import Bench, right

PASSING = [kind for kind in Fault if kind.passing and kind is not Fault.COPY]


async def turns(number: int) -> None:
    """Let the event loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("kind", PASSING)
async def test_a_passing_fault_is_tried_again(kind: Fault) -> None:
    """The very same sample is asked for until it is answered, and each failure is told with its wait."""
    line = Line(failing(3, kind))
    assert await line.draw() == FINE
    assert line.asked == [REQUEST] * 4
    assert line.told == [SampleFailed(4, 2, kind.value, "not now", wait) for wait in line.clock.slept]


async def test_waits_double_with_jitter_up_to_half_a_minute() -> None:
    """From half a second on, each bound is twice the last; a wait is its upper half, so that calls do not march."""
    line = Line(failing(5))
    await line.draw()
    bounds = [0.5, 1, 2, 4, 8]
    assert all(bound / 2 <= wait <= bound for wait, bound in zip(line.waits, bounds, strict=True))
    assert len(set(line.waits)) == 5
    assert LONGEST_WAIT_S == 30


async def test_no_own_wait_is_longer_than_half_a_minute() -> None:
    """A call in its fiftieth attempt still looks twice a minute, the circuit's rests aside."""
    line = Line(failing(50))
    await line.draw()
    assert len(line.waits) == 50
    assert all(LONGEST_WAIT_S / 2 <= wait <= LONGEST_WAIT_S for wait in line.waits[6:])


@pytest.mark.parametrize("stated", [7, 0.25, 300, 3600, 20 * 3600])
async def test_a_stated_time_is_waited_for(stated: float) -> None:
    """The provider's own wait is kept to the second, however long, and nothing is asked before it is over."""
    line = Line(failing(1, Fault.RATE, stated))
    assert await line.draw() == FINE
    assert (line.waits, line.clock.slept, line.times) == ([stated], [stated], [0, stated])


@pytest.mark.parametrize("stated", [None, 0, -5, 1e9])
async def test_where_no_time_is_stated_calls_back_off_from_small_to_large(stated: float | None) -> None:
    """Six calls in a third of a second do not happen, and neither is nothing asked for a minute."""
    line = Line(failing(6, Fault.RATE, stated))
    assert await line.draw() == FINE
    gaps = [after - before for before, after in pairwise(line.times)]
    assert gaps == sorted(gaps)
    assert 0.25 <= gaps[0] <= 0.5
    assert line.times[5] > 3
    assert line.times[6] < 40


async def test_all_calls_wait_for_a_stated_time() -> None:
    """One refusal is enough: a call that comes later goes out when the time is over, behind the one that tries."""
    line = Line(failing(1, Fault.RATE, 600))
    calls = [asyncio.ensure_future(line.draw(SampleRequest(4, n, Prompt("", ""), 0.1, 100))) for n in range(4)]
    await asyncio.gather(*calls)
    assert line.times == [0, 600, 600, 600, 600]


def copies(number: int) -> list[Response]:
    """A response, and so many copies of it."""
    return [Response("fine", id="x")] * (1 + number)


async def test_two_copies_are_bad_luck() -> None:
    """A sample answered by another's response is asked for again, without blame for the connection."""
    line = Line(copies(COPIES - 1))
    await line.draw()
    assert await line.caller.draw(SampleRequest(4, 3, Prompt("", ""), 0.1, 100)) == FINE
    assert [event.kind for event in line.told if isinstance(event, SampleFailed)] == ["copy"] * 2
    assert line.caller.breaker.rest_s is None


async def test_three_copies_are_a_cache() -> None:
    """A sample that gets the third copy stops: it would go on for ever."""
    line = Line(copies(99))
    await line.draw()
    with pytest.raises(ProviderError, match="switch caching off") as caught:
        await line.caller.draw(SampleRequest(4, 3, Prompt("", ""), 0.1, 100))
    assert (caught.value.kind, len(line.asked)) == (Fault.COPY, 1 + COPIES)


async def test_a_caching_proxy_ends_the_run_by_name(tmp_path: Path) -> None:
    """A server that gives everybody the same response never gets a second vote, and the reason says what to do."""
    bench = Bench(tmp_path, lambda _: Response("answer = 1", id="the one and only"))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.votes, snapshot.totals.steps) == (Outcome.FAILED, 1, 0)
    assert snapshot.reason.startswith("the provider failed (copy): the server gave response 'the one and only'")
    assert snapshot.reason.endswith("switch caching off in the server or proxy")


async def test_a_bug_is_not_waited_out() -> None:
    """What is not the provider's fault is raised as it is."""
    line = Line([ZeroDivisionError("ours")])
    with pytest.raises(ZeroDivisionError, match="ours"):
        await line.draw()
    assert line.told == []


async def test_a_call_that_waits_can_be_cut_short() -> None:
    """Cancelling reaches a call between its attempts as well: it asks no more."""
    line = Line(failing(10_000))
    drawing = asyncio.ensure_future(line.draw())
    await turns(10)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    asked = len(line.asked)
    await turns(20)
    assert len(line.asked) == asked > 2


async def test_what_is_told_of_a_failure_reaches_the_snapshot_until_the_next_answer(tmp_path: Path) -> None:
    """A screen can say what the provider said and for how long it is waited; an answer clears it."""
    faults = failing(1, Fault.RATE, 7)
    bench = Bench(tmp_path, lambda request: faults.pop() if faults else right(request), concurrency=1)
    view = await bench.run()
    seen = [one.snapshot.failure for one in bench.views if one.snapshot.failure is not None]
    assert [(one.kind, one.message, one.wait_s) for one in seen[:1]] == [("rate", "not now", 7)]
    assert view.snapshot.failure is None
