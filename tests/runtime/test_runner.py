from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from maker_engine.core.decomposition import Mistake, Step
from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import Continue, DecideStep, DrawSample, Pause, Stop
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.reader import Reader
from tests.support.running import Bench, right
from tests.support.toy import Count, answer


async def test_a_run_ends_solved_when_every_step_is_decided_and_the_task_verifies_it(tmp_path: Path) -> None:
    """An errorless run is solved, in the fewest samples."""
    view = await Bench(tmp_path).run()
    totals = view.snapshot.totals
    assert (view.snapshot.outcome, totals.steps, totals.samples, totals.wrong) == (Outcome.SOLVED, 3, 6, 0)


async def test_a_wrong_solution_is_unsolved_though_every_step_is_decided(tmp_path: Path) -> None:
    """Unanimous error is decided, counted by the oracle as wrong, and refused by the verifier."""
    view = await Bench(tmp_path, lambda _: answer(7)).run()
    assert (view.snapshot.outcome, view.snapshot.totals.wrong) == (Outcome.UNSOLVED, 3)
    assert view.snapshot.reason.startswith("every step is decided, but the solution is wrong: not [1, 2, 3]")


@dataclass(frozen=True)
class DeadEnd(Count):
    """Counting, where a wrong hour leaves nothing to go on with."""

    counted: bool = True

    def step(self, state: int) -> Step | None:
        moves, hour = divmod(state, self.hours)
        return super().step(state) if hour == moves % self.hours else None

    @property
    def expected_steps(self) -> int | None:  # type: ignore[override] - a task need not know
        return self.length if self.counted else None


@pytest.mark.parametrize(
    ("counted", "said"), [(True, "no step is left after 1 of 45"), (False, "no step is left after 1")]
)
async def test_a_run_that_ends_early_does_not_say_that_every_step_is_decided(
    tmp_path: Path, counted: bool, said: str
) -> None:
    """A wrong answer that leads to a dead end is a wrong solution after one step, and the reason says so."""
    view = await Bench(tmp_path, lambda _: answer(7), task=DeadEnd(45, counted=counted)).run()
    assert (view.snapshot.outcome, view.snapshot.totals.steps) == (Outcome.UNSOLVED, 1)
    assert view.snapshot.reason.startswith(f"{said}, but the solution is wrong: ")


async def test_rubbish_for_ever_ends_undecided_and_never_with_a_plurality(tmp_path: Path) -> None:
    """A model that never answers in the format uses up the samples of the first step."""
    bench = Bench(tmp_path, lambda _: answer(1, text="rubbish"), settings=Settings(k=2, max_samples=30))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps, snapshot.totals.flagged) == (Outcome.UNDECIDED, 0, 30)
    assert snapshot.reason == "step 1 is undecided after 30 samples"


async def test_a_limit_on_samples_ends_the_run_out_of_budget(tmp_path: Path) -> None:
    """No more samples are asked for than the limit, and the decided steps stay decided."""
    view = await Bench(tmp_path, limits=Limits(samples=5)).run()
    snapshot = view.snapshot
    assert (snapshot.outcome, snapshot.totals.asked, snapshot.totals.steps) == (Outcome.OUT_OF_BUDGET, 5, 2)


async def test_a_limit_in_dollars_ends_the_run_out_of_budget(tmp_path: Path) -> None:
    """At $0.25 a sample a limit of $0.50 allows one step of two samples."""
    snapshot = (await Bench(tmp_path, limits=Limits(usd=0.5)).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.cost_usd) == (Outcome.OUT_OF_BUDGET, 0.5)


async def test_a_passing_fault_is_waited_out_and_changes_nothing(tmp_path: Path) -> None:
    """The same sample is asked for again; the fault is neither vote nor flag."""
    failed: set[tuple[int, int]] = set()

    def flaky(request: SampleRequest) -> Response | ProviderError:
        key = (request.step, request.sample)
        if key not in failed:
            failed.add(key)
            return ProviderError(Fault.OVERLOAD, "try later")
        return right(request)

    bench = Bench(tmp_path, flaky)
    totals = (await bench.run()).snapshot.totals
    assert (totals.steps, totals.samples, totals.flagged, totals.failures) == (3, 6, 0, 6)
    assert all(0 < wait <= 0.5 for wait in bench.clock.slept)


async def test_the_providers_own_waiting_time_is_kept(tmp_path: Path) -> None:
    """Retry-After is obeyed to the second."""
    faults = [ProviderError(Fault.RATE, "slow down", retry_after_s=7)]
    bench = Bench(tmp_path, lambda request: faults.pop() if faults else right(request), concurrency=1)
    await bench.run()
    assert bench.clock.slept == [7]


@pytest.mark.parametrize("kind", [Fault.AUTH, Fault.QUOTA, Fault.BAD_REQUEST, Fault.NOT_FOUND, Fault.CONTEXT])
async def test_a_lasting_fault_before_any_answer_ends_the_run_at_once(tmp_path: Path, kind: Fault) -> None:
    """A wrong key is not tried again; the session says why the run failed."""
    snapshot = (await Bench(tmp_path, lambda _: ProviderError(kind, "no")).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.failures) == (Outcome.FAILED, 0)
    assert snapshot.reason == f"the provider failed ({kind.value}): no"


