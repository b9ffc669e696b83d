"""Changes of k and of the pool: what they do to a run, and that every replay of it honours them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.record import entries
from maker_engine.core.record.commands import (
    ChangeSettings,
    Continue,
    Decide,
    DecideStep,
    DrawSample,
    Pause,
    Probe,
    Stop,
)
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Flag, Prompt, Sample
from maker_engine.runtime.continuing import fork, prepare_fork, prepare_resume
from maker_engine.runtime.order import drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from maker_engine.sessions.store.time_travel import moment
from tests.support.halting import (
    Halts,
    ordered,
    sound,
    steered,
    steps_of,
)
from tests.support.toy import Count

STEP = DecideStep()


async def test_another_k_holds_from_the_open_step_on(tmp_path: Path) -> None:
    """Votes counted stay counted, each later step needs the new margin, and every look at the record knows it."""
    path = tmp_path / "run.maker"
    view, _ = await steered(
        ordered(path, model="sim:p=0.99,v=1", breaks=("step:4",)),
        [DrawSample(2)],
        ChangeSettings("ann", k=5),
        Continue(),
    )
    assert [len(stored.samples) for stored in steps_of(path)] == [3] * 3 + [5] * 9
    assert view.snapshot.started is not None
    assert view.snapshot.started.k == 5
    assert sound(path)
    changed = [stored for stored in steps_of(path) if stored.flags & StepFlag.CHANGED]
    assert [stored.step for stored in changed] == [3]
    assert changed[0].entries[2] == entries.Change("ann", k=5)
    assert open_saved(path, Count).snapshot == view.snapshot
    with Reader(path) as reader:
        needed = [moment(reader, Count(12), step).started.k for step in range(12)]  # type: ignore[union-attr]
    assert needed == [3] * 4 + [5] * 8


async def test_a_decision_that_is_held_can_be_taken_back_by_a_higher_k(tmp_path: Path) -> None:
    """A vote that is decided and not committed goes on when more is asked of it, from the votes that it has."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.99,v=1,latency=0.0001", breaks=("votes>=3 and step:3",))
    view, _ = await steered(order, ChangeSettings("ann", k=4), STEP)
    stored = steps_of(path)[2]
    assert [type(entry) for entry in stored.entries] == [Sample] * 3 + [entries.Change, Sample]
    assert view.snapshot.totals.wrong == 0
    assert sound(path)


async def test_a_lower_k_decides_what_it_suffices_for(tmp_path: Path) -> None:
    """Where the leader is that far ahead already, the step is decided by the change alone."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.99,v=1", k=6, breaks=("votes=4",))
    view, _ = await steered(order, ChangeSettings("ann", k=2), Continue())
    stored = steps_of(path)
    assert [type(entry) for entry in stored[0].entries] == [Sample] * 4 + [entries.Change]
    assert [len(one.samples) for one in stored[1:]] == [2] * 11
    assert view.snapshot.outcome is Outcome.SOLVED
    assert sound(path)


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
async def test_a_changed_run_that_is_cut_off_goes_on_as_it_would_have(tmp_path: Path, cut: int) -> None:
    """Stopped at any halt after a change and taken up again, it ends as the run that was never stopped."""
    moves: list[Any] = [ChangeSettings("ann", k=4), Probe(2, "ann"), DrawSample(2), ChangeSettings("bo", k=2), STEP]
    whole, cuts = tmp_path / "whole.maker", tmp_path / "cut.maker"
    breaks = ("step:4",)
    first, _ = await steered(ordered(whole, breaks=breaks), *moves, Continue())
    await steered(ordered(cuts, breaks=breaks), *moves[:cut], Stop())
    inbox = Inbox()
    inbox.send(Pause())
    second = await drive(prepare_resume(cuts, {}, Count), inbox, Halts(inbox, *moves[cut:], Continue()))
    assert [stored._replace(flags=0) for stored in steps_of(cuts)] == [
        stored._replace(flags=0) for stored in steps_of(whole)
    ]
    assert second.snapshot.totals == replace(first.snapshot.totals, wasted=second.snapshot.totals.wasted)
    assert sound(cuts)


async def test_another_pool_answers_from_then_on(tmp_path: Path) -> None:
    """A pool that is changed to answers in turn, keeps answering when the run is taken up again, and is on record."""
    path = tmp_path / "run.maker"
    pool = ("sim:p=0.98,v=1", "sim:p=0.97,v=1 variant=careful")
    order = ordered(path, model="sim:p=0.99,v=1", breaks=("step:3", "step:6"))
    await steered(order, ChangeSettings("ann", voters=pool), Continue())
    view, _ = await steered(prepare_resume(path, {}, Count))
    models = [{sample.response.model for sample in stored.samples} for stored in steps_of(path)]
    assert [len(names) for names in models[:2]] == [1, 1]
    assert all(names == {"sim:p=0.98,v=1", "sim:p=0.97,v=1"} for names in models[2:])
    assert view.snapshot.started is not None
    assert view.snapshot.started.model == "sim:p=0.98,v=1 + sim:p=0.97,v=1"
    assert (view.snapshot.outcome, sound(path)) == (Outcome.SOLVED, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (ChangeSettings("ann", k=0), "k must be at least 1, got 0"),
        (ChangeSettings("ann", k=99), "max samples must be at least k = 99"),
        (ChangeSettings("ann", voters=("sim variant=loud",)), "there is no variant 'loud'"),
        (ChangeSettings("ann", voters=(" ",)), "the model is missing"),
    ],
)
async def test_a_change_that_cannot_be_made_is_refused_and_the_run_goes_on(
    tmp_path: Path, change: ChangeSettings, why: str
) -> None:
    """Nothing is changed, the reason is to be seen, and nothing is lost."""
    path = tmp_path / "run.maker"
    _, halts = await steered(ordered(path, breaks=("step:2",), max_samples=50), change, Continue())
    assert why in halts.views[1].refused
    assert not any(stored.flags & StepFlag.CHANGED for stored in steps_of(path))
    assert sound(path)


async def test_a_pool_that_answers_at_once_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    """Changed in the middle of a vote, with calls out, the samples still count in the order of their numbers."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.75,v=0.85,latency=0.02", k=4, breaks=("samples=2",))
    inbox = Inbox()
    changes = {0: ("sim:p=0.99,v=1",), 2: ("sim:p=0.9,latency=0.001",) * 3}
    held: set[int] = set()

    def at_once(view: RunView) -> None:
        if view.held is not None and view.held.step not in held:
            held.add(view.held.step)
            if view.held.step in changes:
                inbox.send(ChangeSettings("ann", voters=changes.pop(view.held.step)))
            inbox.send(Continue())

    view = await drive(order, inbox, at_once)
    assert changes == {}
    assert view.snapshot.totals.failures == 0  # nobody is taken for a stranger
    samples = [[one.sample for one in stored.samples] for stored in steps_of(path)]
    assert samples == [list(range(len(numbers))) for numbers in samples]
    assert sound(path)


