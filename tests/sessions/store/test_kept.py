from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maker_engine.core.errors import SessionError
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag


def order(session: Path, **changes: object) -> RunOrder:
    return RunOrder("hanoi", {"disks": 6}, model="sim:p=0.85,v=0.9", k=3, session=session, **changes)  # type: ignore[arg-type]


async def run(session: Path, **changes: object) -> None:
    await drive(prepare(order(session, **changes)), Inbox(), lambda _: None)


async def test_texts_are_kept_where_there_was_dissent(tmp_path: Path) -> None:
    """With `keep` "dissent" a step has its texts only if it has dissent or a flag; votes and figures it has always."""
    await run(tmp_path / "all.maker")
    await run(tmp_path / "some.maker", keep="dissent")
    task = open_saved(tmp_path / "all.maker").task
    with Reader(tmp_path / "all.maker") as every, Reader(tmp_path / "some.maker") as some:
        kept = {True: 0, False: 0}
        for whole, spare in zip(every.steps(task), some.steps(task), strict=True):
            remarkable = bool(whole.flags & (StepFlag.DISSENT | StepFlag.FLAGGED))
            kept[remarkable] += 1
            assert whole.answer == spare.answer
            assert [one.verdict for one in whole.samples] == [one.verdict for one in spare.samples]
            assert [one.response.tokens_out for one in whole.samples] == [
                one.response.tokens_out for one in spare.samples
            ]
            texts = [one.response.text for one in spare.samples]
            assert texts == [one.response.text if remarkable else "" for one in whole.samples]
        assert min(kept.values()) > 5
        assert sum(len(row.votes) for row in some.rows()) < sum(len(row.votes) for row in every.rows())


async def test_a_session_without_all_texts_is_as_sound(tmp_path: Path) -> None:
    """It verifies, and cut off in the middle of a step it goes on to the same end."""
    await run(tmp_path / "whole.maker", keep="dissent")
    path = tmp_path / "cut.maker"
    await run(path, keep="dissent", limit_samples=100)
    await drive(prepare_resume(path, {"limit_samples": None}), Inbox(), lambda _: None)
    task = open_saved(path).task
    assert verify(path, task).findings == ()
    with Reader(path) as cut, Reader(tmp_path / "whole.maker") as whole:
        assert cut.branch.chain == whole.branch.chain


async def test_a_session_that_is_not_gone_on_with_stays_as_it_was(tmp_path: Path) -> None:
    """Taken up by a writer that records nothing, as when a resume fails, it keeps its totals, its time and its end."""
    path = tmp_path / "run.maker"
    await run(path, limit_samples=100)
    before = open_saved(path)
    Journal(path, before.task, {"other": "order"}, before.branch).close()
    after = open_saved(path)
    assert (after.snapshot, after.elapsed_s, after.order) == (before.snapshot, before.elapsed_s, before.order)


class Backwards(ManualClock):
    """A clock that is set back again and again."""

    def now(self) -> float:
        self._now -= 7.0
        return self._now


async def test_a_clock_that_goes_backwards_changes_no_order(tmp_path: Path) -> None:
    """Steps and votes are ordered by their numbers: the chain is the same whatever the time was."""
    await run(tmp_path / "forwards.maker")
    await drive(prepare(order(tmp_path / "backwards.maker")), Inbox(), lambda _: None, Backwards())
    with Reader(tmp_path / "forwards.maker") as one, Reader(tmp_path / "backwards.maker") as other:
        assert one.branch.chain == other.branch.chain
        assert other.meta()["ended"]["outcome"] == "solved"
    assert verify(tmp_path / "backwards.maker", open_saved(tmp_path / "backwards.maker").task).findings == ()


async def test_a_changed_snapshot_is_never_gone_on_from(tmp_path: Path) -> None:
    """The state that is kept now and then has a digest, and one that does not fit is an error of the file."""
    path = tmp_path / "run.maker"
    longer = RunOrder("hanoi", {"disks": 9}, model="sim:p=1,v=1", k=1, limit_samples=400, session=path)
    await drive(prepare(longer), Inbox(), lambda _: None)
    with Reader(path) as reader:
        assert reader.snapshot(399)[0] == 256
        assert reader.snapshot(255) == (0, None, None)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE snap SET state = replace(state, '1', '2')")
    with Reader(path) as reader, pytest.raises(SessionError, match="state kept at step 257 has been changed"):
        reader.snapshot(399)
    with pytest.raises(SessionError, match="state kept"):
        open_saved(path)
