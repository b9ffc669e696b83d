"""Several samples by one call, in a run: which go together, and that they are counted like any others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import Continue, Probe, Stop
from maker_engine.core.record.events import Event, Outcome, ResponseRefused, SampleFailed
from maker_engine.core.responses import DRAFT, PROBES, Prompt, Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.calls import SURPLUS, Caller, CallPolicy
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.in_flight import InFlight
from maker_engine.runtime.rate import RateLimit, most_tokens
from maker_engine.runtime.throttle import Throttle
from tests.support.choir import Choir
from tests.support.running import Bench, right
from tests.support.toy import Count, answer

REQUEST = SampleRequest(4, 0, Prompt("s" * 100, "u" * 300), 0.1, 500, ballot=9)


def some(number: int, **fields: object) -> list[SampleRequest]:
    """Requests for samples of one ballot."""
    return [replace(REQUEST, sample=one, **fields) for one in range(number)]  # type: ignore[arg-type]


def all_of(requests: Sequence[SampleRequest]) -> list[Response]:
    """The right answer to each, under an id of its own."""
    return [
        replace(right(one), text=f"Sample {one.sample}.\n\n{right(one).text}", id=f"{one.step}-{one.sample}")
        for one in requests
    ]


def caller(choir: Choir, told: list[Event] | None = None, **manner: object) -> Caller:
    """A caller of a choir, on a manual clock."""
    return Caller(choir, ManualClock(), [].append if told is None else told.append, CallPolicy(**manner))  # type: ignore[arg-type]


def sizes(groups: list[list[SampleRequest]]) -> list[list[int]]:
    """The numbers of the samples in each group."""
    return [[request.sample for request in group] for group in groups]


def test_samples_of_one_ballot_that_are_asked_for_alike_go_together():
    """A call brings samples of the same ballot, voter, prompt and temperature, in their order, and no others."""
    mixed = [
        replace(REQUEST, sample=0, temperature=0.0),
        replace(REQUEST, sample=1),
        replace(REQUEST, sample=2, voter=1),
        replace(REQUEST, sample=3),
        replace(REQUEST, sample=4, voter=1),
        replace(REQUEST, sample=5, ballot=10),
        replace(REQUEST, sample=6, temperature=0.0),
        replace(REQUEST, sample=7, prompt=Prompt("s" * 100, "another")),
    ]
    assert sizes(caller(Choir(all_of)).grouped(mixed)) == [[0], [1, 3], [2, 4], [5], [6], [7]]


def test_drafts_second_calls_and_probes_go_alone():
    """What is cut short by itself, or only looked at, has a call of its own."""
    alone = [*some(2, copy=1), *some(2, voter=DRAFT), *[replace(one, sample=PROBES + one.sample) for one in some(2)]]
    assert [len(group) for group in caller(Choir(all_of)).grouped(alone)] == [1] * 6


@pytest.mark.parametrize(("most", "concurrency", "expected"), [(100, 8, [5]), (2, 8, [2, 2, 1]), (100, 3, [3, 2])])
def test_no_call_brings_more_than_the_model_gives_or_may_be_in_flight(most, concurrency, expected):
    """What the model is known to give, and the samples allowed in flight, bound what is sent together."""
    groups = caller(Choir(all_of, most), concurrency=concurrency).grouped(some(5))
    assert [len(group) for group in groups] == expected


class Flight:
    """Calls in flight, with nobody but the test to count what arrives."""

    def __init__(self, choir: Choir) -> None:
        self.wanted = {0, 1, 2, 3}
        self.failed: list[tuple[int, Exception]] = []
        self.told: list[Event] = []
        self.wake = asyncio.Event()
        self.calls = InFlight(
            caller(choir, self.told),
            self.wake,
            lambda request: request.sample in self.wanted,
            lambda request, error: self.failed.append((request.sample, error)),
        )

    async def settle(self) -> list[tuple[int, Response]]:
        """Let everybody go as far as they can; return what has arrived."""
        for _ in range(50):
            await asyncio.sleep(0)
        return [(request.sample, response) for request, response in self.calls.drain()]


async def test_a_call_for_several_is_cut_short_when_none_of_them_can_count():
    """One sample that can still count keeps the call; without any, it is cancelled. Samples are what is in flight."""
    choir = Choir(all_of, held=True)
    flight = Flight(choir)
    flight.calls.start(some(4))
    await flight.settle()
    assert (choir.sizes, len(flight.calls)) == ([4], 4)
    for left, cut in (({2}, 0), (set(), 1)):
        flight.wanted = left
        flight.calls.cut_short()
        await flight.settle()
        assert choir.cut == cut
    assert (len(flight.calls), flight.calls.drain()) == (0, [])


async def test_answers_that_did_not_come_are_asked_for_again():
    """Each answer is the next sample's, in order; samples without one are asked for again, those that still count."""

    def two(requests: Sequence[SampleRequest]) -> list[Response]:
        flight.wanted.discard(2)
        choir.most = 1  # that is what it learns
        return all_of(requests)[:2]

    choir = Choir(two)
    flight = Flight(choir)
    flight.calls.start(some(4))
    arrived = await flight.settle()
    assert [(sample, response.id) for sample, response in arrived] == [(0, "4-0"), (1, "4-1"), (3, "4-3")]
    assert [[one.sample for one in call] for call in choir.calls] == [[0, 1, 2, 3], [3]]


