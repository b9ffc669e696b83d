from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import InputError, SessionError
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store import schema, storage
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.crash.kills import WORKERS
from tests.sessions.store.test_file_watch import going_on
from tests.support.toy import Count

NOBODY = 65534
READ_ONLY = 0o555
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session with two steps."""
    journal = going_on(tmp_path / "run.maker")
    journal.close()
    return journal.path


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA writable_schema=ON; {sql}")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("CREATE TRIGGER evil AFTER INSERT ON step BEGIN DELETE FROM step; END", "evil"),
        ("CREATE VIEW evil AS SELECT * FROM step", "evil"),
        ("CREATE TABLE evil (x)", "evil"),
        ("CREATE INDEX evil ON step (n)", "evil"),
        ("ALTER TABLE step ADD COLUMN evil", "step"),
        ("DROP INDEX step_flag; CREATE INDEX step_flag ON step (n)", "step_flag"),
        ("ALTER TABLE step RENAME TO evil; CREATE VIEW step AS SELECT * FROM evil", "(evil|step)"),
    ],
)
def test_a_file_with_anything_foreign_in_it_is_not_opened(session: Path, sql: str, name: str) -> None:
    """Whatever maker does not make, or not so, is named, and nothing in the file is read."""
    change(session, sql)
    with pytest.raises(SessionError, match=f"holds '{name}'"):
        Reader(session)


@pytest.mark.parametrize("table", ["snap", "spare", "vote", "step_flag"])
def test_a_file_with_something_missing_is_not_opened(session: Path, table: str) -> None:
    """What is not there is named, with where to go from there."""
    change(session, f"DROP {'INDEX' if table == 'step_flag' else 'TABLE'} {table}")
    with pytest.raises(SessionError, match=rf"its {table} table is missing; maker sessions salvage"):
        Reader(session)


@pytest.mark.parametrize(("version", "told"), [(99, "format 99"), (0, "no format 0"), (-1, "no format -1")])
def test_a_format_that_is_not_known_is_refused(session: Path, version: int, told: str) -> None:
    """A newer format is to be read by a newer maker; one that never was is a damage, and nothing is made of it."""
    change(session, f"PRAGMA user_version={version}")
    before = session.read_bytes()
    with pytest.raises(SessionError, match=told):
        open_saved(session, Count)
    assert told in (summarise(session).damaged or "")
    assert session.read_bytes() == before
    assert not session.with_name(session.name + ".new").exists()


def test_a_strangers_database_is_refused(tmp_path: Path) -> None:
    """A SQLite file that maker has not marked as its own is not a session, whatever tables it has."""
    path = tmp_path / "stranger.maker"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA user_version={schema.FORMAT}; {schema.SCHEMA}")
    with pytest.raises(SessionError, match="is not a session of maker"):
        Reader(path)


def test_a_place_without_a_session_is_named(tmp_path: Path) -> None:
    """Nothing there, or a directory there, is one line."""
    for path in (tmp_path / "nothing.maker", tmp_path):
        with pytest.raises(SessionError, match="there is no session"):
            Reader(path)


def test_a_session_that_could_not_be_made_leaves_its_name_free(tmp_path: Path) -> None:
    """What was begun is removed, so that the same command works once the reason is gone."""
    path = tmp_path / "run.maker"

    class Unfit(Journal):
        def flush(self) -> None:
            raise SessionError("the device has gone")

    with pytest.raises(SessionError, match="has gone"):
        Unfit(path, Count(3), {})
    assert list(tmp_path.iterdir()) == []
    Journal(path, Count(3), {}).close()


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_log_of_a_removed_session_is_not_taken_for_a_new_ones(tmp_path: Path, suffix: str) -> None:
    """What a killed run left beside a file that was then deleted does not find its way into the next of that name."""
    old = going_on(tmp_path / "old.maker")
    old.flush()
    shutil.copyfile(tmp_path / "old.maker-wal", tmp_path / f"run.maker{suffix}")
    old.close()
    journal = going_on(tmp_path / "run.maker")
    journal.close()
    with Reader(journal.path) as reader:
        assert list(reader.answers(Count(9))) == [1, 2]
    assert not (tmp_path / "run.maker-journal").exists()


def test_what_is_made_is_private_from_the_first_moment(tmp_path: Path) -> None:
    """Under umask 000 the file is its owner's alone before SQLite has touched it, and its directory too."""
    before = os.umask(0)
    try:
        storage.make_private(tmp_path / "deep" / "run.maker")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep", tmp_path / "deep" / "run.maker")]
    assert modes == [0o700, 0o600]


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A directory that other users reach; the one of a test is its owner's alone."""
    directory = Path(tempfile.mkdtemp(prefix="maker-shelf-"))
    directory.chmod(0o755)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


