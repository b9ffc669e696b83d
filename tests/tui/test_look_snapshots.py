"""Pictures of the looks: each theme of ours, no colours at all, panes moved and alone; each was looked at."""

from __future__ import annotations

import pytest

from maker_engine.core.solving.settings import Settings
from maker_tui.app import MakerApp
from tests.tui.screens.test_home import SESSIONS
from tests.tui.sources import Scripted, contested, hanoi, run_events
from tests.tui.test_snapshots import SIZES, waiting

LOOKS = ("maker-ansi", "maker-contrast-dark", "maker-contrast-light")


@pytest.fixture
def running() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task, Settings(k=4))).play_until(contested)


@SIZES
@pytest.mark.parametrize("theme", LOOKS)
def test_workbench_in_each_look(snap_compare, running, size, theme):
    """Rule: every state has its glyph and word in every theme."""
    app = MakerApp(running)
    app.theme = theme
    assert snap_compare(app, terminal_size=size, run_before=waiting("▶ running", "◀ leads"))


@pytest.mark.parametrize("theme", LOOKS)
def test_home_in_each_look(snap_compare, theme):
    """Rule: the row under the cursor stands out in every theme."""
    app = MakerApp(listing=lambda: SESSIONS)
    app.theme = theme
    assert snap_compare(app, terminal_size=(80, 24), run_before=waiting("sessions · 5", keys=("down",)))


@SIZES
def test_workbench_without_colours(snap_compare, running, monkeypatch, size):
    """Rule: NO_COLOR takes the colours and nothing else."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = MakerApp(running.play())
    assert snap_compare(app, terminal_size=size, run_before=waiting("solved and verified"))


@SIZES
def test_one_pane_alone(snap_compare, running, size):
    """Rule: the votes have all the room, and the progress keeps a row."""
    assert snap_compare(MakerApp(running), terminal_size=size, run_before=waiting("▶ running", keys=("z",)))


@SIZES
def test_panes_as_their_user_made_them(snap_compare, running, size):
    """Rule: the borders stand where the keys have moved them."""
    keys = ("<", "<", "-", "-", "-")
    assert snap_compare(MakerApp(running), terminal_size=size, run_before=waiting("▶ running", keys=keys))
