from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from maker_engine.core.errors import StorageFullError
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.sessions.store.test_file_watch import decide
from tests.support.running import started
from tests.support.toy import Count

LENGTH = 700
TASK = Count(LENGTH)


def pages(journal: Journal, most: int) -> None:
    """Let the file have so many pages and no more, as a full device would."""
    journal._file.connection.execute(f"PRAGMA max_page_count={most}")


def test_a_flush_that_found_no_room_can_be_done_again(tmp_path: Path) -> None:
    """What could not be written is kept, what comes after it too, and with room all is there, once, and sound."""
    journal = Journal(tmp_path / "run.maker", TASK, {"task": "count", "source": TASK.source()})
    journal.record(started(TASK, k=1))
    for step in range(100):
        decide(journal, step)
    journal.flush()
    acked = journal.position
    pages(journal, 1)
    for step in range(100, LENGTH):
        decide(journal, step)
        if step % 150 == 0:
            with pytest.raises(StorageFullError, match="free some room"):
                journal.flush()
            with Reader(journal.path) as reader:
                assert (reader.steps_done(), 0) == acked
    pages(journal, 100_000)
    journal.close()
    verified = verify(journal.path, TASK)
    assert (verified.steps, verified.findings) == (LENGTH, ())
    with Reader(journal.path) as reader:
        assert reader.dictionary() is not None


def test_a_full_device_leaves_what_was_there(tmp_path: Path) -> None:
    """A run that cannot be closed for want of room gives the session free, with all that was acknowledged in it."""
    journal = Journal(tmp_path / "run.maker", TASK, {"task": "count", "source": TASK.source()})
    journal.record(started(TASK, k=1))
    decide(journal, 0)
    journal.flush()
    pages(journal, 1)
    for step in range(1, 300):
        decide(journal, step)
    with pytest.raises(StorageFullError):
        journal.close()
    assert verify(journal.path, TASK).steps == 1
    again = Journal(journal.path, TASK, {}, 0)
    assert again.position == (1, 0)
    again.close()


def test_want_of_room_is_told_from_other_faults(tmp_path: Path) -> None:
    """Where I/O failed and there is room, the device is not said to be full."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert not storage._no_room(error, tmp_path / "run.maker")
    assert not storage._no_room(error, tmp_path / "gone" / "run.maker")
