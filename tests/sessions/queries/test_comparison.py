"""Two runs of one problem: where they part."""

from __future__ import annotations

import asyncio
from itertools import zip_longest
from pathlib import Path

import pytest

from maker_engine import catalogue
from maker_engine.core.errors import InputError
from maker_engine.runtime.continuing import prepare_fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.queries.comparison import Comparison, compare
from maker_engine.sessions.store.reader import Reader
from tests.support.shelves import solved


def run(path: Path, **ordered: object) -> Path:
    """Run towers of Hanoi as ordered."""
    order = RunOrder("hanoi", {"disks": 5}, session=path, **{"k": 2, **ordered})
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    return path


def answers(path: Path, branch: int | None = None) -> list[object]:
    """What was decided, step by step."""
    with Reader(path, branch) as reader:
        return [*reader.answers(catalogue.find("hanoi").load({}, reader.meta()["order"]["source"]))]


def between(left: Path, right: Path, branches: tuple[int | None, int | None] = (None, None)) -> Comparison:
    """Compare, and hold it against comparing answer by answer."""
    with Reader(left, branches[0]) as one, Reader(right, branches[1]) as other:
        found = compare(one, other)
    pairs = [*zip_longest(answers(left, branches[0]), answers(right, branches[1]))]
    apart = [step for step, (a, b) in enumerate(pairs) if a != b]
    assert found.parts_at == (apart[0] if apart else None)
    assert found.compared == sum(None not in pair for pair in pairs)
    assert found.differing == sum(a != b for a, b in pairs if None not in (a, b))
    return found


def test_the_first_step_that_differs_is_found(tmp_path: Path) -> None:
    """Two runs part where they decided differently, or where one of them stopped; a copy of a run never parts."""
    sure, unsure = run(tmp_path / "sure.maker"), run(tmp_path / "unsure.maker", model="sim:p=0.5", seed=3)
    short = run(tmp_path / "short.maker", limit_samples=20)
    found = between(sure, unsure)
    assert found.decided_by_both
    assert (found.left.model, found.right.model, found.left.k) == ("sim", "sim:p=0.5", 2)
    assert found.right.totals.wrong > found.left.totals.wrong == 0
    assert found.left.cost_usd < found.right.cost_usd
    assert not between(sure, short).decided_by_both
    assert between(sure, sure).parts_at is None
    assert between(sure, run(tmp_path / "again.maker", seed=9)).parts_at is None


def test_a_fork_parts_from_its_run_no_earlier_than_where_it_was_forked(tmp_path: Path) -> None:
    """Runs of one session share what came before the fork, and are compared like any others from there."""
    path = run(tmp_path / "a.maker", model="sim:p=0.5", seed=3)
    asyncio.run(drive(prepare_fork(path, 4, {"model": "sim:p=1,v=1"}), Inbox(), lambda _: None))
    asyncio.run(drive(prepare_fork(path, 2, {"model": "sim:p=1,v=1"}, branch=0), Inbox(), lambda _: None))
    for branches, first in (((0, 1), 4), ((1, 0), 4), ((1, 2), 2), ((0, 2), 2)):
        found = between(path, path, branches)
        assert found.parts_at is None or found.parts_at >= first
        assert (found.left.branch, found.right.branch) == branches


def test_other_problems_are_not_compared(tmp_path: Path) -> None:
    """Runs of different problems are refused with what they are of."""
    with pytest.raises(InputError, match=r"two runs of one problem are compared, .* 3 disks, .* and 4 disk"):
        between(solved(tmp_path / "a.maker", disks=3), solved(tmp_path / "b.maker", disks=4))
