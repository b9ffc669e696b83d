from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import msgpack
import pytest
import zstandard

from maker_engine.core.errors import InputError, SessionBusyError, SessionError
from maker_engine.core.record.events import ConsentGiven, EffectFinished, EffectIntended, EffectRecovered, Outcome
from maker_engine.core.record.registry import events_of, kept_as
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store import chain, schema
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.lock import WriterLock
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import SUFFIX, bring_up
from tests.crash import child
from tests.crash.child import Leg
from tests.crash.kills import WORKERS
from tests.sessions.exchange.test_import_fuzz import HAPPENED, TASK
from tests.support.toy import Count

GOLDEN = Path(__file__).parents[1] / "golden"
FIGURES = {
    "solved": (Outcome.SOLVED, 31, 117, 9, 12, 0),
    "stopped": (Outcome.OUT_OF_BUDGET, 12, 45, 5, 4, 2),
}
"""Outcome, steps, votes, flags, steps with dissent, entries of the open step."""
KILLS = 3
"""Points, evenly spread, at which an upgrade is killed; a few of its very end are added."""
STEP = "SELECT * FROM step WHERE id = 2"
FORMATS = range(1, schema.FORMAT + 1)


@pytest.fixture(params=range(1, schema.FORMAT))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A session of each older format that was stopped in the middle of a step."""
    return Path(shutil.copyfile(GOLDEN / f"format{request.param}-stopped.maker", tmp_path / "run.maker"))


@pytest.mark.parametrize("number", FORMATS)
@pytest.mark.parametrize("name", FIGURES)
def test_a_session_of_any_format_opens_with_its_figures(tmp_path: Path, number: int, name: str) -> None:
    """What an earlier maker wrote opens with its outcome, totals and open votes, and verifies clean."""
    path = Path(shutil.copyfile(GOLDEN / f"format{number}-{name}.maker", tmp_path / "run.maker"))
    listed = summarise(path)
    saved = open_saved(path)
    totals = saved.snapshot.totals
    outcome, steps, votes, flagged, dissent, entries = FIGURES[name]
    assert (saved.run.outcome, totals.steps, totals.votes, totals.flagged, totals.dissent) == (
        outcome, steps, votes, flagged, dissent,
    )  # fmt: skip
    assert (saved.step, len(saved.entries)) == (steps, entries)
    assert (listed.damaged, listed.steps_done, listed.samples, listed.outcome) == (
        None, steps, votes + flagged, outcome.value,
    )  # fmt: skip
    verified = verify(path, saved.task)
    assert (verified.steps, verified.findings) == (steps, ())


@pytest.mark.parametrize("number", FORMATS)
def test_an_old_run_goes_on_to_the_end_it_would_have_come_to(tmp_path: Path, number: int) -> None:
    """Stopped by an earlier maker and resumed by this one, a run decides what it decides uninterrupted."""
    path = Path(shutil.copyfile(GOLDEN / f"format{number}-stopped.maker", tmp_path / "run.maker"))
    whole = Path(shutil.copyfile(GOLDEN / f"format{number}-solved.maker", tmp_path / "whole.maker"))
    asyncio.run(drive(prepare_resume(path, {"limit_samples": None}), Inbox(), lambda _: None))
    bring_up(whole)
    with Reader(path) as cut, Reader(whole) as uncut:
        assert cut.branch.chain == uncut.branch.chain


def test_bringing_up_is_done_once(old: Path) -> None:
    """The second time there is nothing to do, and nothing is left beside the file."""
    assert bring_up(old)
    assert not bring_up(old)
    assert [one.name for one in old.parent.glob("run.maker*") if one.stat().st_size and "shm" not in one.name] == [
        "run.maker"
    ]


def upgrade(path: Path, marks: Path) -> None:
    """Be killed in the commit that writes the new file."""
    child._mark_commits(Leg("", path, marks, die_in=1))
    bring_up(path)


def is_whole(path: Path) -> bool:
    """Tell whether a file has the present format and all of the run."""
    try:
        with Reader(path) as reader:
            return reader.steps_done() == 12
    except SessionError:
        return False


def test_a_killed_upgrade_leaves_the_old_file_whole(old: Path, tmp_path: Path) -> None:
    """Until the new file is whole, bringing up has not changed a byte of the old one; killed, it works next time."""
    before = old.read_bytes()
    marks = tmp_path / "marks"
    marks.write_bytes(bytes(1))
    for _ in range(3):
        process = WORKERS.Process(target=upgrade, args=(old, marks), daemon=True)
        process.start()
        process.join()
        new = old.with_name(old.name + SUFFIX)
        new = new if new.exists() else old
        if process.exitcode and not is_whole(new):
            assert old.read_bytes() == before
    assert open_saved(old).step == 12


def counted_upgrade(path: Path, last: int) -> int:
    """Bring a file up, and be killed at call number `last` of it, 1-based; 0 to live on. Returns the calls."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    try:
        bring_up(path)
    finally:
        sys.setprofile(None)
    return calls


