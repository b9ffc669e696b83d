from __future__ import annotations

import fcntl
import os
from pathlib import Path
from threading import Event, Thread

import pytest

from maker_engine.core.errors import SessionBusyError
from maker_engine.sessions.store.lock import SUFFIX, WriterLock, writer_of


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Where a session would be."""
    return tmp_path / "run.maker"


def lock_file(session: Path) -> Path:
    return session.with_name(session.name + SUFFIX)


def test_a_session_has_one_writer(session: Path) -> None:
    """The second is refused at once, is told which process the first one is, and gets in when that has gone."""
    with WriterLock(session):
        with pytest.raises(SessionBusyError, match=rf"process {os.getpid()}\b"):
            WriterLock(session)
        assert writer_of(session) == os.getpid()
    assert writer_of(session) is None
    WriterLock(session).release()


def test_a_lock_leaves_nothing_behind(session: Path) -> None:
    """Given back, twice even, its file is gone."""
    lock = WriterLock(session)
    assert lock_file(session).exists()
    lock.release()
    lock.release()
    assert not lock_file(session).exists()


def test_a_file_that_a_dead_process_left_locks_nothing(session: Path) -> None:
    """It is the lock on the file that counts, and not the file, whatever process it names."""
    lock_file(session).write_text("1")
    assert writer_of(session) is None
    with WriterLock(session):
        assert writer_of(session) == os.getpid()


def test_whoever_only_looks_is_not_in_the_way(session: Path) -> None:
    """A writer gets in while others ask all the time whether there is one."""
    done = Event()

    def look() -> None:
        while not done.is_set():
            writer_of(session)

    looker = Thread(target=look)
    looker.start()
    try:
        for _ in range(300):
            lock_file(session).touch()
            WriterLock(session).release()
    finally:
        done.set()
        looker.join()


def test_whoever_looks_for_ever_is_refused_to(session: Path) -> None:
    """A lock that is held for longer than a look is somebody's, even if it is not a writer's."""
    with lock_file(session).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        with pytest.raises(SessionBusyError, match=r"process \?"):
            WriterLock(session)


def test_a_lock_whose_file_was_removed_leaves_the_next_ones_alone(session: Path) -> None:
    """Giving back a lock on a file that is gone does not take away the lock that came after it."""
    first = WriterLock(session)
    lock_file(session).unlink()
    with WriterLock(session):
        first.release()
        with pytest.raises(SessionBusyError):
            WriterLock(session)


def test_a_link_leads_to_the_same_lock(session: Path, tmp_path: Path) -> None:
    """Under whatever name a session is opened, it has one writer."""
    link = tmp_path / "elsewhere" / "link.maker"
    link.parent.mkdir()
    link.symlink_to(session)
    session.touch()
    with WriterLock(link):
        assert writer_of(session) == writer_of(link) == os.getpid()
        with pytest.raises(SessionBusyError):
            WriterLock(session)
