"""Probes: shown, paid for, within the limits, and never counted, whatever becomes of their step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st

from maker_engine.core.record import entries
from maker_engine.core.record.commands import (
    ChangeSettings,
    Command,
    Continue,
    DecideStep,
    Probe,
    Stop,
)
from maker_engine.core.responses import Prompt, Response, Sample, SampleRequest, is_probe
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import open_saved
from tests.support.halting import (
    at_each_halt,
    decided,
    dissenting,
    never_held,
    ordered,
    simulated,
    sound,
    steered,
    steps_of,
    table,
)
from tests.support.toy import Count, answer

STEP = DecideStep()


@settings(max_examples=6, deadline=None)
@given(
    moves=st.lists(
        st.sampled_from([Probe(1, "ann"), Probe(3, "ann"), Probe(2, "bo", Prompt("s", "hour = 5, hours = 8")), STEP]),
        max_size=10,
    ),
    seed=st.integers(0, 3),
    latency=st.sampled_from([0, 1e-4]),
)
async def test_probes_change_no_decision(moves: list[Command], seed: int, latency: float) -> None:
    """Whatever is asked beside it, a run decides as one in which nothing was, vote for vote, and counts the probes."""
    with TemporaryDirectory() as name:
        bench = simulated(Path(name, "probed"), seed, latency, "dissent", "step:1")
        at_each_halt(bench, *moves, *[Continue()] * 60)
        view = await bench.run()
        assert decided(bench.journal.path, bench.task) == await never_held(Path(name, "never"), seed)
        assert view.snapshot.totals.probes == sum(move.count for move in moves if isinstance(move, Probe))
        assert open_saved(bench.journal.path, Count).snapshot == view.snapshot
        assert sound(bench.journal.path, bench.task)


async def test_a_probe_is_shown_paid_for_and_not_counted(tmp_path: Path) -> None:
    """Its answer stands beside the tally with the name of who asked; votes, margin and samples stay as they were."""
    asked: list[SampleRequest] = []

    def script(request: SampleRequest) -> Response:
        if is_probe(request):
            asked.append(request)
            return answer(9 if request.prompt.user == "edited" else 7)
        return dissenting(request)

    edited = Prompt("rules", "edited")
    bench = table(tmp_path, script, "dissent", concurrency=1)
    halts = at_each_halt(bench, Probe(2, "ann"), Probe(1, "ann", edited))
    view = await bench.run()
    before, after = halts.views[0].snapshot, halts.views[2].snapshot
    assert before.open is not None
    assert after.open is not None
    told = [(one.probe, one.voter, getattr(one.verdict, "rule", one.verdict), one.prompt) for one in after.open.probes]
    assert told == [(0, "ann", 7, None), (1, "ann", 7, None), (2, "ann", "illegal", edited)]
    assert replace(after.open, probes=()) == before.open
    assert after.totals.cost_usd == before.totals.cost_usd + 3 * 0.25
    assert (after.totals.probes, after.totals.samples) == (3, before.totals.samples)
    assert len({request.sample for request in asked}) == 3
    saved = open_saved(bench.journal.path, Count)
    assert [type(entry) for entry in saved.entries] == [Sample, Sample, entries.Probe, entries.Probe, entries.Probe]
    assert saved.snapshot == replace(view.snapshot, paused=False)


async def test_probes_keep_within_the_limits_of_the_run(tmp_path: Path) -> None:
    """A probe spends as a sample does: beyond the limit none is asked for."""
    bench = table(tmp_path, dissenting, "step:2", limits=Limits(samples=5))
    at_each_halt(bench, Probe(50, "ann"))
    view = await bench.run()
    assert (view.snapshot.totals.samples, view.snapshot.totals.probes) == (2, 3)


async def test_a_probe_in_flight_is_wasted_when_its_step_is_left(tmp_path: Path) -> None:
    """What has not come back when the run ends is waste, and the record is that of a run without it."""
    bench = simulated(tmp_path, 1, 3600.0, "step:1")
    seen: list[int] = []

    def watch(view: RunView) -> None:
        tally = view.snapshot.open
        if view.held and not seen:
            seen.append(0)
            bench.send(Probe(2, "ann"))
        elif tally is not None and tally.probing:
            bench.send(Stop())

    bench.watch = watch
    totals = (await bench.run()).snapshot.totals
    assert (totals.probes, totals.wasted) == (0, 2)


async def test_a_probe_outlives_a_decision_that_is_taken_back(tmp_path: Path) -> None:
    """A probe in flight when a higher k takes the decision back still comes in, and its number is not given again."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.99,v=1,latency=0.01", breaks=("votes>=3 and step:2",))
    together = [Probe(2, "ann"), ChangeSettings("ann", k=4)]
    view, _ = await steered(order, together, Probe(1, "ann"), Continue())
    probes = [entry.probe for entry in steps_of(path)[1].entries if isinstance(entry, entries.Probe)]
    assert sorted(probes) == [0, 1, 2]
    assert (view.snapshot.totals.probes, sound(path)) == (3, True)
