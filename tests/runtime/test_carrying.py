"""Rows whose decision is carried over, and rows that go on to a stronger model, while others are in flight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from maker_engine.core.record.commands import ChangeSettings, Stop
from maker_engine.core.record.entries import Carried
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import ESCALATED, Response, SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.core.solving.frontier import OPENED_AT_ONCE
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.runtime.test_rows import answers, copy
from tests.support.leaping import LoopClock, Slots, leaping
from tests.support.rows import COLUMNS, Table, column, sorts
from tests.support.running import Bench

DEAR, HARD = "dear", 5


def earlier(step: int, k: int) -> Carried | None:
    """Decisions on all rows but each tenth, 3 to 0."""
    answer = step % COLUMNS
    return None if step % 10 == 0 or k > 3 else Carried("a.maker", step, answer, ((answer, 3),), 1, 0.5, "m")


def ran(made: Callable[[], Bench]) -> tuple[RunView, float]:
    """Run on a loop that leaps; return the last view, and the seconds it took."""

    async def run() -> tuple[RunView, float]:
        return await made().run(), asyncio.get_running_loop().time()

    return leaping(run())


def test_rows_that_are_carried_over_are_not_asked_and_are_on_record(tmp_path: Path) -> None:
    """Only the others are asked, at full concurrency; the session is sound and says where the rest came from."""
    model = Slots(99, lambda *_: 1.0, sorts)
    settings = Settings(k=2, wary=True, carried=earlier)
    view, took_s = ran(
        lambda: Bench(tmp_path, task=Table(500), model=model, concurrency=20, clock=LoopClock(), settings=settings)
    )
    path = tmp_path / "run.maker"
    assert {request.step for request in model.asked} == {*range(0, 500, 10)}
    assert took_s <= 1.1 * 100 / 20 + 1
    totals = view.snapshot.totals
    assert (view.snapshot.outcome, totals.carried, totals.votes, totals.cost_usd) == (Outcome.SOLVED, 450, 100, 0.0)
    assert verify(path, Table(500)).findings == ()
    assert answers(path) == [row % COLUMNS for row in range(500)]
    with Reader(path) as reader:
        assert next(reader.steps(Table(1), 11, 12)).entries == [earlier(11, 2)]
    assert open_saved(path, Table).state == view.snapshot.state


def test_carried_rows_behind_an_open_one_are_opened_a_part_at_a_time(tmp_path: Path) -> None:
    """However many there are, others get a turn in between, and what lies behind them is asked for without a wait."""

    def all_but_the_ends(step: int, _: int) -> Carried | None:
        answer = step % COLUMNS
        return None if step in (0, 900) else Carried("a.maker", step, answer, ((answer, 3),), 0, 0.5, "m")

    model = Slots(99, lambda request, *_: 9.0 if request.step == 0 else 1.0, sorts)
    settings = Settings(k=1, carried=all_but_the_ends)
    solver = Solver(Table(901), settings)
    assert [one.step for one in solver.requests(5, ahead=True)] == [0]
    assert (solver.opening, solver.steps_ahead) == (True, OPENED_AT_ONCE + 4)
    view, took_s = ran(
        lambda: Bench(tmp_path, task=Table(901), model=model, concurrency=2, clock=LoopClock(), settings=settings)
    )
    assert [request.step for request in model.asked] == [0, 900]
    assert (view.snapshot.totals.carried, took_s < 10) == (899, True)


def test_other_ways_of_voting_carry_only_what_they_may(tmp_path: Path) -> None:
    """Where a person raises k during the run, rows are asked whose earlier votes are too few for it."""
    model = Slots(99, lambda *_: 1.0, sorts)

    async def run() -> RunView:
        settings = Settings(k=2, carried=earlier)
        bench = Bench(tmp_path, task=Table(120), settings=settings, model=model, concurrency=2, clock=LoopClock())
        going = asyncio.create_task(bench.run())
        await asyncio.sleep(6.5)
        bench.send(ChangeSettings("ann", 4))
        return await going

    view = leaping(run())
    assert 40 < view.snapshot.totals.carried < 108
    assert {request.step for request in model.asked} > {*range(0, 120, 10)}
    assert verify(tmp_path / "run.maker", Table(120)).findings == ()


def two_models(request: SampleRequest) -> Response:
    """The first model is of two minds about each fifth row; the stronger one is right."""
    if request.voter != ESCALATED and request.step % HARD == 0:
        return Response(column(request.sample % 2))
    return sorts(request)


def cascade(directory: Path, rows: int, model: Slots) -> Bench:
    settings = Settings(k=3, wary=True, least_agreement=0.5, stronger=DEAR)
    return Bench(directory, task=Table(rows), settings=settings, model=model, concurrency=30, clock=LoopClock(),
                 undecided="skip", stronger=DEAR)  # fmt: skip


def test_a_row_is_escalated_as_soon_as_it_is_not_clear(tmp_path: Path) -> None:
    """No row waits for its turn to be escalated: all takes the time of its samples; the record is that of turns."""
    model = Slots(99, lambda *_: 1.0, two_models)
    view, took_s = ran(lambda: cascade(tmp_path, 150, model))
    dear = [request for request in model.asked if request.voter == ESCALATED]
    assert {request.step for request in dear} == {*range(0, 150, HARD)}
    assert len(dear) == 3 * 30
    first = [request for request in model.asked if request.voter != ESCALATED and request.step % HARD == 0]
    assert len(first) == 4 * 30, "with two of four votes against, three ahead is no longer half of all votes"
    assert took_s <= 1.15 * len(model.asked) / 30 + 2
    assert (view.snapshot.outcome, view.snapshot.totals.escalated) == (Outcome.SOLVED, 30)
    assert verify(tmp_path / "run.maker", Table(150)).findings == ()
    assert answers(tmp_path / "run.maker") == [row % COLUMNS for row in range(150)]


def test_a_crash_asks_neither_model_again(tmp_path: Path) -> None:
    """What both models had said of rows behind one that is out is in the file, and opened again."""
    said: list[tuple[int, int, int]] = []

    def noted(request: SampleRequest) -> Response:
        said.append((request.step, request.sample, request.voter))
        return two_models(request)

    async def run() -> None:
        model = Slots(99, lambda request, _: 90.0 if request.step == 1 else 1.0, noted)
        bench = cascade(tmp_path, 60, model)
        going = asyncio.create_task(bench.run())
        await asyncio.sleep(30)
        copy(tmp_path)
        bench.send(Stop())
        await going

    leaping(run())
    path = tmp_path / "copy.maker"
    assert verify(path, Table(60)).findings == ()
    saved = open_saved(path, Table)
    kept = sum(map(len, saved.ahead.values()))
    assert kept == len([one for one in said if one[0] > 1])
    settings = Settings(k=3, wary=True, least_agreement=0.5, stronger=DEAR)
    solver = Solver(Table(60), settings, saved.state, saved.step, unread=False)
    for step, samples in saved.ahead.items():
        solver.restore(step, samples)
    assert {request.step for request in solver.requests(999, ahead=True)} == {1}
