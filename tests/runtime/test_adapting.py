"""An assumed k follows what the first steps show, and the record says so."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from maker_engine.core.record.entries import Change
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.profile import parse_profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.adapting import AUTO, MEASURED
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.record import read_record
from maker_tui.runs.bridge import view_of
from tests.support.toy import Count


class Unknown(SimulatedModel):
    """A model of which nothing is known in advance, and that does not answer at once."""

    figures: ClassVar[Figures] = Figures()  # type: ignore[misc]
    immediate: ClassVar[bool] = False  # type: ignore[misc]

    async def sample(self, request: SampleRequest) -> Response:
        return self.answer(request)


def test_an_assumed_k_follows_the_first_steps(tmp_path: Path) -> None:
    """p is taken for .99 and is .8: after 50 steps k rises, the outlook says why, and the record is sound."""
    task, path = Count(110, hours=8), tmp_path / "run.maker"
    model = Unknown("sim", parse_profile("sim:p=0.8,v=1"), task, seed=2)
    prepared = prepare(RunOrder("count", {}, session=path), task, model)
    assert prepared.forecast.from_what == "assumed"
    before = prepared.settings.k
    view = asyncio.run(drive(prepared, Inbox(), lambda _: None))
    assert view.snapshot.started is not None
    assert view.snapshot.started.k > before
    assert view.outlook is not None
    assert view.outlook.k_from == MEASURED
    assert view.outlook.p.low <= 0.8 <= view.outlook.p.high
    assert verify(path, task).findings == ()
    with Reader(path) as reader:
        changes = [one for step in reader.steps(task) for one in step.entries if isinstance(one, Change)]
    assert {one.who for one in changes} == {AUTO}


def test_a_k_that_was_ordered_stays(tmp_path: Path) -> None:
    """What a person ordered is not changed, however wrong; what is worse than planned is said."""
    task = Count(70, hours=8)
    model = Unknown("sim", parse_profile("sim:p=0.8,v=1"), task, seed=2)
    view = asyncio.run(
        drive(prepare(RunOrder("count", {}, k=2, session=tmp_path / "k.maker"), task, model), Inbox(), lambda _: None)
    )
    assert view.snapshot.started is not None
    assert view.snapshot.started.k == 2
    known = SimulatedModel("sim", parse_profile("sim:p=0.8,v=1"), task, seed=2)
    order = RunOrder("count", {}, k=3, law="[[0.99, 1]]", session=tmp_path / "law.maker")
    worse = asyncio.run(drive(prepare(order, task, known), Inbox(), lambda _: None))
    assert worse.outlook is not None
    assert "not the 0.99 planned with" in worse.outlook.worse


def test_an_outlook_is_that_of_the_whole_run(tmp_path: Path) -> None:
    """A run that is gone on with, and a saved one, says p by all steps that it has decided, not by those since."""
    path, order = tmp_path / "run.maker", RunOrder("hanoi", {"disks": 7}, model="sim:p=0.9", k=4, limit_samples=300)
    begun = asyncio.run(drive(prepare(replace(order, session=path)), Inbox(), lambda _: None))
    saved = view_of(open_saved(path)).outlook
    assert begun.outlook is not None
    assert saved is not None
    assert (saved.at, saved.p, saved.law) == (begun.snapshot.totals.steps, begun.outlook.p, begun.outlook.law)
    gone_on = asyncio.run(drive(prepare_resume(path, {"limit_samples": 320}), Inbox(), lambda _: None))
    assert gone_on.outlook is not None
    assert gone_on.outlook.at == gone_on.snapshot.totals.steps > saved.at
    with sqlite3.connect(path) as file:
        ballots = json.loads(file.execute("SELECT v FROM meta WHERE k = 'ballots'").fetchone()[0])
    assert sum(number for _, _, number in ballots) == gone_on.outlook.at


@pytest.mark.parametrize("ballots", [3, [3], [[1, 2]], [[1, 2, -1]], [["1", 2, 3]], [[1, 2, 10**30]]])
def test_ballots_that_cannot_be_are_damage(ballots: object) -> None:
    """What a record says of its ballots is looked at before it is counted."""
    with pytest.raises(ValueError, match="ballots"):
        read_record({"ballots": json.dumps(ballots)})
