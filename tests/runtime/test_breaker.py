"""The circuit breaker: when nothing comes back everybody waits, one call tries, and the run goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import CircuitClosed, CircuitOpened, Event
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.breaker import FAILURES, FIRST_REST_S, LONGEST_REST_S, NONSENSE_S, Breaker
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.rate import RateLimit

DOWN = ProviderError(Fault.OVERLOAD, "HTTP 503: down")
COPY = ProviderError(Fault.COPY, "a copy")
TURNS = 20
"""Turns of the event loop in which whatever can happen on a manual clock has happened."""


class Circuit:
    """A breaker on a manual clock, with what it told."""

    def __init__(self, failures: int = 0) -> None:
        self.clock = ManualClock()
        self.told: list[Event] = []
        self.breaker = Breaker(self.clock, self.told.append)
        self.fail(failures)

    def fail(self, times: int = 1, error: ProviderError = DOWN) -> None:
        """Let so many calls fail."""
        for _ in range(times):
            self.breaker.failed(error)
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
    """The sixth failure of any calls opens it, for a second, with the provider's words; five do not."""
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
    for _ in range(10):
        await circuit.breaker.admit()
        circuit.fail()
    assert circuit.rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
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
    assert circuit.rests == [1, 2, 1]


def test_the_rest_counts_down() -> None:
    """What is left of the rest is what a screen counts down, never below nought."""
    circuit = Circuit(failures=FAILURES)
    left = []
    for seconds in (0, 0.5, 0.25, 100):
        circuit.clock._now += seconds
        left.append(circuit.breaker.rest_s)
    assert left == [1, 0.5, 0.25, 0]


def refused(after_s: float | None, kind: Fault = Fault.RATE) -> ProviderError:
    """A refusal that states when to ask again."""
    return ProviderError(kind, "slow down", retry_after_s=after_s)


@pytest.mark.parametrize("stated", [0.25, 7, 3600, 20 * 3600])
async def test_a_rest_is_as_long_as_the_provider_states(stated: float) -> None:
    """One statement is enough for everybody to wait, to the second, and the hour at which it ends is known."""
    circuit = Circuit()
    circuit.fail(error=refused(stated))
    assert (circuit.rests, circuit.breaker.resets_at) == ([stated], stated)
    assert await circuit.breaker.admit()
    assert circuit.clock.slept == [stated]


@pytest.mark.parametrize("stated", [None, 0, -5, NONSENSE_S + 1])
def test_a_time_that_has_passed_or_is_nonsense_states_nothing(stated: float | None) -> None:
    """Then rests go from small to large as where nothing is stated."""
    circuit = Circuit()
    circuit.fail(FAILURES, refused(stated))
    assert (circuit.rests, circuit.breaker.resets_at) == ([FIRST_REST_S], None)


def test_words_that_are_final_state_no_time() -> None:
    """A gateway that puts Retry-After beside every refusal does not make a wrong key a matter of time."""
    circuit = Circuit()
    circuit.fail(error=refused(60, Fault.AUTH))
    assert circuit.rests == []
    circuit.fail(error=refused(60, Fault.QUOTA))
    assert circuit.rests == [60]


def test_a_later_time_makes_a_rest_longer_and_the_same_one_is_told_once() -> None:
    """Calls that were in flight together are refused together: they are one rest, as long as the longest of them."""
    circuit = Circuit()
    for stated in (60, 60.5, 59, 90):
        circuit.fail(error=refused(stated))
    assert (circuit.rests, circuit.breaker.resets_at) == ([60, 90], 90)


async def test_a_call_that_waits_waits_on_when_the_rest_grows_meanwhile() -> None:
    """What a late refusal states counts for the call that is to try already."""
    circuit = Circuit()
    circuit.fail(error=refused(60))
    sleeping = asyncio.Event()

    async def sleep(seconds: float) -> None:
        circuit.clock._now += seconds
        if not sleeping.is_set():
            sleeping.set()
            circuit.breaker.failed(refused(100))

    circuit.clock.sleep = sleep  # type: ignore[method-assign]
    await circuit.breaker.admit()
    assert circuit.clock.now() == 160


async def test_a_short_time_stated_in_vain_is_not_believed_for_ever() -> None:
    """A provider that states one second and refuses for hours is asked less and less often all the same."""
    circuit = Circuit()
    for _ in range(15):
        await circuit.breaker.admit()
        circuit.fail(error=refused(1))
    assert circuit.rests[:6] == [1] * 6
    assert circuit.rests[6:] == [2, 4, 8, 16, 32, 64, 128, 256, 300]


async def test_a_sleep_of_the_machine_ends_the_wait_when_the_time_has_passed() -> None:
    """After two hours with the lid closed nobody waits for two hours more: the wall clock says that it is time."""
    circuit = Circuit()
    circuit.fail(error=refused(7200))
    circuit.clock.suspend(7200)
    assert await circuit.breaker.admit()
    assert (circuit.clock.now(), circuit.clock.wall(), circuit.breaker.rest_s) == (0, 7200, 0)


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
        circuit.breaker.failed(DOWN)
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
    assert circuit.clock.slept == [1, 2, 4, 8]


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
    caller = Caller(
        ScriptedModel(lambda _: next(lines, Response("fine"))), clock, lambda _: None, CallPolicy(rate=rate)
    )
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
