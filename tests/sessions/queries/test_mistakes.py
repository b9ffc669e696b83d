"""What is said of a wrong step on record: the right answer, the cause, and the k that a fork is to have."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maker_engine.core.record.commands import Continue, Decide, DecideStep, Probe
from maker_engine.core.scaling import k_min
from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.queries.inspection import inspect_step
from maker_engine.sessions.queries.mistakes import TARGET, Cause, WrongStep, first_wrong, most_contested, wrong_step
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.change_in_effect import started_at
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import as_decided
from tests.support.halting import ordered, steered
from tests.support.toy import Count


def unsolved_hanoi(path: Path, disks: int, model: str, **chosen: int) -> WrongStep:
    """Run a tower to its wrong end; return what is said of the first wrong step."""
    order = RunOrder("hanoi", {"disks": disks}, model=model, session=path, **chosen)  # type: ignore[arg-type]
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    task = open_saved(path).task
    with Reader(path) as reader:
        step = first_wrong(reader)
        assert step is not None
        found = wrong_step(reader, task, step)
        assert found is not None
        assert found.right == task.oracle(reader.state(task, step)) != found.decided
    return found


def test_as_many_wrong_steps_as_chance_brings_want_a_larger_k(tmp_path: Path) -> None:
    """Rule: where p of the steps nearby explains the mistakes, Eq. 14 says which k a fork is to have."""
    found = unsolved_hanoi(tmp_path / "run.maker", 6, "sim:p=0.8,v=0.9", k=2, seed=1)
    assert found.cause is Cause.CHANCE
    assert found.p == pytest.approx(0.8, abs=0.1)
    assert found.better_k == k_min(found.p, 63, TARGET) > found.k == 2


def test_more_mistakes_than_chance_brings_want_no_larger_k(tmp_path: Path) -> None:
    """Rule: a step that fails where all others are sure is hard for the model, and no k is recommended."""
    found = unsolved_hanoi(tmp_path / "run.maker", 8, "sim:p=0.99,hard=0.02,hard_p=0.2", k=3, seed=1)
    assert (found.cause, found.better_k) == (Cause.HARD, None)
    assert (found.same, found.answers) == (3, 3)


async def test_a_decision_by_hand_is_a_persons(tmp_path: Path) -> None:
    """Rule: where a person decided wrongly the votes are not to blame, and a fork votes with the k there was."""
    path = tmp_path / "run.maker"
    await steered(ordered(path, model="sim:p=1,v=1", breaks=("step:4",)), [Decide(7, "ann"), DecideStep()], Continue())
    with Reader(path) as reader:
        assert wrong_step(reader, Count(12), 2) is None
        found = wrong_step(reader, Count(12), 3)
    assert found is not None
    assert (found.cause, found.better_k, found.decided, found.right) == (Cause.PERSON, 3, 7, 4)


async def test_probes_can_show_that_a_larger_k_would_have_decided_rightly(tmp_path: Path) -> None:
    """Rule: where votes and probes together favour the right answer, the least k that decides for it is told."""
    path, seed = tmp_path / "run.maker", 5
    order = ordered(path, model="sim:p=0.6,v=1", k=1, seed=seed, breaks=tuple(f"step:{step}" for step in range(1, 13)))
    await steered(order, *[command for _ in range(12) for command in (Probe(9, "ann"), Continue())])
    with Reader(path) as reader:
        all_found = [wrong_step(reader, Count(12), step) for step in range(12)]
    outvoted = [one for one in all_found if one is not None and one.cause is Cause.OUTVOTED]
    assert outvoted
    for one in outvoted:
        assert one.better_k is not None
        assert one.same < one.answers - one.same
        assert one.better_k > one.k == 1


def test_a_run_without_an_oracle_has_a_most_contested_step(tmp_path: Path) -> None:
    """Rule: it is the first of those with most votes against what was decided."""
    path = tmp_path / "run.maker"
    unsolved_hanoi(path, 6, "sim:p=0.8,v=0.9", k=2, seed=1)
    task = open_saved(path).task
    with Reader(path) as reader:
        step = most_contested(reader, task)
        against = [
            sum(number for answer, number in look.counted[-1].votes if answer != look.answer)
            for look in (inspect_step(reader, task, one) for one in range(reader.steps_done()))
        ]
    assert step == against.index(max(against))


def test_inherited_steps_are_told_under_the_k_they_were_decided_with(tmp_path: Path) -> None:
    """Rule: of a fork the steps before its first own one are its parent's, in k, in the past and in the inspector."""
    path = tmp_path / "run.maker"
    wrong = unsolved_hanoi(path, 5, "sim:p=0.75,v=1", k=1, seed=1)
    number = fork(path, wrong.step + 1, {"k": 4})
    task = open_saved(path, branch=number).task
    with Reader(path, number) as reader:
        step = wrong.step
        assert [started_at(reader, task, at).k for at in (0, step, step + 1)] == [1, 1, 4]
        seen = as_decided(reader, task, step)
        assert (seen.started.k, seen.open.winner, seen.open.wrong, seen.open.right) == (  # type: ignore[union-attr]
            1, wrong.decided, True, wrong.right,
        )  # fmt: skip
        looked = inspect_step(reader, task, step)
        assert (looked.k, looked.wrong, looked.right) == (1, True, wrong.right)
        assert as_decided(reader, task, step + 1).open.winner is None  # type: ignore[union-attr]
