from __future__ import annotations

import math
import re
import time
from pathlib import Path

import pytest

from maker_engine.core.errors import SessionError
from maker_engine.core.record.events import StepDecided, VoteCast
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store import file_watch as watch
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.support.running import started
from tests.support.toy import Count, answer


def going_on(path: Path) -> Journal:
    """A journal of a run with one step decided, and more to write."""
    journal = Journal(path, Count(9), {"task": "count", "source": Count(9).source()})
    journal.record(started(Count(9), k=1))
    decide(journal, 0)
    journal.flush()
    decide(journal, 1)
    return journal


def decide(journal: Journal, step: int) -> None:
    """Have a step decided by one vote."""
    journal.record(VoteCast(step, 0, (step + 1) % 8, answer((step + 1) % 8)))
    journal.record(StepDecided(step, (step + 1) % 8, (step + 1) * 8 + (step + 1) % 8))


def refused(journal: Journal) -> Path:
    """Flush when it is time to look; return the rescue copy that the error names."""
    journal._file.watch._polled_at = -math.inf
    with pytest.raises(SessionError, match="moved, deleted or replaced") as caught:
        journal.flush()
    named = re.search(r"saved as (\S+)", str(caught.value))
    assert named is not None
    return Path(named[1])


def test_a_deleted_file_is_rescued(tmp_path: Path) -> None:
    """A run whose file was deleted stops, and what it had acknowledged is in a sound copy beside it."""
    path = tmp_path / "run.maker"
    journal = going_on(path)
    path.unlink()
    rescued = refused(journal)
    with pytest.raises(SessionError):
        journal.close()
    assert verify(rescued, Count(9)).findings == ()
    with Reader(rescued) as reader:
        assert list(reader.answers(Count(9))) == [1]


def test_a_deleted_log_is_as_bad(tmp_path: Path) -> None:
    """A run whose log was deleted stops too: what it writes from then on would be in no file if it were killed."""
    path = tmp_path / "run.maker"
    journal = going_on(path)
    (tmp_path / "run.maker-wal").unlink()
    rescued = refused(journal)
    assert verify(rescued, Count(9)).steps == 1
    with pytest.raises(SessionError):
        journal.close()
    assert verify(path, Count(9)).steps == 1


def test_a_replaced_file_is_left_alone(tmp_path: Path) -> None:
    """Whatever has taken the file's name is not written to, and the run's own steps are rescued."""
    path = tmp_path / "run.maker"
    journal = going_on(path)
    (tmp_path / "other").write_text("precious")
    (tmp_path / "other").replace(path)
    rescued = refused(journal)
    assert path.read_text() == "precious"
    assert verify(rescued, Count(9)).findings == ()


def test_a_file_that_is_gone_is_gone(tmp_path: Path) -> None:
    """Every later flush is refused too, at once, and names the same copy."""
    path = tmp_path / "run.maker"
    journal = going_on(path)
    path.unlink()
    rescued = refused(journal)
    with pytest.raises(SessionError, match=re.escape(str(rescued))):
        journal.flush()
    assert [one.name for one in tmp_path.glob("*rescued*.maker")] == [rescued.name]


def test_a_file_that_stays_is_written_on(tmp_path: Path) -> None:
    """Looking changes nothing for a file that is where it was."""
    journal = going_on(tmp_path / "run.maker")
    journal._file.watch._polled_at = -math.inf
    journal.flush()
    journal.close()
    assert verify(tmp_path / "run.maker", Count(9)).steps == 2


def test_a_long_log_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has grown too long is taken into the file before the next commit."""
    monkeypatch.setattr(watch, "LONGEST_LOG", 20_000)
    journal = going_on(tmp_path / "run.maker")
    log = tmp_path / "run.maker-wal"
    before = log.stat().st_size
    journal._file.watch._polled_at = -math.inf
    journal.flush()
    assert log.stat().st_size < before
    journal.close()


def test_a_run_does_not_wait_for_whoever_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody reads, a long log stays as it is and the commit goes through at once."""
    monkeypatch.setattr(watch, "LONGEST_LOG", 0)
    path = tmp_path / "run.maker"
    journal = going_on(path)
    with Reader(path, steady=True) as reader:
        journal._file.watch._polled_at = -math.inf
        begun = time.monotonic()
        journal.flush()
        assert time.monotonic() - begun < 2
        assert reader.steps_done() == 1
    journal.close()
    assert verify(path, Count(9)).steps == 2
