"""A run over independent rows: its time, its policies, and what a crash leaves to ask for."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from maker_engine.core.decomposition import Undecided
from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.record.commands import ChangeSettings, Stop
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.core.voting import FirstToAheadBy
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange import export
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.revote import revote
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.sessions.integrity.test_verify import change
from tests.support.leaping import LoopClock, Slots, leaping
from tests.support.rows import COLUMNS, Table, column, sorts
from tests.support.running import Bench
from tests.support.toy import Count

TABLE = f"{Path(__file__).parents[1] / 'support' / 'rows.py'}:Table"
SPLIT, MUTE = 3, 5
"""Rows that nobody can agree on, and whose answers nobody can read."""


def hard(request: SampleRequest) -> Response:
    """Right, but for two of the rows."""
    if request.step % 10 == SPLIT:
        return Response(column(request.sample % 2))
    return Response("it depends") if request.step % 10 == MUTE else sorts(request)


def answers(path: Path) -> list[object]:
    with Reader(path) as reader:
        return list(reader.answers(Table(1)))


def test_rows_take_as_long_as_their_calls(tmp_path: Path) -> None:
    """At a latency of a second, all rows take their samples' seconds by the concurrency, and a little at the ends."""
    model = Slots(10_000, lambda *_: 1.0, sorts)

    async def run() -> float:
        await Bench(tmp_path, task=Table(300), settings=Settings(k=3, wary=True), model=model, concurrency=60,
                    clock=LoopClock()).run()  # fmt: skip
        return asyncio.get_running_loop().time()

    took_s = leaping(run())
    assert len(model.asked) == 900
    assert took_s <= 1.1 * 900 / 60
    assert model.most == 60


@pytest.mark.parametrize("policy", ["skip", "ask-later"])
async def test_a_row_without_a_decision_is_given_up_and_the_others_go_on(tmp_path: Path, policy: str) -> None:
    """Neither a split vote nor answers that cannot be read hold a run of rows; the record says which were left."""
    settings = Settings(k=2, max_samples=14, wary=True)
    bench = Bench(tmp_path, hard, task=Table(24), settings=settings, undecided=policy)
    view = await bench.run()
    path = tmp_path / "run.maker"
    assert view.snapshot.outcome is Outcome.SOLVED
    assert (view.snapshot.totals.steps, view.snapshot.totals.undecided) == (24, 5)
    found = answers(path)
    left = {row: one for row, one in enumerate(found) if isinstance(one, Undecided)}
    assert sorted(left) == [SPLIT, MUTE, 10 + SPLIT, 10 + MUTE, 20 + SPLIT]
    assert all(one.ask_later is (policy == "ask-later") and one.reason for one in left.values())
    assert all(one == row % COLUMNS for row, one in enumerate(found) if row not in left)
    assert verify(path, bench.task).findings == ()
    with Reader(path) as reader:
        assert revote(reader, bench.task, FirstToAheadBy(2)).same == 24
    assert open_saved(path, Table).state == bench.runner.view.snapshot.state


@pytest.mark.parametrize(("policy", "seed"), [("skip", 1), ("ask-later", 2)])
async def test_rows_without_a_decision_go_on_wherever_a_run_is_cut_off(tmp_path: Path, policy: str, seed: int) -> None:
    """Stopped again and again, exported and imported between, a run that leaves rows out is link for link the whole."""
    made = {"source": Table(24).source(), "k": 2, "max_samples": 12, "undecided": policy, "concurrency": 7}
    path, dice, asked = tmp_path / "part0.maker", Random(seed), list[tuple[int, int]]()

    def logged(request: SampleRequest) -> Response:
        asked.append((request.step, request.sample))
        return hard(request)

    whole = prepare(RunOrder(TABLE, session=tmp_path / "whole.maker", **made), Table, ScriptedModel(hard))
    await drive(whole, Inbox(), lambda _: None)
    prepared = prepare(RunOrder(TABLE, session=path, limit_samples=9, **made), Table, ScriptedModel(logged))
    part = 0
    while (await drive(prepared, Inbox(), lambda _: None)).snapshot.outcome is Outcome.OUT_OF_BUDGET:
        part += 1
        to = tmp_path / f"part{part}.maker"
        import_lines(list(export.lines(path, Table(24))), to, Table)
        path, more = to, {"limit_samples": len(asked) + dice.randint(5, 25)}
        prepared = prepare_resume(path, more, Table, model=ScriptedModel(logged), trusted=True)
    assert part > 2
    assert chain(path) == chain(tmp_path / "whole.maker")
    assert len(asked) == len(set(asked)) == open_saved(path, Table).run.totals.samples
    assert verify(path, Table(24)).findings == ()


def chain(path: Path) -> bytes:
    with Reader(path) as reader:
        return reader.branch.chain


def test_a_chain_leaves_no_step_out(tmp_path: Path) -> None:
    """A task whose steps follow from each other refuses the policy in one line that says what else there is."""
    order = RunOrder("count", undecided="skip", session=tmp_path / "run.maker")
    with pytest.raises(InputError, match=r"count cannot be left out \(skip\).*'stop', 'ask' or 'escalate:MODEL'$"):
        prepare(order, Count)


async def test_a_model_that_cannot_be_read_costs_the_first_row_alone(tmp_path: Path) -> None:
    """Where no answer of a run could be read, nothing is asked for the rows behind, and nothing is given up."""
    asked: list[int] = []

    def mute(request: SampleRequest) -> Response:
        asked.append(request.step)
        return Response("", finish_reason="length")

    view = await Bench(tmp_path, mute, task=Table(50), settings=Settings(wary=True), undecided="skip").run()
    assert view.snapshot.outcome is Outcome.UNDECIDED
    assert asked == [0, 0, 0]


