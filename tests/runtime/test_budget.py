"""Limits hold: what a call may cost is set aside before it goes out, and everything that was paid for counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, InputError, ProviderError
from maker_engine.core.record.commands import Stop
from maker_engine.core.record.events import Event, Outcome, ResponseRefused, RunResumed, UsageEstimated
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Prompt, Response, SampleRequest, UnusableError
from maker_engine.core.solving.settings import Settings
from maker_engine.models.port import Figures
from maker_engine.models.profile import Profile
from maker_engine.models.scripted import ScriptedModel
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.budget import MARGIN, Budget, Spending, UnwantedError
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.resuming import beginning
from maker_engine.sessions.queries.saved import open_saved
from tests.support.running import Bench, right
from tests.support.toy import Count

REQUEST = SampleRequest(0, 0, Prompt("", "a" * 72), 0.1, 100)  # at most 72 / 2 + 64 prompt tokens, 100 output tokens
PRICED = Figures(usd_per_token_in=0.001, usd_per_token_out=0.01)
DEAREST = 0.001 * 100 + 0.01 * 100


class Real(ScriptedModel):
    """A scripted model that bills."""

    simulated = False


def budget(told: list[Event] | None = None, totals: Totals | None = None, **limits: float) -> Budget:
    """A budget over a model that bills."""
    made = Budget(Limits(**limits), totals or Totals(), (told if told is not None else []).append)  # type: ignore[arg-type]
    made.model = Real(right, PRICED)
    made.density[0] = 1.0  # as if a prompt had had a token for every two bytes
    return made


def another(number: int = 1) -> SampleRequest:
    """Another request of the same length."""
    return replace(REQUEST, sample=number)


def test_the_dearest_case_of_each_call_in_flight_is_set_aside() -> None:
    """As many calls go out as would fit if each used all it may; the next one does not."""
    one = budget(usd=3.5 * DEAREST)
    assert one.bound(REQUEST) == Spending(200, pytest.approx(DEAREST))
    requests = [another(number) for number in range(5)]
    assert [one.afford(request) for request in requests] == [True, True, True, False, False]
    assert one.left(another(9), 0) == 0


def test_what_was_set_aside_and_not_used_is_given_back() -> None:
    """An answer that cost a tenth leaves room for the next call."""
    one = budget(usd=1.5 * DEAREST)
    other = another()
    assert one.afford(REQUEST)
    assert not one.afford(other)
    one.answered(REQUEST, Response("", 10, 1, cost_usd=0.1))
    assert one.afford(other)


def test_a_limit_on_tokens_counts_prompt_and_the_whole_output_limit() -> None:
    """Room for reasoning is part of it."""
    one = budget(tokens=450)
    assert one.left(REQUEST, 0) == 2
    assert one.left(replace(REQUEST, max_reasoning_tokens=200), 0) == 1
    assert one.left(replace(REQUEST, max_reasoning_tokens=300), 0) == 0


def test_a_prompt_is_taken_for_as_dense_as_the_densest_before_it() -> None:
    """The first estimate is a token for two bytes; then it is what the server counted, and a quarter more."""
    one = budget(tokens=10_000)
    one.density.clear()
    assert one.bound(REQUEST).tokens == 200
    one.answered(REQUEST, Response("", 20, 1))
    assert one.bound(REQUEST).tokens == 100 * 0.2 * MARGIN + 100
    one.answered(REQUEST, Response("", 10, 1))
    assert one.bound(REQUEST).tokens == 100 * 0.2 * MARGIN + 100
    one.answered(REQUEST, Response("", 200, 1))
    assert one.bound(REQUEST).tokens == 100 * 2 * MARGIN + 100
    assert one.bound(replace(REQUEST, voter=1)).tokens == 200


def test_a_voters_first_call_goes_out_alone() -> None:
    """With a limit on money: it tells how many tokens prompts have; after it, and without a limit, all go out."""
    for one, alone in ((budget(tokens=10_000), True), (budget(samples=100), False)):
        one.density.clear()
        requests, other = [another(number) for number in range(3)], replace(REQUEST, voter=1)
        assert [one.afford(request) for request in requests] == [True, not alone, not alone]
        assert one.afford(other)
        assert one.left(another(9), 0) == (0 if alone else 100)
        one.answered(requests[0], Response("", 10, 1))
        one.answered(other, Response(""))
        assert one.left(another(9), 0) > 40
        assert one.left(replace(REQUEST, voter=1), 0) > 40


def test_a_resumed_run_keeps_what_was_spent() -> None:
    """Estimates included."""
    spent = Totals(tokens_in=100, tokens_out=50, cost_usd=1.0, tokens_estimated=30, usd_estimated=0.5)
    assert budget(totals=spent, usd=1.5 + DEAREST).left(REQUEST, 0) == 1
    assert budget(totals=spent, usd=1.4 + DEAREST).left(REQUEST, 0) == 0
    assert budget(totals=spent, tokens=180 + 200).left(REQUEST, 0) == 1
    assert budget(totals=spent, tokens=179 + 200).left(REQUEST, 0) == 0


def test_what_nobody_reported_is_estimated_and_said_so() -> None:
    """One token for four characters of prompt and answer, rounded up, and dollars at their dearest."""
    told: list[Event] = []
    one = budget(told, tokens=10_000)
    one.answered(REQUEST, Response("b" * 41))
    assert told == [UsageEstimated(0, 0, 18 + 11, pytest.approx(0.001 * 18 + 0.01 * 11))]
    one.answered(REQUEST, Response("b" * 41, 9))
    assert told[1:] == [UsageEstimated(0, 0, 11, pytest.approx(0.001 * 9 + 0.01 * 11))]
    one.answered(REQUEST, Response("b" * 41, 9, 11))
    assert len(told) == 2


async def test_a_refused_answer_counts() -> None:
    """What a copy, a stranger or rubbish cost is told, and what was set aside for it is given back."""
    told: list[Event] = []
    one = budget(told, usd=10 * DEAREST)
    response = Response("x", 10, 5, cost_usd=0.3)
    assert one.afford(REQUEST)
    with pytest.raises(UnusableError), one.paying(REQUEST):
        raise UnusableError(Fault.STRANGER, "another model", response)
    assert told == [ResponseRefused(0, 0, "another model", response)]
    assert one.owed == Spending(15, pytest.approx(0.3))


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        (ProviderError(Fault.TIMEOUT, "late", maybe_billed=True), 1),
        (ProviderError(Fault.TIMEOUT, "a gateway's"), 0),
        (ProviderError(Fault.CONNECTION, "refused"), 0),
        (asyncio.CancelledError(), 1),
    ],
)
async def test_a_call_that_went_out_and_brought_nothing_counts_at_its_dearest(
    fault: BaseException, counted: int
) -> None:
    """It may be billed all the same: one that ran into our own deadline, or was cut short; not one that was refused."""
    told: list[Event] = []
    one = budget(told, usd=2.5 * DEAREST)
    assert one.afford(REQUEST)
    with pytest.raises(type(fault)), one.paying(REQUEST):
        raise fault
    assert told == [UsageEstimated(0, 0, 200, pytest.approx(DEAREST))] * counted
    assert one.left(REQUEST, 0) == 2 - counted


async def test_a_call_that_is_made_again_waits_until_there_is_money_for_it() -> None:
    """It says that it waits, and goes on when others have given back what they did not use."""
    told: list[Event] = []
    one = budget(told, usd=1.5 * DEAREST)
    other = another()
    assert one.afford(other)
    waiting = asyncio.create_task(one.hold(REQUEST))
    await asyncio.sleep(0)
    assert (one.parked, waiting.done()) == (1, False)
    one.answered(other, Response("", 1, 1, cost_usd=0.1))
    await waiting
    assert one.parked == 0


async def test_a_call_that_nobody_wants_any_more_is_not_made_again() -> None:
    """A guess that was squashed while its call failed would be paid for in vain."""
    one = budget(usd=10 * DEAREST)
    with pytest.raises(UnwantedError):
        await one.hold(REQUEST, lambda _: False)
    assert one.afford(REQUEST)
    await one.hold(REQUEST, lambda _: False)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"usd": 1.0}, "spent $0.0000 of $1: $1.0000 left, the dearest call costs $1.1000"),
        ({"tokens": 199}, "used 0 of 199 tokens: 199 left, the longest call takes 200"),
        ({"seconds": 60.0}, "ran for 61 of 60 s"),
        ({"usd": 1.2, "tokens": 200, "samples": 1}, ""),
    ],
)
def test_a_limit_that_allows_no_further_call_is_named_with_what_is_left(limits: dict[str, float], said: str) -> None:
    """In one line: what was spent, of how much, what is left, and what it does not suffice for."""
    assert budget(**limits).reached(REQUEST, 61) == said


def test_nothing_is_reached_while_nothing_is_needed() -> None:
    """A run that waits for a person, or for the last answers, is not out of budget."""
    assert budget(usd=0.001).reached(None, 0) == ""


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["samples", "usd", "tokens", "seconds"])
def test_a_limit_is_above_nothing(name: str, limit: float) -> None:
    """Nothing else can be held, and one line says so."""
    with pytest.raises(InputError, match="must be above 0"):
        Limits(**{name: limit})  # type: ignore[arg-type]


def priced(usd: float = 0.25) -> ScriptedModel:
    """A model whose every call costs at most, and exactly, so many dollars: its output limit is 5 tokens."""
    return ScriptedModel(
        lambda request: replace(right(request), cost_usd=usd),
        Figures(usd_per_token_in=0.0, usd_per_token_out=usd / 750),
    )


@pytest.mark.parametrize("concurrency", [1, 2, 8, 100])
@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize("limits", [{"usd": 2.6}, {"samples": 10}, {"samples": 11, "usd": 2.6}])
async def test_no_limit_is_exceeded_by_what_is_in_flight(
    tmp_path: Path, concurrency: int, window: int, limits: dict[str, float]
) -> None:
    """However many calls are in flight and however far ahead: ten calls at $0.25 fit $2.60, and none is wasted."""
    settings = Settings(k=2, window=window, max_waste=1.0)
    bench = Bench(
        tmp_path, task=Count(30), model=priced(), settings=settings, limits=Limits(**limits), concurrency=concurrency  # type: ignore[arg-type]
    )  # fmt: skip
    snapshot = (await bench.run()).snapshot
    totals = snapshot.totals
    assert snapshot.outcome is Outcome.OUT_OF_BUDGET
    assert (totals.samples, totals.steps, totals.cost_usd, totals.wasted) == (10, 5, 2.5, 0)


@pytest.mark.parametrize("limits", [{"usd": 0.02}, {"tokens": 50_000}, {"samples": 77}])
@pytest.mark.parametrize("latency", [0.0, 1e-6])
async def test_a_simulated_run_keeps_its_limits(tmp_path: Path, limits: dict[str, float], latency: float) -> None:
    """Whether it answers at once or has to be waited for: what is left would not pay for one more call."""
    task = Count(3_000)
    model = SimulatedModel("sim", Profile(p=0.9, v=0.9, latency=latency), task)
    bench = Bench(
        tmp_path, task=task, model=model, settings=Settings(k=3, window=8), limits=Limits(**limits)  # type: ignore[arg-type]
    )  # fmt: skip
    snapshot = (await bench.run()).snapshot
    totals = snapshot.totals
    spent = {
        "usd": totals.cost_usd,
        "tokens": totals.tokens_in + totals.tokens_out,
        "samples": totals.samples + totals.wasted,
    }
    (name, limit), most = next(iter(limits.items())), {"usd": 0.00125, "tokens": 800, "samples": 0}
    assert snapshot.outcome is Outcome.OUT_OF_BUDGET
    assert limit - most[name] <= spent[name] <= limit


async def test_a_limit_that_pays_for_no_call_ends_the_run_before_one(tmp_path: Path) -> None:
    """With what is missing in the reason."""
    bench = Bench(tmp_path, model=priced(), limits=Limits(usd=0.24))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.OUT_OF_BUDGET, 0)
    assert snapshot.reason == "spent $0.0000 of $0.24: $0.2400 left, the dearest call costs $0.2500"


async def test_strangers_are_paid_for_within_the_limit(tmp_path: Path) -> None:
    """Answers that are thrown away count against every limit, and so do the calls that are made again for them."""
    numbers, calls = count(), count(1)

    def script(request: SampleRequest) -> Response:
        next(calls)
        model = "stranger" if next(numbers) % 6 == 5 else "asked"
        return replace(right(request), cost_usd=0.25, model=model)

    model = ScriptedModel(script, Figures(usd_per_token_in=0.0, usd_per_token_out=0.25 / 750))
    bench = Bench(tmp_path, task=Count(99), model=model, limits=Limits(usd=5.0))
    snapshot = (await bench.run()).snapshot
    assert snapshot.outcome is Outcome.OUT_OF_BUDGET
    assert snapshot.totals.refused == 3
    assert snapshot.totals.cost_usd == 5.0 == 0.25 * (next(calls) - 1)
    assert open_saved(bench.journal.path, Count).run.totals == snapshot.totals


async def test_refused_answers_count_against_a_limit_on_samples(tmp_path: Path) -> None:
    """The limit is on what was drawn; a call that is made again for a stranger's answer is drawn too."""
    numbers, calls = count(), count(1)

    def script(request: SampleRequest) -> Response:
        next(calls)
        return replace(right(request), model="stranger" if next(numbers) % 6 == 5 else "asked")

    bench = Bench(tmp_path, script, task=Count(99), limits=Limits(samples=20))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.reason) == (Outcome.OUT_OF_BUDGET, "drew 20 of 20 samples")
    assert next(calls) - 1 == 20