async def test_a_failed_call_is_made_again_as_it_was():
    """A passing fault is one failure, told once, and all the samples of the call are asked for again together."""
    faults = [ProviderError(Fault.OVERLOAD, "not now")]
    choir = Choir(lambda requests: faults.pop() if faults else all_of(requests))
    flight = Flight(choir)
    flight.calls.start(some(3))
    assert [sample for sample, _ in await flight.settle()] == [0, 1, 2]
    assert choir.sizes == [3, 3]
    assert [(event.sample, event.kind) for event in flight.told if isinstance(event, SampleFailed)] == [(0, "overload")]


async def test_a_fault_that_does_not_pass_befalls_all_samples_that_count():
    """Each of them is told of, so that each can be set aside or end the run."""
    flight = Flight(Choir(lambda _: ProviderError(Fault.AUTH, "no")))
    flight.wanted = {0, 2}
    flight.calls.start(some(3))
    assert await flight.settle() == []
    assert [sample for sample, _ in flight.failed] == [0, 2]


async def test_what_nobody_asked_for_is_paid_for_and_never_votes():
    """An answer beyond those that were asked for is refused, with its share of tokens and cost."""
    surplus = answer(3, id="x#2")
    flight = Flight(Choir(lambda requests: [*all_of(requests), surplus]))
    flight.calls.start(some(2))
    assert [sample for sample, _ in await flight.settle()] == [0, 1]
    assert flight.told == [ResponseRefused(4, 1, SURPLUS, surplus)]


async def test_a_copy_among_several_answers_is_no_vote():
    """An answer that is another sample's takes nobody's place: the others are counted, and one more is asked for."""
    copied = [*all_of(some(1)), answer(5, id="new")]
    bring = iter([all_of(some(1)), copied, all_of([replace(REQUEST, sample=1)])])
    choir = Choir(lambda _: next(bring))
    flight = Flight(choir)
    for group in (some(1), some(3)[1:]):
        flight.calls.start(group)
        await flight.settle()
    assert [[one.sample for one in call] for call in choir.calls] == [[0], [1, 2], [1]]
    assert [type(event) for event in flight.told] == [ResponseRefused, SampleFailed]


