"""The circuit breaker: when nothing comes back everybody waits, one call tries, and the run goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import CircuitClosed, CircuitOpened, Event
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.breaker import FAILURES, FIRST_REST_S, LONGEST_REST_S, PATIENCE_S, Breaker
from maker_engine.runtime.calls import LONGEST_RETRY_AFTER_S, Caller
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.rate import RateLimit

DOWN = ProviderError(Fault.OVERLOAD, "HTTP 503: down")
COPY = ProviderError(Fault.COPY, "a copy")
TURNS = 20
"""Turns of the event loop in which whatever can happen on a manual clock has happened."""


class Circuit:
    """A breaker on a manual clock, with what it told."""

    def __init__(self, *, answered: bool = True, failures: int = 0) -> None:
        self.clock = ManualClock()
        self.told: list[Event] = []
        self.breaker = Breaker(self.clock, self.told.append)
        if answered:
            self.breaker.answered()
        self.fail(failures)

    def fail(self, times: int = 1, error: ProviderError = DOWN) -> None:
        """Let so many calls fail."""
        for _ in range(times):
            self.breaker.failed(error, 1)
            self.breaker.tried()

    @property
    def rests(self) -> list[float]:
        """Seconds of each rest so far."""
        return [event.wait_s for event in self.told if isinstance(event, CircuitOpened)]


def request(sample: int = 0) -> SampleRequest:
    """Any request."""
    return SampleRequest(0, sample, Prompt("", ""), 0.1, 100)


async def turn() -> None:
    """Let everybody go as far as they can."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def soon(call: Awaitable[Response]) -> Response | None:
    """What a call returns when left alone, None when it never does."""
    task = asyncio.ensure_future(call)
    await turn()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None


def test_six_failures_in_a_row_open_the_circuit() -> None:
    """The sixth failure of any calls opens it, for fifteen seconds, with the provider's words; five do not."""
    circuit = Circuit(failures=FAILURES - 1)
    assert (circuit.told, circuit.breaker.rest_s) == ([], None)
    circuit.fail()
    assert circuit.told == [CircuitOpened(FIRST_REST_S, "HTTP 503: down")]
    assert (FAILURES, circuit.breaker.rest_s) == (6, FIRST_REST_S)


def test_an_answer_in_between_begins_the_count_anew() -> None:
    """Failures that are not in a row do not open it, however many they are."""
    circuit = Circuit()
    for _ in range(50):
        circuit.fail(FAILURES - 1)
        circuit.breaker.answered()
    assert circuit.told == []


async def test_each_rest_is_twice_as_long_up_to_five_minutes() -> None:
    """A call that tries in vain doubles the rest; the longest is five minutes."""
    circuit = Circuit(failures=FAILURES)
    for _ in range(6):
        await circuit.breaker.admit()
        circuit.fail()
    assert circuit.rests == [15, 30, 60, 120, 240, 300, 300]
    assert circuit.clock.slept == circuit.rests[:-1]
    assert LONGEST_REST_S == 300


async def test_an_answer_closes_the_circuit_and_is_told_once() -> None:
    """After it nobody waits, and the next rest is a short one again."""
    circuit = Circuit(failures=FAILURES)
    await circuit.breaker.admit()
    circuit.fail()
    await circuit.breaker.admit()
    circuit.breaker.answered()
    circuit.breaker.answered()
    assert circuit.told.count(CircuitClosed()) == 1
    assert circuit.breaker.rest_s is None
    before = len(circuit.clock.slept)
    await circuit.breaker.admit()
    assert len(circuit.clock.slept) == before
    circuit.fail(FAILURES)
    assert circuit.rests == [15, 30, 15]


def test_the_rest_counts_down() -> None:
    """What is left of the rest is what a screen counts down, never below nought."""
    circuit = Circuit(failures=FAILURES)
    left = []
    for seconds in (0, 5, 9, 100):
        circuit.clock._now += seconds
        left.append(circuit.breaker.rest_s)
    assert left == [15, 10, 1, 0]


def test_a_rest_is_as_long_as_the_provider_asks() -> None:
    """Retry-After makes a rest longer, never shorter."""
    for asked, rest in ((100, 100), (3, FIRST_REST_S)):
        circuit = Circuit(failures=FAILURES - 1)
        circuit.fail(error=ProviderError(Fault.RATE, "slow down", retry_after_s=asked))
        assert circuit.rests == [rest]


def test_a_rest_is_not_as_long_as_a_mad_provider_asks() -> None:
    """Retry-After is capped for a rest as it is for a single call."""
    circuit = Circuit(failures=FAILURES - 1)
    circuit.fail(error=ProviderError(Fault.RATE, "slow down", retry_after_s=1e9))
    assert circuit.rests == [LONGEST_RETRY_AFTER_S]


async def test_one_call_tries_and_the_others_wait_for_it() -> None:
    """Of five calls that come while the circuit is open one goes out; its answer lets the others go."""
    circuit = Circuit(failures=FAILURES)
    calls = [asyncio.ensure_future(circuit.breaker.admit()) for _ in range(5)]
    await turn()
    assert sum(call.done() for call in calls) == 1
    circuit.breaker.answered()
    await turn()
    assert all(call.done() for call in calls)


