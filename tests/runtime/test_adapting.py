"""An assumed k follows what the first steps show, and the record says so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from maker_engine.core.record.entries import Change
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.profile import parse_profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.adapting import AUTO, MEASURED
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store.reader import Reader
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
