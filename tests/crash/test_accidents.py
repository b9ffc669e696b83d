"""Accidents in small numbers; `python -m tests.crash` does them in large ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import acting, cuts, damages, full_disk, keys, kills, openers, rows
from tests.crash.__main__ import main
from tests.crash.child import SMALL_JOBS, SMALL_SOLVING
from tests.crash.cuts import Cutting
from tests.crash.kills import Killing

LONGEST_LOOK_S = 10.0
"""A hundred times what a look takes on a machine with nothing else to do."""


@pytest.fixture(scope="module")
def killing(tmp_path_factory: pytest.TempPathFactory) -> Killing:
    """Some kills of each aim."""
    return kills.kill(12, 5, tmp_path_factory.mktemp("kills"), SMALL_JOBS)


def test_no_kill_loses_or_repeats_anything(killing: Killing) -> None:
    """After kill -9, whatever the moment, all that was acknowledged is there, once, and verify finds nothing."""
    assert killing.kills == 12
    assert killing.losses.told() == []


def test_a_killed_run_ends_as_if_it_had_never_been(killing: Killing) -> None:
    """Resumed as often as it was killed, every run has the chain of the run that was left alone."""
    assert killing.equal == killing.runs > 1


def test_kills_land_where_they_hurt(killing: Killing) -> None:
    """Some of them hit a commit and some a checkpoint, by what the dead process left behind."""
    assert killing.hit[kills.COMMIT] > 0
    assert killing.hit[kills.CHECKPOINT] > 0


def test_no_kill_makes_a_run_act_twice(tmp_path: Path) -> None:
    """After kill -9 of the real program, every effect was done once by its own log, and is in the record once."""
    killed = acting.kill_runs(1, 5, tmp_path, rounds=1)
    assert killed.kills == 1
    assert killed.effects["POST"] >= 2 * killed.runs > 0
    assert killed.failures == []


def test_no_kill_has_rows_asked_for_again(tmp_path: Path) -> None:
    """After kill -9 only what was in flight is asked for once more, and every row is decided as without."""
    killed = rows.kill_rows(150, 1, 5, tmp_path)
    assert killed.kills > 0
    assert killed.failures == []


@pytest.fixture(scope="module")
def cutting(tmp_path_factory: pytest.TempPathFactory) -> Cutting:
    """Some power cuts of each style, with a log and with a journal."""
    return cuts.cut(48, 5, tmp_path_factory.mktemp("cuts"), SMALL_SOLVING, resume_each=12)


def test_no_power_cut_loses_anything(cutting: Cutting) -> None:
    """Whatever of the unsynced writes reached the disk, all that was acknowledged is there and can be gone on with."""
    assert cutting.styles.total() == 48
    assert cutting.unsynced > 12
    assert cutting.losses.told() == []
    assert cutting.equal == cutting.resumed > 0


def test_the_power_cuts_can_see_a_loss(cutting: Cutting) -> None:
    """With every sync ignored the same cuts lose something, so that losing nothing says something."""
    assert cutting.control_bad > 0


def test_a_full_device_loses_nothing(tmp_path: Path) -> None:
    """The run says why it waits, what was acknowledged is there, and with room again it comes to the same end."""
    filling = full_disk.fill(2, 5, tmp_path, "small, at once", SMALL_JOBS["small, at once"], most=120)
    if filling.skipped:
        pytest.skip(filling.skipped)
    assert (filling.told, filling.equal) == (2, 2)
    assert filling.losses.told() == []


def test_every_damage_that_matters_is_noticed(tmp_path: Path) -> None:
    """Where a value has changed or cannot be read, verify says so, names no step too late, and nothing crashes."""
    damaging = damages.damage(60, 5, tmp_path, disks=6)
    assert damaging.noticed.total() > 30
    assert damaging.named > 20
    assert damaging.told() == []


def test_a_second_opener_is_refused_and_can_look(tmp_path: Path) -> None:
    """While one process writes, another is told which one and reads soon; killed, it frees the session at once."""
    opening = openers.open_twice(8, 5, tmp_path, looks=1)
    assert opening.failures == []
    assert opening.refused == opening.free_at_once == 8
    assert max(opening.looks) < LONGEST_LOOK_S


def test_no_key_ends_the_app(tmp_path: Path) -> None:
    """Whatever is pressed, pasted and clicked, the app ends as asked, and leaves the terminal as it was."""
    pressed = keys.press(1, 5, tmp_path, ("live",), keys=30)
    assert pressed.keys > 0
    assert pressed.failures == []


def test_the_harness_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Each part has a table, and a run without a loss ends with status 0."""
    assert main(["--damages", "6"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("damages (seed 1")
    assert any(line.split() == ["changed", "or", "unreadable,", "and", "unnoticed", "0"] for line in lines)