async def test_a_fork_begins_as_its_parent_voted_then(tmp_path: Path) -> None:
    """Forked before a change it needs the ordered k, forked after it the changed one, unless it is told another."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.99,v=1", breaks=("step:6",))
    await steered(order, ChangeSettings("ann", k=5), Continue())
    ks = []
    for step, changes in ((2, {}), (9, {}), (9, {"k": 4})):
        view, _ = await steered(prepare_fork(path, step, changes, branch=0, family=Count))
        assert view.snapshot.started is not None
        ks.append(view.snapshot.started.k)
        assert {len(stored.samples) for stored in steps_of(path)[step:]} == {ks[-1]}
    assert ks == [3, 5, 4]
    assert sound(path)


async def test_a_fork_with_an_edited_prompt_asks_that_at_its_first_step_alone(tmp_path: Path) -> None:
    """Agents read the edited prompt at the step forked from and the task's own after it; who wrote it is on record."""
    path = tmp_path / "run.maker"
    await steered(ordered(path, model="sim:p=0.99,v=1"))
    edited = Prompt("Count.", "hour = 6, hours = 8")
    number = fork(path, 2, {}, prompt=edited, voter="ann", note="what if", family=Count)
    view, _ = await steered(prepare_resume(path, {}, Count, number))
    own = steps_of(path)[2:]
    assert [stored.answer for stored in own[:3]] == [7, 0, 1]  # of hour 6, and on from there
    assert own[0].entries[0] == entries.Change("ann", prompt=edited)
    assert (view.snapshot.totals.wrong, sound(path)) == (1, True)


async def test_a_person_can_decide_a_step_that_is_decided_and_held(tmp_path: Path) -> None:
    """A decision that waits to be committed gives way to a person's, and the record says and proves it."""
    path = tmp_path / "run.maker"
    order = ordered(path, model="sim:p=0.99,v=1", breaks=("votes>=3 and step:2",))
    view, _ = await steered(order, [Decide(6, "ann"), DecideStep()], Stop())
    stored = steps_of(path)[1]
    assert (stored.answer, stored.entries[-1].answer, len(stored.samples)) == (6, 6, 3)  # type: ignore[union-attr]
    assert (view.snapshot.totals.wrong, sound(path)) == (1, True)


async def test_probes_and_changes_go_out_and_come_in_again(tmp_path: Path) -> None:
    """The export tells of them, and what is imported from it has the same links."""
    path, copy = tmp_path / "run.maker", tmp_path / "copy.maker"
    pool = ("sim:p=0.9,v=0.8",)
    moves = (Probe(3, "ann", Prompt("s", "hour = 9, hours = 8")), ChangeSettings("ann", k=4), Probe(1, "bo"))
    await steered(ordered(path, breaks=("step:3", "step:5")), *moves, Continue(), ChangeSettings("ann", None, pool))
    fork(path, 4, {"k": 2}, prompt=Prompt("s", "hour = 4, hours = 8"), voter="ann", branch=0, family=Count)
    told = list(lines(path, Count(12)))
    assert any('"changed"' in line for line in told)
    import_lines(told, copy, Count)
    again = list(lines(copy, Count(12)))
    assert [line for line in again if '"created"' not in line] == [line for line in told if '"created"' not in line]
    assert sound(copy)
    flagged = [
        entry.verdict for stored in steps_of(copy, 0) for entry in stored.entries if isinstance(entry, entries.Probe)
    ]
    assert flagged
    assert all(isinstance(verdict, Flag | int) for verdict in flagged)