async def test_a_circuit_that_opens_again_under_the_call_that_tries_makes_the_others_wait() -> None:
    """Waiting is letting others run: closed by an older call's answer and opened anew, the circuit is quietly open."""
    circuit = Circuit(failures=FAILURES)
    trier = await circuit.breaker.admit()
    circuit.breaker.answered()
    for _ in range(FAILURES):
        circuit.breaker.failed(DOWN, 1)
    assert trier
    call = asyncio.ensure_future(circuit.breaker.admit())
    await turn()
    assert not call.done()
    circuit.breaker.tried()
    assert await call


async def test_a_call_that_tries_in_vain_hands_over_to_one_other() -> None:
    """Each failure lets one more call try, after a rest."""
    circuit = Circuit(failures=FAILURES)
    calls = [asyncio.ensure_future(circuit.breaker.admit()) for _ in range(4)]
    for tried in range(1, 5):
        await turn()
        assert sum(call.done() for call in calls) == tried
        circuit.fail()
    assert circuit.clock.slept == [15, 30, 60, 120]


@pytest.mark.parametrize("late", ["failure", "cut short"])
async def test_an_older_call_that_ends_late_lets_nobody_else_try(late: str) -> None:
    """While one call tries, another that was sent before the circuit opened changes nothing by failing or leaving."""
    silence = asyncio.Event()
    calls = iter([None, *[DOWN] * FAILURES])

    class Slow(ScriptedModel):
        """Sample 99 is the older call; the first to try never gets an answer either."""

        async def sample(self, asked: SampleRequest) -> Response:
            tried.append(asked.sample)
            if asked.sample == 99:
                await silence.wait()
                raise DOWN
            if (error := next(calls, ...)) is ...:
                await asyncio.Event().wait()
            if error:
                raise error
            return Response("")

    tried: list[int] = []
    caller = Caller(Slow(lambda _: DOWN), ManualClock(), lambda _: None)
    older = asyncio.ensure_future(caller.draw(request(99)))
    await caller.draw(request())
    others = [asyncio.ensure_future(caller.draw(request(1 + n))) for n in range(FAILURES)]
    await turn()
    before = len(tried)
    silence.set() if late == "failure" else older.cancel()
    await turn()
    for call in (older, *others):
        call.cancel()
    await asyncio.gather(older, *others, return_exceptions=True)
    assert tried[before:] == []


async def opened(script: list[Response | ProviderError]) -> tuple[Caller, RateLimit]:
    """A caller whose circuit has just opened; calls from now on are answered by `script`, and then well."""
    lines = iter([Response(""), *[DOWN] * FAILURES, *script])
    clock = ManualClock()
    rate = RateLimit(60, None, clock)
    caller = Caller(ScriptedModel(lambda _: next(lines, Response("fine"))), clock, lambda _: None, rate)
    await caller.draw(request())
    calls = [asyncio.ensure_future(caller.draw(request(1 + n))) for n in range(FAILURES)]
    for _ in range(TURNS):
        if caller.breaker.rest_s is None:
            await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    return caller, rate


async def test_a_copy_in_answer_to_the_call_that_tries_does_not_stop_everything() -> None:
    """A refused copy is a failed try like any other: the call tries again, and the circuit closes."""
    caller, _ = await opened([COPY])
    assert await soon(caller.draw(request(50))) == Response("fine")


@pytest.mark.parametrize("queue", [0, 1000])
@pytest.mark.parametrize("turns", range(8))
async def test_a_call_that_is_cut_short_at_any_moment_lets_another_try(turns: int, queue: int) -> None:
    """A step may be decided while one of its calls tries, or queues for the rate: the next call goes in its place."""
    caller, rate = await opened([])
    assert rate._requests is not None
    rate._requests.take(queue)
    trying = asyncio.ensure_future(caller.draw(request(50)))
    for _ in range(turns):
        await asyncio.sleep(0)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    assert await soon(caller.draw(request(51))) == Response("fine")


def test_a_provider_that_never_answered_is_given_up_after_six_attempts() -> None:
    """Nothing tells a mistyped address from an outage: a call's sixth attempt ends it with the provider's words."""
    circuit = Circuit(answered=False, failures=100)
    circuit.breaker.failed(DOWN, FAILURES - 1)
    with pytest.raises(ProviderError, match="HTTP 503: down"):
        circuit.breaker.failed(DOWN, FAILURES)
    assert circuit.told == []


def test_a_provider_that_has_answered_is_waited_for_for_a_day() -> None:
    """No number of attempts ends a run that had answers; a day without one does."""
    circuit = Circuit()
    circuit.clock._now = PATIENCE_S
    circuit.breaker.failed(DOWN, 10_000)
    circuit.clock._now += 1
    with pytest.raises(ProviderError, match="HTTP 503: down"):
        circuit.breaker.failed(DOWN, 10_000)
