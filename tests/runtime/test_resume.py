"""A run that is cut off and goes on is the run that was never cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_tui.cli.main import main
from tests.support.waiting import grown, wait_for

NOISY = "sim:p=0.8,v=0.8"


def order(session: Path, **changes: object) -> RunOrder:
    return RunOrder("hanoi", {"disks": 7}, model=NOISY, k=4, session=session, **changes)  # type: ignore[arg-type]


async def driven(prepared: PreparedRun) -> RunView:
    return await drive(prepared, Inbox(), lambda _: None)


def chain_of(path: Path) -> bytes:
    with Reader(path) as reader:
        return reader.branch.chain


@pytest.mark.parametrize("model", [NOISY, f"{NOISY},latency=0.0005"])
async def test_a_run_interrupted_often_equals_the_uninterrupted_one(tmp_path: Path, model: str) -> None:
    """Cut off by a limit every few samples, in the middle of steps, it makes the same decisions from the same votes."""
    whole = (await driven(prepare(replace(order(tmp_path / "whole.maker"), model=model)))).snapshot
    path = tmp_path / "cut.maker"
    view = await driven(prepare(replace(order(path, limit_samples=5), model=model)))
    legs = 1
    while view.snapshot.outcome is Outcome.OUT_OF_BUDGET:
        drawn = view.snapshot.totals.samples + view.snapshot.totals.wasted
        view = await driven(prepare_resume(path, {"limit_samples": drawn + 61}))
        legs += 1
    assert legs > 8
    assert chain_of(path) == chain_of(tmp_path / "whole.maker")
    totals, expected = view.snapshot.totals, whole.totals
    assert (totals.votes, totals.flagged, totals.steps, totals.wrong) == (
        expected.votes, expected.flagged, expected.steps, expected.wrong,
    )  # fmt: skip
    assert view.snapshot.outcome is whole.outcome


async def test_a_resumed_session_opens_as_it_ended(tmp_path: Path) -> None:
    """What is on the screen at the end is what the file shows afterwards."""
    path = tmp_path / "run.maker"
    await driven(prepare(order(path, limit_samples=100)))
    view = await driven(prepare_resume(path, {"limit_samples": None}))
    assert open_saved(path).snapshot == view.snapshot


async def test_what_has_ended_for_good_cannot_go_on(tmp_path: Path) -> None:
    """A solved run has no step left, and says so."""
    path = tmp_path / "run.maker"
    await driven(prepare(order(path)))
    with pytest.raises(InputError, match="no step left"):
        prepare_resume(path, {})


async def test_an_undecided_run_goes_on_with_a_higher_limit(tmp_path: Path) -> None:
    """More samples for the step, and the votes that were cast still count."""
    path = tmp_path / "run.maker"
    first = await driven(prepare(order(path, max_samples=4)))
    assert first.snapshot.outcome is Outcome.UNDECIDED
    second = await driven(prepare_resume(path, {"max_samples": 100}))
    assert second.snapshot.outcome in (Outcome.SOLVED, Outcome.UNSOLVED)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """After kill -9 nothing that was journaled is lost or asked again, and the end is the uninterrupted run's."""
    path = tmp_path / "killed.maker"
    flags = ["--disks", "7", "--model", f"{NOISY},latency=0.004", "--k", "4", "--json", "--session", str(path)]
    command = [sys.executable, "-m", "maker_tui", "run", "hanoi", *flags]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ)) as process:
        wait_for(process, grown(path, 100_000))
        process.send_signal(signal.SIGKILL)
    done = open_saved(path).step
    assert done > 0
    assert main(["sessions", "resume", str(path), "--json"]) in (0, 1)
    whole = tmp_path / "whole.maker"
    flags[-1] = str(whole)
    main(["run", "hanoi", *flags])
    assert chain_of(path) == chain_of(whole)