async def test_a_fault_that_never_passes_ends_the_run_with_growing_waits(tmp_path: Path) -> None:
    """After six attempts with doubling waits a dead endpoint is given up."""
    bench = Bench(tmp_path, lambda _: ProviderError(Fault.CONNECTION, "refused"), concurrency=1)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, len(bench.clock.slept)) == (Outcome.FAILED, 5)
    assert all(0.5 * 2**i / 2 <= wait <= 0.5 * 2**i for i, wait in enumerate(bench.clock.slept))


async def test_a_bug_in_a_model_is_not_taken_for_a_provider_fault(tmp_path: Path) -> None:
    """What is neither the user's nor the provider's fault keeps its traceback."""

    def broken(_: SampleRequest) -> Response:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Bench(tmp_path, broken).run()


async def test_nothing_is_drawn_while_paused_and_a_stop_saves(tmp_path: Path) -> None:
    """A run that is paused before it starts asks nobody; stopping it ends it by name."""
    bench = Bench(tmp_path)
    bench.send(Pause())
    bench.watch = lambda view: bench.send(Stop()) if view.snapshot.paused else None
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.STOPPED, 0)


async def test_the_first_stop_says_why(tmp_path: Path) -> None:
    """Whoever closes a run that is already told to end does not change the reason on record."""
    bench = Bench(tmp_path)
    bench.send(Stop("the first"), Stop())
    assert (await bench.run()).snapshot.reason == "the first"


async def test_deciding_a_step_pauses_after_it(tmp_path: Path) -> None:
    """`DecideStep` runs to the next decided step and no further."""
    bench = Bench(tmp_path, task=Count(100), concurrency=1)
    bench.send(Pause(), DecideStep())
    seen: list[int] = []

    def watch(view: RunView) -> None:
        if view.snapshot.paused and view.snapshot.totals.steps not in seen:
            seen.append(view.snapshot.totals.steps)
            bench.send(DecideStep() if len(seen) < 4 else Stop())

    bench.watch = watch
    await bench.run()
    assert seen == [1, 2, 3, 4]


async def test_drawing_a_sample_draws_exactly_one(tmp_path: Path) -> None:
    """`DrawSample` lets one sample through, however many are wanted."""
    bench = Bench(tmp_path, settings=Settings(k=5))
    bench.send(DrawSample())
    seen: list[int] = []

    def watch(view: RunView) -> None:
        if view.snapshot.totals.samples not in [*seen, 0]:
            seen.append(view.snapshot.totals.samples)
            bench.send(DrawSample() if len(seen) < 3 else Continue())

    bench.watch = watch
    view = await bench.run()
    assert seen[:3] == [1, 2, 3]
    assert view.snapshot.outcome is Outcome.SOLVED


@pytest.mark.parametrize("concurrency", [1, 3, 64])
@pytest.mark.parametrize("latency", [0, 1e-4])
async def test_a_simulated_run_is_the_same_at_any_concurrency(tmp_path: Path, concurrency: int, latency: float) -> None:
    """A sample depends on seed, step and number only, so votes and flags do not depend on who was in flight."""
    task = Count(40)
    profile = Profile(p=0.8, v=0.8, latency=latency)
    model = SimulatedModel("sim", profile, task, seed=5)
    bench = Bench(tmp_path, task=task, model=model, settings=Settings(k=4), concurrency=concurrency)
    totals = (await bench.run()).snapshot.totals
    reference = Bench(tmp_path / "r", task=task, model=SimulatedModel("sim", replace(profile, latency=0), task, seed=5),
                      settings=Settings(k=4), concurrency=1)  # fmt: skip
    assert totals == (await reference.run()).snapshot.totals


async def test_the_calls_in_flight_are_cancelled_when_a_run_stops(tmp_path: Path) -> None:
    """Stopping does not wait for slow answers."""
    task = Count(3)
    slow = SimulatedModel("sim", Profile(latency=3600), task)
    bench = Bench(tmp_path, task=task, model=slow)
    bench.watch = lambda _: bench.send(Stop())
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.samples) == (Outcome.STOPPED, 0)


class Stumbles(Count):
    """Fails as a stranger's task may, with an error of any kind, when it imitates an answer to hour 23."""

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Fail once it is late."""
        if "hour = 23" in prompt.user:
            raise LookupError("it is late")
        return super().imitate(prompt, mistake, variant)


async def test_steps_before_an_error_of_any_kind_are_kept(tmp_path: Path) -> None:
    """With a model that answers at once, many steps are drawn in one go; what is decided before one fails is saved."""
    task = Stumbles(40, hours=30)
    model = SimulatedModel("sim", Profile(), task, seed=1)
    bench = Bench(tmp_path, task=task, model=model, settings=Settings(k=2))
    with pytest.raises(LookupError, match="it is late"):
        await bench.run()
    with Reader(bench.journal.path) as reader:
        assert reader.steps_done() == 23
