"""When a step cannot be decided, and when a limit is reached: what happens by itself, and what a person can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import CastVote, Command, Continue, Decide, Stop, Strike
from maker_engine.core.record.entries import Act
from maker_engine.core.record.events import Outcome
from maker_engine.core.record.snapshot import Snapshot
from maker_engine.core.responses import ESCALATED, Flag, Response, Sample, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.port import Figures
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.plan import ASK, ESCALATE
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag
from tests.support.leaping import LoopClock, Slots, leaping
from tests.support.running import Bench, right
from tests.support.toy import Count, answer

CAP = 4
SPLIT = Settings(k=2, max_samples=CAP)


def split(request: SampleRequest) -> Response:
    """Level for ever at the second step between the right hour (2) and a wrong one (5); right everywhere else."""
    return answer(5) if request.step == 1 and request.sample % 2 else right(request)


def table(directory: Path, script: Callable[[SampleRequest], Any] = split, **plan: Any) -> Bench:
    """A bench whose second step cannot be decided, with changes to its plan."""
    bench = Bench(directory, script, settings=plan.pop("settings", SPLIT), limits=plan.pop("limits", None))
    changed = replace(bench.runner._plan, **plan)
    bench.runner = Runner(changed, bench.journal, inbox=bench.inbox, on_view=bench._see, clock=bench.clock)
    return bench


def when_stuck(bench: Bench, *commands: Command) -> None:
    """Send commands, one a look, from the moment at which a person is waited for."""
    ahead = list(commands)

    def watch(view: RunView) -> None:
        if ahead and (view.snapshot.undecided or len(ahead) < len(commands)):
            bench.send(ahead.pop(0))

    bench.watch = watch


def stored(bench: Bench) -> list[StoredStep]:
    """The decided steps in the session."""
    with Reader(bench.journal.path) as reader:
        return list(reader.steps(bench.task))


def acts(step: StoredStep) -> list[Act]:
    """What was done to a step's ballot."""
    return [entry for entry in step.entries if isinstance(entry, Act)]


def saved(bench: Bench) -> Snapshot:
    """The run as its session shows it."""
    return open_saved(bench.journal.path, Count).snapshot


async def test_stopping_is_the_default(tmp_path: Path) -> None:
    """A run ends undecided at the cap, with the step's number and samples; nobody leads it to a decision."""
    bench = table(tmp_path)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.UNDECIDED, 1)
    assert snapshot.reason == f"step 2 is undecided after {CAP} samples"
    assert snapshot.open is not None
    assert (snapshot.open.rows, snapshot.undecided) == (((2, 2), (5, 2)), True)


async def test_a_saved_run_shows_the_step_it_could_not_decide(tmp_path: Path) -> None:
    """Opened again, the session has the open step's votes, the totals and the ending; it is the same picture."""
    bench = table(tmp_path)
    assert (await bench.run()).snapshot == saved(bench)


async def test_a_person_is_asked(tmp_path: Path) -> None:
    """With the policy `ask` the run pauses at the undecided step: no sample more is drawn, and nothing ends."""
    bench = table(tmp_path, undecided=ASK)
    when_stuck(bench, Stop())
    snapshot = (await bench.run()).snapshot
    stuck = next(view.snapshot for view in bench.views if view.snapshot.undecided)
    assert (stuck.paused, stuck.outcome, stuck.totals.asked) == (True, None, 2 + CAP)
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.STOPPED, 2 + CAP)


PERSONS = {
    "votes": ([CastVote(2, "ada"), CastVote(2, "bob")], 2, [Act("voted", "ada", 2), Act("voted", "bob", 2)]),
    "decides": ([Decide(5, "ada")], 5, [Act("decided", "ada", 5)]),
    "decides otherwise": ([Decide(7, "ada")], 7, [Act("decided", "ada", 7)]),
    "strikes": ([Strike(5, "ada")], 2, [Act("struck", "ada", 5)]),
    "changes sides": (
        [CastVote(5, "ada"), CastVote(2, "bob"), CastVote(2, "eve"), CastVote(2, "joe")],
        2,
        [Act("voted", who, hour) for who, hour in (("ada", 5), ("bob", 2), ("eve", 2), ("joe", 2))],
    ),
}


