"""Breakpoints and stepping: where a run holds, what goes on meanwhile, and that its decisions are those of any run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.commands import (
    Answer,
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
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from tests.support.agreeing import Agree
from tests.support.halting import at_each_halt, decided, dissenting, never_held, simulated, table
from tests.support.running import right
from tests.support.toy import answer

few = settings(max_examples=6, deadline=None)
"""For properties whose every example is a whole run."""


async def test_a_breakpoint_holds_the_vote_before_it_commits(tmp_path: Path) -> None:
    """At the first dissent the run holds: the step is not decided, and the breakpoint is named with its hit."""
    bench = table(tmp_path, dissenting, "dissent", concurrency=1)
    halts = at_each_halt(bench)
    await bench.run()
    (halt,) = halts.views
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
    assert halts.steps == steps
    assert view.snapshot.outcome is Outcome.SOLVED
    assert [point.hits for point in view.breakpoints] == [len(steps)]


async def test_a_wrong_decision_is_held_where_an_oracle_knows(tmp_path: Path) -> None:
    """The vote is decided, wrongly, and not committed: what is committed is still without fault."""
    bench = table(tmp_path, lambda request: answer(7) if request.step == 3 else right(request), "wrong")
    halts = at_each_halt(bench)
    await bench.run()
    assert halts.steps == [3]
    assert (halts.views[0].snapshot.totals.wrong, halts.views[0].snapshot.totals.steps) == (0, 3)


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
        assert decided(held.journal.path, held.task) == await never_held(Path(name, "never"), seed)
        assert verify(held.journal.path, held.task).findings == ()


async def test_a_decided_step_that_is_held_lets_commands_in(tmp_path: Path) -> None:
    """A model that answers at once keeps no command out while a vote that is decided waits to be committed."""
    held = simulated(tmp_path / "held", 0, 0, "flags")
    halts = at_each_halt(held, DrawSample(), *[Continue()] * 60)
    await held.run()
    assert len(halts.steps) == 5


async def test_steps_samples_and_votes_are_counted_off(tmp_path: Path) -> None:
    """So many steps, samples or votes go through as were asked for, flagged samples counting for no vote."""
    bench = table(tmp_path, dissenting, concurrency=1)
    bench.send(DecideStep(2))
    halts = at_each_halt(bench, DrawSample(3), DecideStep(), DecideStep(), DrawVote(), DrawVote(), Stop())
    await bench.run()
    told = [(view.snapshot.totals.steps, view.snapshot.totals.samples) for view in halts.views]
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
    assert halts.steps == [2, 5]
    assert (view.snapshot.outcome, view.breakpoints, view.held) == (Outcome.SOLVED, (), None)


async def test_a_breakpoint_set_in_the_middle_of_a_vote_knows_what_came_before(tmp_path: Path) -> None:
    """Facts of the open step are those of all its samples, whenever the breakpoint was set."""
    bench = table(tmp_path, settings=Settings(k=4), concurrency=1)
    bench.send(DrawSample(2))
    at_each_halt(bench, (SetBreak(parse_filter("samples=3 and votes=3 and cost>0.7")), Continue()))
    await bench.run()
    assert [view.held.step for view in bench.views if view.held] != []
    assert bench.views[-1].snapshot.totals.samples == 3


async def test_proposals_that_differ_are_no_dissent(tmp_path: Path) -> None:
    """Where proposals are gathered and a person is asked, nothing is wrong, split or falling; it can be held there."""
    order = RunOrder("agree", model="sim:p=1,v=1", k=2, attended=True, session=tmp_path / "run.maker",
                     breaks=("dissent or wrong or falling or margin", "step:1"))  # fmt: skip
    inbox, steps = Inbox(), []

    def watch(view: RunView) -> None:
        if view.held is not None and view.held.step not in steps:
            steps.append(view.held.step)
            inbox.send(Continue())
        if view.snapshot.question is not None:
            inbox.send(Answer("yes", "ann"))

    view = await drive(prepare(order, Agree), inbox, watch)
    assert (view.snapshot.outcome, steps) == (Outcome.SOLVED, [0, 1])  # the vote that follows has a margin
    assert [point.hits for point in view.breakpoints] == [1, 1]
