"""Forks: another run from any step on, in the same file, with nothing copied and nothing of the old run touched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError, SessionBusyError
from maker_engine.core.record.entries import Act
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.continuing import fork, prepare_fork, prepare_resume
from maker_engine.runtime.order import PreparedRun, drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.forks import tree
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.support.recorded import Recorded, order_of, record
from tests.support.toy import Count

LENGTH = 20


@pytest.fixture
def run(tmp_path: Path) -> Recorded:
    """A solved run."""
    return record(tmp_path / "run.maker", LENGTH, seed=3)


def drive_on(prepared: PreparedRun) -> RunView:
    """Run to the end."""
    return asyncio.run(drive(prepared, Inbox(), lambda _: None))


def steps_of(path: Path, branch: int) -> list[tuple[object, int]]:
    """Answers and numbers of samples of a branch, from the first step on."""
    with Reader(path, branch) as reader:
        return [(stored.answer, len(stored.samples)) for stored in reader.steps(Count(LENGTH))]


def rows_of(path: Path) -> int:
    """Rows of the step table."""
    with Reader(path) as reader:
        return int(reader.query("SELECT count(*) FROM step")[0][0])


def test_a_fork_shares_what_came_before_it(run: Recorded) -> None:
    """Making it writes no step; running it writes its own steps only, and the first run stays as it was."""
    before = steps_of(run.path, 0)
    number = fork(run.path, 8, {"k": 5}, family=Count)
    assert (number, rows_of(run.path)) == (1, LENGTH)
    view = drive_on(prepare_resume(run.path, {}, Count))
    assert view.snapshot.outcome is Outcome.SOLVED
    assert rows_of(run.path) == LENGTH + LENGTH - 8
    assert steps_of(run.path, 0) == before
    assert steps_of(run.path, 1)[:8] == before[:8]
    assert verify(run.path, run.task).findings == ()


def test_a_fork_takes_up_the_figures_of_its_step(run: Recorded) -> None:
    """Totals begin at what the run had spent when it came there; limits and progress go on from that."""
    number = fork(run.path, 8, {}, family=Count)
    saved = open_saved(run.path, Count, number)
    assert saved.run.totals == run.live[8, 0].totals
    assert (saved.step, saved.state) == (8, run.live[8, 0].state)


def test_a_fork_draws_other_samples_than_its_parent_and_the_same_each_time(tmp_path: Path) -> None:
    """Its seed follows from the run's and its number."""
    drawn = []
    for name in "ab":
        run = record(tmp_path / f"{name}.maker", LENGTH, seed=3)
        drive_on(prepare_fork(run.path, 0, {}, family=Count))
        drawn.append((steps_of(run.path, 0), steps_of(run.path, 1)))
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


def test_a_decision_can_be_changed(run: Recorded) -> None:
    """The forked step is decided by the person, whatever was voted; it says so, and the run goes on from there."""
    (recorded, _) = steps_of(run.path, 0)[5]
    other = (int(str(recorded)) + 3) % 8
    view = drive_on(prepare_fork(run.path, 5, {}, decision=other, voter="kim", family=Count))
    with Reader(run.path, 1) as reader:
        stored = next(reader.steps(run.task, 5, 6))
    assert stored.entries == [Act("decided", "kim", other)]
    assert view.snapshot.totals.steps == LENGTH
    assert view.snapshot.outcome is Outcome.UNSOLVED
    assert verify(run.path, run.task).findings == ()


def test_forks_of_forks_are_told_as_a_tree(run: Recorded) -> None:
    """Each stands behind its parent, with what it differs in."""
    fork(run.path, 8, {"k": 4}, family=Count)
    drive_on(prepare_resume(run.path, {}, Count))
    fork(run.path, 12, {"model": "sim:p=0.9"}, branch=1, note="better", family=Count)
    fork(run.path, 2, {}, branch=0, family=Count)
    fork(run.path, 4, {}, branch=1, family=Count)
    with Reader(run.path) as reader:
        told = [(node.id, node.parent, node.depth, node.fork_step, node.k, node.note) for node in tree(reader)]
        segments = [(one.branch, one.first, one.last) for one in reader.segments]
    assert told == [
        (0, None, 0, 0, 3, ""),
        (1, 0, 1, 8, 4, ""),
        (2, 1, 2, 12, 4, "better"),
        (4, 1, 2, 4, 4, ""),
        (3, 0, 1, 2, 3, ""),
    ]
    assert segments == [(0, 0, 4), (4, 4, 4)]
    drive_on(prepare_resume(run.path, {}, Count, 2))
    assert steps_of(run.path, 2)[:12] == steps_of(run.path, 1)[:12]
    assert verify(run.path, run.task).findings == ()


def test_an_open_step_keeps_its_votes_while_a_fork_is_run(tmp_path: Path) -> None:
    """What a stopped run had counted is still there to go on with."""
    run = record(tmp_path / "run.maker", LENGTH, seed=3, stop_after=30)
    before = open_saved(run.path, Count)
    assert before.entries
    drive_on(prepare_fork(run.path, 2, {}, family=Count))
    after = open_saved(run.path, Count, 0)
    assert (after.step, after.entries) == (before.step, before.entries)
    assert drive_on(prepare_resume(run.path, {}, Count, 0)).snapshot.outcome is Outcome.SOLVED
    assert verify(run.path, run.task).findings == ()


@pytest.mark.parametrize(
    ("step", "chosen", "wanted"),
    [
        (LENGTH + 1, {}, "begins at step 1 to 21"),
        (-1, {}, "begins at step 1 to 21"),
        (LENGTH, {}, "nothing left to decide"),
        (3, {"decision": 99}, "no hour 99"),
    ],
)
def test_what_cannot_be_forked_is_named(run: Recorded, step: int, chosen: dict[str, object], wanted: str) -> None:
    """One line, and nothing is written."""
    with pytest.raises(InputError, match=wanted):
        fork(run.path, step, {}, family=Count, **chosen)
    with Reader(run.path) as reader:
        assert len(reader.branches) == 1


def test_a_session_that_is_being_written_is_not_forked(tmp_path: Path) -> None:
    """There is one writer."""
    path = tmp_path / "run.maker"
    record(path, LENGTH, stop_after=20)
    journal = Journal(path, Count(LENGTH), order_of(Count(LENGTH)), 0)
    with pytest.raises(SessionBusyError, match="is being written by process"):
        fork(path, 1, {}, family=Count)
    journal.close()