@pytest.mark.parametrize("what", PERSONS)
async def test_what_a_person_does_is_counted_and_kept_with_their_name(tmp_path: Path, what: str) -> None:
    """A vote counts as one, a word decides, a struck candidate is gone: each is in the session as theirs.

    Opened again, the session shows the same picture as the run at its end.
    """
    commands, winner, kept = PERSONS[what]
    bench = table(tmp_path, undecided=ASK)
    when_stuck(bench, *commands, Continue())
    snapshot = (await bench.run()).snapshot
    step = stored(bench)[1]
    assert (step.answer, acts(step)) == (winner, kept)
    assert step.flags & StepFlag.NOT_BY_VOTES_ALONE
    assert len(step.samples) == CAP
    assert snapshot.totals.asked == 3 * 2 + CAP - 2
    assert snapshot.outcome is (Outcome.SOLVED if winner == 2 else Outcome.UNSOLVED)
    assert saved(bench) == snapshot


async def test_a_saved_run_shows_a_ballot_that_persons_have_touched(tmp_path: Path) -> None:
    """Stopped in the middle of it, the open ballot has the person's vote, and lacks the struck candidate."""
    bench = table(tmp_path, undecided=ASK, settings=Settings(k=3, max_samples=CAP))
    when_stuck(bench, Strike(5, "ada"), CastVote(7, "bob"), Stop())
    snapshot = (await bench.run()).snapshot
    assert snapshot.open is not None
    assert (snapshot.open.rows, snapshot.open.counted) == (((2, 2), (7, 1)), CAP)
    assert saved(bench).open == snapshot.open
    assert saved(bench).totals == snapshot.totals


async def test_a_person_may_step_in_at_any_time(tmp_path: Path) -> None:
    """Nobody has to be asked: a decision of a person ends a ballot in the middle, and what was in flight is waste."""

    def script(request: SampleRequest) -> Response:
        if request.sample == 10:
            bench.send(Decide(request.step + 1, "ada"))
        return right(request)

    bench = Bench(tmp_path, script, settings=Settings(k=50))
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.wrong) == (Outcome.SOLVED, 0)
    assert [acts(step) for step in stored(bench)] == [[Act("decided", "ada", hour)] for hour in (1, 2, 3)]
    assert snapshot.totals.samples < 50
    assert snapshot.totals.asked == snapshot.totals.samples + snapshot.totals.wasted


async def test_votes_for_a_struck_candidate_are_discarded(tmp_path: Path) -> None:
    """What is drawn for it later carries a flag that says so, and never votes."""
    late: list[Command] = [Strike(5, "ada")]

    def script(request: SampleRequest) -> Response:
        if request.step == 1 and request.sample == 2 and late:
            bench.send(late.pop())
        return answer(5) if request.step == 1 and request.sample in (1, 6, 7) else right(request)

    bench = Bench(tmp_path, script, settings=Settings(k=6), concurrency=1)
    assert (await bench.run()).snapshot.outcome is Outcome.SOLVED
    step = stored(bench)[1]
    flags = [entry.verdict.rule for entry in step.samples if isinstance(entry.verdict, Flag)]
    assert (step.answer, flags) == (2, ["struck"] * 2)


async def test_a_word_that_the_task_cannot_apply_ends_the_run_by_name(tmp_path: Path) -> None:
    """A person's slip is no crash: the run has a named ending, which is in the session, and so is all before it."""
    bench = table(tmp_path, undecided=ASK)
    when_stuck(bench, Decide("noon", "ada"), Stop())
    snapshot = (await bench.run()).snapshot
    assert snapshot.outcome in (Outcome.FAILED, Outcome.STOPPED)
    assert (saved(bench).outcome, len(stored(bench))) == (snapshot.outcome, 1)


def stronger(hour: int) -> Callable[[SampleRequest], Response]:
    """A voter who cannot decide the second step, and a stronger model that says `hour` there."""
    return lambda request: answer(hour, model="strong") if request.voter == ESCALATED else split(request)


@pytest.mark.parametrize("hour", [2, 5])
async def test_an_undecided_step_is_escalated(tmp_path: Path, hour: int) -> None:
    """The stronger model gets a fresh ballot and it alone answers; the first ballot's votes decide nothing."""
    bench = table(tmp_path, stronger(hour), undecided=ESCALATE, stronger="strong")
    snapshot = (await bench.run()).snapshot
    step = stored(bench)[1]
    place = step.entries.index(Act("escalated", "strong", None))
    assert [entry.response.model for entry in step.samples] == [""] * CAP + ["strong"] * 2
    assert (place, step.answer, snapshot.totals.escalated) == (CAP, hour, 1)
    assert all(isinstance(entry, Sample) and entry.verdict == hour for entry in step.entries[CAP + 1 :])
    assert snapshot.outcome is (Outcome.SOLVED if hour == 2 else Outcome.UNSOLVED)
    assert all(not acts(other) for other in (stored(bench)[0], stored(bench)[2]))