async def test_what_was_in_flight_at_a_kill_counts_in_the_next_session(tmp_path: Path) -> None:
    """The record holds what may be spent beside its totals at every moment: a process that goes away tells nobody."""

    both, hanging = asyncio.Event(), count(1)

    class Hanging(Real):
        async def sample(self, request: SampleRequest) -> Response:
            if request.step == 2:
                if next(hanging) == 2:
                    both.set()
                await asyncio.Event().wait()
            return await super().sample(request)

    bench = Bench(tmp_path, task=Count(5), model=Hanging(right, PRICED), settings=Settings(k=2), concurrency=2)
    running = asyncio.create_task(bench.runner.run())
    await both.wait()
    saved = open_saved(bench.journal.path, Count)
    bound = bench.runner._budget.bound(SampleRequest(2, 0, bench.task.step(16).prompt, 0.1, 750))  # type: ignore[union-attr]
    assert saved.owed == (2 * bound.tokens, pytest.approx(2 * bound.usd))
    (resumed, estimated, *_) = beginning(bench.runner._plan, bench.runner._solver, saved)
    assert (resumed, estimated) == (RunResumed(), UsageEstimated(2, 0, *saved.owed))
    bench.inbox.send(Stop())
    await running
    bench.journal.close()
    ended = open_saved(bench.journal.path, Count)
    assert ended.owed == (0, 0.0)
    assert ended.run.totals.tokens_estimated == saved.owed[0]