def test_a_call_counts_as_one_request_and_as_the_tokens_of_its_answers():
    """Against a provider's limits it is one request with one prompt, and the room of all its answers."""
    clock = ManualClock()
    limit = RateLimit(60, 60_000, clock)
    assert (most_tokens(REQUEST), most_tokens(REQUEST, 3)) == (100 + 500, 100 + 3 * 500)

    async def waits() -> float:
        begun = clock.now()
        await limit.admit(REQUEST, 3)
        return clock.now() - begun

    assert [asyncio.run(waits()) for _ in range(3)] == pytest.approx([0, 0.6, 1.6])
    limit.used(REQUEST, *[Response("", 50, 20)] * 3, answers=3)
    assert asyncio.run(waits()) == pytest.approx(1.6 - (1600 - 210) / 1000)


async def test_samples_are_what_is_held_against_the_concurrency():
    """A call takes the places of all its samples; one that is larger than the limit goes out when it is alone."""
    throttle = Throttle(4)
    order: list[str] = []

    async def call(name: str, answers: int) -> None:
        await throttle.enter(answers)
        order.append(name)

    calls = [asyncio.ensure_future(call(name, answers)) for name, answers in (("a", 3), ("b", 2), ("c", 1), ("d", 9))]
    for answers, expected in ((3, "a"), (2, "abc"), (1, "abc"), (9, "abcd")):
        for _ in range(10):
            await asyncio.sleep(0)
        assert "".join(order) == expected
        throttle.leave(answers)
    assert all(call.done() for call in calls)


async def test_a_call_that_waits_and_is_cut_short_lets_the_next_one_go():
    """A large call in the queue holds up smaller ones behind it, and no longer than it waits itself."""
    throttle = Throttle(4)
    await throttle.enter(2)
    large, small = asyncio.ensure_future(throttle.enter(3)), asyncio.ensure_future(throttle.enter(1))
    await asyncio.sleep(0)
    large.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert small.done()


@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize("concurrency", [2, 4, 7, 8])
async def test_a_step_s_samples_are_not_parted_for_want_of_room(tmp_path, window, concurrency):
    """With room for them the votes of a step are two calls: the first sample's, and one for all the others."""
    choir = Choir(all_of)
    settings = Settings(k=3, window=window)
    bench = Bench(tmp_path, task=Count(20), settings=settings, model=choir, concurrency=concurrency)
    view = await bench.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    assert view.snapshot.totals.samples == 60
    assert sorted(choir.sizes) == [1] * 20 + [2] * 20
    assert choir.most_in_flight <= concurrency


async def test_with_room_for_one_each_sample_has_its_own_call(tmp_path):
    """Samples are parted where nothing is in flight that could make room."""
    choir = Choir(all_of)
    view = await Bench(tmp_path, settings=Settings(k=3), model=choir, concurrency=1).run()
    assert (view.snapshot.outcome, choir.sizes) == (Outcome.SOLVED, [1] * 9)


async def test_probes_of_a_run_whose_votes_share_calls_are_asked_for_alone(tmp_path):
    """What a person wants to see of a step is drawn one call a response."""
    choir = Choir(all_of)
    bench = Bench(tmp_path, settings=Settings(k=3), model=choir)
    bench.send(Probe(3, "Ada"), Continue())
    await bench.run()
    assert [len(call) for call in choir.calls if call[0].sample >= PROBES] == [1, 1, 1]
    assert bench.runner.view.snapshot.totals.probes == 3


async def test_a_stopped_run_cuts_its_calls_short(tmp_path):
    """A call for several that is in flight when a run is stopped is cancelled, and its samples are given up."""
    choir = Choir(all_of, held=True)
    bench = Bench(tmp_path, settings=Settings(k=3), model=choir)
    running = asyncio.ensure_future(bench.run())
    for _ in range(100):
        await asyncio.sleep(0)
    assert choir.sizes == [1, 2]
    bench.send(Stop("enough"))
    view = await running
    assert (view.snapshot.outcome, choir.cut, choir.in_flight) == (Outcome.STOPPED, 2, 0)
    assert view.snapshot.totals.wasted == 3