async def test_a_saved_run_shows_an_escalated_step(tmp_path: Path) -> None:
    """Opened again, the last decided step has the stronger model's votes alone."""
    bench = table(tmp_path, stronger(2), undecided=ESCALATE, stronger="strong")
    view = await bench.run()
    assert saved(bench) == view.snapshot


async def test_a_step_is_escalated_once(tmp_path: Path) -> None:
    """A stronger model that cannot decide either ends the run undecided."""
    bench = table(tmp_path, split, undecided=ESCALATE, stronger="strong")
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.escalated) == (Outcome.UNDECIDED, 1)
    assert snapshot.totals.samples == 2 + 2 * CAP
    assert saved(bench) == snapshot


async def test_a_limit_on_tokens_ends_the_run_out_of_budget(tmp_path: Path) -> None:
    """Prompt and output tokens count, and no call goes out that might use more than is left."""
    bench = Bench(tmp_path, task=Count(70), limits=Limits(tokens=1_600), concurrency=1)
    snapshot = (await bench.run()).snapshot
    said = "used 840 of 1,600 tokens: 760 left, the longest call takes 763"
    assert (snapshot.outcome, snapshot.reason) == (Outcome.OUT_OF_BUDGET, said)
    assert (snapshot.totals.samples, snapshot.totals.steps) == (56, 28)


def slow(seconds: float) -> Callable[[SampleRequest], Response | ProviderError]:
    """A provider that lets every call wait once."""
    asked: set[tuple[int, int]] = set()

    def script(request: SampleRequest) -> Response | ProviderError:
        place = (request.step, request.sample)
        if place in asked:
            return right(request)
        asked.add(place)
        return ProviderError(Fault.RATE, "slow down", seconds)

    return script


async def test_a_limit_on_time_ends_the_run_out_of_budget(tmp_path: Path) -> None:
    """No other call goes out, and one that waits for a failing provider when the time is up is not waited for."""
    bench = Bench(tmp_path, slow(20), task=Count(20), limits=Limits(seconds=90), concurrency=1)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.reason) == (Outcome.OUT_OF_BUDGET, "ran for 100 of 90 s")
    assert (snapshot.totals.samples, snapshot.totals.asked) == (4, 5)


async def test_a_limit_on_time_holds_through_an_outage(tmp_path: Path) -> None:
    """A provider that is down does not keep a run going for a day that was to take a minute."""
    down = ProviderError(Fault.OVERLOAD, "down")
    script = lambda request: right(request) if request.step == 0 else down  # noqa: E731 - two cases, one line
    bench = Bench(tmp_path, script, limits=Limits(seconds=60), concurrency=1)
    view = await bench.run()
    assert (view.snapshot.outcome, view.snapshot.totals.steps) == (Outcome.OUT_OF_BUDGET, 1)
    assert view.elapsed_s < 60 + 300 + 30


@pytest.mark.parametrize(
    ("figures", "ended_s"), [(Figures(), 120), (Figures(usd_per_token_in=1e-6, usd_per_token_out=2e-6), 130)]
)
def test_when_the_time_is_up_only_calls_that_are_paid_for_are_waited_for(
    tmp_path: Path, figures: Figures, ended_s: float
) -> None:
    """A call to a local server costs nothing but the time that was to be limited: it is cut at the limit."""

    async def run() -> RunView:
        server = Slots(8, lambda *_: 65, right)
        server.figures = figures
        bench = Bench(tmp_path, task=Count(20), model=server, clock=LoopClock(), limits=Limits(seconds=120))
        return await bench.run()

    view = leaping(run())
    assert (view.snapshot.outcome, round(view.elapsed_s)) == (Outcome.OUT_OF_BUDGET, ended_s)
    assert view.snapshot.reason == f"ran for {ended_s} of 120 s"
    assert view.snapshot.totals.steps == ended_s // 65


async def test_steps_that_are_taken_over_are_not_waited_for(tmp_path: Path) -> None:
    """With a model that answers at once, no decision taken over costs the run a pause of the screen's or an event."""
    task = Count(400)
    model = SimulatedModel("sim", Profile(p=0.99, v=0.99), task, seed=2)
    bench = Bench(tmp_path, task=task, model=model, settings=Settings(k=2, reuse=True))
    view = await bench.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    assert view.snapshot.totals.reused == 392
    assert len(bench.views) < 5
