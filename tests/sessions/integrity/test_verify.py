from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maker_engine.core.errors import SessionError
from maker_engine.core.record.events import StepDecided, VoteCast
from maker_engine.core.responses import Response
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved, task_of
from maker_engine.sessions.store import chain
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.packing import dense
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.tail import check_tail
from tests.sessions.store.test_file_watch import decide, going_on
from tests.support.recorded import order_of
from tests.support.running import started
from tests.support.toy import Count

LAST = 299
"""A late step that every test may change."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped in the middle of a step, with a snapshot and a dictionary in its file."""
    path = tmp_path_factory.mktemp("verify") / "run.maker"
    order = RunOrder("hanoi", {"disks": 9}, model="sim:p=0.8,v=0.8", k=2, limit_samples=1_201, session=path)
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    with Reader(path) as reader:
        assert reader.steps_done() > LAST
        assert reader.query("SELECT count(*) FROM vote") != [(0,)]
        assert reader.dictionary() is not None
    return path


@pytest.fixture
def session(original: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copyfile(original, tmp_path / "run.maker"))


def change(path: Path, sql: str, *values: object) -> None:
    """Do something to a session that maker does not do."""
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(sql, values).rowcount != 0


def found(path: Path) -> list[tuple[int | None, str]]:
    """What verify finds: the step and the words."""
    with Reader(path) as reader:
        task = task_of(reader.meta())
    return [(one.step, one.what) for one in verify(path, task).findings]


def test_a_sound_session_has_no_findings(session: Path) -> None:
    """Every step is checked, and nothing is found."""
    with Reader(session) as reader:
        task, steps = task_of(reader.meta()), reader.steps_done()
    verified = verify(session, task)
    assert (verified.steps, verified.findings) == (steps, ())


@pytest.mark.parametrize("step", [0, 17, LAST])
@pytest.mark.parametrize(
    "changed",
    [
        "n = n + 1", "flags = flags + 1", "flags = 4 - (flags & 4)", "action = x'93010002'", "state_hash = zeroblob(8)",
        "chain = zeroblob(16)", "votes = zeroblob(40)", "votes = NULL", "action = 7", "n = 'three'",
    ],
)  # fmt: skip
def test_a_changed_step_is_named(session: Path, step: int, changed: str) -> None:
    """Whatever is changed of a step, that step is the first bad one, and no other is blamed."""
    change(session, f"UPDATE step SET {changed} WHERE id = ?", step)  # noqa: S608 - ours
    assert {at for at, _ in found(session) if at is not None} == {step}


def test_a_step_that_is_missing_is_named(session: Path) -> None:
    """A step taken out is the first bad one."""
    change(session, "DELETE FROM step WHERE id = 123")
    assert (123, "it is missing") in found(session)


def test_a_shortened_run_is_noticed(session: Path) -> None:
    """A run whose last step was taken away with its snapshot in place does not pass for a shorter one."""
    with Reader(session) as reader:
        last = reader.steps_done() - 1
    change(session, "DELETE FROM step WHERE id = ?", last)
    assert (last, "it is missing") in found(session)
    change(session, "UPDATE branch SET steps = ?", last)
    assert any("record" in what for _, what in found(session))


def test_a_forged_decision_is_noticed(session: Path) -> None:
    """A decision put in with links and seal made to fit is not what its votes decide."""
    with Reader(session) as reader:
        row = list(reader.rows())[-1]
        branch, record = reader.branch, reader.record(0)
        before = reader.link_before(branch.steps - 1)
        unpacked = decompress(row.votes, reader.dictionary())
    forged = dense([99, 0, 1])
    link = chain.link(before, row.id, row.n, row.flags, (forged, row.state_hash, unpacked))
    sealed = branch._replace(chain=link)
    seal = chain.seal(sealed, record.items())
    change(session, "UPDATE step SET action = ?, chain = ? WHERE id = ?", forged, link, row.id)
    change(session, "UPDATE branch SET chain = ?, seal = ?", link, seal)
    assert any(at == branch.steps - 1 and "votes do not decide" in what for at, what in found(session))


