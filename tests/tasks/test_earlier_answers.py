"""Runs that were voted on when answers carried no evidence open, verify and go on: what was read then stays read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Flag
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.inspection import inspect_step
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", ["sudoku", "cube"])
async def test_votes_in_an_earlier_form_keep_counting(name: str, tmp_path: Path) -> None:
    """Stopped in the middle of a step, such a run goes on from its votes, in the new form, and ends solved."""
    path = tmp_path / "run.maker"
    shutil.copyfile(GOLDEN / f"{name}-without-evidence.maker", path)
    saved = open_saved(path)
    votes = [entry for entry in saved.entries if not isinstance(entry.verdict, Flag)]
    assert votes, "it stopped in the middle of a step, with votes"
    reread = [saved.task.parse(saved.state, entry.response.text) for entry in votes]
    assert all(isinstance(verdict, Flag) for verdict in reread), "none of them would be a vote today"
    assert verify(path, saved.task).findings == ()
    view = await drive(prepare_resume(path, {"limit_samples": None}), Inbox(), lambda _: None)
    assert view.snapshot.outcome is Outcome.SOLVED
    with Reader(path) as reader:
        step = inspect_step(reader, saved.task, saved.step)
    assert tuple(one.entry for one in step.counted)[: len(saved.entries)] == saved.entries
    assert verify(path, saved.task).findings == ()
