"""Figures of all steps in columns, and the steps put in order by them."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.queries.columns import NAMES, Columns, Ranking
from maker_engine.sessions.queries.inspection import facts_of
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.runtime.test_gathering_and_asking import WORDS, Agree, order as talk_order, run as talk


@pytest.fixture(scope="module")
def hanoi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("columns") / "hanoi.maker"
    order = RunOrder("hanoi", {"disks": 7}, model="sim:p=0.8,v=0.8", k=3, seed=2, session=path)
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    return path


def read(path: Path, each: int = 50, family: type | None = None) -> tuple[Columns, list]:
    """The columns of a session, read in bites, and the facts of its steps as everybody else has them."""
    task = open_saved(path, family).task
    with Reader(path) as reader:
        found = Columns(task)
        while len(found) < reader.steps_done():
            found.read(reader, min(reader.steps_done(), len(found) + each))
        return found, [facts_of(stored, str) for stored in reader.steps(task)]


def figures(facts) -> dict[str, float | None]:
    flags, slowest = len(facts.flags), facts.latency
    return {"votes": facts.votes, "samples": facts.samples, "flags": flags, "margin": facts.margin,
            "tokens": facts.tokens, "cost": facts.cost, "slowest": slowest}  # fmt: skip


def test_columns_hold_what_the_facts_of_each_step_say(hanoi, tmp_path):
    """Rule: whether agents, a person or proposals decided a step, its figures are those that filters see."""
    talked = tmp_path / "talk.maker"
    talk(prepare(talk_order(talked), Agree), *WORDS)
    for path, family in ((hanoi, None), (talked, Agree)):
        found, facts = read(path, family=family)
        assert len(found) == len(facts)
        for step, one in enumerate(facts):
            for name, figure in figures(one).items():
                told = found.of(name)[step]
                assert math.isnan(told) if figure is None else told == pytest.approx(figure, rel=1e-6), (step, name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("descending", [True, False])
def test_an_order_is_that_of_a_sort(hanoi, name, descending):
    """Rule: the front is that of a stable sort, however it is put together, with unknown figures at the end."""
    found, facts = read(hanoi)
    known = [step for step in range(len(facts)) if not math.isnan(found.of(name)[step])]
    unknown = [step for step in range(len(facts)) if math.isnan(found.of(name)[step])]
    sign = -1 if descending else 1
    expected = [*sorted(known, key=lambda step: sign * found.of(name)[step]), *unknown]
    odd = range(1, len(facts), 2)
    for among in (None, odd):
        ranking = Ranking(found, name, descending=descending, among=among)
        while ranking.go_on(20):
            pass
        assert ranking.steps == [step for step in expected if among is None or step in among]


def test_only_the_front_of_an_order_is_kept(hanoi):
    """Rule: an order of any number of steps takes no more room than what is looked at."""
    found, facts = read(hanoi)
    ranking = Ranking(found, "votes", descending=True, keep=10)
    while ranking.go_on(16):
        pass
    assert ranking.steps == sorted(range(len(facts)), key=lambda step: -facts[step].votes)[:10]