BESIDE: dict[str, tuple[str, str]] = {
    "a snapshot's state": ("UPDATE snap SET state = replace(state, '1', '2')", "state kept after it has been changed"),
    "a snapshot's totals": ("UPDATE snap SET totals = '{}'", "state kept after it has been changed"),
    "a snapshot's digest": ("UPDATE snap SET digest = zeroblob(8)", "state kept after it has been changed"),
    "a snapshot": ("DELETE FROM snap", "state kept after it is missing"),
    "an open vote": ("UPDATE vote SET body = zeroblob(9) WHERE id = 0", "a vote on it has been changed"),
    "an open vote's digest": ("UPDATE vote SET digest = zeroblob(8) WHERE id = 0", "a vote on it has been changed"),
    "the last open vote": ("DELETE FROM vote WHERE id = (SELECT max(id) FROM vote)", "a vote on it is missing"),
    "the order": ("UPDATE meta SET v = replace(v, '0.95', '0.5') WHERE k = 'order'", "the record of the run has been"),
    "how it ended": ("DELETE FROM meta WHERE k = 'ended'", "the record of the run has been changed"),
    "when it was made": ("UPDATE branch SET created = created + 1", "the record of the run has been changed"),
    "the dictionary's copy": ("DELETE FROM spare WHERE k = 'dictionary'", "the two copies of the dictionary differ"),
    "the order's copy": ("UPDATE spare SET v = x'00' WHERE k = 'order/0'", "the two copies of the order differ"),
    "a third copy": ("INSERT INTO spare (k, v) SELECT k, v FROM spare LIMIT 1", "something is kept more than twice"),
    "a copy of nothing": ("INSERT INTO spare (k, v) VALUES ('x', x'00')", "a second copy of 'x', and no first"),
    "a fork's vote": ("INSERT INTO vote VALUES (7 << 40, x'', NULL, x'')", "a vote of fork 7, which does not exist"),
    "a fork's record": ("INSERT INTO meta VALUES (7, 'name', '\"x\"')", "a record of fork 7, which does not exist"),
    "one step more": (
        "INSERT INTO step SELECT max(id) + 1, n, flags, action, state_hash, chain, votes, times FROM step",
        "there is a step of it, and it is not decided",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_beside_the_steps_is_checked_too(session: Path, name: str) -> None:
    """A change to anything that is in no step is found and told in words."""
    sql, told = BESIDE[name]
    change(session, sql)
    assert any(told in what for _, what in found(session)), found(session)


def test_a_changed_open_vote_is_never_counted(session: Path) -> None:
    """A session with a vote that is not as it was written is not gone on with."""
    change(session, "UPDATE vote SET body = (SELECT body FROM vote WHERE id = 1) WHERE id = 0")
    with pytest.raises(SessionError, match=r"a vote on step \d+ has been changed"):
        open_saved(session)


def test_the_end_is_checked_whenever_a_session_is_opened(session: Path) -> None:
    """A change to one of the last steps, or to the record, is an error at once."""
    with Reader(session) as reader:
        check_tail(reader)
    change(session, "UPDATE step SET n = n + 1 WHERE id = 250")
    with pytest.raises(SessionError, match="step 251 is not as it was written"):
        open_saved(session)


def test_a_session_that_was_never_started_is_empty(tmp_path: Path) -> None:
    """Cut off between its making and its first vote, a session is not damaged, and says that it holds nothing."""
    path = tmp_path / "run.maker"
    Journal(path, Count(9), {"task": "count", "source": Count(9).source()}).close()
    assert ["is empty" in one.what for one in verify(path, Count(9)).findings] == [True]
    with pytest.raises(SessionError, match="is empty"):
        open_saved(path, Count)


def test_what_is_being_written_is_of_one_moment(tmp_path: Path) -> None:
    """A steady look sees no half of a later commit, so that a running session is never taken for a damaged one."""
    journal = going_on(tmp_path / "run.maker")
    with Reader(journal.path, steady=True) as reader:
        journal.flush()
        decide(journal, 2)
        journal.flush()
        check_tail(reader)
        assert len(list(reader.rows())) == reader.steps_done() == 1
    journal.close()


def test_verify_reads_beside_a_writer(tmp_path: Path) -> None:
    """Steps that are decided while it checks are no findings."""
    journal = going_on(tmp_path / "run.maker")

    class Writing(Count):
        def apply(self, state: int, answer: int) -> int:
            decide(journal, journal.position[0])
            journal.flush()
            return super().apply(state, answer)

    steps = [verify(journal.path, Writing(99)).steps for _ in range(3)]
    assert steps == [1, 3, 6]
    assert verify(journal.path, Count(99)).findings == ()
    journal.close()


def test_a_changed_time_is_found(tmp_path: Path) -> None:
    """When a step was sampled is in no link, and yet no bit of it changes unnoticed."""
    task = Count(2)
    path = tmp_path / "run.maker"
    journal = Journal(path, task, order_of(task, k=1))
    journal.record(started(task, k=1))
    journal.record(VoteCast(0, 0, 1, Response("answer = 1", began_s=1_800_000_000.5)))
    journal.record(StepDecided(0, 1, 9))
    journal.record(VoteCast(1, 0, 2, Response("answer = 2", began_s=1_800_000_001.25)))
    journal.close()
    with Reader(path) as reader:
        assert next(reader.steps(task)).samples[0].response.began_s == 1_800_000_000.5
        assert [entry.response.began_s for entry in reader.open_entries(task)] == [1_800_000_001.25]
    assert verify(path, task).findings == ()
    change(path, "UPDATE step SET times = zeroblob(length(times))")
    assert "when it was sampled has been changed" in str(verify(path, task).findings[0])
