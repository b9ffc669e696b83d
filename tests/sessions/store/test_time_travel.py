"""Time travel: any moment of a saved run is the one that was live."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from maker_engine.core.responses import SampleRequest
from maker_engine.models.simulated import SimulatedModel
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from tests.support.recorded import Recorded, random_positions, record

RUNS, POSITIONS = 40, 50


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no model answer."""

    def answer(_model: SimulatedModel, _request: SampleRequest) -> None:
        raise AssertionError("a model was called")

    monkeypatch.setattr(SimulatedModel, "answer", answer)


def differing(recorded: Recorded, dice: Random) -> list[tuple[int, int]]:
    """Moments that are not what they were when they were live."""
    with Reader(recorded.path) as reader:
        return [
            (step, counted)
            for step, counted in random_positions(recorded, dice, POSITIONS)
            if moment(reader, recorded.task, step, counted).snapshot() != recorded.live[step, counted]
        ]


def test_every_moment_of_a_saved_run_is_the_one_that_was_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State, ballot, totals and log at 50 random moments of 40 random runs equal the live ones; no model is asked."""
    dice = Random(11)
    runs = []
    for number in range(RUNS):
        length = dice.randint(1, 30)
        stop = dice.choice([None, dice.randint(1, 4 * length)])
        runs.append(record(tmp_path / f"{number}.maker", length, number, k=dice.randint(2, 4), stop_after=stop))
    forbid(monkeypatch)
    assert [differing(recorded, dice) for recorded in runs] == [[]] * RUNS


def test_a_moment_behind_a_snapshot_is_the_live_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is folded from the snapshots of a longer run equals what the run was, log of red flags included."""
    recorded = record(tmp_path / "long.maker", length=600, seed=5)
    forbid(monkeypatch)
    assert differing(recorded, Random(3)) == []
    with Reader(recorded.path) as reader:
        for step in (255, 256, 257, 511, 512, 513, 599):
            assert moment(reader, recorded.task, step).snapshot() == recorded.live[step, 0]


def test_a_moment_after_the_end_is_the_end(tmp_path: Path) -> None:
    """Behind the last step there is nothing open, and the state is the final one."""
    recorded = record(tmp_path / "run.maker", length=9)
    with Reader(recorded.path) as reader:
        run = moment(reader, recorded.task, 9)
        assert run.state == reader.state(recorded.task, 9)
        assert run.snapshot().open is None