def on_a_shelf(shelf: Path, *, open_log: bool) -> Path:
    """Put a session with two steps where it can be read and nothing can be written, its log beside it if asked."""
    made = shelf / "made"
    made.mkdir()
    journal = going_on(made / "run.maker")
    journal.flush()
    if not open_log:
        journal.close()
    for suffix in ("", "-wal") if open_log else ("",):
        copy = Path(shutil.copyfile(made / f"run.maker{suffix}", shelf / f"run.maker{suffix}"))
        copy.chmod(0o444)
    if open_log:
        journal.close()
    shutil.rmtree(made)
    shelf.chmod(READ_ONLY)
    return shelf / "run.maker"


def become_nobody() -> None:
    """Stop being root, whom no permission keeps out."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def look(path: Path, pipe: Any) -> None:
    """Look at a session as somebody who may not write there; send what was seen, and what it left behind."""
    become_nobody()
    copies = set(Path(tempfile.gettempdir()).glob("maker-*"))
    try:
        with Reader(path) as reader:
            seen: object = (reader.steps_done(), list(reader.answers(Count(9))))
    except SessionError as error:
        seen = str(error)
    try:
        Journal(path, Count(9), {}, 0).close()
        written = "written"
    except (SessionError, InputError) as error:
        written = str(error)
    left = {one for one in Path(tempfile.gettempdir()).glob("maker-*") if one.stat().st_uid == os.getuid()}
    pipe.send((seen, written, len(left - copies)))


def opened(path: Path, pipe: Any) -> None:
    """Open a session as somebody who may not write there; send what came of it."""
    become_nobody()
    try:
        open_saved(path)
        pipe.send(("opened", "", 0))
    except SessionError as error:
        pipe.send((str(error), "", 0))


def looked_at(path: Path, act: Callable[[Path, Any], None] = look) -> tuple[object, str, int]:
    ours, theirs = WORKERS.Pipe(duplex=False)
    process = WORKERS.Process(target=act, args=(path, theirs), daemon=True)
    process.start()
    theirs.close()
    seen: tuple[object, str, int] = ours.recv()
    process.join()
    ours.close()
    return seen


@pytest.mark.parametrize("open_log", [False, True])
def test_a_session_can_be_read_where_nothing_can_be_written(shelf: Path, open_log: bool) -> None:
    """All its steps are seen, those in the log beside it too; nothing is left behind, and it cannot be gone on with."""
    path = on_a_shelf(shelf, open_log=open_log)
    before = sorted(shelf.iterdir())
    seen, written, left = looked_at(path)
    assert seen == (2, [1, 2])
    assert "it can only be viewed there" in written
    assert left == 0
    assert sorted(shelf.iterdir()) == before


def test_an_older_session_where_nothing_can_be_written_is_to_be_copied(shelf: Path) -> None:
    """It cannot be brought up there, and the message says what to do."""
    path = Path(shutil.copyfile(GOLDEN / "format1-solved.maker", shelf / "run.maker"))
    path.chmod(0o444)
    shelf.chmod(READ_ONLY)
    assert "open a copy of it" in str(looked_at(path, opened)[0])


def test_another_users_private_session_is_not_called_damaged(shelf: Path) -> None:
    """A file that may not be read is said to be somebody else's."""
    path = on_a_shelf(shelf, open_log=False)
    path.chmod(0o000 if os.getuid() else 0o600)
    seen, _, _ = looked_at(path)
    assert "belongs to another user" in str(seen)


def test_a_commit_that_was_cut_off_without_a_log_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network file system, a session whose writer died in a commit opens as it was before that commit."""
    monkeypatch.setattr(storage.places, "is_shared", lambda _: True)
    journal = going_on(tmp_path / "run.maker")
    write = journal._file.connection
    write.execute("PRAGMA cache_spill=1")
    write.execute("PRAGMA cache_size=1")
    write.execute("BEGIN IMMEDIATE")
    write.executemany("INSERT INTO spare (k, v) VALUES (?, ?)", [(str(n), bytes(4000)) for n in range(50)])
    dead = tmp_path / "dead"
    dead.mkdir()
    for suffix in ("", "-journal"):
        shutil.copyfile(tmp_path / f"run.maker{suffix}", dead / f"run.maker{suffix}")
    write.execute("ROLLBACK")
    journal.close()
    with Reader(dead / "run.maker") as reader:
        assert reader.steps_done() == 1
        assert reader.query("SELECT count(*) FROM spare WHERE k = '7'") == [(0,)]