def test_an_upgrade_killed_at_any_point_leaves_a_session_that_opens(old: Path, tmp_path: Path) -> None:
    """From the first call to the last, whatever a kill leaves is brought up at the next opening, whole and sound."""
    calls = counted_upgrade(Path(shutil.copyfile(old, tmp_path / "counted.maker")), 0)
    killed = []
    for point in (*range(1, calls, calls // KILLS), calls - 6, calls - 3):
        path = tmp_path / f"killed-{point}.maker"
        shutil.copyfile(old, path)
        process = WORKERS.Process(target=counted_upgrade, args=(path, point), daemon=True)
        process.start()
        process.join()
        killed.append(process.exitcode == -signal.SIGKILL)
        saved = open_saved(path)
        assert (saved.step, len(saved.entries)) == (12, 2)
        assert verify(path, saved.task).findings == ()
        assert not path.with_name(path.name + SUFFIX).exists()
    assert sum(killed) >= KILLS


@pytest.mark.parametrize("kept", [0, 4096, 8192])
def test_a_cut_off_attempt_is_begun_again(old: Path, tmp_path: Path, kept: int) -> None:
    """What an earlier attempt left is removed, however far it had come."""
    whole = Path(shutil.copyfile(GOLDEN / f"format{schema.FORMAT}-solved.maker", tmp_path / "whole.maker"))
    old.with_name("run.maker.new").write_bytes(whole.read_bytes()[:kept])
    assert bring_up(old)
    assert not old.with_name("run.maker.new").exists()


def test_a_file_of_the_users_own_is_not_taken_for_a_cut_off_attempt(old: Path) -> None:
    """It is named, both files stay as they are, and the session opens once it has been moved."""
    before, mine = old.read_bytes(), old.with_name("run.maker.new")
    mine.write_text("mine")
    with pytest.raises(SessionError, match=r"run\.maker\.new is where session .* move it elsewhere first"):
        bring_up(old)
    assert (old.read_bytes(), mine.read_text()) == (before, "mine")
    mine.unlink()
    assert bring_up(old)


def test_an_old_file_that_cannot_be_brought_up_stays_as_it_is(old: Path) -> None:
    """With a part of its record missing it is refused, unchanged, and no half of a new file is left."""
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE k = 'started'")
    before = old.read_bytes()
    with pytest.raises(SessionError, match=r"record is not complete|record of the run has been changed"):
        bring_up(old)
    assert old.read_bytes() == before
    assert not old.with_name("run.maker.new").exists()


def test_the_old_files_log_is_taken_in(old: Path, tmp_path: Path) -> None:
    """Steps that are only in the log of an old file, whose writer was killed, are in the new one; the log is gone."""
    killed = tmp_path / "killed" / "run.maker"
    killed.parent.mkdir()
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE meta SET v = '99.5' WHERE k = 'elapsed_s'")
        row = connection.execute("SELECT * FROM branch").fetchone()
        if len(row) == len(Branch._fields):  # format 1 has no seal
            branch = Branch._make(row)
            seal = chain.seal(branch, connection.execute("SELECT k, v FROM meta"))
            connection.execute("UPDATE branch SET seal = ?", (seal,))
        connection.commit()
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{old}{suffix}", f"{killed}{suffix}")
    assert bring_up(killed)
    assert not killed.with_name("run.maker-wal").exists()
    saved = open_saved(killed)
    assert saved.elapsed_s == 99.5
    assert verify(killed, saved.task).findings == ()


def test_a_file_that_is_being_read_is_not_taken_from_under_the_reader(old: Path) -> None:
    """While somebody reads an old file with a log it is not replaced, and the user is told so."""
    with closing(sqlite3.connect(old, isolation_level=None)) as reading:
        reading.execute("PRAGMA journal_mode=WAL")
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM step").fetchall()
        with pytest.raises(SessionBusyError, match="older format and is being read"):
            bring_up(old)
    assert bring_up(old)


def test_two_do_not_bring_a_file_up_at_once(old: Path) -> None:
    """Whoever comes second while the first is at it is refused, and the file is untouched."""
    before = old.read_bytes()
    with WriterLock(old), pytest.raises(SessionBusyError):
        bring_up(old)
    assert old.read_bytes() == before


def test_a_link_goes_on_leading_to_the_session(old: Path, tmp_path: Path) -> None:
    """Brought up through a link, the session itself is the new file, and the link is still one."""
    link = tmp_path / "link.maker"
    link.symlink_to(old)
    assert bring_up(link)
    assert link.is_symlink()
    with Reader(old) as reader:
        assert reader.steps_done() == 12


def everything(tmp_path: Path) -> Path:
    """A session of format 2 with an entry of every kind that it knew, and a fork."""
    return Path(shutil.copyfile(GOLDEN / "format2-everything.maker", tmp_path / "run.maker"))


def test_every_kind_of_entry_and_a_fork_are_brought_up(tmp_path: Path) -> None:
    """Each entry of format 2 reads as it is written now, under links of the present format, in the run and its fork."""
    path = everything(tmp_path)
    bring_up(path)
    assert verify(path, TASK).findings == ()
    with Reader(path, 1) as reader:
        assert reader.segments[0].branch == 0
    saved = open_saved(path, Count, 0)
    anew = tmp_path / "anew.maker"
    journal = Journal(anew, TASK, saved.order)
    for event in HAPPENED:
        if not isinstance(event, ConsentGiven | EffectIntended | EffectFinished | EffectRecovered):
            journal.record(event)
    journal.close()
    with Reader(path, 0) as brought_up, Reader(anew) as written:
        assert brought_up.branch.chain == written.branch.chain
        assert list(brought_up.steps(TASK)) == list(written.steps(TASK))


def test_a_session_of_the_present_format_opens_with_every_kind_of_entry(tmp_path: Path) -> None:
    """Each event that was recorded, of effects too, is read back from a file that was written before today."""
    path = Path(shutil.copyfile(GOLDEN / f"format{schema.FORMAT}-everything.maker", tmp_path / "run.maker"))
    assert verify(path, TASK).findings == ()
    assert not bring_up(path)
    with Reader(path, 0) as reader:
        read = [
            event for stored in reader.steps(TASK) for one in stored.entries for event in events_of(stored.step, one)
        ]
        assert next(reader.steps(TASK)).samples[0].response.began_s == 1_800_000_000.5
    assert [event for event in HAPPENED if kept_as(event) is not None] == [
        event for event in read if kept_as(event) is not None
    ]


def test_an_export_of_version_1_comes_in_under_the_links_it_names(tmp_path: Path) -> None:
    """What an earlier maker exported is the session that it is of; one changed text, and its link does not fit."""
    path, text = everything(tmp_path), (GOLDEN / "export1.jsonl").read_text()
    import_lines(text.splitlines(), tmp_path / "in.maker", Count)
    bring_up(path)
    for branch in (0, 1):
        with Reader(path, branch) as mine, Reader(tmp_path / "in.maker", branch) as theirs:
            assert mine.branch.chain == theirs.branch.chain
            assert list(mine.steps(TASK)) == list(theirs.steps(TASK))
    spoiled = text.replace("answer = 1", "answer is 1", 1)
    assert spoiled != text
    with pytest.raises(InputError, match="not those that its link was made from"):
        import_lines(spoiled.splitlines(), tmp_path / "spoiled.maker", Count)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("UPDATE step SET flags = flags + 4 WHERE id = 1", "step 2 is not as it was written"),
        ("DELETE FROM step WHERE id = 2", "is not the last one that was written"),
        ("UPDATE meta SET v = '1' WHERE k = 'elapsed_s' AND branch = 1", "record of the run has been changed"),
        ("CREATE VIEW more AS SELECT 1", "holds 'more', which maker does not make so"),
    ],
)
def test_damage_is_not_copied_under_new_links(tmp_path: Path, damage: str, what: str) -> None:
    """A file of format 2 that is not as it was written stays as it is, and nothing is left beside it."""
    path = everything(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    before = path.read_bytes()
    with pytest.raises(SessionError, match=what):
        bring_up(path)
    assert path.read_bytes() == before
    assert not path.with_name("run.maker.new").exists()


@pytest.mark.parametrize("row", [["hexed", "eve", 0], ["hopeless", "", 7], [0], 5, ["x"] * 10])
def test_a_strangers_rows_are_refused_in_one_line_though_their_links_fit(tmp_path: Path, row: object) -> None:
    """Whatever a packed step of format 2 holds besides entries, bringing it up is a clear error, and no traceback."""
    path = everything(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM branch WHERE id = 1")
        connection.execute("DELETE FROM meta WHERE branch = 1")
        number, samples, flags, action, state_hash, *_ = connection.execute(
            "SELECT * FROM step WHERE id = 2"
        ).fetchone()
        (link,) = connection.execute("SELECT chain FROM step WHERE id = 1").fetchone()
        votes = msgpack.packb(([], [], [], [row]))
        link = chain.link(link, number, samples, flags, (action, state_hash, votes))
        compressed = zstandard.ZstdCompressor().compress(votes)
        connection.execute("UPDATE step SET votes = ?, chain = ? WHERE id = 2", (compressed, link))
        branch = Branch._make(connection.execute("SELECT * FROM branch").fetchone())._replace(chain=link)
        seal = chain.seal(branch, connection.execute("SELECT k, v FROM meta WHERE branch = 0"))
        connection.execute("UPDATE branch SET chain = ?, seal = ?", (link, seal))
    with pytest.raises(SessionError, match="it cannot be brought up to date"):
        bring_up(path)


def test_what_is_sound_in_a_damaged_file_of_format_2_is_saved(tmp_path: Path) -> None:
    """Salvage reads the rows of an older format, and writes them in the present one."""
    path = everything(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE step SET votes = x'00' WHERE id = 2")
    saved = salvage(path, tmp_path / "saved.maker", family=Count)
    assert (saved.steps, saved.whole) == (2, False)
    assert verify(tmp_path / "saved.maker", TASK).findings == ()
