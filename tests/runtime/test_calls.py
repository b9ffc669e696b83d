"""One sample through the provider's bad moments: the same call is made again, after a wait of reasonable length."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import Event, Outcome, SampleFailed
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.calls import COPIES, LONGEST_RETRY_AFTER_S, LONGEST_WAIT_S, Caller
from maker_engine.runtime.clock import ManualClock
from tests.support.running import Bench, right

REQUEST = SampleRequest(4, 2, Prompt("system", "user"), 0.1, 100)
FINE = Response("fine")
PASSING = [kind for kind in Fault if kind.passing and kind is not Fault.COPY]
LASTING = [kind for kind in Fault if not kind.passing]


class Line:
    """A caller on a manual clock, whose model says these lines and is then fine."""

    def __init__(self, lines: Iterable[Response | ProviderError | Exception], *, answered: bool = True) -> None:
        self.clock = ManualClock()
        self.told: list[Event] = []
        self.asked: list[SampleRequest] = []
        self._lines = iter(lines)
        self.caller = Caller(ScriptedModel(self._say), self.clock, self.told.append)
        if answered:
            self.caller.breaker.answered()

    def _say(self, request: SampleRequest) -> Response | ProviderError:
        self.asked.append(request)
        line = next(self._lines, FINE)
        if isinstance(line, Exception) and not isinstance(line, ProviderError):
            raise line
        return line

    async def draw(self) -> Response:
        """Draw the sample."""
        return await self.caller.draw(REQUEST)

    @property
    def waits(self) -> list[float]:
        """The waits that were told of."""
        return [event.wait_s for event in self.told if isinstance(event, SampleFailed)]


def failing(times: int, kind: Fault = Fault.OVERLOAD, retry_after_s: float | None = None) -> list[ProviderError]:
    """So many failures."""
    return [ProviderError(kind, "not now", retry_after_s) for _ in range(times)]


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


@pytest.mark.parametrize("kind", LASTING)
async def test_a_lasting_fault_is_raised_at_once(kind: Fault) -> None:
    """A refused key stays refused: one request, no wait, nothing told."""
    line = Line(failing(9, kind))
    with pytest.raises(ProviderError, match="not now"):
        await line.draw()
    assert (len(line.asked), line.clock.slept, line.told) == (1, [], [])


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


@pytest.mark.parametrize(("asked", "waited"), [(7, 7), (0, 0), (0.25, 0.25), (300, 300), (1e9, 300), (3600, 300)])
async def test_retry_after_is_obeyed_within_reason(asked: float, waited: float) -> None:
    """The provider's own wait is kept to the second, and never more than five minutes."""
    line = Line(failing(1, Fault.RATE, asked))
    await line.draw()
    assert (line.waits, line.clock.slept, LONGEST_RETRY_AFTER_S) == ([waited], [waited], 300)


async def test_a_call_gives_up_on_a_provider_that_never_answered() -> None:
    """The sixth attempt is the last; its failure is raised and not told."""
    line = Line(failing(99), answered=False)
    with pytest.raises(ProviderError, match="not now"):
        await line.draw()
    assert (len(line.asked), len(line.told)) == (6, 5)


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