def test_a_person_may_change_k_while_rows_are_in_flight(tmp_path: Path) -> None:
    """The new k holds for the rows behind the open one, what they have counts, and each is decided by its votes."""
    model = Slots(999, lambda request, _: 0.5 + request.step % 7 / 7, often)

    async def run() -> RunView:
        bench = Bench(tmp_path, task=Table(50), settings=Settings(k=3), model=model, concurrency=16, clock=LoopClock())
        going = asyncio.create_task(bench.run())
        for k in (2, 4):
            await asyncio.sleep(3)
            bench.send(ChangeSettings("ann", k))
        return await going

    view = leaping(run())
    assert (view.snapshot.outcome, view.snapshot.totals.steps) == (Outcome.SOLVED, 50)
    assert verify(tmp_path / "run.maker", Table(50)).findings == ()
    calls = Counter((request.step, request.sample) for request in model.asked)
    assert calls.total() - len(calls) <= 2  # a row that was decided by the smaller k and is open again
    with Reader(tmp_path / "run.maker") as reader:
        found = [len(step.samples) for step in reader.steps(Table(50))]
    assert min(found[:5]) == 2
    assert min(found[-20:]) == 4


def often(request: SampleRequest) -> Response:
    """Right in three of four samples, by the row and the number of the sample alone."""
    return Response(column((request.step + (Random(request.step << 9 | request.sample).random() < 0.25)) % COLUMNS))


def copy(directory: Path) -> None:
    """Copy a session as it is on the disk now, its log included."""
    for part in directory.glob("run.maker*"):
        shutil.copy(part, part.with_name(part.name.replace("run", "copy")))


def cut_off(directory: Path, rows: int, k: int = 2) -> tuple[Path, list[tuple[int, int]]]:
    """A session whose process went away while an early row was out; return it, and what had been answered.

    If `k` is not 2 it is changed half-way.
    """
    directory.mkdir()
    answered: list[tuple[int, int]] = []

    def late(request: SampleRequest) -> Response:
        answered.append((request.step, request.sample))
        return sorts(request)

    async def run() -> None:
        model = Slots(99, lambda request, _: 50.0 if request.step == 1 else 1.0, late)
        bench = Bench(directory, task=Table(rows), settings=Settings(k=2), model=model, clock=LoopClock())
        going = asyncio.create_task(bench.run())
        await asyncio.sleep(4.5)
        if k != 2:
            bench.send(ChangeSettings("ann", k))
        await asyncio.sleep(5)
        copy(directory)
        bench.send(Stop())
        await going

    leaping(run())
    return directory / "copy.maker", [one for one in answered if one[0] != 1]


def moved(path: Path, how: str) -> Path:
    """Give a session as it is, by way of its export, or as it is saved out of a damaged file."""
    to = path.with_name("other.maker")
    if how == "imported":
        import_lines(list(export.lines(path, Table(30))), to, Table)
    elif how == "salvaged":
        salvage(path, to, family=Table)
    return path if how == "as it is" else to


@pytest.mark.parametrize(("how", "k"), [("as it is", 2), ("imported", 4), ("salvaged", 4)])
def test_a_crash_has_nothing_asked_for_again(tmp_path: Path, how: str, k: int) -> None:
    """What was received behind a row that is out is in the file, its export and what is salvaged of it, and is sound.

    Only the rest is asked for, and decides the same.
    """
    path, answered = cut_off(tmp_path / "cut", 30, k)
    path = moved(path, how)
    saved, asked = open_saved(path, Table), list[SampleRequest]()
    kept = {(step, sample) for step, samples in saved.ahead.items() for sample in samples}
    assert saved.step == 1
    assert kept | {(0, 0), (0, 1)} == set(answered[: len(kept) + 2])
    assert len(kept) > 20
    assert verify(path, Table(30)).findings == ()

    def again(request: SampleRequest) -> Response:
        asked.append(request)
        return sorts(request)

    prepared = prepare_resume(path, {}, Table, model=ScriptedModel(again), trusted=True)
    view = asyncio.run(drive(prepared, Inbox(), lambda _: None))
    assert view.snapshot.outcome is Outcome.SOLVED
    assert answers(path) == [row % COLUMNS for row in range(30)]
    calls = [(request.step, request.sample) for request in asked]
    assert not kept & set(calls)
    assert len(calls) == k * 29 - len(kept)
    assert verify(path, Table(30)).findings == ()


def test_answers_behind_a_damaged_row_are_salvaged(tmp_path: Path) -> None:
    """Where a decided row is damaged it is asked for again, and what was received for the rows behind it is kept."""
    path, _ = cut_off(tmp_path / "cut", 12)
    before = open_saved(path, Table).ahead
    change(path, "UPDATE step SET action = x'01'")
    saved = open_saved(salvage(path, tmp_path / "saved.maker", family=Table).path, Table)
    assert saved.step == 0
    assert saved.ahead == before


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("DELETE FROM vote WHERE id = (SELECT max(id) FROM vote)", "a sample of a step ahead of it is missing"),
        ("UPDATE vote SET body = x'00' WHERE id = (SELECT max(id) FROM vote)", "a sample of it has been changed"),
    ],
)
def test_what_was_received_early_is_proved(tmp_path: Path, sql: str, finding: str) -> None:
    """A sample that was taken from a step ahead, or changed, is found, and the run does not go on with it."""
    path, _ = cut_off(tmp_path / "cut", 12)
    change(path, sql)
    assert finding in [one.what for one in verify(path, Table(12)).findings]
    with pytest.raises(SessionError):
        open_saved(path, Table)
