"""Breakpoints and stepping: where a run holds, what goes on meanwhile, and that its decisions are those of any run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maker_engine.core.commands import (
    Command,
    Continue,
    DecideStep,
    DrawSample,
    DrawVote,
    DropBreak,
    Pause,
    RunUntil,
    SetBreak,
    Stop,
    TurnBreak,
)
from maker_engine.core.events import Outcome
from maker_engine.core.filters import parse_filter
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.settings import Settings
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.view import RunView
from maker_engine.sessions.reader import Reader
from maker_engine.sessions.verify import verify
from tests.support.running import Bench, right
from tests.support.toy import Count, answer

few = settings(max_examples=12, deadline=None)
"""For properties whose every example is a whole run."""


def dissenting(request: SampleRequest) -> Response:
    """Right, but for the second sample of the third step and a rambling first one of the fifth."""
    if (request.step, request.sample) == (2, 1):
        return answer(7)
    return answer(5, tokens_out=999) if (request.step, request.sample) == (4, 0) else right(request)


def table(directory: Path, script: Callable[[SampleRequest], Any] = dissenting, *breaks: str, **chosen: Any) -> Bench:
    """A bench over eight steps with breakpoints."""
    bench = Bench(directory, script, task=chosen.pop("task", Count(8)), **chosen)
    plan = replace(bench.runner._plan, breaks=tuple(map(parse_filter, breaks)))
    bench.runner = Runner(plan, bench.journal, inbox=bench.inbox, on_view=bench._see, clock=bench.clock)
    return bench


def at_each_halt(bench: Bench, *commands: Command | Sequence[Command]) -> list[RunView]:
    """Send one command each time the run stands still with something new to see; then stop it. Return those views."""
    ahead, halts = list(commands), []

    def watch(view: RunView) -> None:
        now = (view.snapshot.totals.steps, view.snapshot.totals.samples, view.held)
        if not view.snapshot.paused or view.in_flight or (halts and now == seen[-1]):
            return
        halts.append(view)
        seen.append(now)
        command = ahead.pop(0) if ahead else Stop()
        bench.send(*([command] if not isinstance(command, Sequence) else command))

    seen: list[Any] = []
    bench.watch = watch
    return halts


def entries(bench: Bench) -> list[Any]:
    """Everything that decided the steps on record, without the seconds that calls took."""
    with Reader(bench.journal.path) as reader:
        return [
            stored._replace(entries=[_untimed(one) for one in stored.entries]) for stored in reader.steps(bench.task)
        ]


def _untimed(entry: Any) -> Any:
    return entry._replace(response=replace(entry.response, latency_s=0.0)) if hasattr(entry, "response") else entry


async def test_a_breakpoint_holds_the_vote_before_it_commits(tmp_path: Path) -> None:
    """At the first dissent the run holds: the step is not decided, and the breakpoint is named with its hit."""
    bench = table(tmp_path, dissenting, "dissent", concurrency=1)
    halts = at_each_halt(bench)
    await bench.run()
    (halt,) = halts
    assert halt.held is not None
    assert (halt.held.step, str(halt.held.breakpoint.filter), halt.held.breakpoint.hits) == (2, "dissent", 1)
    assert (halt.snapshot.totals.steps, halt.snapshot.open.votes, halt.snapshot.open.winner) == (2, 2, None)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("dissent", [2]), ("flags", [4]), ("flag:length", [4]), ("falling", [2]), ("votes>=3", [2]), ("step:4", [3]),
        ("wrong", []), ('candidate~"hour 7"', [2, 6]), ('action~"hour 6"', [5]), ("cost>0.5", [2, 4]),
        ("samples>2", [2, 4]),
        ("step:2 or step:6-7", [1, 5, 6]), ("latency>1", []), ("margin>=2 and step:8", [7]), ("failed", []),
    ],
)  # fmt: skip
async def test_a_breakpoint_holds_each_step_of_which_it_comes_to_hold(
    tmp_path: Path, text: str, steps: list[int]
) -> None:
    """Whatever the filter asks for, the run holds at those steps, once each, and hits are counted."""
    bench = table(tmp_path, dissenting, text)
    halts = at_each_halt(bench, *[Continue()] * 9)
    view = await bench.run()
    assert [halt.held.step for halt in halts if halt.held] == steps
    assert view.snapshot.outcome is Outcome.SOLVED
    assert [point.hits for point in view.breakpoints] == [len(steps)]


async def test_a_wrong_decision_is_held_where_an_oracle_knows(tmp_path: Path) -> None:
    """The vote is decided, wrongly, and not committed: what is committed is still without fault."""
    bench = table(tmp_path, lambda request: answer(7) if request.step == 3 else right(request), "wrong")
    halts = at_each_halt(bench)
    await bench.run()
    assert [halt.held.step for halt in halts if halt.held] == [3]
    assert (halts[0].snapshot.totals.wrong, halts[0].snapshot.totals.steps) == (0, 3)


NEVER_HELD: dict[int, list[Any]] = {}
"""What was decided in the runs that nobody held, by seed."""


def simulated(directory: Path, seed: int, latency: float, *breaks: str) -> Bench:
    """A run over a noisy model."""
    task = Count(8)
    model = SimulatedModel("sim", Profile(p=0.75, v=0.85, latency=latency), task, seed=seed)
    return table(directory, right, *breaks, task=task, model=model, settings=Settings(k=2, window=4))


@few
@given(
    texts=st.lists(
        st.sampled_from(["dissent", "flags", "votes>=2", "wrong", "step:3-5", "falling", "margin>1 or samples>4"]),
        min_size=1, max_size=3,
    ),
    moves=st.lists(
        st.sampled_from([
            Continue(), DecideStep(), DecideStep(3), DrawSample(), DrawSample(4), DrawVote(), DrawVote(2),
            RunUntil(parse_filter("dissent")), (DropBreak(1), Continue()), (TurnBreak(1, on=False), Continue()),
            (SetBreak(parse_filter("samples>3")), Continue()), (Pause(), DrawSample(2)),
        ]),
        max_size=12,
    ),
    seed=st.integers(0, 5),
    latency=st.sampled_from([0, 1e-4]),
)  # fmt: skip
async def test_a_run_that_is_held_decides_as_one_that_never_was(
    texts: list[str], moves: list[Command], seed: int, latency: float
) -> None:
    """Breakpoints, stepping and holding change no decision and no vote of any step, and the record is sound."""
    with TemporaryDirectory() as name:
        held = simulated(Path(name, "held"), seed, latency, *texts)
        at_each_halt(held, *moves, *[Continue()] * 60)
        await held.run()
        if seed not in NEVER_HELD:
            never = simulated(Path(name, "never"), seed, 0)
            await never.run()
            NEVER_HELD[seed] = entries(never)
        assert entries(held) == NEVER_HELD[seed]
        assert verify(held.journal.path, held.task).findings == ()


async def test_steps_samples_and_votes_are_counted_off(tmp_path: Path) -> None:
    """So many steps, samples or votes go through as were asked for, flagged samples counting for no vote."""
    bench = table(tmp_path, dissenting, concurrency=1)
    bench.send(DecideStep(2))
    halts = at_each_halt(bench, DrawSample(3), DecideStep(), DecideStep(), DrawVote(), DrawVote(), Stop())
    await bench.run()
    told = [(view.snapshot.totals.steps, view.snapshot.totals.samples) for view in halts]
    # Step 3 takes four samples; the first of step 5 is flagged, and its second is its first vote.
    assert told == [(2, 4), (2, 7), (3, 8), (4, 10), (4, 12), (4, 13)]


async def test_running_until_a_filter_halts_once_and_not_where_it_holds_already(tmp_path: Path) -> None:
    """Told to run to the next dissent at a step that has one, a run goes past it; what it ran until leaves nothing."""

    def twice(request: SampleRequest) -> Response:
        return answer(7) if request.step in (2, 5) and request.sample == 1 else right(request)

    bench = table(tmp_path, twice)
    dissent = RunUntil(parse_filter("dissent"))
    bench.send(dissent)
    halts = at_each_halt(bench, dissent, Continue())
    view = await bench.run()
    assert [halt.held.step for halt in halts if halt.held] == [2, 5]
    assert (view.snapshot.outcome, view.breakpoints, view.held) == (Outcome.SOLVED, (), None)


async def test_a_breakpoint_set_in_the_middle_of_a_vote_knows_what_came_before(tmp_path: Path) -> None:
    """Facts of the open step are those of all its samples, whenever the breakpoint was set."""
    bench = table(tmp_path, settings=Settings(k=4), concurrency=1)
    bench.send(DrawSample(2))
    at_each_halt(bench, (SetBreak(parse_filter("samples=3 and votes=3 and cost>0.7")), Continue()))
    await bench.run()
    assert [view.held.step for view in bench.views if view.held] != []
    assert bench.views[-1].snapshot.totals.samples == 3
