"""A table of leads and a certificate in the record: verified, forked, resumed and voted again like any rule."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from maker_engine.core.decomposition import Step, Vote
from maker_engine.core.record.events import Outcome
from maker_engine.core.voting import named_rule
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.revote import revote
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from maker_tui.widgets.vote_tally import Needs
from tests.support.toy import Count


def driven(order: RunOrder) -> RunView:
    return asyncio.run(drive(prepare(order), Inbox(), lambda _: None))


def test_a_table_is_in_the_record_and_holds_for_every_replay(tmp_path: Path) -> None:
    """What was worked out before the run is what it is verified, gone on with, forked and voted again by."""
    path = tmp_path / "run.maker"
    order = RunOrder("hanoi", {"disks": 7}, model="sim:law=D,v=0.9", rule="lead-table", session=path, limit_samples=250)
    view = driven(order)
    assert view.snapshot.outcome is Outcome.OUT_OF_BUDGET
    with Reader(path) as reader:
        rule = reader.meta()["started"]["rule"]
        assert rule.startswith("lead-table:")
        assert reader.meta()["order"]["rule"] == rule
        task = prepare(order).task
        told = revote(reader, task, named_rule(rule, 1))
        assert (told.different, told.short) == (0, 0)
    resumed = asyncio.run(drive(prepare_resume(path, {"limit_samples": None}), Inbox(), lambda _: None))
    assert resumed.snapshot.outcome is Outcome.SOLVED
    assert resumed.snapshot.started is not None
    assert resumed.snapshot.started.rule == rule
    forked = asyncio.run(drive(prepare_fork(path, 40, {}), Inbox(), lambda _: None))
    assert forked.snapshot.outcome is Outcome.SOLVED
    found = verify(path, task)
    assert (found.findings, found.steps > 127) == ((), True)


def test_a_step_beyond_mending_is_undecided_and_not_wrong(tmp_path: Path) -> None:
    """Under law E a run by its table stops at a step that votes cannot settle, long before its samples are used up."""
    path = tmp_path / "run.maker"
    order = RunOrder("hanoi", {"disks": 10}, model="sim:law=E,v=1", rule="lead-table", session=path, target=0.95)
    view = driven(order)
    assert view.snapshot.outcome is Outcome.UNDECIDED
    assert view.snapshot.totals.wrong == 0
    assert view.snapshot.open is not None
    assert view.snapshot.open.counted < 100


@dataclass(frozen=True)
class Careful(Count):
    """Its third step needs a certificate."""

    def step(self, state: int) -> Step | None:
        step = super().step(state)
        careful = state // self.hours == 2 and isinstance(step, Vote)
        return Vote(step.prompt, certificate=0.001) if careful and isinstance(step, Vote) else step


def test_a_step_may_ask_for_a_certificate(tmp_path: Path) -> None:
    """It takes 13 votes of one mind where the run's k is 2, other steps take 2, and the record is verified so."""
    task, path = Careful(6), tmp_path / "run.maker"
    order = RunOrder("count", {}, model="sim:p=1,v=1", k=2, session=path)
    view = asyncio.run(drive(prepare(order, task), Inbox(), lambda _: None))
    assert view.snapshot.outcome is Outcome.SOLVED
    with Reader(path) as reader:
        assert [len(step.samples) for step in reader.steps(task)] == [2, 2, 13, 2, 2, 2]
        opened = moment(reader, task, 2, 4).snapshot().open
        assert opened is not None
        assert opened.rule == "certificate:0.001"
        assert "certificate: lead 13 (0 against), has 4" in Needs(2, "ahead").of(opened).sentence(opened, over=False)
    assert verify(path, task).findings == ()
    slow = replace(order, model="sim:p=1,v=1,latency=0.001", session=tmp_path / "slow.maker", window=4)
    ahead = asyncio.run(drive(prepare(slow, task), Inbox(), lambda _: None))
    assert ahead.snapshot.totals.votes == view.snapshot.totals.votes
